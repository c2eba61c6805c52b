"""Quality of each channel's signal, decided before any model sees it."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.records.assessment import Quality
from engine.signals.statistics import median

STOPPED_SHARE = 0.08
"""Share of the running standard deviation (22 dB down); below it a channel measures no running machine. A
stopped IMS rig is at 1 to 3 %, the quietest running bearing loses a few dB. A range switch divides by 10 and
another unit (m/s² for g) by 9.81: nothing may depend on which side of such a border a recording falls."""

LOST_FALL = -22.0
"""Fall of the median band [dB], as far as `STOPPED_SHARE` of the level; below it mains hum or another line is
all that holds up the level. A cable that broke falls by 40 dB, a machine at half its speed by 12."""

DEAF_FALL = -13.0
"""Fall of the median band [dB], more than a fifth of the amplitude, from which a channel hardly measures its
bearing."""

WEAK_FALL = -5.0
"""Fall of the median band [dB], more than half of the amplitude, from which faults are seen late. Below what
the baseline went through, IMS rigs fall by 1.6 dB in weeks; see docs/detection.md."""

FAINTEST = -34.0
"""Fall of the median band [dB] down to which a quiet channel may still be a sensor with a small gain."""

ALIKE_SHARE = 0.6
"""Share of the bands' usual differences, below which the bands of a quiet channel keep their shape. Noise of
the sensor alone has a share near 1, a twentieth of the machine's vibration 0.2 to 0.4."""

LARGEST = 1e15
"""Far above any measurement in any unit; the square of a larger number soon exceeds float32."""

CLIPPED_SHARE = 0.01
"""Least share of a snapshot's rows at one end of the range for clipping. A failing bearing reaches the end in
single impacts (0.1 % on IMS Set 2); a saturated amplifier stays there."""

FEWEST_CLIPPED = 10
"""Least rows at one end for clipping, because one row is a large share of a short recording."""

NEAR_SHARE, NEAR_STEPS = 0.02, 5.5
"""Depth of the zone "near" an end: a share of the range or a number of converter steps, whichever is more.
The half step excludes rounding."""

FINEST = 0.001
"""Least converter step as a share of the range: a smaller one does not matter, and may be rounding."""

PILED_UP = 1.6
"""Ratio of rows at an end to rows near it that means clipping. A smooth peak is a parabola: it spends at most
1 / sqrt(6) of the time of the last six steps on the last one, a ratio of 0.7, and 1.5 with few samples. A
sine cut at 95 % of its height by 8 bits has 2.5, IMS vibration cut at two standard deviations 2 to 10."""

FEWEST_NEAR = 3
"""Least values near an end, or consecutive rows at it, to know how the signal reaches it: a tone of 8 rows a
period may have two equal highest rows, as if it were cut."""


def out_of_range(signal: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which channels, (channels,), of a signal (rows, channels) hold NaN or impossible values."""
    in_range: NDArray[np.bool_] = np.maximum(signal.max(axis=0), -signal.min(axis=0)) < LARGEST
    return ~in_range


def fall_of(spectrum: NDArray[np.float32], usual: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how far most bands of each channel lie above the usual ones [dB], (channels,).

    Args:
        spectrum: (channels, bands) [dB].
        usual: (channels, bands) [dB], the reconstruction.
    """
    return median(spectrum - usual, axis=-1)


def falls_alone(fall: NDArray[np.float64], running: NDArray[np.bool_]) -> tuple[dict[int, float], bool]:
    """Return the channels that fell while the others did not, with their fall [dB]; and whether most fell.

    Load and speed move all channels of a machine together, a sensor with a smaller gain falls alone. The only
    channel of a machine never does.

    Args:
        fall: (channels,) [dB], from `fall_of`; NaN for a channel that follows no bearing.
        running: (channels,), watched and running.
    """
    judged = np.flatnonzero(running & np.isfinite(fall)).tolist()
    fell = [channel for channel in judged if fall[channel] <= WEAK_FALL]
    found = {}
    for channel in fell:
        others = [fall[other] for other in judged if other != channel]
        own = max(fall[channel], fall[channel] - np.median(others)) if others else 0.0
        if own <= WEAK_FALL:
            found[channel] = float(own)
    return found, 2 * len(fell) > len(judged)


def keep_shape(spectrum: NDArray[np.float32], usual: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where, (channels,), bands that fell show what a sensor with a smaller gain would show.

    Arguments are those of `fall_of`.
    """
    above = spectrum - usual
    shift = median(above, axis=-1)
    shape = median(np.abs(usual - median(usual, axis=-1)[:, None]), axis=-1)
    rest = median(np.abs(above - shift[:, None]), axis=-1)
    return (shift > FAINTEST) & (rest <= ALIKE_SHARE * shape)


def channel_quality(
    columns: NDArray[np.float32],
    invalid: NDArray[np.bool_],
    running_level: NDArray[np.float32] | None,
    watched: NDArray[np.bool_],
    lost: NDArray[np.bool_] | None = None,
) -> tuple[Quality, ...]:
    """Return the quality of each channel of a snapshot.

    Args:
        columns: (channels, rows), each less its mean, from `features.centred`; 0 where invalid.
        invalid: (channels,), from `out_of_range`; or a channel without a baseline.
        running_level: (channels,) usual standard deviation of the running machine, None while unknown.
        watched: (channels,) False for a column that does not belong to the machine.
        lost: (channels,) True where the bands are as low as at a stop although the level is not, as where a
            broken cable picks up hum; None for none.

    Returns:
        One quality for each channel. Quiet channels are "stopped" if all watched ones are quiet, "dead" if
        others still measure the machine; a constant channel beside live ones is "dead" too.
    """
    highest, lowest = columns.max(axis=1), columns.min(axis=1)
    level = np.sqrt(np.einsum("ij,ij->i", columns, columns) / columns.shape[1])
    floor = np.zeros_like(level) if running_level is None else STOPPED_SHARE * running_level
    quiet: NDArray[np.bool_] = (level <= floor) | (highest == lowest)
    if lost is not None:
        quiet = quiet | lost
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


def copies(signal: NDArray[np.float32], watched: NDArray[np.bool_]) -> dict[int, int]:
    """Return the watched channels whose rows are those of another, each with that channel, counted from 0.

    Two sensors never measure equal noise: the recorder or its wiring gives one signal twice, and which of the
    two places is not watched cannot be seen.

    Args:
        signal: (rows, channels), as recorded.
        watched: (channels,).
    """
    rows, found = len(signal), dict[int, int]()
    # Three rows part nearly all channels; only what is equal there is compared as a whole.
    probe = signal[[0, rows // 3, rows - 1]].T
    seen: dict[bytes, int] = {}
    for channel in np.flatnonzero(watched).tolist():
        other = seen.setdefault(probe[channel].tobytes(), channel)
        if other == channel or (signal[:, channel] == signal[0, channel]).all():
            continue
        if np.array_equal(signal[:, channel], signal[:, other]):
            found[channel] = other
            found.setdefault(other, channel)
    return found


def marks_of(figures: NDArray[np.float32]) -> tuple[int, ...]:
    """Return a checksum of each channel's figures, (channels, figures): equal signals have equal ones."""
    return tuple(crc32(row.tobytes()) for row in figures)


def repeated(before: Sequence[int], marks: Sequence[int], running: NDArray[np.bool_]) -> frozenset[int]:
    """Return the channels that repeat their signal of the recording before, while another one does not.

    Where all repeat it, the recording itself comes twice.

    Args:
        before: from `marks_of`, of the recording before; empty where there was none.
        marks: of this one.
        running: (channels,), watched and running.
    """
    columns = np.flatnonzero(running).tolist() if before else []
    found = frozenset(column for column in columns if before[column] == marks[column])
    return found if len(found) < len(columns) else frozenset()


def is_clipped(column: NDArray[np.float32]) -> bool:
    """Return whether a channel, (rows,), stays at an end of its range."""
    return _is_cut(column, (column.min(), column.max()))


def _is_cut(signal: NDArray[np.float32], ends: tuple[np.float32, np.float32]) -> bool:
    """Return whether a signal, (rows,), stays at one of its two ends longer than near it.

    A quantised sine stays at its peak too, but it is near the peak for longer.
    """
    fewest = max(CLIPPED_SHARE * len(signal), FEWEST_CLIPPED)
    # Most signals reach their ends in single rows, which needs no sorting.
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
    """Return the converter's step, from the ascending values that occur, not finer than matters here.

    A tone that is synchronous with its sampling has few values; then their gaps differ by a step.
    """
    apart = np.diff(values)
    differences = np.diff(np.sort(apart))
    return float(min(apart.min(), differences[differences > FINEST * apart.sum()].min(initial=np.inf)))


def stands_still(channels: Sequence[Quality], watched: NDArray[np.bool_]) -> bool:
    """Return whether the machine stopped: every watched valid channel is quiet, and there is one.

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
"""Most different values of a converter without a signal: a code and its neighbours."""

SILENT_SHARE = 0.001
"""Share of the running standard deviation (60 dB down): working sensors measure more from the surroundings
of a stopped machine, at least 1 % on the IMS rig."""


def is_silent(
    columns: NDArray[np.float32],
    quality: Sequence[Quality],
    running_level: NDArray[np.float32],
    watched: NDArray[np.bool_],
    doubtful: NDArray[np.bool_] | None = None,
) -> bool:
    """Return whether every channel of a stopped machine is constant or converter noise, or one is in doubt.

    Args:
        columns: (channels, rows), each less its mean.
        quality: of each channel, from `channel_quality`.
        running_level: (channels,) usual standard deviation of the running machine.
        watched: (channels,).
        doubtful: (channels,) True where the signal is none of a stopped machine; None for none.
    """
    if not stands_still(quality, watched):
        return False
    if doubtful is not None and (doubtful & watched).any():
        return True
    own = [channel for channel, one in enumerate(quality) if watched[channel] and one is Quality.STOPPED]
    return all(
        columns[channel].std() <= SILENT_SHARE * running_level[channel]
        or len(np.unique(columns[channel])) <= IDLE_CODES
        for channel in own
    )


STUCK_ROWS = 16
"""Equal rows one after the other that a sensor's noise does not give: its signal drops out."""

STUCK_SHARE = 0.05
"""Share of a recording's rows, at least, that are stuck where a signal drops out."""

COARSE_STEPS = 4
"""Converter steps, at least, between most neighbouring rows: a signal of few codes repeats them anyway."""


def drops_out(column: NDArray[np.float32]) -> bool:
    """Return whether a signal, (rows,), stays at one value again and again within a recording.

    Rows at the start and the end do not count: recorders fill up what is missing there. Nor does a signal
    whose values are held for several rows each, as one written at a higher rate than it was measured.
    """
    still = column[1:] == column[:-1]
    if np.count_nonzero(still) < STUCK_SHARE * len(column):
        return False
    moving = ~still
    if 2 * np.count_nonzero(moving[1:] & moving[:-1]) < np.count_nonzero(moving):
        return False
    moves = np.sort(np.abs(np.diff(column)[moving]))
    if not len(moves) or moves[len(moves) // 2] < COARSE_STEPS * moves[0]:
        return False
    # Edges of runs: +1 where one begins, -1 where it ended.
    edge = np.diff(still.astype(np.int8), prepend=0, append=0)
    begin, end = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    inner = (begin > 0) & (end < len(still)) & (end - begin >= STUCK_ROWS)
    return bool((end - begin)[inner].sum() >= STUCK_SHARE * len(column))


WORST_FIRST = (Quality.INVALID, Quality.DEAD, Quality.CLIPPED)


def component_quality(channels: Sequence[Quality], numbers: Sequence[int]) -> Quality:
    """Return the quality of a component from those of its channels (from 1).

    It runs if one of its channels runs, and is scored on those: a dead sensor rings itself and must not mute
    a bearing that another sensor still measures. Likewise it is stopped if one of them is. Else it has the
    quality of its worst channel.
    """
    own = [channels[number - 1] for number in numbers]
    for told in (Quality.RUNNING, Quality.STOPPED):
        if told in own:
            return told
    return min(own, key=WORST_FIRST.index)
