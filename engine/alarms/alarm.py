"""The alarms as of an instant: a pure fold over the events up to it.

Nothing here looks at a clock or a store. The engine's events up to the playhead say which alarms stand;
an acknowledgement counts whenever it was given, because it names the ring that was seen. The states and
their changes are those of ANSI/ISA-18.2 and IEC 62682; docs/alarms.md has them as a table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.alarms.episodes import Story, stories_of
from engine.alarms.shelving import Mark, Shelf, expiry_of, mark_of, retired_at, shelves_of
from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.payloads import Cleared, Diagnosed, Ring
from engine.records.stored_settings import FoldRules


class AlarmState(StrEnum):
    """State of an alarm, after ISA-18.2."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned, unacknowledged"
    NORMAL = "returned"
    SHELVED = "shelved"
    OUT_OF_SERVICE = "out of service"


EPISODES = FoldRules()
"""Rules of the result files: each episode is one alarm, and none latches."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as of the playhead: an episode, or several episodes that chatter.

    `priority` is the highest reached, and `reached` the raise or escalation that brought it; `ring` is the
    latest of them all, `severity` the one at that ring, `peak` the highest in the events. Where a shelf ran
    out under a standing alarm, `ring` is that shelf, at its expiry. `acknowledgement` covers the latest ring;
    `acknowledged_later` means that it was given at a recording time after the playhead. `surface` is empty
    until something points to one. `carried_from` names the component whose failure may explain this alarm;
    `beside` a component that was worse when this one rang, at `beside_severity`, though this one shows a
    fault of its own. Both are empty otherwise. `count` is how often it was raised. `shelf` is in effect at
    the playhead; where `shelved_later`, it was given after the playhead in answer to this ring. `retired` put
    the component out of service. `notes` are those of operators, of any time. `closed` has the newest outcome
    that a person found.
    """

    key: str
    source: str
    component: str
    cause: str
    priority: Priority
    surface: str
    severity: float | None
    raised: Event
    reached: Event
    ring: Event
    cleared: Event | None = None
    acknowledgement: Event | None = None
    acknowledged_later: bool = False
    carried_from: str = ""
    beside: str = ""
    beside_severity: float | None = None
    count: int = 1
    peak: float | None = None
    shelf: Event | None = None
    shelved_until: datetime | None = None
    shelved_later: bool = False
    retired: Event | None = None
    notes: tuple[Event, ...] = ()
    latching: bool = False
    closed: Event | None = None

    @property
    def state(self) -> AlarmState:
        """Return the state by ISA-18.2."""
        if self.retired is not None:
            return AlarmState.OUT_OF_SERVICE
        if self.shelf is not None:
            return AlarmState.SHELVED
        if self.unanswered:
            return AlarmState.UNACKNOWLEDGED if self.stands else AlarmState.RETURNED
        return AlarmState.ACKNOWLEDGED if self.stands else AlarmState.NORMAL

    @property
    def unanswered(self) -> bool:
        """Whether the latest ring is not acknowledged.

        An advisory that an alarm overtook asks for nothing: the alarm does. One that settled by itself asks
        for nothing either.
        """
        cleared = None if self.cleared is None else Cleared.from_detail(self.cleared.detail)
        is_past = cleared is not None and bool(cleared.overtaken or cleared.settled)
        return self.acknowledgement is None and not is_past

    @property
    def put_away(self) -> bool:
        """Whether it is shelved or out of service: shown, but it asks for nothing."""
        return self.shelf is not None or self.retired is not None

    @property
    def needs_acknowledgement(self) -> bool:
        """Whether an operator still has to acknowledge the latest ring."""
        return self.unanswered and not self.put_away

    @property
    def stands(self) -> bool:
        """Whether it has not cleared; a latching alarm also stands until it is acknowledged."""
        return self.cleared is None or (self.latching and self.unanswered)

    @property
    def shelved_by(self) -> str:
        """Return the operator that shelved it, "" where it is not shelved."""
        return "" if self.shelf is None else str(self.shelf.detail.get("by", ""))

    @property
    def shelved_for(self) -> str:
        """Return the reason for shelving it, "" where it is not shelved."""
        return "" if self.shelf is None else str(self.shelf.detail.get("reason", ""))


def fold_alarms(events: Iterable[Event], until: datetime, rules: FoldRules = EPISODES) -> tuple[Alarm, ...]:
    """Fold events into the alarms raised up to an instant of recording time.

    Args:
        events: of one assessment and one session, in any order.
        until: the playhead, inclusive.
        rules: latching and chattering.

    Returns:
        Every alarm raised so far: unacknowledged first, then standing, then put away, then cleared. Within
        these by priority, then those that no other component explains, then by the time of the raise.
    """
    ordered = sorted(events, key=lambda event: event.seq)
    stories, by_episode = stories_of(ordered, rules.chatter)
    shelves = shelves_of(ordered)
    retired = retired_at(ordered, until)
    answers: dict[str, list[Event]] = {}
    notes: dict[str, list[Event]] = {}
    closings: dict[str, Event] = {}
    heaps = {EventKind.NOTED: notes, **dict.fromkeys(ANSWERS, answers)}
    for event in ordered:
        heap = heaps.get(event.kind)
        if heap is not None and event.alarm in by_episode:
            heap.setdefault(by_episode[event.alarm].key, []).append(event)
        if event.kind is EventKind.CLOSED and event.alarm in by_episode:
            closings[by_episode[event.alarm].key] = event
    alarms: list[Alarm] = []
    newest: dict[str, int] = {}
    for story in stories.values():
        alarm = _alarm_until(story, until)
        if alarm is None:
            continue
        own = shelves.get(story.place, ())
        if rules.latching or story.key in notes:
            alarm = replace(alarm, latching=rules.latching, notes=tuple(notes.get(story.key, ())))
        if own:
            alarm = _rung_again(alarm, story, own, until)
        if story.key in answers:
            alarm = _answered(alarm, answers[story.key], _marks(story, own), until)
        if story.key in closings:
            alarm = replace(alarm, closed=closings[story.key])
        newest[story.place] = len(alarms)
        alarms.append(alarm)
    for number, alarm in enumerate(alarms):
        story = stories[alarm.key]
        own = shelves.get(story.place, ())
        if own:
            alarms[number] = _shelved(alarm, story, own, until, newest=newest[story.place] == number)
        out = retired.get(alarm.component) if alarm.component else None
        if out is not None and (alarm.stands or alarm.unanswered):
            alarms[number] = replace(alarms[number], retired=out)
    return tuple(sorted(alarms, key=_urgency))


def turns_of(events: Iterable[Event]) -> tuple[datetime, ...]:
    """Return every instant at which `fold_alarms` or `retired_at` may change, ascending.

    An event counts from its instant on; before that it is shown as later. A shelf ends when it expires, or at
    the instant of an event. Between two of these instants the fold is the same.
    """
    events = tuple(events)
    expiries = {expiry_of(event) for event in events if event.kind is EventKind.SHELVED}
    return tuple(sorted(expiries | {event.at for event in events}))


ANSWERS = frozenset({EventKind.ACKNOWLEDGED, EventKind.UNSHELVED, EventKind.CLOSED})
"""Events that acknowledge a ring: an operator who unshelves or closes an alarm sees it."""


def _alarm_until(story: Story, until: datetime) -> Alarm | None:
    """Return the alarm by the engine's events, None before its raise."""
    alarm: Alarm | None = None
    for event in story.until(until):
        alarm = after_event(alarm, story.key, event)
    return alarm


def after_event(alarm: Alarm | None, key: str, event: Event) -> Alarm | None:
    """Return an alarm after the next event of the engine about it, None before its raise.

    Args:
        alarm: before the event; None where it was not raised yet.
        key: of its first episode.
        event: a ring, a clearing or a diagnosis of one of its episodes.
    """
    if alarm is not None:
        return _step(alarm, event)
    return _raised(key, event) if event.kind is EventKind.RAISED else None


def _raised(key: str, event: Event) -> Alarm:
    ring = Ring.from_detail(event.detail)
    return Alarm(
        key=key,
        source=event.source,
        component=event.component,
        cause=ring.cause,
        priority=ring.priority,
        surface=ring.surface or "",
        severity=ring.severity,
        raised=event,
        reached=event,
        ring=event,
        carried_from=ring.carried_from or "",
        beside=ring.beside,
        beside_severity=ring.beside_severity,
        peak=ring.severity,
    )


def _step(alarm: Alarm, event: Event) -> Alarm:
    if event.kind is EventKind.CLEARED:
        peak = Cleared.from_detail(event.detail).peak
        return replace(alarm, cleared=event, peak=_higher(alarm.peak, peak))
    if event.kind is EventKind.DIAGNOSED:
        return replace(alarm, surface=Diagnosed.from_detail(event.detail).surface)
    ring = Ring.from_detail(event.detail)
    again = event.kind is EventKind.RAISED
    priority = max(alarm.priority, ring.priority)
    return replace(
        alarm,
        reached=alarm.reached if priority is alarm.priority else event,
        ring=event,
        cleared=None,
        carried_from=ring.carried_from or "",
        beside=ring.beside,
        beside_severity=ring.beside_severity,
        surface=(ring.surface or "") if again else alarm.surface,
        priority=priority,
        severity=ring.severity,
        peak=_higher(alarm.peak, ring.severity),
        count=alarm.count + again,
    )


def _rung_again(alarm: Alarm, story: Story, shelves: tuple[Shelf, ...], until: datetime) -> Alarm:
    """Ring the alarm again where a shelf ran out while the alarm stood."""
    rings = [
        replace(shelf.event, at=shelf.expiry, alarm=alarm.key)
        for shelf in shelves
        if shelf.runs_out and shelf.expiry <= until and story.stands(shelf.expiry)
    ]
    return replace(alarm, ring=max([alarm.ring, *rings], key=mark_of))


def _marks(story: Story, shelves: tuple[Shelf, ...]) -> Mapping[int, Mark]:
    """Return the mark of each ring of an alarm by its seq, later rings included."""
    rings = {event.seq: mark_of(event) for event in story.events if event.kind in RINGS}
    return rings | {shelf.event.seq: (shelf.expiry, 1, shelf.event.seq) for shelf in shelves}


def _answered(alarm: Alarm, answers: Iterable[Event], marks: Mapping[int, Mark], until: datetime) -> Alarm:
    # An operator who saw a later ring of an episode saw the earlier ones too; the first to cover it is named.
    latest = mark_of(alarm.ring)
    for event in answers:
        seen = marks.get(event.ring or 0)
        if seen is not None and seen >= latest:
            return replace(alarm, acknowledgement=event, acknowledged_later=event.at > until)
    return alarm


def _shelved(
    alarm: Alarm, story: Story, shelves: tuple[Shelf, ...], until: datetime, *, newest: bool
) -> Alarm:
    holding = [shelf for shelf in shelves if shelf.holds(until)]
    if holding and (newest or alarm.stands or alarm.unanswered):
        shelf = max(holding, key=lambda one: (one.expiry, -one.event.seq))
        return replace(alarm, shelf=shelf.event, shelved_until=shelf.expiry)
    if not alarm.unanswered:
        return alarm
    rings = {event.seq for event in story.events if event.kind in RINGS}
    latest = mark_of(alarm.ring)
    for shelf in shelves:
        own = shelf.event.ring in rings or shelf.event.ring == alarm.ring.seq
        if shelf.event.at > until and shelf.end > shelf.event.at and own and shelf.seen >= latest:
            return replace(alarm, shelf=shelf.event, shelved_until=shelf.expiry, shelved_later=True)
    return alarm


def _urgency(alarm: Alarm) -> tuple[bool, bool, bool, bool, int, bool, int]:
    return (
        not alarm.needs_acknowledgement,
        alarm.state is AlarmState.NORMAL,
        alarm.put_away,
        not alarm.stands,
        -alarm.priority.rank,
        bool(alarm.carried_from or alarm.beside),
        alarm.raised.seq,
    )


def _higher(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return max(known) if known else None
