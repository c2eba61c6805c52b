"""Facts that stand inside a recording: its time, and the speed of the shaft."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay.bounded_read import read_bounded
from replay.formats.base import Table
from replay.formats.sniff import HEAD_BYTES
from replay.formats.text import layout_for
from replay.formats.text_body import column_of_text
from replay.formats.text_cells import cells_of, column_named
from replay.formats.text_layout import TextLayout, lines_of
from replay.formats.times import time_in_row, time_of_lines, time_of_text
from replay.recording import RecordingError, RecordingFormat
from replay.tacho import speed_of_pulses

_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


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
        if (above := time_of_lines(_lines_above(head, layout), form)) is not None:
            return above
        raise RecordingError(name, 'no line above its numbers holds a time (recording.time = "header")')
    column = _column(form.time_column, layout) or layout.time_column
    if column is None or column > len(layout.first_row):
        raise RecordingError(name, "none of its columns is one of times (recording.time_column)")
    cell = layout.first_row[column - 1]
    time = time_in_row(layout.first_row, column, form, layout.step)
    if time is None:
        raise RecordingError(
            name,
            f"its column {column} begins with {cell!r}, which is not a date and time (recording.time_column)",
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
    return _course(column_of_text(content, layout, column), form)


def speeds_of_table(table: Table, form: RecordingFormat) -> NDArray[np.float64]:
    """Return the speeds [Hz] in a column, (rows,), or in the texts of a table, (1,); empty for none."""
    if form.speed_words:
        return _speed_in(table.texts, form)
    column = form.speed_column
    if isinstance(column, str):
        column = column_named(column, table.names, table.units) or 0
    if not 0 < column <= table.values.shape[1]:
        return np.zeros(0)
    return _course(np.asarray(table.values[:, column - 1], np.float64), form)


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


def _course(values: NDArray[np.float64], form: RecordingFormat) -> NDArray[np.float64]:
    """Return the speeds [Hz] in a column of speeds or of a tachometer's pulses, (rows,)."""
    if form.speed_unit == "pulses":
        return speed_of_pulses(values, form.sample_rate)
    return _hertz(values, form)


def _hertz(speeds: NDArray[np.float64], form: RecordingFormat) -> NDArray[np.float64]:
    return np.abs(speeds) / (60 if form.speed_unit == "rpm" else 1)
