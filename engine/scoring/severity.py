"""From residuals to severity: averages over snapshots, and limits that follow slow drift."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config.sections.core import LimitSettings
from engine.scoring.errors import errors_of

LARGEST = 4.0
"""Healthy standard deviations beyond which a residual counts no more for the patient average: a single odd
snapshot must not weigh on it for a day."""

FOLLOWED = 2.0
"""Healthy standard deviations beyond which a residual draws the usual value along no faster."""


@dataclass(frozen=True, slots=True, eq=False)
class Smoothing:
    """Averages of residuals over snapshots, float32 (channels, features) each.

    `quick` and `patient` are exponentially weighted averages with a large and a small weight of the newest
    snapshot; `followed` is how far the usual residual has wandered upwards since the baseline.
    """

    quick: NDArray[np.float32]
    patient: NDArray[np.float32]
    followed: NDArray[np.float32]

    def pack(self) -> dict[str, object]:
        """Return it in plain JSON types; floats keep every bit."""
        whole = np.stack([self.quick, self.patient, self.followed]).astype("<f4")
        return {"shape": list(whole.shape), "float32": base64.b64encode(whole.tobytes()).decode()}


def unpack_smoothing(data: Mapping[str, Any]) -> Smoothing:
    """Rebuild the result of `Smoothing.pack`."""
    flat = np.frombuffer(base64.b64decode(data["float32"]), "<f4").astype(np.float32)
    return Smoothing(*flat.reshape(data["shape"]))


def at_rest(shape: tuple[int, int]) -> Smoothing:
    """Return the averages before the first snapshot: all 0. `shape` is (channels, features)."""
    return Smoothing(*np.zeros((3, *shape), np.float32))


def smoothed(
    before: Smoothing, residual: NDArray[np.float32], running: NDArray[np.bool_], limits: LimitSettings
) -> Smoothing:
    """Apply one step of two multivariate exponentially weighted moving averages (Lowry et al. 1992).

    Signed residuals are averaged before their size is taken, so that noise cancels and a lasting error stays.

    Args:
        before: so far.
        residual: (channels, features) of this snapshot.
        running: (channels,) False keeps a channel as it was.
        limits: the weights.
    """
    now = residual - before.followed
    bounded = np.minimum(np.maximum(now, np.float32(-LARGEST)), np.float32(LARGEST))
    return Smoothing(
        moved(before.quick, now, limits.quick, running),
        moved(before.patient, bounded, limits.patient, running),
        before.followed,
    )


def moved(
    average: NDArray[np.float32], value: NDArray[np.float32], weight: float, running: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return an exponentially weighted average, (channels, ...), with one more value.

    Args:
        average: so far.
        value: of this snapshot.
        weight: of this snapshot.
        running: (channels,) False keeps a channel as it was.
    """
    return np.where(running[:, None], average + np.float32(weight) * (value - average), average)


def follow(
    before: Smoothing,
    residual: NDArray[np.float32],
    free: NDArray[np.bool_],
    adaptation: int,
    most: float = math.inf,
) -> Smoothing:
    """Let the usual residual follow slow drift upwards, too slowly to follow a fault.

    Only upwards, and never below the baseline: a machine that cools down and warms up again must find its
    old place.

    Args:
        before: so far.
        residual: (channels, features) of this snapshot.
        free: (channels,) False where the component is in question.
        adaptation: running snapshots in which it may move by one healthy standard deviation; 0 for never.
        most: healthy standard deviations that it may move in all.
    """
    if adaptation == 0:
        return before
    away = np.minimum(np.maximum(residual - before.followed, np.float32(-FOLLOWED)), np.float32(FOLLOWED))
    drawn = before.followed + away / np.float32(FOLLOWED * adaptation)
    drawn = np.minimum(np.maximum(drawn, np.float32(0.0)), np.float32(most))
    return Smoothing(before.quick, before.patient, np.where(free[:, None], drawn, before.followed))


def severities(
    smoothing: Smoothing,
    running: NDArray[np.bool_],
    channels: Sequence[Sequence[int]],
    limit: NDArray[np.float32],
    group: int = 0,
    used: NDArray[np.float32] | None = None,
) -> NDArray[np.float64]:
    """Return the errors of both averages over their limits.

    Args:
        smoothing: of the newest snapshot.
        running: (channels,).
        channels: of each component, counted from 1.
        limit: (2, components), of the quick and the patient average.
        group: adjacent bands in a group, as in `component_errors`.
        used: features of each channel, as there.

    Returns:
        (2, components), NaN where none of a component's channels runs. The severity is the larger.
    """
    averages = np.stack([smoothing.quick, smoothing.patient])
    return errors_of(averages, running, channels, group, used) / limit
