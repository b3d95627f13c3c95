"""Qualifications: which one a record means, and which organisations come with it."""

from wagtail_regcert.layouts import QUALIFICATIONS
from wagtail_regcert.problems import CellError, Code
from wagtail_regcert.subjects.qualifications import QualificationRules
from wagtail_regcert.subjects.types import Given, Record


class Stored:
    """One qualification and one organisation, without a database; it remembers what it was asked."""

    asked = None

    def qualifications(self, keys, fields):
        self.asked_keys = (set(keys), tuple(fields))
        return {key: (1, ("603/2942/X",)) for key in keys if key == "6032942X"}

    def organisations(self, names):
        self.asked = set(names)
        return {"NCFE"} & self.asked


def source(**columns):
    layout = QUALIFICATIONS.of(QUALIFICATIONS.column_of(field) for field in columns)
    values = list(columns.values())
    return Given(layout=layout, numbers=range(2, 2 + len(values[0])), columns=values, bad={}, unreadable={})


def test_a_qualification_is_known_by_its_number_however_it_is_written():
    stored = Stored()

    found = QualificationRules().match(
        source(number=["603/2942/x", "6032942X", "1", "/", None]), stored, ("number",)
    )

    unnamed = {"number": CellError(Code.REQUIRED, {"reason": "no_character"})}
    assert found.keys == ["6032942X", "6032942X", "1", None, None]
    assert found.stored == {"6032942X": (1, ("603/2942/X",))}
    assert [found.problems(index) for index in range(5)] == [{}, {}, {}, unnamed, unnamed]
    assert stored.asked_keys == ({"6032942X", "1"}, ("number",))
    assert (stored.asked, found.new) == (set(), {"awarding_organisation": set()})


def test_organisations_that_are_not_stored_are_new_where_advice_is_asked_for():
    given = source(number=["1"] * 4, awarding_organisation=["NCFE", "AQA", "", None])
    stored, under_lock = Stored(), Stored()

    found = QualificationRules().match(given, stored, ("number",))
    without = QualificationRules().match(given, under_lock, ("number",), with_hints=False)

    assert (stored.asked, found.new) == ({"NCFE", "AQA"}, {"awarding_organisation": {"AQA"}})
    assert (under_lock.asked, without.new) == (None, {"awarding_organisation": set()})


def test_accepted_records_name_organisations_where_they_carry_them():
    rules = QualificationRules()
    records = [Record(2, "1", None, None, ("1", "AQA")), Record(3, "2", None, None, ("2", "NCFE"))]

    assert rules.organisations(records, ("number", "awarding_organisation"), {}) == {"AQA", "NCFE"}
    assert rules.organisations(records, ("number", "title"), {}) == set()


def test_a_short_row_of_a_qualification_is_told():
    given = source(number=["1"])

    assert QualificationRules().suspicions(given, {}, None).of(0, 2, None, ("1",)) == []
