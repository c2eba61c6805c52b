"""Robust centre and scatter of a sample, and errors on a log scale."""

import numpy as np
from numpy.typing import NDArray

PRIOR = 20
"""Weight of a channel's pooled scatter, in healthy snapshots, beside each feature's scatter: with few
snapshots a feature's standard deviation is mostly chance."""


SMALLEST_SCATTER = 0.02
"""Least scatter in natural-log units (0.09 dB); no recording is steadier."""


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


def log_errors(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the natural logarithm of errors; an error of 0 becomes a very small one, NaN stays."""
    logs: NDArray[np.float64] = np.log(np.maximum(errors, 1e-6))
    return logs
