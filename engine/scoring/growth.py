"""The growth of a severity: whether it rises or falls steadily, and how fast."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.clock import SECOND
from engine.signals.statistics import concordance_deviation, pairs_of

SNAPSHOTS = 36
"""The last known severities that are compared: enough to see through the wander of an average."""

FEWEST = 8
"""The fewest of them: below it, pairs agree by chance too often."""

CLEAR = 3.0
"""Standard deviations of the Mann-Kendall statistic from which a rise or fall is not a chance."""

LEAST = math.log(1.2)
"""Natural logarithm of the least change over the compared snapshots that is worth a word."""


TREND_SNAPSHOTS = 6
"""Running snapshots before, with which the arrow compares; fewer follow every fluctuation."""

TREND_RATIO = 1.2
"""A smaller ratio counts as level: healthy severities vary by about a tenth either way."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A steady change of severity.

    Attributes:
        slope: of the natural logarithm of severity [1/s]; positive rises.
        seconds: over which it was measured.
    """

    slope: float
    seconds: float

    @property
    def rises(self) -> bool:
        """Whether severity rises."""
        return self.slope > 0

    @property
    def doubling(self) -> float:
        """Return the seconds in which severity doubles, or halves if it falls."""
        return math.log(2) / abs(self.slope)

    def seconds_until(self, severity: float, target: float) -> float | None:
        """Return the seconds until severity reaches a target at this growth, None if it never does."""
        if not (0 < severity < target and self.rises):
            return None
        return math.log(target / severity) / self.slope


def growth_of(at: NDArray[np.int64], severity: NDArray[np.float64]) -> Growth | None:
    """Return the growth at the end of a series, None where it neither rises nor falls steadily.

    Args:
        at: (n,) recording times [microseconds], ascending.
        severity: (n,), NaN where there is none.

    Source:
        Mann (1945) and Kendall (1975) for the test, Theil (1950) and Sen (1968) for the slope.
    """
    # Far more than needed, so that gaps do not matter, and far less than a long record.
    values, times = severity[-8 * SNAPSHOTS :], at[-8 * SNAPSHOTS :]
    known = np.flatnonzero(np.isfinite(values) & (values > 0))[-SNAPSHOTS:]
    count = len(known)
    if count < FEWEST:
        return None
    logs = np.log(values[known])
    seconds = (times[known] - times[known[0]]) / SECOND
    later, earlier = pairs_of(count)
    spans = seconds[later] - seconds[earlier]
    if not (spans > 0).all():
        return None
    differences = logs[later] - logs[earlier]
    if abs(float(np.sign(differences).sum())) < CLEAR * concordance_deviation(count):
        return None
    slope = float(np.median(differences / spans))
    length = float(seconds[-1])
    return Growth(slope, length) if abs(slope) * length >= LEAST else None


def trend(severity: NDArray[np.float64]) -> int:
    """Return whether the last of (n,) severities is above (1), below (-1) or level (0) with earlier ones."""
    if not len(severity) or not math.isfinite(severity[-1]):
        return 0
    recent = severity[-4 * TREND_SNAPSHOTS :]
    recent = recent[np.isfinite(recent)][-TREND_SNAPSHOTS - 1 :]
    if len(recent) < 2 or recent[0] <= 0 or recent[-1] <= 0:
        return 0
    first, last = float(recent[0]), float(recent[-1])
    return 1 if last >= TREND_RATIO * first else -1 if last <= first / TREND_RATIO else 0
