"""Runs the `on_ring` command for each alarm in a background thread, at least once.

Rings without a "notified" event in the store are due. An engine that was killed between a run and its event
runs the command again; after a kill before the run, it runs late.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.alarms.advice import advice_for
from engine.alarms.alarm import Alarm
from engine.alarms.notifications import PendingCalls, payload_of
from engine.assessment.live_record import LiveRecord
from engine.config.sections import AlarmSettings
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, NewEvent, Priority
from engine.store.store import Store
from engine.system.bounded_run import Ran, run_command

ATTEMPTS = 5
"""Runs of a failing command for one ring before the engine gives up and records it."""

BACKOFF_SECONDS = 5.0
"""Wait after the first failure; it doubles with each, so the fifth attempt comes after 75 s and the runs."""


LOOK_SECONDS = 5.0
"""Interval of looks at the store without a signal: a shelf runs out without an event."""

READ_AT_ONCE = 2_000
"""Events read in one transaction."""

RINGING = "raceway-ringing"
"""Name of the thread."""


@dataclass(frozen=True, slots=True)
class NotificationCommand:
    """The command, its time limit [s], and the lowest priority that it is run for."""

    command: tuple[str, ...]
    timeout: float
    floor: Priority


Run = Callable[[Sequence[str], bytes, float], Ran]


def command_of(settings: AlarmSettings) -> NotificationCommand | None:
    """Return the command of the settings, None where there is none."""
    if not settings.on_ring:
        return None
    return NotificationCommand(settings.on_ring, settings.on_ring_timeout, settings.ringing_from)


@dataclass(slots=True)
class _Trying:
    attempts: int = 0
    again_at: float = 0.0


class Notifier:
    """Runs the command for rings of the live record: `start` it, `poke` it after commits, `stop` it.

    `trouble` is a sentence while the last look failed, else "".
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        assessment: Assessment,
        command: NotificationCommand,
        *,
        now: Callable[[], datetime],
        live_now: Callable[[], datetime],
        run: Run = run_command,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the store, the command and the clocks.

        Args:
            open_store: opens a store of its own for the thread.
            assessment: the live record.
            command: with its time limit.
            now: the wall clock.
            live_now: the newest stamp plus the wall time since it came; called on the thread.
            run: runs the command once.
            clock: seconds that never go back, for the waits between attempts.
        """
        self._open_store, self._assessment, self._command = open_store, assessment, command
        self._now, self._live_now, self._run, self._clock = now, live_now, run, clock
        self._calls = PendingCalls(assessment.settings.fold, command.floor)
        self._store: Store | None = None
        self._last = 0
        self._trying: dict[int, _Trying] = {}
        self._unrecorded: dict[int, NewEvent] = {}
        self._poked, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, name=RINGING, daemon=True)
        self.trouble = ""

    def start(self) -> None:
        """Start the thread; rings that an earlier engine left are notified first."""
        self._thread.start()

    def poke(self) -> None:
        """Signal that events were stored; returns at once."""
        self._poked.set()

    def stop(self, patience: float = 5.0) -> None:
        """Stop after one more look, so that the last rings are notified; wait at most so many seconds."""
        self._stopping.set()
        self._poked.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def turn(self) -> float:
        """Run the command for each ring that is due, and store it; return seconds to the next attempt.

        Raises:
            StoreError: the store cannot be used; what was run and not recorded is recorded by a later turn.
        """
        if self._store is None:
            self._store = self._open_store()
        self._record()
        self._read(self._store)
        live_now = self._live_now()
        wanted = self._calls.waiting
        self._trying = {seq: trying for seq, trying in self._trying.items() if seq in wanted}
        for ring, alarm in self._calls.due(live_now, self._now()):
            trying = self._trying.setdefault(ring.seq, _Trying())
            if ring.seq not in self._unrecorded and trying.again_at <= self._clock():
                self._call(ring, alarm, trying, live_now)
                self._record()
                if self._stopping.is_set():
                    break
        waits = [one.again_at for seq, one in self._trying.items() if seq not in self._unrecorded]
        return max(min(waits, default=self._clock() + LOOK_SECONDS) - self._clock(), 0.0)

    def _read(self, store: Store) -> None:
        """Read the events since the last look, a few at a time: a long record is never held whole."""
        while events := store.events(self._assessment, after=self._last, limit=READ_AT_ONCE):
            self._calls.add(events, self._now())
            self._last = events[-1].seq

    def _call(self, ring: Event, alarm: Alarm, trying: _Trying, live_now: datetime) -> None:
        advice = advice_for(alarm, self._assessment.settings.advice)
        payload = payload_of(self._assessment.machine, ring, alarm, advice)
        ran = self._run(self._command.command, payload, self._command.timeout)
        trying.attempts += 1
        given_up = ran.code != 0 and trying.attempts >= ATTEMPTS
        if ran.code != 0 and not given_up:
            trying.again_at = self._clock() + BACKOFF_SECONDS * 2 ** (trying.attempts - 1)
            return
        detail: dict[str, object] = {"exit": ran.code, "attempts": trying.attempts, "given_up": given_up}
        if given_up:
            detail["message"] = f"the on_ring command failed {trying.attempts} times: {ran.error}"
        self._unrecorded[ring.seq] = NewEvent(
            EventKind.NOTIFIED, max(live_now, ring.at), alarm=ring.alarm, ring=ring.seq, detail=detail
        )

    def _record(self) -> None:
        for seq, fact in list(self._unrecorded.items()):
            if self._store is not None:
                self._store.add_event(self._assessment, fact, self._now())
                # Read back at once: a ring that is recorded must not look due in between.
                self._read(self._store)
                del self._unrecorded[seq]
                self._trying.pop(seq, None)

    def _go_on(self) -> None:
        while True:
            # Asked before the look: what was stored until then is seen by it.
            ending = self._stopping.is_set()
            try:
                wait, self.trouble = self.turn(), ""
            except Exception as error:
                # Rings to come must still be notified after any failure; `trouble` reports it meanwhile.
                wait, self.trouble = LOOK_SECONDS, f"alarms cannot be notified now ({error})"
            if ending:
                break
            self._poked.wait(min(wait, LOOK_SECONDS))
            self._poked.clear()
        if self._store is not None:
            self._store.close()


def notifier_of(
    record: LiveRecord,
    alarms: AlarmSettings,
    *,
    live_now: Callable[[], datetime],
) -> Notifier | None:
    """Return the notifier of the settings' command, None where none is set; it opens its own store."""
    command = command_of(alarms)
    state, assessment = record.state, record.assessment
    if command is None:
        return None
    return Notifier(lambda: Store.open(state), assessment, command, now=record.now, live_now=live_now)
