"""The sample rate that the times of rows tell."""

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from replay.formats.text_body import columns_of_text, ends_of_text
from replay.formats.text_columns import UNIX_FROM
from replay.formats.text_layout import TextLayout
from replay.formats.times import UNIX_UNITS, seconds_between, time_in_row
from replay.recording import RecordingFormat

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

_UNIT_OF_NAME = re.compile(r"(?i)(?:^|[_ .-]|\bin )(s|sec|seconds|ms|msec|us|µs|usec|ns)$|(milli|micro)s")
_LONG_UNITS = {"milli": "ms", "micro": "us"}
# Samples a second above which a step is one of days, as spreadsheets and MATLAB write times.
_FASTEST = 1e6
# Days since 1900 of the years 1954 to 2064 to days since the year 0 of 2064.
_DAYS = (2e4, 7.6e5)
_FRACTION = re.compile(r":\d\d(?:[.,](?=\d)|:(?=\d{3}))(\d{1,9})")
# Steps of the last decimal from the first to the last time at which a rate is certain.
_FINE = 100
# Seconds between two rows from which whole numbers without a unit are rather a clock's ticks.
_SLOW_STEP = 1.0
# Milliseconds that a slow recorder of vibration takes for a row; larger steps are microseconds.
_MOST_MILLISECONDS = 20
_SECOND = 1e6


@dataclass(frozen=True, slots=True)
class Rate:
    """A sample rate.

    Attributes:
        hertz: samples per second.
        doubt: what it was taken for, a clause; empty where it is certain.
    """

    hertz: float
    doubt: str = ""


def rate_of_text(content: bytes, layout: TextLayout, form: RecordingFormat) -> Rate | None:
    """Return the rate that the steps of a time column tell, over all rows, since its cells are rounded.

    Args:
        content: of the file, unpacked.
        layout: of the text.
        form: a format that leaves the layout to the content.
    """
    column = layout.time_column
    if column is None:
        return None
    if layout.step is None:
        return _rate_of_dates(content, layout, column, form)
    times = columns_of_text(content, layout, (column,))[:, 0]
    times = times[np.isfinite(times)]
    unit = layout.units[column - 1] if layout.units else ""
    name = layout.names[column - 1] if layout.names else ""
    if layout.has_clock and len(times) > 2 and not unit:
        # Microseconds behind hours, minutes and seconds begin at 0 with each second.
        span = float((np.diff(times) % _SECOND).sum())
        return _rate(span / (len(times) - 1), "us", 1 / span)
    return rate_of_times(times, unit, name)


def _rate_of_dates(content: bytes, layout: TextLayout, column: int, form: RecordingFormat) -> Rate | None:
    """Return the rate that the dates and times of the rows tell, where these are fine enough for one."""
    top, bottom, count = ends_of_text(content, layout)
    first, last = (time_in_row(row, column, form) for row in (top, bottom))
    shown, ends = (" ".join(row[column - 1 : column + 1]) for row in (top, bottom))
    # Times of day tell a rate too, and dates whose day and month may be swapped.
    known = None if first is None or last is None else (last - first).total_seconds()
    span = seconds_between(shown, ends) if known is None else known
    if span is None:
        return None
    # A time on the full second may be written without its fraction.
    decimals = max((len(found[1]) for found in map(_FRACTION.search, (shown, ends)) if found), default=0)
    if not decimals and (unit := _unit_beside(layout, column)):
        fractions = [float(row[column].replace(",", ".")) for row in (top, bottom)]
        span += (fractions[1] - fractions[0]) * SECONDS_OF[unit]
        decimals = round(-math.log10(SECONDS_OF[unit]))
    if span <= 0 or span * 10**decimals < _FINE:
        return None
    return _rate(span / (count - 1), "s", 10**-decimals / span)


def _unit_beside(layout: TextLayout, column: int) -> str:
    """Return the unit of a column of fractions of a second behind that of the times; empty for none."""
    if column + 1 not in layout.time_parts or not layout.names:
        return ""
    unit = (layout.units[column] or layout.names[column]).strip().lower()
    return unit if SECONDS_OF.get(unit, 1.0) < 1.0 else ""


def rate_of_times(times: NDArray[np.float64], unit: str, name: str) -> Rate | None:
    """Return the rate that a column of rising times tells.

    Args:
        times: (rows,), finite, in the column's unit.
        unit: as stated; "" where it is not.
        name: of the column, which may end with its unit, such as `time_ms`.

    Returns:
        The rate; without a unit, times since 1970 are known by their size, and days by their steps. Whole
        numbers in steps of seconds are in doubt: they are taken for milliseconds or microseconds.
    """
    if len(times) < 3 or times[-1] <= times[0]:
        return None
    step = float(times[-1] - times[0]) / (len(times) - 1)
    found = _UNIT_OF_NAME.search(name)
    if unit or found:
        return _rate(step, unit or (found[1] or _LONG_UNITS[found[2].lower()] if found else ""))
    scale = next((second for least, second in UNIX_UNITS if times[0] >= least), 0.0)
    if scale and times[0] >= UNIX_FROM:
        return _rate(step * scale, "s")
    if 1 / step > _FASTEST and _DAYS[0] < times[0] < _DAYS[1]:
        return _rate(step * 86_400.0, "s")
    if step > _SLOW_STEP and bool((times == np.rint(times)).all()):
        short, word = ("ms", "milliseconds") if step <= _MOST_MILLISECONDS else ("us", "microseconds")
        rate = _rate(step, short)
        doubt = f"the column of times states no unit, and its steps of {step:.4g} are taken for {word}"
        return Rate(rate.hertz, doubt) if rate is not None else None
    return _rate(step, "s")


def _rate(step: float, unit: str, uncertain: float = 2e-4) -> Rate | None:
    """Return a rate: the number of fewest digits within what the rounding of times leaves uncertain.

    Args:
        step: between two rows, in the unit.
        unit: of the step.
        uncertain: share of the rate that may be an error.
    """
    seconds = SECONDS_OF.get(unit.strip().lower())
    if seconds is None or not 0 < step < math.inf:
        return None
    rate = 1 / (step * seconds)
    near = (float(f"{rate:.{digits}g}") for digits in range(1, 6))
    round_one = next((one for one in near if abs(one - rate) <= min(uncertain, _MOST_UNCERTAIN) * rate), None)
    whole = float(round(rate))
    if round_one is None and whole and abs(rate - whole) < 2e-4 * rate:
        round_one = whole
    return Rate(round_one if round_one is not None else float(f"{rate:.6g}"))


_MOST_UNCERTAIN = 0.005
"""Share of a rate by which it may be rounded."""
