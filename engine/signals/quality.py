"""Quality of each channel's signal, decided before any model sees it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.records.assessment import Quality

STOPPED_SHARE = 0.1
"""Share of the running standard deviation (20 dB down); below it a channel measures no running machine. A
stopped IMS rig is at 1 to 3 %, the quietest running bearing loses a few dB."""

LARGEST = 1e15
"""Far above any measurement in any unit; the square of a larger number soon exceeds float32."""

CLIPPED_SHARE = 0.01
"""Of a snapshot's rows at one end of the range: fewer are not called clipped. A failing bearing touches the
end in single impacts (0.1 % on IMS Set 2); a saturated amplifier sits there."""

FEWEST_CLIPPED = 10
"""Rows at one end below which nothing is called clipped: of a short recording one row is a large share."""

NEAR_SHARE, NEAR_STEPS = 0.02, 5.5
"""How deep below an end "near" reaches: a share of the range or so many steps of the converter, whichever is
more. Half a step keeps rounding out of the question."""

FINEST = 0.001
"""Of the range: a smaller step is far below what the share makes of it, and may be rounding of numbers."""

PILED_UP = 1.6
"""Times as many rows at an end as near it. A smooth peak is a parabola: on the last of six steps it spends at
most 1 / sqrt(6) of the time of all six, which makes 0.7, and 1.5 where a few samples stand for that time. A
sine cut at 95 % of its height by 8 bits has 2.5, IMS vibration cut at two standard deviations 2 to 10."""

FEWEST_NEAR = 3
"""Values near an end, or rows in a row at it, without which nothing is known of how the signal goes there: of
a tone of 8 rows a period the two highest may be alike, as if it were cut."""


def out_of_range(signal: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which channels, (channels,), of a signal (rows, channels) hold NaN, or what nothing measures."""
    in_range: NDArray[np.bool_] = np.maximum(signal.max(axis=0), -signal.min(axis=0)) < LARGEST
    return ~in_range


def channel_quality(
    columns: NDArray[np.float32],
    invalid: NDArray[np.bool_],
    running_level: NDArray[np.float32] | None,
    watched: NDArray[np.bool_],
) -> tuple[Quality, ...]:
    """Judge each channel of a snapshot.

    Args:
        columns: (channels, rows), each about its mean, as `features.centred` gives them; 0 where invalid.
        invalid: (channels,), from `out_of_range`; or a channel that no baseline knows.
        running_level: (channels,) usual standard deviation of the running machine, None while unknown.
        watched: (channels,) False for a column that says nothing of the machine.

    Returns:
        One quality a channel. Quiet channels are "stopped" when all that are watched are quiet, "dead" when
        others still hear the machine; a constant channel beside live ones is "dead" too.
    """
    highest, lowest = columns.max(axis=1), columns.min(axis=1)
    level = np.sqrt(np.einsum("ij,ij->i", columns, columns) / columns.shape[1])
    floor = np.zeros_like(level) if running_level is None else STOPPED_SHARE * running_level
    quiet: NDArray[np.bool_] = (level <= floor) | (highest == lowest)
    asked = watched & ~invalid
    stopped = asked.any() and quiet[asked].all()

    def judged(
        is_invalid: bool, is_quiet: bool, column: NDArray[np.float32], ends: tuple[np.float32, np.float32]
    ) -> Quality:
        if is_invalid:
            return Quality.INVALID
        if stopped:
            return Quality.STOPPED
        if is_quiet:
            return Quality.DEAD
        return Quality.CLIPPED if _is_cut(column, ends) else Quality.RUNNING

    ends = zip(lowest, highest, strict=True)
    return tuple(map(judged, invalid.tolist(), quiet.tolist(), columns, ends))


def _is_cut(signal: NDArray[np.float32], ends: tuple[np.float32, np.float32]) -> bool:
    """Whether a signal, (rows,) between two different ends, sits at one of them longer than its way there.

    A sine in steps dwells at its peak too, but comes and goes slowly: it is near the peak longer still.
    """
    fewest = max(CLIPPED_SHARE * len(signal), FEWEST_CLIPPED)
    # Most signals touch their ends in single rows, which is seen without sorting them.
    if max(np.count_nonzero(signal == end) for end in ends) < fewest:
        return False
    values, rows = np.unique(signal.astype(np.float64), return_counts=True)
    near = max(NEAR_SHARE * (values[-1] - values[0]), NEAR_STEPS * _step(values))
    for end, inward, there in ((values[0], values, rows), (values[-1], values[::-1], rows[::-1])):
        # The opposite end is never near: a signal of two values is cut at both.
        within = int(np.count_nonzero(np.abs(inward[1:-1] - end) <= near))
        if there[0] >= fewest and there[0] > PILED_UP * there[1 : 1 + within].sum():
            at = signal == end
            if within >= FEWEST_NEAR or (at[:-2] & at[1:-1] & at[2:]).any():
                return True
    return False


def _step(values: NDArray[np.float64]) -> float:
    """The converter's step, by the ascending values that occur; a finer one than matters here is not sought.

    Of a tone in time with its sampling few values occur: what lies between them then differs by a step.
    """
    apart = np.diff(values)
    differences = np.diff(np.sort(apart))
    return float(min(apart.min(), differences[differences > FINEST * apart.sum()].min(initial=np.inf)))


def stands_still(channels: Sequence[Quality], watched: NDArray[np.bool_]) -> bool:
    """Whether the machine stopped: every watched channel that can be read is quiet, and there is one.

    Args:
        channels: quality of each.
        watched: (channels,).
    """
    readable = {
        quality
        for quality, asked in zip(channels, watched.tolist(), strict=True)
        if asked and quality is not Quality.INVALID
    }
    return readable == {Quality.STOPPED}


IDLE_CODES = 3
"""Different values that a converter without a signal gives: a code and its neighbours."""

SILENT_SHARE = 0.001
"""Of the running standard deviation (60 dB down): working sensors measure more of a stopped machine's
surroundings, at least 1 % on the IMS rig."""


def is_silent(
    columns: NDArray[np.float32],
    quality: Sequence[Quality],
    running_level: NDArray[np.float32],
    watched: NDArray[np.bool_],
) -> bool:
    """Whether no channel of a stopped machine measures anything: constant, or within the converter's noise.

    Args:
        columns: (channels, rows), each about its mean.
        quality: of each channel, from `channel_quality`.
        running_level: (channels,) usual standard deviation of the running machine.
        watched: (channels,).
    """
    if not stands_still(quality, watched):
        return False
    own = [channel for channel, one in enumerate(quality) if watched[channel] and one is Quality.STOPPED]
    return all(
        columns[channel].std() <= SILENT_SHARE * running_level[channel]
        or len(np.unique(columns[channel])) <= IDLE_CODES
        for channel in own
    )


WORST_FIRST = (Quality.INVALID, Quality.DEAD, Quality.CLIPPED)


def component_quality(channels: Sequence[Quality], numbers: Sequence[int]) -> Quality:
    """The quality of a component from those of its channels (counted from 1).

    It runs while one of its channels does, and is then scored on those that run: a dead sensor rings for
    itself and must not mute the bearing that its neighbour still hears. A stop explains silence in the same
    way. Otherwise it is as its worst.
    """
    own = [channels[number - 1] for number in numbers]
    for told in (Quality.RUNNING, Quality.STOPPED):
        if told in own:
            return told
    return min(own, key=WORST_FIRST.index)
