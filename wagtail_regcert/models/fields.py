"""Fields that clean and check like a cell, and compare byte by byte on every database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models

from ..cells import TEMPORARY_ULN, Date, match_key, parse_day
from ..characters import bad_character, clean, guard
from ..days import FIRST_YEAR, LAST_YEAR
from ..folding import fold, squeeze
from ..messages import sentence
from ..problems import CellError, Code, Place


def may_be_key(text: str) -> bool:
    """Whether a text from an address or a form can be a primary key of ours: they are numbers of 64 bits."""
    return text.isascii() and text.isdigit() and len(text) < 19


def validate_characters(value: str) -> None:
    """Refuse control and surrogate characters, as in a cell."""
    _refuse(bad_character(value), value)


def validate_visible(value: str) -> None:
    """Refuse invisible characters, as in a cell that must be one that is known."""
    if bad_character(value) is None:
        _refuse(bad_character(value, refuse_invisible=True), value)


def _refuse(error: CellError | None, value: str) -> None:
    if error:
        text = sentence(error.code, error.facts, value, place=Place.FORM)
        raise ValidationError(text, code=error.code)


def validate_year(value: Any) -> None:
    """Refuse a date that a file could not carry."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        _refuse(CellError(Code.BAD_DATE), Date().format(value))


class CellFormField(forms.CharField):
    """Reads what is typed as a cell is read, and shows a stored value so that it reads back the same."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return (clean(value) or self.empty_value) if isinstance(value, str) else value

    def prepare_value(self, value: Any) -> Any:
        return guard(value) if isinstance(value, str) and clean(value) != value else value


class DayFormField(forms.DateField):
    """Reads a day as a cell is read: one-digit days and months and other orders are refused, not guessed."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        text = clean(value)
        if not text:
            return None
        day = parse_day(text)
        if isinstance(day, CellError):
            _refuse(day, text)
        return day


class CellField(models.CharField):
    """A text that can always be exported and read again."""

    default_validators = [validate_characters]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": CellFormField, **kwargs})


class OwnTextField(models.CharField):
    """A text that a layout brings with it. White space at its ends is meant."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"strip": False, **kwargs})


class CellLinesFormField(forms.CharField):
    """The cells of a row, each in a line of its own."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        # Of the JSON field that it stands for.
        for name in ("encoder", "decoder"):
            options.pop(name, None)
        super().__init__(**{**options, "strip": False})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        text = super().to_python(value)
        return text.replace("\r\n", "\n").split("\n") if text else []

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        # A row that was added and left blank is meant: Django would drop it as one that nobody filled in.
        return True


class CellsField(models.JSONField):
    """The cells of a row."""

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": CellLinesFormField, **kwargs})


class ExactField(CellField):
    """A text compared and unique byte by byte.

    MariaDB's usual collations hold ``ABC`` equal to ``abc`` and one emoji equal to another.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_nopad_bin"
        return parameters


class ULNField(ExactField):
    """A ULN; the temporary one, which many learners share, is stored as null. Holds in bulk writes too."""

    default_validators = [validate_characters, validate_visible]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = own_uln(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # ``update`` and ``bulk_update`` pass by ``pre_save``.
        return super().get_db_prep_save(own_uln(value), connection)


def own_uln(value: Any) -> Any:
    """A ULN that is the learner's own; none for the temporary one."""
    return None if value in ("", TEMPORARY_ULN) else value


class LongKeyField(ExactField):
    """A key made of another text, which may be longer than that."""

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        # W003 speaks of InnoDB's keys of 767 bytes. Since MariaDB 10.2 they have 3,072; ours has 1,536.
        return [found for found in super().check(**kwargs) if found.id != "mysql.W003"]


class MatchKeyField(LongKeyField):
    """What a qualification number is matched by, filled from it at every save, bulk ones included.

    Filled in Python since SQLite's ``UPPER`` knows ASCII only.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        key = match_key(model_instance.number)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, key)
        return key


SEARCH_SEPARATOR = "\n"
"""Stands between the parts of what is searched. It is in no term, so that none is found across."""


class SearchText(models.Field):
    """What other texts of the row are searched by, filled from them at every save, bulk ones included.

    Kept apart, since databases differ in what they hold equal, and none knows all letters.
    """

    sources: tuple[str, ...]

    def __init__(self, *args: Any, sources: Sequence[str] = (), **kwargs: Any) -> None:
        self.sources = tuple(sources)
        super().__init__(*args, **{"editable": False, "blank": True, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_nopad_bin"
        return parameters

    def made_of(self, values: Sequence[str | None]) -> str:
        """The text for values of the sources."""
        raise NotImplementedError

    def remember(self, model_instance: models.Model, stored: Mapping[str, Any]) -> None:
        """Have the next save go by these values of sources that it does not write."""
        model_instance.__dict__[f"_{self.name}_stored"] = stored

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        stored = model_instance.__dict__.pop(f"_{self.name}_stored", {})
        values = [stored[name] if name in stored else getattr(model_instance, name) for name in self.sources]
        text = self.made_of(values)
        setattr(model_instance, self.attname, text)
        return text


class SearchTextField(SearchText, models.TextField):
    """The first two sources are names that are searched together; white space in the others means nothing."""

    def made_of(self, values: Sequence[str | None]) -> str:
        given, family, *codes = [value or "" for value in values]
        return SEARCH_SEPARATOR.join([fold(f"{given} {family}"), *map(squeeze, codes)])


class SearchCodesField(SearchText, models.CharField):
    """Of numbers and references, in which white space means nothing.

    So short that every database can keep it in an index and look through that instead of the table. What
    is cut off would be a text of ligatures of three letters and more.
    """

    def made_of(self, values: Sequence[str | None]) -> str:
        each = self.max_length // len(self.sources) - 1  # type: ignore[operator]
        return SEARCH_SEPARATOR.join([squeeze(value)[:each] for value in values if value])


class CellDateField(models.DateField):
    """A day that a file can carry: years 1900 to 2100."""

    default_validators = [validate_year]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": DayFormField, **kwargs})


class PlainDate(models.Func):
    """A day as ISO text, ``""`` for none; written by the database, which is faster at it."""

    output_field = models.TextField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        # SQLite keeps days as such texts.
        template = {
            "postgresql": "COALESCE(to_char(%(expressions)s, 'YYYY-MM-DD'), '')",
            "mysql": "COALESCE(DATE_FORMAT(%(expressions)s, '%%%%Y-%%%%m-%%%%d'), '')",
        }.get(connection.vendor, "COALESCE(%(expressions)s, '')")
        return super().as_sql(compiler, connection, template=template, **extra)
