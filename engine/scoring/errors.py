"""What error is too much: errors of components, their smoothing, and the limit set on held-out snapshots."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PRIOR = 20
"""Healthy snapshots that the pooled scatter of a channel counts for, beside each feature's own: with a
handful of snapshots a feature's own standard deviation is mostly chance."""

SMALLEST_SCATTER = 0.02
"""Natural-log units (0.09 dB): steadier than this nothing recorded is."""

SMALLEST_RISE = 0.1
"""Natural-log units of power (0.4 dB), root mean square over bands: no machine holds its level so closely for
days, though a few long recordings, in which chance cancels, may say so of hours."""

RISES_ON = 3.0
"""Times the rise within the baseline that a limit must leave room for: what rose there is not at its end."""


def scatter(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard deviation of each feature over snapshots, drawn towards its channel's typical one.

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


def excess(residual: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared part of a standardised residual that lies above the reconstruction.

    A defect adds energy. A machine that warms up or runs in loses some, for hours, and is not failing.
    """
    return np.square(np.maximum(residual, np.float32(0.0)))


def component_errors(
    residual: NDArray[np.float32], running: NDArray[np.bool_], channels: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """The error of each component: root mean square excess over the features of its running channels.

    Args:
        residual: (channels, features), standardised.
        running: (channels,).
        channels: of each component, counted from 1.

    Returns:
        (components,), NaN where none of a component's channels runs.
    """
    by_channel: list[float] = excess(residual).mean(axis=1, dtype=np.float64).tolist()
    runs: list[bool] = running.tolist()
    errors = []
    for own in channels:
        heard = [by_channel[index - 1] for index in own if runs[index - 1]]
        errors.append(math.sqrt(sum(heard) / len(heard)) if heard else math.nan)
    return np.array(errors, dtype=np.float64)


def median(values: NDArray[np.floating], axis: int) -> NDArray[np.float64]:
    """Median along an axis of at least one value; NaN where one of them is.

    As `np.median`, whose preparations take ten times as long as a few dozen numbers need.
    """
    count = values.shape[axis]
    low, high = (count - 1) // 2, count // 2
    ordered = np.sort(values, axis=axis)
    middle = (ordered.take(low, axis).astype(np.float64) + ordered.take(high, axis)) / 2
    whole: NDArray[np.float64] = np.where(np.isnan(ordered.take(count - 1, axis)), np.nan, middle)
    return whole


def log_errors(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of errors; an error of 0 becomes a very small one, NaN stays."""
    logs: NDArray[np.float64] = np.log(np.maximum(errors, 1e-6))
    return logs


def component_windows(windows: NDArray[np.float32], channels: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Window errors of components: the mean over their channels (counted from 1).

    Args:
        windows: (windows, channels).
        channels: of each component.

    Returns:
        (windows, components).
    """
    own = [windows[:, [number - 1 for number in numbers]].mean(axis=1) for numbers in channels]
    errors: NDArray[np.float32] = np.stack(own, axis=1)
    return errors


def calibrate(errors: NDArray[np.float64], margin: float, tail: float, weight: float) -> NDArray[np.float32]:
    """Set the limit of each component on held-out healthy snapshots.

    The limit is `margin` times the median error, or, where errors scatter widely, `tail` standard
    deviations of their logarithm above its mean: errors are positive and their scatter is a ratio. Either is
    widened for what the few snapshots leave open: residuals are centred on their mean, which itself is
    uncertain by one n-th of their variance, and averaging over snapshots does not lessen that.

    Args:
        errors: (snapshots, components), smoothed, of snapshots the network was not trained on.
        margin: at least 1.
        tail: in standard deviations.
        weight: of the newest snapshot in the smoothing; its variance is weight / (2 - weight) of one's.

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
    """How far each component rose from the snapshots trained on to those held out, chance taken off.

    A machine that wanders more slowly than its baseline lasts shows less scatter there than it will have.

    Args:
        residual: (snapshots, channels, features) of the whole baseline, standardised on those held out.
        held_out: so many of the last ones.
        channels: of each component, counted from 1.

    Returns:
        (components,), root mean square over features, in their standard deviations.
    """
    trained = residual[:-held_out]
    rise = residual[-held_out:].mean(axis=0) - trained.mean(axis=0)
    # Of the variance of a difference of two means, half lies above zero.
    chance = (1 / len(trained) + 1 / held_out) / 2
    squares = component_errors(rise, np.ones(len(rise), np.bool_), channels) ** 2 - chance
    root: NDArray[np.float64] = np.sqrt(np.maximum(squares, 0.0))
    return root


def least_limit(
    rise: NDArray[np.float64], usual: NDArray[np.float32], channels: Sequence[Sequence[int]]
) -> NDArray[np.float32]:
    """The limit of each component below which it would ring for what healthy machines do.

    Args:
        rise: (components,), from `risen`.
        usual: (channels, features), healthy standard deviations in natural-log units of power.
        channels: of each component, counted from 1.

    Returns:
        (components,).
    """
    steady = np.median(usual, axis=-1)
    smallest = np.array([SMALLEST_RISE / steady[[number - 1 for number in own]].mean() for own in channels])
    least: NDArray[np.float32] = np.maximum(RISES_ON * rise, smallest).astype(np.float32)
    return least
