"""Plausible demo data: learners, qualifications, registrations, users and a file to import.

The same seed makes the same data. Everything goes through the plugin's own ``sync``, so loading twice
changes nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import Page, Site

from example_site.home.models import HomePage
from wagtail_regcert.layouts import REGISTRATIONS, Status
from wagtail_regcert.models import Learner, Qualification, Registration

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
    Qualification.objects.sync(qualifications(size))
    Learner.objects.sync(learners(size))
    Registration.objects.sync(registrations(size))


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
    users = get_user_model()
    for name, groups in {
        "admin": (),
        "manager": (MANAGE,),
        "importer": (MANAGE, IMPORT),
        "exporter": (MANAGE, EXPORT),
        "nobody": (),
    }.items():
        user, _created = users.objects.get_or_create(username=name)
        user.is_superuser = user.is_staff = name == "admin"
        user.set_password(PASSWORD)
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
        yield {
            "uln": uln,
            "qualification": number,
            "programme": chance.choice(PROGRAMMES),
            "planned_achievement_date": FIRST_DAY + dt.timedelta(days=chance.randrange(400, 900)),
            **progress(chance),
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


def progress(chance: random.Random) -> dict[str, Any]:
    """A status with the dates that lead to it."""
    steps = chance.choice((0, 1, 1, 1, 2, 3, 4, 5, 5))
    if steps == 0:
        other = (Status.NOT_REGISTERED, Status.EXEMPT, Status.REGISTRATION_NOT_REQUIRED)
        return {"status": chance.choice(other)}
    found: dict[str, Any] = {
        "registration_number": f"{chance.choice('ABCDEFGH')}{chance.randrange(10**7):07d}"
    }
    day = FIRST_DAY + dt.timedelta(days=chance.randrange(200))
    for status, field in CHAIN[:steps]:
        found["status"], found[field] = status, day
        day = min(TODAY, day + dt.timedelta(days=chance.randrange(5, 120)))
    if steps == 5:
        found["postal_tracking_reference"] = f"RM{chance.randrange(10**9):09d}GB"
    return found


def write_csv(path: Path, size: Size, records: int) -> None:
    """Write a file to import: updates, creates, clearings, unchanged records and every kind of error."""
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
    as_stored = {(one["uln"], one["qualification"]): one for one in islice(registrations(size), old // 20)}
    rows = [row(*pair, as_stored.get(pair) or progress(chance)) for pair in every[:old]]
    rows += [row(*pair, progress(chance)) for pair in every[size.registrations :]]
    bad = list(bad_rows(chance))
    rows += [bad[index % len(bad)] for index in range(wrong)]
    chance.shuffle(rows)
    return iter(rows)


def row(uln: str, number: str, values: Mapping[str, Any]) -> list[str]:
    """A record of the import layout."""
    values = {**values, "qualification": number, "learner": uln}
    return [column.kind.format(values.get(column.field)) for column in REGISTRATIONS.columns]


def bad_rows(chance: random.Random) -> Iterator[list[str]]:
    """One record for each kind of error; duplicates come in pairs."""
    number, uln = REGISTRATIONS.columns[0].examples[0], REGISTRATIONS.columns[1].examples[0]
    blank = [""] * 5
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
