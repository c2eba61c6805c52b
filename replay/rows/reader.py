"""Reads the rows of one text: a time and a number for each channel; a faulty row costs itself alone."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay.formats.sniff import HEAD_BYTES, encoding_of
from replay.formats.text import channel_columns, layout_for, no_rows
from replay.formats.text_cells import cells_of, column_named, plain_name, value_of
from replay.formats.text_layout import TextLayout
from replay.recording import RecordingError, RecordingFormat, clean_text
from replay.rows.clock import clock_beside, row_clock, with_clock

EARLIER = "its time is not later than that of the row before"
NO_TIME = "its time cannot be read"
CELLS = "it has another number of cells than the first row"
HEADER = "a header with other columns"
BEFORE_ALL = np.iinfo(np.int64).min
"""A time before every row [microseconds since 1970]."""

HOUR = 3_600_000_000
"""Microseconds by which clocks are set back."""
_NUMBERED_DATE = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class RowFault:
    """A line that is not a row. `line` counts from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows in order of time.

    Attributes:
        times: int64 (rows,), microseconds since 1970 UTC, rising.
        values: float32 (rows, channels); NaN where a cell holds no number.
        lines: int64 (rows,), line of each in its file, from 1.
        faults: lines that were left out.
    """

    times: NDArray[np.int64]
    values: NDArray[np.float32]
    lines: NDArray[np.int64]
    faults: tuple[RowFault, ...] = ()

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.times)


def no_rows_yet(channels: int) -> Rows:
    """Return no rows of so many channels."""
    return Rows(np.zeros(0, np.int64), np.zeros((0, channels), np.float32), np.zeros(0, np.int64))


class RowReader:
    """Reads the rows of one file, a piece at a time; its head says where times and channels are."""

    def __init__(self, head: bytes, name: str, form: RecordingFormat) -> None:
        """Find the layout.

        Args:
            head: the first lines of the file, at least one row of numbers.
            name: of the file, for messages.
            form: the expected format.

        Raises:
            RecordingError: there is no row, no time, or not the expected channels.
        """
        layout = layout_for(head[:HEAD_BYTES], form)
        if layout is None:
            raise no_rows(head[:HEAD_BYTES], name, form)
        self.layout, self._name, self._form = layout, name, form
        self._channels = _whole_columns(layout, name, form)
        self._time = _time_column(layout, name, form)
        self._clock = row_clock(form, layout.decimal)
        self._of_day = clock_beside(layout, self._time)
        self.last: int | None = None
        self._comma = layout.decimal == ","
        self._header = _folded(layout.names)
        self.skipped = layout.skipped
        first = self._clock(self._time_text(layout.first_row))
        if first is None:
            shown = clean_text(layout.first_row[self._time - 1])[:_SHOWN]
            why = "which is not a time (recording.time_column)"
            if _NUMBERED_DATE.match(shown):
                why = "whose day and month may be swapped (recording.time_pattern, such as %d/%m/%Y %H:%M)"
            raise RecordingError(name, f"its column {self._time} begins with {shown!r}, {why}")
        self.first_time = first
        """Time of the first row [microseconds since 1970]."""

    def read(self, lines: Iterable[tuple[int, str]], after: int) -> Rows:
        """Read complete lines.

        Args:
            lines: number in the file, from 1, and text without its end; those above the first row are passed
                over.
            after: time of the row before [microseconds since 1970]; earlier rows are faults.
        """
        times: list[int] = []
        values: list[list[float]] = []
        numbers: list[int] = []
        faults: list[RowFault] = []
        for number, line in lines:
            found = self.row(line, number)
            if found is None:
                continue
            if isinstance(found, str):
                faults.append(RowFault(number, found))
            elif found[0] <= after:
                faults.append(RowFault(number, EARLIER))
            else:
                after = found[0]
                times.append(after)
                values.append(found[1])
                numbers.append(number)
        return Rows(
            np.array(times, np.int64),
            np.array(values, np.float32).reshape(-1, len(self._channels)),
            np.array(numbers, np.int64),
            tuple(faults),
        )

    def row(self, line: str, number: int) -> tuple[int, list[float]] | str | None:
        """Return the time [microseconds since 1970] and the values of a line.

        Args:
            line: without its end.
            number: of the line in the file, from 1.

        Returns:
            The row; its fault in words; None for a line that is none: above the first row, blank, a comment,
            or a header again.
        """
        layout = self.layout
        if number <= self.skipped:
            return self._above(line)
        if not line or line.isspace() or self._is_comment(line):
            return None
        if layout.line_form is not None:
            line = layout.line_form.plain(line)
        cells = cells_of(line, layout.separator)
        if layout.trailing and cells and not cells[-1]:
            cells.pop()
        if len(cells) != layout.columns:
            return CELLS
        text = self._time_text(cells)
        time = self._clock(text)
        if time is None:
            return (self._other_header(cells) or None) if self._header else NO_TIME
        if self.last is not None and time <= self.last:
            # When clocks are set back, an hour of local times comes twice.
            again = self._clock(text, 1)
            time = again if again is not None and self.last < again <= self.last + HOUR else time
        self.last = time if self.last is None else max(time, self.last)
        return time, [self._number(cells[column - 1]) for column in self._channels]

    def _above(self, line: str) -> str | None:
        """Return the fault of a line above the first row that is a row of another layout; None for others."""
        cells = cells_of(line, self.layout.separator)
        if not 1 < len(cells) != self.layout.columns or len(cells) < self._time:
            return None
        numbers = [self._number(cell) for place, cell in enumerate(cells, 1) if place != self._time]
        is_row = any(map(math.isfinite, numbers)) and self._clock(cells[self._time - 1]) is not None
        return CELLS if is_row else None

    def _time_text(self, cells: Sequence[str]) -> str:
        """Return the date and time of a row; the time of day may have a column of its own."""
        date = cells[self._time - 1]
        return date if self._of_day is None else with_clock(date, cells[self._of_day - 1])

    def _number(self, cell: str) -> float:
        try:
            value = float(cell.replace(",", ".") if self._comma else cell)
        except ValueError:
            # Thousands may be grouped.
            grouped = value_of(cell, self.layout.decimal)
            return math.nan if grouped is None or not abs(grouped) < 1e38 else grouped
        # Single precision holds no larger number.
        return value if abs(value) < 1e38 else math.nan

    def _other_header(self, cells: Sequence[str]) -> str:
        """Follow a header in the middle of a file; return the fault where it lacks a channel."""
        names = _folded(cells)
        if names == self._header:
            return ""
        if not set(names) & set(self._header):
            return NO_TIME
        wanted = [self._header[column - 1] for column in (self._time, *self._channels)]
        found = [column_named(one, names) for one in wanted]
        known = [one for one in found if one is not None]
        if len(known) < len(wanted):
            return HEADER
        if self._of_day is not None and known[0] != self._time:
            # The time of day moves with its date.
            self._of_day += known[0] - self._time
        self._time, self._channels, self._header = known[0], tuple(known[1:]), names
        return ""

    def _is_comment(self, line: str) -> bool:
        return bool(self.layout.comment) and line.startswith(self.layout.comment)


def read_rows(data: bytes, name: str, form: RecordingFormat) -> Rows:
    """Read all rows of a file; a last line without an end may be torn, and is left out.

    Args:
        data: the file.
        name: of the file, for messages.
        form: the expected format.

    Raises:
        RecordingError: it holds no rows, no times, or not the expected channels.
    """
    data = _whole_lines(data)
    reader = RowReader(data, name, form)
    lines = lines_of_text(data, reader.layout)
    rows = reader.read(enumerate(lines, 1), BEFORE_ALL)
    if sum(one.reason == EARLIER for one in rows.faults) > len(rows):
        # Some recorders write the newest row first.
        backwards = RowReader(data, name, form)
        turned = backwards.read(reversed(list(enumerate(lines, 1))), BEFORE_ALL)
        rows = turned if len(turned) > len(rows) else rows
    return rows


def _whole_lines(data: bytes) -> bytes:
    """Return a text up to its last line end; that of a wide encoding has further bytes."""
    encoding = encoding_of(data[:HEAD_BYTES])
    if encoding is None or not encoding.name.startswith(("utf-16", "utf-32")):
        return data[: data.rfind(b"\n") + 1]
    text = data.decode(encoding.name, errors="replace")
    return text[: text.rfind("\n") + 1].encode(encoding.name)


def lines_of_text(data: bytes, layout: TextLayout) -> list[str]:
    """Return the complete lines of a text."""
    text = data.removeprefix(layout.encoding.mark).decode(layout.encoding.name, errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1]


def _time_column(layout: TextLayout, name: str, form: RecordingFormat) -> int:
    """Return the column of times, from 1.

    Raises:
        RecordingError: there is none.
    """
    column: int | None
    if isinstance(form.time_column, str):
        column = column_named(form.time_column, layout.names, layout.units)
    else:
        column = form.time_column or layout.time_column or layout.index_column
    if column is None or not 0 < column <= layout.columns:
        raise RecordingError(name, "none of its columns is one of times (recording.time_column)")
    return column


def _whole_columns(layout: TextLayout, name: str, form: RecordingFormat) -> tuple[int, ...]:
    """Return the columns of the channels; unnamed channels count all columns of the file.

    Raises:
        RecordingError: the file has fewer columns, or lacks a channel.
    """
    if form.names or layout.columns <= form.columns:
        return channel_columns(layout, name, form)
    return tuple(range(1, form.columns + 1))


def _folded(names: Sequence[str]) -> list[str]:
    return [plain_name(one) for one in names]
