"""What an engine is doing: its phase, its heartbeat, an epoch of training."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
