"""Errors of components from the residuals of their channels."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def excess(residual: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the squared part of a standardised residual that lies above the reconstruction.

    A defect adds energy. A machine that warms up or runs in loses some, for hours, and is not failing.
    """
    return np.square(np.maximum(residual, np.float32(0.0)))


def component_errors(
    residual: NDArray[np.float32],
    running: NDArray[np.bool_],
    channels: Sequence[Sequence[int]],
    group: int = 0,
    used: NDArray[np.float32] | None = None,
) -> NDArray[np.float64]:
    """Return each component's root mean square excess: over all features, or its worst group of bands.

    A defect often excites one resonance. Over all bands it is diluted by those that are as in health.

    Args:
        residual: (channels, features), standardised; the last feature is the level.
        running: (channels,).
        channels: of each component, counted from 1.
        group: adjacent bands in a group; 0 for the whole alone.
        used: (channels,) features that each channel has, the others being 0; None for all.

    Returns:
        (components,), the larger of the whole and the worst group of a running channel; NaN where none of a
        component's channels runs.
    """
    errors: NDArray[np.float64] = errors_of(residual[None], running, channels, group, used)[0]
    return errors


def errors_of(
    residuals: NDArray[np.float32],
    running: NDArray[np.bool_],
    channels: Sequence[Sequence[int]],
    group: int = 0,
    used: NDArray[np.float32] | None = None,
) -> NDArray[np.float64]:
    """Return the errors of several residuals at once, (residuals, components); see `component_errors`.

    Args:
        residuals: (residuals, channels, features).
        running: (channels,).
        channels: of each component, counted from 1.
        group: adjacent bands in a group; 0 for the whole alone.
        used: (channels,) features that each channel has; None for all.
    """
    squares = excess(residuals).astype(np.float64)
    whole = squares.mean(axis=-1)
    wholes: list[list[float]] = (whole if used is None else whole * (squares.shape[-1] / used)).tolist()
    worst = _worst_groups(squares, group)
    runs: list[bool] = running.tolist()
    known = [[index - 1 for index in own if runs[index - 1]] for own in channels]
    pairs = zip(wholes, worst, strict=True)
    return np.array([[_error(means, most, own) for own in known] for means, most in pairs], dtype=np.float64)


def _error(by_channel: Sequence[float], worst: Sequence[float], own: Sequence[int]) -> float:
    """Return the error of the component whose running channels (from 0) are its own; NaN without one."""
    if not own:
        return math.nan
    whole = sum(map(by_channel.__getitem__, own)) / len(own)
    return math.sqrt(max(whole, *map(worst.__getitem__, own)))


def _worst_groups(squares: NDArray[np.float64], group: int) -> list[list[float]]:
    """Return the largest mean over adjacent bands of each channel; 0 without groups."""
    bands = squares.shape[-1] - 1
    if not 0 < group < bands:
        return [[0.0] * squares.shape[1]] * len(squares)
    sums = np.zeros((*squares.shape[:-1], bands + 1))
    np.cumsum(squares[..., :-1], axis=-1, out=sums[..., 1:])
    found: list[list[float]] = ((sums[..., group:] - sums[..., :-group]).max(axis=-1) / group).tolist()
    return found


def running_channels(
    channels: Sequence[Sequence[int]], running: NDArray[np.bool_]
) -> tuple[tuple[int, ...], ...]:
    """Return the running channels (counted from 1) of each component; all if none runs."""
    return tuple(tuple(number for number in own if running[number - 1]) or tuple(own) for own in channels)


def component_windows(windows: NDArray[np.float32], channels: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Return window errors of components: the mean over their channels (counted from 1).

    Args:
        windows: (windows, channels).
        channels: of each component.

    Returns:
        (windows, components).
    """
    own = [windows[:, [number - 1 for number in numbers]].mean(axis=1) for numbers in channels]
    errors: NDArray[np.float32] = np.stack(own, axis=1)
    return errors
