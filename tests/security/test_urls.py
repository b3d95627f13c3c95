"""Every address that the package adds to the admin, as every kind of user, by every method.

A new address without a rule fails. A refusal tells nothing, and neither it nor a forged token writes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.log_actions import log

from tests.makers import (
    make_csv,
    make_export,
    make_export_layout,
    make_import_layout,
    make_learner,
    make_organisation,
    make_programme,
    make_qualification,
    make_registration,
    make_run,
    make_user,
)
from wagtail_regcert import history, models
from wagtail_regcert.models import ExportRun, ImportRun
from wagtail_regcert.subjects.registry import SUBJECTS

from .routes import APP, BULK, TABLES, WritesToOurs, body_of, our_routes

pytestmark = pytest.mark.django_db

MANAGE, IMPORT, EXPORT, DELETE = (f"{name}_registration" for name in ("manage", "import", "export", "delete"))
REFERENCE = ("learner", "qualification", "awardingorganisation", "programme")
LAYOUTS = ("exportlayout", "importlayout")
ACTIONS = ("add", "change", "delete", "view")


def on(*tables: str) -> tuple[str, ...]:
    """Django's own permissions on these tables."""
    return tuple(f"{action}_{table}" for table in tables for action in ACTIONS)


USERS: dict[str, tuple[str, ...] | None] = {
    "anonymous": None,
    "inactive, once a superuser": None,
    "every permission but no admin access": None,
    "superuser": None,
    "nobody": (),
    "manage": (MANAGE,),
    "import": (IMPORT,),
    "export": (EXPORT,),
    "delete": (DELETE,),
    "import, export, delete": (IMPORT, EXPORT, DELETE),
    "manage, import": (MANAGE, IMPORT),
    "manage, export": (MANAGE, EXPORT),
    "manage, delete": (MANAGE, DELETE),
    "manage, import, export, delete": (MANAGE, IMPORT, EXPORT, DELETE),
    **{f"{action} learners": (f"{action}_learner",) for action in ACTIONS},
    "all on the reference tables": on(*REFERENCE),
    "importer of learners": (MANAGE, IMPORT, "add_learner", "change_learner"),
    "importer who may not add learners": (MANAGE, IMPORT, "change_learner", "view_learner"),
    "importer of qualifications": (
        *(MANAGE, IMPORT, "add_qualification", "change_qualification"),
        *("add_awardingorganisation", "change_awardingorganisation"),
    ),
    "importer who may not add organisations": (
        *(MANAGE, IMPORT, "add_qualification", "change_qualification", "change_awardingorganisation"),
    ),
    "adds and changes learners": ("add_learner", "change_learner"),
    "all on layouts": on(*LAYOUTS),
    "manage, all on layouts": (MANAGE, *on(*LAYOUTS)),
    **{
        f"manage, {action} layouts": (MANAGE, *(f"{action}_{table}" for table in LAYOUTS))
        for action in ACTIONS
    },
}
"""Kind of user to permissions; ``None`` where that is not all there is to it."""

SUPERUSER = "superuser"
"""Stands for a permission that only superusers hold."""

Needs = tuple[frozenset[str], ...]


def all_of(*names: str) -> Needs:
    return (frozenset(names),)


def any_of(*names: str) -> Needs:
    return tuple(frozenset((name,)) for name in names)


NOBODY: Needs = ()


class Rule(NamedTuple):
    """Who gets through: any of the sets of permissions is enough."""

    get: Needs
    post: Needs | None = None
    """``None``: as ``get``, except that there is nothing to post to."""
    others_run: Needs | None = None
    """For what is about a run or an export: who gets at somebody else's."""
    beside: frozenset[str] = frozenset()
    """For what is about a run: what it needs beside what the run needs."""


WRITES: dict[str, tuple[str, ...]] = {
    "registrations": (),
    "learners": ("learner",),
    "qualifications": ("qualification", "awardingorganisation"),
}
"""What a file may be about to the tables that it may write, beside registrations."""


def imports(about: str) -> Needs:
    """Both roles, and to add and change whatever a file about this may write."""
    permissions = (f"{action}_{table}" for table in WRITES[about] for action in ("add", "change"))
    return all_of(MANAGE, IMPORT, *permissions)


MANAGES, IMPORTS, EXPORTS = all_of(MANAGE), all_of(MANAGE, IMPORT), all_of(MANAGE, EXPORT)
DELETES, ONLY_SUPERUSERS = all_of(MANAGE, DELETE), all_of(SUPERUSER)


def rules_of_a_run(post: Needs | None = None) -> Rule:
    return Rule(IMPORTS, post, others_run=ONLY_SUPERUSERS)


def rules_of_a_reference_table(table: str) -> dict[str, Rule]:
    snippets, choosers = f"wagtailsnippets_{APP}_{table}", f"wagtailsnippetchoosers_{APP}_{table}"
    sees, chooses = any_of(*on(table)), any_of(MANAGE, *on(table))
    writes = any_of(*(f"{action}_{table}" for action in ("add", "change", "delete")))
    adds, changes, deletes = (all_of(f"{action}_{table}") for action in ("add", "change", "delete"))
    return {
        f"{snippets}:list": Rule(sees),
        f"{snippets}:list_results": Rule(sees),
        f"{snippets}:add": Rule(adds, adds),
        f"{snippets}:edit": Rule(changes, changes),
        f"{snippets}:delete": Rule(deletes, deletes),
        f"{snippets}:usage": Rule(changes),
        f"{snippets}:history": Rule(writes),
        f"{snippets}:history_results": Rule(writes),
        f"{snippets}:inspect": Rule(sees),
        f"{choosers}:choose": Rule(chooses),
        f"{choosers}:choose_results": Rule(chooses),
        f"{choosers}:chosen": Rule(chooses),
        f"{choosers}:chosen_multiple": Rule(chooses),
        f"{BULK} delete {table}": Rule(deletes, deletes),
    }


def rules_of_layouts(table: str) -> dict[str, Rule]:
    """Those of a reference table, and "manage" beside."""

    def and_manage(needs: Needs | None) -> Needs | None:
        return None if needs is None else tuple(names | {MANAGE} for names in needs)

    found = {
        name: Rule(and_manage(rule.get) or NOBODY, and_manage(rule.post))
        for name, rule in rules_of_a_reference_table(table).items()
        if not name.endswith(":inspect")
    }
    if table == "exportlayout":
        found[f"wagtailsnippets_{APP}_{table}:template"] = found[f"wagtailsnippets_{APP}_{table}:add"]
    choosers = f"wagtailsnippetchoosers_{APP}_{table}"
    sees = found[f"wagtailsnippets_{APP}_{table}:list"]
    return {name: sees if name.startswith(choosers) else rule for name, rule in found.items()}


SNIPPETS, CHOOSERS = f"wagtailsnippets_{APP}_registration", f"wagtailsnippetchoosers_{APP}_registration"

EXPORT_PAGE = f"{APP}:export_detail"

RULES: dict[str, Rule] = {
    f"{SNIPPETS}:list": Rule(MANAGES),
    f"{SNIPPETS}:list_results": Rule(MANAGES),
    f"{SNIPPETS}:add": Rule(MANAGES, MANAGES),
    f"{SNIPPETS}:edit": Rule(MANAGES, MANAGES),
    f"{SNIPPETS}:delete": Rule(DELETES, DELETES),
    f"{SNIPPETS}:usage": Rule(MANAGES),
    f"{SNIPPETS}:history": Rule(MANAGES),
    f"{SNIPPETS}:history_results": Rule(MANAGES),
    f"{SNIPPETS}:inspect": Rule(MANAGES),
    f"{CHOOSERS}:choose": Rule(MANAGES),
    f"{CHOOSERS}:choose_results": Rule(MANAGES),
    f"{CHOOSERS}:chosen": Rule(MANAGES),
    f"{CHOOSERS}:chosen_multiple": Rule(MANAGES),
    f"{BULK} export registration": Rule(EXPORTS, EXPORTS),
    f"{BULK} export_import_layout registration": Rule(EXPORTS, EXPORTS),
    f"{BULK} export_by_layout registration": Rule(EXPORTS, EXPORTS),
    f"{BULK} delete registration": Rule(NOBODY, NOBODY),
    f"{APP}:export": Rule(EXPORTS),
    f"{APP}:export_check": Rule(EXPORTS),
    f"{APP}:export_layouts": Rule(EXPORTS),
    f"{APP}:export_preview": Rule(EXPORTS),
    f"{APP}:exports": Rule(EXPORTS),
    EXPORT_PAGE: Rule(EXPORTS, others_run=ONLY_SUPERUSERS),
    f"{APP}:import": Rule(IMPORTS, IMPORTS),
    f"{APP}:import_learners": Rule(imports("learners"), imports("learners")),
    f"{APP}:import_qualifications": Rule(imports("qualifications"), imports("qualifications")),
    f"{APP}:import_sample": Rule(IMPORTS),
    f"{APP}:imports": Rule(IMPORTS),
    f"{APP}:imports_results": Rule(IMPORTS),
    f"{APP}:import_report": rules_of_a_run(),
    f"{APP}:import_status": rules_of_a_run(),
    f"{APP}:import_match": rules_of_a_run(IMPORTS),
    f"{APP}:import_commit": rules_of_a_run(IMPORTS),
    f"{APP}:import_cancel": rules_of_a_run(IMPORTS),
    f"{APP}:import_retry": rules_of_a_run(IMPORTS),
    f"{APP}:import_undo": rules_of_a_run(IMPORTS),
    f"{APP}:import_errors": rules_of_a_run(),
    f"{APP}:import_extra": rules_of_a_run(),
    f"{APP}:import_missing": rules_of_a_run()._replace(beside=frozenset((EXPORT,))),
    f"{APP}:import_rejected": rules_of_a_run(),
    f"{APP}:import_warnings": rules_of_a_run(),
    **{name: rule for table in REFERENCE for name, rule in rules_of_a_reference_table(table).items()},
    **{name: rule for table in LAYOUTS for name, rule in rules_of_layouts(table).items()},
}

SECRETS = (
    *("Zebedee", "4242424242", "REF-SECRET", "Secret Joinery", "603/9999/Z", "Secret Organisation"),
    *(
        "Secret Programme",
        "RN-SECRET",
        "TR-SECRET",
        "secret-upload",
        "471100",
        "Secret Layout",
        "Secret Heading",
    ),
)
"""Parts of what :func:`world` stores; the last is every count of the runs."""

ROUTES = our_routes()


class World(NamedTuple):
    keys: dict[str, Any]
    """Primary key of one record by table."""
    others_runs: dict[str, ImportRun]
    """By what they are about."""


@pytest.fixture
def world() -> World:
    learner = make_learner(given_names="Zebedee", uln="4242424242", reference="REF-SECRET")
    organisation = make_organisation("Secret Organisation")
    qualification = make_qualification(
        number="603/9999/Z", title="Secret Joinery", awarding_organisation=organisation
    )
    programme = make_programme("Secret Programme")
    registration = make_registration(
        learner=learner,
        qualification=qualification,
        programme=programme,
        registration_number="RN-SECRET",
        postal_tracking_reference="TR-SECRET",
    )
    history.log_change(
        history.EDIT,
        registration,
        {"registration_number": ["", "RN-SECRET"]},
        user=None,
        timestamp=registration.created_at,
    )
    # A learner without a registration, so that only Wagtail's log of learners speaks of it.
    log(make_learner(given_names="Yorick"), "wagtail.edit")
    export = make_export(registration, make_registration())
    ExportRun.objects.filter(pk=export.pk).update(user_name="x", filters="q=Zebedee")
    keys = {
        "export": export.pk,
        "learner": learner.pk,
        "awardingorganisation": organisation.pk,
        "qualification": qualification.pk,
        "programme": programme.pk,
        "registration": registration.pk,
        "exportlayout": make_export_layout(name="Secret Layout").pk,
        "importlayout": make_import_layout(
            {"heading": "Secret Heading", "field": "uln"},
            {"heading": "Aim", "field": "qualification"},
            name="Secret Layout",
        ).pk,
    }
    other = make_user(superuser=True)
    return World(keys, {about: make_secret_run(other, about) for about in WRITES})


BY_LAYOUT = (f"{APP}:export", f"{APP}:export_check", f"{APP}:export_preview")
"""What takes the name of a layout."""

SECRET_ROWS = {
    "registrations": (["603/9999/Z", "4242424242", "Registered", "RN-SECRET"], ["Zebedee", "4242424242"]),
    "learners": (["REF-SECRET", "4242424242", "Zebedee", "Changed"], ["", "", "Zebedee"]),
    "qualifications": (["603/9999/Z", "Secret Joinery, new", "Secret Organisation"], ["", "Secret Joinery"]),
}
"""One that is accepted and one that is rejected, by what they are about."""


def make_secret_run(user: Any, about: str) -> ImportRun:
    data = make_csv(*SECRET_ROWS[about], layout=SUBJECTS[about].layout)
    answers = ExportRun.objects.order_by("pk").first() if about == "registrations" else None
    run = make_run(data, user=user, about=about, answers=answers)
    assert (run.accepted, run.rejected) == (1, 1)
    counts = dict.fromkeys(("created", "updated", "unchanged", "cleared"), 471100)
    ImportRun.objects.filter(pk=run.pk).update(file_name="secret-upload.csv", **counts)
    return run


class Person(NamedTuple):
    client: Client
    user: Any
    held: frozenset[str]
    """What counts: nothing for those who may not enter the admin."""

    def passes(self, needs: Needs) -> bool:
        return any(self.held >= names for names in needs)


def make_person(kind: str, **options: Any) -> Person:
    everything = frozenset((SUPERUSER, MANAGE, IMPORT, EXPORT, DELETE, *on(*REFERENCE, *LAYOUTS)))
    client = Client(raise_request_exception=True, **options)
    if kind == "anonymous":
        return Person(client, None, frozenset())
    codenames = USERS[kind]
    user = make_user(*(codenames or ()), superuser=kind.endswith("superuser"))
    client.force_login(user)
    if kind.startswith("inactive"):
        user.is_active = False
        user.save()
        return Person(client, user, frozenset())
    if kind.endswith("no admin access"):
        user.user_permissions.set(Permission.objects.exclude(codename="access_admin"))
        return Person(client, user, frozenset())
    return Person(client, user, everything if codenames is None else frozenset(codenames))


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


# Pages of Wagtail's own that list or count records of all tables: what they tell whom.
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
