"""Rows of a generated file: the header and records, mostly good."""

import unicodedata
from datetime import date, timedelta

from .unusual_values import (
    AS_NUMBERS,
    BLANKS,
    CONTROLS,
    DAMAGED,
    DATE_COLUMNS,
    HEADINGS,
    INVISIBLE,
    LOOKALIKES,
    MORE_HEADINGS,
    NOT_DAMAGED,
    PADS,
    SLUGS,
    STATUSES,
    TEXTS,
)


def stored_values(random):
    """Eight values by their column."""
    values = {2: random.choice(SLUGS)}
    for column in (3, 9):
        values[column] = random.choice([*TEXTS, *AS_NUMBERS]) if random.random() < 0.6 else ""
    for column in DATE_COLUMNS:
        values[column] = some_day(random).isoformat() if random.random() < 0.5 else ""
    return values


def some_day(random):
    if random.random() < 0.06:
        return random.choice([date(1900, 1, 1), date(2100, 12, 31), date(2024, 2, 29), date(2000, 2, 29)])
    return date(2020, 1, 1) + timedelta(days=random.randrange(2400))


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
        place = random.randrange(10)
        cells[place] = cells[place].replace(
            " ", random.choice(["  ", "\n", "\r\n", "\u00a0", " \u3000", " \u200e"])
        )
    if random.random() < 0.1:
        place = random.randrange(10)
        cells[place] = inserted(random, cells[place], random.choice(INVISIBLE))
    if random.random() < 0.2:
        cells += random.choices(BLANKS[:4], k=random.randrange(1, 4))
    if random.random() < 0.05:
        cells += random.choice([MORE_HEADINGS, MORE_HEADINGS[:1], ["", *reversed(MORE_HEADINGS)]])
    return cells


def inserted(random, text, more):
    place = random.randrange(len(text) + 1)
    return text[:place] + more + text[place:]


def spoil_header(random, cells):
    place = random.randrange(10)
    change = random.choice(
        ["missing", "swapped", "other", "extra", "stars", "quoted", "lookalike", "repeated", "space", "first"]
    )
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
    elif change == "lookalike":
        cells[place] = cells[place].translate(LOOKALIKES)
    elif change == "repeated":
        cells.append(cells[place])
    elif change == "space":
        cells[place] = inserted(random, cells[place], " ")
    elif change == "first":
        cells.insert(0, random.choice(["", "#", "Row in the file"]))
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
        if random.random() < 0.03:
            rows.append([*header(random), *random.choice([[], [], ["Notes"]])])
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
    for column in (3, 9):
        if old and old[column] in AS_NUMBERS and random.random() < 0.6:
            values[column] = random.choice(AS_NUMBERS[old[column]])
    cells = [spelled(random, number), guarded(stored["learners"][reference])]
    cells.append(status_text(random, values[2]))
    for column in range(3, 10):
        value = values[column]
        cells.append(day_text(value) if column in DATE_COLUMNS else guarded(value))
    cells = [padded(random, cell) if random.random() < 0.07 else cell for cell in cells]
    if random.random() < 0.1:
        cells = [unicodedata.normalize(random.choice(["NFD", "NFD", "NFKD"]), cell) for cell in cells]
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
        return random.choice(TEXTS + DAMAGED + NOT_DAMAGED)
    near = today + timedelta(days=random.randrange(-1, 2))
    return random.choice([near, some_day(random), some_day(random)]).isoformat()


def day_text(iso):
    return f"{iso[8:]}/{iso[5:7]}/{iso[:4]}" if iso else ""


def guarded(text):
    """As our exports write it."""
    is_formula = text.lstrip("'")[:1] in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    return f"'{text}" if is_formula and text.strip("'") else text


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
        cell + random.choice(["?", "\u200bx", "\u0301", "\u0338", "\u037e", "\u2126", "\u1fef"]),
        cell.swapcase(),
        *(inserted(random, cell, random.choice(INVISIBLE)) for _ in range(2)),
        "\u0301" + cell,
        "e\u0301" * random.choice([64, 128, 129]),
    ]
    if column == 0:
        faults += ["/", " / / ", "603/9999/9", cell + "/" * 130]
    if column == 1:
        faults += [
            *["9999999999"] * 8,
            '="9999999999"',
            "9.28E+09",
            "٩٩٩٩٩٩٩٩٩٩",
            cell.lstrip("0"),
            f"0{cell}",
            f"{cell}.0",
            f"'{cell}",
            f"{cell[:3]} {cell[3:]}",
            "\u212a1",
            "A\u030a1",
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
            "09/15/2025",
            "12/31/2099",
            "02/29/2024",
            "02/29/2023",
            "13/13/2024",
            "01-Sep-25",
            "01/02/2024 13:00:00",
            "today",
        ]
    return random.choice(faults)
