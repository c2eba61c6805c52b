"""The process model: windows with missing values, conditions, and residuals of both signs."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.models import model_named
from engine.models.process import Process

ROWS = 30


def window(*levels: float, seed: int = 0) -> NDArray[np.float32]:
    chance = np.random.default_rng(seed)
    return (np.array(levels) + 0.1 * chance.normal(size=(ROWS, len(levels)))).astype(np.float32)


def test_a_residual_of_either_sign_is_an_excess_of_its_size() -> None:
    model = Process(ROWS, 2)
    scaling = model.learn_scaling([window(5, -3, seed=one) for one in range(20)])
    nothing = np.zeros((model.steps, 2), np.float32)
    insight = model.compared(model.standard(window(5.3, -3.3), scaling), nothing)
    root = np.sqrt(np.square(np.maximum(insight.features, 0)).mean(axis=1))
    assert root == pytest.approx(0.3 / scaling["scale"], rel=0.1)
    assert insight.features[0, 0] > 0 > insight.features[1, 0]


def test_missing_values_count_for_nothing() -> None:
    model = Process(ROWS, 2)
    scaling = model.learn_scaling([window(5, -3, seed=one) for one in range(20)])
    whole = window(5, -3)
    torn = whole.copy()
    torn[3:17, 0] = np.nan
    expected = np.zeros((model.steps, 2), np.float32)
    insight = model.compared(model.standard(torn, scaling), expected)
    assert np.isfinite(insight.features).all()
    assert np.isfinite(insight.window_errors).all()
    rest = np.nanmean(model.standard(torn, scaling)[:, 0])
    assert insight.features[0, 0] == pytest.approx(np.sqrt(3) * rest, rel=1e-4)


def test_network_is_given_the_conditions_marked() -> None:
    model = model_named("process", 1.0, ROWS, 3, (), (2,))
    scaling = model.learn_scaling([window(5, -3, seed=one).repeat(2, axis=1)[:, :3] for one in range(9)])
    vectors = model.vectors(window(1, 2, 3), scaling)
    assert vectors.shape == (model.batch, *model.shape)
    assert vectors[:, 1].tolist() == [[0, 0, 1]] * model.batch


def test_channels_are_known_by_how_often_they_move() -> None:
    still = np.full((ROWS, 1), 7, np.float32)
    seldom = still.copy()
    seldom[0] = 8
    moving = window(1)
    first, second = np.hstack([still, seldom, moving]), np.hstack([still, still, moving])
    scaling = Process(ROWS, 3).learn_scaling([first, second])
    assert scaling["known"].tolist() == [0, 1, 1]
    assert scaling["moves"].tolist() == pytest.approx([0, 0.5 / (ROWS - 1), 1])
    assert scaling["scale"][0] == 1


@pytest.mark.parametrize("rows", [2, 7, 30, 101])
def test_every_row_lies_in_one_part(rows: int) -> None:
    model = Process(rows, 1)
    _, counts = model.parts(np.ones((rows, 1), np.float32))
    assert counts.sum() == rows
    assert (counts > 0).all()


def test_other_models_refuse_slow_sensors() -> None:
    with pytest.raises(ValueError, match="choose one of process, lstm"):
        model_named("spectral", 1.0, 100, 3, (), ())
    with pytest.raises(ValueError, match="needs 2 rows"):
        model_named("process", 1.0, 1, 3, (), ())
