"""Makes a small assessment in a real store: bearing 1 fails, the machine stops at the end."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from engine.records.assessment import Assessed, Assessment, Quality, Score, SnapshotFacts
from engine.records.events import EventKind, NewEvent
from engine.records.picture import Picture
from engine.records.progress import Epoch, Heartbeat, Phase
from engine.reports.overview import Overviews
from engine.store.store import Store
from tests.engine.store_items import state_after
from tui.data.fleet import Standing, standings_of

START = datetime(2004, 2, 12, 11, 2, 39, tzinfo=UTC)
INTERVAL = timedelta(minutes=70)
COUNT = 140
BASELINE = 28
ONSET = 76
RAISED = 78
ESCALATED = 100
WALL = datetime(2026, 1, 5, 3, 0, 0, tzinfo=UTC)
"""The wall clock of all data made here."""

NAMES = ("Bearing 1", "Bearing 2", "Bearing 3", "Bearing 4")


def at(position: int) -> datetime:
    return START + position * INTERVAL


def severity(component: int, position: int) -> float | None:
    if position == COUNT - 1:
        return None
    wander = 0.42 + 0.05 * math.sin(1.7 * position + component)
    if component == 0 and position >= ONSET:
        return min(1.1 * 1.045 ** (position - ONSET), 14.0)
    return wander + (0.002 * (position - ONSET) if position >= ONSET else 0.0)


def picture(position: int, channels: int) -> bytes:
    bands = 24
    edges = np.geomspace(40, 10240, bands + 1).astype(np.float32)
    expected = np.tile(-40 + 6 * np.sin(np.arange(bands) / 3), (channels, 1)).astype(np.float32)
    fault = np.zeros((channels, bands), np.float32)
    if position >= ONSET:
        fault[0, 17:20] = [9, 14, 7]
    spread = np.full((channels, bands), 0.01, np.float32) + fault / 30
    envelope = np.full((channels, 1038), 0.02, np.float32) + 0.01 * np.sin(np.arange(1038) * 1.3).astype(
        np.float32
    )
    if position >= ONSET:
        for order in (1, 2, 3):
            envelope[0, 236 * order] = 0.8 / order
    parts = np.full((channels, 19), 1 / (19 * channels), np.float32)
    carriers = np.tile(np.array([3840.0, 5120.0], np.float32), (channels, 1))
    return Picture(
        edges, expected + fault, expected, spread / spread.sum(), parts, envelope, 1.0, carriers
    ).pack()


def events(position: int) -> tuple[NewEvent, ...]:
    when = at(position)
    key = f"Bearing 1/limit/{RAISED}"
    evidence: dict[str, object] = {
        "cause": "limit",
        "surface": "outer race",
        "severity": severity(0, position),
    }
    match position:
        case _ if position == BASELINE - 1:
            return (NewEvent(EventKind.LEARNED, when, detail={"bundle": "made-up", "snapshots": BASELINE}),)
        case _ if position == RAISED:
            return (
                NewEvent(
                    EventKind.RAISED,
                    when,
                    "component",
                    "Bearing 1",
                    key,
                    detail=evidence | {"priority": "medium"},
                ),
            )
        case _ if position == ESCALATED:
            return (
                NewEvent(
                    EventKind.ESCALATED,
                    when,
                    "component",
                    "Bearing 1",
                    key,
                    detail=evidence | {"priority": "high"},
                ),
            )
        case _ if position == COUNT - 1:
            return (NewEvent(EventKind.STOPPED, when, "machine"),)
    return ()


def assessed(
    position: int,
    names: tuple[str, ...] = NAMES,
    extra: Callable[[int], tuple[NewEvent, ...]] = lambda _position: (),
) -> Assessed:
    quality = Quality.STOPPED if position == COUNT - 1 else Quality.RUNNING
    severities = [severity(number, position) for number in range(len(names))]
    total = sum(value or 0.0 for value in severities)
    scores = tuple(
        Score(
            name,
            quality,
            position < BASELINE,
            None if value is None else value * 0.5,
            None if value is None else 0.5,
            value,
            None if value is None else value / total,
        )
        for name, value in zip(names, severities, strict=True)
    )
    figures = np.tile(np.array([0.075, 0.31, 4.1, 3.2], np.float32), (len(names), 1))
    figures[0, 0] *= 1 + max(position - ONSET, 0) / 40
    when = at(position)
    return Assessed(
        position,
        SnapshotFacts(f"{when:%Y.%m.%d.%H.%M.%S}", when, 20480.0, 20480, figures),
        position < BASELINE,
        scores,
        events(position) + extra(position),
        state_after(position),
        picture(position, len(names)),
    )


def begin(store: Store, names: tuple[str, ...] = NAMES) -> Assessment:
    return store.begin_assessment(
        machine="ims-set2",
        key="made-up",
        model="spectral",
        seed=0,
        run="made-up",
        expected=COUNT,
        components=names,
        channels=[(number + 1,) for number in range(len(names))],
        units=["V"] * len(names),
        settings=settings(names),
        now=WALL,
    )


def settings(names: tuple[str, ...]) -> dict[str, object]:
    """Return the settings that screens read."""
    bearing = {
        "rollers": 16,
        "roller_diameter": 0.331,
        "pitch_diameter": 2.815,
        "contact_angle": 15.17,
        "sensitivity": [1.0],
    }
    return {
        "machine": {"sample_rate": 20480.0, "shaft_speed": 1996.0, "mains_frequency": 60.0},
        "component": [{"name": name, "channels": [place + 1], **bearing} for place, name in enumerate(names)],
        "recording": {
            "rows": 20480,
            "columns": 0,
            "time_pattern": "%Y.%m.%d.%H.%M.%S",
            "timezone": "UTC",
            "separator": "\t",
        },
    }


def beat(store: Store, assessment: Assessment, phase: Phase, done: int, message: str = "") -> None:
    store.beat(assessment, Heartbeat(WALL, 4711, phase, done, COUNT, message))


def fill(
    state: Path,
    count: int = COUNT,
    names: tuple[str, ...] = NAMES,
    extra: Callable[[int], tuple[NewEvent, ...]] = lambda _position: (),
) -> Assessment:
    """Make a store with the first snapshots; with all of them the engine has finished.

    A store that this process has made before is copied.
    """
    kind = (count, names, extra)
    if state.is_dir() and any(state.iterdir()):
        return _filled(state, count, names, extra)
    if kind not in _MADE:
        assessment = _filled(state, count, names, extra)
        _MADE[kind] = assessment, {file.name: file.read_bytes() for file in state.iterdir()}
        return assessment
    assessment, files = _MADE[kind]
    state.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (state / name).write_bytes(content)
    return assessment


_MADE: dict[object, tuple[Assessment, dict[str, bytes]]] = {}
"""The stores that were made: their assessment and the content of their files."""


def _filled(
    state: Path, count: int, names: tuple[str, ...], extra: Callable[[int], tuple[NewEvent, ...]]
) -> Assessment:
    with Store.open(state, create=True) as store:
        assessment = begin(store, names)
        for number in range(1, 31):
            store.add_epoch(assessment, Epoch(number, 1.2 / number + 0.3, 1.3 / number + 0.35))
        store.append(assessment, [assessed(position, names, extra) for position in range(count)], WALL)
        phase = Phase.FINISHED if count == COUNT else Phase.SCORING
        beat(store, assessment, phase, count)
        return assessment


def standing_of(store: Store, assessment: Assessment, now: datetime) -> Standing:
    """Return one machine's standing; `now` is the wall clock."""
    (found,) = standings_of(store, Overviews().read(store, [assessment], now))
    return found
