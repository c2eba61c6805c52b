"""The times of rows: dates, Unix seconds, or a count of cycles, hours or seconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol

from replay.formats.text_cells import value_of
from replay.formats.text_layout import TextLayout
from replay.formats.times import time_of_text
from replay.recording import RecordingFormat, zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

UNIX_FROM = 1e8
"""Numbers from here on are seconds since 1970 (1973 and later); smaller ones count from the start."""

THOUSANDS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))
"""Least number of a Unix time in nanoseconds, microseconds and milliseconds, and its seconds."""

LARGEST = 4.1e9
"""Seconds since 1970 of the year 2099."""

TIME_OF_DAY = re.compile(r"(?i)\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s*[ap]m)?\s*")
"""A cell with hours and minutes, and no date."""


class RowClock(Protocol):
    """Reads the cells of a column of times."""

    def __call__(self, cell: str, fold: int = 0) -> int | None:
        """Return the time of a cell, microseconds since 1970 UTC; None where it holds none.

        Args:
            cell: the text.
            fold: 1 for the second of two equal local times, when clocks are set back.
        """


def clock_beside(layout: TextLayout, time: int) -> int | None:
    """Return the column of times of day beside a column of dates, both counted from 1; None for none."""
    row = layout.first_row
    if ":" in row[time - 1]:
        return None
    for column in (time + 1, time - 1):
        if 0 < column <= len(row) and TIME_OF_DAY.fullmatch(row[column - 1]):
            return column
    return None


def with_clock(date: str, clock: str) -> str:
    """Return a date and a time of day in one text."""
    return f"{date.strip()} {clock.strip()}"


def row_clock(form: RecordingFormat, decimal: str) -> RowClock:
    """Return the function that reads the cells of a time column.

    Args:
        form: its time zone, its start, and `every`, the seconds of one count.
        decimal: sign of the file's numbers.
    """
    zone = zone_of(form.timezone)
    start = microseconds(form.beginning)

    def read(cell: str, fold: int = 0) -> int | None:
        try:
            found = datetime.fromisoformat(cell)
        except ValueError:
            number = value_of(cell, decimal)
            if number is not None:
                return _of_number(number, start, form.every)
            # A date alone is its first moment.
            other = time_of_text(cell, form) or time_of_text(f"{cell} 00:00", form)
            return None if other is None else microseconds(other.astimezone(zone).replace(fold=fold))
        if len(cell) <= 8:
            # A short row of digits is a count, although ISO 8601 allows dates such as 20240301.
            number = value_of(cell, decimal)
            if number is not None:
                return _of_number(number, start, form.every)
        return microseconds(found if found.tzinfo else found.replace(tzinfo=zone, fold=fold))

    return read


def microseconds(time: datetime) -> int:
    """Return microseconds since 1970 UTC."""
    return (time - EPOCH) // MICROSECOND


def time_of(stamp: int) -> datetime:
    """Return the time of such a number, UTC."""
    return EPOCH + timedelta(microseconds=stamp)


def _of_number(number: float, start: int, every: float) -> int | None:
    """Return the time of a number, None where none can be meant."""
    for least, second in THOUSANDS:
        if number >= least:
            number *= second
            break
    if number >= UNIX_FROM:
        return round(number * 1e6) if number < LARGEST else None
    if number < 0:
        return None
    return start + round(number * every * 1e6)
