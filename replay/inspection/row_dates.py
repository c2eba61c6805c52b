"""The dates of slow rows: how far rows lie apart, and which of day and month comes first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from statistics import median

from replay.inspection.contents import loose_form
from replay.rows.clock import row_clock

DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
HOURS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
PATTERNS = tuple(day + hour for day, hour in product(DAYS, HOURS))

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
    """Return the times of all cells, microseconds; None where one has none, or they fall."""
    read = row_clock(replace(loose_form(), time_pattern=pattern), ".")
    times: list[int] = []
    for cell in cells:
        time = read(cell)
        if time is None or (times and time < times[-1]):
            return None
        times.append(time)
    return times if len(times) > 1 and times[-1] > times[0] else None


def _step(times: Sequence[int]) -> float:
    return median(after - before for before, after in pairwise(times)) / 1e6


def _evenness(times: Sequence[int]) -> int:
    """Return the number of steps that are about the usual one."""
    steps = [after - before for before, after in pairwise(times)]
    return sum(step <= EVEN * median(steps) for step in steps)
