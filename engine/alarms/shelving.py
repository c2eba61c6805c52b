"""Alarms that are put away: shelved for a time with a reason, or of a component out of service.

Pure. A shelf holds a place, that is a source with a cause, so that an episode which begins under it is
shelved too. It names a ring, as an acknowledgement does. A later ring of higher priority ends it,
in whatever order the store received the two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.records.events import RINGS, Cause, Event, EventKind, Priority
from engine.records.payloads import Ring

_CAUSES = frozenset(map(str, Cause))

Mark = tuple[datetime, int, int]
"""Order of a ring among the rings of its place: instant, 1 for the end of a shelf else 0, seq."""


def mark_of(ring: Event) -> Mark:
    """Return the order of a ring among the rings of its place; an expired shelf rings at its `at`."""
    return (ring.at, int(ring.kind is EventKind.SHELVED), ring.seq)


def place_of(key: str) -> str:
    """Return the place of an episode: its key without the snapshot that raised it.

    The name of a snapshot holds "/" where recordings lie in folders, so the cause ends the place.
    """
    source, *rest = key.split("/")
    for number, part in enumerate(rest, 1):
        if part in _CAUSES:
            return "/".join((source, *rest[:number]))
    return key.rsplit("/", 1)[0]


def words_of(key: str) -> str:
    """Return the place of an episode as a person reads it: "Bearing 1, limit"."""
    return ", ".join(place_of(key).rsplit("/", 1))


@dataclass(frozen=True, slots=True)
class Shelf:
    """One shelving of an alarm.

    `seen` is the mark of the ring it answers, `expiry` its time limit, `end` its end: at its expiry, or
    earlier by hand or by a ring of higher priority. All are recording times.
    """

    event: Event
    seen: Mark
    expiry: datetime
    end: datetime

    @property
    def runs_out(self) -> bool:
        """Whether it holds until it expires, and rings then if the alarm still stands."""
        return self.event.at < self.end == self.expiry

    def holds(self, at: datetime) -> bool:
        """Whether it is in effect at an instant."""
        return self.event.at <= at < self.end


def expiry_of(shelved: Event) -> datetime:
    """Return the recording time at which a shelf expires."""
    return datetime.fromisoformat(str(shelved.detail["until"]))


def shelves_of(ordered: Iterable[Event]) -> Mapping[str, tuple[Shelf, ...]]:
    """Return every shelf ever given, by place, in order of seq.

    Args:
        ordered: events of one assessment and one session, in order of seq.
    """
    rings: dict[int, Event] = {}
    by_place: dict[str, list[Event]] = {}
    shelved: list[Event] = []
    ended: dict[int, datetime] = {}
    for event in ordered:
        if event.kind in RINGS:
            rings[event.seq] = event
            by_place.setdefault(place_of(event.alarm), []).append(event)
        elif event.kind is EventKind.SHELVED:
            shelved.append(event)
        elif event.kind is EventKind.UNSHELVED:
            number = event.detail["shelf"]
            if isinstance(number, int):
                ended[number] = min(event.at, ended.get(number, event.at))
    marks = {seq: mark_of(ring) for seq, ring in rings.items()}
    marks |= {event.seq: (expiry_of(event), 1, event.seq) for event in shelved}
    answered = {event.seq: event.ring for event in shelved}
    found: dict[str, list[Shelf]] = {}
    for event in shelved:
        number = event.ring
        # A shelf may answer the end of an earlier one, and that one a ring of the engine.
        while number in answered:
            number = answered[number]
        ring = rings.get(number or 0)
        if ring is None or event.ring is None:
            continue
        place, seen, expiry = place_of(event.alarm), marks[event.ring], expiry_of(event)
        priority = _priority(ring)
        broken = [one.at for one in by_place.get(place, ()) if _breaks(one, seen, priority)]
        end = min([expiry, ended.get(event.seq, expiry), *broken])
        found.setdefault(place, []).append(Shelf(event, seen, expiry, end))
    return {place: tuple(shelves) for place, shelves in found.items()}


@dataclass(slots=True)
class _Growing:
    """A shelf whose end may still come earlier; `priority` is that of the ring it answers."""

    event: Event
    seen: Mark
    expiry: datetime
    end: datetime
    priority: Priority


class PlaceShelves:
    """The shelves of one place as its events come; equal to those of `shelves_of` for the same events.

    A ring costs as much as the place has shelves, however many rings came before it.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        """Start with the events of the place so far, in order of seq."""
        self._rings: dict[int, Event] = {}
        self._shelves: dict[int, _Growing] = {}
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Add the next event of the place."""
        if event.kind in RINGS:
            self._rings[event.seq] = event
            for shelf in self._shelves.values():
                if _breaks(event, shelf.seen, shelf.priority):
                    shelf.end = min(shelf.end, event.at)
        elif event.kind is EventKind.SHELVED:
            self._begin(event)
        elif event.kind is EventKind.UNSHELVED:
            number = event.detail["shelf"]
            known = self._shelves.get(number) if isinstance(number, int) else None
            if known is not None:
                known.end = min(known.end, event.at)

    def _begin(self, event: Event) -> None:
        answered = self._shelves.get(event.ring or 0)
        ring = self._rings.get(event.ring or 0)
        if answered is not None:
            seen, priority = (answered.expiry, 1, answered.event.seq), answered.priority
        elif ring is not None:
            seen, priority = mark_of(ring), _priority(ring)
        else:
            return
        expiry = expiry_of(event)
        broken = (one.at for one in self._rings.values() if _breaks(one, seen, priority))
        self._shelves[event.seq] = _Growing(event, seen, expiry, min([expiry, *broken]), priority)

    @property
    def shelves(self) -> tuple[Shelf, ...]:
        """Return all shelves, in order of seq."""
        return tuple(Shelf(one.event, one.seen, one.expiry, one.end) for one in self._shelves.values())

    def holding(self, at: datetime) -> Shelf | None:
        """Return the shelf in effect at an instant, of several the one that expires last."""
        held = [one for one in self._shelves.values() if one.event.at <= at < one.end]
        if not held:
            return None
        last = max(held, key=lambda one: (one.expiry, -one.event.seq))
        return Shelf(last.event, last.seen, last.expiry, last.end)


def _breaks(ring: Event, seen: Mark, priority: Priority) -> bool:
    """Whether a ring ends a shelf that answered a ring of this mark and priority."""
    return mark_of(ring) > seen and (ring.kind is EventKind.ESCALATED or _priority(ring) > priority)


def retired_at(ordered: Iterable[Event], until: datetime) -> Mapping[str, Event]:
    """Return the components out of service at an instant, each with the first event that retired it.

    Args:
        ordered: events of one assessment and one session, in order of seq.
        until: the playhead, inclusive.
    """
    ordered = [event for event in ordered if event.at <= until]
    back = {event.ring for event in ordered if event.kind is EventKind.REINSTATED}
    out = [event for event in ordered if event.kind is EventKind.RETIRED and event.seq not in back]
    return {event.component: event for event in reversed(out)}


def _priority(ring: Event) -> Priority:
    return Ring.from_detail(ring.detail).priority
