"""Makes synthetic stores of any size, and a writer that adds a snapshot a second like an engine.

They have eight bearings by default; one has an unacknowledged alarm. Real signals would change no figure:
the console reads only numbers and pictures.
"""

import math
import multiprocessing
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from engine.config.settings import load_settings
from engine.records.assessment import Assessed, Assessment, Quality, Score, SnapshotFacts
from engine.records.events import EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.records.picture import Picture
from engine.records.progress import Epoch, Heartbeat, Phase
from engine.store.store import Store

AT_ONCE = 4000
"""Snapshots in one transaction."""

SECOND = timedelta(seconds=1)
BASELINE = 200
PATTERNS = 61
"""Number of score patterns; a prime number, so that every picture changes."""

PICTURED = 2000
"""Number of the newest snapshots with a picture, as after retention."""

COPIED = 2000
"""First snapshots of a long store; those after the baseline are copied to fill it."""

BEAT_EVERY = 2
BANDS, PARTS, NYQUIST = 64, 19, 20480 / 2
BINS, STEP = 1000, 1.0
"""Bins of an envelope spectrum, and their distance [Hz]."""


def names(components: int) -> tuple[str, ...]:
    return tuple(f"Bearing {number + 1}" for number in range(components))


@cache
def scores(components: int, pattern: int, baseline: bool) -> tuple[Score, ...]:
    """Return the scores of one snapshot: the third bearing is above its limit, the others far below."""
    severity = [
        0.45 + 0.12 * math.sin(1.7 * pattern + number) + (1.9 if number == 2 and not baseline else 0.0)
        for number in range(components)
    ]
    total = sum(severity)
    return tuple(
        Score(name, Quality.RUNNING, baseline, 0.5 * value, 0.5, value, value / total)
        for name, value in zip(names(components), severity, strict=True)
    )


@cache
def picture(components: int, pattern: int) -> bytes:
    """Return a picture of one snapshot, with noise, so that no two are equal."""
    noise = np.random.default_rng(pattern)
    expected = np.tile(-40 + 6 * np.sin(np.arange(BANDS) / 7), (components, 1)).astype(np.float32)
    seen = expected + noise.normal(0, 1.5, expected.shape).astype(np.float32)
    seen[2, 40:44] += 12
    share = np.abs(seen - expected)
    edges = np.geomspace(40, NYQUIST, BANDS + 1).astype(np.float32)
    envelope = np.abs(noise.normal(0, 0.01, (components, BINS))).astype(np.float32)
    envelope[2, round(236 / STEP) :: round(236 / STEP)] += 0.8
    carriers = np.tile(np.array([4000, 6000], np.float32), (components, 1))
    parts = (noise.dirichlet(np.ones(PARTS), components) / components).astype(np.float32)
    whole = Picture(edges, seen, expected, share / share.sum(), parts, envelope, STEP, carriers)
    return whole.pack()


@cache
def figures(components: int, pattern: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the condition figures of each channel."""
    one = np.array([0.075, 0.31, 4.1, 3.2], np.float32) * (1 + 0.05 * math.sin(pattern))
    return np.tile(one.astype(np.float32), (components, 1))


def snapshot(position: int, at: datetime, components: int, *, pictured: bool) -> Assessed:
    """Return the rows that an engine would store for the snapshot at a position."""
    pattern, baseline = position % PATTERNS, position < BASELINE
    facts = SnapshotFacts(f"{at:%Y.%m.%d.%H.%M.%S}", at, 20480.0, 20480, figures(components, pattern))
    return Assessed(
        position,
        facts,
        baseline,
        scores(components, pattern, baseline),
        events(position, at),
        {"n": position} if pictured else None,
        picture(components, pattern) if pictured else None,
    )


def events(position: int, at: datetime) -> tuple[NewEvent, ...]:
    """Return the events at a position: the baseline is learned, then the third bearing rings."""
    if position == BASELINE - 1:
        return (NewEvent(EventKind.LEARNED, at),)
    if position != BASELINE + 3:
        return ()
    detail = {"cause": "limit", "priority": "medium", "surface": "outer race", "severity": 2.3}
    key = f"Bearing 3/limit/{position}"
    return (NewEvent(EventKind.RAISED, at, "component", "Bearing 3", key, detail=detail),)


def taken(item: Assessed) -> Intake:
    """Return the ledger row of a snapshot's file."""
    name = item.snapshot.name
    digest = f"{item.position:064x}"
    return Intake(name.encode(), name, 400_000, 0, item.position, Outcome.TAKEN, item.snapshot.at, digest)


def write_recordings(folder: Path, newest: datetime, count: int) -> None:
    """Write the recordings of the newest snapshots: noise, and the ringing of an outer race.

    Args:
        folder: the run.
        newest: time of the newest snapshot; the others are a second apart.
        count: number of recordings.
    """
    folder.mkdir(parents=True)
    columns, rate = load_settings().columns, 20480
    seconds = np.arange(rate) / rate
    for number in range(count):
        noise = np.random.default_rng(number)
        ringing = np.exp(-600 * (seconds % (1 / 236))) * np.sin(2 * np.pi * 4600 * seconds)
        signal = noise.normal(0, 0.1, (rate, columns)) + 0.3 * ringing[:, np.newaxis]
        rows = "\n".join("\t".join(f"{value:.3f}" for value in row) for row in signal)
        (folder / f"{newest - number * SECOND:%Y.%m.%d.%H.%M.%S}").write_text(rows + "\n")


def make(
    state: Path,
    count: int,
    *,
    components: int = 8,
    live: bool = True,
    interval: timedelta = SECOND,
    recordings: int = 0,
) -> Assessment:
    """Make a store with a number of snapshots, the newest taken now.

    Args:
        state: folder of the store.
        count: number of snapshots.
        components: number of bearings, one channel each.
        live: whether the machine is watched; otherwise the run is finished.
        interval: time between two snapshots.
        recordings: number of the newest snapshots whose recordings can be read.
    """
    newest = datetime.now(UTC).replace(microsecond=0)
    run = state / "run"
    if recordings:
        write_recordings(run, newest, recordings)
    with Store.open(state, create=True) as store:
        assessment = begun(store, count, components, newest - count * interval, live=live, run=str(run))
        for start in range(0, count, AT_ONCE):
            add(store, assessment, range(start, min(start + AT_ONCE, count)), count, newest, interval)
        beat(store, assessment, count)
    return assessment


def make_long(state: Path, count: int, *, components: int = 4) -> Assessment:
    """Make a store of a finished run; most of its rows are copied by SQL, ten times as fast.

    Args:
        state: folder of the store.
        count: number of snapshots, a second apart; the newest was taken now.
        components: number of bearings, one channel each.
    """
    newest = datetime.now(UTC).replace(microsecond=0)
    first, last = COPIED, count - PICTURED
    with Store.open(state, create=True) as store:
        assessment = begun(store, count, components, newest - count * SECOND, live=False)
        add(store, assessment, range(first), count, newest, SECOND)
        path = store.path
    with closing(sqlite3.connect(path)) as database:
        # The newest of the copied rows; each row goes to every later block at the same distance.
        block = first - BASELINE
        spans = (
            f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {last // block + 1})"
        )
        own = f"assessment_id = {assessment.id} AND position >= {BASELINE}"
        fits = f"position + n * {block} < {last}"
        moved = f"position + n * {block}"
        database.execute(
            f"{spans} INSERT INTO snapshot (id, machine_id, name, at, sample_rate, rows, figures)"
            f" SELECT {moved} + 1, machine_id, name, at + n * {block} * 1000000, sample_rate, rows, figures"
            f" FROM k, assessed JOIN snapshot ON snapshot.id = snapshot_id WHERE {own} AND {fits}"
        )
        database.execute(
            f"{spans} INSERT INTO assessed (assessment_id, position, snapshot_id, baseline)"
            f" SELECT assessment_id, {moved}, {moved} + 1, 0 FROM k, assessed WHERE {own} AND {fits}"
        )
        database.execute(
            f'{spans} INSERT INTO score SELECT assessment_id, {moved}, component, quality, error, "limit",'
            f" severity, share FROM k, score WHERE {own} AND {fits}"
        )
        database.commit()
    with Store.open(state) as store:
        add(store, assessment, range(last, count), count, newest, SECOND)
        beat(store, assessment, count)
    return assessment


def begun(
    store: Store, count: int, components: int, now: datetime, *, live: bool, run: str = "/made/up"
) -> Assessment:
    """Begin an assessment with a training curve."""
    assessment = store.begin_assessment(
        machine="bench rig",
        key="made up",
        model="spectral",
        seed=0,
        run=run,
        expected=0 if live else count,
        components=names(components),
        channels=[(number + 1,) for number in range(components)],
        units=["V"] * components,
        settings=load_settings().plain(),
        now=now,
    )
    for number in range(1, 31):
        store.add_epoch(assessment, Epoch(number, 1.2 / number + 0.3, 1.3 / number + 0.35))
    return assessment


def add(
    store: Store, assessment: Assessment, positions: range, count: int, newest: datetime, interval: timedelta
) -> None:
    """Add the snapshots at some positions of a record of `count`."""
    items = [
        snapshot(
            position,
            newest - (count - 1 - position) * interval,
            len(assessment.components),
            pictured=position >= count - PICTURED,
        )
        for position in positions
    ]
    store.append(assessment, items, newest, [taken(item) for item in items[-1:]] if assessment.live else [])


def beat(store: Store, assessment: Assessment, count: int) -> None:
    """Store the heartbeat of an engine that has scored all."""
    phase = Phase.WATCHING if assessment.live else Phase.FINISHED
    store.beat(assessment, Heartbeat(datetime.now(UTC), os.getpid(), phase, count, count, ""))


@contextmanager
def writer(state: Path, *, at_once: int = 1, seconds: float = 1.0, most: float = math.inf) -> Iterator[None]:
    """Run a process that adds snapshots at intervals, up to a maximum, until the block ends."""
    context = multiprocessing.get_context("spawn")
    stop, begun = context.Event(), context.Event()
    process = context.Process(target=write_on, args=(state, at_once, seconds, most, stop, begun), daemon=True)
    process.start()
    try:
        # Before the first snapshot a console shows that no data comes.
        begun.wait(30)
        yield
    finally:
        stop.set()
        process.join(30)


def write_on(state: Path, at_once: int, seconds: float, most: float, stop: Event, begun: Event) -> None:
    """Add snapshots, a second of recording time apart, until `stop` is set."""
    with Store.open(state) as store:
        assessment = store.assessments()[-1]
        components = len(assessment.components)
        resume = store.resume_point(assessment)
        assert resume is not None
        position, at = resume[0], resume[1]
        last = position + most
        due = time.monotonic()
        beaten = -math.inf
        while not stop.wait(max(due - time.monotonic(), 0.0)):
            due += seconds
            if position >= last:
                continue
            items = [
                snapshot(position + number, at + number * SECOND, components, pictured=True)
                for number in range(1, at_once + 1)
            ]
            position, at = position + at_once, at + at_once * SECOND
            store.append(assessment, items, datetime.now(UTC), [taken(item) for item in items[-1:]])
            if time.monotonic() - beaten >= BEAT_EVERY:
                beaten = time.monotonic()
                beat = Heartbeat(
                    datetime.now(UTC), os.getpid(), Phase.WATCHING, position + 1, position + 1, ""
                )
                store.beat(assessment, beat)
            begun.set()
