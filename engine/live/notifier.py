"""Runs the `on_ring` command for each alarm in a background thread, at least once.

Rings without a "notified" event in the store are due. An engine that was killed between a run and its event
runs the command again; after a kill before the run, it runs late.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.alarms.advice import advice_for
from engine.alarms.alarm import Alarm
from engine.alarms.notifications import PendingCalls, payload_of
from engine.assessment.live_record import LiveRecord
from engine.config.sections.core import AlarmSettings
from engine.config.settings import Settings
from engine.live.messages.channels import ChannelNotifier, channels_of
from engine.live.ring_follower import LOOK_SECONDS, RingFollower
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, NewEvent, Priority
from engine.store.store import Store
from engine.system.processes.bounded_run import Ran, run_command

ATTEMPTS = 5
"""Runs of a failing command for one ring before the engine gives up and records it."""

BACKOFF_SECONDS = 5.0
"""Wait after the first failure; it doubles with each, so the fifth attempt comes after 75 s and the runs."""


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


class Notifier(RingFollower):
    """Runs the command for rings of the live record."""

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
        """Take the command with its time limit; `run` runs it once; the others as of `RingFollower`.

        Args:
            open_store: opens a store of its own for the thread.
            assessment: the live record.
            command: with its time limit.
            now: the wall clock.
            live_now: the newest stamp plus the wall time since it came.
            run: runs the command once.
            clock: seconds that never go back.
        """
        calls = PendingCalls(assessment.settings.fold, command.floor)
        super().__init__(open_store, assessment, calls, now=now, live_now=live_now, clock=clock)
        self._command, self._run = command, run
        self._trying: dict[int, _Trying] = {}

    def _notify(self, live_now: datetime) -> float:
        wanted = self._calls.waiting
        self._trying = {seq: trying for seq, trying in self._trying.items() if seq in wanted}
        for ring, alarm in self._calls.due(live_now, self._now()):
            trying = self._trying.setdefault(ring.seq, _Trying())
            if ring.seq not in self._unrecorded and trying.again_at <= self._clock():
                self._call(ring, alarm, trying, live_now)
                self._record()
                if self._stopping.is_set():
                    break
        wanted = self._calls.waiting - self._unrecorded.keys()
        waits = [one.again_at for seq, one in self._trying.items() if seq in wanted]
        return max(min(waits, default=self._clock() + LOOK_SECONDS) - self._clock(), 0.0)

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


def notifiers_of(
    record: LiveRecord,
    settings: Settings,
    *,
    live_now: Callable[[], datetime],
) -> tuple[RingFollower, ...]:
    """Return a notifier for the command of the settings and for each address; each opens its own store."""
    state, assessment, open_store = record.state, record.assessment, record.store.again
    command = command_of(settings.alarms)
    found: list[RingFollower] = []
    if command is not None:
        found.append(Notifier(open_store, assessment, command, now=record.now, live_now=live_now))
    found += [
        ChannelNotifier(open_store, assessment, channel, state=state, now=record.now, live_now=live_now)
        for channel in channels_of(settings.notify)
    ]
    return tuple(found)
