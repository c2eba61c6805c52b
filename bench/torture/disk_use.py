"""Measures the disk use of a machine-year: bytes of written rows, times the rows that retention keeps."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.assessment.batch import assess
from engine.clock import moment
from engine.config.sections.core import StoreSettings
from engine.config.settings import Settings, load_settings
from engine.records.assessment import Assessed, Assessment, Quality, Score, SnapshotFacts
from engine.records.events import NewEvent
from engine.records.intake import Intake, Outcome
from engine.store.location import FILE_NAME
from engine.store.store import Store
from replay.run import open_run
from replay.sample import sample_path

DAYS = 365
INTERVALS = {"10 minutes": 600.0, "10 seconds": 10.0}
EVENTS_A_DAY = 20
"""Events a year: a failing machine leaves dozens in its last week, a healthy one a few a month."""

FEW, MANY, AT_ONCE = 600, 1800, 60
"""Rows written before the two measurements of the file, and rows in one commit."""

START = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Bytes:
    """Bytes of each kind of row in the file, with its share of indices and pages."""

    snapshot: float
    picture: float
    state: float
    file: float
    event: float


def measured() -> Bytes:
    """Score the bundled recording (four bearings, four channels), and write its rows repeatedly."""
    settings = load_settings()
    run = open_run(sample_path(), settings.recording_format())
    with tempfile.TemporaryDirectory(prefix="raceway-torture-") as folder:
        with Store.open(Path(folder), create=True) as store:
            outcome = assess(run, settings, store, now=lambda: START)
            real = real_rows(store, outcome.assessment)
            events = [
                NewEvent(one.kind, one.at, one.source, one.component, one.alarm, detail=one.detail)
                for one in store.events(outcome.assessment)
            ]
            resume = store.resume_point(outcome.assessment)
        state = resume[2] if resume else {}
    bare = [replace(one, picture=None) for one in real]
    snapshot = _slope(settings, bare)
    return Bytes(
        snapshot=snapshot,
        picture=_slope(settings, real) - snapshot,
        state=float(len(json.dumps(state))),
        file=_slope(settings, bare, with_files=True) - snapshot,
        event=_slope(settings, [], events=events),
    )


def kept(interval: float, rules: StoreSettings) -> dict[str, int]:
    """Return the rows of each kind after a year, under the rules of retention."""
    daily = round(86_400 / interval)
    pictures_all = rules.pictures_all or DAYS
    scores_all = rules.scores_all or DAYS
    return {
        "snapshot": daily * scores_all + min(daily, 144) * (DAYS - scores_all),
        "picture": daily * pictures_all + min(daily, 24) * (DAYS - pictures_all),
        # Retention removes all but the newest once an hour.
        "state": max(1, round(3600 / interval)),
        "file": daily * DAYS,
        "event": EVENTS_A_DAY * DAYS,
    }


def lines(size: Bytes, rules: StoreSettings) -> list[str]:
    """Format the arithmetic, one line for each kind."""
    text = []
    for name, interval in INTERVALS.items():
        counts = kept(interval, rules)
        parts = {what: count * getattr(size, what) / 1e6 for what, count in counts.items()}
        text.append(f"one snapshot in {name}: {sum(parts.values()):.0f} MB after a year of 4 channels")
        text += [
            f"    {counts[what]:>9,} {what + 's':<9} x {getattr(size, what):>6.0f} B = {part:>7.1f} MB"
            for what, part in parts.items()
        ]
    return text


def real_rows(store: Store, assessment: Assessment) -> list[Assessed]:
    """Return the stored snapshots of an assessment, without events and states."""
    series = store.series(assessment)
    return [
        Assessed(
            position=index,
            snapshot=SnapshotFacts(
                series.names[index], moment(int(series.at[index])), 20480.0, 20480, series.figures[index]
            ),
            baseline=False,
            scores=tuple(
                Score(
                    name,
                    Quality(series.quality[index, part]),
                    False,
                    *(
                        None if number != number else float(number)
                        for number in (
                            series.error[index, part],
                            series.limit[index, part],
                            series.severity[index, part],
                            series.share[index, part],
                        )
                    ),
                )
                for part, name in enumerate(assessment.components)
            ),
            events=(),
            state=None,
            picture=store.picture(assessment, int(series.positions[index])),
        )
        for index in range(len(series))
    ]


def _slope(
    settings: Settings,
    rows: Sequence[Assessed],
    *,
    with_files: bool = False,
    events: Sequence[NewEvent] = (),
) -> float:
    """Return the growth of the file for each row, between few and many rows."""
    with tempfile.TemporaryDirectory(prefix="raceway-torture-") as folder:
        state = Path(folder)
        with Store.open(state, create=True) as store:
            assessment = _live_record(store, settings.plain())
            sizes = {}
            for first in range(0, MANY, AT_ONCE):
                numbers = range(first, first + AT_ONCE)
                if rows:
                    items = [_moved(rows[number % len(rows)], number) for number in numbers]
                    files = [_file(item) for item in items] if with_files else []
                    store.append(assessment, items, START, files)
                store.settle(
                    assessment, (), [events[number % len(events)] for number in numbers if events], START
                )
                sizes[first + AT_ONCE] = (state / FILE_NAME).stat().st_size
    return (sizes[MANY] - sizes[FEW]) / (MANY - FEW)


def _live_record(store: Store, settings: Mapping[str, object]) -> Assessment:
    parts = [f"Bearing {number}" for number in range(1, 5)]
    return store.begin_assessment(
        machine="machine",
        key="live",
        model="spectral",
        seed=0,
        run="incoming",
        expected=0,
        components=parts,
        channels=[[number] for number in range(1, 5)],
        units=["V"] * 4,
        settings=settings,
        now=START,
    )


def _moved(row: Assessed, position: int) -> Assessed:
    at = START + position * timedelta(seconds=10)
    return replace(
        row, position=position, snapshot=replace(row.snapshot, at=at, name=f"{at:%Y.%m.%d.%H.%M.%S}")
    )


def _file(item: Assessed) -> Intake:
    name, position = item.snapshot.name, item.position
    return Intake(
        raw=name.encode(),
        name=name,
        size=573_440,
        modified_ns=1_700_000_000_000_000_000 + position,
        inode=2_000_000 + position,
        outcome=Outcome.TAKEN,
        at=item.snapshot.at,
        digest=f"{position * 0x9E3779B97F4A7C15 % 2**256:064x}",
    )
