"""Finds the full recordings, and scores one of them in a temporary store."""

import csv
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from engine.alarms.alarm import Alarm, fold_alarms
from engine.assessment.batch import Outcome, assess
from engine.bundles.bundle import Bundle
from engine.clock import END_OF_TIME
from engine.config.settings import Settings, load_settings
from engine.records.events import Event, Priority
from engine.records.series import Series
from engine.store.store import Store
from replay.run import Run, open_run

NO_OVERRIDES: Mapping[str, object] = {}


def recordings() -> Path:
    """Return the folder that RACEWAY_DATA names; exit without it."""
    folder = os.environ.get("RACEWAY_DATA")
    if not folder:
        sys.exit("set RACEWAY_DATA to the folder that holds ims-set2/ and the other recordings")
    return Path(folder)


@dataclass(frozen=True)
class Pass:
    """The result of one pass over a run."""

    outcome: Outcome
    series: Series
    events: tuple[Event, ...]
    alarms: tuple[Alarm, ...]

    def ringing(self) -> list[Alarm]:
        """Return the alarms that reached medium or high priority, in the order of their raises."""
        urgent = [alarm for alarm in self.alarms if alarm.priority is not Priority.LOW]
        return sorted(urgent, key=lambda alarm: alarm.raised.seq)

    def index(self, alarm: Alarm) -> int:
        """Return the index of the snapshot that raised an alarm."""
        return self.place(alarm.raised)

    def place(self, event: Event) -> int:
        """Return the index of an event's snapshot."""
        return self.series.names.index(str(event.detail["snapshot"]))


def assessed(
    run: Path,
    rig: str | None = None,
    overrides: Mapping[str, object] = NO_OVERRIDES,
    bundle: Bundle | None = None,
) -> Pass:
    """Open a run and assess it in a new store."""
    settings = load_settings(rig=rig, overrides=overrides)
    return assessed_run(open_run(run, settings.recording_format()), settings, bundle)


def assessed_run(run: Run, settings: Settings, bundle: Bundle | None = None) -> Pass:
    """Assess an open run in a new store."""
    with fresh_state() as state, Store.open(state, create=True) as store:
        outcome = assess(run, settings, store, now=lambda: datetime.now(UTC), bundle=bundle)
        events = store.events(outcome.assessment)
        alarms = fold_alarms(events, END_OF_TIME)
        return Pass(outcome, store.series(outcome.assessment), events, alarms)


def parsing(run: Run) -> Callable[[int], int]:
    """Parse a recording with pandas and do nothing else; return its number of rows."""
    return lambda index: len(_with_pandas(run.content(index)))


def _with_pandas(data: bytes) -> pd.DataFrame:
    """Parse numbers between tabs to single precision by the fastest way of pandas."""
    return pd.read_csv(
        io.BytesIO(data),
        sep="\t",
        header=None,
        dtype=np.float32,
        engine="c",
        na_filter=False,
        quoting=csv.QUOTE_NONE,
        low_memory=False,
    )


@contextmanager
def fresh_state() -> Iterator[Path]:
    """Yield a temporary state folder."""
    with tempfile.TemporaryDirectory(prefix="raceway-bench-") as folder:
        yield Path(folder)
