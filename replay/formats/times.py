"""Times that are written in a text: in a line, in the lines above the numbers, or in the cells of a row."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from replay.file_times import EARLIEST, LATEST
from replay.name_pattern import month_of
from replay.recording import RecordingFormat, zone_of

UNIX_UNITS = ((10**17, 1e-9), (10**14, 1e-6), (10**11, 1e-3), (10**8, 1.0))
"""Least number of a Unix time in nanoseconds, microseconds, milliseconds and seconds, and its unit [s]."""

_YEAR_FIRST = re.compile(
    r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})[T ,;_]+(\d{1,2})[:.h-](\d{2})"
    r"(?:[:.-](\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
_YEAR_LAST = re.compile(
    r"(\d{1,2})([-./])(\d{1,2})[-./](\d{4})[T ,;_]+(\d{1,2})[:.](\d{2})"
    r"(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?"
)
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<p>[AaPp][Mm])?"
_MONTH = r"(?P<mon>[^\W\d_]{3,10})\.?"
_NAMED = tuple(
    re.compile(rf"(?i)\b{expression}")
    for expression in (
        rf"(?P<d>\d{{1,2}})[-./ ]{{0,2}}{_MONTH}[-./, ]+(?P<Y>\d{{4}}|\d{{2}})[T ,;]+{_CLOCK}",
        rf"{_MONTH}[ ]+(?P<d>\d{{1,2}}),?[ ]+(?P<Y>\d{{4}}),?[ ]+{_CLOCK}",
        rf"{_MONTH}[ ]+(?P<d>\d{{1,2}})[ ]+{_CLOCK}[ ]+(?P<Y>\d{{4}})",
    )
)
_UNIX = re.compile(r"(?<![\d.])(1\d{9}(?:\d{3}){0,3})(?:[.,](\d+))?(?![\d.])")
_DATE_ALONE = re.compile(r"(?<!\d)(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})(?![\d:])")
_CLOCK_ALONE = re.compile(
    r"(?<![\d:.])(\d{1,2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?(?![\d:])(?:\s*([AaPp][Mm])\b)?"
)
# Lines from that of a date to that of its time of day.
_NEAR = 3
_DAY = 86_400.0
_EXCEL_ZERO = datetime(1899, 12, 30)
_LABVIEW_ZERO = datetime(1904, 1, 1, tzinfo=UTC)
# Days from year 0, as MATLAB counts them, to the zero of Excel.
_DAYS_TO_1900 = 693_960.0
# Days since 1900 of the years 1981 to 2091.
_DAYS_FROM, _DAYS_TO = 3e4, 7e4
# Seconds since 1904 of the years 2001 to 2034; as seconds since 1970 they would lie after 2067.
_LABVIEW_FROM, _LABVIEW_TO = 3.08e9, 4.1e9
# A step of days is one of six rows a second or more, as for vibration.
_STEP_OF_DAYS = 2e-6


def time_of_text(text: str, form: RecordingFormat) -> datetime | None:
    """Return the first time in a text, UTC; None where there is none, or where day and month may be swapped.

    Args:
        text: a cell or a line.
        form: its time zone, and its pattern where that fits.
    """
    return _in_utc(_by_pattern(text, form) or _written(text) or _unix(text), form)


def time_in_row(
    row: Sequence[str], column: int, form: RecordingFormat, step: float | None = None
) -> datetime | None:
    """Return the time in a column of a row, UTC; of a date alone, with the time of day in the next column.

    Args:
        row: its cells.
        column: counted from 1.
        form: as for `time_of_text`.
        step: from one row to the next, for a column of numbers; it tells days from seconds.
    """
    cells = row[column - 1 : column + 1]
    serial = _in_utc(_serial(cells[0], step), form)
    if serial is not None:
        return serial
    return time_of_text(cells[0], form) or (time_of_text(" ".join(cells), form) if len(cells) > 1 else None)


def _serial(cell: str, step: float | None) -> datetime | None:
    """Return the time of a number of days since 1900 (Excel) or year 0 (MATLAB), or seconds since 1904.

    LabVIEW counts seconds since 1904, in UTC; the others count days by the recorder's clock.
    """
    if step is None:
        return None
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        return None
    if 0 < step < _STEP_OF_DAYS:
        days = number - _DAYS_TO_1900 if number > _DAYS_TO_1900 else number
        if _DAYS_FROM <= days < _DAYS_TO:
            return _EXCEL_ZERO + timedelta(days=days)
    if 0 < step < 1 and _LABVIEW_FROM <= number < _LABVIEW_TO:
        return _LABVIEW_ZERO + timedelta(seconds=number)
    return None


def time_of_lines(lines: Sequence[str], form: RecordingFormat) -> datetime | None:
    """Return the time in the lines above the numbers, UTC; a date and its time of day may have a line each.

    Seconds since 1970 count only where no date is written: a serial number may look like them.
    """
    written = (_by_pattern(line, form) or _written(line) for line in lines)
    for time in (*written, *_from_two_lines(lines), *map(_unix, lines)):
        if (found := _in_utc(time, form)) is not None:
            return found
    return None


def clock_of(text: str) -> float | None:
    """Return the first time of day in a text [s since midnight]; None where there is none."""
    found = _CLOCK_ALONE.search(text)
    if found is None:
        return None
    hour, minute, second = (int(found[group]) for group in (1, 2, 3))
    if found[5]:
        hour = hour % 12 + 12 * (found[5].lower() == "pm")
    return hour * 3600.0 + minute * 60 + second + float(f"0.{found[4] or 0}")


def seconds_between(first: str, last: str) -> float | None:
    """Return the seconds from one time of day to the next, over midnight where it is earlier."""
    start, end = clock_of(first), clock_of(last)
    if start is None or end is None:
        return None
    return end - start + (_DAY if end < start else 0.0)


def _in_utc(found: datetime | None, form: RecordingFormat) -> datetime | None:
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_of(form.timezone))
    try:
        time = found.astimezone(UTC)
    except OverflowError:
        return None
    return time if EARLIEST <= time < LATEST else None


def _by_pattern(text: str, form: RecordingFormat) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), form.time_pattern)
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    return _year_first(text) or _year_last(text) or _with_month(text)


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
    clock = (_hour(int(found[5]), found[9]), int(found[6]), int(found[7] or 0))
    return _made((year, month, day), clock, found[8], None)


def _with_month(text: str) -> datetime | None:
    """Return a time whose month has a name: 9-Mar-2024 21:30, Mar 9, 2024 9:30 PM, Mar 9 21:30:00 2024."""
    for expression in _NAMED:
        found = expression.search(text)
        month = month_of(found["mon"]) if found is not None else None
        if found is not None and month is not None:
            year = int(found["Y"]) + (2000 if len(found["Y"]) == 2 else 0)
            clock = (_hour(int(found["H"]), found["p"]), int(found["M"]), int(found["S"] or 0))
            return _made((year, month, int(found["d"])), clock, found["f"], None)
    return None


def _from_two_lines(lines: Sequence[str]) -> Iterator[datetime | None]:
    """Yield times of which the date stands in one line and the time of day in one near it."""
    for number, line in enumerate(lines):
        date = _DATE_ALONE.search(line)
        if date is None:
            continue
        for other in lines[number + 1 : number + 1 + _NEAR]:
            clock = _CLOCK_ALONE.search(other)
            if clock is not None:
                yield _written(f"{date[0]} {clock[0]}")
                break


def _unix(text: str) -> datetime | None:
    """Return the time of seconds since 1970, or of a finer unit by the number of digits."""
    found = _UNIX.search(text)
    if found is None:
        return None
    number = int(found[1])
    divisor = 10 ** (len(found[1]) - 10)
    fraction = float(f"0.{found[2]}") / divisor if found[2] else 0.0
    microseconds = number % divisor * 10**6 // divisor
    return datetime.fromtimestamp(number // divisor, UTC) + timedelta(
        seconds=fraction, microseconds=microseconds
    )


def _hour(hour: int, half: str | None) -> int:
    return hour % 12 + 12 * (half.lower() == "pm") if half else hour


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
