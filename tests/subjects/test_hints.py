"""Likely reasons why a number or ULN is not known."""

import pytest

from wagtail_regcert.cells import match_key
from wagtail_regcert.subjects.hints import Hints

ULN = "9276308686"


class Known:
    """What is known, without a database; it remembers what it was asked."""

    def __init__(self, *known):
        self.known = set(known)
        self.asked = []

    def qualifications(self, keys):
        assert "" not in keys
        self.asked.append(set(keys))
        return {key: 1 for key in keys if key in self.known}

    learners = qualifications


def number_hint(text, *known):
    hints = Hints(Known(*map(match_key, known)), {text: match_key(text), "other": "OTHER"}, set())
    assert hints.qualification("other") == {}
    return hints.qualification(text)


@pytest.mark.parametrize(
    ("text", "known", "facts"),
    [
        ("123", "0123", {"hint": "zeros", "known": "0123"}),
        ("123", "00123", {"hint": "zeros", "known": "00123"}),
        ("123", "000123", {"hint": "zeros", "known": "000123"}),
        ("123", "0000123", {}),
        ("A123", "0A123", {}),
        ("503", "0503E000", {"hint": "number", "known": "0503E000"}),
        ("5.03E+02", "0503E000", {"hint": "number", "known": "0503E000"}),
        ("5,03E+02", "0503E000", {"hint": "number", "known": "0503E000"}),
        ("50300", "503E2", {"hint": "number", "known": "503E2"}),
        ("50300", "0503E02", {"hint": "number", "known": "0503E02"}),
        ("50300", "50300E000", {"hint": "number", "known": "50300E000"}),
        ("5.5", "55E0", {}),
        ("0", "0E0", {}),
        ("1", "1E0", {"hint": "number", "known": "1E0"}),
        ("503", "50E1", {}),
        ("503", "00503E00", {"hint": "number", "known": "00503E00"}),
        ("503", "000503E00", {}),
        ("503", "0000503E00", {}),
        ("1E8", "00001E8", {"hint": "excel"}),
        ("2E8", "00002E8", {"hint": "excel"}),
        ("100000000", "1E8", {}),
        ("99999999", "99999999E0", {"hint": "number", "known": "99999999E0"}),
        ("603-2942-X", "603/2942/X", {"hint": "signs", "known": "6032942X"}),
        ("603\u20132942\u2013X", "6032942X", {"hint": "signs", "known": "6032942X"}),
        ("603 2942.0", "6032942", {"hint": "signs", "known": "6032942"}),
        ('"603,2942"', "6032942", {"hint": "signs", "known": "6032942"}),
        ("\uff16\uff10\uff13", "603", {"hint": "signs", "known": "603"}),
        ("A\u2014B", "A-B", {"hint": "signs", "known": "A-B"}),
        ("A-B", "A\u2013B", {"hint": "signs", "known": "A\u2013B"}),
        ("A'B", "A\u2019B", {"hint": "signs", "known": "A\u2019B"}),
        ("A`B", "A'B", {"hint": "signs", "known": "A'B"}),
        ("A`-B", "A\u2019\u2014B", {"hint": "signs", "known": "A\u2019\u2014B"}),
        ("Zo\u00c3\u00ab", "Zo\u00eb", {"hint": "encoding", "known": "Zo\u00eb"}),
        ("603\u0425", "603X", {"hint": "lookalike", "known": "603X"}),
        ("5.03E+02", None, {"hint": "excel"}),
        ("5E2", None, {"hint": "excel"}),
        ("5.03e-02", None, {"hint": "excel"}),
        ("5.03E+02x", None, {}),
        ("nothing", None, {}),
        ("", None, {}),
    ],
)
def test_a_number_is_what_it_may_have_been_before_something_changed_it(text, known, facts):
    assert number_hint(text, *([known] if known else [])) == facts


def test_the_likeliest_of_several_is_told():
    assert number_hint("123", "0123", "00123", "123E0") == {"hint": "zeros", "known": "0123"}


@pytest.mark.parametrize(
    ("uln", "facts"),
    [
        ("927 630 8686", {"hint": "signs", "known": ULN}),
        ("9276308687", {"hint": "check_digit"}),
        ("1000000027", {}),
        ("9.28E+09", {"hint": "excel"}),
        ("276308686", {}),
    ],
)
def test_a_uln_is_what_it_may_have_been_or_mistyped(uln, facts):
    hints = Hints(Known(ULN), {}, {uln})

    assert hints.learner(uln) == facts


def test_nothing_is_asked_where_nothing_is_unknown():
    known = Known()

    Hints(known, {}, set())
    Hints(known, {"": ""}, set())

    assert known.asked == []


def test_what_is_asked_of_ulns_is_the_text_and_of_numbers_what_they_are_matched_by():
    known = Known()

    Hints(known, {"a-b": "A-B"}, {"c-d"})

    numbers, ulns = known.asked
    assert {"AB", "A-B", "A\u2013B", "A\u2014B"} == numbers
    assert {"cd", "c-d", "c\u2013d", "c\u2014d"} == ulns
