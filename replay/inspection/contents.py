"""The content of one file: its kind, columns, rows and signal, read without settings of its layout."""

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
from replay.formats.text_body import cells_of_column, columns_of_text, rows_of_text
from replay.formats.text_columns import TIME_NAME
from replay.formats.text_forms import has_several_series
from replay.formats.text_layout import TextLayout, layout_of_content, lines_of
from replay.inspection.texts.rates import Rate, rate_of_text, rate_of_times
from replay.inspection.texts.rows import fault_of_rows
from replay.recording import RecordingError, RecordingFormat, clean_text
from replay.rows.clock import clock_beside, with_clock

LARGEST = 256 * 2**20
"""Bytes of a file that is looked at, unpacked."""

MOST_DATES = 2000
"""Rows whose dates are looked at, to tell days from months."""

_SHOWN = 6


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
    rate_doubt: str = ""
    """What the sample rate was taken for, a clause; empty where the file tells it."""
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
    rate = Rate(table.sample_rate) if table.sample_rate else _rate_of_table(table)
    return Content(
        name=name,
        kind=kind,
        packed=packed,
        layout=None,
        rows=len(signal),
        names=tuple(table.names[index] if table.names else "" for index in sensors),
        units=tuple(table.units[index] if table.units else "" for index in sensors),
        columns=table.values.shape[1],
        sample_rate=rate.hertz if rate is not None else None,
        rate_doubt=rate.doubt if rate is not None else "",
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


def _rate_of_table(table: Table) -> Rate | None:
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
    layout = layout_of_content(content, comment=form.comment, skip=form.skip)
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
    if table is not None and (beside := layout_of_content(table)):
        content, layout = table, beside
    layout = _without_false_times(content, layout)
    if fault := fault_of_rows(content, layout):
        raise RecordingError(name, fault)
    sensors = layout.signal_columns or tuple(range(1, layout.columns + 1))
    signal = columns_of_text(content, layout, sensors)
    rate = rate_of_text(content, layout, loose_form())
    return Content(
        name=name,
        kind=Kind.TEXT,
        packed=packed,
        layout=layout,
        rows=rows_of_text(content, layout),
        names=tuple(layout.names[column - 1] if layout.names else "" for column in sensors),
        units=tuple(layout.units[column - 1] if layout.units else "" for column in sensors),
        columns=layout.columns,
        sample_rate=rate.hertz if rate is not None else None,
        rate_doubt=rate.doubt if rate is not None else "",
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
