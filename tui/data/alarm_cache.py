"""The alarms as of the playhead, folded again only if the result can differ."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime

from engine.alarms.alarm import EPISODES, Alarm, fold_alarms, turns_of
from engine.alarms.shelving import retired_at
from engine.records.events import Event
from engine.records.stored_settings import FoldRules


class Folding:
    """A cache of the last fold: it stays valid until the next event or expiry."""

    def __init__(self) -> None:
        """Start empty."""
        self._events: tuple[Event, ...] | None = None
        self._rules = EPISODES
        self._turns: tuple[datetime, ...] = ()
        self._place: int | None = None
        self._alarms: tuple[Alarm, ...] = ()
        self._retired: Mapping[str, Event] = {}

    def alarms(self, events: tuple[Event, ...], until: datetime, rules: FoldRules) -> tuple[Alarm, ...]:
        """Return the same as `fold_alarms`."""
        self._fold(events, until, rules)
        return self._alarms

    def retired(self, events: tuple[Event, ...], until: datetime, rules: FoldRules) -> Mapping[str, Event]:
        """Return the same as `retired_at`."""
        self._fold(events, until, rules)
        return self._retired

    def _fold(self, events: tuple[Event, ...], until: datetime, rules: FoldRules) -> None:
        if events is not self._events or rules != self._rules:
            self._events, self._rules, self._turns, self._place = events, rules, turns_of(events), None
        place = bisect_right(self._turns, until)
        if place != self._place:
            self._alarms = fold_alarms(events, until, rules)
            self._retired = retired_at(events, until)
            self._place = place
