"""Makes a small store of a motor whose bars break, with two of its recordings beside it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from engine.diagnosis.motor_reading import FIGURES
from engine.records.assessment import Assessed, Quality, Score, SnapshotFacts
from engine.records.motor_figures import MotorFigures
from engine.records.picture import Picture
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from replay.synthetic.motor import Motor, recording
from tests.engine.store_items import state_after
from tests.tui.synthetic import WALL

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNT, BASELINE, BROKEN = 40, 20, 30
RATE, SECONDS = 500.0, 8.0
FIT, TORN, LOST = 39, 38, 37
"""Positions whose recording is sound, made of bursts, and no longer there."""


def at(position: int) -> datetime:
    return START + position * timedelta(minutes=10)


def name(position: int) -> str:
    return f"{position:04d}.npy"


def figures(position: int) -> MotorFigures:
    if position == TORN:
        why = {"current spectrum": "bursts of about 39 rows", "harmonics": "bursts of about 39 rows"}
        return MotorFigures({"unbalance_real": 0.02, "unbalance_imaginary": 0.005}, why)
    if position == 25:
        return MotorFigures({}, {"Park vector and unbalance": "channel 2 is connected in reverse"})
    numbers = dict.fromkeys(FIGURES, -70.0)
    numbers |= {"unbalance_real": 0.02 + 0.002 * np.sin(position), "unbalance_imaginary": 0.005}
    return MotorFigures(numbers)


def settings() -> dict[str, object]:
    return {
        "machine": {"sample_rate": RATE, "shaft_speed": 1450.0, "mains_frequency": 50.0},
        "component": [
            {
                "name": "Motor",
                "kind": "motor",
                "channels": [1, 2, 3, 4, 5, 6],
                "unit": ["A", "A", "A", "V", "V", "V"],
                "sensitivity": [1.0] * 6,
                "pole_pairs": 2,
            }
        ],
        "recording": {
            "rows": int(RATE * SECONDS),
            "columns": 6,
            "time_pattern": "",
            "time": "number",
            "timezone": "UTC",
            "separator": ",",
        },
    }


def torn(signal: np.ndarray) -> np.ndarray:
    """Return as many rows in bursts: of every 90 rows, 39 are kept."""
    kept = np.concatenate([np.arange(start, start + 39) for start in range(0, len(signal) - 90, 90)])
    return np.tile(signal[kept], (3, 1))[: len(signal)]


def assessed(position: int) -> Assessed:
    severity = 6.0 if position >= BROKEN else 0.4
    score = Score("Motor", Quality.RUNNING, position < BASELINE, severity / 2, 0.5, severity, 1.0)
    edges = np.geomspace(35, 250, 18).astype(np.float32)
    planes, shares = np.full((6, 17), -40, np.float32), np.full((6, 17), 1 / 102, np.float32)
    planes[:, 2:8] = 1.0
    if position >= BROKEN:
        planes[:, 1] += 14
        shares[:] = 0.0
        shares[:3, 1], shares[:3, 12] = 0.3, 0.03
    picture = Picture(edges, planes, planes, shares, motors={0: figures(position)})
    facts = SnapshotFacts(
        name(position), at(position), RATE, int(RATE * SECONDS), np.ones((6, 4), np.float32)
    )
    return Assessed(position, facts, position < BASELINE, (score,), (), state_after(position), picture.pack())


def fill(state: Path, run: Path) -> None:
    """Make the store and the recordings."""
    run.mkdir()
    motor = Motor(broken_bars=1.0, bearing=-60.0)
    signal = recording(motor, SECONDS, RATE, 3, voltages=True)
    np.save(run / name(FIT), signal)
    np.save(run / name(TORN), torn(signal))
    with Store.open(state, create=True) as store:
        assessment = store.begin_assessment(
            machine="pump",
            key="made-up",
            model="motor",
            seed=0,
            run=str(run),
            expected=COUNT,
            components=["Motor"],
            channels=[(1, 2, 3, 4, 5, 6)],
            units=["A", "A", "A", "V", "V", "V"],
            settings=settings(),
            now=WALL,
        )
        store.append(assessment, [assessed(position) for position in range(COUNT)], WALL)
        store.beat(assessment, Heartbeat(WALL, 4711, Phase.FINISHED, COUNT, COUNT, ""))
