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
    residual: NDArray[np.float32], running: NDArray[np.bool_], channels: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    """Return each component's root mean square excess over the features of its running channels.

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
        known = [by_channel[index - 1] for index in own if runs[index - 1]]
        errors.append(math.sqrt(sum(known) / len(known)) if known else math.nan)
    return np.array(errors, dtype=np.float64)


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
