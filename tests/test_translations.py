"""Welsh: the catalogue is whole, screens and messages follow the user's language, files do not."""

import ast
import gettext
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from wagtail.users.models import UserProfile

import wagtail_regcert
from tests.makers import make_csv, make_learner, make_qualification, make_registration, make_run, make_user
from tests.missing import missing
from wagtail_regcert.cells import Gender
from wagtail_regcert.layouts import LEARNERS, QUALIFICATIONS, REGISTRATIONS, Status
from wagtail_regcert.models import ExportRun, Learner

PACKAGE = Path(wagtail_regcert.__file__).parent
PO = PACKAGE / "locale/cy/LC_MESSAGES/django.po"
ULN, NUMBER = "4242424242", "603/2942/X"
FAULTY = [["1", ULN, "Posted"], [NUMBER, ULN, "Registered", "R1", "01/09/2999"]]


@dataclass
class Message:
    """One entry of a .po file."""

    flags: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    """Keyword (``msgid``, ``msgstr[1]``, …) to text."""

    @property
    def key(self):
        return tuple(self.texts.get(name) for name in ("msgctxt", "msgid", "msgid_plural"))

    @property
    def originals(self):
        return [text for name, text in self.texts.items() if name.startswith("msgid")]

    @property
    def translations(self):
        return [text for name, text in self.texts.items() if name.startswith("msgstr")]


def read_po(path):
    """The entries of a .po file, without its header."""
    found = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        message, keyword = Message(), ""
        for line in block.splitlines():
            if line.startswith("#,"):
                message.flags += line
            elif line and not line.startswith("#"):
                word, quote, rest = line.partition('"')
                keyword = word.strip() or keyword
                text = ast.literal_eval(quote + rest)
                message.texts[keyword] = message.texts.get(keyword, "") + text
        if message.texts.get("msgid"):
            found.append(message)
    return found


MESSAGES = read_po(PO)
FILE_WORDS = {
    *(heading for layout in (REGISTRATIONS, LEARNERS, QUALIFICATIONS) for heading in layout.headings),
    *(label.label for labels in (Status, Gender) for label in labels),
}
"""What screens quote from files, in every language."""
ENGLISH = {
    message.texts["msgid"]
    for message in MESSAGES
    if "msgid_plural" not in message.texts and message.texts["msgid"] not in message.translations
} - FILE_WORDS


def tool(name):
    """A program of GNU gettext."""
    path = shutil.which(name)
    if not path:
        missing(f"GNU gettext is not installed: no {name}")
    return path


def marks(text):
    """Placeholders and tags, which a translation must keep."""
    return sorted(re.findall(r"%+\(\w+\)[a-z]|%[a-z]|<[^>]+>", text))


def test_every_message_has_all_its_welsh_forms_and_none_is_a_guess():
    wrong = [
        message.texts["msgid"]
        for message in MESSAGES
        if "fuzzy" in message.flags
        or not all(message.translations)
        or len(message.translations) != (4 if "msgid_plural" in message.texts else 1)
    ]

    assert len(MESSAGES) > 300
    assert wrong == []


def test_placeholders_and_tags_are_those_of_the_english():
    wrong = [
        (original, text)
        for message in MESSAGES
        for original in message.originals
        for text in message.translations
        if marks(original) != marks(text)
    ]

    assert wrong == []


def test_the_compiled_catalogue_is_that_of_the_texts(tmp_path):
    compiled = tmp_path / "django.mo"
    subprocess.run([tool("msgfmt"), "--check-format", "-o", compiled, PO], check=True)

    def catalogue(path):
        with path.open("rb") as file:
            # Not the bytes, which may differ between versions of gettext.
            return gettext.GNUTranslations(file)._catalog

    assert catalogue(PO.with_suffix(".mo")) == catalogue(compiled)


def test_the_catalogue_has_every_text_of_the_code_and_no_other(tmp_path, monkeypatch):
    tool("xgettext"), tool("msgmerge")
    copy = tmp_path / "wagtail_regcert"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static"))
    monkeypatch.chdir(copy)

    call_command("makemessages", locale=["cy"], no_obsolete=True, verbosity=0)

    collected = read_po(copy / PO.relative_to(PACKAGE))
    assert {message.key for message in collected} == {message.key for message in MESSAGES}


class Texts(HTMLParser):
    """What a page says: text, attributes that are shown or read out, and those that our scripts show."""

    SHOWN = re.compile(
        r"title|alt|placeholder|aria-label|data-regcert-.*-value|data-.*-selected|data-select-all"
    )

    def __init__(self, page):
        super().__init__()
        self.found = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found |= {value or "" for name, value in attrs if self.SHOWN.fullmatch(name)}

    def handle_data(self, data):
        self.found.add(" ".join(data.split()).rstrip(":."))


def user_reading(language, **values):
    user = make_user(superuser=True, **values)
    UserProfile.objects.create(user=user, preferred_language=language)
    return user


@pytest.fixture
def stored(db):
    """A registration to list, and a learner and a qualification to import another for."""
    make_learner(uln=ULN)
    make_qualification(number=NUMBER, title="Maths")
    return make_registration(status=Status.CERTIFICATE_SENT, learner=make_learner(gender="F"))


@pytest.fixture
def welsh(client, stored):
    user = user_reading("cy")
    client.force_login(user)
    return user


@pytest.fixture
def run(welsh):
    return make_run(make_csv(*FAULTY), user=welsh)


def url(name, *args):
    return reverse(f"wagtail_regcert:{name}", args=args)


def listing(name="list", *args, model=None):
    return reverse((model or ExportRun).snippet_viewset.get_url_name(name), args=args)


def body(response):
    return b"".join(response) if response.streaming else response.content


PAGES = {
    "listing": (
        lambda run, one: listing(model=type(one)),
        ["Cofrestru ac Ardystio", "Tystysgrif wedi'i hanfon"],
    ),
    "form": (lambda run, one: url("import"), ["Mewnforio a Diweddaru Cymwysterau", "Hanner colon"]),
    "errors": (lambda run, one: url("import_report", run.pk), ["Adroddiad Dilysu", "Cymhwyster anhysbys"]),
    "changes": (lambda run, one: url("import_report", run.pk) + "?tab=changes", ["Beth fydd yn newid"]),
    "warnings": (lambda run, one: url("import_report", run.pk) + "?tab=warnings", ["Rhybuddion"]),
    "imports": (lambda run, one: url("imports"), ["Mewnforiadau", "Dilyswyd"]),
    "exports": (lambda run, one: url("exports"), ["cynllun allforio", "2 gofnod wedi'u dewis"]),
    "registration": (lambda run, one: listing("edit", one.pk, model=type(one)), ["Dysgwr a chymhwyster"]),
    "learners": (lambda run, one: listing(model=Learner), ["Enw llawn", "Cyfeirnod y dysgwr"]),
    "learner": (lambda run, one: listing("edit", one.learner_id, model=Learner), ["Enwau cyntaf", "Benyw"]),
}


WAGTAILS = {"Select row"}
"""What Wagtail's own list says too, and has no Welsh for."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_read_in_welsh_has_no_english_of_ours(client, run, stored, page):
    ExportRun.objects.create(layout="export", filters=ExportRun.selected(2), records=2)
    address, expected = PAGES[page]

    found = Texts(client.get(address(run, stored)).content.decode()).found

    assert set(expected) <= found
    assert found & (ENGLISH - WAGTAILS) == set()
