"""Who and what is found by which text: the same on every database."""

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from wagtail_regcert import search, sync
from wagtail_regcert.models import Learner, Qualification, Registration
from wagtail_regcert.models.writing import insert_rows, update_rows
from wagtail_regcert.search import (
    RegistrationSearch,
    search_learners,
    search_qualifications,
    search_registrations,
)

from .makers import make_learner, make_organisation, make_qualification, make_registration

pytestmark = pytest.mark.django_db

NAMES = {
    "zoe": ("Zoë", "Evans"),
    "lukasz": ("Łukasz", "Wójcik"),
    "oneil": ("Ann", "O'Neil"),
    "lee": ("Ann", "Lee"),
    "soren": ("Søren", "Ærø"),
    "dang": ("Thị", "Đặng"),
    "strauss": ("Max", "Strauß"),
}


@pytest.fixture
def registrations():
    made = {}
    for number, (name, (given, family)) in enumerate(NAMES.items()):
        qualification = make_qualification(
            number=f"603/29{number:02}/X",
            title=f"Crème Pâtisserie, Level {number}",
            awarding_organisation=make_organisation("Élan & Söhne" if number == 0 else "NCFE"),
        )
        made[name] = make_registration(
            learner=make_learner(given_names=given, family_name=family, uln=f"92763086{number:02}"),
            qualification=qualification,
            registration_number=f"REG{number:03}",
            postal_tracking_reference=f"RM{number}GB",
        )
    return made


LEARNERS = [
    ("zoe", {"zoe"}),
    ("ZOË", {"zoe"}),
    ("lukasz", {"lukasz"}),
    ("WOJCIK ŁUKASZ", {"lukasz"}),
    ("o\u2019neil", {"oneil"}),
    ("oneil", {"oneil"}),
    ("O'NEIL", {"oneil"}),
    ("Lee, Ann", {"lee"}),
    ("ann", {"lee", "oneil"}),
    ("ee an", {"lee"}),
    ("soren aero", {"soren"}),
    ("dang thi", {"dang"}),
    ("STRAUSS", {"strauss"}),
    ("strauß", {"strauss"}),
    ("9276308603", {"lee"}),
    ("927 630 8603", {"lee"}),
    ("lee zoe", set()),
    ("%", set()),
    ("_", set()),
    ("\\", set()),
    ("'", set()),
    ("a\0b", set()),
    ("ann " * 21, set()),
    ("x" * 256, set()),
]


@pytest.mark.parametrize(("text", "names"), LEARNERS)
def test_learners_are_found_by_parts_of_their_names_and_by_their_uln(registrations, text, names):
    keys = {registrations[name].learner_id for name in names}

    assert {one.pk for one in search_learners(Learner.objects.all(), text)} == keys
    assert {one.learner_id for one in search_registrations(Registration.objects.all(), text)} == keys


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("creme patisserie, level 4", {"soren"}),
        ("LEVEL 4", {"soren"}),
        ("60329 03x", {"lee"}),
        ("603/2903/x", {"lee"}),
        ("elan & sohne", {"zoe"}),
        ("no such thing", set()),
    ],
)
def test_qualifications_are_found_by_title_number_and_awarding_organisation(registrations, text, names):
    keys = {registrations[name].qualification_id for name in names}

    assert {one.pk for one in search_qualifications(Qualification.objects.all(), text)} == keys
    assert {one.qualification_id for one in search_registrations(Registration.objects.all(), text)} == keys


@pytest.mark.parametrize("text", ["reg002", "EG002", "rm2gb", "RM2"])
def test_registrations_are_found_by_their_number_and_tracking_reference(registrations, text):
    assert list(search_registrations(Registration.objects.all(), text)) == [registrations["oneil"]]


@pytest.mark.parametrize(
    ("stored", "searched"),
    [
        ("É/2026 ß1", ["é/2026", "E/2026SS", "e/2026 SS1", "26ß"]),
        ("ŁÓDŹ", ["łódź", "LODZ", "od"]),
        ("O'N-7", ["on-7", "o’n-7", "O'N"]),
        ("Δ-1", ["δ-1", "Δ"]),
        ("50%_\\", ["50%", "%_", "_\\"]),
    ],
)
@pytest.mark.parametrize("field", ["registration_number", "postal_tracking_reference"])
def test_numbers_and_references_are_found_as_texts_of_other_kinds_are(field, stored, searched):
    registration = make_registration(**{field: stored})
    make_registration(**{field: "AB12"})

    assert [list(search_registrations(Registration.objects.all(), text)) for text in searched] == [
        [registration]
    ] * len(searched)


@pytest.mark.parametrize("named", [0, 1, 2, 20_000])
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ann", {"lee", "oneil"}),
        ("ee an", {"lee"}),
        # A learner, a qualification and a number at once; each registration counts once.
        ("3", {"zoe", "lukasz", "oneil", "lee", "soren", "dang", "strauss"}),
        ("level", {"zoe", "lukasz", "oneil", "lee", "soren", "dang", "strauss"}),
        ("reg00", {"zoe", "lukasz", "oneil", "lee", "soren", "dang", "strauss"}),
        ("e", {"zoe", "lukasz", "oneil", "lee", "soren", "dang", "strauss"}),
        ("an", {"zoe", "oneil", "lee", "dang"}),
        ("m2", {"oneil"}),
        ("nobody", set()),
        ("", set()),
    ],
)
def test_all_are_found_and_counted_however_many_they_are(registrations, monkeypatch, named, text, names):
    monkeypatch.setattr(search, "MAX_SEARCHED_KEYS", named)
    every = Registration.objects.all()
    keys = {registrations[name].pk for name in names}

    found = RegistrationSearch(text, every.db)

    assert {one.pk for one in found.keep(every)} == keys
    assert found.count(every) == len(keys)


@pytest.mark.parametrize("named", [0, 20_000])
def test_a_search_keeps_to_the_registrations_that_it_is_given(registrations, monkeypatch, named):
    monkeypatch.setattr(search, "MAX_SEARCHED_KEYS", named)
    some = Registration.objects.filter(registration_number__in=["REG003", "REG004"]).order_by("-pk")

    found = RegistrationSearch("an", some.db)

    assert list(found.keep(some)) == [registrations["lee"]]
    assert found.count(some) == 1


def test_nothing_is_found_across_a_number_and_a_reference():
    make_registration(registration_number="AB", postal_tracking_reference="CD")

    assert not search_registrations(Registration.objects.all(), "ABCD")
    assert not search_registrations(Registration.objects.all(), "AB\nCD")


def numbered(text):
    return list(search_registrations(Registration.objects.all(), text).values_list("pk", flat=True))


def test_every_way_of_writing_keeps_what_registrations_are_searched_by():
    registration = make_registration(registration_number="QÉ1", postal_tracking_reference="T-1")
    key = registration.pk
    assert numbered("qe1") == numbered("t-1") == [key]

    fields = ("registration_number", "postal_tracking_reference")
    update_rows(Registration, fields, [("QÉ2", "T-2", key)])
    assert (numbered("qe2"), numbered("t-2"), numbered("qe1")) == ([key], [key], [])

    update_rows(Registration, fields[:1], [("QÉ3", key)])
    assert (numbered("qe3"), numbered("t-2"), numbered("qe2")) == ([key], [key], [])

    Registration.objects.filter(pk=key).update(registration_number="QÉ4")
    assert (numbered("qe4"), numbered("qe3")) == ([key], [])

    Registration.objects.filter(pk=key).update(registration_number=Concat("registration_number", Value("Ł")))
    assert (numbered("qe4l"), numbered("t-2")) == ([key], [key])

    registration.registration_number = "QÉ5"
    registration.save(update_fields=["registration_number"])
    assert (numbered("qe5"), numbered("qe4")) == ([key], [])
    assert numbered("t-2") == [key]

    registration.postal_tracking_reference = "Þ6"
    Registration.objects.bulk_update([registration], ["postal_tracking_reference"])
    assert (numbered("th6"), numbered("t-2")) == ([key], [])

    sync.registrations(
        [
            {
                "uln": registration.learner.uln,
                "qualification": registration.qualification.number,
                "registration_number": "QÉ7",
            }
        ]
    )
    assert (numbered("qe7"), numbered("qe5")) == ([key], [])


def found(text):
    return list(search_learners(Learner.objects.order_by("pk"), text).values_list("pk", flat=True))


def test_every_way_of_writing_keeps_what_learners_are_searched_by():
    insert_rows(Learner, ("uln", "given_names", "family_name", "gender"), [("1234", "Zoë", "Ångström", "")])
    learner = Learner.objects.get()
    assert found("zoe angstrom") == found("1234") == [learner.pk]

    update_rows(Learner, ("family_name",), [("Müller", learner.pk)])
    assert (found("muller zoe"), found("angstrom")) == ([learner.pk], [])

    Learner.objects.filter(family_name="Müller").update(family_name="Šimek")
    assert (found("simek"), found("muller")) == ([learner.pk], [])

    learner.family_name = "Nyström"
    learner.save(update_fields=["family_name"])
    assert (found("nystrom"), found("simek")) == ([learner.pk], [])

    learner.family_name = "Peña"
    Learner.objects.bulk_update([learner], ["family_name"])
    assert (found("pena"), found("nystrom")) == ([learner.pk], [])

    sync.learners([{"uln": "1234", "family_name": "Łoś", "reference": "R 1"}])
    assert found("los") == found("r1") == [learner.pk]

    Learner.objects.bulk_create([Learner(given_names="Đorđe", uln="5")])
    assert len(found("dorde")) == 1
