"""The tables say what was measured."""

from benchmarks.cases import AFTER_LOAD
from benchmarks.measure import Measured
from benchmarks.table import after_load_table


def measured(*seconds):
    return [Measured(seconds=one, cpu=one, peak=1, statements=1) for one in seconds]


def test_ours_after_a_load_stands_beside_ours_with_statistics():
    cases = [AFTER_LOAD["export"], AFTER_LOAD["listing"]]
    loaded = {
        ("export", "ours"): measured(3, 4, 6),
        ("export", "values"): measured(2, 2, 2),
        ("listing", "ours"): measured(0.5, 0.5, 0.5),
    }
    settled = {
        ("export", "ours"): measured(1, 1, 1),
        ("export", "values"): measured(1, 2, 1),
        ("listing", "ours"): measured(0.25, 0.25, 0.25),
    }

    *_head, export, listing = after_load_table(cases, loaded, settled).splitlines()

    assert export == "| Export, 17 columns | 4.000 | 2.00× | 1.000 | 1.00× | 4.00× |"
    assert listing == "| Listing, first page | 0.500 |  | 0.250 |  | 2.00× |"
