"""The list of keys of an export."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from wagtail_regcert.exporting import keys as module
from wagtail_regcert.exporting.keys import Keys, batches
from wagtail_regcert.models import Registration

from ..makers import make_registration


@pytest.mark.parametrize("in_memory", [8, 1_000_000], ids=["in a file", "in memory"])
def test_keys_come_back_in_their_order_in_pages(monkeypatch, in_memory):
    monkeypatch.setattr(module, "IN_MEMORY", in_memory)
    keys = Keys()

    keys.extend([5, 2**62])
    keys.extend(iter([3]))

    assert len(keys) == 3
    assert [list(page) for page in keys.pages(2)] == [[5, 2**62], [3]]
    assert [list(page) for page in keys.pages(3)] == [[5, 2**62, 3]]


def test_no_keys_have_no_pages():
    assert list(Keys().pages(2)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("server_side", [True, False])
def test_rows_come_in_batches_of_one_statement(monkeypatch, server_side):
    monkeypatch.setattr(module, "KEYS_AT_ONCE", 2)
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", not server_side)
    made = [make_registration().pk for _number in range(5)]

    with CaptureQueriesContext(connection) as captured:
        found = [[key for (key,) in batch] for batch in batches(Registration.objects.values_list("pk"))]

    assert found == [made[:2], made[2:4], made[4:]]
    assert sum("SELECT" in query["sql"] for query in captured) <= 1


@pytest.mark.django_db
def test_nothing_is_asked_for_what_cannot_be():
    with CaptureQueriesContext(connection) as captured:
        assert list(batches(Registration.objects.none().values_list("pk"))) == []

    assert len(captured) == 0
