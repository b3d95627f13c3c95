"""The generated files: the same each time, and with something for every rule."""

from collections import Counter
from datetime import date

from . import generate, oracle

TODAY = date(2026, 6, 15)
FATAL = {"empty", "not_text", "bad_encoding", "malformed_csv", "bad_header", "no_records"}
ERRORS = {
    "repeated_heading",
    "too_many_cells",
    "bad_character",
    "too_long",
    "required",
    "bad_status",
    "bad_date",
    "unknown_qualification",
    "temporary_uln",
    "unknown_learner",
    "duplicate",
}
WARNINGS = {
    "short_row",
    "date_order",
    "future_date",
    "missing_date",
    "check_digit",
    "damaged",
    "placeholder",
}
NOTES = {"guessed_encoding", "lost_characters", "day_month_order"}
ENCODINGS = {"utf-8", "utf-8-sig", "utf-16", "cp1252"}
COUNTS = {"created", "updated", "unchanged", "rejected", "cleared"}


def test_a_seed_always_gives_the_same_file():
    first, second = (generate.file(7, generate.world(0), TODAY) for _ in range(2))

    assert first == second


def test_sixty_files_reach_every_rule():
    files = Counter()
    for seed in range(60):
        world = generate.world(seed // generate.FILES_PER_WORLD)
        data, separator, _kind = generate.file(seed, world, TODAY)
        answer = oracle.answer(data, separator, world, TODAY.isoformat(), commit=True)
        files.update({separator, answer["fatal"], answer["encoding"]})
        files.update({code for *_place, code in answer["errors"] + answer["warnings"]})
        files.update({code for code, *_place in answer["notes"]})
        files.update({name for name in COUNTS if answer[name]})

    assert {code: files[code] for code in FATAL if files[code] < 1} == {}
    few = {name: files[name] for name in ERRORS | WARNINGS | NOTES | ENCODINGS | COUNTS if files[name] < 3}
    assert few == {}
    assert files[None] > 30
