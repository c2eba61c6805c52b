"""Progress of learning, as the store keeps it."""

from engine.assessment.heartbeat import HeartbeatWriter
from engine.assessment.live_record import LiveRecord
from engine.records.progress import Epoch, Phase, learned_from
from replay.recording import RecordingError


class LearningProgress:
    """Stores the progress of learning: rejected files, epochs, heartbeats."""

    def __init__(
        self, record: LiveRecord, heartbeat: HeartbeatWriter, epochs: int, snapshots: int = 0
    ) -> None:
        """Write for one record.

        Args:
            record: of the store.
            heartbeat: of the engine.
            epochs: that the training lasts at most.
            snapshots: that the baseline is learned from, 0 where they are still to be read.
        """
        self._record, self._heartbeat, self._epochs = record, heartbeat, epochs
        self._snapshots = snapshots
        self._last: Epoch | None = None

    def rejected(self, error: RecordingError) -> None:
        """Store that a file cannot be read."""
        self._record.reject(error.name, error.reason)

    def read(self, done: int, total: int) -> None:
        """Report the count of files read."""
        self._snapshots = done
        self._heartbeat.beat(Phase.READING, done, total)

    def epoch(self, epoch: Epoch) -> None:
        """Store an epoch and report it."""
        self._last = epoch
        self._record.store.add_epoch(self._record.assessment, epoch)
        self.waiting()

    def waiting(self) -> None:
        """Report the last epoch again."""
        last = self._last
        words = "starting"
        if last is not None:
            words = f"epoch {last.epoch}, loss {last.loss:.3f}, validation {last.validation_loss:.3f}"
        source = f"{learned_from(self._snapshots)}, " if self._snapshots else ""
        self._heartbeat.beat(Phase.LEARNING, last.epoch if last else 0, self._epochs, f"{source}{words}")
