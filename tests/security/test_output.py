"""What leaves: pages escape, downloads are guarded and saved, and logs, addresses and caches hold nothing."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from wagtail.log_actions import log

from tests.makers import (
    make_csv,
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
from wagtail_regcert import history
from wagtail_regcert.characters import clean
from wagtail_regcert.importing import runs, staging
from wagtail_regcert.layouts import Separator
from wagtail_regcert.models import ExportRun, ImportRun, Registration
from wagtail_regcert.tasks import commit_run, validate_run

from .routes import BULK, body_of, our_routes

pytestmark = pytest.mark.django_db

ROUTES = our_routes()
LISTING = "wagtailsnippets_wagtail_regcert_registration"
RAW = "\"'><img src=x onerror=alert("
VALUES = (
    *("given", "family", "uln", "reference", "title", "number", "organisation", "programme"),
    *("registration", "tracking", "file", "user", "filters", "cell", "old", "layout", "heading"),
)
ULN = "4242424242"


def attack(name: str) -> str:
    """A value that would run, where it is not escaped; each says which one it is."""
    return f"{RAW}/{name}/)>"


def make_world(value: Any, user: Any, run_user: Any) -> dict[str, Any]:
    """One record in every table, its texts as ``value`` gives them by name; keys by table, and ``run``."""
    learner = make_learner(
        given_names=value("given"),
        family_name=value("family"),
        uln=value("uln"),
        reference=value("reference"),
    )
    organisation, programme = make_organisation(value("organisation")), make_programme(value("programme"))
    qualification = make_qualification(
        number=value("number"), title=value("title"), awarding_organisation=organisation
    )
    registration = make_registration(
        learner=learner,
        qualification=qualification,
        programme=programme,
        registration_number=value("registration"),
        postal_tracking_reference=value("tracking"),
    )
    found = {"registration_number": [value("old"), value("registration")]}
    history.log_change(history.EDIT, registration, found, user=user, timestamp=registration.created_at)
    log(learner, "wagtail.edit", user=user)
    filters = urlencode({"q": value("filters")})
    export = ExportRun.objects.create(user_name=value("user"), layout="export", filters=filters, records=1)
    run = make_run(
        make_csv(
            [value("number"), value("uln"), "Achieved", "", "01/02/2031"],
            [value("number"), value("uln") + "x", value("cell")],
            ["0" + value("number"), value("uln"), "Achieved", value("cell")],
        ),
        user=run_user,
        answers=export,
    )
    ImportRun.objects.filter(pk=run.pk).update(file_name=value("file"), user_name=value("user"))
    layout = make_export_layout(
        {"heading": "Name", "value": "learner.family_name"},
        {"heading": "Number", "value": "registration.registration_number"},
        name=value("layout"),
        awarding_organisation=value("organisation"),
    )
    make_export_layout(
        {"heading": "Name", "value": "learner.full_name", "longest": 1},
        {"heading": "Reference", "value": "learner.reference", "longest": 1},
        name="Nothing fits",
    )
    waiting = runs.start_run(
        data=make_csv([value("uln"), value("cell")], headings=[value("heading"), "Status"]),
        file_name=value("file"),
        separator=Separator.COMMA,
        encoding="utf-8",
        user=run_user,
        is_matched=True,
    )
    theirs = make_import_layout(
        {"heading": value("heading"), "field": "uln"},
        {"heading": "Aim", "field": "qualification"},
        {"heading": "Outcome", "field": "status", "values": {value("cell"): "achieved"}},
        name=value("layout"),
    )
    return {
        "importlayout": theirs.pk,
        "exportlayout": layout.pk,
        "layout": layout.name,
        "learner": learner.pk,
        "awardingorganisation": organisation.pk,
        "qualification": qualification.pk,
        "programme": programme.pk,
        "registration": registration.pk,
        "run": run.pk,
        "export": export.pk,
        "waiting": waiting.pk,
    }


def pages(keys: dict[str, Any]) -> Iterator[str]:
    """Every address of ours with that record, all of the report, and Wagtail's pages over all tables."""
    for name, route in ROUTES.items():
        if not name.endswith("import_cancel") and "delete registration" not in name:
            yield route.url(keys)
    for name in ("export", "export_check", "export_preview"):
        yield f"{reverse(f'wagtail_regcert:{name}')}?{urlencode({'layout': keys['layout']})}"
        yield f"{reverse(f'wagtail_regcert:{name}')}?layout=nothing+fits"
    yield reverse("wagtail_regcert:import_match", args=[keys["waiting"]])
    report = reverse("wagtail_regcert:import_report", args=[keys["run"]])
    yield from (f"{report}?tab=changes", f"{report}?tab=warnings", f"{report}?tab=errors&kind=0")
    for name in ("wagtailadmin_reports:site_history", "wagtailsnippets:index", "wagtailadmin_home"):
        yield reverse(name)


def html_in(response: Any) -> str:
    """The markup of a page, or of what a chooser loads as JSON."""
    if "json" not in response["Content-Type"] and "javascript" not in response["Content-Type"]:
        return body_of(response)
    loaded = json.loads(body_of(response).split("\n")[0])
    return str(loaded.get("html") or "") + str(loaded.get("htmlFragment") or "")


def is_download(response: Any) -> bool:
    return response["Content-Type"].startswith("text/csv")


def test_no_page_shows_a_value_that_would_run(client: Client) -> None:
    user = make_user(superuser=True, name=attack("user")[:150])
    client.force_login(user)
    keys = make_world(attack, user, user)

    wrong, seen = [], set()
    for url in pages(keys):
        response = client.get(url)
        if is_download(response):
            continue
        html = html_in(response)
        wrong += [url] if RAW in html or "<img src=x" in html else []
        seen |= {name for name in VALUES if escape(attack(name)) in html}

    assert wrong == []
    # Every value is shown somewhere, or there was nothing to escape.
    assert seen == set(VALUES)


def test_what_is_asked_for_is_not_shown_as_markup_either(client: Client) -> None:
    user = make_user(superuser=True)
    client.force_login(user)
    keys = make_world(lambda name: f"{name}1", user, user)
    bad = attack("query")
    parameters = {
        **dict.fromkeys(("q", "status", "programme", "qualification", "run", "awaited"), bad),
        "registration_date_from": bad,
        **dict.fromkeys(("ordering", "p", "tab", "kind", "layout", "next", "id", "export"), bad),
    }

    names = ("list", "list_results", "history")
    urls = [reverse(f"{LISTING}:{name}", args=[keys["registration"]] * (name == "history")) for name in names]
    urls += [reverse("wagtail_regcert:import_report", args=[keys["run"]])]
    urls += [reverse(f"wagtail_regcert:{name}") for name in ("import", "imports", "exports", "export")]
    urls += [
        reverse(f"wagtail_regcert:{name}") for name in ("export_check", "export_layouts", "export_preview")
    ]
    urls += [reverse(BULK, args=["wagtail_regcert", "registration", "export"])]
    for url in urls:
        for response in (
            client.get(url, parameters, follow=True),
            *(client.get(url, {name: value}, follow=True) for name, value in parameters.items()),
        ):
            assert response.status_code in (200, 404), url
            assert "<img src=x" not in body_of(response), url


def test_messages_after_an_action_are_escaped(client: Client) -> None:
    user = make_user(superuser=True)
    client.force_login(user)
    keys = make_world(attack, user, user)
    bare = make_learner(given_names=attack("given"), uln=None)
    learner, registration = "wagtailsnippets_wagtail_regcert_learner", reverse(f"{LISTING}:add")
    form = {"learner": bare.pk, "qualification": keys["qualification"], "status": "registered"}

    shown = [
        client.post(registration, form, follow=True),
        client.post(registration, form, follow=True),
        client.get(reverse(f"{learner}:delete", args=[keys["learner"]]), follow=True),
        client.post(reverse(f"{learner}:add"), {"given_names": attack("given")}, follow=True),
        client.post(
            reverse("wagtail_regcert:import"),
            {"file": SimpleUploadedFile(attack("file") + ".csv", make_csv()), "separator": attack("cell")},
        ),
        client.post(
            reverse("wagtail_regcert:import"),
            {"file": SimpleUploadedFile("a.csv", f"{attack('cell')},b\n1,2".encode()), "separator": "comma"},
        ),
        client.post(reverse(f"{LISTING}:delete", args=[keys["registration"]]), follow=True),
    ]

    for response in shown:
        assert response.status_code == 200
        assert "<img src=x" not in body_of(response)
    assert escape(attack("given")) in body_of(shown[0])
    assert "cannot be deleted" in body_of(shown[2])


def test_everything_says_that_it_must_not_be_kept_or_guessed_at(client: Client) -> None:
    user = make_user(superuser=True)
    client.force_login(user)
    keys = make_world(lambda name: f"{name}1", user, user)

    wrong = []
    for url in pages(keys):
        response = client.get(url)
        if "no-store" not in response.get("Cache-Control", ""):
            wrong.append((url, "may be kept"))
        if response.get("X-Content-Type-Options") != "nosniff":
            wrong.append((url, "may be guessed at"))
        disposition = response.get("Content-Disposition", "")
        if is_download(response) and not re.fullmatch(r'attachment; filename="[\w.-]+\.csv"', disposition):
            wrong.append((url, disposition))

    assert wrong == []


def downloads(client: Client, keys: dict[str, Any]) -> Iterator[tuple[str, list[list[str]]]]:
    for url in (*pages(keys), reverse("wagtail_regcert:export") + "?layout=import"):
        response = client.get(url)
        if is_download(response):
            text = body_of(response).rstrip("\n").removeprefix("\ufeff")
            yield url, list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "'=", "''@"])
def test_no_cell_of_any_download_begins_a_formula(client: Client, sign: str) -> None:
    user = make_user(superuser=True)
    client.force_login(user)
    # Stored as a file would have brought it, the guard taken off.
    keys = make_world(lambda name: f"{sign}cmd|'/C calc'!{name}", user, user)

    files = dict(downloads(client, keys))

    cells = {cell for rows in files.values() for row in rows for cell in row}
    assert len(files) == 11
    assert not [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)]
    # And read back they are what is stored.
    stored = f"{sign}cmd|'/C calc'!registration"
    assert {clean(cell) for cell in cells if cell.endswith("!registration")} == {stored}


def test_no_address_holds_a_value_of_a_learner(client: Client) -> None:
    user = make_user(superuser=True)
    client.force_login(user)
    values = {"uln": ULN, "given": "Zebedee", "family": "Quagmire", "file": "quagmire.csv"}
    # An address names a layout.
    others = {"layout": "Board"}
    keys = make_world(lambda name: {**values, **others}.get(name, f"{name}-Zebedee"), user, user)

    wrong = []
    for url in pages(keys):
        response = client.get(url)
        if is_download(response):
            continue
        html = html_in(response) + response.get("Location", "")
        for address in re.findall(r'(?:href|src|action|url-value)="([^"]*)"', html):
            if any(value.casefold() in unquote_plus(address).casefold() for value in values.values()):
                wrong.append((url, address))

    assert wrong == []


@pytest.fixture
def refusing_database() -> Iterator[None]:
    """A database that refuses registrations and quotes the row, as PostgreSQL does by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE {Registration._meta.db_table} ADD CHECK (registration_number <> 'RN-SECRET')"
            )
        yield
        return

    quoting = f"Failing row contains ({ULN}, Zebedee, RN-SECRET)."

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO") and "wagtail_regcert_registration" in sql:
            raise IntegrityError(quoting)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def staged() -> tuple[Any, ImportRun]:
    make_qualification(number="603/2942/X")
    make_learner(given_names="Zebedee", uln=ULN)
    user = make_user("manage_registration", "import_registration")
    data = make_csv(["603/2942/X", ULN, "Registered", "RN-SECRET"], ["603/2942/X", "RN-SECRET", "Zebedee"])
    return user, make_run(data, user=user)


SECRETS = (ULN, "Zebedee", "RN-SECRET")


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, tracebacks too; Django logs its SQL only while debugging."""
    caplog.handler.setFormatter(logging.Formatter())
    records = [record for record in caplog.records if not record.name.startswith("django.db.backends")]
    return "\n".join(map(caplog.handler.format, records))


def test_a_database_that_quotes_a_row_is_not_quoted(
    client: Client, staged: tuple[Any, ImportRun], refusing_database: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    user, run = staged
    client.force_login(user)

    runs.begin_commit(run.pk)
    result = commit_run.enqueue(str(run.pk))
    page = client.get(reverse("wagtail_regcert:import_report", args=[run.pk]))

    run.refresh_from_db()
    assert run.state == ImportRun.State.FAILED
    assert not Registration.objects.exists()
    (error,) = result.errors
    assert "IntegrityError" in error.traceback
    assert "apply_records" in error.traceback
    assert not secrets_in(run.failure + body_of(page) + error.traceback + logged(caplog))


def test_a_command_whose_database_quotes_a_row_does_not_print_it(
    staged: tuple[Any, ImportRun], refusing_database: None, tmp_path: Any
) -> None:
    path, out = tmp_path / "a.csv", io.StringIO()
    path.write_bytes(make_csv(["603/2942/X", ULN, "Registered", "RN-SECRET"]))

    with pytest.raises(SystemExit) as stop:
        call_command("regcert_import", str(path), stdout=out, stderr=out)

    assert stop.value.code == 3
    assert "IntegrityError" in out.getvalue()
    assert not secrets_in(out.getvalue())


def test_a_whole_import_logs_no_value(
    client: Client, staged: tuple[Any, ImportRun], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    user, run = staged
    client.force_login(user)
    damaged = make_run(make_csv(["603/2942/X", ULN, "Registered", "RN-SECRET"]), user=user)
    staging.discard(damaged)
    staging.save_file(damaged, f'"{ULN}'.encode())
    ImportRun.objects.filter(pk=damaged.pk).update(state=ImportRun.State.UPLOADED)

    client.post(
        reverse("wagtail_regcert:import"),
        {"file": SimpleUploadedFile("Zebedee.csv", b'"' + ULN.encode()), "separator": "comma"},
    )
    client.get(reverse("wagtail_regcert:export"))
    failed = validate_run.enqueue(str(damaged.pk))
    runs.begin_commit(run.pk)
    done = commit_run.enqueue(str(run.pk))
    client.get(reverse("wagtail_regcert:import_errors", args=[run.pk]))

    damaged.refresh_from_db()
    assert (damaged.state, len(failed.errors), done.errors) == (ImportRun.State.FAILED, 1, [])
    assert caplog.records
    assert not secrets_in(damaged.failure + failed.errors[0].traceback + logged(caplog))
