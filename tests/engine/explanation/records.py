"""Made-up records: severities and shares of a machine with some events."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from engine.clock import microseconds
from engine.explanation.record import Record, record_of
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind
from engine.records.series import Series
from engine.records.stored_settings import StoredMachine, StoredPart, StoredRecording, StoredSettings
from tests.engine.explanation.situations import AT

STEP = timedelta(minutes=10)
NAMES = ("Bearing 1", "Bearing 2")
GEOMETRY = (16, 0.331, 2.815, 15.17)
ADVICE = {"limit": "Inspect the bearing within a week.", "severe": "Inspect today.", "trend": "Watch it."}


def settings_of(
    *, geometry: bool = True, speed: float = 2000.0, group: int = 0, foundation: str = ""
) -> StoredSettings:
    part = StoredPart((1,), geometry=GEOMETRY if geometry else None)
    return StoredSettings(
        severe=4.0,
        advice=ADVICE,
        machine=StoredMachine(20480.0, speed, 60.0, group, foundation),
        recording=StoredRecording(20480, 2, "", "UTC", ""),
        parts=(part, replace(part, channels=(2,))),
    )


def record(
    severity: Sequence[Sequence[float]],
    events: Sequence[Event] = (),
    *,
    at: datetime | None = None,
    share: Sequence[float] | None = None,
    quality: str = "running",
    unit: str = "V",
    velocity: float = float("nan"),
    names: Sequence[str] = NAMES,
    settings: StoredSettings | None = None,
) -> Record:
    """Return a record whose last snapshot is at `AT`, a row of severities for each snapshot."""
    values = np.asarray(severity, float).reshape(len(severity), len(names))
    count = len(values)
    shares = np.tile(np.asarray(share or [1 / len(names)] * len(names)), (count, 1))
    stamps = [microseconds(AT - (count - 1 - number) * STEP) for number in range(count)]
    qualities = np.full(values.shape, "running", object)
    qualities[-1:] = quality
    series = Series(
        positions=np.arange(count),
        at=np.array(stamps, np.int64),
        names=tuple(f"{number}.txt" for number in range(count)),
        baseline=np.zeros(count, np.bool_),
        error=values,
        limit=np.ones_like(values),
        severity=values,
        share=np.where(np.isfinite(values), shares, np.nan),
        quality=qualities,
        figures=np.zeros((count, len(names), 4), np.float32),
        velocity=np.full((count, len(names)), velocity, np.float32),
        speed=np.full(count, np.nan),
    )
    assessment = Assessment(
        id=1,
        machine_id=1,
        machine="press",
        key="k",
        model="spectral",
        seed=0,
        run="run",
        expected=count,
        created_at=AT,
        components=tuple(names),
        channels=tuple((number + 1,) for number in range(len(names))),
        units=(unit,) * len(names),
        settings=settings or settings_of(),
    )
    return record_of(assessment, series, events, at or AT)


def rising(count: int = 30, start: float = 0.5, factor: float = 1.06) -> list[list[float]]:
    return [[start * factor**number, 0.4] for number in range(count)]


def learned(seq: int = 1, **detail: object) -> Event:
    at = AT - timedelta(days=3)
    return Event(seq, EventKind.LEARNED, at, AT, "engine", "", "", None, "", {"snapshots": 200, **detail})
