"""Calls an address every few minutes while all is well, so that an outside service notices a dead host."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from engine.assessment.live_record import LiveRecord
from engine.config.sections.notify import NotifySettings
from engine.live.messages.channels import CHILD
from engine.records.events import EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from engine.system.processes.bounded_run import Ran, run_command
from engine.system.processes.child_process import command

WELL = frozenset({Phase.WATCHING, Phase.GATHERING, Phase.LEARNING, Phase.READING})
"""Phases in which an engine does its work; without a folder, paused or failed it does not."""

FAILING_AFTER = 3
"""Failures in a row after which the record says that the address fails."""

AGAIN_SECONDS = 30.0
"""Wait before a failed call, or an engine that was not well, is tried again."""

TARGET = "ping"
"""Name of this channel in "notified" events."""

Run = Callable[[Sequence[str], bytes, float], Ran]


def is_well(beat: Heartbeat | None, now: datetime) -> bool:
    """Return whether an engine is alive and does its work, by its heartbeat and the wall clock."""
    return beat is not None and beat.phase in WELL and not beat.is_silent(now)


class DeadMan:
    """Calls the address: `start` it, `stop` it."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        record: LiveRecord,
        settings: NotifySettings,
        *,
        run: Run = run_command,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the record and the address.

        Args:
            open_store: opens a store of its own for the thread.
            record: whose heartbeat tells whether all is well.
            settings: with the reference of the address.
            run: runs the child once.
            clock: seconds that never go back.
        """
        self._open_store, self._record, self._settings = open_store, record, settings
        self._run, self._clock = run, clock
        self._failures, self._is_said = 0, False
        self._store: Store | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="raceway-dead-man", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Stop; wait at most so many seconds."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def turn(self) -> float:
        """Call the address if the engine is well; return seconds to the next call.

        Raises:
            StoreError: the store cannot be read; then not all is well.
        """
        if self._store is None:
            self._store = self._open_store()
        if not is_well(self._store.heartbeat(self._record.assessment), self._record.now()):
            return AGAIN_SECONDS
        request = {"ping": self._settings.ping, "timeout": self._settings.timeout}
        ran = self._run(command(CHILD), json.dumps(request).encode(), self._settings.timeout)
        if ran.code == 0:
            self._failures = 0
            self._say("works", "")
            return self._settings.ping_minutes * 60
        self._failures += 1
        if self._failures >= FAILING_AFTER:
            self._say("failing", f"{self._settings.ping} (ping) does not answer ({ran.error})")
        return min(AGAIN_SECONDS, self._settings.ping_minutes * 60)

    def _say(self, state: str, words: str) -> None:
        if (state == "failing") == self._is_said or self._store is None:
            return
        now = self._record.now()
        detail = {"target": TARGET, "channel": state, "message": words}
        self._store.add_event(self._record.assessment, NewEvent(EventKind.NOTIFIED, now, detail=detail), now)
        self._is_said = state == "failing"

    def _go_on(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait):
            try:
                wait = self.turn()
            except Exception:
                # Without a ping the outside service rings, as it should while the store cannot be used.
                wait = AGAIN_SECONDS
        if self._store is not None:
            self._store.close()


def dead_man_of(record: LiveRecord, settings: NotifySettings) -> tuple[DeadMan, ...]:
    """Return the caller of the settings' address; none where none is set."""
    return (DeadMan(record.store.again, record, settings),) if settings.ping else ()
