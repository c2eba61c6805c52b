"""The engine's heartbeat: what it is doing, for those who wait."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from engine.records.assessment import Assessment
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store

BEAT = timedelta(seconds=2)


class Pulse:
    """The engine's heartbeat: written at most every 2 s, and at each change of phase."""

    def __init__(
        self,
        store: Store,
        assessment: Assessment,
        now: Callable[[], datetime],
        tell: Callable[[Heartbeat], None],
    ) -> None:
        """Beat for one assessment; `tell` hears of every step, stored or not."""
        self._store = store
        self._assessment = assessment
        self._now = now
        self._tell = tell
        self._last: Heartbeat | None = None

    def beat(self, phase: Phase, done: int, total: int, message: str = "") -> None:
        """Say what is being done; cheap to call often."""
        beat = Heartbeat(self._now(), os.getpid(), phase, done, total, message)
        self._tell(beat)
        last = self._last
        # A wall clock that was set back must not stop the heart until it has caught up.
        is_recent = last is not None and timedelta(0) <= beat.beat_at - last.beat_at < BEAT
        if last is None or last.phase is not phase or not is_recent:
            self._store.beat(self._assessment, beat)
            self._last = beat

    def last_word(self, phase: Phase, done: int, total: int, message: str = "") -> None:
        """Say how it ended."""
        self._last = None
        self.beat(phase, done, total, message)


def quiet(_beat: Heartbeat) -> None:
    """Tell nobody."""
