"""Notes on motors' recordings as events: one where they change, none while they stay."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from engine.assessment.motors import Notes, sensor_notes
from engine.config.settings import load_settings
from engine.diagnosis.motor import MotorDiagnostician
from engine.records.assessment import Moment
from replay.synthetic.motor import Motor, recording

RATE, SECONDS = 1000.0, 5.0
MOMENT = Moment("a.npy", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def motors(tmp_path_factory: pytest.TempPathFactory) -> MotorDiagnostician:
    config = tmp_path_factory.mktemp("motors") / "own.toml"
    config.write_text(
        f'[machine]\nname = "m"\nsample_rate = {RATE}\nshaft_speed = 1450.0\nmains_frequency = 50.0\n'
        '[[component]]\nname = "Motor"\nkind = "motor"\nchannels = [1, 2, 3]\nunit = "A"\npole_pairs = 2\n'
        f"[recording]\nrows = {int(RATE * SECONDS)}\n"
    )
    return MotorDiagnostician(load_settings(config))


def noted(
    motors: MotorDiagnostician, before: Notes, signal: np.ndarray
) -> tuple[Notes, list[dict[str, Any]]]:
    seen = cast("Any", SimpleNamespace(motors=motors.read(signal)))
    now, events = sensor_notes(before, seen, motors, {}, MOMENT)
    return now, [dict(event.detail) for event in events]


def torn(signal: np.ndarray) -> np.ndarray:
    kept = np.concatenate([np.arange(start, start + 39) for start in range(0, len(signal) - 90, 90)])
    return np.tile(signal[kept], (3, 1))[: len(signal)]


def test_a_flaw_is_one_event_while_it_lasts_and_one_when_it_ends(motors: MotorDiagnostician) -> None:
    sound = recording(Motor(), SECONDS, RATE, 1)
    notes, events = noted(motors, (), sound)
    assert events == []
    notes, events = noted(motors, notes, torn(sound))
    assert events[0]["notes"][0]["fault"] == "bursts"
    assert "current spectrum" in events[0]["withheld"]
    again, events = noted(motors, notes, torn(sound))
    assert (again, events) == (notes, [])
    _, events = noted(motors, notes, sound)
    assert [event["notes"] for event in events] == [[]]


@pytest.mark.parametrize("bars", [0.0, 1.0])
def test_without_a_load_it_is_said_that_bars_cannot_be_judged(
    motors: MotorDiagnostician, bars: float
) -> None:
    idle = recording(Motor(load=-0.06, broken_bars=bars), SECONDS, RATE, 2)
    _, events = noted(motors, (), idle)
    assert [note["fault"] for note in events[0]["notes"]] == ["no load"]
    assert "cannot be judged" in events[0]["notes"][0]["words"]
    assert events[0]["withheld"] == ["sidebands at slip frequency"]


def test_a_recording_too_short_for_its_slip_withholds_sidebands_alone(motors: MotorDiagnostician) -> None:
    short = recording(Motor(load=0.35), 1.0, RATE, 2)
    _, events = noted(motors, (), short)
    assert [note["fault"] for note in events[0]["notes"]] == ["too short"]
    assert events[0]["withheld"] == ["sidebands at slip frequency"]
