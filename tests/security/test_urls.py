"""Every address that the package adds to the admin, as every kind of user, by every method.

A new address without a rule fails. A refusal tells nothing, and neither it nor a forged token writes.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tests.makers import make_export
from tests.security.people import USERS, Person, make_person
from tests.security.routes import APP, TABLES, WritesToOurs, body_of, our_routes
from tests.security.rules import EXPORT_PAGE, RULES, WRITES, Needs, Rule, imports
from tests.security.world import SECRETS, World, make_secret_run
from wagtail_regcert.subjects.registry import SUBJECTS

pytestmark = pytest.mark.django_db

ROUTES = our_routes()

BY_LAYOUT = (f"{APP}:export", f"{APP}:export_check", f"{APP}:export_preview")
"""What takes the name of a layout."""


def is_away(response: Any) -> bool:
    """Whether this is a refusal: away to the login or the dashboard, or 403."""
    if response.status_code != 302:
        return response.status_code == 403
    login, home = reverse("wagtailadmin_login"), reverse("wagtailadmin_home")
    return response["Location"] == home or response["Location"].startswith(login)


def targets(person: Person, world: World) -> list[tuple[str, str, Rule, bool]]:
    """Name, address, rule and whether it is about somebody else's run, for every address."""
    own = {about: make_secret_run(person.user, about) for about in WRITES}
    found = []
    for name, route in ROUTES.items():
        rule = RULES[name]
        if name == EXPORT_PAGE:
            of_theirs = make_export(user=person.user)
            found.append((name, route.url({**world.keys, "export": of_theirs.pk}), rule, False))
            found.append((name, route.url(world.keys), rule, True))
            continue
        if rule.others_run is not None:
            for about in WRITES:
                needs = tuple(names | rule.beside for names in imports(about))
                of_own = rule._replace(get=needs, post=None if rule.post is None else needs)
                found.append((name, route.url({**world.keys, "run": own[about].pk}), of_own, False))
                others = world.others_runs[about].pk
                found.append((name, route.url({**world.keys, "run": others}), rule, True))
            continue
        found.append((name, route.url(world.keys), rule, False))
        if name == f"{APP}:import_sample":
            url = route.url(world.keys)
            found += [(name, f"{url}?about={about}", Rule(imports(about)), False) for about in WRITES]
        if name in BY_LAYOUT:
            found.append((name, f"{route.url(world.keys)}?layout=secret+layout", rule, False))
    return found


def faults_of(person: Person, method: str, url: str, needs: Needs, has_method: bool) -> list[str]:
    """Send one request, undo what it did, and say what was wrong with the answer."""
    with transaction.atomic(), WritesToOurs() as writes:
        response = getattr(person.client, method)(url)
        body = body_of(response)
        transaction.set_rollback(True)
    if not person.passes(needs):
        wrong = [f"tells {secret}" for secret in SECRETS if secret in body]
        if not (is_away(response) or (response.status_code == 405 and not has_method)):
            wrong.append(f"let in: {response.status_code}")
        return wrong + [f"writes: {sql}" for sql in writes.statements]
    if not has_method:
        return [] if response.status_code in (200, 302, 405) else [f"status {response.status_code}"]
    return [] if response.status_code in (200, 302) and not is_away(response) else ["kept out"]


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    assert set(RULES) == set(ROUTES)
    assert {route.table for route in ROUTES.values()} - {None} <= set(TABLES)
    assert set(WRITES) == set(SUBJECTS)


@pytest.mark.parametrize("kind", USERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_lets_in_exactly_whom_its_rule_names(world: World, kind: str, method: str) -> None:
    person = make_person(kind)

    wrong = []
    for name, url, rule, others in targets(person, world):
        has_method = method == "get" or rule.post is not None
        needs = rule.post if method == "post" and rule.post is not None else rule.get
        if others:
            assert rule.others_run is not None
            needs = rule.others_run
        faults = faults_of(person, method, url, needs, has_method)
        wrong += [(name, "other's" if others else "", fault) for fault in faults]

    assert wrong == []


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method_writes_or_fails_even_for_superusers(world: World, method: str) -> None:
    person = make_person("superuser")

    wrong = []
    for name, url, _rule, _others in targets(person, world):
        with transaction.atomic(), WritesToOurs() as writes:
            response = getattr(person.client, method)(url)
            transaction.set_rollback(True)
        if response.status_code not in (302, 405) or writes.statements:
            wrong.append((name, response.status_code, writes.statements))

    assert wrong == []


@pytest.mark.parametrize(("kind", "token"), [*((kind, "ab" * 32) for kind in USERS), ("superuser", "")])
def test_nothing_is_written_with_a_forged_token_or_none(world: World, kind: str, token: str) -> None:
    person = make_person(kind, enforce_csrf_checks=True)
    person.client.cookies["csrftoken"] = "cd" * 16

    wrong = []
    for name, url, _rule, _others in targets(person, world):
        with transaction.atomic(), WritesToOurs() as writes:
            response = person.client.post(url, {"csrfmiddlewaretoken": token})
            transaction.set_rollback(True)
        if response.status_code != 403 or writes.statements:
            wrong.append((name, response.status_code, writes.statements))

    assert wrong == []


def test_the_walk_is_as_large_as_it_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    runs = sum(rule.others_run is not None for rule in RULES.values())
    addresses = len(ROUTES) + runs

    with capsys.disabled():
        print(f"\n{addresses} addresses × {len(USERS)} users × 3 = {addresses * len(USERS) * 3} requests")

    assert len(ROUTES) >= 80
    assert runs >= 6
