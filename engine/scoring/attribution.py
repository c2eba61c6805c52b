"""Contributions: how the error of a snapshot is shared among components, channels and bands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.scoring.errors import excess


def band_shares(residual: NDArray[np.float32], running: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the share of the error of each band of each channel.

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


def part_shares(windows: NDArray[np.float32], running: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the share of the squared window errors of each part of a snapshot.

    Args:
        windows: (windows, channels) mean squared errors.
        running: (channels,).

    Returns:
        (channels, windows), summing to 1, or all 0 where there is no error.
    """
    parts = windows.T.astype(np.float64) * running[:, None]
    whole = parts.sum()
    return (parts / whole if whole > 0 else parts).astype(np.float32)


def latent_share(windows: NDArray[np.float32], running: NDArray[np.bool_], latent: float) -> float:
    """Return the share of a variational model's score that its latent accounts for; it is the machine's.

    Args:
        windows: (windows, channels) mean squared errors.
        running: (channels,).
        latent: divergence from the prior, per value.

    Returns:
        0 to 1; 0 where no channel runs.
    """
    if not running.any():
        return 0.0
    whole = float(windows[:, running].mean(dtype=np.float64)) + latent
    return latent / whole if whole > 0 else 0.0


EVIDENCE_BANDS = 5
"""Bands of the largest share that are frozen with an alarm."""


def leading_bands(
    edges: NDArray[np.float32], bands: NDArray[np.float32], channels: Sequence[int]
) -> tuple[tuple[float, float, float], ...]:
    """Return the bands of a component with the largest shares: (from Hz, to Hz, share of the whole).

    Args:
        edges: (bands + 1,) [Hz].
        bands: (channels, bands), shares of the error.
        channels: of the component, counted from 1.
    """
    own = bands[[number - 1 for number in channels]].sum(axis=0)
    order = np.argsort(own)[::-1][:EVIDENCE_BANDS]
    return tuple(
        (float(edges[band]), float(edges[band + 1]), float(own[band])) for band in order if own[band] > 0
    )
