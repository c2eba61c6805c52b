"""What one recording shows by itself: read and examined without the store, so that another process can.

It imports no more than that needs: a process that comes up to help should not take long to.
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
    """A snapshot's name and time, and what it shows by itself."""

    name: str
    at: datetime
    sample_rate: float
    rows: int
    seen: Examination


def examined(scorer: Scorer, snapshot: Snapshot) -> Examined:
    """What a snapshot shows by itself. Raises ArithmeticError: a number that is not finite came out."""
    seen = scorer.examine(snapshot)
    return Examined(snapshot.name, snapshot.time, snapshot.sample_rate, len(snapshot.signal), seen)


def examination(run: Run, settings: Settings, bundle: Bundle) -> Callable[[int], Examined]:
    """How each recording of a run is read and examined, prepared for a process of its own."""
    scorer = Scorer(bundle, layout_of(settings), Diagnostician(settings))
    with suppress(RecordingError, IndexError):
        # The first takes far longer than all others, which whoever waits for it should not have to.
        examined(scorer, run.read(0))
    return lambda index: examined(scorer, run.read(index))
