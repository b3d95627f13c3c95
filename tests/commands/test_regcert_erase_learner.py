"""``regcert_erase_learner``: whom it finds, what it asks, what it prints."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests.makers import make_learner, make_registration
from wagtail_regcert.models import Learner

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    learner = make_learner(given_names="Zebedee", uln="9276308686", reference="R77")
    make_registration(learner=learner)
    return learner


def erase(*arguments):
    """Exit code and all that was printed."""
    out = StringIO()
    try:
        call_command("regcert_erase_learner", *arguments, stdout=out, stderr=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def is_erased(learner):
    learner.refresh_from_db()
    return learner.uln is None


@pytest.mark.parametrize("by", ["uln", "reference", "pk"])
def test_a_learner_is_found_by_any_of_the_three(learner, by):
    other = make_learner()

    code, said = erase(f"--{by}", str(getattr(learner, by)), "--yes")

    assert code == 0
    assert said.splitlines() == [
        f"Learner #{learner.pk} erased.",
        "registrations: 1",
        "entries: 0",
        "log entries: 0",
        "reports: 0",
        "file names: 0",
        "exports: 0",
    ]
    assert is_erased(learner)
    assert not is_erased(other)


@pytest.mark.parametrize("answer", ["yes", " YES "])
def test_it_asks_first(learner, monkeypatch, answer):
    asked = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or answer)

    code, _said = erase("--uln", "9276308686")

    assert code == 0
    assert is_erased(learner)
    assert asked == [
        f"Erase learner #{learner.pk}, who has 1 registrations? There is no way back. Type yes: "
    ]


@pytest.mark.parametrize("answer", ["", "no", "y", EOFError])
def test_without_a_yes_nothing_is_erased(learner, monkeypatch, answer):
    def reply(question):
        if answer is EOFError:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", reply)

    code, said = erase("--uln", "9276308686")

    assert (code, said.strip()) == (3, "Nothing was erased.")
    assert not is_erased(learner)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--uln", "9276308687", "--yes"],
        ["--uln", "", "--yes"],
        ["--reference", "nobody", "--yes"],
        ["--pk", "0", "--yes"],
        ["--pk", "x", "--yes"],
        ["--yes"],
        ["--uln", "9276308686", "--reference", "R77", "--yes"],
    ],
)
def test_nobody_or_more_than_one_is_an_error(learner, arguments, capsys):
    code, _said = erase(*arguments)

    assert code == 3
    assert Learner.objects.filter(uln="9276308686").exists()


def test_what_is_printed_names_nobody(learner, capsys):
    _code, said = erase("--uln", "9276308686", "--yes")

    printed = said + "".join(capsys.readouterr())
    assert "Zebedee" not in printed
    assert "9276308686" not in printed
