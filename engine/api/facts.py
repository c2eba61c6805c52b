"""Reads the store for requests: one thread, because a store serves one."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from engine.alarms.advice import advice_for
from engine.alarms.alarm import Alarm, AlarmState, fold_alarms
from engine.alarms.metrics import alarm_figures
from engine.alarms.peak import peak_stored
from engine.api.faults import FaultError
from engine.clock import median_span, microseconds, moment, wall_clock
from engine.diagnosis.motor_features import features_by_channel
from engine.errors import FailedError, StoreMissingError, UnusableError
from engine.operator.alarm_actions import playhead_of
from engine.records.assessment import Assessment
from engine.records.events import Event, event_record
from engine.records.picker import newest_of_each, of_machine
from engine.records.picture import Picture
from engine.records.plants.report import with_unrecorded
from engine.records.progress import Heartbeat
from engine.records.series import Series
from engine.records.thinning import joined
from engine.reports.alarm_records import alarm_record, figures_record
from engine.store.store import Store

T = TypeVar("T")

MOST_POINTS = 10_000
"""Snapshots in one answer at most; a longer span is thinned."""

HINT_SECONDS = 0.1
"""Time between two looks for a hint, in memory [s]."""

MOST_EVENTS = 1_000
"""Events in one answer at most; the next ones follow by `after`."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One machine as of now: its record, playhead, events and alarms."""

    store: Store
    assessment: Assessment
    at: datetime
    now: datetime
    events: tuple[Event, ...]
    alarms: tuple[Alarm, ...]
    read_series: Callable[[], Series]

    def alarm(self, which: str) -> Alarm:
        """Return the alarm with this ring number or key.

        Raises:
            FaultError: there is none (404).
        """
        for alarm in self.alarms:
            if which in (alarm.key, alarm.ring.alarm, str(alarm.ring.seq)):
                return alarm
        raise FaultError(404, f"there is no alarm {which!r} on {self.assessment.machine}", "alarm")


class Facts:
    """The store of a state folder, for requests."""

    def __init__(self, state: Path) -> None:
        """Take the folder; the store is opened by the first request, and again after a failure."""
        self._state = state
        self._thread = ThreadPoolExecutor(1, "raceway-store")
        self._store: Store | None = None
        self._series: dict[int, Series] = {}

    async def ask(self, question: Callable[[Store], T]) -> T:
        """Run a question on the store's thread.

        Raises:
            FaultError: the store cannot be read (503), or does not hold what was asked for (404).
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._asked, question)

    async def at(self, machine: str, question: Callable[[Desk], T]) -> T:
        """Run a question about one machine as of now."""
        return await self.ask(lambda store: question(self._desk(store, machine)))

    def heard(self, machine_id: int) -> int | None:
        """Return a number that grows with each hint about a machine; None where the store gives none."""
        store = self._store
        return None if store is None else store.heard(machine_id)

    async def await_hint(self, machine_id: int, heard: int | None, seconds: float) -> None:
        """Wait for the next hint about a machine.

        Args:
            machine_id: of the machine.
            heard: the number of hints before the last look; without hints the whole time passes.
            seconds: the longest wait.
        """
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0 and self.heard(machine_id) == heard:
            await asyncio.sleep(rest if heard is None else min(HINT_SECONDS, rest))

    def close(self) -> None:
        """Close the store."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _asked(self, question: Callable[[Store], T]) -> T:
        try:
            if self._store is None:
                self._store = Store.open(self._state)
            return question(self._store)
        except StoreMissingError as error:
            self._close()
            raise FaultError(503, str(error)) from error
        except UnusableError as error:
            raise FaultError(404, str(error)) from error
        except FailedError as error:
            self._close()
            raise FaultError(503, str(error)) from error

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
            self._series.clear()

    def _desk(self, store: Store, machine: str) -> Desk:
        assessment = newest_of_each(of_machine(store.assessments(), machine, self._state))[0]
        now = wall_clock()
        events = store.events(assessment)
        at = playhead_of(store, assessment, events, now) or assessment.created_at
        alarms = fold_alarms(events, at, assessment.settings.fold)
        return Desk(store, assessment, at, now, events, alarms, lambda: self._grown(store, assessment))

    def _grown(self, store: Store, assessment: Assessment) -> Series:
        """Return the series of an assessment; of one that was read before, only new snapshots are read."""
        known = self._series.get(assessment.id)
        after = int(known.positions[-1]) if known is not None and len(known) else -1
        new = store.series(assessment, after)
        found = new if known is None else joined(known, new)
        self._series[assessment.id] = found
        return found


def machines(store: Store) -> list[dict[str, Any]]:
    """Return the machines of a store in order of name, those of plants without a record too."""
    with store.reading_long():
        missing = store.unrecorded(wall_clock())
        known = newest_of_each(with_unrecorded(store.assessments(), missing))
        recorded = [one for one in known if one.components]
        beats = store.heartbeats(recorded)
        newest = {number: one.stamp for number, one in store.newest(recorded).items()}
    beats |= {one.assessment.id: one.heartbeat for one in missing}
    return [
        _machine(one, beats.get(one.id), newest.get(one.id))
        for one in sorted(known, key=lambda one: one.machine)
    ]


def _machine(assessment: Assessment, beat: Heartbeat | None, newest: datetime | None) -> dict[str, Any]:
    return {
        "name": assessment.machine,
        "live": assessment.live,
        "model": assessment.model,
        "components": list(assessment.components),
        "newest": None if newest is None else newest.isoformat(),
        "engine": None
        if beat is None
        else {"phase": beat.phase.value, "beat_at": beat.beat_at.isoformat(), "message": beat.message},
    }


def components(desk: Desk) -> list[dict[str, Any]]:
    """Return the components of a machine with their newest severity and open alarm."""
    found = []
    for index, name in enumerate(desk.assessment.components):
        last = desk.store.last_severity(desk.assessment, index)
        own = [
            alarm for alarm in desk.alarms if alarm.component == name and alarm.state is not AlarmState.NORMAL
        ]
        found.append(
            {
                "name": name,
                "channels": list(desk.assessment.channels[index]),
                "severity": None if last is None else last[0],
                "at": None if last is None else last[1].isoformat(),
                "alarm": own[0].ring.seq if own else None,
            }
        )
    return found


def severities(desk: Desk, begin: datetime | None, end: datetime | None, most: int) -> dict[str, Any]:
    """Return the severities of a span, thinned so that the highest of each group of snapshots stays.

    Args:
        desk: of the machine.
        begin: first recording time, None for the first of all.
        end: last recording time, None for the newest.
        most: snapshots in the answer at most.
    """
    series = desk.read_series()
    low = 0 if begin is None else int(np.searchsorted(series.at, _microseconds(begin), "left"))
    high = len(series) if end is None else int(np.searchsorted(series.at, _microseconds(end), "right"))
    count = max(0, high - low)
    step = max(1, -(-count // most))
    severity, at = series.severity[low:high], series.at[low:high]
    starts = np.arange(0, count, step)
    by_component = {}
    for index, name in enumerate(desk.assessment.components):
        column = np.where(np.isfinite(severity[:, index]), severity[:, index], -np.inf)
        worst = np.maximum.reduceat(column, starts) if count else column
        by_component[name] = [float(one) if np.isfinite(one) else None for one in worst]
    return {
        "machine": desk.assessment.machine,
        "snapshots": count,
        "step": step,
        "at": [moment(int(at[start])).isoformat() for start in starts],
        "severity": by_component,
    }


def alarms(desk: Desk, *, over: bool, priority: str | None, component: str | None) -> dict[str, Any]:
    """Return the alarms of a machine, the most urgent first.

    Args:
        desk: of the machine.
        over: include alarms that are over.
        priority: only of this priority.
        component: only of this component.
    """
    shown = [
        alarm
        for alarm in desk.alarms
        if (over or alarm.state is not AlarmState.NORMAL)
        and priority in (None, alarm.priority.value)
        and component in (None, alarm.component)
    ]
    return {
        "machine": desk.assessment.machine,
        "at": desk.at.isoformat(),
        "alarms": [_alarm(desk, alarm) for alarm in shown],
    }


def _alarm(desk: Desk, alarm: Alarm) -> dict[str, Any]:
    advice = advice_for(alarm, desk.assessment.settings.advice)
    return alarm_record(alarm, advice, peak_stored(desk.store, desk.assessment, alarm, desk.at))


def story(desk: Desk, which: str) -> dict[str, Any]:
    """Return one alarm with the events of its history, evidence included."""
    alarm = desk.alarm(which)
    own = [event for event in desk.events if event.alarm == alarm.ring.alarm]
    return {**_alarm(desk, alarm), "events": [event_record(event) for event in own]}


def events(desk: Desk, after: int, most: int) -> dict[str, Any]:
    """Return the events after a sequence number, oldest first."""
    newer = [event for event in desk.events if event.seq > after][:most]
    return {"machine": desk.assessment.machine, "events": [event_record(event) for event in newer]}


def figures(desk: Desk) -> dict[str, Any]:
    """Return the metrics of the alarm system."""
    stamps = sorted(desk.store.times(desk.assessment))
    found = alarm_figures(
        desk.events,
        stamps[0] if stamps else desk.at,
        desk.at,
        rules=desk.assessment.settings.fold,
        interval=median_span(stamps),
        live=desk.assessment.live,
    )
    return {"machine": desk.assessment.machine, **figures_record(found)}


def picture(desk: Desk, at: datetime | None) -> dict[str, Any]:
    """Return the spectrum, reconstruction and envelope of the newest snapshot up to an instant.

    Raises:
        FaultError: there is no snapshot, or it was thinned out (404).
    """
    series = desk.read_series()
    place = len(series) if at is None else int(np.searchsorted(series.at, _microseconds(at), "right"))
    found = desk.store.drawn(desk.assessment, int(series.positions[place - 1])) if place else None
    if found is None:
        raise FaultError(404, "no spectrum is stored up to then", "at")
    return {
        "machine": desk.assessment.machine,
        "snapshot": series.names[place - 1],
        "at": moment(int(series.at[place - 1])).isoformat(),
        **picture_record(found, features_by_channel(desk.assessment)),
    }


def picture_record(found: Picture, features: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    """Return a picture in JSON types: band edges [Hz], spectrum and reconstruction [dB], shares, envelope.

    Args:
        found: the picture.
        features: of each channel of a motor, whose bands are no frequencies, the names of its features.
    """
    return {
        "edges_hz": found.edges.tolist(),
        **({"features": {str(one): list(names) for one, names in features.items()}} if features else {}),
        "spectrum_db": _finite(found.spectrum),
        "reconstruction_db": _finite(found.reconstruction),
        "contribution": _finite(found.contribution),
        "envelope_step_hz": found.envelope_step,
        "envelope": _finite(found.envelope),
    }


def _microseconds(at: datetime) -> int:
    return microseconds(at if at.tzinfo else at.replace(tzinfo=UTC))


def _finite(values: Iterable[Any]) -> list[Any]:
    """Return an array of two dimensions as lists, None for what is not known."""
    return [[float(one) if np.isfinite(one) else None for one in row] for row in values]
