"""The content of one file: its kind, columns, rows and signal, read without settings of its layout."""

import math
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import Table, counts_up
from replay.formats.packed import unpacked
from replay.formats.reading import content_of, read_table
from replay.formats.sniff import HEAD_BYTES, PACKED, Kind, encoding_of, identify
from replay.formats.text import described, nature_of_words
from replay.formats.text_blocks import side_by_side
from replay.formats.text_body import cells_of_column, columns_of_text, ends_of_text, rows_of_text
from replay.formats.text_columns import TIME_NAME
from replay.formats.text_forms import has_several_series
from replay.formats.text_layout import TextLayout, layout_of_text, lines_of
from replay.formats.times import UNIX_UNITS, seconds_between, time_in_row
from replay.inspection.texts.rows import fault_of_rows
from replay.recording import RecordingError, RecordingFormat, clean_text
from replay.rows.clock import clock_beside, with_clock

LARGEST = 256 * 2**20
"""Bytes of a file that is looked at, unpacked."""

SECONDS_OF = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "us": 1e-6,
    "usec": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
    "min": 60.0,
}
"""Seconds in the units of a time column."""

MOST_DATES = 2000
"""Rows whose dates are looked at, to tell days from months."""

_SHOWN = 6
_UNIT_OF_NAME = re.compile(r"(?i)(?:[_ .-]|\bin )(s|sec|seconds|ms|msec|us|µs|usec|ns)$|(millis|micros)")
_LONG_UNITS = {"millis": "ms", "micros": "us"}
# Samples a second above which a step is one of days, as spreadsheets and MATLAB write times.
_FASTEST = 1e6
# Days since 1900 of the years 1954 to 2064 to days since the year 0 of 2064.
_DAYS = (2e4, 7.6e5)
_FRACTION = re.compile(r":\d\d[.,](\d{1,9})")
# Steps of the last decimal from the first to the last time at which a rate is certain.
_FINE = 100


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """The content of one file.

    Attributes:
        name: of the file.
        kind: of its content, unpacked.
        packed: how it is packed by itself; None where it is not.
        layout: of a text; None for other kinds.
        rows: of numbers.
        names: of the sensor columns, "" for one without a name.
        units: of the sensor columns, "" where none is stated.
        columns: all columns of the file, with those of times and counts.
        sample_rate: [Hz], from the header or from the steps of a time column; None where the file tells none.
        time: of the first row, aware, from the structure of a binary file; None where that tells none.
        texts: lines and properties beside the numbers.
        signal: (rows, sensor columns), NaN where a cell is not a number.
    """

    name: str
    kind: Kind
    packed: Kind | None
    layout: TextLayout | None
    rows: int
    names: tuple[str, ...]
    units: tuple[str, ...]
    columns: int
    sample_rate: float | None
    time: datetime | None
    texts: tuple[str, ...]
    signal: NDArray[np.float64]
    stacked: bool = False
    """Whether the channels stand one below another in a text."""
    dates: tuple[str, ...] = ()
    """The first and last cells of a text's column of dates; none where its times are numbers."""

    @property
    def words(self) -> str:
        """Return a clause about the file, to put after its name."""
        packed = f"{self.packed.words}; unpacked " if self.packed else ""
        if self.layout is not None:
            return f"{packed}{described(self.layout).replace('it has', 'it is text of', 1)}, {self.rows} rows"
        count = f"{len(self.names)} channel{'' if len(self.names) == 1 else 's'}"
        named = [clean_text(one) for one in self.names if one][:_SHOWN]
        shown = f" ({', '.join(named)}{', ...' if len(self.names) > _SHOWN else ''})" if named else ""
        rate = f" at {self.sample_rate:g} Hz" if self.sample_rate else ""
        return f"{packed}it is {self.kind.words} of {count}{shown}, {self.rows} rows{rate}"


def loose_form(form: RecordingFormat | None = None) -> RecordingFormat:
    """Return a format that leaves the layout to the content, but keeps what a file cannot tell."""
    plain = RecordingFormat("", 1.0, 1, 1, separator="auto", cut=True)
    if form is None:
        return plain
    return replace(
        plain,
        skip=form.skip,
        format=form.format,
        number_type=form.number_type,
        columns=form.columns,
        comment=form.comment,
        timezone=form.timezone,
    )


def look(path: Path, name: str, form: RecordingFormat | None = None) -> Content:
    """Look at one file, whatever its layout.

    Raises:
        RecordingError: it holds no numbers that can be read; the reason says what it is.
        OSError: it cannot be read.
    """
    shown = clean_text(name)
    size = path.stat().st_size
    if size > LARGEST:
        raise RecordingError(shown, f"it has {size // 2**20} MB, too large to be looked at")
    return content_in(path.read_bytes(), shown, form)


def content_in(data: bytes, name: str, form: RecordingFormat | None = None) -> Content:
    """Look at the bytes of one file.

    Raises:
        RecordingError: as for `look`.
    """
    own = loose_form(form)
    outer = identify(data[:HEAD_BYTES], name)
    packed = outer if outer in PACKED and own.format != "raw" else None
    content, kind = unpacked(data, name, LARGEST) if packed else content_of(data, name, own)
    if kind is Kind.EMPTY:
        raise RecordingError(name, "the file is empty")
    if kind is Kind.TEXT:
        return _text(content, name, packed, own)
    table = _table(content, kind, name, own)
    sensors = [index for index in range(table.values.shape[1]) if not _is_time(table, index)]
    signal = np.asarray(table.values[:, sensors], np.float64)
    return Content(
        name=name,
        kind=kind,
        packed=packed,
        layout=None,
        rows=len(signal),
        names=tuple(table.names[index] if table.names else "" for index in sensors),
        units=tuple(table.units[index] if table.units else "" for index in sensors),
        columns=table.values.shape[1],
        sample_rate=table.sample_rate or _rate_of_table(table),
        time=table.time,
        texts=table.texts,
        signal=signal,
    )


def _table(content: bytes, kind: Kind, name: str, form: RecordingFormat) -> Table:
    """Read a binary file at whatever rate it was sampled."""
    return read_table(content, kind, name, form, any_rate=True)


def _is_time(table: Table, index: int) -> bool:
    column = table.values[:, index]
    return table.values.shape[1] > 1 and counts_up(column)


def _rate_of_table(table: Table) -> float | None:
    """Return the rate that an even time column in seconds tells."""
    for index in range(table.values.shape[1]):
        column = table.values[:, index]
        if _is_time(table, index) and column.dtype.kind == "f" and len(column) > 2:
            unit = table.units[index] if table.units else ""
            name = table.names[index] if table.names else ""
            if column[1] - column[0] == 1 and not unit and not TIME_NAME.search(name):
                # It counts the rows.
                continue
            return rate_of_times(np.asarray(column, np.float64), unit, name)
    return None


def _text(content: bytes, name: str, packed: Kind | None, form: RecordingFormat) -> Content:
    layout = layout_of_text(
        content[:HEAD_BYTES], whole=len(content) <= HEAD_BYTES, comment=form.comment, skip=form.skip
    )
    encoding = encoding_of(content[:HEAD_BYTES])
    if encoding and has_several_series(lines_of(content[:HEAD_BYTES], encoding, whole=True)):
        raise RecordingError(
            name, "it is Influx line protocol of several series; write a column for each, as CSV (pivot)"
        )
    # Units beside numbers between other separators are columns of words between blanks.
    are_words = layout is None or (layout.separator == "whitespace" and layout.text_columns)
    if are_words and (nature := nature_of_words(content)):
        raise RecordingError(name, nature)
    if layout is None:
        raise RecordingError(name, "it is a text without rows of numbers")
    table = side_by_side(content)
    if table is not None and (beside := layout_of_text(table[:HEAD_BYTES], whole=len(table) <= HEAD_BYTES)):
        content, layout = table, beside
    layout = _without_false_times(content, layout)
    if fault := fault_of_rows(content, layout):
        raise RecordingError(name, fault)
    sensors = layout.signal_columns or tuple(range(1, layout.columns + 1))
    signal = columns_of_text(content, layout, sensors)
    return Content(
        name=name,
        kind=Kind.TEXT,
        packed=packed,
        layout=layout,
        rows=rows_of_text(content, layout),
        names=tuple(layout.names[column - 1] if layout.names else "" for column in sensors),
        units=tuple(layout.units[column - 1] if layout.units else "" for column in sensors),
        columns=layout.columns,
        sample_rate=_rate_of_text(content, layout),
        time=None,
        texts=layout.preamble,
        signal=signal,
        stacked=table is not None,
        dates=_dates(content, layout),
    )


def _dates(content: bytes, layout: TextLayout) -> tuple[str, ...]:
    if layout.time_column is None or layout.step is not None:
        return ()
    cells = cells_of_column(content, layout, layout.time_column, MOST_DATES)
    beside = clock_beside(layout, layout.time_column)
    if beside is None:
        return cells
    return tuple(map(with_clock, cells, cells_of_column(content, layout, beside, MOST_DATES)))


def _without_false_times(content: bytes, layout: TextLayout) -> TextLayout:
    """Return a layout whose column of times rises to the end of the file; a slow signal may rise at first."""
    column = layout.time_column
    if column is None or layout.step is None or layout.has_clock:
        return layout
    times = columns_of_text(content, layout, (column,))[:, 0]
    falls = np.diff(times[np.isfinite(times)]) < 0
    return replace(layout, time_column=None, step=None) if falls.any() else layout


def _rate_of_text(content: bytes, layout: TextLayout) -> float | None:
    """Return the rate that the steps of a time column tell, over all rows, since its cells are rounded."""
    column = layout.time_column
    if column is None:
        return None
    if layout.step is None:
        return _rate_of_dates(content, layout, column)
    times = columns_of_text(content, layout, (column,))[:, 0]
    times = times[np.isfinite(times)]
    unit = layout.units[column - 1] if layout.units else ""
    name = layout.names[column - 1] if layout.names else ""
    if layout.has_clock and len(times) > 2 and not unit:
        # Microseconds behind hours, minutes and seconds begin at 0 with each second.
        return _rate(float(np.median(np.diff(times))), "us")
    return rate_of_times(times, unit, name)


def _rate_of_dates(content: bytes, layout: TextLayout, column: int) -> float | None:
    """Return the rate that the dates and times of the rows tell, where these are fine enough for one."""
    top, bottom, count = ends_of_text(content, layout)
    first, last = (time_in_row(row, column, loose_form()) for row in (top, bottom))
    shown, ends = (" ".join(row[column - 1 : column + 1]) for row in (top, bottom))
    # Times of day tell a rate too, and dates whose day and month may be swapped.
    known = None if first is None or last is None else (last - first).total_seconds()
    span = seconds_between(shown, ends) if known is None else known
    if span is None or span <= 0:
        return None
    # A time on the full second may be written without its fraction.
    decimals = max((len(found[1]) for found in map(_FRACTION.search, (shown, ends)) if found), default=0)
    if span * 10**decimals < _FINE:
        return None
    return _rate(span / (count - 1), "s")


def rate_of_times(times: NDArray[np.float64], unit: str, name: str) -> float | None:
    """Return the rate that a column of rising times tells.

    Args:
        times: (rows,), finite, in the column's unit.
        unit: as stated; "" where it is not.
        name: of the column, which may end with its unit, such as `time_ms`.

    Returns:
        The rate [Hz]; without a unit, times since 1970 are known by their size, and days by their steps.
    """
    if len(times) < 3 or times[-1] <= times[0]:
        return None
    step = float(times[-1] - times[0]) / (len(times) - 1)
    found = _UNIT_OF_NAME.search(name)
    if unit or found:
        return _rate(step, unit or _LONG_UNITS.get(found[1].lower(), found[1]) if found else unit)
    scale = next((second for least, second in UNIX_UNITS if times[0] >= least), 1.0)
    if scale == 1.0 and 1 / step > _FASTEST and _DAYS[0] < times[0] < _DAYS[1]:
        scale = 86_400.0
    return _rate(step * scale, "s")


def _rate(step: float, unit: str) -> float | None:
    """Return a rate, rounded to what the rounding of times leaves certain."""
    seconds = SECONDS_OF.get(unit.strip().lower())
    if seconds is None or not 0 < step < math.inf:
        return None
    rate = 1 / (step * seconds)
    near = round(rate)
    return float(near) if near and abs(rate - near) < 2e-4 * rate else float(f"{rate:.6g}")
