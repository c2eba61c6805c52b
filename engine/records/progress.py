"""Progress of an engine: its phase, its heartbeat, an epoch of training."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Phase(StrEnum):
    """Phase of the engine, as its heartbeat states it."""

    STARTING = "starting"
    READING = "reading baseline"
    LEARNING = "learning"
    SCORING = "scoring"
    GATHERING = "gathering"
    WATCHING = "watching"
    NO_FOLDER = "folder missing"
    HOLDING = "holding recordings back"
    PAUSED = "intake paused"
    FINISHED = "scored"
    ENDED = "ended"
    FAILED = "failed"
    REMOVED = "removed"


AT_WORK = frozenset(
    {
        Phase.STARTING,
        Phase.READING,
        Phase.LEARNING,
        Phase.GATHERING,
        Phase.SCORING,
        Phase.WATCHING,
        Phase.NO_FOLDER,
        Phase.HOLDING,
    }
)
"""Phases in which an engine beats every 2 s."""

HINDERED = frozenset({Phase.NO_FOLDER, Phase.HOLDING, Phase.PAUSED})
"""Phases in which an engine works on a machine and does not judge its recordings as they come."""

SILENCE = timedelta(seconds=8)
"""An engine without a heartbeat for so long is dead or hung; its end is to show within 10 s."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last report of an engine. `beat_at` is the wall clock; done and total count snapshots."""

    beat_at: datetime
    pid: int
    phase: Phase
    done: int
    total: int
    message: str

    def is_silent(self, now: datetime) -> bool:
        """Whether the heartbeat is too old, or lies in the future: then the clock was set back since."""
        return abs(now - self.beat_at) > SILENCE

    def is_watching(self, now: datetime) -> bool:
        """Whether the engine is at work on the machine: it has a recent heartbeat, and can take files in."""
        without = (Phase.STARTING, Phase.NO_FOLDER)
        return self.phase in AT_WORK and self.phase not in without and not self.is_silent(now)


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass of training over the baseline, with its two losses."""

    epoch: int
    loss: float
    validation_loss: float


def learned_from(snapshots: int) -> str:
    """Return the start of a heartbeat's message while a baseline is learned from so many snapshots."""
    return f"from {snapshots} snapshots"


def source_of(message: str) -> int | None:
    """Return the number of snapshots in the message of such a heartbeat, None where it names none."""
    found = re.match(r"from (\d{1,9}) snapshots\b", message)
    return int(found[1]) if found else None
