"""The rings that `on_ring` has not been run for, and the payload of that command. Pure functions."""

import json
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.alarms.alarm import Alarm, after_event, fold_alarms
from engine.alarms.causes import CAUSES
from engine.alarms.episodes import ENGINE_KINDS, chatters
from engine.alarms.shelving import PlaceShelves, expiry_of, place_of, retired_at
from engine.clock import LAST
from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.payloads import Ring
from engine.records.stored_settings import FoldRules

YOUNG = timedelta(hours=24)
"""A ring this old is not notified any more: no engine ran in the meantime."""


ALWAYS = frozenset(cause.value for cause, rule in CAUSES.items() if rule.always_notified)
"""Causes for which the command runs at any priority."""


KEPT = 2_000
"""Events kept of each place, and episodes that an event may still name: memory stays flat."""


_SERVICE = frozenset({EventKind.RETIRED, EventKind.REINSTATED})


class PendingCalls:
    """The rings that the command has still to run for, kept up to date as events are added.

    A ring depends on the events of its place and on components out of service alone. A quiet ring is decided
    again only after an event that can make it loud: of an operator, or in the past. The alarm and its shelves
    are followed from event to event, so that a ring costs the same however many came before it.
    """

    def __init__(
        self,
        rules: FoldRules,
        floor: Priority,
        target: str = "",
        news: frozenset[EventKind] = frozenset(),
    ) -> None:
        """Start without events.

        Args:
            rules: of the fold.
            floor: the lowest priority to notify.
            target: whose "notified" events count; "" is the `on_ring` command.
            news: kinds of events, no rings, of which the target is told too (`due_news`).
        """
        self._rules, self._floor, self._target, self._kinds = rules, floor, target, news
        self._news: dict[int, Event] = {}
        self._by_place: dict[str, deque[Event]] = {}
        self._followed = _Followed(rules)
        self._shelving: dict[str, PlaceShelves] = {}
        self._rang: dict[int, Alarm] = {}
        self._service: list[Event] = []
        self._notified: set[int | None] = set()
        self._rings: dict[int, Event] = {}
        self._shelves: dict[int, Event] = {}
        self._quiet: dict[str, set[int]] = {}
        self._awake: set[int] = set()
        self._settled: dict[str, datetime] = {}

    def add(self, events: Iterable[Event], now: datetime | None = None) -> None:
        """Add newer events, in order of seq; with the wall clock, rings that are too old are not kept."""
        for event in events:
            is_old = now is not None and now - event.recorded_at > YOUNG
            if event.kind is EventKind.NOTIFIED:
                if event.detail.get("target", "") != self._target:
                    continue
                if event.ring in self._shelves:
                    self._notified.add(event.ring)
            elif event.kind in _SERVICE:
                self._service.append(event)
                for place in list(self._quiet):
                    self._wake(place)
                self._settled.clear()
            elif event.alarm:
                alarm = self._follow(event)
                if event.kind in RINGS and alarm is not None and not is_old:
                    self._rang[event.seq] = alarm
            if event.kind in RINGS and not is_old and not self._is_low(event):
                self._rings[event.seq] = event
                self._awake.add(event.seq)
            elif event.kind is EventKind.SHELVED:
                self._shelves[event.seq] = event
            if event.kind is EventKind.NOTIFIED and event.ring is not None:
                self._forget(event.ring)
            elif event.kind in RINGS and event.seq not in self._rings:
                self._forget(event.seq)

            if event.kind in self._kinds and event.alarm and not is_old:
                self._news[event.seq] = event

    def due_news(self, now: datetime) -> Iterator[tuple[Event, Alarm]]:
        """Yield the events of the further kinds that the target has still to be told of.

        Those of alarms that are put away, or below the floor, are left out.

        Args:
            now: wall clock.
        """
        for seq, event in list(self._news.items()):
            alarms = fold_alarms(self._own_events(event), event.at, self._rules)
            own = [one for one in alarms if one.ring.seq == event.ring or one.ring.alarm == event.alarm]
            # An alarm that is over is put away no longer, but its component may be out of service.
            is_out = event.component in retired_at(self._service, event.at)
            loud = own and not (is_out or own[0].put_away) and _loud(own[0].ring, own[0], self._floor)
            if now - event.recorded_at > YOUNG or not loud:
                self._forget(seq)
            else:
                yield event, own[0]

    def wants_answer(self, ring: Event, live_now: datetime) -> bool:
        """Return whether a ring is the latest of its alarm, and nobody acknowledged or shelved it yet.

        Args:
            ring: from `due`.
            live_now: the newest stamp plus the wall time since it came.
        """
        alarms = fold_alarms(self._own_events(ring), max(live_now, ring.at), self._rules)
        return any(one.ring.seq == ring.seq and one.needs_acknowledgement for one in alarms)

    def _follow(self, event: Event) -> Alarm | None:
        """Take an event about an alarm; return the alarm after it, None of another kind of event."""
        place = place_of(event.alarm)
        own = self._by_place.setdefault(place, deque(maxlen=KEPT))
        own.append(event)
        shelves = self._shelving.get(place)
        held = None if shelves is None else shelves.holding(event.at)
        if shelves is not None:
            shelves.add(event)
        elif event.kind is EventKind.SHELVED:
            self._shelving[place] = PlaceShelves(own)
        in_order = self._followed.is_newer(event)
        alarm = self._followed.after(event)
        ends = held is not None and shelves is not None and shelves.holding(event.at) != held
        if event.kind not in ENGINE_KINDS or ends or not in_order or place in self._followed.unordered:
            self._wake(place)
        return alarm

    def _wake(self, place: str) -> None:
        """Decide the quiet rings of a place again."""
        self._awake |= self._quiet.pop(place, set()) & self._rings.keys()
        self._settled.pop(place, None)

    def _forget(self, seq: int) -> None:
        self._news.pop(seq, None)
        self._rings.pop(seq, None)
        self._shelves.pop(seq, None)
        self._rang.pop(seq, None)
        self._awake.discard(seq)

    @property
    def waiting(self) -> frozenset[int]:
        """Return the seq of each ring and shelf that may be due now or later."""
        return frozenset(self._rings.keys() | self._shelves.keys() | self._news.keys())

    def due(self, live_now: datetime, now: datetime) -> Iterator[tuple[Event, Alarm]]:
        """Yield the rings that are due with their alarms, the oldest first; each is decided when asked for.

        Args:
            live_now: the newest stamp plus the wall time since it came.
            now: wall clock.
        """
        for seq in sorted(self._awake):
            ring = self._rings.get(seq)
            if ring is None:
                continue
            if now - ring.recorded_at > YOUNG:
                self._forget(seq)
                continue
            alarm = self._alarm_of(ring)
            if alarm is None or _is_quiet(alarm) or not _loud(ring, alarm, self._floor):
                self._awake.discard(seq)
                self._quiet.setdefault(place_of(ring.alarm), set()).add(seq)
            else:
                yield ring, alarm
        yield from self._run_out(live_now)

    def _run_out(self, live_now: datetime) -> Iterator[tuple[Event, Alarm]]:
        """Yield the shelves whose time is up under a standing alarm, as rings."""
        young = [
            shelf for shelf in self._shelves.values() if timedelta(0) <= live_now - expiry_of(shelf) <= YOUNG
        ]
        for place, shelf in {place_of(shelf.alarm): shelf for shelf in young}.items():
            if live_now < self._settled.get(place, live_now):
                continue
            own, found = self._own_events(shelf), False
            for alarm in fold_alarms(own, live_now, self._rules):
                ring = alarm.ring
                is_open = ring.kind is EventKind.SHELVED and ring.seq not in self._notified
                if is_open and alarm.needs_acknowledgement and live_now - ring.at <= YOUNG:
                    rang = _as_it_rang(own, ring, self._rules)
                    if rang is not None and not _is_quiet(rang) and _loud(ring, rang, self._floor):
                        found = True
                        yield ring, rang
            if not found:
                # Newer rings cover the end of a shelf; only another shelf that ends can bring it back.
                ends = [expiry_of(one) for one in self._shelves.values() if place_of(one.alarm) == place]
                self._settled[place] = min((end for end in ends if end > live_now), default=LAST)

    def _alarm_of(self, ring: Event) -> Alarm | None:
        """Return the alarm of a ring as it was when it rang."""
        place, alarm = place_of(ring.alarm), self._rang.get(ring.seq)
        out = retired_at(self._service, ring.at).get(ring.component) if ring.component else None
        if alarm is None or place in self._followed.unordered:
            alarm = _as_it_rang(self._own_events(ring), ring, self._rules)
            return None if alarm is None else replace(alarm, retired=out)
        alarm = replace(alarm, latching=self._rules.latching, retired=out)
        shelf = self._shelving[place].holding(ring.at) if place in self._shelving else None
        return alarm if shelf is None else replace(alarm, shelf=shelf.event, shelved_until=shelf.expiry)

    def _own_events(self, ring: Event) -> list[Event]:
        return [*self._by_place.get(place_of(ring.alarm), ()), *self._service]

    def _is_low(self, ring: Event) -> bool:
        """Whether no later event can make a ring loud: its priority and its cause are fixed."""
        found = Ring.from_detail(ring.detail)
        return bool(found.cause) and found.priority < self._floor and found.cause not in ALWAYS


@dataclass(slots=True)
class _Story:
    """An alarm after its newest event, and its last ring or clearing."""

    key: str
    alarm: Alarm | None
    last: Event


class _Followed:
    """The alarms of a record after its newest event.

    `unordered` holds the places where recording time went back.
    """

    def __init__(self, rules: FoldRules) -> None:
        self._chatter = rules.chatter
        self._stories: OrderedDict[str, _Story] = OrderedDict()
        self._newest: dict[str, _Story] = {}
        self._last_at: dict[str, datetime] = {}
        self.unordered: set[str] = set()

    def is_newer(self, event: Event) -> bool:
        """Whether an event is after all of its place in recording time."""
        last = self._last_at.get(place_of(event.alarm))
        return last is None or event.at > last

    def after(self, event: Event) -> Alarm | None:
        """Take an event about an alarm; return the alarm after it, None of another kind of event."""
        place = place_of(event.alarm)
        if event.kind not in ENGINE_KINDS:
            return None
        if event.at < self._last_at.get(place, event.at):
            self.unordered.add(place)
        self._last_at[place] = event.at
        story = self._stories.get(event.alarm)
        if story is None:
            if event.kind is not EventKind.RAISED:
                return None
            story = self._newest.get(place)
            if story is None or not chatters(story.last, event, self._chatter):
                story = self._newest[place] = _Story(event.alarm, None, event)
            self._stories[event.alarm] = story
            if len(self._stories) > KEPT:
                self._stories.popitem(last=False)
        story.alarm = after_event(story.alarm, story.key, event)
        if event.kind is not EventKind.DIAGNOSED:
            story.last = event
        return story.alarm


def failing_channels(events: Iterable[Event]) -> dict[str, str]:
    """Return the channels that fail now, each with a sentence; the engine says so once for each failure.

    Args:
        events: of the live record, in order of seq.
    """
    failing: dict[str, str] = {}
    for event in events:
        if event.kind is EventKind.STARTED:
            failing.clear()
        elif event.kind is EventKind.NOTIFIED and "channel" in event.detail:
            name = str(event.detail.get("target", ""))
            failing.pop(name, None)
            if event.detail["channel"] == "failing":
                failing[name] = str(event.detail.get("message", f"{name} does not accept messages"))
    return failing


def payload_of(machine: str, ring: Event, alarm: Alarm, advice: str) -> bytes:
    """Return the standard input of the command: one JSON object, in UTF-8, and a line end.

    Args:
        machine: its name.
        ring: the event.
        alarm: that rang.
        advice: text for it, "" for none.
    """
    value = {
        "machine": machine,
        "ring": ring.seq,
        "kind": "shelf ran out" if ring.kind is EventKind.SHELVED else ring.kind.value,
        "at": ring.at.isoformat(),
        "recorded_at": ring.recorded_at.isoformat(),
        "alarm": alarm.key,
        "source": alarm.source,
        "component": alarm.component,
        "cause": alarm.cause,
        "priority": alarm.priority.value,
        "severity": alarm.severity,
        "surface": alarm.surface,
        "count": alarm.count,
        "advice": advice,
        "detail": dict(ring.detail),
    }
    return json.dumps(value).encode() + b"\n"


def _as_it_rang(events: Sequence[Event], ring: Event, rules: FoldRules) -> Alarm | None:
    alarms = fold_alarms(events, ring.at, rules)
    own = (one for one in alarms if one.ring.seq == ring.seq or one.ring.alarm == ring.alarm)
    return next(own, None)


def _is_quiet(alarm: Alarm) -> bool:
    """Whether a ring was put away; a shelf that came after it does not cancel its notification."""
    return alarm.retired is not None or (alarm.shelf is not None and not alarm.shelved_later)


def _loud(ring: Event, alarm: Alarm, floor: Priority) -> bool:
    priority = Ring.from_detail(ring.detail).priority if ring.kind in RINGS else alarm.priority
    return alarm.cause in ALWAYS or priority >= floor
