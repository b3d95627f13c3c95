"""Plausible demo data: learners, qualifications, registrations, users and a file to import.

The same seed makes the same data. An empty database is filled in chunks, as a million registrations
must not take minutes or memory; later runs go through the plugin's own ``sync``, so loading twice changes
nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Site

from example_site.home.models import HomePage
from wagtail_regcert import sync
from wagtail_regcert.history import SYNC, Entry, plain, write_entries
from wagtail_regcert.layouts import REGISTRATIONS, STORED_FIELDS, Status
from wagtail_regcert.models import AwardingOrganisation, Learner, Programme, Qualification, Registration
from wagtail_regcert.models.writing import insert_rows

PASSWORD = "demo"

MANAGE, IMPORT, EXPORT = "Manage Registration & Certification", "Bulk Upload", "Data Export"

GIVEN = (
    "Aisha Alfie Amelia Angharad Arthur Ava Bethan Callum Carys Charlie Chloe Daniel Dylan Eleri Ella Emily "
    "Ethan Evie Fatima Ffion Finlay Freya George Grace Gwen Harry Hassan Holly Imogen Isla Jack Jacob James "
    "Jasmine Joshua Kayleigh Leah Lewis Liam Lily Logan Lucy Maisie Maryam Megan Mohammed Molly Niamh Noah "
    "Oliver Olivia Omar Oscar Owen Poppy Priya Rhys Ruby Ryan Saffron Samuel Seren Siân Sophie Thomas Tomos "
    "Tyler Wiktoria William Zainab Zoë"
).split()
FAMILY = (
    "Adams Ahmed Ali Allen Anderson Bailey Baker Begum Bell Bennett Brown Campbell Carter Clark Clarke Cook "
    "Cooper Cox Davies Davis Edwards Evans Fraser Green Griffiths Hall Harris Harrison Hill Hughes Hussain "
    "Jackson James Jenkins Johnson Jones Kelly Khan King Kowalska Lee Lewis Lloyd Marshall Martin Mason "
    "Miller Mitchell Moore Morgan Morris Murphy Murray Nowak O'Brien O'Connor Owen Parker Patel Phillips "
    "Powell Price Rees Richards Roberts Robinson Rogers Scott Shaw Simpson Singh Smith Stewart Taylor Thomas "
    "Thompson Turner Walker Ward Watson White Williams Wilson Wood Wright Young"
).split()
ORGANISATIONS = ("Pearson", "City & Guilds", "NCFE", "Highfield Qualifications", "Active IQ", "TQUK")
SUBJECTS = (
    "Adult Care",
    "Business Administration",
    "Carpentry and Joinery",
    "Children and Young People's Workforce",
    "Customer Service",
    "Digital Support",
    "Electrotechnical Services",
    "Hairdressing",
    "Hospitality Supervision",
    "Plumbing and Domestic Heating",
    "Team Leading",
    "Vehicle Maintenance and Repair",
)
PROGRAMMES = (
    "Adult Care Worker",
    "Business Administrator",
    "Carpenter",
    "Customer Service Practitioner",
    "Early Years Educator",
    "Electrician",
    "Team Leader",
)
FIRST_DAY, TODAY = dt.date(2024, 9, 2), dt.date(2026, 6, 30)
BEFORE_REGISTERED, USUAL_LENGTH = dt.timedelta(days=21), dt.timedelta(days=400)
"""How long before the registration a learner started; before the planned achievement."""

DAYS = {
    "Pearson": {"days_to_register": 42, "days_to_claim": None, "days_for_certificate": 10},
    "City & Guilds": {"days_to_register": 84, "days_to_claim": 70, "days_for_certificate": 15},
    "NCFE": {"days_to_register": 60, "days_to_claim": 28, "days_for_certificate": None},
}
"""Of some awarding organisations; made up."""

CHUNK = 10_000
"""Rows made and written at once."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much to make."""

    learners: int = 400
    qualifications: int = 24
    registrations: int = 600
    seed: int = 1


def load(size: Size) -> None:
    """Put everything but the file into the database."""
    make_home_page()
    make_users()
    sync.qualifications(qualifications(size))
    for name, days in DAYS.items():
        AwardingOrganisation.objects.filter(name=name).update(**days)
    if Learner.objects.exists() or Registration.objects.exists():
        sync.learners(learners(size))
        sync.registrations(registrations(size))
    else:
        insert_learners(learners(size))
        insert_registrations(registrations(size))


def insert_learners(rows: Iterable[Mapping[str, Any]]) -> None:
    """Fill an empty table."""
    names = ("uln", "reference", "given_names", "family_name", "gender", "date_of_birth")
    for chunk in chunks(rows):
        with transaction.atomic():
            insert_rows(Learner, names, [[one[name] for name in names] for one in chunk])


def insert_registrations(rows: Iterable[Mapping[str, Any]]) -> None:
    """Fill an empty table, with the history that ``sync`` would leave."""
    people = {learner.uln: (learner.pk, str(learner)) for learner in Learner.objects.iterator()}
    numbers = {one.number: (one.pk, str(one)) for one in Qualification.objects.iterator()}
    programmes = {name: Programme.objects.get_or_create(name=name)[0].pk for name in PROGRAMMES}
    last = 0
    for chunk in chunks(rows):
        values, labels = [], {}
        for one in chunk:
            (learner, person), (qualification, title) = people[one["uln"]], numbers[one["qualification"]]
            labels[learner, qualification] = f"{person} – {title}"
            own = (learner, qualification, programmes[one["programme"]])
            values.append((*own, *(one.get(name, BLANKS[name]) for name in (*DATES, *STORED_FIELDS))))
        last = _insert(values, labels, last)


DATES = ("planned_achievement_date", "start_date")
"""Those of a registration that no file of registrations has."""

BLANKS = {name: Registration._meta.get_field(name).get_default() for name in (*DATES, *STORED_FIELDS)}


def _insert(values: Sequence[tuple[Any, ...]], labels: Mapping[tuple[int, int], str], last: int) -> int:
    """Insert registrations and their history; the newest primary key out. ``last`` was it before."""
    now = timezone.now()
    names = ("learner", "qualification", "programme", *DATES, *STORED_FIELDS)
    with transaction.atomic():
        insert_rows(Registration, (*names, "created_at", "updated_at"), [(*one, now, now) for one in values])
        created = Registration.objects.filter(pk__gt=last).order_by("pk")
        entries = [
            Entry(
                pk,
                labels[learner, qualification],
                {
                    "changes": {
                        name: ["", plain(value)]
                        for name, value in zip(names, (learner, qualification, *others), strict=True)
                        if value
                    }
                },
            )
            for pk, learner, qualification, *others in created.values_list(
                "pk", "learner_id", "qualification_id", "programme_id", *names[3:]
            )
        ]
        write_entries(SYNC, entries, user=None, timestamp=now)
    return entries[-1].key


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut rows into lists of at most ``CHUNK``."""
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def make_home_page() -> None:
    """Put a home page in the place of Wagtail's welcome page."""
    if HomePage.objects.exists():
        return
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Example Training", slug="example-training"))
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "localhost", "root_page": home})
    root.get_children().filter(slug="home").delete()


def make_users() -> None:
    """One user for each way of working, all with the password ``demo``."""
    users, password = get_user_model(), make_password(PASSWORD)
    for name, groups in {
        "admin": (),
        "manager": (MANAGE,),
        "importer": (MANAGE, IMPORT),
        "exporter": (MANAGE, EXPORT),
        "nobody": (),
    }.items():
        user, _created = users.objects.get_or_create(username=name)
        user.is_superuser = user.is_staff = name == "admin"
        user.password = password
        user.save()
        user.groups.set(Group.objects.filter(name__in=groups))
        if name == "nobody":
            user.user_permissions.set(Permission.objects.filter(codename="access_admin"))


def valid_uln(number: int) -> str:
    """Nine digits, or a number near them, with the check digit that makes them a ULN."""
    while True:
        digits = f"{number:09d}"
        total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=True))
        check = (10 - total) % 11
        if check < 10:
            return f"{digits}{check}"
        number += 1


def ulns(count: int) -> list[str]:
    """Valid ULNs; those of the sample file are the first."""
    found = list(REGISTRATIONS.columns[1].examples)
    number = 100_000_100
    while len(found) < count:
        found.append(valid_uln(number))
        number = int(found[-1][:9]) + 37
    return found[:count]


def qualification_numbers(count: int) -> list[str]:
    """Numbers as providers have them; those of the sample file are the first."""
    odd = ["00300123", "0503E000", "Programme Assessment – Overall"]
    found = list(dict.fromkeys(REGISTRATIONS.columns[0].examples)) + odd
    for number in range(count):
        digits = f"60{number % 4 + 1}{2000 + number * 7:04d}"
        last = "X" if number % 5 == 0 else str(number % 10)
        found.append(f"{digits[:3]}/{digits[3:]}/{last}" if number % 2 else f"{digits}{last}")
    return found[:count]


def qualifications(size: Size) -> Iterator[dict[str, Any]]:
    for index, number in enumerate(qualification_numbers(size.qualifications)):
        level = index % 4 + 2
        yield {
            "number": number,
            "title": f"Level {level} Diploma in {SUBJECTS[index % len(SUBJECTS)]}",
            "awarding_organisation": ORGANISATIONS[index % len(ORGANISATIONS)],
        }


def learners(size: Size) -> Iterator[dict[str, Any]]:
    chance = random.Random(size.seed)
    for index, uln in enumerate(ulns(size.learners)):
        yield {
            "uln": uln,
            "reference": f"L{index + 1:06d}",
            "given_names": chance.choice(GIVEN),
            "family_name": chance.choice(FAMILY),
            "gender": chance.choice("FFFFMMMMOU"),
            "date_of_birth": dt.date(1985, 1, 1) + dt.timedelta(days=chance.randrange(8200)),
        }


def registrations(size: Size) -> Iterator[dict[str, Any]]:
    chance = random.Random(size.seed + 1)
    for uln, number in pairs(size)[: size.registrations]:
        programme = chance.choice(PROGRAMMES)
        planned = FIRST_DAY + dt.timedelta(days=chance.randrange(400, 900))
        found = progress(chance)
        registered = found.get("registration_date")
        yield {
            "uln": uln,
            "qualification": number,
            "programme": programme,
            "planned_achievement_date": planned,
            "start_date": registered - BEFORE_REGISTERED if registered else planned - USUAL_LENGTH,
            **found,
        }


def pairs(size: Size, more: int = 0) -> list[tuple[str, str]]:
    """Learner and qualification of each registration, and of ``more`` that could be added."""
    chance = random.Random(size.seed + 2)
    people, numbers = ulns(size.learners), qualification_numbers(size.qualifications)
    wanted = min(size.registrations + more, len(people) * len(numbers))
    # Everyone once, then again, each time on the next qualification.
    chance.shuffle(people)
    return [
        (people[index % len(people)], numbers[(index + index // len(people)) % len(numbers)])
        for index in range(wanted)
    ]


CHAIN = (
    (Status.REGISTERED, "registration_date"),
    (Status.ACHIEVED, "achieved_date"),
    (Status.CERTIFICATE_CLAIMED, "certificate_claimed_date"),
    (Status.CERTIFICATE_RECEIVED, "certificate_received_date"),
    (Status.CERTIFICATE_SENT, "certificate_sent_date"),
)


STEPS = (0, 1, 1, 1, 2, 3, 4, 5, 5)
"""How far registrations have come, as often as it stands here."""


def progress(chance: random.Random, steps: Sequence[int] = STEPS) -> dict[str, Any]:
    """A status with the dates that lead to it."""
    taken = chance.choice(steps)
    if taken == 0:
        other = (Status.NOT_REGISTERED, Status.EXEMPT, Status.REGISTRATION_NOT_REQUIRED)
        return {"status": chance.choice(other)}
    found: dict[str, Any] = {
        "registration_number": f"{chance.choice('ABCDEFGH')}{chance.randrange(10**7):07d}"
    }
    day = FIRST_DAY + dt.timedelta(days=chance.randrange(200))
    for status, field in CHAIN[:taken]:
        found["status"], found[field] = status, day
        day = min(TODAY, day + dt.timedelta(days=chance.randrange(5, 120)))
    if taken == 5:
        found["postal_tracking_reference"] = f"RM{chance.randrange(10**9):09d}GB"
    return found


def write_csv(path: Path, size: Size, records: int) -> None:
    """Write a file to import: updates, creates, clearings, unchanged records, errors, warnings."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REGISTRATIONS.headings)
        writer.writerows(csv_rows(size, records))


def csv_rows(size: Size, records: int) -> Iterator[list[str]]:
    """About 56 in 100 update, 3 change nothing, 36 create, 5 are wrong."""
    chance = random.Random(size.seed + 3)
    wrong = max(len(list(bad_rows(chance))), records * 5 // 100)
    good = max(records - wrong, 0)
    new = good * 38 // 100
    every = pairs(size, new)
    old = min(good - new, size.registrations)
    same = old // 20
    as_stored = {(one["uln"], one["qualification"]): one for one in islice(registrations(size), same)}
    rows = [row(*pair, as_stored.get(pair) or progress(chance)) for pair in every[:old]]
    rows += [row(*pair, progress(chance)) for pair in every[size.registrations :]]
    rows[same : same + len(ODD)] = [odd(cells) for odd, cells in zip(ODD, rows[same:], strict=False)]
    bad = list(bad_rows(chance))
    rows += [bad[index % len(bad)] for index in range(wrong)]
    chance.shuffle(rows)
    return iter(rows)


ODD: tuple[Callable[[list[str]], list[str]], ...] = (
    lambda cells: [*cells[:2], Status.ACHIEVED.label, *cells[3:6], "", *cells[7:]],
    lambda cells: [*cells[:4], "01/09/2025", "", "01/08/2025", *cells[7:]],
    lambda cells: [*cells[:4], "01/09/2099", *cells[5:]],
    lambda cells: cells[:5],
    lambda cells: [*cells[:3], "1.23457E+11", *cells[4:]],
    lambda cells: [*cells[:9], "N/A"],
)
"""Each makes a good record look odd: a date missing, out of order, in the future; cells left out; a number
that a spreadsheet has shortened; what stands for no value."""


def row(uln: str, number: str, values: Mapping[str, Any]) -> list[str]:
    """A record of the import layout."""
    values = {**values, "qualification": number, "learner": uln}
    return [column.kind.format(values.get(column.field)) for column in REGISTRATIONS.columns]


def bad_rows(chance: random.Random) -> Iterator[list[str]]:
    """One record for each kind of error; duplicates come in pairs."""
    number, uln = REGISTRATIONS.columns[0].examples[0], REGISTRATIONS.columns[1].examples[0]
    blank = [""] * 5
    yield list(REGISTRATIONS.headings)
    yield [number, uln, "Registered", "Smith, Ltd", "01/09/2025", *blank, "spilt over"]
    yield [number, uln, "Registered", "tab\there", "01/09/2025", *blank]
    yield [number, uln, "Registered", "R" * 129, "01/09/2025", *blank]
    yield ["", uln, "Registered", "", "01/09/2025", *blank]
    yield [number, uln, "Certficate Sent", "", "01/09/2025", *blank]
    yield [number, uln, "Registered", "", "1/9/2025", *blank]
    yield ["999/9999/9", uln, "Registered", "", "01/09/2025", *blank]
    yield ["300123", "9.28E+09", "Registered", "", "01/09/2025", *blank]
    yield [number, "9999999999", "Registered", "", "01/09/2025", *blank]
    yield [number, "1234567890", "Registered", "", "01/09/2025", *blank]
