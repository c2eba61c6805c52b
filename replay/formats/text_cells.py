"""The cells of a line of text: numbers, names with their units, and words for a missing number."""

import csv
import re
from collections.abc import Sequence

_BLANK_MARKS = "'\u2019\u00a0\u202f "
_BLANKS = re.compile("[ \t]+")
_POINT = re.compile(
    rf"[+-]?(\d+\.?\d*|\.\d+|\d{{1,3}}(?:[,{_BLANK_MARKS}]\d{{3}})+(?:\.\d*)?)(?:[eEdD][+-]?\d+|(?<=\d)-)?",
    re.ASCII,
)
_COMMA = re.compile(
    rf"[+-]?(\d+,?\d*|,\d+|\d{{1,3}}(?:[.{_BLANK_MARKS}]\d{{3}})+(?:,\d*)?)(?:[eEdD][+-]?\d+|(?<=\d)-)?",
    re.ASCII,
)
_MARKS = {
    decimal: tuple(mark.encode() for mark in (mark, *_BLANK_MARKS))
    for decimal, mark in ((".", ","), (",", "."))
}
_GROUPED = {
    decimal: re.compile(
        rb"(?<![\d.,])([+-]?\d{1,3}(?:(?:"
        + b"|".join(map(re.escape, marks))
        + rb")\d{3})+)(?![\d"
        + re.escape(marks[0])
        + rb"])"
    )
    for decimal, marks in _MARKS.items()
}
_MINUS_BEHIND = re.compile(rb"(?<![\d.,+-])(\d[\d.,]*|[.,]\d+)-([ ]*(?:[^\d ]|$))")
_SPACED = re.compile(rb"\d \d{3}")
_NO_MARKS = {
    decimal: str.maketrans("", "", mark + _BLANK_MARKS) for decimal, mark in ((".", ","), (",", "."))
}
_NUMBERS = re.compile(r"[0-9]{1,15}")

DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}:\d{2}(:\d{2})?")
"""A date or a time of day in a cell."""

DATE_AND_TIME = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[T ]+\d{1,2}:\d{2}")
"""Both of them."""

MISSING = re.compile(r"[+-]?(nan|inf|infinity|na|n/a|null|#n/a|-+|1\.#\w+|)", re.IGNORECASE)
"""A missing number."""

FAULTY = re.compile(
    r"#nv|#num!|#value!|#div/0!|none|bad|bad input|no ?data|error|err|invalid|fail(ed)?|(i/o )?timeout"
    r"|over(flow|load|range)|ovld?|o\.?l\.?|\[-?\d+\] .*|\?+|\*+",
    re.IGNORECASE,
)
"""Words that loggers and process historians write in place of a number."""

UNIT = re.compile(r"^(.*?)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])\s*$")


def cells_of(line: str, separator: str) -> list[str]:
    """Split a line into cells without blanks and quotes around them."""
    if separator == "whitespace":
        return [cell.strip('"') for cell in _BLANKS.split(line.strip(" \t")) if cell]
    if '"' in line:
        try:
            return [
                cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))
            ]
        except (csv.Error, StopIteration):
            return [cell.strip() for cell in line.split(separator)]
    return [cell.strip() for cell in line.split(separator)]


def is_number(cell: str, decimal: str) -> bool:
    """Return whether a cell is a number with this decimal sign."""
    return (_COMMA if decimal == "," else _POINT).fullmatch(cell) is not None


def without_groups(body: bytes, decimal: str, separator: str) -> bytes:
    """Return rows whose numbers have no marks between thousands: 1.234,5 or 1'234.5 become 1234,5 and 1234.5.

    Args:
        body: rows in UTF-8.
        decimal: the decimal sign.
        separator: of the cells; it marks no thousands.
    """
    possible = _MARKS[decimal]
    marks = [mark for mark in possible if mark != separator.encode() and mark in body]
    if b" " in marks and not _SPACED.search(body):
        marks.remove(b" ")
    if not marks:
        return body
    grouped: re.Pattern[bytes] = _GROUPED[decimal]
    return grouped.sub(lambda found: _without(found[1], marks), body)


def with_minus_before(body: bytes, separator: bytes) -> bytes:
    """Return rows whose numbers have the minus sign before them: 12.5- becomes -12.5.

    Args:
        body: rows in UTF-8, without marks between thousands.
        separator: of the cells, one character.
    """
    if not (b"-" + separator in body or b"-\n" in body or body.endswith(b"-")):
        return body
    return _MINUS_BEHIND.sub(rb"-\1\2", body)


def _without(number: bytes, marks: Sequence[bytes]) -> bytes:
    for mark in marks:
        number = number.replace(mark, b"")
    return number


def plain_name(name: str) -> str:
    """Return a column's name as it is compared: without its unit, blanks around it, and case."""
    found = UNIT.match(name)
    return (found[1] if found and found[1] else name).strip().casefold()


def column_named(name: str, names: Sequence[str], units: Sequence[str] = (), file: str = "") -> int | None:
    """Return the column, counted from 1, that a name means; None where none or several fit.

    The whole name with its unit comes first, then the name without it, then a pattern with * and ?. Where
    several columns fit a pattern, the one with the last number of the file's name is meant.

    Args:
        name: as the settings have it.
        names: of the columns.
        units: of the columns, "" where none is stated.
        file: name of the file, whose last number chooses among several columns.
    """
    full = [
        f"{one} ({unit})".casefold() if unit else one.casefold()
        for one, unit in zip(names, units or [""] * len(names), strict=True)
    ]
    wanted = name.strip().casefold()
    pattern = _pattern(wanted)
    whole = [index for index, one in enumerate(names) if wanted in (full[index], one.casefold())]
    plain = [index for index, one in enumerate(names) if plain_name(one) == plain_name(name)]
    alike = [index for index, one in enumerate(names) if pattern.fullmatch(one.casefold())]
    if len(alike) > 1 and (number := _NUMBERS.findall(file.rsplit("/", 1)[-1].split(".", 1)[0])):
        alike = [index for index in alike if int(number[-1]) in map(int, _NUMBERS.findall(names[index]))]
    return next((found[0] + 1 for found in (whole, plain, alike) if len(found) == 1), None)


def is_like(name: str, pattern: str) -> bool:
    """Return whether a name follows a pattern with * and ?, whatever its case."""
    return _pattern(pattern.casefold()).fullmatch(name.casefold()) is not None


def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(re.escape(glob).replace(r"\*", ".*").replace(r"\?", "."))


def value_of(cell: str, decimal: str) -> float | None:
    """Return the number of a cell; None where it is none."""
    if not is_number(cell, decimal):
        return None
    plain = cell.translate(_NO_MARKS[decimal]).replace(decimal, ".")
    if plain.endswith("-"):
        plain = f"-{plain[:-1].lstrip('+-')}"
    return float(plain.replace("d", "e").replace("D", "e"))
