"""The trend of a component's error below its limit, and the time until it reaches the limit.

Rank statistics on the logarithm of the error: a healthy error wanders and has outliers, and a fault
multiplies it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.signals.statistics import concordance_deviation, pairs_of

FEWEST = 24
"""The fewest running snapshots for a trend."""

SIGNIFICANT = 5.0
"""Standard deviations of the Mann-Kendall statistic. Neighbouring errors resemble each other, which makes it
scatter about twice as widely as the formula for independent errors gives."""

RISE = 4.0
"""Times the baseline's own wander that the error must have risen within the window."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A rising error.

    `rise` is the natural logarithm of how many times the error grew within the window, `slope` its rate per
    second with a 95 % confidence interval `slope_low` to `slope_high`.
    """

    rise: float
    slope: float
    slope_low: float
    slope_high: float


def rising_trend(seconds: NDArray[np.float64], logs: NDArray[np.float64], wander: float) -> Trend | None:
    """Return the trend of a window, None if nothing rises more than health explains.

    Mann (1945) and Kendall (1975) test for a trend; Theil (1950) and Sen (1968) give its slope.

    Args:
        seconds: (n,) recording times, rising.
        logs: (n,) natural logarithm of the error, finite.
        wander: standard deviation of the logarithm on healthy snapshots.
    """
    count = len(logs)
    if count < FEWEST:
        return None
    # By hand: scipy's kendalltau and theilslopes give the same numbers and take 7 to 50 times as long.
    later, earlier = pairs_of(count)
    differences = logs[later] - logs[earlier]
    deviation = concordance_deviation(count)
    if np.sign(differences).sum() < SIGNIFICANT * deviation:
        return None
    slopes = np.sort(differences / (seconds[later] - seconds[earlier]))
    slope = float(slopes[(len(slopes) - 1) // 2] + slopes[len(slopes) // 2]) / 2
    rise = slope * float(seconds[-1] - seconds[0])
    if rise < RISE * wander:
        return None
    reach = 1.96 * deviation
    low, high = np.clip(((len(slopes) + np.array([-reach, reach])) / 2).astype(int), 0, len(slopes) - 1)
    return Trend(rise, slope, float(slopes[low]), float(slopes[high]))


@dataclass(frozen=True, slots=True)
class TimeToLimit:
    """Seconds until the limit is reached if the trend holds; `latest` is infinite where it may never be."""

    expected: float
    earliest: float
    latest: float


def time_to_limit(trend: Trend, severity: float) -> TimeToLimit | None:
    """Extrapolate a trend to severity 1.0; None where it is reached already."""
    if not 0.0 < severity < 1.0 or trend.slope <= 0:
        return None
    way = -float(np.log(severity))
    latest = way / trend.slope_low if trend.slope_low > 0 else float("inf")
    return TimeToLimit(way / trend.slope, way / trend.slope_high, latest)
