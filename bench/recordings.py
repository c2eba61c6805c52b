"""Where the full recordings are, and a pass over one of them in a store of its own."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.alarms.alarm import Alarm, fold_alarms
from engine.assessment.batch import Outcome, assess
from engine.bundles.bundle import Bundle
from engine.config.settings import Settings, load_settings
from engine.records.events import Event, Priority
from engine.records.series import Series
from engine.reports.result_files import END_OF_TIME
from engine.store.store import Store
from replay.run import Run, open_run

NO_OVERRIDES: Mapping[str, object] = {}


def recordings() -> Path:
    """The folder that RACEWAY_DATA names; without it there is nothing to measure."""
    folder = os.environ.get("RACEWAY_DATA")
    if not folder:
        sys.exit("set RACEWAY_DATA to the folder that holds ims-set2/ and the other recordings")
    return Path(folder)


@dataclass(frozen=True)
class Pass:
    """What one pass over a run came to."""

    outcome: Outcome
    series: Series
    events: tuple[Event, ...]
    alarms: tuple[Alarm, ...]

    def ringing(self) -> list[Alarm]:
        """Alarms that reached medium or high priority, in the order of their raises."""
        urgent = [alarm for alarm in self.alarms if alarm.priority is not Priority.LOW]
        return sorted(urgent, key=lambda alarm: alarm.raised.seq)

    def index(self, alarm: Alarm) -> int:
        """Which snapshot raised an alarm, counted from 0."""
        return self.place(alarm.raised)

    def place(self, event: Event) -> int:
        """Which snapshot an event belongs to, counted from 0."""
        return self.series.names.index(str(event.detail["snapshot"]))


def assessed(
    run: Path,
    rig: str | None = None,
    overrides: Mapping[str, object] = NO_OVERRIDES,
    bundle: Bundle | None = None,
) -> Pass:
    """Assess a run in a fresh store."""
    settings = load_settings(rig=rig, overrides=overrides)
    return assessed_run(open_run(run, settings.recording_format()), settings, bundle)


def assessed_run(run: Run, settings: Settings, bundle: Bundle | None = None) -> Pass:
    """Assess an open run in a fresh store."""
    with fresh_state() as state, Store.open(state, create=True) as store:
        outcome = assess(run, settings, store, now=lambda: datetime.now(UTC), bundle=bundle)
        events = store.events(outcome.assessment)
        alarms = fold_alarms(events, END_OF_TIME)
        return Pass(outcome, store.series(outcome.assessment), events, alarms)


def parsing(run: Run) -> Callable[[int], int]:
    """The work of only parsing a run: the rows of each recording."""
    return lambda index: len(run.read(index).signal)


@contextmanager
def fresh_state() -> Iterator[Path]:
    """A state folder that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="raceway-bench-") as folder:
        yield Path(folder)
