"""Windows of slow sensors: validity by channel, and figures in units."""

import numpy as np
import pytest

from engine.models.process import Process
from engine.records.assessment import Quality
from engine.scoring.process import window_figures, window_quality

ROWS = 20
NAN = np.float32(np.nan)


def signal() -> np.ndarray:
    chance = np.random.default_rng(0)
    return (np.array([10, 20, 30, 40]) + chance.normal(size=(ROWS, 4))).astype(np.float32)


def test_a_faulty_channel_is_its_own_trouble() -> None:
    values = signal()
    values[: ROWS // 2 + 1, 0] = NAN
    values[:, 1] = 20
    values[: ROWS // 2, 2] = NAN
    scaling = {"moves": np.array([1, 1, 1, 1], np.float32)}
    quality = window_quality(values, scaling, np.ones(4, np.bool_), np.array([True, True, True, False]))
    assert quality == (Quality.INVALID, Quality.DEAD, Quality.RUNNING, Quality.INVALID)


def test_a_coarse_value_that_often_stands_still_is_not_stuck() -> None:
    values = signal()
    values[:, 1] = 20
    scaling = {"moves": np.array([1, 0.3, 1, 1], np.float32)}
    assert set(window_quality(values, scaling, np.ones(4, np.bool_), np.ones(4, np.bool_))) == {
        Quality.RUNNING
    }


def test_columns_that_are_not_watched_are_never_in_question() -> None:
    values = np.full((ROWS, 4), NAN)
    scaling = {"moves": np.ones(4, np.float32)}
    nothing = np.zeros(4, np.bool_)
    assert set(window_quality(values, scaling, nothing, nothing)) == {Quality.RUNNING}


def test_figures_are_in_the_unit_of_the_channel() -> None:
    model = Process(ROWS, 4)
    scaling = model.learn_scaling([signal()])
    values = signal() + np.array([3, 0, 0, 0], np.float32)
    values[:, 3] = NAN
    insight = model.compared(model.standard(values, scaling), np.zeros((model.steps, 4), np.float32))
    arrays = {
        "scale": scaling["scale"],
        "centre": np.zeros((4, 3), np.float32),
        "scatter": np.full((4, 3), 0.5, np.float32),
    }
    told = window_figures(values, insight, arrays, np.full(4, 2.5, np.float32))
    assert told[0, 0] - told[0, 1] == pytest.approx(3, abs=1e-3)
    assert told[:3, 1] == pytest.approx(scaling["offset"][:3], abs=1e-3)
    assert told[0, 2] == pytest.approx(0.5 * 2.5 * scaling["scale"][0], rel=1e-4)
    assert np.isnan(told[3, :2]).all()
    assert told[:, 3].tolist() == [1, 1, 1, 0]
