"""The speed of a shaft from the pulses of a tachometer, one a turn."""

import numpy as np
from numpy.typing import NDArray

UPPER, LOWER = 0.6, 0.4
"""Shares of a pulse's height between which a signal says nothing: noise at one level gives no second edge."""


def pulse_places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where pulses begin, in rows, between two rows by interpolation.

    Args:
        values: (rows,) of the tachometer, in any unit; NaN is no pulse.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(0)
    low, high = float(values[known].min()), float(values[known].max())
    if high <= low:
        return np.zeros(0)
    height = np.where(known, (values - low) / (high - low), 0.0)
    decided = np.flatnonzero((height >= UPPER) | (height <= LOWER))
    is_high = height[decided] >= UPPER
    begins = np.flatnonzero(is_high[1:] & ~is_high[:-1])
    before, after = decided[begins], decided[begins + 1]
    part = (0.5 - height[before]) / (height[after] - height[before])
    places: NDArray[np.float64] = before + part * (after - before)
    return places


def speed_of_pulses(values: NDArray[np.float64], sample_rate: float) -> NDArray[np.float64]:
    """Return the speed of the shaft at each row [Hz], (rows,); NaN with fewer than two pulses.

    The mean speed between two pulses is that of their middle; between middles it changes evenly.

    Args:
        values: (rows,) of the tachometer.
        sample_rate: of the rows [Hz].
    """
    places = pulse_places(values)
    if len(places) < 2:
        return np.full(len(values), np.nan)
    speeds = sample_rate / np.diff(places)
    return np.interp(np.arange(len(values)), (places[1:] + places[:-1]) / 2, speeds)
