"""Healthy snapshots during gathering, and the choice of those for learning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import Baseline
from engine.signals.quality import STOPPED_SHARE
from replay.run import Entry

MOST_MARKS = 1000
"""Learned snapshots whose marks a bundle keeps."""

FEWEST = 10
"""Least healthy snapshots for a scatter and a limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The values of a healthy snapshot that are kept during learning.

    `observed` is the model's input, `level` (its standard deviation) and `kurtosis` are float32 (channels,).
    `faulty`: a watched channel did not run. `lines` holds the strengths of fault lines by component,
    `mark` the beginning of the signal's digest, `slow` the values of slow sensors beside it.
    """

    entry: Entry
    observed: NDArray[np.float32]
    level: NDArray[np.float32]
    kurtosis: NDArray[np.float32]
    faulty: bool
    lines: Mapping[int, NDArray[np.float32]]
    mark: str = ""
    slow: tuple[float, ...] = ()


def heard_channels(sights: Sequence[Sight]) -> NDArray[np.bool_]:
    """Return which channels ran in which snapshots, (snapshots, channels)."""
    return np.stack([sight.level > 0 for sight in sights])


def usable_sights(
    sights: Sequence[Sight], watched: NDArray[np.bool_]
) -> tuple[list[Sight], NDArray[np.float32]]:
    """Return the snapshots to learn from, and the median level of each channel.

    In them every watched channel measures the machine. If there are too few, the channels that are mute in
    most snapshots are excluded: their level is 0.
    """
    live = [sight for sight in sights if not sight.faulty]
    if len(live) < FEWEST:
        kept = watched & ~mute_channels([sight.level for sight in sights], watched)
        live = with_channels(sights, watched, kept)
    if not live:
        return [], np.zeros(len(watched), np.float32)
    level = np.median([sight.level for sight in live], axis=0).astype(np.float32)
    asked = watched & (level > 0)
    loud = [sight for sight in live if (sight.level > STOPPED_SHARE * level)[asked].all()]
    return loud, level


def with_channels(
    sights: Iterable[Sight], watched: NDArray[np.bool_], kept: NDArray[np.bool_]
) -> list[Sight]:
    """Return the snapshots in which these watched channels run, at least one, and no other watched one does.

    Args:
        sights: of the snapshots.
        watched: (channels,).
        kept: (channels,), of those watched.
    """
    return [sight for sight in sights if kept.any() and bool(((sight.level > 0) == kept)[watched].all())]


def mute_channels(levels: Iterable[NDArray[np.float32]], watched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the watched channels, (channels,), that do not run in most snapshots of a running machine.

    Args:
        levels: (channels,) of each snapshot, as in `Sight`: 0 where a channel does not run.
        watched: (channels,).
    """
    heard = np.array([level > 0 for level in levels], np.bool_).reshape(-1, len(watched))
    turning = heard[heard[:, watched].any(axis=1)]
    mute: NDArray[np.bool_] = watched & (2 * turning.sum(axis=0) < len(turning))
    return mute


def mute_channel(levels: Iterable[NDArray[np.float32]], watched: NDArray[np.bool_]) -> str:
    """Return the channel that makes most snapshots unusable for training, in words; "" for none.

    Args:
        levels: (channels,) of each snapshot, as in `Sight`: 0 where a channel does not run.
        watched: (channels,).
    """
    mute = np.flatnonzero(mute_channels(levels, watched))
    if not len(mute):
        return ""
    return (
        f"channel {mute[0] + 1} carries no usable signal (constant, clipped or invalid) in most of the"
        " healthy recordings; mend the sensor, or leave the channel out of its [[component]]"
    )


def baseline_of(usable: Sequence[Sight], held_out: int, first_seen: Entry, first_mark: str) -> Baseline:
    """Describe the running snapshots, of which the last `held_out` set the limits.

    Args:
        usable: the running snapshots, oldest first.
        held_out: number of the last ones, which set the limits.
        first_seen: the first entry of the run, run-in included.
        first_mark: of the signal of that entry.
    """
    marks = [first_mark, *(one.mark for one in usable[:: -(-len(usable) // MOST_MARKS)])]
    return Baseline(
        count=len(usable),
        calibrated_on=held_out,
        first_seen=first_seen.time,
        start=usable[0].entry.time,
        end=usable[-1].entry.time,
        last_name=usable[-1].entry.name,
        marks=tuple(dict.fromkeys(filter(None, marks))),
    )
