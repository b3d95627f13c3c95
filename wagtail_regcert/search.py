"""Searches, alike on every database: the one of learners, the one of qualifications, and the listing's."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from .cells import match_key
from .folding import fold, squeeze, terms
from .models import Learner, Qualification, Registration
from .models.sets import among

MOST_TERMS = 20
"""Words of a search; databases limit the depth of a condition."""

LONGEST = 255
"""Characters of the longest search. Nothing stored holds longer ones, and SQLite fails on patterns of over
50,000 bytes."""

MOST_KEYS = 1000
"""Keys that a search finds first and then names; where more are meant, the database finds them again."""


def search_learners(learners: QuerySet[Learner], text: str) -> QuerySet[Learner]:
    """Keep learners of whom each word is part of a name, of the ULN or of the reference."""
    words = _words(text)
    found = Q()
    for word in words:
        found &= Q(search_text__contains=word)
    return learners.filter(found) if words else learners.none()


def search_qualifications(qualifications: QuerySet[Qualification], text: str) -> QuerySet[Qualification]:
    """Keep qualifications whose title or awarding organisation has each word in it, or whose number the text.

    There are a few thousand at most: they are read and compared here.
    """
    words, key, number = _words(text), match_key(text), squeeze(text)
    if not words:
        return qualifications.none()
    stored = Qualification.objects.using(qualifications.db).order_by()
    keys = []
    for pk, title, organisation, plain, its_key in stored.values_list(
        "pk", "title", "awarding_organisation__name", "number", "match_key"
    ):
        named = fold(f"{title} {organisation}")
        in_number = (key and key in its_key) or (number and number in squeeze(plain))
        if in_number or all(word in named for word in words):
            keys.append(pk)
    found = Q(pk__in=())
    for chosen in among("pk", keys, qualifications.db):
        found |= Q(chosen)
    return qualifications.filter(found)


def search_registrations(registrations: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    """Keep registrations of such learners or qualifications, or with the text in a number or reference.

    Who and what is meant is found first: one condition over all the tables would keep the database from
    using any index.
    """
    if not _words(text):
        return registrations.none()
    numbers = Q(search_text__contains=squeeze(text))
    return registrations.filter(
        Q(learner__in=keys_of(search_learners(Learner.objects.all(), text)))
        | Q(qualification__in=keys_of(search_qualifications(Qualification.objects.all(), text)))
        | Q(pk__in=keys_of(Registration.objects.filter(numbers)))
    )


def keys_of(found: QuerySet[Any]) -> Any:
    """Primary keys where they are few, else the query for them."""
    query = found.order_by().values_list("pk", flat=True)
    keys = list(query[: MOST_KEYS + 1])
    return keys if len(keys) <= MOST_KEYS else query


def _words(text: str) -> list[str]:
    """What is looked for; nothing where a search is longer than anything stored."""
    words = terms(text) if len(text) <= LONGEST and "\0" not in text else []
    return words if len(words) <= MOST_TERMS else []
