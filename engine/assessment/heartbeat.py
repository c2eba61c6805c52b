"""The engine's heartbeat: its phase and progress, for consoles and `status`."""

import os
from collections.abc import Callable
from datetime import timedelta

from engine.assessment.live_record import LiveRecord
from engine.records.progress import Heartbeat, Phase

BEAT = timedelta(seconds=2)


class HeartbeatWriter:
    """Writes the engine's heartbeat at most every 2 s, and at each change of phase."""

    def __init__(self, record: LiveRecord, tell: Callable[[Heartbeat], None]) -> None:
        """Write for one record; `tell` is called with every heartbeat, stored or not."""
        self._record, self._tell = record, tell
        self._last: Heartbeat | None = None

    def beat(self, phase: Phase, done: int, total: int, message: str = "") -> None:
        """Report phase and progress; cheap to call often.

        Args:
            phase: of the engine.
            done: snapshots, epochs or files done.
            total: of them in all, 0 where that is not known.
            message: a sentence for consoles and `status`.
        """
        beat = Heartbeat(self._record.now(), os.getpid(), phase, done, total, message)
        self._tell(beat)
        last = self._last
        # A wall clock that was set back must not stop the heart until it has caught up.
        is_recent = last is not None and timedelta(0) <= beat.beat_at - last.beat_at < BEAT
        if last is None or last.phase is not phase or not is_recent:
            self._record.beat(beat)
            self._last = beat

    def last_word(self, phase: Phase, done: int, total: int, message: str = "") -> None:
        """Write the last heartbeat at once; arguments as in `beat`."""
        self._last = None
        self.beat(phase, done, total, message)


def quiet(_beat: Heartbeat) -> None:
    """Ignore a heartbeat."""
