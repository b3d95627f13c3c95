"""Rows written in bulk are stored as Django's own writes store them, on every database."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.makers import make_learner, make_qualification, make_registration
from wagtail_regcert.layouts import STORED_FIELDS
from wagtail_regcert.models import Learner, Registration, RegistrationLogEntry, sets
from wagtail_regcert.models.writing import delete_rows, insert_rows, update_rows

pytestmark = pytest.mark.django_db

TEXTS = [
    "",
    "a\tb\nc\rd",
    "back\\slash \\N \\. \\n",
    "'\"`$$ %s %% {} ?",
    "NULL",
    "Å ΐ 日本 \U0001f600",
    " spaces at both ends ",
    "x" * 128,
]
NAMES = ("learner", "qualification", *STORED_FIELDS, "created_at", "updated_at")
NOW = dt.datetime(2026, 9, 1, 12, 30, 15, 123456, tzinfo=dt.UTC)


def values_of(registration):
    return tuple(getattr(registration, name) for name in STORED_FIELDS)


def row(text, day):
    """The eight values: texts, and days as a file, a blank or Python has them."""
    return ("achieved", text, day, "", None, "2026-02-28", dt.date(1900, 1, 1), text)


def test_inserted_rows_read_back_the_same():
    learners, qualification = [make_learner() for _text in TEXTS], make_qualification()

    insert_rows(
        Registration,
        NAMES,
        [
            (learner.pk, qualification.pk, *row(text, "2026-09-01"), NOW, NOW)
            for learner, text in zip(learners, TEXTS, strict=True)
        ],
    )

    stored = Registration.objects.order_by("pk")
    assert [one.learner_id for one in stored] == [learner.pk for learner in learners]
    assert [values_of(one) for one in stored] == [
        ("achieved", text, dt.date(2026, 9, 1), None, None, dt.date(2026, 2, 28), dt.date(1900, 1, 1), text)
        for text in TEXTS
    ]
    assert {(one.created_at, one.updated_at) for one in stored} == {(NOW, NOW)}


def test_texts_of_any_kind_are_found_among_others():
    known = [*filter(None, TEXTS), "{", "}", ",", "\\", '"', '\\"', "NULL ", "%s", "null"]
    learners = {uln: make_learner(uln=uln).pk for uln in known}
    make_learner(uln="another")

    assert Learner.objects.by_uln({*known, "nobody's"}) == learners
    assert Learner.objects.by_uln(set()) == {}


def test_keys_are_found_among_others():
    first, second, _third = make_learner(uln="1"), make_learner(uln=None), make_learner(uln="3")

    assert Learner.objects.ulns_of({first.pk, second.pk, 0, 2**40}) == {first.pk: "1", second.pk: None}


def test_pairs_are_found_among_others(django_assert_max_num_queries):
    learners = [make_learner(uln=str(number)) for number in range(3)]
    qualifications = [make_qualification(number=str(number)) for number in range(3)]
    stored = {
        (learner.pk, qualification.pk): make_registration(learner=learner, qualification=qualification).pk
        for learner in learners
        for qualification in qualifications
    }
    wanted = dict(list(stored.items())[::2])
    unknown = {(learners[0].pk, 0), (0, qualifications[0].pk), (2**63 - 1, 2**63 - 1)}

    with django_assert_max_num_queries(1):
        assert Registration.objects.keys_of(wanted.keys() | unknown) == wanted
    assert Registration.objects.keys_of(unknown) == {}
    assert Registration.objects.filter(status="exempt").keys_of(set(wanted)) == {}


def test_updated_rows_read_back_the_same_and_others_stay():
    first, *chosen = [make_registration(registration_number="old") for _number in range(len(TEXTS) + 1)]

    update_rows(
        Registration,
        (*STORED_FIELDS, "updated_at"),
        [(*row(text, None), NOW, one.pk) for one, text in zip(chosen, TEXTS, strict=True)],
    )

    stored = Registration.objects.in_bulk()
    assert [values_of(stored[one.pk]) for one in chosen] == [
        ("achieved", text, None, None, None, dt.date(2026, 2, 28), dt.date(1900, 1, 1), text)
        for text in TEXTS
    ]
    assert values_of(stored[first.pk]) == values_of(first)
    assert stored[first.pk].updated_at != NOW


def test_entries_of_the_history_read_back_the_same(admin_user):
    registration = make_registration()
    data = {"file": 'a\t"b"\\n.csv', "row": 2, "changes": {text: [text, ""] for text in TEXTS}}
    key = uuid.uuid4()
    names = {
        "content_type": 1,
        "label": TEXTS[2],
        "action": "wagtail_regcert.import",
        "data": data,
        "timestamp": NOW,
        "uuid": key.hex,
        "user": admin_user.pk,
        "user_name": "admin",
        "revision": None,
        "content_changed": True,
        "deleted": False,
        "object_id": registration.pk,
        "run": None,
    }

    insert_rows(RegistrationLogEntry, tuple(names), [tuple(names.values())])

    entry = RegistrationLogEntry.objects.get(uuid=key)
    assert (entry.data, entry.label, entry.timestamp) == (data, TEXTS[2], NOW)
    assert (entry.user, entry.run, entry.content_changed, entry.deleted) == (admin_user, None, True, False)

    update_rows(RegistrationLogEntry, ["label", "data"], [("", {"row": None}, entry.pk)])

    entry.refresh_from_db()
    assert (entry.label, entry.data) == ("", {"row": None})


def test_a_chunk_more_is_a_row_more_than_a_chunk(monkeypatch):
    monkeypatch.setattr(sets.in_chunks, "__defaults__", (3,))
    rows = [("Ann", f"Lee {number}", f"{number:010d}") for number in range(10)]

    insert_rows(
        Learner,
        ("given_names", "family_name", "uln", "reference", "gender"),
        [(*row, None, "") for row in rows],
    )
    keys = list(Learner.objects.order_by("uln").values_list("pk", flat=True))
    update_rows(Learner, ["given_names"], [(f"Bo {key}", key) for key in keys[1:]])
    update_rows(Learner, ["given_names"], [("Cy", keys[0])])

    assert list(Learner.objects.order_by("pk").values_list("given_names", flat=True)) == [
        "Cy",
        *(f"Bo {key}" for key in keys[1:]),
    ]

    delete_rows(Learner, keys[2:])

    assert list(Learner.objects.order_by("pk").values_list("pk", flat=True)) == keys[:2]


def statements(write, count):
    learners = [make_learner() for _number in range(count)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        write([learner.pk for learner in learners])
    return len(queries)


@pytest.mark.parametrize(
    "write",
    [
        lambda keys: update_rows(Learner, ["given_names"], [("Bo", key) for key in keys]),
        lambda keys: delete_rows(Learner, keys),
    ],
    ids=["update", "delete"],
)
def test_a_server_gets_as_many_statements_for_two_rows_as_for_hundreds(write):
    assert statements(write, 2) == statements(write, 300) <= 6


def test_nothing_to_write_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(Learner, ["given_names"], [])
        update_rows(Learner, ["given_names"], [])
        delete_rows(Learner, [])


def test_what_the_database_refuses_is_an_error_of_django_and_can_be_tried_again():
    one = make_registration()
    row = (one.learner_id, one.qualification_id, *values_of(one), NOW, NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Registration, NAMES, [row])
    with pytest.raises(IntegrityError), transaction.atomic():
        update_rows(Registration, ["learner"], [(None, one.pk)])
    update_rows(Registration, ["registration_number", "updated_at"], [("new", timezone.now(), one.pk)])

    one.refresh_from_db()
    assert one.registration_number == "new"


def delete_and_check(keys):
    delete_rows(Learner, keys)
    # SQLite would look only when the transaction ends.
    connection.check_constraints()


def test_rows_that_others_refer_to_are_not_deleted():
    keys = [make_learner().pk, make_registration().learner_id]

    with pytest.raises(IntegrityError), transaction.atomic():
        delete_and_check(keys)

    assert Learner.objects.filter(pk__in=keys).count() == 2
