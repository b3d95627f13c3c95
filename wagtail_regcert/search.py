"""Searches, alike on every database: the one of learners, the one of qualifications, and the listing's."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Contains

from .cells import match_key
from .folding import fold, squeeze, terms
from .models import Learner, Qualification, Registration
from .models.sets import in_values

MAX_TERMS = 20
"""Words of a search; databases limit the depth of a condition."""

MAX_SEARCH_LENGTH = 255
"""Characters of the longest search. Nothing stored holds longer ones, and SQLite fails on patterns of over
50,000 bytes."""

MAX_KEYS = 1000
"""Keys that a filter finds first and then names; where more are meant, the database finds them again."""

MAX_SEARCHED_KEYS = 20_000
"""The same of learners and of numbers in a search, which are found by reading through all of them."""


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
    for chosen in in_values("pk", keys, qualifications.db):
        found |= Q(chosen)
    return qualifications.filter(found)


def search_registrations(registrations: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    """Keep registrations of such learners or qualifications, or with the text in a number or reference."""
    return RegistrationSearch(text, registrations.db).keep(registrations)


class RegistrationSearch:
    """What a text means among registrations: found once, to list and to count by.

    One condition over all the tables would keep databases from using any index, and every query would read
    through all learners anew. So keys are found first. Where a text means more than can be named, a page is
    soon full, and so each registration is looked at in turn; only then its count reads all learners again.
    """

    def __init__(self, text: str, using: str) -> None:
        """Look for the text. ``using`` is the database of the registrations."""
        self._qualifications, self._learners, self._numbers = Q(), Q(), Q()
        self._learners_joined, self._counts_apart = Q(), True
        words = _words(text)
        if not words:
            return
        if qualifications := keys_of(search_qualifications(Qualification.objects.all(), text)):
            self._qualifications = Q(qualification__in=qualifications)

        learners = _keys(search_learners(Learner.objects.all(), text), MAX_SEARCHED_KEYS)
        if learners is not None:
            self._learners = self._learners_joined = _in_keys("learner", learners, using)
        else:
            for word in words:
                self._learners &= Q(Contains(_SEARCHED_LEARNER, word))
                self._learners_joined &= Q(learner__search_text__contains=word)

        with_number = Q(search_text__contains=squeeze(text))
        numbers = _keys(Registration.objects.filter(with_number), MAX_SEARCHED_KEYS)
        self._numbers = with_number if numbers is None else _in_keys("pk", numbers, using)
        self._counts_apart = numbers is not None

    def keep(
        self, registrations: QuerySet[Registration], *, is_sorted: bool = False
    ) -> QuerySet[Registration]:
        """Those of the registrations that the text means. Sorted ones are all read whatever a page shows."""
        # The quickest to look at come first.
        meant = (
            self._qualifications | self._numbers | (self._learners_joined if is_sorted else self._learners)
        )
        return registrations.filter(meant) if meant else registrations.none()

    def count(self, registrations: QuerySet[Registration]) -> int:
        """How many that are.

        Each kind is counted for itself, less those before it: every database has an index for that, and
        none for any of several. Not where numbers are too many to be named.
        """
        if not self._counts_apart:
            return self.keep(registrations).count()
        count, others = 0, registrations
        for kind, counted in (
            (self._qualifications, self._qualifications),
            (self._learners, self._learners_joined),
            (self._numbers, self._numbers),
        ):
            if kind:
                count += others.filter(counted).count()
                others = others.exclude(kind)
        return count


_SEARCHED_LEARNER = Subquery(
    Learner.objects.filter(pk=OuterRef("learner_id")).order_by().values("search_text")[:1]
)
"""What the learner of a registration is searched by: read for it alone, which no database plans otherwise.
MariaDB would begin a join with all learners, to sort all that it finds for a page."""


def _in_keys(field: str, keys: list[int], using: str) -> Q:
    """A condition for any of the keys; an empty one where there are none."""
    found = Q()
    for chosen in in_values(field, keys, using):
        found |= Q(chosen)
    return found


def keys_of(found: QuerySet[Any]) -> Any:
    """Primary keys where they are few, else the query for them."""
    keys = _keys(found, MAX_KEYS)
    return found.order_by().values_list("pk", flat=True) if keys is None else keys


def _keys(found: QuerySet[Any], most: int) -> list[int] | None:
    """Primary keys, unless they are more than that."""
    keys = list(found.order_by().values_list("pk", flat=True)[: most + 1])
    return keys if len(keys) <= most else None


def _words(text: str) -> list[str]:
    """What is looked for; nothing where a search is longer than anything stored."""
    words = terms(text) if len(text) <= MAX_SEARCH_LENGTH and "\0" not in text else []
    return words if len(words) <= MAX_TERMS else []
