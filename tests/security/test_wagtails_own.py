"""Pages and APIs of Wagtail's own that tell of records of all tables: what they tell whom."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.makers import make_user
from tests.security.people import USERS, make_person
from tests.security.routes import APP, TABLES, body_of
from tests.security.rules import MANAGES, REFERENCE, all_of, any_of, on
from tests.security.world import SECRETS, World
from wagtail_regcert import models

pytestmark = pytest.mark.django_db

SITE_HISTORY = ("wagtailadmin_reports:site_history", "wagtailadmin_reports:site_history_results")


@pytest.mark.parametrize("kind", USERS)
def test_the_site_history_tells_nobody_what_happened_to_our_records(world: World, kind: str) -> None:
    person = make_person(kind)

    for name in SITE_HISTORY:
        for query in ("", "?export=csv"):
            body = body_of(person.client.get(reverse(name) + query))

            # Whoever sees this report can download it: what happened to our records is not in it.
            assert "Zebedee" not in body, name
            assert "Yorick" not in body, name


@pytest.mark.parametrize("kind", USERS)
def test_the_list_of_snippets_and_the_dashboard_count_only_for_those_who_may_know(
    world: World, kind: str
) -> None:
    person = make_person(kind)

    listed = body_of(person.client.get(reverse("wagtailsnippets:index")))
    home = body_of(person.client.get(reverse("wagtailadmin_home")))

    for table in REFERENCE:
        address = reverse(f"wagtailsnippets_{APP}_{table}:list")
        assert (f'href="{address}"' in listed) == person.passes(any_of(*on(table))), table
    assert not [secret for secret in SECRETS if secret in home + listed]


@pytest.mark.parametrize("kind", USERS)
@pytest.mark.parametrize("table", ["registration", "learner"])
def test_editing_sessions_tell_nothing_to_those_who_may_not_edit(world: World, kind: str, table: str) -> None:
    person = make_person(kind)
    needs = MANAGES if table == "registration" else all_of("change_learner")

    response = person.client.post(
        reverse("wagtailadmin_editing_sessions:ping", args=[APP, table, world.keys[table], 1])
    )

    if not person.passes(needs):
        # Whoever may not even enter the admin is led to its login; to the others there is no such session.
        outside = USERS[kind] is None
        assert response.status_code == (302 if outside else 404)
    assert not [secret for secret in SECRETS if secret in body_of(response)]


def test_no_table_of_ours_asks_to_be_served_by_an_api() -> None:
    # What Wagtail's API serves of a model it takes from this; v3 serves snippets that have it.
    tables = [getattr(models, name) for name in models.__all__]

    assert not [
        model for model in tables if hasattr(model, "api_fields") or hasattr(model, "api_meta_fields")
    ]


@pytest.mark.urls("tests.security.api_urls")
def test_wagtails_api_v3_does_not_serve_our_tables(world: World, client: Client) -> None:
    pytest.importorskip("wagtail.api.v3", reason="Wagtail 7.4 has no API v3")
    from wagtail.models import APIToken

    _token, key = APIToken.create_token(user=make_user(superuser=True), name="test")
    headers = {"Authorization": f"Bearer {key}"}

    known = client.get("/api/v3/schema/", headers=headers)
    assert known.status_code == 200
    assert APP not in body_of(known)
    for table in TABLES:
        for url in (f"/api/v3/snippets/{APP}.{table}/", f"/api/v3/snippets/{APP}.{table}/1/"):
            response = client.get(url, headers=headers)

            assert response.status_code in (404, 422), url
            assert not [secret for secret in SECRETS if secret in body_of(response)]
