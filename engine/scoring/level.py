"""The healthy wander of a channel's level, which is not an excess.

A machine's load moves all bands together. The network follows that within the range it has seen, and no
farther: its output saturates. The rest of such a shift is common to most bands; the excess of a fault is not.
A level that falls excuses nothing: lines of the shaft keep their height while the noise around them falls.
"""

import numpy as np
from numpy.typing import NDArray

from engine.signals.statistics import NORMAL_MAD

FARTHER = 3.0
"""Times the wander of the level within the baseline that a shift may have: a baseline is short."""

WITHIN = 2.0 / FARTHER
"""Share of that shift within which a level is one that the baseline went through: two standard deviations."""

SMALLEST_WANDER = 0.15
"""Least shift that is allowed, natural-log units of power (0.65 dB): a baseline may be steady by chance."""


def level_reach(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the largest shift of each channel's level that counts as healthy, natural-log units of power.

    Args:
        spectra: (snapshots, channels, bands) of the baseline [dB].

    Returns:
        (channels,).
    """
    level = np.median(spectra.astype(np.float64), axis=-1) * (np.log(10.0) / 10.0)
    wander = NORMAL_MAD * np.median(np.abs(level - np.median(level, axis=0)), axis=0)
    reach: NDArray[np.float32] = np.maximum(FARTHER * wander, SMALLEST_WANDER).astype(np.float32)
    return reach


def levelled(
    features: NDArray[np.float32],
    centre: NDArray[np.float32],
    unit: NDArray[np.float32],
    reach: NDArray[np.float32],
    *,
    falls: bool,
) -> NDArray[np.float32]:
    """Return features without the rise that most bands of a channel share, as far as that is healthy.

    The shift is the median over bands: a fault in fewer than half of them does not move it.

    Args:
        features: (..., channels, features), the last of which is the level.
        centre: their usual values, (channels, features).
        unit: one unit of a feature in natural-log units of power; broadcasts to (channels, features).
        reach: (channels,), from `level_reach`; empty for none.
        falls: whether a fall that most bands share is taken away as well, as scorings before the fourth do:
            bands that did not fall then show an excess.
    """
    if not reach.size:
        return features
    unit = np.broadcast_to(unit, centre.shape)
    shift = np.median((features - centre)[..., :-1] * unit[:, :-1], axis=-1)
    shift = np.clip(shift, -reach if falls else 0.0, reach)
    found: NDArray[np.float32] = (features - shift[..., None] / unit).astype(np.float32)
    return found
