"""Axes with whole ticks: severity on a log scale, and times of the clock."""

import math
from datetime import datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.clock import SECOND, in_zone, microseconds, moment
from tui.draw.charts.chart import Axis, row_of

USUAL = (math.log2(0.25), math.log2(8.0))
"""Ends of the severity axis [log2] that show a healthy machine and an alarm without a change of scale."""

LOWEST = math.log2(1 / 8)
"""The lowest end of the severity axis: below it, differences mean nothing."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400

STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(one * MINUTE for one in (1, 2, 5, 10, 15, 30)),
    *(one * HOUR for one in (1, 2, 3, 6, 12)),
    *(one * DAY for one in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)),
)
"""Distances of ticks on a time axis [s]."""

LEAST_TICKS = 2
"""Ticks from which a scale can be read."""

LABEL = 8
"""Cells that a label of time needs, with the space beside it."""


STEADY = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Ends of an axis, times a power of ten: a step through the recordings seldom changes the scale."""


def steady_top(value: float) -> float:
    """Return the end of an axis from 0 for a highest value: the next of `STEADY`; 1 for no positive value."""
    if not (math.isfinite(value) and value > 0):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((one * power for one in STEADY if one * power >= value), 10.0 * power)


def steady_ends(low: float, high: float) -> tuple[float, float]:
    """Return the ends of an axis for a lowest and a highest value: symmetric where they lie around 0."""
    span = high - low
    if not span > 0:
        return low - 1.0, high + 1.0
    if abs(high + low) < span / 2:
        end = steady_top(max(high, -low))
        return -end, end
    step = steady_top(span) / 10
    return min(math.floor(low / step) * step, low), max(math.ceil(high / step) * step, high)


def severity_axis(severity: NDArray[np.float64], rows: int) -> Axis:
    """Return the axis of severities in log2, the same for all bearings: it follows the highest and lowest.

    Args:
        severity: of all bearings up to the playhead, any shape, NaN where there is none.
        rows: of the chart; few rows get few ticks.
    """
    known = severity[np.isfinite(severity) & (severity > 0)]
    low, high = USUAL
    if known.size:
        high = max(high, math.log2(float(known.max())))
        low = max(min(low, math.log2(float(known.min()))), LOWEST)
    return Axis(low, high, tuple((math.log2(one), f"{one:g}") for one in log_ticks(low, high, rows)))


def log_ticks(low: float, high: float, rows: int) -> list[float]:
    """Return values of 1, 2 and 5 times powers of ten between two ends [log2], 1.0 always among them.

    Args:
        low: the lower end.
        high: the upper end.
        rows: of the chart; every tick has a row of its own, and one free row where possible.
    """
    decades = range(math.floor(low * math.log10(2)) - 1, math.ceil(high * math.log10(2)) + 1)
    for factors in ((1, 2, 5), (1, 5), (1,)):
        ticks = [factor * 10.0**decade for decade in decades for factor in factors]
        inside = [one for one in ticks if low - 1e-9 <= math.log2(one) <= high + 1e-9]
        taken = {_row(one, low, high, rows) for one in inside}
        few = len(inside) < LEAST_TICKS <= rows
        if not few and len(inside) <= max(min(rows, 3), (rows + 1) // 2) and len(taken) == len(inside):
            return inside
    # The limit keeps its row; of two others in one row the first is kept: decades before fives and twos.
    by_row = {_row(1.0, low, high, rows): 1.0}
    for one in (factor * 10.0**decade for factor in (1, 5, 2) for decade in decades):
        full = one not in (10.0**decade for decade in decades) and len(by_row) >= LEAST_TICKS
        if low - 1e-9 <= math.log2(one) <= high + 1e-9 and not full:
            by_row.setdefault(_row(one, low, high, rows), one)
    return sorted(by_row.values())


def _row(value: float, low: float, high: float, rows: int) -> int:
    return row_of(Axis(low, high), math.log2(value), max(rows, 1))


def time_ticks(start: float, end: float, zone: tzinfo, columns: int) -> tuple[tuple[float, str], ...]:
    """Return whole times (midnight, full hours, minutes) with their labels.

    The first label of a day names the day; the others name the time.

    Args:
        start: instant [microseconds since 1970].
        end: instant, after the start.
        zone: in which the times are whole.
        columns: cells of the axis.
    """
    seconds = max((end - start) / SECOND, 1.0)
    most = max(columns // LABEL, 1)
    step = next((one for one in STEPS if seconds / one < most), STEPS[-1])
    first, last = moment(int(start)), moment(int(end))
    ticks: list[tuple[float, str]] = []
    day = None
    for local in _whole_times(in_zone(first, zone), step, int(seconds // step) + 2):
        at = microseconds(local)
        if not microseconds(first) <= at <= microseconds(last):
            continue
        ticks.append((float(at), _label(local, step, named=local.date() != day)))
        day = local.date()
    return tuple(ticks)


def _whole_times(begin: datetime, step: int, count: int) -> list[datetime]:
    """Return so many whole local times from the one at or before a time on."""
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    times = []
    for number in range(count + 1):
        try:
            if step >= DAY:
                whole = midnight.date() + timedelta(days=number * (step // DAY))
                times.append(midnight.replace(year=whole.year, month=whole.month, day=whole.day))
            else:
                past = int((begin.replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds())
                naive = midnight.replace(tzinfo=None) + timedelta(seconds=past // step * step + number * step)
                times.append(naive.replace(tzinfo=begin.tzinfo))
        except (OverflowError, ValueError):
            break
    return times


def _label(local: datetime, step: int, *, named: bool) -> str:
    if step >= DAY or (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local.day} {local:%b}"
    clock = f"{local:%H:%M:%S}" if step < MINUTE else f"{local:%H:%M}"
    return f"{local.day} {local:%b} {clock}" if named else clock
