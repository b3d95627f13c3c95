"""Upgrades with data in place: from every state of the tables that there ever was, to the newest."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from wagtail_regcert import migrations
from wagtail_regcert.models import (
    AwardingOrganisation,
    ChangeLogEntry,
    ImportRun,
    Learner,
    Programme,
    Qualification,
    Registration,
    RegistrationLogEntry,
)

pytestmark = pytest.mark.django_db(transaction=True)

APP = "wagtail_regcert"
STATES = sorted(path.stem for path in Path(migrations.__file__).parent.glob("[0-9]*.py"))
BEFORE_THE_ROLES, FIRST_WITH_ROLES = "0001_initial", "0002_roles"
ROLES = {
    "Manage Registration & Certification": "manage_registration",
    "Bulk Upload": "import_registration",
    "Data Export": "export_registration",
}
NOW = timezone.make_aware(dt.datetime(2026, 1, 2, 3, 4, 5))


@pytest.fixture
def migrated_to() -> Iterator[Callable[[str], Any]]:
    """Take the tables back to a state; answers with the models as they were then."""

    def migrate(name: str) -> Any:
        call_command("migrate", APP, name, verbosity=0)
        return MigrationLoader(connection).project_state((APP, name)).apps

    yield migrate
    upgrade()


def upgrade() -> None:
    call_command("migrate", APP, verbosity=0)
    ContentType.objects.clear_cache()


def fill(old: Any) -> None:
    """Rows in every table, as the first release could have written them."""

    def make(model: str, /, **values: Any) -> Any:
        return old.get_model(APP, model).objects.create(**values)

    organisation = make("AwardingOrganisation", name="NCFE")
    make("AwardingOrganisation", name="ncfe")
    qualification = make(
        "Qualification", number="603/2942/x", title="Siân ’n 𝒥oinery", awarding_organisation=organisation
    )
    programme = make("Programme", name="Carpentry")
    learner = make(
        "Learner",
        uln="AbC1",
        reference="r1",
        given_names="Ann",
        family_name="O’Lee",
        gender="F",
        date_of_birth=dt.date(2001, 2, 3),
    )
    make("Learner", uln="aBc1", family_name="Other")
    make("Learner", uln=None, family_name="Nobody yet")
    registration = make(
        "Registration",
        learner=learner,
        qualification=qualification,
        programme=programme,
        planned_achievement_date=dt.date(2027, 8, 31),
        status="certificate_sent",
        registration_number="=R1",
        registration_date=dt.date(2026, 1, 1),
        certificate_sent_date=dt.date(2026, 5, 6),
        postal_tracking_reference="T1",
    )
    runs = [
        make(
            "ImportRun",
            user_name="ann",
            created_at=NOW,
            finished_at=NOW,
            file_name="a.csv",
            size=3,
            digest="0" * 64,
            separator="comma",
            encoding="utf-8",
            state=state,
            rows=2,
            rejected=1,
            error_kinds=[["required", "ULN", 1]],
        )
        for state in ("validated", "committed")
    ]
    make("RunPiece", run=runs[0], kind="file", number=0, items=3, data=b"\x00\xffa")
    export = make("ExportRun", user_name="bob", created_at=NOW, layout="export", filters="q=x", records=7)
    if "exportlayout" in old.all_models[APP]:
        make("ExportPiece", run=export, number=0, keys=b"\x00\xff")
        layout = make("ExportLayout", name="Board A", awarding_organisation=organisation, file_name="a.csv")
        make("ExportLayoutRow", layout=layout, sort_order=0, cells=["Centre", ""])
        column = make(
            "ExportLayoutColumn", layout=layout, sort_order=0, heading="Sex", value="learner.gender"
        )
        make("ExportLayoutTranslation", column=column, sort_order=0, stored="F", cell="2")
    if "importlayout" in old.all_models[APP]:
        layout = make("ImportLayout", name="Board A", separator="semicolon", creates_learners=True)
        column = make("ImportLayoutColumn", layout=layout, sort_order=0, heading="Outcome", field="status")
        make("ImportLayoutTranslation", column=column, sort_order=0, cell="Pass", value="achieved")
        make("ImportLayoutConstant", layout=layout, sort_order=0, field="qualification", value="603/2942/x")
    if "answerpiece" in old.all_models[APP]:
        make("AnswerPiece", run=runs[1], number=0, keys=b"\x00\xff")
    content_type, _created = old.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=APP, model="registration"
    )
    entry = {
        "label": "Ann O’Lee",
        "action": f"{APP}.import",
        "data": {"file": "a.csv", "row": 2, "changes": {"status": ["", "certificate_sent"]}},
        "timestamp": NOW,
        "content_changed": True,
        "deleted": False,
        "object_id": registration.pk,
        "run": runs[1],
        "user_name": "ann",
    }
    make("RegistrationLogEntry", content_type=content_type, uuid=uuid.uuid4(), **entry)
    if "changelogentry" in old.all_models[APP]:
        make("ChangeLogEntry", content_type=content_type, uuid=uuid.uuid4(), **entry)


def rows_of(apps: Any, columns: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    """All rows of these columns by table; binary values as bytes."""
    return {
        name: [
            {key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
            for row in apps.get_model(APP, name).objects.order_by("pk").values(*keys)
        ]
        for name, keys in columns.items()
    }


@pytest.mark.parametrize("state", STATES)
def test_data_of_every_state_come_through_as_they_were(migrated_to: Callable[[str], Any], state: str) -> None:
    from django.apps import apps as newest

    old = migrated_to(state)
    fill(old)
    columns = {
        model._meta.model_name: [field.attname for field in model._meta.concrete_fields]
        for model in old.get_app_config(APP).get_models()
    }
    before = rows_of(old, columns)

    upgrade()

    assert all(before.values())
    assert rows_of(newest, columns) == before
    # And the newest code works on them.
    registration = Registration.objects.select_related("learner", "qualification").get()
    assert str(registration) == "Ann O’Lee · AbC1 – Siân ’n 𝒥oinery (603/2942/x)"
    assert registration.qualification.match_key == "6032942X"
    assert RegistrationLogEntry.objects.get(run__state="committed").object_id == registration.pk
    assert {run.has_expired for run in ImportRun.objects.all()} == {True}
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(learner=registration.learner, qualification=registration.qualification)
    with pytest.raises(IntegrityError), transaction.atomic():
        Learner.objects.create(uln="AbC1")


def held(name: str) -> set[str]:
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


def test_a_group_that_a_site_has_already_is_left_and_named(
    migrated_to: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    migrated_to(BEFORE_THE_ROLES)
    Group.objects.all().delete()
    theirs = Group.objects.create(name="Data Export")
    theirs.permissions.set(Permission.objects.filter(codename="add_group"))

    upgrade()

    assert {name: held(name) for name in ROLES} == {
        "Manage Registration & Certification": {"manage_registration", "access_admin"},
        "Bulk Upload": {"import_registration", "access_admin"},
        "Data Export": {"add_group"},
    }
    assert capsys.readouterr().out.count("exists already") == 1


# What came between touches them on the way from the first, if it does.
@pytest.mark.parametrize("state", [FIRST_WITH_ROLES, *STATES[-2:]])
def test_groups_that_a_site_edited_or_deleted_are_not_touched_again(
    migrated_to: Callable[[str], Any], state: str
) -> None:
    migrated_to(BEFORE_THE_ROLES)
    Group.objects.all().delete()
    migrated_to(state)
    Group.objects.get(name="Bulk Upload").delete()
    Group.objects.get(name="Data Export").permissions.clear()
    Group.objects.filter(name="Manage Registration & Certification").update(name="Registrars")

    upgrade()

    found = {group.name: held(group.name) for group in Group.objects.all()}
    assert found == {"Registrars": {"manage_registration", "access_admin"}, "Data Export": set()}


@pytest.mark.parametrize("stale_types_are_removed", [False, True])
def test_groups_hold_their_permissions_again_after_the_app_was_out(
    migrated_to: Callable[[str], Any], stale_types_are_removed: bool
) -> None:
    migrated_to(BEFORE_THE_ROLES)
    Group.objects.all().delete()
    upgrade()
    before = {group.name: (group.pk, held(group.name)) for group in Group.objects.all()}

    call_command("migrate", APP, "zero", verbosity=0)
    if stale_types_are_removed:
        # As ``remove_stale_contenttypes`` does where the app is not installed any more.
        Permission.objects.filter(content_type__app_label=APP).delete()
        stale = ContentType.objects.filter(app_label=APP)
        stale._raw_delete(stale.db)
    upgrade()

    assert before.keys() == ROLES.keys()
    assert {group.name: (group.pk, held(group.name)) for group in Group.objects.all()} == before


def test_a_migration_that_is_only_noted_down_touches_no_group(migrated_to: Callable[[str], Any]) -> None:
    call_command("migrate", APP, BEFORE_THE_ROLES, fake=True, verbosity=0)
    Group.objects.all().delete()
    Group.objects.create(name="Theirs")

    call_command("migrate", APP, fake=True, verbosity=0)

    assert [group.name for group in Group.objects.all()] == ["Theirs"]


def test_permissions_of_the_newest_state_are_there_after_an_upgrade(
    migrated_to: Callable[[str], Any],
) -> None:
    migrated_to(BEFORE_THE_ROLES)

    upgrade()

    found = Permission.objects.filter(content_type__app_label=APP, content_type__model="registration")
    assert set(found.values_list("codename", flat=True)) == {*ROLES.values(), "delete_registration"}


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", APP, check=True, dry_run=True, verbosity=0)


BEFORE_CLEAN_TEXTS = "0011_days"


def store(old: Any, model: str, /, **values: Any) -> int:
    """A row as an older release could have written it; its primary key."""
    return old.get_model(APP, model).objects.create(**values).pk


def test_stored_texts_become_what_they_would_be_read_as(migrated_to: Callable[[str], Any]) -> None:
    old = migrated_to(BEFORE_CLEAN_TEXTS)
    organisation = store(old, "AwardingOrganisation", name="\u200eCafe\u0301 \ufeff")
    programme = store(old, "Programme", name="Bakers\u00a0")
    qualification = store(
        old,
        "Qualification",
        number="603/e\u0301\u00ad",
        title="Pa\u0302tisserie",
        awarding_organisation_id=organisation,
    )
    learner = store(
        old,
        "Learner",
        uln="\u200b9276308686",
        reference="\u200e",
        given_names="Zoe\u0308",
        family_name=" Lee",
    )
    temporary = store(old, "Learner", uln="\u200b9999999999", reference="r2")
    guarded = store(old, "Learner", reference="'=1", given_names="\u200b'=1", family_name='="Lee"')
    registration = store(
        old,
        "Registration",
        learner_id=learner,
        qualification_id=qualification,
        registration_number="\u00adR\u00c51\u2060",
        postal_tracking_reference="A\u030a\t",
    )
    untouched = old.get_model(APP, "Registration").objects.get(pk=registration).updated_at

    upgrade()

    found = Registration.objects.select_related("learner", "qualification__awarding_organisation").get()
    assert (found.registration_number, found.postal_tracking_reference) == ("R\u00c51", "\u00c5")
    assert (found.search_text, found.updated_at) == ("ra1\na", untouched)
    assert (found.learner.uln, found.learner.reference) == ("9276308686", None)
    assert (found.learner.full_name, found.learner.search_text) == ("Zoë Lee", "zoe lee\n9276308686\n")
    assert (found.qualification.number, found.qualification.match_key) == ("603/é", "603É")
    assert (found.qualification.title, found.qualification.awarding_organisation.name) == (
        "Pâtisserie",
        "Café",
    )
    assert Programme.objects.get(pk=programme).name == "Bakers"
    assert Learner.objects.get(pk=temporary).uln is None
    # What was a cell once is not read a second time.
    names = ("reference", "given_names", "family_name")
    assert Learner.objects.values_list(*names).get(pk=guarded) == ("'=1", "=1", '="Lee"')


def test_texts_that_would_clash_or_not_do_are_left_and_listed_without_their_contents(
    migrated_to: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    old = migrated_to(BEFORE_CLEAN_TEXTS)
    organisation = store(old, "AwardingOrganisation", name="NCFE")
    nameless = store(old, "AwardingOrganisation", name="\u200b")
    numbers = [
        store(old, "Qualification", number=number, title="T", awarding_organisation_id=organisation)
        for number in ("1/\u00e9", "1e\u0301", "2e\u0301", "2 e\u0301\u200b", "3e\u0301")
    ]
    learners = [
        store(old, "Learner", uln=uln, family_name="Le\u0301e")
        for uln in ("9276308686", "9276308686\u200b", "1\u200b", "\u200b1", "2\u200b")
    ]
    # A letter that is two in NFC.
    long = store(old, "Learner", reference="\u0958" * 128)

    upgrade()

    said = capsys.readouterr().out
    assert list(Qualification.objects.order_by("pk").values_list("number", "match_key")) == [
        ("1/\u00e9", "1\u00c9"),
        ("1e\u0301", "1E\u0301"),
        ("2e\u0301", "2E\u0301"),
        ("2 e\u0301\u200b", "2E\u0301\u200b"),
        ("3\u00e9", "3\u00c9"),
    ]
    assert list(Learner.objects.filter(pk__in=learners).order_by("pk").values_list("uln", "family_name")) == [
        (uln, "L\u00e9e") for uln in ("9276308686", "9276308686\u200b", "1\u200b", "\u200b1", "2")
    ]
    assert Learner.objects.get(pk=long).reference == "\u0958" * 128
    assert AwardingOrganisation.objects.get(pk=nameless).name == "\u200b"
    assert f"Qualification.objects.filter(pk__in={numbers[1:4]})" in said
    assert f"Learner.objects.filter(pk__in={learners[1:4]})" in said
    assert f"Learner.objects.filter(pk__in={[long]})" in said
    assert f"AwardingOrganisation.objects.filter(pk__in={[nameless]})" in said
    assert said.count(" kept ") == 4
    assert "9276308686" not in said


def test_many_texts_are_cleaned_page_by_page_and_a_step_back_changes_nothing(
    migrated_to: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    old = migrated_to(BEFORE_CLEAN_TEXTS)
    model = old.get_model(APP, "Learner")
    model.objects.bulk_create(
        [model(reference=f"{number}\u200b", family_name=f"L{number}") for number in range(1100)]
    )

    upgrade()
    cleaned = list(Learner.objects.order_by("pk").values_list("reference", "search_text"))
    migrated_to(BEFORE_CLEAN_TEXTS)
    upgrade()

    assert cleaned == [(str(number), f"l{number}\n\n{number}") for number in range(1100)]
    assert list(Learner.objects.order_by("pk").values_list("reference", "search_text")) == cleaned
    assert " kept " not in capsys.readouterr().out


def test_wagtails_log_of_our_tables_moves_into_ours_and_back(migrated_to: Callable[[str], Any]) -> None:
    from wagtail.models import ModelLogEntry

    old = migrated_to("0014_change_log")
    ModelLogEntry.objects.all().delete()
    user = get_user_model().objects.create_user("ann")
    types = ContentType.objects.filter(app_label=APP, model__in=("learner", "qualification"))
    names = ("action", "label", "data", "timestamp", "user", "content_type", "deleted")
    for number, content_type in enumerate([*types, ContentType.objects.get_for_model(Group)]):
        ModelLogEntry.objects.bulk_create(
            ModelLogEntry(
                content_type=content_type,
                object_id=str(number),
                label=f"Row {number}",
                action="wagtail.edit",
                data={"was": number},
                timestamp=NOW,
                user=user if number else None,
                uuid=uuid.uuid4(),
                deleted=bool(number),
            )
            for _time in range(1100 if number == 1 else 1)
        )
    before = list(ModelLogEntry.objects.order_by("content_type", "pk").values("object_id", "uuid", *names))
    assert len(before) == 1102
    assert old.get_model(APP, "ChangeLogEntry").objects.count() == 0

    upgrade()
    moved = list(ChangeLogEntry.objects.order_by("content_type", "pk").values("user_name", *names))
    left = list(ModelLogEntry.objects.values_list("content_type__model", flat=True))
    migrated_to("0014_change_log")

    assert left == ["group"]
    assert {entry.pop("user_name") for entry in moved} == {"", "ann"}
    assert moved == [
        {name: entry[name] for name in names}
        for entry in before
        if entry["content_type"] in {one.pk for one in types}
    ]
    after = ModelLogEntry.objects.order_by("content_type", "pk").values("object_id", "uuid", *names)
    assert list(after) == before
    ModelLogEntry.objects.all().delete()
    user.delete()
