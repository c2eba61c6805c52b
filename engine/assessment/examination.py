"""Reads and examines one recording without the store, so that a second process can do it.

It imports only what that needs, so that the second process starts fast.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.scoring.scorer import Examination, Scorer
from replay.recording import RecordingError, Snapshot
from replay.run import Run


@dataclass(frozen=True, slots=True)
class Examined:
    """A snapshot's name and time, and the result of its examination."""

    name: str
    at: datetime
    sample_rate: float
    rows: int
    seen: Examination


def examined(scorer: Scorer, snapshot: Snapshot) -> Examined:
    """Examine a snapshot. Raises ArithmeticError: a result is not finite."""
    seen = scorer.examine(snapshot)
    return Examined(snapshot.name, snapshot.time, snapshot.sample_rate, len(snapshot.signal), seen)


def examination(run: Run, settings: Settings, bundle: Bundle) -> Callable[[int], Examined]:
    """Return a function that reads and examines each recording of a run in another process."""
    scorer = Scorer(bundle, layout_of(settings), Diagnostician(settings))
    with suppress(RecordingError, IndexError):
        # The first examination takes far longer than the others: do it before the caller waits for one.
        examined(scorer, run.read(0))
    return lambda index: examined(scorer, run.read(index))
