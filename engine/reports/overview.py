"""All machines of a store as of now, for a list, for metrics, and for systems of the plant."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.alarms.alarm import Alarm, fold_alarms, turns_of
from engine.operator.alarm_actions import playhead_from
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind
from engine.records.plants.newest import Newest
from engine.records.progress import Heartbeat

if TYPE_CHECKING:
    from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Overview:
    """A machine as of now.

    Attributes:
        assessment: its record.
        newest: the end of the record.
        until: the present in recording time; None before the first event.
        alarms: as of `until`.
        heartbeat: the last one of its engine, None without one.
        events: of the live record, by seq.
    """

    assessment: Assessment
    newest: Newest
    until: datetime | None
    alarms: tuple[Alarm, ...]
    heartbeat: Heartbeat | None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class _Folded:
    """Alarms of some events, from one instant until another."""

    events: tuple[Event, ...]
    since: datetime
    end: datetime | None
    alarms: tuple[Alarm, ...]

    def holds(self, events: tuple[Event, ...], at: datetime) -> bool:
        """Whether these are the alarms of the same events at an instant."""
        return self.events is events and self.since <= at and (self.end is None or at < self.end)


class Overviews:
    """Reads many machines again and again; events that were read once are kept."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._store: Store | None = None
        self._events: dict[int, tuple[Event, ...]] = {}
        self._folded: dict[int, _Folded] = {}

    def read(self, store: "Store", assessments: Iterable[Assessment], now: datetime) -> tuple[Overview, ...]:
        """Return the machines in the order of their records.

        Args:
            store: holds the records.
            assessments: the records.
            now: the wall clock.
        """
        known = tuple(assessments)
        if store is not self._store:
            # Another store may have other events under the same numbers.
            self._store, self._events, self._folded = store, {}, {}
        self._read_events(store, known)
        newest, beats = store.newest(known), store.heartbeats(known)
        found = []
        for one in known:
            events, end = self._events.get(one.id, ()), newest[one.id]
            until = playhead_from(one, end.stamp, end.taken, events, now)
            alarms = () if until is None else self._alarms(one, events, until)
            found.append(Overview(one, end, until, alarms, beats.get(one.id), events))
        return tuple(found)

    def _read_events(self, store: "Store", assessments: Iterable[Assessment]) -> None:
        kept = {one.id: self._events.get(one.id, ()) for one in assessments}
        new = store.events_of_each({number: own[-1].seq if own else 0 for number, own in kept.items()})
        # A rename changes the names in earlier events.
        renamed = [
            number
            for number, own in new.items()
            if kept[number] and any(one.kind is EventKind.RENAMED for one in own)
        ]
        for number in renamed:
            kept[number] = ()
        if renamed:
            new |= store.events_of_each(dict.fromkeys(renamed, 0))
        # Without a new event the same tuple, so that its alarms are known.
        self._events = {number: own + new[number] if number in new else own for number, own in kept.items()}

    def _alarms(
        self, assessment: Assessment, events: tuple[Event, ...], until: datetime
    ) -> tuple[Alarm, ...]:
        folded = self._folded.get(assessment.id)
        if folded is None or not folded.holds(events, until):
            turns = turns_of(events)
            later = bisect_right(turns, until)
            end = turns[later] if later < len(turns) else None
            alarms = fold_alarms(events, until, assessment.settings.fold)
            folded = self._folded[assessment.id] = _Folded(events, until, end, alarms)
        return folded.alarms
