"""What texts are searched by: case, accents and apostrophes make no difference. Pure."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "ŋ": "n",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)
"""Letters that Unicode does not take apart. They are small by then, and ß is ss without its case."""

_MARKS = str.maketrans({**dict.fromkeys("'`´’‘‛ʼʻʽʹ′＇", None), **dict.fromkeys(",;，；", " ")})
"""Apostrophes, which people leave out, and what stands between names in an order of their own."""

_UNSEEN = {"Mn", "Me", "Cf", "Cc", "Cs"}
"""Unicode's categories of accents and of what does not show."""


def fold(text: str) -> str:
    """Reduce a text to what it is searched by; white space is one space. Folding twice does no more."""
    if text.isascii():
        # As most are, without a mark between the words.
        text = text if text.replace(" ", "").isalnum() else text.translate(_MARKS)
        if text.isprintable():
            return " ".join(text.lower().split())
    else:
        text = text.translate(_MARKS)
    for _time in range(2):
        # Taken apart, letters can have a case again, and without their case be composed again.
        text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(
        character
        for character in unicodedata.normalize("NFKD", text).translate(_LETTERS).translate(_MARKS)
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    return " ".join(text.split())


def squeeze(text: str) -> str:
    """The same of a number or reference, in which white space means nothing either."""
    if text.isascii() and text.isalnum():
        # As most are, and an import makes tens of thousands of them.
        return text.lower()
    return fold(text).replace(" ", "")


def terms(text: str) -> list[str]:
    """What of a search must be found, each anywhere. Digits alone are one number, however they are spaced."""
    words = fold(text).split()
    return ["".join(words)] if words and all(map(str.isdigit, words)) else words
