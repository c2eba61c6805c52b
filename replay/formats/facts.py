"""Facts that stand inside a recording: its time, and the speed of the shaft."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay.bounded_read import read_bounded
from replay.file_times import EARLIEST, LATEST
from replay.formats.base import Table
from replay.formats.sniff import HEAD_BYTES
from replay.formats.text import layout_for
from replay.formats.text_body import column_of_text
from replay.formats.text_cells import cells_of, column_named
from replay.formats.text_layout import TextLayout, lines_of
from replay.recording import RecordingError, RecordingFormat, zone_of

_YEAR_FIRST = re.compile(
    r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})[T ,;_]+(\d{1,2})[:.h-](\d{2})"
    r"(?:[:.-](\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
_YEAR_LAST = re.compile(
    r"(\d{1,2})([-./])(\d{1,2})[-./](\d{4})[T ,;_]+(\d{1,2})[:.](\d{2})"
    r"(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?"
)
_UNIX = re.compile(r"\b(1\d{9})(?:[.,](\d+))?\b")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def time_of_text(text: str, form: RecordingFormat) -> datetime | None:
    """Return the first time in a text, UTC; None where there is none, or where day and month may be swapped.

    Args:
        text: a cell or a line.
        form: its time zone, and its pattern where that fits.
    """
    found = _by_pattern(text, form) or _year_first(text) or _year_last(text) or _unix(text)
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_of(form.timezone))
    try:
        time = found.astimezone(UTC)
    except OverflowError:
        return None
    return time if EARLIEST <= time < LATEST else None


def time_in_row(row: Sequence[str], column: int, form: RecordingFormat) -> datetime | None:
    """Return the time in a column of a row, UTC; of a date alone, with the time of day in the next column.

    Args:
        row: its cells.
        column: counted from 1.
        form: as for `time_of_text`.
    """
    cells = row[column - 1 : column + 1]
    return time_of_text(cells[0], form) or (time_of_text(" ".join(cells), form) if len(cells) > 1 else None)


def _by_pattern(text: str, form: RecordingFormat) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), form.time_pattern)
    except ValueError:
        return None


def _year_first(text: str) -> datetime | None:
    found = _YEAR_FIRST.search(text)
    if found is None:
        return None
    year, month, day, hour, minute = map(int, found.groups()[:5])
    return _made((year, month, day), (hour, minute, int(found[6] or 0)), found[7], found[8])


def _year_last(text: str) -> datetime | None:
    found = _YEAR_LAST.search(text)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] != "." and first <= 12 and second <= 12 and first != second:
        return None
    day, month = (first, second) if found[2] == "." or first > 12 else (second, first)
    hour = int(found[5])
    if found[9]:
        hour = hour % 12 + 12 * (found[9].lower() == "pm")
    return _made((year, month, day), (hour, int(found[6]), int(found[7] or 0)), found[8], None)


def _unix(text: str) -> datetime | None:
    found = _UNIX.search(text)
    if found is None:
        return None
    fraction = float(f"0.{found[2]}") if found[2] else 0.0
    return datetime.fromtimestamp(int(found[1]), UTC) + timedelta(seconds=fraction)


def _made(
    date: tuple[int, int, int], clock: tuple[int, int, int], fraction: str | None, zone: str | None
) -> datetime | None:
    try:
        made = datetime(*date, *clock, int((fraction or "0").ljust(6, "0")[:6]))
        if zone:
            made = datetime.fromisoformat(made.isoformat() + zone.replace("Z", "+00:00"))
    except ValueError:
        return None
    return made


def time_inside(head: bytes, name: str, form: RecordingFormat) -> datetime:
    """Return the time in the lines above the numbers, or in the time column, of a text.

    Args:
        head: the first bytes of the text, unpacked.
        name: of the file.
        form: which of the two, and which column.

    Raises:
        RecordingError: there is none; it says where it was looked for.
    """
    layout = layout_for(head, form)
    if layout is None:
        raise RecordingError(name, "it holds no rows of numbers yet")
    if form.time == "header":
        for line in _lines_above(head, layout):
            if (time := time_of_text(line, form)) is not None:
                return time
        raise RecordingError(name, 'no line above its numbers holds a time (recording.time = "header")')
    column = _column(form.time_column, layout) or layout.time_column
    if column is None or column > len(layout.first_row):
        raise RecordingError(name, "none of its columns is one of times (recording.time_column)")
    cell = layout.first_row[column - 1]
    time = time_in_row(layout.first_row, column, form)
    if time is None:
        raise RecordingError(
            name,
            f"its column {column} begins with {cell!r}, which is no date and time (recording.time_column)",
        )
    return time


def _lines_above(head: bytes, layout: TextLayout) -> list[str]:
    return lines_of(head[:HEAD_BYTES], layout.encoding, whole=True)[: layout.skipped]


def _column(setting: int | str, layout: TextLayout) -> int | None:
    if isinstance(setting, str):
        return column_named(setting, layout.names, layout.units)
    return setting or None


def speeds_of_text(content: bytes, layout: TextLayout, form: RecordingFormat) -> NDArray[np.float64]:
    """Return the speeds [Hz] in a column, (rows,), or in the lines above of a text, (1,); empty for none."""
    if form.speed_words:
        return _speed_in(_lines_above(content, layout), form)
    column = _column(form.speed_column, layout)
    if not column or column > layout.columns:
        return np.zeros(0)
    return _hertz(column_of_text(content, layout, column), form)


def speeds_of_table(table: Table, form: RecordingFormat) -> NDArray[np.float64]:
    """Return the speeds [Hz] in a column, (rows,), or in the texts of a table, (1,); empty for none."""
    if form.speed_words:
        return _speed_in(table.texts, form)
    column = form.speed_column
    if isinstance(column, str):
        column = column_named(column, table.names, table.units) or 0
    if not 0 < column <= table.values.shape[1]:
        return np.zeros(0)
    return _hertz(np.asarray(table.values[:, column - 1], np.float64), form)


def _speed_in(texts: Sequence[str], form: RecordingFormat) -> NDArray[np.float64]:
    wanted = form.speed_words.casefold()
    for line in texts:
        at = line.casefold().find(wanted)
        number = _NUMBER.search(line, at + len(wanted)) if at >= 0 else None
        if number is not None:
            return _hertz(np.array([float(number[0].replace(",", "."))]), form)
    return np.zeros(0)


def speed_at(time: datetime, folder: Path, form: RecordingFormat) -> float | None:
    """Return the speed [Hz] at a time from the table of speeds; None beyond its ends or without one.

    Raises:
        RecordingError: the table cannot be read.
    """
    if not form.speed_file:
        return None
    path = Path(form.speed_file).expanduser()
    path = path if path.is_absolute() else folder / path
    try:
        stamp = path.stat().st_mtime_ns
        times, speeds = _speeds(path, stamp, form)
    except (OSError, ValueError) as error:
        raise RecordingError(path.name, f"it cannot be read as a table of speeds: {error}") from None
    at = time.timestamp()
    if not len(times) or not times[0] <= at <= times[-1]:
        return None
    return float(_hertz(np.interp([at], times, speeds), form)[0])


@lru_cache(maxsize=4)
def _speeds(path: Path, stamp: int, form: RecordingFormat) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times [s since 1970] and speeds of a table: a time first in each line, a number last."""
    found = []
    for line in read_bounded(path, form.largest_file).decode("utf-8", errors="replace").splitlines():
        separator = next((one for one in ("\t", ";") if one in line), ",")
        cells = cells_of(line, separator)
        time = time_of_text(line if len(cells) < 2 else " ".join(cells[:-1]), form)
        number = _NUMBER.fullmatch(cells[-1]) if cells else None
        if time is not None and number is not None:
            found.append((time.timestamp(), float(number[0].replace(",", "."))))
    if not found:
        raise ValueError("no line holds a time and a number")
    table = np.array(sorted(found))
    return table[:, 0], table[:, 1]


def _hertz(speeds: NDArray[np.float64], form: RecordingFormat) -> NDArray[np.float64]:
    return np.abs(speeds) / (60 if form.speed_unit == "rpm" else 1)
