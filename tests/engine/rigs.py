"""Makes small rigs and their recordings, assesses them, and reads comparable facts from a store."""

import fcntl
import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import and_, select

from engine.assessment.batch import Outcome, assess
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings, load_settings
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind
from engine.reports.scores_and_alarms import write_results
from engine.scoring.scorer import Scorer
from engine.store import schema
from engine.store.store import Store
from replay.run import Run, open_run

WALL = datetime(2026, 1, 5, 3, 0, 0, tzinfo=UTC)
"""The wall clock of all data made here; it does not advance."""

FIRST_FAULTY = "2004.02.16.03.42.39"
"""The first snapshot of the bundled sample with the defect of bearing 1."""

SMALL_START = datetime(2025, 3, 30, 0, 59, 50, tzinfo=UTC)
SMALL_INTERVAL = timedelta(seconds=10)
SMALL_HEALTHY, SMALL_FAULT, SMALL_COUNT = 40, 56, 66
SMALL_ROWS = 2560
SMALL_CONFIG = f"""
[machine]
name = "small rig"
sample_rate = 25600.0
shaft_speed = 1500.0
mains_frequency = 50.0

[[component]]
name = "Left"
channels = [1]
unit = "g"

[[component]]
name = "Right"
channels = [2]
unit = "g"

[recording]
rows = {SMALL_ROWS}
columns = 2
time_pattern = "%Y%m%dT%H%M%S.csv"
separator = ","

[model]
healthy = "{SMALL_HEALTHY}"
epochs = 40
"""


def wall() -> datetime:
    """Return the injected wall clock."""
    return WALL


@contextmanager
def exclusive(place: Path) -> Iterator[None]:
    """Lock out other test processes while shared data is made."""
    with place.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made_once(place: Path, make: Callable[[Path], None]) -> Path:
    """Make a shared folder once for all test processes."""
    with exclusive(place):
        done = place / "made"
        if not done.exists():
            # The leftover of an earlier, failed attempt.
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            make(place)
            done.touch()
    return place


def text_of(signal: np.ndarray, separator: str = "\t") -> bytes:
    """Return a recording as text; `signal` is (rows, channels)."""
    text = io.BytesIO()
    np.savetxt(text, signal, fmt="%.4f", delimiter=separator)
    return text.getvalue()


def noise(rng: np.random.Generator, rows: int, channels: int, level: float = 1.0) -> np.ndarray:
    """Return the noise of a steady machine, (rows, channels): a broad floor and a resonance."""
    white = rng.normal(size=(rows + 2, channels))
    resonant = white[2:] - 0.9 * white[1:-1] + 0.5 * white[:-2]
    return level * resonant / resonant.std(axis=0)


def ringing(rows: int, every: int, height: float) -> np.ndarray:
    """Return a train of decaying impulses, (rows,), as of rolling elements over a defect."""
    time = np.arange(rows) % every
    return height * np.exp(-time / 12.0) * np.sin(2 * np.pi * 0.23 * time)


def small_name(position: int) -> str:
    """Return the file name of a snapshot of the small rig."""
    return f"{SMALL_START + position * SMALL_INTERVAL:%Y%m%dT%H%M%S}.csv"


def write_small_run(folder: Path) -> None:
    """Write two channels at 25.6 kHz, 2560 rows every 10 s: steady noise, then a defect on the right one."""
    rng = np.random.default_rng(20250330)
    folder.mkdir()
    for position in range(SMALL_COUNT):
        signal = noise(rng, SMALL_ROWS, 2)
        if position >= SMALL_FAULT:
            signal[:, 1] += ringing(SMALL_ROWS, 173, 6.0)
        (folder / small_name(position)).write_bytes(text_of(signal, ","))


@dataclass(frozen=True)
class SmallRig:
    """The small rig: its settings, its run, and a state folder with the scored run."""

    config: Path
    settings: Settings
    run: Run
    state: Path
    bundle: Bundle
    bundle_folder: Path


def make_small_rig(place: Path) -> None:
    """Write, learn and score the small rig."""
    (place / "rig.toml").write_text(SMALL_CONFIG)
    write_small_run(place / "run")
    settings = load_settings(place / "rig.toml")
    run = open_run(place / "run", settings.recording_format())
    assessed(run, settings, place / "state")


def assessed(run: Run, settings: Settings, state: Path, bundle: Bundle | None = None) -> Outcome:
    """Assess a run into a state folder."""
    with Store.open(state, create=True) as store:
        return assess(run, settings, store, now=wall, bundle=bundle)


def first_recordings(run: Run, count: int) -> Run:
    """Return the run with only its first recordings."""
    return replace(run, entries=run.entries[:count])


def scorer_of(bundle: Bundle, settings: Settings) -> Scorer:
    """Return the scorer of a bundle for the machine of the settings."""
    return Scorer(bundle, layout_of(settings), Diagnostician(settings))


def bundle_folder(state: Path) -> Path:
    """Return the only bundle of a state folder."""
    (found,) = [path for path in (state / "bundles").iterdir() if path.is_dir()]
    return found


def only_assessment(store: Store) -> Assessment:
    """Return the only assessment of a store."""
    (found,) = store.assessments()
    return found


def scores_csv(state: Path, outcome: Outcome, run: Run, out: Path) -> list[str]:
    """Return the lines of scores.csv for an assessed run."""
    with Store.open(state) as store:
        write_results(out, store, outcome, run)
    return (out / "scores.csv").read_text().splitlines()


Facts = dict[str, list[tuple[object, ...]]]


def facts_of(state: Path) -> Facts:
    """Return all facts of a store's only assessment, bit for bit, without wall clock and numbering.

    The last snapshot of a commit carries the engine's state and depends on the clock: only the
    last one is included.
    """
    with Store.open(state) as store:
        assessment = only_assessment(store)
        assessed, score, snapshot = schema.assessed.c, schema.score.c, schema.snapshot.c
        own_assessed = assessed.assessment_id == assessment.id
        pictured = and_(
            schema.picture.c.assessment_id == assessed.assessment_id,
            schema.picture.c.position == assessed.position,
        )
        with store.reading() as connection:
            rows = connection.execute(
                select(
                    assessed.position,
                    snapshot.name,
                    snapshot.at,
                    snapshot.figures,
                    assessed.baseline,
                    schema.picture.c.packed,
                )
                .join_from(schema.assessed, schema.snapshot)
                .outerjoin(schema.picture, pictured)
                .where(own_assessed)
                .order_by(assessed.position)
            ).all()
            scores = connection.execute(
                select(score).where(score.assessment_id == assessment.id).order_by(*score)
            ).all()
        resume = store.resume_point(assessment)
        return {
            "snapshots": [tuple(row) for row in rows],
            "state": [resume] if resume else [],
            "scores": [tuple(row) for row in scores],
            "events": [
                (event.kind, event.at, event.source, event.component, event.alarm, repr(event.detail))
                for event in store.events(assessment)
            ],
        }


def events_of(state: Path) -> tuple[Event, ...]:
    """Return the events of a store's only assessment."""
    with Store.open(state) as store:
        return store.events(only_assessment(store))


def urgent(events: tuple[Event, ...]) -> list[Event]:
    """Return the raises of medium or high priority, in order."""
    return [
        event
        for event in events
        if event.kind is EventKind.RAISED and event.detail["priority"] in ("medium", "high")
    ]
