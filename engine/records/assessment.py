"""Assessments, and the facts, scores and quality that they store of each snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from engine.records.events import NewEvent
from engine.records.stored_settings import StoredSettings

Stamp = tuple[int, int]
"""Size of a file [bytes] and time of its last change [ns since 1970]; a file with an equal one is equal."""


class Quality(StrEnum):
    """Quality of a signal; only a running one is scored."""

    RUNNING = "running"
    STOPPED = "stopped"
    DEAD = "dead"
    CLIPPED = "clipped"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One pass of one model and its settings over one machine's snapshots.

    `key` identifies a pass: the same key means the same rows. `components` names the watched
    parts in display order, `channels` the 1-based sensor columns of each, `units` one unit a column.
    `expected` is the number of snapshots in a finished run, 0 for a machine watched live. `used` grows with
    each pass and each start of an engine, over all assessments of a store.
    """

    id: int
    machine_id: int
    machine: str
    key: str
    model: str
    seed: int
    run: str
    expected: int
    created_at: datetime
    components: tuple[str, ...]
    channels: tuple[tuple[int, ...], ...]
    units: tuple[str, ...]
    settings: StoredSettings = field(repr=False)
    used: int = field(default=0, compare=False)

    @property
    def live(self) -> bool:
        """Whether this is the live record of a watched machine, not the pass over a finished run."""
        return self.expected == 0


@dataclass(frozen=True, slots=True)
class Score:
    """One component in one snapshot.

    `error` is the reconstruction error, `severity` the smoothed error over `limit`; both are None where
    the snapshot was not running, severity also where it is not known yet. `share` is the component's
    contribution to the snapshot's error, 0 to 1 over all components.
    """

    component: str
    quality: Quality
    baseline: bool
    error: float | None
    limit: float | None
    severity: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """Facts of a recording that do not depend on a model.

    `figures` is float32 (channels, 4): standard deviation, peak, crest factor, kurtosis; the first two
    in the channel's unit. `velocity` is float32 (channels,) in mm/s RMS from 10 to 1000 Hz, NaN where the
    unit is not an acceleration, None where no channel measures acceleration. `content` is the digest of the
    recording (hex), "" where it is not known. `speed` is the shaft speed [Hz] that came with the recording,
    None without one.
    """

    name: str
    at: datetime
    sample_rate: float
    rows: int
    figures: NDArray[np.float32]
    velocity: NDArray[np.float32] | None = None
    content: str = ""
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The facts by which a store knows a judged recording again.

    `at` counts microseconds since 1970 UTC; `content` is the digest, "" where an earlier Raceway wrote it.
    """

    position: int
    at: int
    content: str
    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class Assessed:
    """Everything one snapshot adds to an assessment; stored whole or not at all.

    `position` counts the snapshots of the assessment from 0 in the order they were judged. `state` is the
    engine's running state after this snapshot, JSON; of snapshots that are stored together only the last
    one's is kept, and the others may have None. `picture` is packed for the console. A late snapshot
    is older than one that was judged before it: it is scored, and enters neither smoothing nor alarms.
    `stamp` is of the file that was read.
    """

    position: int
    snapshot: SnapshotFacts
    baseline: bool
    scores: tuple[Score, ...]
    events: tuple[NewEvent, ...]
    state: Mapping[str, object] | None
    picture: bytes | None
    late: bool = False
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Name and recording time of the snapshot that decides."""

    name: str
    at: datetime
