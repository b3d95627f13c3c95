"""Worlds and files by seed: mostly sound, each with something of what real files bring.

``world(seed)`` and ``file(seed, world, today)`` answer the same for the same arguments, for ever. The
generator need not know what is right: what a file means is for the oracle to say.
``python -m tests.differential.generate SEED`` shows a file.
"""

import sys
from datetime import date, timedelta
from random import Random

HEADINGS = [
    "Qualification Number",
    "ULN",
    "Status",
    "Registration number",
    "Registration date",
    "Certificate claimed date",
    "Achieved date",
    "Certificate received Date",
    "Certificate Sent Date",
    "Postal Tracking Reference",
]
STATUSES = [
    "Not registered",
    "Registered",
    "Achieved",
    "Certificate Claimed",
    "Certificate Received",
    "Certificate Sent",
    "Exempt",
    "Registration Not Required",
]
SLUGS = [status.lower().replace(" ", "_") for status in STATUSES]
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
DATE_COLUMNS = range(4, 9)
FILES_PER_WORLD = 10
KINDS = {
    "sound": 31,
    "heading": 3,
    "separator": 2,
    "sep row": 4,
    "quoting": 4,
    "bytes": 4,
    "nul": 2,
    "other file": 2,
    "broken encoding": 2,
    "blank": 2,
    "no records": 2,
    "longest cell": 1,
    "too long cell": 1,
}
"""What is done to a file, and to how many of sixty."""

ODD_ULNS = [
    "0012345678",
    "012345678",
    "0000000000",
    "1234567890",
    "ABC123",
    "abc123",
    "Abc123",
    "12 34",
    "12\u00a034",
    "١٢٣٤٥٦٧٨٩٠",
    "Sian",
    "Siân",
    "Sia\u0302n",
    "😀1",
    "😁1",
    "=1+1",
    "'=1+1",
    "-5",
    "+44",
    "@x",
    "O'Brien",
    'a"b',
    '"c"',
    "a,b;c|d",
    '="7"',
    "x" * 128,
    "ß",
    "ss",
    "a\u200bb",
    "K1",
    "\u212a1",
]
ODD_QUALIFICATIONS = [
    "603/0001/X",
    "60300022",
    "500 0003 5",
    "abc/0004/d",
    "ß/0005",
    "ﬁ/0006",
    "é/0007",
    "e\u0301/0008",
    "É/0009",
    "😀/0010",
    "😁/0010",
    "=0011",
    "-0012",
    "a,b;0013",
    'q"0014',
    "603\u00a00015",
    "0016" + "y" * 124,
    "00017",
    "17",
    "a\u200b18",
    "ı19",
]
TEXTS = [
    "R1",
    "r1",
    "R 2",
    "0001234",
    "9.28E+09",
    "=1+1",
    "'=1",
    "''-1",
    "+44 20",
    "-",
    "@x",
    "'",
    "'quoted'",
    'say "hi"',
    '"whole"',
    '="7"',
    '="',
    "=",
    "a,b",
    "a;b",
    "a|b",
    "Siân",
    "Łódź",
    "€5 – “fine”",
    "😀",
    "in\u00a0side",
    "in\u200bside",
    "sep=,",
    "t" * 127,
    "t" * 128,
    "😀" * 128,
]
PADS = [
    " ",
    "   ",
    "\u00a0",
    "\ufeff",
    "\u200b",
    "\u200d",
    "\u2060",
    "\u3000",
    "\u2003 ",
    " \ufeff ",
    "\t",
    "\n",
    "\r\n",
    "\x1f",
]
OTHER_FILES = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-", b"%PDF", b"PK\x03", b"\x00"]
CONTROLS = ["\x00", "\x01", "\x07", "\x0b", "\t", "\n", "\r\n", "\x1b", "\x7f", "\x85", "\x9f"]
BLANKS = ["", " ", "\t", "\u00a0", "\ufeff", "\u200b \u2060", '=""', '=" "', "\n", "\u3000"]


def world(seed):
    """Learners, qualifications and registrations, as the oracle takes them."""
    random = Random(f"world {seed}")
    ulns = [uln_with_check_digit(random) for _ in range(8)]
    ulns += [str(random.randrange(10**9, 10**10)) for _ in range(3)]
    ulns += random.sample(ODD_ULNS, 12)
    qualifications = random.sample(ODD_QUALIFICATIONS, 8)
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


def stored_values(random):
    """Eight values by their column."""
    values = {2: random.choice(SLUGS)}
    for column in (3, 9):
        values[column] = random.choice(TEXTS) if random.random() < 0.6 else ""
    for column in DATE_COLUMNS:
        values[column] = some_day(random).isoformat() if random.random() < 0.5 else ""
    return values


def some_day(random):
    if random.random() < 0.06:
        return random.choice([date(1900, 1, 1), date(2100, 12, 31), date(2024, 2, 29), date(2000, 2, 29)])
    return date(2020, 1, 1) + timedelta(days=random.randrange(2400))


def file(seed, stored, today):
    """The bytes, the name of the chosen separator, and the kind of file."""
    random = Random(f"file {seed}")
    kind = kind_of(seed)
    separator = random.choices(list(SEPARATORS), [5, 2, 2, 2])[0]
    used = random.choice(list(SEPARATORS)) if kind == "separator" else separator
    if kind == "blank":
        return blank_file(random, SEPARATORS[used]), separator, kind
    rows = [header(random)]
    if kind == "no records":
        rows += random.choice([[], [[""], ["", " ", ""]], [["\ufeff"] * 12]])
    else:
        rows += records(random, stored, today)
    if kind == "heading":
        spoil_header(random, rows[0])
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
    if kind == "broken encoding":
        return with_broken_encoding(random, text), separator, kind
    data = encoded(random, text)
    if kind == "bytes":
        data = with_broken_bytes(random, data)
    if kind == "other file":
        data = random.choice(OTHER_FILES) + data
    return data, separator, kind


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


# Rows


def header(random):
    cells = list(HEADINGS)
    style = random.random()
    if style < 0.15:
        cells = [cell.upper() for cell in cells]
    elif style < 0.3:
        cells = [cell.lower() for cell in cells]
    if random.random() < 0.3:
        star = random.choice(["*", " *", "\u00a0*", "* "])
        cells[:3] = [cell + star for cell in cells[:3]]
    if random.random() < 0.2:
        place = random.randrange(10)
        cells[place] = padded(random, cells[place])
    if random.random() < 0.1:
        cells[1] = f'="{cells[1]}"'
    if random.random() < 0.2:
        cells += random.choices(BLANKS[:4], k=random.randrange(1, 4))
    return cells


def spoil_header(random, cells):
    place = random.randrange(10)
    change = random.choice(["missing", "swapped", "other", "extra", "stars", "quoted"])
    if change == "missing":
        del cells[place]
    elif change == "swapped":
        cells[place], cells[place - 1] = cells[place - 1], cells[place]
    elif change == "other":
        cells[place] = random.choice(["", "Unique Learner Number", cells[place] + "s", "603/1"])
    elif change == "extra":
        cells.append("Notes")
    elif change == "stars":
        cells[place] += "**"
    else:
        cells[place] = f"'{cells[place]}'"


def records(random, stored, today):
    """Mostly good records of this world, in a mix of ways, with blank rows between."""
    pairs = pairs_with_uln(stored)
    existing = [pair for pair in pairs if pair in stored["registrations"]]
    fault_rate = random.choice([0, 0.05, 0.2, 0.5])
    rows = []
    used = []
    for pair in random.sample(pairs, random.randrange(1, 35)):
        if random.random() < 0.5:
            pair = random.choice(existing)
        if used and random.random() < 0.06:
            pair = random.choice(used)
        used.append(pair)
        rows.append(record(random, pair, stored, today, fault_rate))
        if random.random() < 0.05:
            rows.append(random.choices(BLANKS, k=random.choice([1, 1, 3, 10, 14])))
    return rows


def pairs_with_uln(stored):
    """Every learner with a ULN on every qualification."""
    known = [reference for reference, uln in stored["learners"].items() if uln is not None]
    return [(reference, number) for reference in known for number in stored["qualifications"]]


def record(random, pair, stored, today, fault_rate):
    reference, number = pair
    old = stored["registrations"].get(pair)
    values = dict(old) if old and random.random() < 0.8 else stored_values(random)
    if old and random.random() < 0.6:
        for column in random.sample(list(values), random.randrange(1, 4)):
            values[column] = random.choice([fresh(random, column, today), "" if column != 2 else values[2]])
    cells = [spelled(random, number), guarded(stored["learners"][reference])]
    cells.append(status_text(random, values[2]))
    for column in range(3, 10):
        value = values[column]
        cells.append(day_text(value) if column in DATE_COLUMNS else guarded(value))
    cells = [padded(random, cell) if random.random() < 0.07 else cell for cell in cells]
    while random.random() < fault_rate:
        column = random.randrange(10)
        cells[column] = faulty(random, column, cells[column])
    width = random.random()
    if width < 0.06:
        while len(cells) > 3 and cells[-1] == "":
            cells.pop()
    elif width < 0.07:
        del cells[random.randrange(1, 10) :]
    elif width < 0.07 + fault_rate / 8:
        cells += random.choices(["", "", " ", "extra"], k=random.randrange(1, 4))
    return cells


def fresh(random, column, today):
    if column == 2:
        return random.choice(SLUGS)
    if column not in DATE_COLUMNS:
        return random.choice(TEXTS)
    near = today + timedelta(days=random.randrange(-1, 2))
    return random.choice([near, some_day(random), some_day(random)]).isoformat()


def day_text(iso):
    return f"{iso[8:]}/{iso[5:7]}/{iso[:4]}" if iso else ""


def guarded(text):
    """As our exports write it."""
    return f"'{text}" if text.lstrip("'")[:1] in ("=", "+", "-", "@") and text.strip("'") else text


def spelled(random, number):
    """Another spelling of the same qualification number, at times."""
    if random.random() < 0.6:
        return guarded(number)
    number = random.choice([number.upper(), number.lower(), number.swapcase(), number])
    number = random.choice([number, number.replace("/", ""), number.replace("/", " / ")])
    place = random.randrange(len(number) + 1)
    number = number[:place] + random.choice(["", "/", " ", "\u00a0", "\u2003", "//"]) + number[place:]
    return guarded(number)


def status_text(random, slug):
    text = STATUSES[SLUGS.index(slug)]
    if random.random() < 0.7:
        return text
    text = random.choice([text.upper(), text.lower(), text.title(), text.swapcase()])
    return text.replace(" ", random.choice([" ", "  ", "\u00a0", " \u2003", "\u3000"]))


def padded(random, cell):
    how = random.random()
    if how < 0.25:
        return '="{}"'.format(cell.replace('"', '""'))
    if how < 0.32:
        return f'=" {cell} "'
    if how < 0.4:
        return f"'{cell}"
    return random.choice(["", *PADS]) + cell + random.choice(["", *PADS])


def faulty(random, column, cell):
    place = random.randrange(len(cell) + 1)
    faults = [
        "",
        *(cell[:place] + random.choice(CONTROLS) + cell[place:] for _ in range(2)),
        random.choice(TEXTS),
        "w" * random.choice([128, 129, 130]),
        "é" * random.choice([199, 200, 201, 500]),
        "😀" * 129,
        cell + random.choice(["?", "\u200bx", "́"]),
        cell.swapcase(),
    ]
    if column == 0:
        faults += ["/", " / / ", "603/9999/9", cell + "/" * 130]
    if column == 1:
        faults += [
            "9999999999",
            "9999999999",
            '="9999999999"',
            "9.28E+09",
            "٩٩٩٩٩٩٩٩٩٩",
            cell.lstrip("0"),
            f"0{cell}",
        ]
        faults += ["12345", cell + " ."]
    if column == 2:
        faults += [
            "Certiﬁcate Sent",
            "regiſtered",
            "Regstered",
            "not_registered",
            "Certificate",
            "NotRegistered",
            "REGİSTERED",
            "Certificate\u200b Sent",
        ]
        faults += ["Not" + " " * 130 + "registered", "Achieved*"]
    if column in DATE_COLUMNS:
        faults = [*faults[:3] * 2, *random.sample(faults[3:], 2)]
        faults += [
            "29/02/2023",
            "29/02/1900",
            "29/02/2000",
            "29/02/2024",
            "31/04/2024",
            "31/12/1899",
            "01/01/1900",
            "31/12/2100",
            "01/01/2101",
            "1/02/2024",
            "01/2/2024",
            "00/01/2024",
            "01/00/2024",
            "32/01/2024",
            "01/13/2024",
            "01/02/24",
            "01-02-2024",
            "2024-02-01",
            "01/02/2024 00:00",
            "٠١/٠٢/٢٠٢٤",
            "０1/02/2024",
            "+1/02/2024",
            " 1/02/2024",
            "01/02/ 2024",
            "01.02.2024",
            "45321",
            "today",
        ]
    return random.choice(faults)


# Text


def rendered(random, rows, separator):
    style = random.choice(["minimal", "minimal", "all", "some", "bare"])
    ends = random.choice([["\r\n"], ["\r\n"], ["\n"], ["\r"], ["\r\n", "\n", "\r", "\n\r", "\r\r\n"]])
    text = ""
    for row in rows:
        text += separator.join(rendered_cell(random, cell, separator, style) for cell in row)
        text += random.choice(ends)
    if random.random() < 0.3:
        text = text.rstrip("\r\n")
    elif random.random() < 0.2:
        text += random.choice(["\r\n", separator, "\n\n\n", " ", separator * 11])
    return text


def rendered_cell(random, cell, separator, style):
    special = cell.startswith('"') or any(one in cell for one in (separator, "\r", "\n"))
    if style == "minimal":
        special = special or '"' in cell
    if special or style == "all" or (style == "some" and random.random() < 0.5):
        return '"{}"'.format(cell.replace('"', '""'))
    return cell


def separator_row(random, separator):
    """A first row as Excel writes it; at times it names another separator."""
    named = random.choice([*SEPARATORS.values(), *([separator] * 6), ":", ""])
    row = random.choice([f"sep={named}"] * 5 + [f'"sep={named}"'])
    return row + random.choice(["\r\n", "\n", "\r"])


def with_broken_quoting(random, text, separator):
    place = random.randrange(len(text) + 1)
    how = random.randrange(5)
    if how == 0:
        return text[:place] + random.choice(['"', '""', '"""']) + text[place:]
    if how == 1:
        return text + random.choice(['"', f'x{separator}"y', f'"a"{separator}"b""', 'a"b', '""'])
    if how == 2 and '"' in text:
        place = random.choice([at for at, character in enumerate(text) if character == '"'])
        return text[:place] + text[place + 1 :]
    if how == 3:
        place = random.choice([at for at, character in enumerate(text) if character in separator] or [0])
        return (
            text[:place]
            + random.choice([f'{separator}"a"', f'{separator} "a" ', f'{separator}"a" '])
            + text[place:]
        )
    lines = text.split("\n")
    line = random.randrange(len(lines))
    lines[line] = random.choice([f'"{lines[line]}', f'"{lines[line]}"', f"'{lines[line]}'"])
    return "\n".join(lines)


# Bytes


def encoded(random, text):
    encoding = random.choices(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"], [8, 4, 2, 2, 3])[0]
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    return mark + text.encode(encoding, errors="replace")


def with_broken_bytes(random, data):
    """A few bytes changed, put in or left out."""
    changed = bytearray(data)
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(changed) + 1)
        byte = random.choice([random.randrange(256), random.choice(b"\",;|\t\r\n '=")])
        how = random.randrange(3)
        if how == 0:
            changed.insert(place, byte)
        elif how == 1:
            changed[place : place + 1] = bytes([byte])
        else:
            del changed[place : place + random.randrange(1, 5)]
    return bytes(changed)


def with_broken_encoding(random, text):
    utf_8 = text.encode()
    middle = len(utf_8) // 2
    return random.choice(
        [
            # Bytes that Windows-1252 does not define.
            utf_8[:middle]
            + random.choice([b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"])
            + b"\xff"
            + utf_8[middle:],
            # Marked as UTF-8, and not.
            b"\xef\xbb\xbf" + utf_8[:middle] + b"\xe9" + utf_8[middle:],
            b"\xef\xbb\xbf" + text.encode("utf-16-le"),
            # Half a character at the end; half of a pair.
            b"\xff\xfe" + text.encode("utf-16-le") + b"x",
            b"\xfe\xff" + text.encode("utf-16-be") + b"\xd8\x00",
            b"\xff\xfe" + b"\x00\xdc" + text.encode("utf-16-le"),
            # UTF-16 without a mark, or with the other's.
            text.encode("utf-16-le"),
            b"\xfe\xff" + text.encode("utf-16-le"),
            # UTF-8 that encodes a surrogate is Windows-1252 to us.
            utf_8 + b"\xed\xa0\x80",
            utf_8 + b"\xc3",
        ]
    )


def blank_file(random, separator):
    """Nothing at all, or nothing but blank rows."""
    nothing = [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff\xfe\xff",
        b" \r\n\t",
        b"\xa0\x0b",
        "\u200b\u3000\n".encode(),
    ]
    blank = [f"{separator}\r\n\n{separator} ", '\n=""\r', f'"{separator}"']
    return random.choice([*nothing, *(encoded(random, text) for text in blank)])


if __name__ == "__main__":
    for number in map(int, sys.argv[1:]):
        shown, name, what = file(number, world(number // FILES_PER_WORLD), date.today())
        print(f"seed {number}: {name}, {what}, {len(shown)} bytes", shown, sep="\n")
