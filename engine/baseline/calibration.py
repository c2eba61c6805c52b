"""Calibration: limits from later healthy snapshots."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.scoring.errors import component_errors
from engine.signals.statistics import log_errors

SMALLEST_RISE = 0.1
"""Least rise in natural-log units of power (0.4 dB), root mean square over bands: no machine keeps its level
more closely for days, although a few long recordings, in which chance cancels, may do so for hours."""


RISES_ON = 3.0
"""Multiple of the rise within the baseline that a limit must allow, because the rise may continue."""


def calibrate(errors: NDArray[np.float64], margin: float, tail: float, weight: float) -> NDArray[np.float32]:
    """Return the limit of each component from held-out healthy snapshots.

    The limit is `margin` times the median error, or, if errors scatter widely, `tail` standard deviations of
    their logarithm above its mean: errors are positive and their scatter is a ratio. Either is widened for
    few snapshots: residuals are centred on their mean, which is uncertain by one n-th of their variance, and
    averaging over snapshots does not reduce that.

    Args:
        errors: (snapshots, components), smoothed, of snapshots the network was not trained on.
        margin: at least 1.
        tail: in standard deviations.
        weight: of the newest snapshot in the smoothing; the smoothed variance is weight / (2 - weight) of a
            single snapshot's.

    Returns:
        (components,).
    """
    logs = log_errors(errors)
    wide = np.exp(logs.mean(axis=0) + tail * logs.std(axis=0, ddof=1))
    open_question = np.sqrt(1.0 + (2.0 - weight) / (weight * len(errors)))
    limit: NDArray[np.float32] = (
        open_question * np.maximum(margin * np.median(errors, axis=0), wide)
    ).astype(np.float32)
    return limit


def risen(
    residual: NDArray[np.float32], held_out: int, channels: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """Return the rise of each component from the training snapshots to those held out, less chance.

    A machine that drifts more slowly than its baseline lasts shows less scatter there than it will have.

    Args:
        residual: (snapshots, channels, features) of the whole baseline, standardised on those held out.
        held_out: number of held-out snapshots, the last ones.
        channels: of each component, from 1.

    Returns:
        (components,), root mean square over features, in their standard deviations.
    """
    trained = residual[:-held_out]
    rise = residual[-held_out:].mean(axis=0) - trained.mean(axis=0)
    # Half of the variance of a difference of two means lies above zero.
    chance = (1 / len(trained) + 1 / held_out) / 2
    squares = component_errors(rise, np.ones(len(rise), np.bool_), channels) ** 2 - chance
    root: NDArray[np.float64] = np.sqrt(np.maximum(squares, 0.0))
    return root


def least_limit(
    rise: NDArray[np.float64], usual: NDArray[np.float32], channels: Sequence[Sequence[int]]
) -> NDArray[np.float32]:
    """Return the least limit of each component; below it a healthy machine would ring.

    Args:
        rise: (components,), from `risen`.
        usual: (channels, features), healthy standard deviations in natural-log units of power.
        channels: of each component, from 1.

    Returns:
        (components,).
    """
    steady = np.median(usual, axis=-1)
    smallest = np.array([SMALLEST_RISE / steady[[number - 1 for number in own]].mean() for own in channels])
    least: NDArray[np.float32] = np.maximum(RISES_ON * rise, smallest).astype(np.float32)
    return least
