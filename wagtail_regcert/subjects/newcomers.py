"""Learners and qualifications that a file of registrations describes and that are not stored yet. Pure.

Until they are created, a text stands for their primary key in the key of a registration: by what they are
known. A stored one is never changed by such a file; where the file differs, that is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..cells import TEMPORARY_ULN, match_key
from ..problems import ROW, CellError, Code, Warn
from .learners import LearnerRules
from .qualifications import QualificationRules
from .rules import Rules
from .types import Advice, Description, Given, Newcomers, Values

ULN, REFERENCE, NUMBER = "uln:", "reference:", "number:"
"""What a text that stands for a primary key begins with."""


class Describes:
    """What the records of a source say of one table."""

    rules: Rules
    fields: tuple[str, ...]
    """Of the source."""

    def __init__(self, given: Given) -> None:
        self.layout = given.layout
        self.columns: dict[str, Any] = {name: given.column_or_none(name) for name in self.fields}

    def of(self, index: int) -> Description | None:
        """What a record says; ``None`` where it names nothing that could be created."""
        raise NotImplementedError

    def advice(self, index: int, *, is_new: bool) -> Iterator[Advice]:
        """What is to be looked at in a record, whatever is stored."""
        return iter(())

    def said(self, described: Description) -> Any:
        """What two records must say alike of the same: a number may be written in several ways."""
        found = zip(self.rules.fields, described.values, strict=True)
        return described.key, [value for name, value in found if name not in self.rules.known_by]

    def missing(self, described: Description) -> dict[str, CellError]:
        """Field to what a new one lacks."""
        found = dict(zip(self.rules.fields, described.values, strict=True))
        return {
            self.field_of(name): CellError(Code.REQUIRED) for name in self.rules.needed if not found[name]
        }

    def field_of(self, name: str) -> str:
        """The field of the source that gives a field of the table."""
        return name

    def differences(self, described: Description, stored: Values) -> Iterator[tuple[str, str, str]]:
        """Field of the source, what it gives, and what is stored and differs."""
        for name, given, now in zip(self.rules.fields, described.values, stored, strict=True):
            if given and given != now and name not in self.rules.known_by:
                yield self.field_of(name), given, now


class DescribesLearners(Describes):
    """Learners by ULN or reference, their names in two fields or in one."""

    rules = LearnerRules()
    fields = ("reference", "uln", "given_names", "family_name", "full_name", "gender", "date_of_birth")

    def of(self, index: int) -> Description | None:
        reference = self.columns["reference"][index] or ""
        uln = self.columns["uln"][index] or ""
        if uln == TEMPORARY_ULN:
            uln = ""
        if not uln and not reference:
            return None
        given, family = self._names(index)
        more = (self.columns[name][index] or "" for name in ("gender", "date_of_birth"))
        names = (*([ULN + uln] if uln else []), *([REFERENCE + reference] if reference else []))
        return Description(names, (reference, uln), (reference, uln, given, family, *more))

    def _names(self, index: int) -> tuple[str, str]:
        """Given names and family name."""
        if not self.layout.has("full_name"):
            return self.columns["given_names"][index] or "", self.columns["family_name"][index] or ""
        *given, family = (self.columns["full_name"][index] or "").split() or [""]
        return " ".join(given), family

    def field_of(self, name: str) -> str:
        is_parted = name in ("given_names", "family_name") and self.layout.has("full_name")
        return "full_name" if is_parted else name

    def advice(self, index: int, *, is_new: bool) -> Iterator[Advice]:
        given, family = self._names(index)
        if is_new and given and self.layout.has("full_name"):
            facts = {"given_names": given, "family_name": family}
            yield Advice("full_name", self.columns["full_name"][index], Warn.NAME_PARTED, facts)

    def differences(self, described: Description, stored: Values) -> Iterator[tuple[str, str, str]]:
        if not self.layout.has("full_name"):
            yield from super().differences(described, stored)
            return
        names = self.rules.fields
        full, now = (
            " ".join(filter(None, (values[names.index("given_names")], values[names.index("family_name")])))
            for values in (described.values, stored)
        )
        if full and full != now:
            yield "full_name", full, now
        for name, given, there in super().differences(described, stored):
            if name != "full_name":
                yield name, given, there


class DescribesQualifications(Describes):
    """Qualifications by number."""

    rules = QualificationRules()
    fields = ("qualification", "title", "awarding_organisation")

    def of(self, index: int) -> Description | None:
        number, title, organisation = (self.columns[name][index] or "" for name in self.fields)
        key = match_key(number)
        return Description((NUMBER + key,), key, (number, title, organisation)) if key else None


DESCRIBES: Mapping[str, type[Describes]] = {
    "learners": DescribesLearners,
    "qualifications": DescribesQualifications,
}
"""What a layout may create to how it is described."""


REFERRED_TO = ("learners", "qualifications")
"""The tables whose primary keys are the key of a registration, in its order."""


def is_stand_in(part: object) -> bool:
    """Whether a part of a registration's key is not a primary key yet."""
    return isinstance(part, str)


def gather(
    describes: Describes, given: Given, unknown: Mapping[int, bool]
) -> tuple[Newcomers, list[str | None]]:
    """Those that are described by records of which nothing stored is known.

    ``unknown`` says of the indexes of these records whether they are right as far as is known: those that are
    not describe nothing that others could differ from. Beside the newcomers what stands in for each record's
    primary key, if anything.
    """
    found = Newcomers()
    stand_ins: list[str | None] = [None] * len(given.numbers)
    right: dict[int, Description] = {}
    for index, is_right in unknown.items():
        described = describes.of(index)
        if described is None:
            continue
        if missing := describes.missing(described):
            found.problems[index] = missing
            continue
        stand_ins[index] = described.stand_in
        if is_right:
            right[index] = described
    for first, *others in _groups(right):
        said = describes.said(right[first])
        other = next((index for index in others if describes.said(right[index]) != said), None)
        if other is None:
            found.first[right[first].stand_in] = (first, right[first])
            continue
        for index in (first, *others):
            row = given.numbers[other if index == first else first]
            found.problems[index] = {ROW: CellError(Code.DIFFERS, {"row": row})}
    return found, stand_ins


def _groups(described: Mapping[int, Description]) -> Iterator[Sequence[int]]:
    """Indexes of the records that describe the same, by sharing one of their names."""
    groups: dict[str, list[int]] = {}
    for index, one in described.items():
        # The smaller ones go into the largest, so that no record is moved often.
        joined = {id(group): group for name in one.names if (group := groups.get(name))}
        largest = max(joined.values(), key=len, default=[])
        for group in joined.values():
            if group is not largest:
                largest += group
                groups.update((name, largest) for other in group for name in described[other].names)
        largest.append(index)
        groups.update(dict.fromkeys(one.names, largest))
    for group in {id(group): group for group in groups.values()}.values():
        yield sorted(group)
