"""The whole job as people do it, over HTTP and with the commands, whatever the settings of a site are."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import router
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.makers import make_csv
from wagtail_regcert import conf, sync
from wagtail_regcert.models import (
    ExportRun,
    ImportRun,
    Learner,
    Registration,
    RegistrationLogEntry,
)

ANN, BOB = "9276308686", "1000000027"
QUALIFICATION = "603/2942/X"


def make_account(name: str, *codenames: str, superuser: bool = False) -> Any:
    """A user with access to the admin, whatever the site's user model is known by."""
    user = get_user_model()(is_active=True, is_superuser=superuser)
    setattr(user, user.USERNAME_FIELD, f"{name}@example.org")
    user.set_password("demo")
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=("access_admin", *codenames)))
    return user


def do_whole_job(catch_up: Callable[[], None] = lambda: None) -> None:
    """Import, look at it, change it by hand, undo it, export it, purge it.

    ``catch_up`` is called where people look at what was written a while ago: a replica would have it by then.
    """
    importer = make_account(
        "importer", "manage_registration", "import_registration", "export_registration", "delete_registration"
    )
    superuser = make_account("superuser", superuser=True)
    client, all_seeing = Client(), Client()
    client.force_login(importer)
    all_seeing.force_login(superuser)
    synchronise()
    run = import_a_file(client)
    catch_up()
    look_at(client, run)
    edit_by_hand(client)
    meet_a_conflict(client)
    undo(client, run)
    catch_up()
    export(client, all_seeing)
    wait_in_vain(client)
    commands(importer, catch_up)
    expire_and_erase(client, all_seeing)


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    """The text of a page of ours, which must be there."""
    return fetched(client, reverse(f"wagtail_regcert:{name}", args=args) + query)


def stored(model: Any) -> Any:
    """The rows of a table where they are written, whatever a replica has of them."""
    return model._base_manager.using(router.db_for_write(model))


def registration_of(uln: str) -> Registration:
    return stored(Registration).select_related("learner").get(learner__uln=uln)


def snippet_url(name: str, *args: Any) -> str:
    return reverse(Registration.snippet_viewset.get_url_name(name), args=args)  # type: ignore[attr-defined]


def fetched(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code, response.headers.get("Location"))
    return b"".join(response).decode()  # type: ignore[arg-type]


def posted(client: Client, name: str, *args: Any, **values: Any) -> str:
    """Where a form of ours leads to."""
    response = client.post(reverse(f"wagtail_regcert:{name}", args=args), values)
    assert response.status_code == 302, (name, response.status_code, response.content.decode()[-3000:])
    return response.headers["Location"]


def status_of(client: Client, run: ImportRun) -> dict[str, Any]:
    return json.loads(page(client, "import_status", run.pk))


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def upload(client: Client, *rows: list[str]) -> ImportRun:
    known = set(ImportRun.objects.values_list("pk", flat=True))
    file = SimpleUploadedFile("file.csv", make_csv(*rows), content_type="text/csv")
    location = posted(client, "import", file=file, separator="comma")
    run = ImportRun.objects.exclude(pk__in=known).get()
    assert location == reverse("wagtail_regcert:import_report", args=[run.pk])
    return run


def synchronise() -> None:
    qualifications = sync.qualifications(
        [{"number": QUALIFICATION, "title": "Carpentry", "awarding_organisation": "NCFE"}]
    )
    learners = sync.learners(
        [
            {"uln": ANN, "given_names": "Ann", "family_name": "Lee"},
            {"uln": BOB, "given_names": "Bob", "family_name": "Ray"},
        ]
    )
    registrations = sync.registrations(
        [{"uln": BOB, "qualification": QUALIFICATION, "programme": "Carpenter", "status": "registered"}]
    )
    assert [found.created for found in (qualifications, learners, registrations)] == [1, 2, 1]


def import_a_file(client: Client) -> ImportRun:
    fetched(client, snippet_url("list"))
    page(client, "import")
    tomorrow = f"{timezone.now() + dt.timedelta(days=2):%d/%m/%Y}"
    run = upload(
        client,
        [QUALIFICATION, ANN, "Registered", "R1", "01/09/2025"],
        [QUALIFICATION, BOB, "Achieved", "R2", "", "", tomorrow],
        ["1", "2", "Nope"],
    )
    found = status_of(client, run)
    counts = [found[name] for name in ("state", "rows", "created", "updated", "rejected")]
    assert counts == ["validated", 3, 1, 1, 1], found
    page(client, "import_report", run.pk)
    for tab in ("errors", "changes", "warnings"):
        page(client, "import_report", run.pk, query=f"?tab={tab}")
    assert len(rows_of(page(client, "import_errors", run.pk))) == 4
    assert len(rows_of(page(client, "import_rejected", run.pk))) == 2
    posted(client, "import_commit", run.pk)
    found = status_of(client, run)
    counts = [found[name] for name in ("state", "created", "updated", "conflicts")]
    assert counts == ["committed", 1, 1, 0], found
    return run


def look_at(client: Client, run: ImportRun) -> None:
    page(client, "import_report", run.pk)
    assert "file.csv" in page(client, "imports")
    for query in (f"?run={run.pk}", "?q=lee", "?registration_date_from=2025-09-01", "?status=registered"):
        assert "Ann Lee" in fetched(client, snippet_url("list") + query), query
    registration = registration_of(ANN)
    history = fetched(client, snippet_url("history", registration.pk))
    assert "R1" in history
    assert "file.csv" in history
    assert stored(RegistrationLogEntry).filter(run=run).count() == 2
    fetched(client, snippet_url("inspect", registration.pk))


def edit_by_hand(client: Client) -> None:
    registration = registration_of(BOB)
    fetched(client, snippet_url("edit", registration.pk))
    values = form_of(registration)
    values["postal_tracking_reference"] = "AB123"
    response = client.post(snippet_url("edit", registration.pk), values)
    assert response.status_code == 302, response.content.decode()[-3000:]
    assert registration_of(BOB).postal_tracking_reference == "AB123"


def form_of(registration: Registration) -> dict[str, Any]:
    """What the form of a registration posts when nothing is changed."""
    view = Registration.snippet_viewset  # type: ignore[attr-defined]
    form = view.get_form_class(for_update=True)(instance=registration)
    return {name: value for name in form.fields if (value := form[name].value()) is not None} | {
        name: f"{form[name].value():%d/%m/%Y}"
        for name in form.fields
        if isinstance(form[name].value(), dt.date)
    }


def meet_a_conflict(client: Client) -> None:
    run = upload(client, [QUALIFICATION, ANN, "Registered", "R1 new", "01/09/2025"])
    registration = registration_of(ANN)
    Registration.objects.filter(pk=registration.pk).update(registration_number="R1 meanwhile")
    posted(client, "import_commit", run.pk)
    assert status_of(client, run)["conflicts"] == 1
    assert "R1 meanwhile" in page(client, "import_report", run.pk, query="?tab=conflicts")
    Registration.objects.filter(pk=registration.pk).update(registration_number="R1")


def undo(client: Client, run: ImportRun) -> None:
    """One run whose records were all touched since, and one that nobody touched."""
    page(client, "import_undo", run.pk)
    fresh = upload(client, [QUALIFICATION, ANN, "Achieved", "R1", "01/09/2025"])
    posted(client, "import_commit", fresh.pk)
    page(client, "import_undo", fresh.pk)
    posted(client, "import_undo", fresh.pk)
    fresh.refresh_from_db()
    counts = (fresh.undo_state, fresh.undo_restored, fresh.undo_deleted, fresh.undo_left)
    assert counts == ("done", 1, 0, 0), counts
    assert registration_of(ANN).status == "registered"
    posted(client, "import_undo", run.pk)
    run.refresh_from_db()
    assert (run.undo_state, run.undo_left) == ("done", 2), (run.undo_state, run.undo_left)
    page(client, "import_undo", run.pk)
    page(client, "import_report", run.pk)


def export(client: Client, all_seeing: Client) -> None:
    for query, columns in (("", 17), ("?layout=import", 10), ("?q=lee", 17)):
        found = rows_of(page(client, "export", query=query))
        assert {len(row) for row in found} == {columns}, found
    assert len(rows_of(page(client, "export"))) == 3
    assert ExportRun.objects.count() == 4
    page(all_seeing, "exports")


def wait_in_vain(client: Client) -> None:
    """A run whose worker never came, and one that is thrown away."""
    run = upload(client, [QUALIFICATION, ANN, "Exempt"])
    long_ago = timezone.now() - dt.timedelta(minutes=conf.settings.STUCK_MINUTES + 1)
    run.pieces.exclude(kind="file").delete()
    ImportRun.objects.filter(pk=run.pk).update(state="validating", moved_at=long_ago)
    assert reverse("wagtail_regcert:import_retry", args=[run.pk]) in page(client, "import_report", run.pk)
    posted(client, "import_retry", run.pk)
    assert status_of(client, run)["state"] == "validated"
    posted(client, "import_cancel", run.pk)
    run.refresh_from_db()
    assert run.state == "cancelled"
    page(client, "import_report", run.pk)


def commands(user: Any, catch_up: Callable[[], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(make_csv([QUALIFICATION, ANN, "Registered", "R3", "01/09/2025"]))
        out = io.StringIO()
        call_command("regcert_import", str(path), user=user.get_username(), json=True, stdout=out)
        assert json.loads(out.getvalue())["updated"] == 1, out.getvalue()
        catch_up()
        call_command("regcert_export", output=str(path), layout="import")
        assert "R3" in path.read_text("utf-8-sig")


def expire_and_erase(client: Client, all_seeing: Client) -> None:
    ImportRun.objects.update(created_at=timezone.now() - dt.timedelta(days=conf.settings.STAGING_DAYS + 1))
    out = io.StringIO()
    call_command("regcert_purge", stdout=out)
    assert out.getvalue().split()[0] != "0", out.getvalue()
    for run in ImportRun.objects.all():
        page(all_seeing, "import_report", run.pk)
    call_command("regcert_erase_learner", uln=ANN, yes=True, stdout=io.StringIO())
    assert not stored(Learner).filter(uln=ANN).exists()
    registration = registration_of(BOB)
    response = client.post(snippet_url("delete", registration.pk))
    assert response.status_code == 302
    assert not stored(Registration).filter(learner__uln=BOB).exists()
    fetched(client, snippet_url("list"))
