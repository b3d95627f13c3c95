"""Say which column of a file is which field: the file and what was chosen in, a definition out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import conf
from .cells import Date, Gender, GenderLabel, Kind, Status, StatusLabel
from .characters import bad_character, clean
from .date_forms import READ_FORMS, DateForm
from .definitions import imports
from .definitions.places import LayoutProblem, Place
from .importing import guesses, staging
from .importing.by_heading import HEADER_ROWS
from .importing.decode import decode
from .importing.fitting import filled_rows, likely_separator
from .importing.workbook import is_workbook
from .layouts import SOURCE_FIELDS, Column, Policy, Separator, fold_heading, unread_heading
from .messages import sentence, separator_option
from .models import ImportLayout, ImportRun
from .permissions import may_import, policy_of
from .problems import FileFault, LayoutFault

SHOWN_VALUES = 3
_NOT_KEPT = "matched"
"""The name in the definition of a layout that is not kept. A file's own name may be a learner's."""
UNREAD, BLANK = "", "blank"
"""What a select says for a column that is not read, and for a value that stands for none."""

POLICIES = (
    (Policy.OVERWRITE.value, gettext_lazy("A blank cell removes the stored value")),
    (Policy.KEEP_IF_BLANK.value, gettext_lazy("A blank cell leaves the stored value alone")),
    (Policy.FILL.value, gettext_lazy("Nothing that is stored is replaced")),
)


@dataclass
class Choice:
    """A select or an input as the page shows it."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[Any, Any]] = ()
    problem: str = ""

    @property
    def id(self) -> str:
        return f"regcert-{self.name}"


@dataclass
class MatchedColumn:
    """One heading of the file, and what is chosen for it."""

    heading: str
    values: Sequence[str]
    field: Choice
    dates: Choice | None
    translations: Sequence[Choice]


class Matching:
    """What is chosen for a file, and what is wrong with it.

    ``data`` is what was sent: by GET which row, separator and fields to look at, by POST all that was chosen.
    """

    def __init__(self, run: ImportRun, user: Any, data: QueryDict, *, is_sent: bool) -> None:
        self.run, self.user, self.data, self.is_sent = run, user, data, is_sent
        self.problems: dict[str, str] = {}
        """Name of an input to what is wrong there; ``""`` for the whole."""

    # What is looked at: separator, row of headings, and what may be created beside.

    @cached_property
    def file(self) -> bytes:
        return staging.load_file(self.run)

    @cached_property
    def is_workbook(self) -> bool:
        return is_workbook(self.file)

    @cached_property
    def separator(self) -> Separator:
        sent = self.data.get("separator", "")
        if sent in set(Separator):
            return Separator(sent)
        chosen = Separator(self.run.separator)
        decoded = decode(self.file)
        if self.is_workbook or isinstance(decoded, FileFault):
            return chosen
        # Where the one that was chosen parts nothing, the one that parts most.
        parts = any(len(row) > 1 for _number, row in self._read(chosen, HEADER_ROWS))
        return chosen if parts else likely_separator(decoded.text)

    def _read(self, separator: Separator, most: int | None = None) -> list[tuple[int, Sequence[str]]]:
        """Number and cells of the rows that are not blank."""
        return filled_rows(self.file, separator, max(conf.settings.MAX_UPLOAD_BYTES, len(self.file)), most)

    @cached_property
    def rows(self) -> list[tuple[int, Sequence[str]]]:
        return self._read(self.separator)

    @cached_property
    def first_rows(self) -> list[tuple[int, Sequence[str]]]:
        """Those in which the headings may stand."""
        return [(number, row) for number, row in self.rows if number <= HEADER_ROWS]

    @cached_property
    def header(self) -> int:
        """The index of the row of the headings."""
        numbers = [number for number, _row in self.first_rows]
        sent = self.data.get("row", "")
        if sent.isdecimal() and len(sent) < 4 and int(sent) in numbers:
            return numbers.index(int(sent))
        return guesses.header_row([row for _number, row in self.first_rows], self.fields)

    @property
    def row(self) -> int:
        """The number of that row in the file."""
        return self.first_rows[self.header][0] if self.first_rows else 0

    @cached_property
    def may_create(self) -> list[str]:
        """What the user may have created beside registrations."""
        if self.run.about != imports.About.REGISTRATIONS:
            return []
        return [one.value for one in imports.Creates if may_import(self.user, self.run.about, (one.value,))]

    @cached_property
    def creates(self) -> tuple[imports.Creates, ...]:
        sent = self.data.getlist("creates")
        return tuple(one for one in imports.Creates if one.value in sent and one.value in self.may_create)

    @cached_property
    def fields(self) -> dict[str, Column]:
        """The fields that a column may be."""
        beside = [column for one in self.creates for column in imports.CREATED_FIELDS[one]]
        return {column.field: column for column in (*SOURCE_FIELDS[self.run.about], *beside)}

    # What is chosen.

    @cached_property
    def places(self) -> dict[int, str]:
        """Position to heading of the columns of the file that can be read."""
        if not self.first_rows:
            return {}
        _number, row = self.first_rows[self.header]
        named = ((at, clean(cell)) for at, cell in enumerate(row))
        return dict(islice((one for one in named if _is_storable(one[1])), imports.MAX_COLUMNS))

    @cached_property
    def cells(self) -> dict[int, list[str]]:
        """Position to the cells under its heading."""
        below = [row for _number, row in self.rows[self.header + 1 :]]
        return {at: [row[at] if at < len(row) else "" for row in below] for at in self.places}

    @cached_property
    def guessed(self) -> dict[int, guesses.Guess]:
        found = guesses.guesses(list(self.places.values()), list(self.cells.values()), self.fields)
        return dict(zip(self.places, found, strict=True))

    def field_of(self, at: int) -> str:
        if self.is_sent:
            return self.data.get(f"column-{at}-field", UNREAD)
        return self.guessed[at].field or UNREAD

    def form_of(self, at: int) -> DateForm | None:
        """The form of the days under a heading; ``None`` where neither days are read nor any stand there."""
        column = self.fields.get(self.field_of(at))
        if column and not isinstance(column.kind, Date):
            return None
        sent = self.data.get(f"column-{at}-dates", "") if self.is_sent else ""
        guess = self.guessed[at].dates or (self.usual_form if column else None)
        return DateForm(sent) if guess and sent in READ_FORMS else guess

    @cached_property
    def unknown_values(self) -> dict[int, list[str]]:
        """Position to the values of a status or gender that are none, which may stand for one."""
        found = {}
        for at in self.places:
            column = self.fields.get(self.field_of(at))
            if column and (values := guesses.unknown_values(self.cells[at], column.kind)):
                found[at] = values
        return found

    @cached_property
    def usual_form(self) -> DateForm:
        """The form of most columns of days, for those whose values do not tell."""
        forms = [
            form
            for at, (_field, form) in self.guessed.items()
            if form and (column := self.fields.get(self.field_of(at))) and isinstance(column.kind, Date)
        ]
        return max(forms, key=forms.count, default=DateForm.DAY_FIRST)

    @cached_property
    def dated(self) -> list[int]:
        """Positions of columns of days with anything to read."""
        read = (at for at in self.places if self.field_of(at) and self.form_of(at))
        return [at for at in read if guesses.values_of(self.cells[at])]

    def translation_of(self, at: int, number: int, value: str) -> str:
        """What a value stands for; blank where it is left as it is."""
        name = f"column-{at}-value-{number}"
        if self.is_sent and name in self.data:
            return self.data.get(name, "")
        return guesses.meant(value, self.fields[self.field_of(at)].kind)

    @property
    def name(self) -> str:
        return self.data.get("name", "").strip() if self.is_sent else ""

    @cached_property
    def may_save(self) -> bool:
        return policy_of(ImportLayout).user_has_permission(self.user, "add")

    def as_object(self) -> dict[str, Any]:
        """What is chosen, as an object of JSON."""
        number = self.data.get("qualification", "").strip() if self.has_constant else ""
        forms = [form for at in self.places if self.field_of(at) and (form := self.form_of(at))]
        return {
            "kind": imports.KIND,
            "name": self.name if self.name and self.may_save else _NOT_KEPT,
            "about": self.run.about,
            "separator": self.separator.value,
            # For constants and what other files may have beside.
            "dates": (max(forms, key=forms.count) if forms else DateForm.DAY_FIRST).value,
            "columns": [self._column(at, heading) for at, heading in self.places.items()],
            "constants": {"qualification": number} if number else {},
            "creates": [one.value for one in self.creates],
        }

    def _column(self, at: int, heading: str) -> dict[str, Any]:
        field = self.field_of(at)
        if not field:
            # Another such file may lack what is not read.
            return {"heading": heading, "field": None, "optional": True}
        chosen: dict[str, Any] = {"heading": heading, "field": field}
        policy = self.data.get("blanks", "")
        if policy in set(Policy) and policy != Policy.OVERWRITE:
            chosen["policy"] = policy
        if form := self.form_of(at):
            chosen["dates"] = form.value
        values = {}
        for number, value in enumerate(self.unknown_values.get(at, ())):
            stands_for = self.translation_of(at, number, value)
            if stands_for:
                values[value] = "" if stands_for == BLANK else stands_for
        if values:
            chosen["values"] = values
        return chosen

    def read(self) -> imports.ImportDefinition | None:
        """The definition that was chosen; ``None`` where something is wrong, which is told then."""
        at = Place()
        value = self.as_object()
        definition = ImportLayout.read_to_save(value, at)
        if self.name and self.may_save and ImportLayout.objects.named(self.name) is not None:
            at.key("name").wrong(LayoutFault.REPEATED_NAME)
        for problem in at.problems:
            self.problems.setdefault(self._input_of(problem), self._told(problem))
        self._tell_untold()
        return None if self.problems else definition

    def _tell_untold(self) -> None:
        """Note what a choice has given rise to, and what nobody has seen yet."""
        texts = {
            "value-0": (self.unknown_values, _("Say what the values of “%s” stand for, then continue.")),
            "dates": (self.dated, _("Say how the days of “%s” are written, then continue.")),
        }
        for part, (columns, text) in texts.items():
            for at in columns:
                if (name := f"column-{at}-{part}") not in self.data:
                    self.problems.setdefault(name, text % self.places[at])

    def _input_of(self, problem: LayoutProblem) -> str:
        found = re.match(r"columns\[([0-9]+)\](?:\.(\w+))?(?:\.(.*))?", problem.path, re.DOTALL)
        if found is None:
            known = {"name": "name", "constants.qualification": "qualification"}
            return known.get(problem.path, "")
        at = list(self.places)[int(found[1])]
        if found[2] == "values" and found[3] in self.unknown_values.get(at, ()):
            return f"column-{at}-value-{self.unknown_values[at].index(found[3])}"
        return f"column-{at}-dates" if found[2] == "dates" else f"column-{at}-field"

    def _told(self, problem: LayoutProblem) -> str:
        return sentence(problem.code, in_words(problem))

    # What the page shows.

    @property
    def has_constant(self) -> bool:
        """Whether all records may be given the same qualification."""
        return "qualification" in self.fields

    def columns(self) -> list[MatchedColumn]:
        return [self._shown(at, heading) for at, heading in self.places.items()]

    def _shown(self, at: int, heading: str) -> MatchedColumn:
        names = [(UNREAD, _("Not read")), *((one.field, one.heading) for one in self.fields.values())]
        form = self.form_of(at)
        field = self.fields.get(self.field_of(at))
        labels = _labels(field.kind) if field else []
        options = [("", _("As it is, which is an error")), (BLANK, _("Nothing")), *labels]
        return MatchedColumn(
            heading=heading,
            values=guesses.values_of(self.cells[at])[:SHOWN_VALUES],
            field=self._choice(f"column-{at}-field", heading, self.field_of(at), names),
            dates=self._choice(
                f"column-{at}-dates",
                _("Days are written as"),
                form.value,
                [(one.value,) * 2 for one in READ_FORMS],
            )
            if form
            else None,
            translations=[
                self._choice(
                    f"column-{at}-value-{number}", value, self.translation_of(at, number, value), options
                )
                for number, value in enumerate(self.unknown_values.get(at, ()))
            ],
        )

    def _choice(self, name: str, label: str, value: str, options: Sequence[tuple[Any, Any]] = ()) -> Choice:
        return Choice(name, label, value, options, self.problems.get(name, ""))

    def name_choice(self) -> Choice:
        return self._choice("name", _("Save as a layout, named"), self.name)

    def qualification(self) -> Choice:
        sent = self.data.get("qualification", "") if self.is_sent else ""
        return self._choice("qualification", _("The qualification number of all records"), sent)

    def blanks(self) -> Choice:
        sent = self.data.get("blanks", "") if self.is_sent else ""
        return self._choice("blanks", _("What is stored"), sent or Policy.OVERWRITE.value, POLICIES)

    def header_choice(self) -> Choice:
        options = [
            (str(number), f"{number}: {' | '.join(filter(None, map(clean, row)))[:80]}")
            for number, row in self.first_rows
        ]
        return Choice("row", _("Row of the headings"), str(self.row), options)

    def separator_choice(self) -> Choice | None:
        if self.is_workbook:
            return None
        options = [(one.value, separator_option(one)) for one in Separator]
        return Choice("separator", _("Separator"), self.separator.value, options)

    def creates_choices(self) -> list[tuple[str, Any, bool]]:
        labels = {
            "learners": _("Create learners that are unknown, from this file"),
            "qualifications": _("Create qualifications that are unknown, from this file"),
        }
        return [(one, labels[one], one in self.creates) for one in self.may_create]

    def told(self) -> list[tuple[str, str]]:
        """What is wrong, each with the id of the input that it is about, in the order of the page."""
        names = [name for column in self.columns() for name in self._inputs(column)]
        order = ["", *names, "qualification", "name"]
        return [
            (f"regcert-{name}" if name else "", self.problems[name])
            for name in sorted(self.problems, key=lambda name: order.index(name) if name in order else 0)
        ]

    @staticmethod
    def _inputs(column: MatchedColumn) -> list[str]:
        return [one.name for one in (column.field, column.dates, *column.translations) if one]


def _is_storable(heading: str) -> bool:
    """Whether a layout can name it; it is left unread otherwise, and told as such."""
    is_named = fold_heading(heading) and not unread_heading(heading)
    return bool(is_named and len(heading) <= imports.HEADING_LIMIT and not bad_character(heading))


def _labels(kind: Kind) -> list[tuple[str, str]]:
    """The values that a cell may be translated to, as files have them."""
    if isinstance(kind, StatusLabel):
        return [(one.value, one.label) for one in Status]
    return [(one.value, one.label) for one in Gender] if isinstance(kind, GenderLabel) else []


def in_words(problem: LayoutProblem) -> dict[str, Any]:
    """The facts of a problem with headings for the names of fields, as a form has them."""
    facts = dict(problem.facts)
    for name in ("fields", "offered"):
        if name in facts:
            facts[name] = [_HEADINGS.get(one, one) for one in facts[name]]
    return facts


_HEADINGS = {
    column.field: column.heading
    for columns in (*SOURCE_FIELDS.values(), *imports.CREATED_FIELDS.values())
    for column in columns
}
