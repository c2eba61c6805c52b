"""Calibration: limits from later healthy snapshots."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.scoring.errors import component_errors
from engine.signals.statistics import NORMAL_MAD, SMALLEST_SCATTER, log_errors, scatter

SMALLEST_RISE = 0.1
"""Least rise in natural-log units of power (0.4 dB), root mean square over bands. No machine keeps its level
more closely for days. A few long recordings, in which chance cancels, may do so for hours."""


RISES_ON = 3.0
"""Multiple of the rise within the baseline that a limit must allow, because the rise may continue."""


OUTLYING = 6.0
"""Robust standard deviations of the logarithm of a snapshot's distance from the others, beyond which it
stands out from them."""

OUTLYING_TIMES = 2.0
"""Least ratio of such a snapshot's distance to the usual one: smaller ones are wander."""

SEVERAL = 0.02
"""Share of outlying snapshots from which a baseline is doubted."""

FEWEST_SEVERAL = 2
"""Least number of them. 2 of 23,484 recordings of healthy channels stood out. Were it 1 in 1000, 4 % of all
healthy baselines of 40 would hold one, and 0.1 % two (binomial)."""

MOST_OUTLYING = 0.25
"""Largest share of snapshots that may be left out: more are no exception."""

UPPER_DEVIATION = 84.13
"""Percentile of a normal distribution one standard deviation above its mean."""


def outlying(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which snapshots stand out from the others by their features, for each channel.

    Args:
        features: (snapshots, channels, features).

    Returns:
        (snapshots, channels); at most `MOST_OUTLYING` of a channel's snapshots, the farthest.
    """
    middle = np.median(features, axis=0)
    away = np.abs(features - middle)
    usual = np.maximum(NORMAL_MAD * np.median(away, axis=0), SMALLEST_SCATTER)
    size = np.log(np.maximum(np.sqrt(np.square(away / usual).mean(axis=-1)), 1e-6))
    typical = np.median(size, axis=0)
    spread = NORMAL_MAD * np.median(np.abs(size - typical), axis=0)
    far: NDArray[np.bool_] = size > typical + np.maximum(OUTLYING * spread, np.log(OUTLYING_TIMES))
    most = int(MOST_OUTLYING * len(features))
    rank = (-size).argsort(axis=0).argsort(axis=0)
    chosen: NDArray[np.bool_] = far & (rank < most)
    return chosen


def are_several(odd: int, count: int) -> bool:
    """Return whether so many outlying snapshots of a baseline are a doubt about it."""
    return odd >= max(FEWEST_SEVERAL, SEVERAL * count)


def usual_features(
    held: NDArray[np.float32], left_out: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and scatter of each feature over the held-out snapshots of a channel but some.

    Args:
        held: (snapshots, channels, features).
        left_out: (snapshots, channels).
    """
    centre = np.empty(held.shape[1:], np.float32)
    spread = np.empty_like(centre)
    for channel in range(held.shape[1]):
        kept = held[~left_out[:, channel], channel]
        centre[channel] = kept.mean(axis=0, dtype=np.float64)
        spread[channel] = scatter(kept[:, None])[0]
    return centre, spread


def calibrate(errors: NDArray[np.float64], margin: float, tail: float, weight: float) -> NDArray[np.float32]:
    """Return the limit of each component from held-out healthy snapshots.

    The limit is `margin` times the median error, or, if errors scatter widely, `tail` standard deviations of
    their logarithm above its median: errors are positive and their scatter is a ratio. The standard deviation
    is that of the upper half: errors that fall to nothing say nothing of high ones. Either is widened for
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
    middle = np.median(logs, axis=0)
    wide = np.exp(middle + tail * (np.percentile(logs, UPPER_DEVIATION, axis=0) - middle))
    open_question = np.sqrt(1.0 + (2.0 - weight) / (weight * len(errors)))
    limit: NDArray[np.float32] = (
        open_question * np.maximum(margin * np.median(errors, axis=0), wide)
    ).astype(np.float32)
    return limit


def risen(
    residual: NDArray[np.float32],
    held_out: int,
    channels: Sequence[Sequence[int]],
    left_out: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the rise of each component from the training snapshots to those held out, less chance.

    A machine that drifts more slowly than its baseline lasts shows less scatter there than it will have.

    Args:
        residual: (snapshots, channels, features) of the whole baseline, standardised on those held out.
        held_out: number of held-out snapshots, the last ones.
        channels: of each component, from 1.
        left_out: (snapshots, channels), outlying ones: a single loud recording is not a rise.

    Returns:
        (components,), root mean square over features, in their standard deviations.
    """
    trained = len(residual) - held_out
    rise = _kept_mean(residual[trained:], left_out[trained:])
    rise -= _kept_mean(residual[:trained], left_out[:trained])
    # Half of the variance of a difference of two means lies above zero.
    chance = (1 / trained + 1 / held_out) / 2
    squares = component_errors(rise, np.ones(len(rise), np.bool_), channels) ** 2 - chance
    root: NDArray[np.float64] = np.sqrt(np.maximum(squares, 0.0))
    return root


def _kept_mean(residual: NDArray[np.float32], left_out: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the mean over snapshots of each feature, (channels, features), without those left out."""
    means = [residual[~left_out[:, channel], channel].mean(axis=0) for channel in range(residual.shape[1])]
    return np.stack(means)


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
