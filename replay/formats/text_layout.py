"""The layout of a delimited text by its first lines: pure functions, text in and values out.

A row is a line of cells; a data row has a number in every column that is not a text column. The lines before
it are comments, blank lines, a header with the names of the columns, and a line with their units.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from replay.formats.sniff import HEAD_BYTES, Encoding, encoding_of
from replay.formats.text_cells import DATE, UNIT, cells_of, is_number, value_of
from replay.formats.text_columns import clock_columns, index_column, time_column, time_parts
from replay.formats.text_fits import Fit, fit_of, is_comment
from replay.formats.text_forms import LineForm, form_of_lines, tidied

SEPARATORS = ("\t", ";", ",", "|", "whitespace")
"""Separators that are looked for, in order of preference where several fit equally well."""

SEPARATOR_WORDS = {
    "\t": "tabs",
    ";": "semicolons",
    ",": "commas",
    "|": "vertical bars",
    " ": "spaces",
    "whitespace": "blanks",
}

COMMENTS = ("#", "%", "//", "!", "*", ";", "'", '"#', "$")
"""Prefixes of comment lines that are looked for before the first data row."""

# Share of lines that begin with a separator rather than as comments.
_MOSTLY = 0.5

LINES = 400
"""Lines of a head that are looked at: the first, or those around the first row below a long head."""

LONGEST_HEAD = 16 * HEAD_BYTES
"""Bytes that are looked at where no row is found in the first ones."""

# Lines of names, units and processing above the rows.
_MOST_HEADERS = 3
_EXCEL = ("sep=", '"sep=')
# Lines in a row without a word of three letters that are rows.
_RUN = 20
_LONG_WORD = re.compile("[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class TextLayout:
    """The layout of a delimited text.

    Attributes:
        encoding: of its bytes, with its byte order mark.
        separator: one character, or "whitespace" for any blanks.
        decimal: "." or ",".
        comment: the prefix of its comment lines; empty where there is none.
        skipped: lines before the first data row.
        header: the header's line, counted from 0; None where there is none.
        names: of the columns, without units; empty where there is no header.
        units: of the columns, "" where none is stated; empty where there is no header.
        columns: cells of a data row, without the empty one behind a trailing separator.
        trailing: whether data rows end with the separator.
        quoted: whether cells stand in double quotes.
        text_columns: columns that hold no numbers, counted from 1.
        time_column: a column of times or of rising seconds, counted from 1; None where there is none.
        index_column: a column that counts the rows, counted from 1; None where there is none.
        step: difference of two numbers in the time column, in its own unit; None where it is not a number.
        preamble: the lines before the first data row, without the header.
        first_row: the cells of the first data row.
        time_parts: columns that repeat the times, or hold their hours, minutes and seconds, counted from 1.
        line_form: how lines that are no plain cells are written; None for a plain table.
    """

    encoding: Encoding
    separator: str
    decimal: str
    comment: str
    skipped: int
    header: int | None
    names: tuple[str, ...]
    units: tuple[str, ...]
    columns: int
    trailing: bool
    quoted: bool
    text_columns: tuple[int, ...]
    time_column: int | None
    index_column: int | None
    step: float | None
    preamble: tuple[str, ...]
    first_row: tuple[str, ...]
    time_parts: tuple[int, ...] = ()
    line_form: LineForm | None = None

    @property
    def has_clock(self) -> bool:
        """Return whether the first columns are hours, minutes, seconds and microseconds."""
        return self.time_column == 4 and self.time_parts == (1, 2, 3)

    @property
    def signal_columns(self) -> tuple[int, ...]:
        """Return the columns that may be sensors: numbers, neither times nor a count of rows; from 1."""
        left_out = {*self.text_columns, self.time_column, self.index_column, *self.time_parts}
        return tuple(column for column in range(1, self.columns + 1) if column not in left_out)


def layout_of_text(
    head: bytes,
    *,
    whole: bool = False,
    separator: str = "auto",
    decimal: str = "auto",
    comment: str = "auto",
    skip: int = 0,
    header: bool | None = None,
    columns: int = 0,
) -> TextLayout | None:
    """Return the layout of a text by its first bytes; None where no row of numbers is found.

    Args:
        head: the first bytes, `sniff.HEAD_BYTES` or all.
        whole: whether the head is the whole file; else its last line may be cut and is left out.
        separator: as set, or "auto".
        decimal: as set, or "auto".
        comment: prefix of comment lines as set, or "auto".
        skip: leading lines that are passed over.
        header: whether there is a header line; None for "by content".
        columns: columns that are expected, which decide between two readings; 0 where unknown.
    """
    encoding = encoding_of(head)
    if encoding is None:
        return None
    lines = lines_of(head, encoding, whole=whole)
    line_form = form_of_lines(lines[skip:]) if separator == "auto" else None
    if line_form is not None:
        lines = line_form.plain_lines(lines)
    prefixes: tuple[str, ...] = COMMENTS if comment == "auto" else ((comment,) if comment else ())
    long_head = lines[skip : skip + _lines_of_long_head(lines[skip:], prefixes)]
    skip += len(long_head)
    body = lines[skip : skip + LINES]
    if comment == "auto" and _begin_with_separator(body):
        prefixes = tuple(one for one in prefixes if one != ";")
    candidates = SEPARATORS if separator == "auto" else (separator,)
    signs = (".", ",") if decimal == "auto" else (decimal,)
    best: Fit | None = None
    for mark in candidates:
        for sign in signs:
            if mark == sign:
                continue
            fit = fit_of(body, mark, sign, prefixes, columns)
            if fit is not None and (best is None or fit.better_than(best, columns)):
                best = fit
    if best is None and "," in candidates and "," in signs and any('"' in line for line in body):
        # Numbers with decimal commas in quotes, between commas.
        best = fit_of(body, ",", ",", prefixes, columns)
    if best is None:
        return None
    found = _layout(best, body, encoding, prefixes, skip, header, line_form)
    return replace(found, preamble=(*long_head, *found.preamble)) if long_head else found


def layout_of_content(
    content: bytes,
    *,
    separator: str = "auto",
    decimal: str = "auto",
    comment: str = "auto",
    skip: int = 0,
    header: bool | None = None,
    columns: int = 0,
) -> TextLayout | None:
    """Return the layout of a whole text by its first bytes, or more of them below a long head.

    Args:
        content: of the file, unpacked.
        separator: the arguments from here on are those of `layout_of_text`.
        decimal: see there.
        comment: see there.
        skip: see there.
        header: see there.
        columns: see there.
    """
    for size in (HEAD_BYTES, LONGEST_HEAD):
        found = layout_of_text(
            content[:size],
            whole=len(content) <= size,
            separator=separator,
            decimal=decimal,
            comment=comment,
            skip=skip,
            header=header,
            columns=columns,
        )
        if found is not None or len(content) <= size:
            return found
    return None


def _lines_of_long_head(lines: Sequence[str], prefixes: Sequence[str]) -> int:
    """Return the lines that can be passed over, where rows begin far below the first line; else 0."""
    if len(lines) <= LINES:
        return 0
    run = 0
    for number, line in enumerate(lines):
        is_row = line.strip() and not _LONG_WORD.search(line) and not is_comment(line, prefixes)
        run = run + 1 if is_row else 0
        if run == _RUN:
            # A head of fewer lines is among the first ones, with rows enough.
            return max(number - _RUN - LINES // 2, 0) if number > LINES - _RUN else 0
    return 0


def _begin_with_separator(lines: Sequence[str]) -> bool:
    """Return whether most lines begin with a semicolon and have others: it is no comment, but a separator."""
    filled = [line for line in lines if line.strip()]
    begun = sum(line.lstrip().startswith(";") and line.count(";") > 1 for line in filled)
    return begun > _MOSTLY * len(filled)


def lines_of(head: bytes, encoding: Encoding, *, whole: bool) -> list[str]:
    """Return the lines of a head, without a last one that may be cut."""
    width = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}.get(encoding.name, 1)
    body = head[len(encoding.mark) :]
    text = body[: len(body) // width * width].decode(encoding.name, errors="replace")
    lines = tidied(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return lines if whole else lines[:-1]


def _layout(
    fit: Fit,
    lines: Sequence[str],
    encoding: Encoding,
    prefixes: Sequence[str],
    skip: int,
    header: bool | None,
    line_form: LineForm | None,
) -> TextLayout:
    start = fit.start
    if header is True and start == 0:
        # A header of numbers, such as channel numbers.
        start = 1
    before = lines[:start]
    at = None if header is False else _header_line(before, fit, prefixes, forced=header is True)
    names, units = _names(before, at, fit) if at is not None else ((), ())
    columns = len(fit.kinds)
    if line_form is not None and len(line_form.names) == columns:
        at, names, units = None, line_form.names, ("",) * columns
    numeric = [column for column in range(columns) if fit.kinds[column]]
    values = {column: [value_of(row[column], fit.decimal) for row in fit.rows] for column in numeric}
    time, step = time_column(fit.rows, fit.kinds, names, values)
    clock = clock_columns(values)
    if clock:
        time, step = clock[-1], 1.0
    return TextLayout(
        encoding=encoding,
        separator=fit.separator,
        decimal=fit.decimal,
        comment=next((one for line in before if (one := _prefix(line, prefixes))), ""),
        skipped=skip + start,
        header=None if at is None else skip + at,
        names=names,
        units=units,
        columns=columns,
        trailing=fit.trailing,
        quoted=any('"' in line for line in lines[start:]),
        text_columns=tuple(column + 1 for column in range(columns) if not fit.kinds[column]),
        time_column=time,
        index_column=index_column(values, names, time),
        step=step,
        preamble=tuple(line for number, line in enumerate(before) if number != at),
        first_row=fit.rows[0],
        time_parts=clock[:-1] or time_parts(fit.rows, values, time, names),
        line_form=line_form,
    )


def _prefix(line: str, prefixes: Sequence[str]) -> str:
    return next((one for one in prefixes if line.lstrip().startswith(one)), "")


def _header_line(before: Sequence[str], fit: Fit, prefixes: Sequence[str], *, forced: bool) -> int | None:
    """Return the line with the names: one of the last before the rows, with as many cells.

    Lines of units and of processing may stand between; a header may be a comment (`# time, x, y`).
    """
    wanted = len(fit.kinds)
    found: list[int] = []
    for number in range(len(before) - 1, -1, -1):
        cells = _header_cells(before[number], fit, prefixes)
        # Between blanks any sentence has cells: only the line right above the rows is a header there.
        if not before[number].strip() and (found or fit.separator == "whitespace"):
            break
        if before[number].lower().startswith(_EXCEL):
            break
        if len(cells) == wanted and any(cells) and (forced or not _has_values(cells, fit.separator)):
            found.append(number)
        elif before[number].strip():
            break
        if len(found) == _MOST_HEADERS:
            break
    if not found or wanted == 1:
        return found[0] if found else None
    candidates = [_header_cells(before[number], fit, prefixes) for number in found]
    if len(found) > 1 and _are_units(candidates[0]):
        return found[1]
    # Below names and units may stand how each was processed, such as Smp and Avg.
    return next((number for number, own in zip(found, candidates, strict=True) if _are_names(own)), found[0])


def _are_names(cells: Sequence[str]) -> bool:
    """Return whether cells name the columns apart."""
    return all(cells) and len(set(cells)) == len(cells)


def _header_cells(line: str, fit: Fit, prefixes: Sequence[str]) -> list[str]:
    prefix = _prefix(line, prefixes)
    if prefix == fit.separator and len(cells_of(line, fit.separator)) == len(fit.kinds):
        # No comment: its first cell is empty, as that of a line of units above a column of times.
        prefix = ""
    text = line.lstrip().removeprefix(prefix) if prefix else line
    cells = cells_of(text, fit.separator)
    if len(cells) == len(fit.kinds) + 1 and fit.trailing and not cells[-1]:
        return cells[:-1]
    return cells


def _has_values(cells: Sequence[str], separator: str) -> bool:
    """Return whether cells are values rather than names; words between blanks may be any sentence."""
    numbers = [is_number(cell, ".") or is_number(cell, ",") for cell in cells]
    if any(map(DATE.match, cells[1:])):
        # A property of each channel, such as its start time.
        return True
    return any(numbers) if separator == "whitespace" else all(numbers)


def _are_units(cells: Sequence[str]) -> bool:
    """Return whether the cells are units: short, in brackets or without blanks, most not empty."""
    return all(len(cell) <= 10 and " " not in cell.strip("()[] ") for cell in cells) and any(
        cell.strip("()[] ") in _UNITS or cell.startswith(("(", "[")) for cell in cells
    )


_UNITS = frozenset(
    {
        "g",
        "s",
        "ms",
        "us",
        "µs",
        "V",
        "mV",
        "m/s2",
        "m/s²",
        "m/s^2",
        "mm/s",
        "A",
        "rpm",
        "Hz",
        "°C",
        "C",
        "degC",
        "K",
        "°F",
        "bar",
        "mbar",
        "kPa",
        "MPa",
        "psi",
        "l/min",
        "m3/h",
        "m³/h",
        "kg/s",
        "kW",
        "kN",
        "Nm",
        "%",
        "1/min",
        "second",
        "sec",
        "msec",
        "usec",
        "mm",
        "Volt",
    }
)


def _names(before: Sequence[str], at: int, fit: Fit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names and units of the columns from the header line and a line of units below it."""
    names, units = [], []
    for cell in _header_cells(before[at], fit, COMMENTS):
        found = UNIT.match(cell)
        names.append(found[1].strip() if found and found[1].strip() else cell)
        units.append((found[2] or found[3] or "").strip() if found and found[1].strip() else "")
    if at + 1 < len(before):
        below = _header_cells(before[at + 1], fit, COMMENTS)
        if len(below) == len(names) and _are_units(below):
            units = [cell.strip("()[] ") or unit for cell, unit in zip(below, units, strict=True)]
    return tuple(names), tuple(units)
