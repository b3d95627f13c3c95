"""Employers as a subject: the one file that a fourth table needs."""

from tests.employers.models import Employer
from wagtail_regcert.cells import NAME_LIMIT, Date, Text
from wagtail_regcert.layouts import Column, Layout
from wagtail_regcert.models.sets import in_values
from wagtail_regcert.problems import Warn
from wagtail_regcert.subjects.database.base import Found, Subject, plain_expressions
from wagtail_regcert.subjects.rules import Matched
from wagtail_regcert.subjects.suspicions import ColumnSuspicions


class StoredEmployers:
    def __init__(self, *, lock=False):
        self._lock = lock

    def employers(self, references, fields):
        found = Employer.objects.order_by("pk")
        if self._lock:
            found = found.select_for_update()
        columns = plain_expressions(Employer, fields)
        return {
            reference: (pk, tuple(values))
            for chosen in in_values("reference", references, Employer.objects.db)
            for reference, pk, *values in found.filter(chosen).values_list("reference", "pk", *columns)
        }


class EmployerSubject(Subject):
    about = "employers"
    layout = Layout(
        columns=(
            Column(
                heading="Employer reference",
                field="reference",
                kind=Text(is_exact=True),
                required=True,
                examples=("E1", "E2"),
            ),
            Column(
                heading="Name",
                field="name",
                kind=Text(NAME_LIMIT),
                required=True,
                examples=("Acme", "Bolts & Sons"),
            ),
            Column(heading="Since", field="since", kind=Date(), examples=("01/09/2020", "")),
        )
    )
    known_by = ("reference",)
    fields = ("reference", "name", "since")
    model = Employer
    writes = ()
    form_url_name = ""
    form_title = "Import and Update Employers"

    def match(self, given, stored, fields, *, with_hints=True):
        keys = [reference or None for reference in given.column("reference")]
        return Matched(keys=keys, stored=stored.employers(set(keys) - {None}, fields))

    def suspicions(self, given, will_be, today):
        found = ColumnSuspicions(given)
        found.look_for(
            "since", Warn.FUTURE_DATE, {day for day in will_be["since"] if day > today.isoformat()}
        )
        return found

    def stored(self, *, lock=False):
        return StoredEmployers(lock=lock)

    def pks(self, records):
        return self.keys_now([record.key for record in records])

    def keys_now(self, keys):
        return {reference: pk for reference, (pk, _values) in self.stored().employers(set(keys), ()).items()}

    def find(self, records, fields, *, lock=False):
        stored = self.stored(lock=lock).employers({record.key for record in records}, fields)
        return [Found(*stored[record.key]) if record.key in stored else None for record in records]
