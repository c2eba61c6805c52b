"""The record of an assessment while it grows: appends snapshots and says how far it is."""

from collections.abc import Callable
from datetime import datetime

from engine.assessment.heartbeat import Pulse
from engine.records.assessment import Assessment
from engine.records.progress import Epoch, Phase
from engine.store.store import Store
from replay.recording import RecordingError


class Record:
    """Writes into the store how learning goes."""

    def __init__(
        self,
        store: Store,
        assessment: Assessment,
        pulse: Pulse,
        epochs: int,
        now: Callable[[], datetime],
    ) -> None:
        """Write for one assessment whose training lasts at most so many epochs."""
        self._store, self._assessment, self._pulse, self._now = store, assessment, pulse, now
        self._epochs = epochs
        self._last: Epoch | None = None

    def rejected(self, error: RecordingError) -> None:
        """Record a file that cannot be read."""
        self._store.reject(self._assessment, error.name, error.reason, self._now())

    def read(self, done: int, total: int) -> None:
        """Beat."""
        self._pulse.beat(Phase.READING, done, total)

    def epoch(self, epoch: Epoch) -> None:
        """Append the epoch, and beat."""
        self._last = epoch
        self._store.add_epoch(self._assessment, epoch)
        self.waiting()

    def waiting(self) -> None:
        """Beat."""
        last = self._last
        words = "starting"
        if last is not None:
            words = f"epoch {last.epoch}, loss {last.loss:.3f}, validation {last.validation_loss:.3f}"
        self._pulse.beat(Phase.LEARNING, last.epoch if last else 0, self._epochs, words)
