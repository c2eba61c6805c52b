"""Drives a watching engine from a test, without waiting: the test goes on at each of the engine's heartbeats.

A test is a story, a generator: it writes files, moves clocks, and yields; the engine, on the same thread,
goes one step on and hands back. When the story ends the engine is asked to end. Clocks move only by a little
at each step, and when the story moves them.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.assessment.key import live_key
from engine.bundles.bundle import Bundle
from engine.bundles.library import Bundles
from engine.config.settings import Settings, load_settings
from engine.live import supervision, watcher
from engine.live.watcher import Clocks, watch
from engine.records.assessment import Assessment
from engine.records.events import Action, Event, EventKind
from engine.records.intake import Outcome
from engine.records.progress import Heartbeat
from engine.store.store import Patience, Store
from tests.engine.rigs import (
    SMALL_COUNT,
    WALL,
    Facts,
    SmallRig,
    facts_of,
    only_assessment,
    small_name,
)

STEP = 0.1
"""Seconds that pass at each heartbeat."""

MOST_STEPS = 5_000

ABOUT_ITSELF = (EventKind.STARTED, EventKind.FINISHED)
ASIDE = (*ABOUT_ITSELF, EventKind.REQUESTED, EventKind.ANSWERED)
"""What is said only where a machine is watched, and not of its snapshots."""

QUICK = {
    "watch.settle": 0.0,
    "watch.scan": 0.1,
    "watch.polling": "always",
    "store.minimum_free": 0,
    "alarms.no_data_after": 100_000,
}

NO_PATIENCE = Patience(lock_seconds=0.0, pauses=())
"""Engine and story share a thread: what waited for a lock that the other holds would wait for ever."""

Story = Iterator[None]


class KilledError(BaseException):
    """Ends an engine as a kill does: it has no last word."""


@dataclass
class Clock:
    """A steady clock and a wall clock that stand until they are moved."""

    steady: float = 1000.0
    wall_ahead: float = 0.0

    def now(self) -> datetime:
        return WALL + timedelta(seconds=self.steady - 1000.0 + self.wall_ahead)

    def both(self) -> Clocks:
        return Clocks(self.now, lambda: self.steady)


@dataclass
class Plant:
    """A small rig that is watched: its incoming folder, its state folder, and its clock."""

    rig: SmallRig
    folder: Path
    state: Path
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    beats: list[Heartbeat] = field(default_factory=list)
    kind_of_store: type[Store] = Store
    patience: Patience = NO_PATIENCE
    _store: Store | None = None
    _assessment: Assessment | None = None

    def run(self, story: Story, *, bundle: Bundle | None = None) -> None:
        """Watch until the story ends."""
        stop, steps = threading.Event(), 0

        def step(beat: Heartbeat) -> None:
            nonlocal steps
            steps += 1
            self.beats.append(beat)
            self.clock.steady += STEP
            if stop.is_set():
                return
            assert steps < MOST_STEPS, f"the engine gets nowhere; its last beat: {beat}"
            if next(story, True):
                stop.set()

        name = None if bundle is None else self.bundles.keep(bundle)
        with self.kind_of_store.open(self.state, create=True, patience=self.patience) as store:
            watch(
                self.folder,
                self.settings,
                store,
                stop=stop,
                clocks=self.clock.both(),
                bundle=name,
                tell=step,
            )

    @property
    def bundles(self) -> Bundles:
        return Bundles(self.state, live_key(self.settings))

    # What a story does.

    def put(self, *positions: int) -> None:
        """Let the recorder leave these snapshots of the run, renamed into place; what is there stays."""
        for name in map(small_name, positions):
            if (self.folder / name).exists():
                continue
            shutil.copyfile(self.rig.run.folder / name, self.folder / f".{name}")
            (self.folder / f".{name}").rename(self.folder / name)

    def write(self, name: str | bytes, content: bytes) -> Path:
        path = self.folder / os.fsdecode(name)
        path.write_bytes(content)
        return path

    def raw(self, position: int) -> bytes:
        """What the recorder wrote at a position."""
        return (self.rig.run.folder / small_name(position)).read_bytes()

    def ask(self, action: Action, **detail: object) -> Event:
        at = self.clock.now()
        return self.store.request(self.assessment(), action, by="ada", now=at, at=at, detail=detail)

    # What a story waits for.

    def until(self, is_so: Callable[[], bool]) -> Story:
        while not is_so():
            yield

    def dealt_with(self, count: int) -> Story:
        """Wait until the ledger has so many rows."""
        yield from self.until(lambda: sum(self.counts().values()) >= count)

    def turns(self) -> Story:
        """Let the engine do twice all that it does by the clock."""
        until = self.clock.steady + 2 * (supervision.TURN_SECONDS + self.settings.watch.scan)
        yield from self.until(lambda: self.clock.steady > until)

    def whole_run(self) -> Story:
        """The whole run lies there, and is taken in."""
        self.put(*range(SMALL_COUNT))
        yield from self.dealt_with(SMALL_COUNT)

    # What can be seen from outside.

    @property
    def store(self) -> Store:
        """The store, for who looks at it and asks; the engine has one of its own."""
        if self._store is None:
            self._store = Store.open(self.state)
        return self._store

    def assessment(self) -> Assessment:
        """The live record as it was first seen: its identity does not change."""
        if self._assessment is None:
            self._assessment = only_assessment(self.store)
        return self._assessment

    def events(self, *kinds: EventKind) -> list[Event]:
        events = self.store.events(self.assessment())
        return [event for event in events if not kinds or event.kind in kinds]

    def causes(self, cause: str) -> list[EventKind]:
        """What was said of the alarms with this cause, in order."""
        raised = {e.alarm for e in self.events(EventKind.RAISED) if e.detail["cause"] == cause}
        return [event.kind for event in self.events() if event.alarm in raised]

    def answers(self) -> list[tuple[object, object]]:
        return [(one.detail["done"], one.detail["words"]) for one in self.events(EventKind.ANSWERED)]

    def counts(self) -> dict[Outcome, int]:
        found = self.store.intake_counts(self.assessment().machine_id)
        return {outcome: count for outcome, count in found.items() if count}

    def ledger(self) -> list[tuple[str, Outcome, str]]:
        """Name, outcome and reason of each row, in order."""
        rows = self.store.intake_rows([self.assessment().machine_id])
        return [(row.name, Outcome(row.outcome), row.reason) for row in rows]

    def scored(self) -> list[str]:
        """The snapshots that were judged, in order, late ones left out."""
        return list(self.store.series(self.assessment()).names)

    def facts(self) -> Facts:
        """All that the store holds of the snapshots, bit for bit."""
        facts = facts_of(self.state)
        return {**facts, "events": [event for event in facts["events"] if event[0] not in ASIDE]}

    def last_beat(self) -> Heartbeat:
        beat = self.store.heartbeat(self.assessment())
        assert beat is not None
        return beat


def plant_of(rig: SmallRig, place: Path, monkeypatch: pytest.MonkeyPatch, **overrides: object) -> Plant:
    """A plant with an empty incoming folder, whose engine waits for nothing but its clock.

    Overrides are settings, `__` between table and key.
    """
    monkeypatch.setattr(watcher, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(watcher, "RECOVERY_SECONDS", 0.0)
    more = {name.replace("__", "."): value for name, value in overrides.items()}
    (place / "in").mkdir()
    return Plant(rig, place / "in", place / "state", load_settings(rig.config, overrides={**QUICK, **more}))
