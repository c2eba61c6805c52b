"""What an alarm is at an instant: a pure fold over the events up to it.

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
from engine.records.stored_settings import FoldRules


class AlarmState(StrEnum):
    """Where an alarm stands, after ISA-18.2."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned, unacknowledged"
    NORMAL = "returned"
    SHELVED = "shelved"
    OUT_OF_SERVICE = "out of service"


EPISODES = FoldRules()
"""Every episode an alarm of its own, and none latched: how results are written."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One episode as of the playhead, or several that chatter.

    `priority` is the highest reached, and `reached` the raise or escalation that brought it; `ring` is the
    latest of them all, `severity` the one at that ring, `peak` the highest that the events tell. Where a
    shelf ran out under a standing alarm, `ring` is that shelf, at the instant when its time was up.
    `acknowledgement` covers the latest ring; `acknowledged_later` says that it was given at a recording time
    after the playhead. `surface` is empty until something points to one. `carried_from` names the component
    whose failure explains this alarm, as far as is known; `beside` the one that was worse when this rang, at
    `beside_severity`, where this has signs of its own. Both are empty otherwise. `count` is how often it was
    raised. `shelf` is in effect at the playhead; or, where `shelved_later`, it was given after it in answer
    to this very ring. `retired` put the component out of service. `notes` are what operators wrote, whenever
    they did.
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

    @property
    def state(self) -> AlarmState:
        """Standing or returned, acknowledged or not, unless it is put away."""
        if self.retired is not None:
            return AlarmState.OUT_OF_SERVICE
        if self.shelf is not None:
            return AlarmState.SHELVED
        if self.unanswered:
            return AlarmState.UNACKNOWLEDGED if self.stands else AlarmState.RETURNED
        return AlarmState.ACKNOWLEDGED if self.stands else AlarmState.NORMAL

    @property
    def unanswered(self) -> bool:
        """Whether nobody has said that they saw the latest ring.

        An advisory that an alarm overtook asks for nothing: the alarm does. One that settled by itself asks
        for nothing either.
        """
        told = {} if self.cleared is None else self.cleared.detail
        is_past = bool(told.get("overtaken") or told.get("settled"))
        return self.acknowledgement is None and not is_past

    @property
    def put_away(self) -> bool:
        """Whether it is shelved or out of service: still told of, but asking nobody for anything."""
        return self.shelf is not None or self.retired is not None

    @property
    def needs_acknowledgement(self) -> bool:
        """Whether somebody still has to say that they saw the latest ring."""
        return self.unanswered and not self.put_away

    @property
    def stands(self) -> bool:
        """Whether the engine has not taken it back; if it latches, also until somebody acknowledged it."""
        return self.cleared is None or (self.latching and self.unanswered)

    @property
    def shelved_by(self) -> str:
        """Who shelved it, "" where it is not."""
        return "" if self.shelf is None else str(self.shelf.detail.get("by", ""))

    @property
    def shelved_for(self) -> str:
        """The reason that was given for shelving it, "" where it is not."""
        return "" if self.shelf is None else str(self.shelf.detail.get("reason", ""))


def fold_alarms(events: Iterable[Event], until: datetime, rules: FoldRules = EPISODES) -> tuple[Alarm, ...]:
    """Fold events into the alarms that had been raised by an instant of recording time.

    Args:
        events: of one assessment and one session, in any order.
        until: the playhead, inclusive.
        rules: latching and chattering.

    Returns:
        Every alarm raised so far: unacknowledged first, then what stands, then what is put away, then what
        is over; within these the more urgent, then what no other component explains, then the first to be
        raised: what began it all.
    """
    ordered = sorted(events, key=lambda event: event.seq)
    stories, by_episode = stories_of(ordered, rules.chatter)
    shelves = shelves_of(ordered)
    retired = retired_at(ordered, until)
    answers: dict[str, list[Event]] = {}
    notes: dict[str, list[Event]] = {}
    heaps = {EventKind.NOTED: notes, **dict.fromkeys(ANSWERS, answers)}
    for event in ordered:
        heap = heaps.get(event.kind)
        if heap is not None and event.alarm in by_episode:
            heap.setdefault(by_episode[event.alarm].key, []).append(event)
    alarms: list[Alarm] = []
    newest: dict[str, int] = {}
    for story in stories.values():
        alarm = _told(story, until)
        if alarm is None:
            continue
        own = shelves.get(story.place, ())
        if rules.latching or story.key in notes:
            alarm = replace(alarm, latching=rules.latching, notes=tuple(notes.get(story.key, ())))
        if own:
            alarm = _rung_again(alarm, story, own, until)
        if story.key in answers:
            alarm = _answered(alarm, answers[story.key], _marks(story, own), until)
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
    """Every instant from which on `fold_alarms` or `retired_at` may say something else, ascending.

    An event counts from its own instant on, or is told as later up to it; a shelf ends when its time is up,
    or at the instant of an event. Between two of these instants the fold is the same.
    """
    events = tuple(events)
    expiries = {expiry_of(event) for event in events if event.kind is EventKind.SHELVED}
    return tuple(sorted(expiries | {event.at for event in events}))


ANSWERS = frozenset({EventKind.ACKNOWLEDGED, EventKind.UNSHELVED})
"""What says that a ring was seen: who takes an alarm off its shelf by hand has it before their eyes."""


def _told(story: Story, until: datetime) -> Alarm | None:
    """The alarm by what the engine had said, None where it had not been raised yet."""
    alarm: Alarm | None = None
    for event in story.until(until):
        if alarm is not None:
            alarm = _step(alarm, event)
        elif event.kind is EventKind.RAISED:
            alarm = _raised(story.key, event)
    return alarm


def _raised(key: str, event: Event) -> Alarm:
    detail = event.detail
    return Alarm(
        key=key,
        source=event.source,
        component=event.component,
        cause=str(detail["cause"]),
        priority=Priority(str(detail["priority"])),
        surface=str(detail.get("surface", "")),
        severity=_number(detail.get("severity")),
        raised=event,
        reached=event,
        ring=event,
        carried_from=str(detail.get("carried_from", "")),
        beside=str(detail.get("beside", "")),
        beside_severity=_number(detail.get("beside_severity")),
        peak=_number(detail.get("severity")),
    )


def _step(alarm: Alarm, event: Event) -> Alarm:
    detail = event.detail
    if event.kind is EventKind.CLEARED:
        return replace(alarm, cleared=event, peak=_higher(alarm.peak, _number(detail.get("peak"))))
    if event.kind is EventKind.DIAGNOSED:
        return replace(alarm, surface=str(detail["surface"]))
    severity = _number(detail.get("severity"))
    again = event.kind is EventKind.RAISED
    priority = max(alarm.priority, Priority(str(detail["priority"])))
    return replace(
        alarm,
        reached=alarm.reached if priority is alarm.priority else event,
        ring=event,
        cleared=None,
        carried_from=str(detail.get("carried_from", "")),
        beside=str(detail.get("beside", "")),
        beside_severity=_number(detail.get("beside_severity")),
        surface=str(detail.get("surface", "")) if again else alarm.surface,
        priority=priority,
        severity=severity,
        peak=_higher(alarm.peak, severity),
        count=alarm.count + again,
    )


def _rung_again(alarm: Alarm, story: Story, shelves: tuple[Shelf, ...], until: datetime) -> Alarm:
    """A shelf whose time is up under a standing alarm rings: nobody has to remember it."""
    rings = [
        replace(shelf.event, at=shelf.expiry, alarm=alarm.key)
        for shelf in shelves
        if shelf.runs_out and shelf.expiry <= until and story.stands(shelf.expiry)
    ]
    return replace(alarm, ring=max([alarm.ring, *rings], key=mark_of))


def _marks(story: Story, shelves: tuple[Shelf, ...]) -> Mapping[int, Mark]:
    """Where each ring of an alarm stands, by seq, those that are still to come included."""
    rings = {event.seq: mark_of(event) for event in story.events if event.kind in RINGS}
    return rings | {shelf.event.seq: (shelf.expiry, 1, shelf.event.seq) for shelf in shelves}


def _answered(alarm: Alarm, answers: Iterable[Event], marks: Mapping[int, Mark], until: datetime) -> Alarm:
    # Who saw a later ring of an episode saw the earlier ones too; the first to cover it is named.
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


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
