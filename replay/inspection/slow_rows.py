"""Rows that come slowly, of temperatures, pressures and the like: one component, a role for each channel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from statistics import median

import numpy as np

from replay.inspection.contents import Content, loose_form
from replay.rows.clock import UNIX_FROM, row_clock

SLOWEST_VIBRATION = 10.0
"""Rows a second below which a file holds no vibration: a shaft turns faster."""

CONDITIONS = re.compile(
    r"(?i)speed|rpm|drehzahl|\bload|last\b|leistung|power|torque|moment|ambient|umgebung|outdoor|outside"
    r"|set.?point|sollwert|\bvalve|position|humidity"
)
"""Words in the names of channels that explain others. A person checks them: a speed may be a symptom."""

FEWEST_ROWS = 20
"""Rows below which the times of a file are not those of its rows."""

DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
HOURS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
PATTERNS = tuple(day + hour for day, hour in product(DAYS, HOURS))

FALLING = 0.02
"""Share of rows whose time may lie before that of the row above: clocks are set back."""

MARKS = (999.0, 999.9, 999.99, 9999.0, 9999.9, 9999.99, 99999.0, 999999.0, 9999999.0, 32767.0, 65535.0)
"""Numbers that loggers write for no value, of either sign."""

FAR = 3.0
"""Times the range, and the size, of the other values by which such a number lies beyond them."""

EVEN = 1.5
"""Times the usual step within which a step counts as even."""


@dataclass(frozen=True, slots=True)
class RowDates:
    """The dates of rows.

    Attributes:
        step: usual seconds from one row to the next.
        pattern: of the dates, for `recording.time_pattern`; "" where they are read without one.
        is_ambiguous: whether day and month may be swapped.
    """

    step: float
    pattern: str = ""
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class SlowChannel:
    """A channel: its name in the header or its column, its unit, and whether it explains others.

    `marks` are numbers that stand for no value, such as 9999.
    """

    channel: int | str
    unit: str
    is_condition: bool
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SlowRows:
    """The channels of slow rows, and the dates of the rows."""

    channels: tuple[SlowChannel, ...]
    dates: RowDates


def slow_rows(contents: Sequence[Content]) -> SlowRows | None:
    """Return the channels of texts whose rows come slowly, with a date each; None for any other files."""
    first = contents[0]
    found = [_dates(one) for one in contents if one.rows >= FEWEST_ROWS]
    if not found:
        # Few rows a second or more apart are the beginning of a table, and no vibration.
        few = [_dates(one) for one in contents if one.rows > 2]
        found = [one for one in few if one is not None and one.step >= 1.0]
    dates = [one for one in found if one is not None and one.step > 1 / SLOWEST_VIBRATION]
    if first.layout is None or not dates or len(dates) < len(found):
        return None
    named = len(set(first.names)) == len(first.names) and all(first.names)
    explains = [bool(CONDITIONS.search(name)) for name in first.names]
    if all(explains):
        # Nothing would be left to judge.
        explains = [False] * len(explains)
    columns = first.layout.signal_columns
    channels = tuple(
        SlowChannel(name if named else column, unit, explains[place], _marks(contents, place))
        for place, (name, column, unit) in enumerate(zip(first.names, columns, first.units, strict=True))
    )
    # A file that shows which of day and month comes first decides for those that do not.
    return SlowRows(channels, min(dates, key=lambda one: one.is_ambiguous))


def _marks(contents: Sequence[Content], place: int) -> tuple[float, ...]:
    """Return the numbers that stand for no value of a channel: known ones, far from all its other values."""
    columns = [one.signal[:, place] for one in contents if place < one.signal.shape[1]]
    values = np.concatenate(columns)
    values = values[np.isfinite(values)]
    is_mark = np.isin(np.abs(values), MARKS)
    if is_mark.all() or not is_mark.any():
        return ()
    low, high = values[~is_mark].min(), values[~is_mark].max()
    room = FAR * max(high - low, abs(high), abs(low), 1e-9)
    found = set(values[is_mark].tolist())
    return tuple(sorted(one for one in found if one > high + room or one < low - room))


def _dates(content: Content) -> RowDates | None:
    """Return the dates of a text's rows, also of seconds since 1970; None where it has none."""
    layout = content.layout
    if layout is None or layout.time_column is None:
        return None
    if layout.step is None:
        return row_dates(content.dates)
    try:
        is_date = float(layout.first_row[layout.time_column - 1].replace(",", ".")) >= UNIX_FROM
    except ValueError:
        return None
    return RowDates(1 / content.sample_rate) if is_date and content.sample_rate else None


def row_dates(cells: Sequence[str]) -> RowDates | None:
    """Return the dates that the cells of a column tell; None where they are none, or do not rise."""
    plain = _times(cells, "")
    if plain is not None:
        return RowDates(_step(plain))
    read = [(pattern, times) for pattern in PATTERNS if (times := _times(cells, pattern)) is not None]
    if not read:
        return None
    # Rows come evenly: with day and month swapped, the steps from day to day would be months.
    best = max(_evenness(times) for _, times in read)
    likely = [(pattern, times) for pattern, times in read if _evenness(times) == best]
    pattern, times = likely[0]
    return RowDates(_step(times), pattern, len(likely) > 1)


def _times(cells: Sequence[str], pattern: str) -> list[int] | None:
    """Return the times of all cells, microseconds, oldest first; None where one has none, or many fall."""
    read = row_clock(replace(loose_form(), time_pattern=pattern), ".")
    times: list[int] = []
    for cell in cells:
        time = read(cell)
        if time is None and not any(letter.isdigit() for letter in cell):
            # A header that is written again.
            continue
        if time is None:
            return None
        times.append(time)
    falls = sum(after < before for before, after in pairwise(times))
    if 2 * falls > len(times):
        # Some recorders write the newest row first.
        times.reverse()
        falls = sum(after < before for before, after in pairwise(times))
    is_rising = len(times) > 1 and times[-1] > times[0] and falls <= max(1, FALLING * len(times))
    return times if is_rising else None


def _step(times: Sequence[int]) -> float:
    return median(after - before for before, after in pairwise(times)) / 1e6


def _evenness(times: Sequence[int]) -> int:
    """Return the number of steps that are about the usual one."""
    steps = [after - before for before, after in pairwise(times)]
    return sum(0 <= step <= EVEN * median(steps) for step in steps)
