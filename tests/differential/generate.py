"""Worlds and files by seed: mostly sound, each with something of what real files bring.

``world(seed)`` and ``file(seed, world, today)`` answer the same for the same arguments, for ever. The
generator need not know what is right: what a file means is for the oracle to say.
``python -m tests.differential.generate SEED`` shows a file.
"""

import sys
from datetime import date
from random import Random

from .records import (
    header,
    pairs_with_uln,
    record,
    records,
    spoil_header,
    stored_values,
)
from .spoil import (
    as_rejected,
    blank_file,
    encoded,
    in_other_code_page,
    rendered,
    separator_row,
    swallow_rows,
    turn_dates,
    with_broken_bytes,
    with_broken_encoding,
    with_broken_quoting,
    with_mixed_encoding,
)
from .unusual_values import (
    HEADINGS,
    OTHER_FILES,
    SEPARATORS,
    UNUSUAL_QUALIFICATIONS,
    UNUSUAL_ULNS,
)

FILES_PER_WORLD = 10
KINDS = {
    "sound": 17,
    "heading": 4,
    "rejected file": 3,
    "separator": 2,
    "sep row": 4,
    "quoting": 3,
    "swallowed rows": 2,
    "dates": 4,
    "bytes": 3,
    "mixed encoding": 4,
    "other code page": 2,
    "end of file": 1,
    "nul": 2,
    "other file": 2,
    "broken encoding": 2,
    "blank": 2,
    "no records": 1,
    "longest cell": 1,
    "too long cell": 1,
}
"""What is done to a file, and to how many of sixty."""


def world(seed):
    """Learners, qualifications and registrations, as the oracle takes them."""
    random = Random(f"world {seed}")
    ulns = [uln_with_check_digit(random) for _ in range(8)]
    ulns += [str(random.randrange(10**9, 10**10)) for _ in range(3)]
    ulns += random.sample(UNUSUAL_ULNS, 12)
    qualifications = random.sample(UNUSUAL_QUALIFICATIONS, 8)
    qualifications += [
        f"60{number}/{random.randrange(10_000):04}/{random.choice('0123X')}" for number in range(4)
    ]
    return world_of(random, ulns, qualifications)


def long_world(learners):
    """A world of many learners."""
    random = Random("long world")
    return world_of(random, [uln_with_check_digit(random) for _ in range(learners)], ["603/1", "603/2"])


def world_of(random, ulns, qualifications):
    """Learners with these ULNs and two without, a third of them registered."""
    learners = {f"L{number}": uln for number, uln in enumerate([*dict.fromkeys(ulns), None, None])}
    pairs = [(learner, number) for learner in learners for number in qualifications]
    registrations = {pair: stored_values(random) for pair in random.sample(pairs, len(pairs) // 3)}
    return {"learners": learners, "qualifications": qualifications, "registrations": registrations}


def uln_with_check_digit(random):
    while True:
        digits = [random.randrange(1, 10), *(random.randrange(10) for _ in range(8))]
        rest = sum(digit * (10 - place) for place, digit in enumerate(digits)) % 11
        if rest:
            return "".join(map(str, [*digits, 10 - rest]))


def file(seed, stored, today):
    """The bytes, the name of the chosen separator, and the kind of file."""
    random = Random(f"file {seed}")
    kind = kind_of(seed)
    separator = random.choices(list(SEPARATORS), [5, 2, 2, 2])[0]
    used = random.choice(list(SEPARATORS)) if kind == "separator" else separator
    if kind == "blank":
        return blank_file(random, SEPARATORS[used]), separator, kind
    # In another encoding a heading with more than ASCII would only hide what becomes of the records.
    rows = [list(HEADINGS) if kind in ("mixed encoding", "other code page") else header(random)]
    if kind == "no records":
        rows += random.choice([[], [[""], ["", " ", ""]], [["\ufeff"] * 12]])
    else:
        rows += records(random, stored, today)
    if kind == "heading":
        spoil_header(random, rows[0])
    if kind == "rejected file":
        rows = as_rejected(random, rows)
    if kind == "dates":
        turn_dates(random, rows)
    if kind == "swallowed rows":
        swallow_rows(random, rows, SEPARATORS[used])
    if kind in ("longest cell", "too long cell"):
        random.choice(rows[1:])[0] = "z" * (131_072 if kind == "longest cell" else 131_073)
    rows = [[""]] * random.choice([0] * 8 + [1, 2]) + rows
    text = rendered(random, rows, SEPARATORS[used])
    if kind == "sep row":
        text = separator_row(random, SEPARATORS[separator]) + text
    if kind == "quoting":
        text = with_broken_quoting(random, text, SEPARATORS[used])
    if kind == "nul":
        place = random.choice([random.randrange(len(text)), min(len(text), 1100), len(text) - 1])
        text = text[:place] + "\0" + text[place:]
    if kind == "end of file":
        text += random.choice(["\x1a", "\x1a", "\r\n\x1a", "\x1a\x1a", "\x1a\n"])
    if kind == "broken encoding":
        return with_broken_encoding(random, text), separator, kind
    if kind == "mixed encoding":
        return with_mixed_encoding(random, text), separator, kind
    if kind == "other code page":
        return in_other_code_page(random, text), separator, kind
    data = encoded(random, text)
    if kind == "bytes":
        data = with_broken_bytes(random, data)
    if kind == "other file":
        data = random.choice(OTHER_FILES) + data
    return data, separator, kind


def changed_meanwhile(seed, stored, said):
    """The world after others have worked in it; ``said`` maps registrations to what a file says of them."""
    random = Random(f"meanwhile {seed}")
    registrations = dict(stored["registrations"])
    for pair, values in said.items():
        old = registrations.get(pair)
        other = {**(old or values), **dict([random.choice(list(stored_values(random).items()))])}
        become = random.choice([old, old, values, other, stored_values(random), None])
        registrations.pop(pair, None)
        if become:
            registrations[pair] = become
    learners = dict(stored["learners"])
    qualifications = list(stored["qualifications"])
    if random.random() < 0.3:
        one, two = random.sample(list(learners), 2)
        learners[one], learners[two] = learners[two], learners[one]
    if random.random() < 0.2:
        learners[random.choice(list(learners))] = None
    if random.random() < 0.2:
        place = random.randrange(len(qualifications))
        old, qualifications[place] = qualifications[place], "Renamed 1"
        registrations = {
            (reference, "Renamed 1" if number == old else number): values
            for (reference, number), values in registrations.items()
        }
    return {"learners": learners, "qualifications": qualifications, "registrations": registrations}


def long_file(length, stored, today):
    """A file of that many records, comma separated; a few are faulty, a few stand twice."""
    random = Random("long file")
    pairs = random.sample(pairs_with_uln(stored), length)
    pairs[-100:] = pairs[:100]
    rows = [record(random, pair, stored, today, 0.2) for pair in pairs]
    return rendered(random, [HEADINGS, *rows], ",").encode()


def kind_of(seed):
    """The kind of a file; every sixty files have all in the same numbers."""
    block, place = divmod(seed, sum(KINDS.values()))
    kinds = [kind for kind, files in KINDS.items() for _ in range(files)]
    Random(f"kinds {block}").shuffle(kinds)
    return kinds[place]


if __name__ == "__main__":
    for number in map(int, sys.argv[1:]):
        shown, name, what = file(number, world(number // FILES_PER_WORLD), date.today())
        print(f"seed {number}: {name}, {what}, {len(shown)} bytes", shown, sep="\n")
