"""The severity ahead, with an interval that is as wide as the record's past forecasts were wrong."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import SECOND
from engine.scoring.growth import CLEAR, FEWEST, SNAPSHOTS
from engine.signals.statistics import concordance_deviation, median, pairs_of

AHEAD = 12
"""Snapshots that a forecast looks ahead: a third of those that it rests on."""

PAST = 40
"""Past forecasts whose errors give the interval; fewer follow a change sooner, more are steadier."""

FEWEST_PAST = 10
"""The fewest of them: below it the interval of 8 in 10 would be the largest error or guessed."""

HELD = 0.8
"""Share of forecasts that the interval is to hold."""

LEVEL = 6
"""Last snapshots whose median is the present level."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A forecast of a severity.

    Attributes:
        seconds: ahead of the last snapshot.
        severity: that is expected.
        low: lower end of the interval.
        high: upper end.
        past: forecasts in the record whose errors gave the interval.
    """

    seconds: float
    severity: float
    low: float
    high: float
    past: int


def severity_ahead(at: NDArray[np.int64], severity: NDArray[np.float64]) -> Ahead | None:
    """Return the forecast at the end of a series; None where the record is too short, or its pace is unknown.

    The logarithm of severity goes on with its slope where that is clear, else it stays. The same is done at
    earlier snapshots; the 80 % quantile of the errors of those forecasts is half the interval.

    Args:
        at: (n,) recording times [microseconds], ascending.
        severity: (n,), NaN where there is none.

    Source:
        Mann (1945) and Kendall (1975) for the test of the slope, Theil (1950) and Sen (1968) for the slope;
        Vovk, Gammerman and Shafer (2005), Algorithmic learning in a random world, for the quantile of errors.
    """
    known = np.flatnonzero(np.isfinite(severity) & (severity > 0))[-(PAST + AHEAD + SNAPSHOTS) :]
    if len(known) < FEWEST + AHEAD + FEWEST_PAST:
        return None
    logs, times = np.log(severity[known]), at[known]
    begins = range(max(FEWEST, len(logs) - AHEAD - PAST), len(logs) - AHEAD)
    errors = np.sort([abs(logs[end + AHEAD] - _forecast(logs[: end + 1])) for end in begins])
    if len(errors) < FEWEST_PAST:
        return None
    half = float(errors[min(len(errors), math.ceil((len(errors) + 1) * HELD)) - 1])
    middle = _forecast(logs)
    pace = float(median(np.diff(times[-SNAPSHOTS:]), 0)) / SECOND
    if not pace > 0 or middle + half > math.log(1e9):
        return None
    return Ahead(
        AHEAD * pace, math.exp(middle), math.exp(middle - half), math.exp(middle + half), len(errors)
    )


def _forecast(logs: NDArray[np.float64]) -> float:
    """Return the logarithm of severity `AHEAD` snapshots after the last one."""
    recent = logs[-SNAPSHOTS:]
    count = len(recent)
    later, earlier = pairs_of(count)
    differences = recent[later] - recent[earlier]
    clear = abs(float(np.sign(differences).sum())) >= CLEAR * concordance_deviation(count)
    slope = float(median(differences / (later - earlier), 0)) if clear else 0.0
    level = float(median((recent - slope * np.arange(count))[-LEVEL:], 0)) + slope * (count - 1)
    return level + AHEAD * slope
