"""Robust centre and scatter of a sample, errors on a log scale, and the comparison of two samples."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PRIOR = 20
"""Weight of a channel's pooled scatter, in healthy snapshots, beside each feature's scatter: with few
snapshots a feature's standard deviation is mostly chance."""


SMALLEST_SCATTER = 0.02
"""Least scatter in natural-log units (0.09 dB); no recording is steadier."""

NORMAL_MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

EXACT_MOST = 8
"""Values of the smaller sample up to which the chance of ranks is counted exactly, not approximated."""


def scatter(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the standard deviation of each feature over snapshots, shrunk towards its channel's typical one.

    Args:
        values: (snapshots, channels, features), at least two snapshots.

    Returns:
        (channels, features), never below `SMALLEST_SCATTER`.
    """
    own = values.var(axis=0, ddof=1, dtype=np.float64)
    pooled = np.median(own, axis=-1, keepdims=True)
    drawn = (len(values) * own + PRIOR * pooled) / (len(values) + PRIOR)
    steady: NDArray[np.float32] = np.maximum(np.sqrt(drawn), SMALLEST_SCATTER).astype(np.float32)
    return steady


def median(values: NDArray[np.floating], axis: int) -> NDArray[np.float64]:
    """Return the median along an axis of at least one value; NaN if one of them is.

    It equals `np.median`, whose overhead takes ten times as long for a few dozen numbers.
    """
    count = values.shape[axis]
    low, high = (count - 1) // 2, count // 2
    ordered = np.sort(values, axis=axis)
    middle = (ordered.take(low, axis).astype(np.float64) + ordered.take(high, axis)) / 2
    whole: NDArray[np.float64] = np.where(np.isnan(ordered.take(count - 1, axis)), np.nan, middle)
    return whole


@lru_cache(maxsize=4)
def pairs_of(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the later and the earlier index of each pair among so many, (count * (count - 1) / 2,) each."""
    later, earlier = np.tril_indices(count, -1)
    return later, earlier


def concordance_deviation(count: int) -> float:
    """Return the standard deviation of the Mann-Kendall statistic of so many independent values.

    Source:
        Kendall (1975), Rank correlation methods: the variance is n (n - 1) (2 n + 5) / 18 without ties.
    """
    return math.sqrt(count * (count - 1) * (2 * count + 5) / 18)


def log_errors(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the natural logarithm of errors; an error of 0 becomes a very small one, NaN stays."""
    logs: NDArray[np.float64] = np.log(np.maximum(errors, 1e-6))
    return logs


def chance_of_larger(sample: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the chance that a sample without larger values than the other ranks as high as this one.

    It equals `scipy.stats.mannwhitneyu(..., alternative="greater").pvalue`, whose import takes a second.

    Args:
        sample: (values,).
        other: (others,).

    Returns:
        The one-sided p value; NaN where a value is NaN, 1 where all are equal.

    Source:
        Mann and Whitney (1947), On a test of whether one of two random variables is stochastically larger
        than the other: the normal approximation of U, with corrections for ties and continuity.
    """
    own, others = len(sample), len(other)
    if min(own, others) <= EXACT_MOST:
        from scipy.stats import mannwhitneyu

        # Of single precision, SciPy counts ties in single precision.
        wide = sample.astype(np.float64), other.astype(np.float64)
        return float(mannwhitneyu(*wide, alternative="greater").pvalue)
    whole = np.concatenate([sample, other])
    count = own + others
    _, places, ties = np.unique(whole, return_inverse=True, return_counts=True)
    # Equal values share the mean of their ranks.
    ranks = np.cumsum(ties) - (ties - 1) / 2
    pairs = ranks[places[:own]].sum() - own * (own + 1) / 2
    spread = count + 1 - float((ties.astype(np.float64) ** 3 - ties).sum()) / (count * (count - 1))
    deviation = math.sqrt(own * others / 12 * spread)
    if np.isnan(whole).any():
        return math.nan
    if deviation == 0:
        return 1.0
    return math.erfc((pairs - own * others / 2 - 0.5) / deviation / math.sqrt(2)) / 2
