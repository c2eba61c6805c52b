"""Looks at a store: the state and the conditions of every watched machine, read on one thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.alarms.alarm import Alarm
from engine.clock import moment, wall_clock
from engine.errors import FailedError
from engine.live.export.machine_state import Known, state_of
from engine.opcua.conditions import Condition, conditions_of, engine_condition
from engine.records.assessment import Assessment
from engine.records.picker import newest_of_each
from engine.records.plants.newest import Newest
from engine.records.progress import Heartbeat
from engine.reports.overview import Overviews
from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Look:
    """A machine at one look.

    Attributes:
        machine: its name.
        state: of `machine_state`.
        time: recording time of its newest snapshot; None without one.
        beat_age: seconds since the last heartbeat of its engine; None without one.
        conditions: by key, those that are over too.
    """

    machine: str
    state: Mapping[str, Any]
    time: datetime | None
    beat_age: float | None
    conditions: Mapping[str, Condition]


class Looks:
    """Reads a store again and again. One thread at a time."""

    def __init__(self, state: Path) -> None:
        """Take the folder of the store; the first read opens it, and the next one after a failure."""
        self._state = state
        self._store: Store | None = None
        self._overviews = Overviews()
        self._conditions: dict[str, tuple[tuple[Alarm, ...], dict[str, Condition]]] = {}

    def read(self) -> tuple[Look, ...]:
        """Return every watched machine, by name.

        Raises:
            StoreError: the store cannot be read now.
        """
        try:
            if self._store is None:
                self._store = Store.open(self._state, read_only=True)
            return self._read(self._store, wall_clock())
        except FailedError:
            self.close()
            raise

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _read(self, store: Store, now: datetime) -> tuple[Look, ...]:
        with store.reading_long():
            missing = store.unrecorded(now)
            live = [one for one in newest_of_each(store.assessments()) if one.live]
            overviews = self._overviews.read(store, live, now)
        found = [self._look(one.assessment, Newest(), one.heartbeat, (), now) for one in missing]
        found += [self._look(one.assessment, one.newest, one.heartbeat, one.alarms, now) for one in overviews]
        return tuple(sorted(found, key=lambda one: one.machine))

    def _look(
        self,
        assessment: Assessment,
        newest: Newest,
        beat: Heartbeat | None,
        alarms: tuple[Alarm, ...],
        now: datetime,
    ) -> Look:
        time = moment(int(newest.at[-1])) if len(newest) else None
        came = newest.taken[1] if newest.taken is not None and newest.taken[0] == time else None
        state = state_of(Known(assessment, beat, newest, came, alarms, 0), now)
        machine = assessment.machine
        known = self._conditions.get(machine)
        if known is None or known[0] is not alarms:
            known = self._conditions[machine] = alarms, conditions_of(machine, alarms)
        engine = engine_condition(machine, state, now)
        age = None if beat is None else max((now - beat.beat_at).total_seconds(), 0.0)
        return Look(machine, state, time, age, {engine.key: engine, **known[1]})
