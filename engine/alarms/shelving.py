"""Alarms that are put away: shelved for a time with a reason, or of a component out of service.

Pure. A shelf holds a place, that is a source with a cause, so that an episode which begins under it is
shelved too. It names a ring, as an acknowledgement does. A later ring of higher priority ends it,
in whatever order the store received the two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.records.events import RINGS, Event, EventKind, Priority
from engine.records.payloads import Ring

Mark = tuple[datetime, int, int]
"""Order of a ring among the rings of its place: instant, 1 for the end of a shelf else 0, seq."""


def mark_of(ring: Event) -> Mark:
    """Return the order of a ring among the rings of its place; an expired shelf rings at its `at`."""
    return (ring.at, int(ring.kind is EventKind.SHELVED), ring.seq)


def place_of(key: str) -> str:
    """Return the place of an episode: its key without the snapshot that raised it."""
    return key.rsplit("/", 1)[0]


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
        broken = [
            one.at
            for one in by_place.get(place, ())
            if mark_of(one) > seen and (one.kind is EventKind.ESCALATED or _priority(one) > _priority(ring))
        ]
        end = min([expiry, ended.get(event.seq, expiry), *broken])
        found.setdefault(place, []).append(Shelf(event, seen, expiry, end))
    return {place: tuple(shelves) for place, shelves in found.items()}


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
