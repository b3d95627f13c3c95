"""Layouts as rows of tables."""

import pytest
from django.db import IntegrityError, transaction

from wagtail_regcert.models import ExportLayout

from ..definitions.test_exports import EXAMPLE
from ..makers import make_export_layout, make_organisation

pytestmark = pytest.mark.django_db


def test_a_layout_is_found_by_its_name_whatever_its_case():
    layout = make_export_layout(name="Straße  A")

    assert ExportLayout.objects.named(" STRASSE a ") == layout
    assert ExportLayout.objects.named("Strase A") is None
    assert ExportLayout.objects.named("\ud800") is None
    assert ExportLayout.objects.named("a\0b") is None


def test_no_two_layouts_have_the_same_name():
    make_export_layout(name="A")

    with pytest.raises(IntegrityError), transaction.atomic():
        ExportLayout.objects.create(name="a")


def test_a_layout_outlives_its_awarding_organisation():
    layout = make_export_layout(**{**EXAMPLE, "awarding_organisation": "Pearson"})

    make_organisation("Pearson").delete()

    layout = ExportLayout.objects.get(pk=layout.pk)
    assert layout.awarding_organisation is None
    assert layout.definition().columns[0].heading == "Candidate ULN"


def test_a_layout_that_the_rules_do_not_allow_any_more_has_no_definition():
    layout = make_export_layout()
    layout.columns.update(value="learner.gone")

    assert ExportLayout.objects.get(pk=layout.pk).definition() is None


def test_reading_a_layout_takes_the_same_statements_for_any_number_of_columns(django_assert_max_num_queries):
    column = {"heading": "Sex", "value": "learner.gender", "values": {"F": "2", "M": "1"}}
    layout = make_export_layout(*[column] * 30)

    with django_assert_max_num_queries(4):
        assert len(ExportLayout.objects.named(layout.name).definition().columns) == 30
