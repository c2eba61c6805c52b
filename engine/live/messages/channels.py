"""Tells one address of `[notify]` of alarms, at least once, by a child process for each message.

The child reads the address, so no secret is in this process, its settings, its store or its log. While the
channel fails it is tried again with growing waits; meanwhile rings gather, and too many become one summary.
"""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from engine.alarms.advice import advice_for
from engine.alarms.alarm import Alarm
from engine.alarms.metrics import FLOOD_ABOVE, WINDOW
from engine.alarms.notifications import PendingCalls, payload_of
from engine.config.sections.notify import NotifySettings
from engine.live.ring_follower import LOOK_SECONDS, RingFollower
from engine.records.assessment import Assessment
from engine.records.events import RINGS, Event, EventKind, NewEvent, Priority
from engine.records.payloads import Ring
from engine.store.store import Store
from engine.system.processes.bounded_run import Ran, run_command
from engine.system.processes.child_process import command

CHILD = "engine.notification"
"""The module that sends one message; it needs the extra `notify`."""

FIRST_WAIT, LONGEST_WAIT = 5.0, 600.0
"""Wait [s] after the first failure of a channel; it doubles with each, up to the longest."""

FAILING_AFTER = 3
"""Failures in a row after which the record says that a channel fails."""

NEWS: Mapping[str, frozenset[EventKind]] = {
    "return": frozenset({EventKind.CLEARED}),
    "acknowledgement": frozenset({EventKind.ACKNOWLEDGED, EventKind.UNSHELVED, EventKind.CLOSED}),
}
"""Kinds of events of the occasions that are no rings."""

Run = Callable[[Sequence[str], bytes, float], Ran]


@dataclass(frozen=True, slots=True)
class Channel:
    """One address, by its reference.

    Attributes:
        reference: where the address stands; it names the channel in the record.
        level: place in the order of escalation, from 0.
        wait: time without an acknowledgement after which it is told; zero for level 0.
        floor: the lowest priority that it is told of.
        on: the occasions.
        report: whether the report is attached.
        timeout: of one message [s].
    """

    reference: str
    level: int = 0
    wait: timedelta = timedelta(0)
    floor: Priority = Priority.MEDIUM
    on: frozenset[str] = frozenset({"ring", "escalation"})
    report: bool = False
    timeout: float = 30.0

    @property
    def name(self) -> str:
        """Return the name of the channel in "notified" events: the level, and the reference."""
        return f"{self.level + 1} {self.reference}"

    @property
    def news(self) -> frozenset[EventKind]:
        """Return the kinds of events beside rings; the later levels are told of rings alone."""
        told = [NEWS[one] for one in self.on if one in NEWS and not self.level]
        return frozenset().union(*told)


def channels_of(settings: NotifySettings) -> tuple[Channel, ...]:
    """Return the channels of the settings, in the order of escalation."""
    return tuple(
        Channel(
            reference,
            level,
            timedelta(minutes=level * settings.escalate_minutes),
            Priority.HIGH if level else settings.floor,
            frozenset({"ring", "escalation"} if level else settings.on),
            settings.report,
            settings.timeout,
        )
        for level, references in enumerate(settings.addresses)
        for reference in dict.fromkeys(references)
    )


@dataclass(slots=True)
class _Failing:
    """Failures in a row, and when to try again."""

    count: int = 0
    again_at: float = 0.0


@dataclass(slots=True)
class _Flood:
    """The rings of the last minutes, by the wall clock, and the last summary."""

    rings: deque[datetime] = field(default_factory=deque)
    told_at: datetime | None = None
    told: Priority = Priority.LOW

    def add(self, at: datetime, now: datetime) -> None:
        self.rings.append(at)
        self.age(now)

    def age(self, now: datetime) -> None:
        while self.rings and now - self.rings[0] >= WINDOW:
            self.rings.popleft()

    def holds(self, due: int, worst: Priority, now: datetime) -> bool:
        """Whether rings wait for the next summary: one was sent lately, and none of these is worse."""
        is_lately = self.told_at is not None and now - self.told_at < WINDOW
        return self.is_on(due, now) and is_lately and worst <= self.told

    def is_on(self, due: int, now: datetime) -> bool:
        """Whether more rings came within the window than a person can read one by one."""
        self.age(now)
        return due > FLOOD_ABOVE or len(self.rings) > FLOOD_ABOVE


class ChannelNotifier(RingFollower):
    """Tells one address of the rings of the live record."""

    def __init__(
        self,
        open_store: Callable[[], Store],
        assessment: Assessment,
        channel: Channel,
        *,
        state: Path,
        now: Callable[[], datetime],
        live_now: Callable[[], datetime],
        run: Run = run_command,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the channel and the folder of the store; `run` runs the child, the others as of the base.

        Args:
            open_store: opens a store of its own for the thread.
            assessment: the live record.
            channel: one address of `[notify]`.
            state: folder of the store, from which the child reads.
            now: the wall clock.
            live_now: the newest stamp plus the wall time since it came.
            run: runs the child once.
            clock: seconds that never go back.
        """
        calls = PendingCalls(assessment.settings.fold, channel.floor, channel.name, channel.news)
        super().__init__(open_store, assessment, calls, now=now, live_now=live_now, clock=clock)
        self._channel, self._state, self._run = channel, state, run
        self._failing, self._flood = _Failing(), _Flood()
        self._is_said = False

    def _seen(self, events: Sequence[Event]) -> None:
        super()._seen(events)
        for event in events:
            if event.kind in RINGS and self._now() - event.recorded_at < WINDOW:
                self._flood.add(event.recorded_at, self._now())
            if event.kind is EventKind.STARTED:
                # Said again if it still holds: a channel may have left the settings.
                self._is_said = False
            if event.kind is EventKind.NOTIFIED and event.detail.get("target") == self._channel.name:
                self._is_said = event.detail.get("channel", "failing" * self._is_said) == "failing"

    def _notify(self, live_now: datetime) -> float:
        now, wait = self._now(), self._failing.again_at - self._clock()
        if wait > 0:
            return wait
        rings = [pair for pair in self._calls.due(live_now, now) if self._is_due(*pair, live_now, now)]
        worst = max((alarm.priority for _, alarm in rings), default=Priority.LOW)
        batches: list[list[tuple[Event, Alarm]]] = [[pair] for pair in rings]
        if self._flood.is_on(len(rings), now):
            batches = [] if self._flood.holds(len(rings), worst, now) else [rings] * bool(rings)
        batches += [[pair] for pair in self._calls.due_news(now)]
        for batch in batches:
            if not self._send(batch, live_now) or self._stopping.is_set():
                break
        return max(self._failing.again_at - self._clock(), 0.0) or LOOK_SECONDS

    def _is_due(self, ring: Event, alarm: Alarm, live_now: datetime, now: datetime) -> bool:
        channel = self._channel
        if ring.seq in self._unrecorded:
            return False
        if channel.level:
            priority = Ring.from_detail(ring.detail).priority if ring.kind in RINGS else alarm.priority
            waited = now - ring.recorded_at >= channel.wait
            return priority is Priority.HIGH and waited and self._calls.wants_answer(ring, live_now)
        return ("escalation" if ring.kind is EventKind.ESCALATED else "ring") in channel.on

    def _send(self, batch: Sequence[tuple[Event, Alarm]], live_now: datetime) -> bool:
        """Send one message about one or several events, and record it; return whether it was taken."""
        channel = self._channel
        request = {
            "address": channel.reference,
            "level": channel.level,
            "minutes": channel.wait / timedelta(minutes=1),
            "state": str(self._state),
            "assessment": self._assessment.id,
            # The report may be what made the message too slow or too large: a second try goes without it.
            "report": channel.report and len(batch) == 1 and not self._failing.count,
            "machine": self._assessment.machine,
            "events": [self._told(event, alarm) for event, alarm in batch],
        }
        ran = self._run(command(CHILD), json.dumps(request).encode(), channel.timeout)
        if ran.code != 0:
            self._failed(ran.error, live_now)
            return False
        detail = {"target": channel.name, "exit": 0, "attempts": self._failing.count + 1}
        for event, _ in batch:
            self._unrecorded[event.seq] = NewEvent(
                EventKind.NOTIFIED,
                max(live_now, event.at),
                alarm=event.alarm,
                ring=event.seq,
                detail={**detail, "together": len(batch)},
            )
        if len(batch) > 1:
            self._flood.told_at = self._now()
            self._flood.told = max(alarm.priority for _, alarm in batch)
        self._failing = _Failing()
        self._say(live_now, "works", "")
        self._record()
        return True

    def _told(self, event: Event, alarm: Alarm) -> dict[str, object]:
        advice = advice_for(alarm, self._assessment.settings.advice)
        payload = payload_of(self._assessment.machine, event, alarm, advice)
        told: dict[str, object] = json.loads(payload)
        return {**told, "by": event.detail.get("by"), "comment": event.detail.get("comment")}

    def _failed(self, why: str, live_now: datetime) -> None:
        failing = self._failing
        failing.count += 1
        failing.again_at = self._clock() + min(FIRST_WAIT * 2 ** min(failing.count - 1, 20), LONGEST_WAIT)
        if failing.count >= FAILING_AFTER:
            words = f"{self._channel.reference} takes no messages ({why}); it is tried again"
            self._say(live_now, "failing", words)

    def _say(self, live_now: datetime, state: str, words: str) -> None:
        """Record that the channel fails, or works again, once."""
        if (state == "failing") == self._is_said or self._store is None:
            return
        detail = {"target": self._channel.name, "channel": state, "message": words}
        fact = NewEvent(EventKind.NOTIFIED, live_now, detail=detail)
        self._store.add_event(self._assessment, fact, self._now())
        self._is_said = state == "failing"
