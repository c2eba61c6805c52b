"""The values that the store keeps and hands out: plain frozen facts, no database in sight.

Times are aware UTC datetimes. `at` is recording time, `recorded_at` is the wall clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Quality(StrEnum):
    """Whether there is a signal to score."""

    RUNNING = "running"
    STOPPED = "stopped"
    DEAD = "dead"
    CLIPPED = "clipped"
    INVALID = "invalid"


class EventKind(StrEnum):
    """What happened. Raised and escalated are the two that ring."""

    LEARNED = "baseline learned"
    RAISED = "raised"
    ESCALATED = "escalated"
    CLEARED = "cleared"
    DIAGNOSED = "diagnosed"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    ACCEPTED = "baseline accepted"
    STARTED = "engine started"
    FINISHED = "engine finished"
    FAILED = "engine failed"
    STOPPED = "machine stopped"
    RESTARTED = "machine running"
    CONDITION = "condition changed"
    DRIFTED = "errors drifted"
    BUNDLE = "bundle in use"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    RETIRED = "out of service"
    REINSTATED = "returned to service"
    REQUESTED = "requested"
    ANSWERED = "answered"
    NOTIFIED = "notified"
    INTAKE_PAUSED = "intake paused"
    INTAKE_RESUMED = "intake resumed"


RINGS = frozenset({EventKind.RAISED, EventKind.ESCALATED})

OPERATOR_KINDS = frozenset(
    {
        EventKind.ACKNOWLEDGED,
        EventKind.NOTED,
        EventKind.SHELVED,
        EventKind.UNSHELVED,
        EventKind.RETIRED,
        EventKind.REINSTATED,
    }
)
"""What operators do about alarms. It belongs to the session in which it was done, and to no other."""


class Action(StrEnum):
    """What an operator may ask of the engine."""

    ACCEPT = "accept"
    RELEARN = "relearn"
    SWITCH = "switch"
    RETRY = "retry"


class Outcome(StrEnum):
    """What became of a file in the watched directory.

    Taken and late files are scored. A duplicate holds what was taken before at its time, a conflict something
    else; a repeated one holds the signal of another time.
    """

    TAKEN = "taken"
    LATE = "late"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REPEATED = "repeated"
    QUARANTINED = "quarantined"


REFUSED = frozenset({Outcome.CONFLICT, Outcome.REPEATED, Outcome.QUARANTINED})


class Priority(StrEnum):
    """How soon somebody must act: low is an advisory, medium a limit crossed, high severe."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Cause(StrEnum):
    """Why an alarm was raised."""

    LIMIT = "limit"
    TREND = "trend"
    SENSOR_DEAD = "sensor dead"
    SENSOR_CLIPPED = "sensor clipped"
    STOPPED = "stopped"
    NO_DATA = "no data"
    CONDITION = "condition changed"
    ENGINE_FAILED = "engine failed"
    MODEL_MISSING = "model missing"


class Phase(StrEnum):
    """What the engine is doing, as its heartbeat tells."""

    READING = "reading baseline"
    LEARNING = "learning"
    SCORING = "scoring"
    GATHERING = "gathering"
    WATCHING = "watching"
    PAUSED = "intake paused"
    FINISHED = "scored"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One pass of one model and its settings over one machine's snapshots.

    `key` tells two passes apart: the same key means the same rows. `components` names the watched
    parts in display order, `channels` the 1-based sensor columns of each, `units` one unit a column.
    `expected` is the number of snapshots in a finished run, 0 for a machine watched live.
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
    settings: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Score:
    """One component in one snapshot.

    `error` is the reconstruction error, `severity` the smoothed error over `limit`; both are None where
    the snapshot was not running, severity also where it cannot be told yet. `share` is the component's
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
    """What is kept of a recording whatever model looks at it.

    `figures` is float32 (channels, 4): standard deviation, peak, crest factor, kurtosis; the first two
    in the channel's unit. `velocity` is float32 (channels,) in mm/s RMS from 10 to 1000 Hz, NaN where the
    unit is no acceleration, None where no channel tells it.
    """

    name: str
    at: datetime
    sample_rate: float
    rows: int
    figures: NDArray[np.float32]
    velocity: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before the store numbers it. `ring` is the seq that an acknowledgement saw."""

    kind: EventKind
    at: datetime
    source: str = "engine"
    component: str = ""
    alarm: str = ""
    ring: int | None = None
    session: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event. `session` is empty for the live record and for what the engine says."""

    seq: int
    kind: EventKind
    at: datetime
    recorded_at: datetime
    source: str
    component: str
    alarm: str
    ring: int | None
    session: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Assessed:
    """Everything one snapshot adds to an assessment; stored whole or not at all.

    `position` counts the snapshots of the assessment from 0 in the order they were judged. `state` is the
    engine's running state after this snapshot, JSON; of snapshots that are stored together only the last
    one's is kept, and the others may have None. `picture` is what the console draws, packed. A late snapshot
    is older than one that was judged before it: it is scored, and enters neither smoothing nor alarms.
    """

    position: int
    snapshot: SnapshotFacts
    baseline: bool
    scores: tuple[Score, ...]
    events: tuple[NewEvent, ...]
    state: Mapping[str, object] | None
    picture: bytes | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one file; a row of the ledger.

    `raw` holds the bytes of the file's name, `name` what of it can be shown; `size`, `modified_ns` and
    `inode` are those of the file when it was dealt with. `at` is the recording time, `digest` the SHA-256
    (hex) of the signal; both are None where the file does not tell.
    """

    raw: bytes
    name: str
    size: int
    modified_ns: int
    inode: int
    outcome: Outcome
    at: datetime | None = None
    digest: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that stands refused, why, and since when by the wall clock."""

    raw: bytes
    name: str
    outcome: Outcome
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """The scored snapshots of one assessment in time order, as columns.

    `positions` (n,) int64, `at` (n,) int64 microseconds since 1970 UTC, `names` n file names,
    `baseline` (n,) bool; `error`, `limit`, `severity`, `share` float64 (n, components) with NaN where there
    is none; `quality` (n, components) of Quality values as str objects; `figures` float32
    (n, channels, 4); `velocity` float32 (n, channels) in mm/s RMS, NaN where there is none.
    """

    positions: NDArray[np.int64]
    at: NDArray[np.int64]
    names: tuple[str, ...]
    baseline: NDArray[np.bool_]
    error: NDArray[np.float64]
    limit: NDArray[np.float64]
    severity: NDArray[np.float64]
    share: NDArray[np.float64]
    quality: NDArray[np.object_]
    figures: NDArray[np.float32]
    velocity: NDArray[np.float32]

    def __len__(self) -> int:
        """Count the snapshots."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the engine last said of itself. `beat_at` is the wall clock; done and total count snapshots."""

    beat_at: datetime
    pid: int
    phase: Phase
    done: int
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass of training over the baseline, with its two losses."""

    epoch: int
    loss: float
    validation_loss: float


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The answer to an acknowledgement: stored, or somebody else's was there first."""

    stored: bool
    by: str
    at: datetime
    recorded_at: datetime
