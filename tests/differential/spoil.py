"""What is done to a generated file as a whole: to its rows, its text, its bytes."""

from .records import padded
from .unusual_values import (
    DATE_COLUMNS,
    MORE_HEADINGS,
    SEPARATORS,
)


def as_rejected(random, rows):
    """With the two columns of the rejected file after the ten; some rows shifted, some not from it."""
    head, *others = rows
    order = random.choice(
        [MORE_HEADINGS, MORE_HEADINGS, [*MORE_HEADINGS, ""], [MORE_HEADINGS[1], MORE_HEADINGS[0]]]
    )
    kept = [
        (head[:10] + [""] * 10)[:10]
        + [padded(random, one.upper()) if random.random() < 0.2 else one for one in order]
    ]
    for number, row in enumerate(others, start=2):
        if random.random() < 0.1:
            kept.append(random.choice([row, [""] * 10 + ["7", "Something"], ["", "", "", "x"]]))
            continue
        cells = (row + [""] * 10)[:10]
        for name in order:
            if name == MORE_HEADINGS[0]:
                cells.append(
                    random.choice([str(number)] * 8 + [f" {number}\u00a0", "", "P1", f"{number}.", "-1"])
                )
            elif name:
                cells.append(random.choice(["ULN: not found", "Zoë", "", "=1", "x\ufffd"]))
            else:
                cells.append(random.choice(["", "", "", "surplus"]))
        if random.random() < 0.05:
            cells.insert(random.randrange(10), "shifted")
        kept.append(cells)
    return kept


def turn_dates(random, rows):
    """Put the month first in some columns, or leave only days that read both ways."""
    for column in DATE_COLUMNS:
        how = random.choice(["month first", "both ways", "both ways", "firsts", "as they are"])
        for row in rows[1:]:
            if len(row) <= column or how == "as they are" or random.random() < 0.05:
                continue
            day, month, year = random.randrange(1, 29), random.randrange(1, 13), random.randrange(2020, 2027)
            if how == "firsts":
                day = 1
            if how == "both ways":
                day = random.randrange(1, 13)
            first, second = (month, day) if how == "month first" else (day, month)
            row[column] = f"{first:02}/{second:02}/{year}"


def swallow_rows(random, rows, separator):
    """A quotation mark that is closed some rows later."""
    first = random.randrange(1, len(rows))
    last = min(len(rows), first + random.randrange(1, 4))
    swallowed = "\n".join(separator.join(row) for row in rows[first:last])
    rows[first:last] = [[*rows[first][:9], f"A\n{swallowed}"]]


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
    named = random.choice([*SEPARATORS.values(), *([separator] * 8), ":", ""])
    first, second, third, fourth = random.choices(["", "", "", " ", "\u00a0", "  \u3000"], k=4)
    row = first + random.choice(["sep", "SEP", "Sep"]) + second + "=" + third + named + fourth
    row = random.choice([f"sep={named}"] * 2 + [f'"sep={named}"', row, row, row])
    row += random.choice(["", "", "", separator * 3, f"{separator} {separator}\u200b", f"{separator}x"])
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


def with_mixed_encoding(random, text):
    """UTF-8 in most places and Windows-1252 in some, or the other way round."""
    middle = random.randrange(len(text) + 1)
    pieces = [text[:middle], text[middle:]]
    how = random.randrange(4)
    if how == 0:
        pieces = [piece + random.choice(["é", "Zoë", "“”"]) for piece in pieces]
        data = pieces[0].encode() + pieces[1].encode("cp1252", "replace")
    elif how == 1:
        good, bad = random.randrange(4), random.randrange(1, 4)
        places = text.encode("ascii", "ignore")
        parts = ["é".encode()] * good + [
            random.choice([b"\xe9", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3"])
        ] * bad
        random.shuffle(parts)
        for part in parts:
            place = random.randrange(len(places) + 1)
            places = places[:place] + part + places[place:]
        data = places
    elif how == 2:
        data = text.encode().replace("é".encode(), b"\xe9", 1).replace("ï".encode(), b"\xef")
        data += random.choice([b"\xe9", b"\x93", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"])
    else:
        data = text.encode("cp1252", "replace") + random.choice([b"\xe9", "é".encode(), b"\xa3"])
    return random.choice([b"", b"", b"", b"\xef\xbb\xbf"]) + data


def in_other_code_page(random, text):
    """As an old Macintosh or DOS wrote it, or twice as UTF-8."""
    text += random.choice(["", "é", "ö,ñ"])
    how = random.choice(["mac_roman", "cp850", "cp437", "twice"])
    if how == "twice":
        return text.encode().decode("cp1252", "replace").encode()
    return text.encode(how, "replace")


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
            text.encode("utf-16-be"),
            text.encode("utf-32"),
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
