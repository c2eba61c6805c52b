"""Whose fault: how the error of a snapshot is shared among components, channels and bands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.limits import excess


def band_shares(residual: NDArray[np.float32], running: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Share of the error that each band of each channel accounts for.

    The level, the last feature, is the sum of the bands; its part is theirs.

    Args:
        residual: (channels, features), standardised and smoothed.
        running: (channels,).

    Returns:
        (channels, bands), summing to 1, or all 0 where nothing exceeds its reconstruction.
    """
    parts = excess(residual[:, :-1]).astype(np.float64) * running[:, None]
    whole = parts.sum()
    return (parts / whole if whole > 0 else parts).astype(np.float32)


def component_shares(bands: NDArray[np.float32], channels: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Sum the shares of bands over the channels (counted from 1) of each component, (components,)."""
    by_channel = bands.sum(axis=1, dtype=np.float64)
    return np.array([sum(by_channel[number - 1] for number in own) for own in channels])
