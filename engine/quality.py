"""Is there a signal to score? Decided for each channel before any model looks at it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.records import Quality

STOPPED_SHARE = 0.1
"""Of the running standard deviation (20 dB down): below it a channel has no machine to hear. A stopped
IMS rig is at 1 to 3 %, the quietest running bearing loses a few dB."""

LARGEST = 1e15
"""Far above anything recorded in any unit; the square of a larger number soon leaves float32."""

CLIPPED_SHARE = 0.01
"""Of a snapshot's rows at one end of the range. A failing bearing touches the end in single impacts (0.1 %
on IMS Set 2); a saturated amplifier sits there."""


FEWEST_CLIPPED = 10
"""Rows at one end below which nothing is called clipped: of a short recording one row is a large share."""


def channel_quality(
    signal: NDArray[np.float32], running_level: NDArray[np.float32] | None, watched: NDArray[np.bool_]
) -> tuple[Quality, ...]:
    """Judge each channel of a snapshot.

    Args:
        signal: (rows, channels).
        running_level: (channels,) usual standard deviation of the running machine, None while unknown.
        watched: (channels,) False for a column that says nothing of the machine.

    Returns:
        One quality a channel. Quiet channels are "stopped" when all that are watched are quiet, "dead" when
        others still hear the machine; a constant channel beside live ones is "dead" too.
    """
    highest, lowest = signal.max(axis=0), signal.min(axis=0)
    invalid: NDArray[np.bool_] = ~(np.maximum(np.abs(highest), np.abs(lowest)) < LARGEST)
    if invalid.any():
        judged = np.where(invalid, np.float32(0.0), signal)
        rest = channel_quality(judged, running_level, watched & ~invalid)
        return tuple(Quality.INVALID if bad else one for bad, one in zip(invalid.tolist(), rest, strict=True))
    level = signal.std(axis=0)
    floor = np.zeros_like(level) if running_level is None else STOPPED_SHARE * running_level
    quiet: NDArray[np.bool_] = (level <= floor) | (highest == lowest)
    if watched.any() and quiet[watched].all():
        return (Quality.STOPPED,) * len(quiet)
    ends = np.maximum(np.count_nonzero(signal == highest, axis=0), np.count_nonzero(signal == lowest, axis=0))
    clipped = ends >= max(CLIPPED_SHARE * len(signal), FEWEST_CLIPPED)
    return tuple(
        Quality.DEAD if is_quiet else Quality.CLIPPED if is_clipped else Quality.RUNNING
        for is_quiet, is_clipped in zip(quiet.tolist(), clipped.tolist(), strict=True)
    )


WORST_FIRST = (Quality.INVALID, Quality.DEAD, Quality.CLIPPED, Quality.STOPPED, Quality.RUNNING)


def component_quality(channels: Sequence[Quality], numbers: Sequence[int]) -> Quality:
    """The quality of a component from those of its channels (counted from 1).

    It runs while one of its channels does, and is then scored on those that run: a dead sensor rings for
    itself and must not mute the bearing that its neighbour still hears. Otherwise it is as its worst.
    """
    own = [channels[number - 1] for number in numbers]
    return Quality.RUNNING if Quality.RUNNING in own else min(own, key=WORST_FIRST.index)
