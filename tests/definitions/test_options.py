"""Options of a definition: each is read, or refused with what is wanted."""

from dataclasses import dataclass, fields
from enum import StrEnum

import pytest

from wagtail_regcert.definitions.options import (
    UNREAD,
    choice,
    flag,
    option,
    or_none,
    part,
    read_object,
    several,
    text,
    translations,
    whole_number,
    written,
)
from wagtail_regcert.definitions.places import LayoutProblem, Place
from wagtail_regcert.problems import LayoutFault as Fault


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def make_kinds():
    """A definition, and one that is a part of it."""

    @dataclass(frozen=True, kw_only=True)
    class Wheel:
        size: int = option(whole_number(1, 9))
        colour: Colour | None = option(or_none(choice(Colour)), default=None)

    @dataclass(frozen=True, kw_only=True)
    class Cart:
        name: str = option(text(4, may_be_blank=False))
        loaded: bool = option(flag, default=False)
        wheels: tuple[Wheel, ...] = option(several(part(Wheel), least=1, most=2), default=())
        words: dict[str, str] = option(translations(text(2), text(3), most=2), default_factory=dict)
        tags: tuple[str, ...] = option(several(text(9), most=1), default=())

    return Cart, Wheel


def read(value):
    """What an object describes, and what is wrong."""
    kind, _part = make_kinds()
    at = Place()
    found = read_object(kind, value, at, known=("kind",))
    assert (found is UNREAD) <= bool(at.problems)
    return found, [tuple(one) for one in at.problems]


def values_of(definition):
    return {field.name: getattr(definition, field.name) for field in fields(definition)}


WHOLE = {
    "name": "x",
    "loaded": True,
    "wheels": [{"size": 1}, {"size": 9, "colour": "red"}],
    "words": {"a": "b"},
    "tags": [""],
}


def test_an_object_is_read_and_written_as_it_was():
    cart, problems = read({**WHOLE, "kind": "cart"})

    assert problems == []
    found = values_of(cart)
    assert [values_of(wheel) for wheel in found.pop("wheels")] == [
        {"size": 1, "colour": None},
        {"size": 9, "colour": Colour.RED},
    ]
    assert found == {"name": "x", "loaded": True, "words": {"a": "b"}, "tags": ("",)}
    assert written(cart) == WHOLE
    assert written(cart, whole=False) == WHOLE


def test_what_is_not_given_is_left_at_its_default():
    cart, _problems = read({"name": "x"})

    assert values_of(cart) == {"name": "x", "loaded": False, "wheels": (), "words": {}, "tags": ()}
    assert written(cart) == {"name": "x", "loaded": False, "wheels": [], "words": {}, "tags": []}
    assert written(cart, whole=False) == {"name": "x"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": 1}, ("name", Fault.WRONG_TYPE, {"wanted": "text"})),
        ({"name": " "}, ("name", Fault.BLANK, {})),
        ({"name": "xxxxx"}, ("name", Fault.TOO_LONG, {"limit": 4, "length": 5})),
        ({"name": "a\nb"}, ("name", Fault.BAD_CHARACTER, {"position": 2, "codepoint": "U+000A"})),
        ({"loaded": 1}, ("loaded", Fault.WRONG_TYPE, {"wanted": "flag"})),
        ({"wheels": {}}, ("wheels", Fault.WRONG_TYPE, {"wanted": "array"})),
        ({"wheels": []}, ("wheels", Fault.WRONG_LENGTH, {"least": 1, "most": 2})),
        ({"wheels": [{"size": 1}] * 3}, ("wheels", Fault.WRONG_LENGTH, {"least": 1, "most": 2})),
        ({"wheels": [1]}, ("wheels[0]", Fault.WRONG_TYPE, {"wanted": "object"})),
        ({"wheels": [{}]}, ("wheels[0].size", Fault.MISSING_KEY, {})),
        ({"wheels": [{"size": 0}]}, ("wheels[0].size", Fault.OUT_OF_RANGE, {"least": 1, "most": 9})),
        ({"wheels": [{"size": 10}]}, ("wheels[0].size", Fault.OUT_OF_RANGE, {"least": 1, "most": 9})),
        ({"wheels": [{"size": True}]}, ("wheels[0].size", Fault.WRONG_TYPE, {"wanted": "number"})),
        ({"wheels": [{"size": "1"}]}, ("wheels[0].size", Fault.WRONG_TYPE, {"wanted": "number"})),
        (
            {"wheels": [{"size": 1}, {"size": 1, "colour": "green"}]},
            ("wheels[1].colour", Fault.NOT_OFFERED, {"offered": ["red", "blue"]}),
        ),
        (
            {"wheels": [{"size": 1, "colour": ["red"]}]},
            ("wheels[0].colour", Fault.NOT_OFFERED, {"offered": ["red", "blue"]}),
        ),
        ({"words": []}, ("words", Fault.WRONG_TYPE, {"wanted": "object"})),
        ({"words": {"a": "", "b": "", "c": ""}}, ("words", Fault.WRONG_LENGTH, {"least": 0, "most": 2})),
        ({"words": {"aaa": "b"}}, ("words.aaa", Fault.TOO_LONG, {"limit": 2, "length": 3})),
        ({"words": {"aa": "bbbb"}}, ("words.aa", Fault.TOO_LONG, {"limit": 3, "length": 4})),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place_with_what_is_wanted(changes, problem):
    cart, problems = read({**WHOLE, **changes})

    assert cart is UNREAD
    assert problems == [problem]


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ([], [("", Fault.WRONG_TYPE, {"wanted": "object"})]),
        ({}, [("name", Fault.MISSING_KEY, {})]),
        (
            {"name": "", "loaded": None},
            [("name", Fault.BLANK, {}), ("loaded", Fault.WRONG_TYPE, {"wanted": "flag"})],
        ),
    ],
)
def test_all_that_is_wrong_is_told(value, problems):
    assert read(value) == (UNREAD, problems)


def test_null_is_nothing_where_it_may_be():
    cart, problems = read({"name": "x", "wheels": [{"size": 1, "colour": None}]})

    assert problems == []
    assert [wheel.colour for wheel in cart.wheels] == [None]
    assert read({"name": None})[1] == [("name", Fault.WRONG_TYPE, {"wanted": "text"})]


def test_a_key_that_nobody_reads_is_told():
    cart, problems = read({"name": "x", "colour": 1, "kind": 2})

    assert cart.name == "x"
    assert problems == [("colour", Fault.UNKNOWN_KEY, {})]


def test_limits_are_within():
    cart, problems = read(
        {"name": "xxxx", "words": {"aa": "bbb", "": ""}, "wheels": [{"size": 9}] * 2, "tags": []}
    )

    assert problems == []
    assert (cart.words, cart.tags) == ({"aa": "bbb", "": ""}, ())


def test_places_share_their_problems():
    at = Place()

    at.key("a").item(1).key("b").wrong(Fault.BLANK, more=1)
    at.item(0).wrong(Fault.BLANK)

    assert at.problems == [
        LayoutProblem("a[1].b", Fault.BLANK, {"more": 1}),
        LayoutProblem("[0]", Fault.BLANK, {}),
    ]
