"""Drives a watching engine from a test without waiting: the test continues at each heartbeat.

A test is a story, a generator. It writes files, moves clocks, and yields; the engine, on the same thread,
does one step and returns. At the end of the story the engine is stopped. Clocks move only by a little
at each step, and when the story moves them.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from engine.assessment.key import live_key
from engine.bundles.bundle import Bundle
from engine.bundles.library import Bundles
from engine.config.settings import Settings, load_settings
from engine.live import supervision, watcher
from engine.live.watcher import Clocks, Start, watch
from engine.records.assessment import Assessment
from engine.records.events import Action, Event, EventKind
from engine.records.intake import Outcome
from engine.records.progress import Heartbeat
from engine.store.location import FILE_NAME
from engine.store.store import Patience, Store
from tests.engine.rigs import (
    SMALL_COUNT,
    WALL,
    Facts,
    SmallRig,
    facts_of,
    made_once,
    only_assessment,
    small_name,
)

STEP = 0.1
"""Time that passes at each heartbeat [s]."""

MOST_STEPS = 5_000

COUNTER = 24
"""Place of the counter of changes in a file of SQLite without a write-ahead log, 4 bytes."""

LIFECYCLE = (EventKind.STARTED, EventKind.FINISHED)
NOT_OF_SNAPSHOTS = (*LIFECYCLE, EventKind.REQUESTED, EventKind.ANSWERED)
"""Events of a watched machine that do not belong to snapshots."""

QUICK = {
    "watch.settle": 0.0,
    "watch.scan": 0.1,
    "watch.polling": "always",
    "store.minimum_free": 0,
    "alarms.no_data_after": 100_000,
}

NO_PATIENCE = Patience(lock_seconds=0.0, pauses=())
"""Engine and story share a thread: waiting for each other's lock would never end."""

Story = Iterator[None]
Known = TypeVar("Known")


class KilledError(BaseException):
    """Ends an engine like a kill: without a last event."""


@dataclass
class Clock:
    """A monotonic and a wall clock that stand still until moved."""

    steady: float = 1000.0
    wall_ahead: float = 0.0

    def now(self) -> datetime:
        return WALL + timedelta(seconds=self.steady - 1000.0 + self.wall_ahead)

    def clocks(self) -> Clocks:
        return Clocks(self.now, lambda: self.steady)


@dataclass
class Plant:
    """A watched small rig: its incoming folder, state folder, and clock."""

    rig: SmallRig
    folder: Path
    state: Path
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    beats: list[Heartbeat] = field(default_factory=list)
    kind_of_store: type[Store] = Store
    patience: Patience = NO_PATIENCE
    _known: dict[str, tuple[bytes, Any]] = field(default_factory=dict)
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
                clocks=self.clock.clocks(),
                start=Start(name),
                tell=step,
            )

    def resume(self, place: Path) -> None:
        """Go on, with empty folders so far, where the plant of `watched_once` ended."""
        # The ledger knows files by their inode.
        shutil.copytree(place / "in", self.folder, copy_function=os.link, dirs_exist_ok=True)
        shutil.copytree(place / "state", self.state)
        self.clock.steady = float((place / "clock").read_text())
        # First seen while the store holds no other machine.
        self.assessment()

    @property
    def bundles(self) -> Bundles:
        return Bundles(self.state, live_key(self.settings))

    # Actions of a story.

    def put(self, *positions: int) -> None:
        """Let the recorder write these snapshots of the run, renamed into place; existing files stay."""
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
        """Return the recorder's file at a position."""
        return (self.rig.run.folder / small_name(position)).read_bytes()

    def ask(self, action: Action, **detail: object) -> Event:
        at = self.clock.now()
        return self.store.request(self.assessment(), action, by="ada", now=at, at=at, detail=detail)

    # Conditions that a story waits for.

    def until(self, is_so: Callable[[], bool]) -> Story:
        while not is_so():
            yield

    def until_ledger_has(self, count: int) -> Story:
        """Wait until the ledger has this many rows."""
        yield from self.until(lambda: sum(self.counts().values()) >= count)

    def two_rounds(self) -> Story:
        """Let the engine do its periodic checks twice."""
        until = self.clock.steady + 2 * (supervision.TURN_SECONDS + self.settings.watch.scan)
        yield from self.until(lambda: self.clock.steady > until)

    def whole_run(self) -> Story:
        """Feed the whole run and wait until it is scored."""
        self.put(*range(SMALL_COUNT))
        yield from self.until_ledger_has(SMALL_COUNT)

    # Views from outside.

    @property
    def store(self) -> Store:
        """Open the store as an outside reader; the engine has a separate connection."""
        if self._store is None:
            self._store = Store.open(self.state)
        return self._store

    def assessment(self) -> Assessment:
        """Return the live record as first seen; its identity does not change."""
        if self._assessment is None:
            self._assessment = only_assessment(self.store)
        return self._assessment

    def events(self, *kinds: EventKind) -> list[Event]:
        events = self._once("events", lambda: self.store.events(self.assessment()))
        return [event for event in events if not kinds or event.kind in kinds]

    def causes(self, cause: str) -> list[EventKind]:
        """Return the kinds of the events of this cause, in order."""
        raised = {e.alarm for e in self.events(EventKind.RAISED) if e.detail["cause"] == cause}
        return [event.kind for event in self.events() if event.alarm in raised]

    def answers(self) -> list[tuple[object, object]]:
        return [(one.detail["done"], one.detail["words"]) for one in self.events(EventKind.ANSWERED)]

    def counts(self) -> dict[Outcome, int]:
        machine = self.assessment().machine_id
        found = self._once("counts", lambda: self.store.intake_counts(machine))
        return {outcome: count for outcome, count in found.items() if count}

    def _once(self, what: str, read: Callable[[], Known]) -> Known:
        """Return what is read from the store; an unchanged store is not read again."""
        before = self._changes()
        if what in self._known and before == self._known[what][0]:
            known: Known = self._known[what][1]
            return known
        found = read()
        if before and before == self._changes():
            self._known[what] = before, found
        return found

    def _changes(self) -> bytes:
        """Return SQLite's counter of changes, from the head of its file; nothing for another store."""
        try:
            with (self.state / FILE_NAME).open("rb", buffering=0) as file:
                file.seek(COUNTER)
                return file.read(4)
        except FileNotFoundError:
            return b""

    def ledger(self) -> list[tuple[str, Outcome, str]]:
        """Return name, outcome and reason of each row, in order."""
        rows = self.store.intake_rows([self.assessment().machine_id])
        return [(row.name, Outcome(row.outcome), row.reason) for row in rows]

    def scored(self) -> list[str]:
        """Return the scored snapshots in order, without late ones."""
        return list(self._once("scored", lambda: self.store.series(self.assessment()).names))

    def facts(self) -> Facts:
        """Return all stored facts of the snapshots, bit for bit."""
        facts = facts_of(self.state)
        return {**facts, "events": [event for event in facts["events"] if event[0] not in NOT_OF_SNAPSHOTS]}

    def last_beat(self) -> Heartbeat:
        beat = self.store.heartbeat(self.assessment())
        assert beat is not None
        return beat


def plant_of(rig: SmallRig, place: Path, monkeypatch: pytest.MonkeyPatch, **overrides: object) -> Plant:
    """Make a plant with an empty incoming folder; its engine waits only for its clock.

    Overrides are settings, `__` between table and key.
    """
    monkeypatch.setattr(watcher, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(watcher, "RECOVERY_SECONDS", 0.0)
    more = {name.replace("__", "."): value for name, value in overrides.items()}
    (place / "in").mkdir()
    return Plant(rig, place / "in", place / "state", load_settings(rig.config, overrides={**QUICK, **more}))


def watched_once(rig: SmallRig, shared: Path, count: int) -> Path:
    """Return a place where an engine watched the first snapshots of the rig's run, and ended.

    Args:
        rig: whose run and bundle are used.
        shared: folder of all test processes of this session; the place is made once.
        count: of snapshots.
    """

    def make(place: Path) -> None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            plant = plant_of(rig, place, monkeypatch)

            def story() -> Story:
                plant.put(*range(count))
                yield from plant.until_ledger_has(count)

            plant.run(story(), bundle=rig.bundle)
            plant.store.close()
        (place / "clock").write_text(str(plant.clock.steady))

    return made_once(shared / f"watched-{count}", make)
