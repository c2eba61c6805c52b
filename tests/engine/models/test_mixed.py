"""A machine of bearings and motors: each channel is scored by its own model, whatever the others do."""

import numpy as np
import pytest

from engine.baseline.limits import healthy_results, limits_of
from engine.config.motors import MotorColumns
from engine.config.sections.core import LimitSettings
from engine.models import model_named
from engine.models.base import Floats, Insight, Model
from engine.models.mixed import Mixed, used_features
from engine.models.motor import Motor
from engine.models.spectral import Spectral
from engine.scoring.errors import component_errors
from replay.synthetic.motor import Motor as Rig
from replay.synthetic.motor import recording

RATE, ROWS, COUNT, HELD_OUT = 2000.0, 4000, 12, 4
BEARINGS, CURRENTS = [0, 4], [3, 1, 2]
LIMITS = LimitSettings(
    quick=0.5, patient=0.1, margin=2.0, patient_margin=1.5, tail=4.0, adaptation=0, mode="standard"
)


def signal(seed: int) -> Floats:
    whole = np.random.default_rng(seed).normal(0, 0.05, (ROWS, 5)).astype(np.float32)
    whole[:, CURRENTS] = recording(Rig(load=0.6 + 0.02 * seed), ROWS / RATE, RATE, seed)
    return whole


def mixed() -> Mixed:
    model = model_named("mixed", RATE, ROWS, 5, [MotorColumns(tuple(CURRENTS))])
    assert isinstance(model, Mixed)
    return model


def results(model: Model, columns: list[int]) -> list[Insight]:
    """Return the results of a network that reconstructs everything as its middle."""
    observed = [model.observe(signal(seed)[:, columns]) for seed in range(COUNT)]
    scaling = model.learn_scaling(observed)
    vectors = [model.vectors(one, scaling) for one in observed]
    return [
        model.insight(one, own, (np.zeros_like(own),), scaling)
        for one, own in zip(observed, vectors, strict=True)
    ]


def alone(kind: str) -> tuple[Model, list[int], list[list[int]]]:
    """Return the model of one kind of channels, their columns, and its components."""
    if kind == "bearing":
        return Spectral(RATE, ROWS, 2), BEARINGS, [[1], [2]]
    return Motor(RATE, ROWS, 3), CURRENTS, [[1, 2, 3]]


@pytest.fixture(scope="module")
def found() -> list[Insight]:
    return results(mixed(), list(range(5)))


@pytest.mark.parametrize(("kind", "own"), [("bearing", [0, 2]), ("motor", [1])])
def test_limits_and_errors_are_those_of_the_model_alone(
    found: list[Insight], kind: str, own: list[int]
) -> None:
    model, columns, parts = alone(kind)
    by_itself = results(model, columns)
    components = [[1], [2, 3, 4], [5]]
    level, watched = np.ones(5, np.float32), np.ones(5, np.bool_)
    together = limits_of(
        mixed(),
        healthy_results(found, HELD_OUT, level, np.ones((1, 1), np.float32)),
        watched,
        components,
        LIMITS,
    )
    count = len(columns)
    single = limits_of(
        model,
        healthy_results(by_itself, HELD_OUT, level[:count], np.ones((1, 1), np.float32)),
        watched[:count],
        parts,
        LIMITS,
    )
    np.testing.assert_allclose(together.limit[:, own], single.limit, rtol=1e-5)
    np.testing.assert_allclose(together.window_limit[own], single.window_limit, rtol=0.01)

    def errors(calibration: object, seen: Insight, channels: list[list[int]], used: object) -> np.ndarray:
        centre, scatter = calibration.centre, calibration.scatter  # type: ignore[attr-defined]
        residual = (seen.features - centre) / scatter
        running = np.ones(len(residual), np.bool_)
        return component_errors(residual, running, channels, 16, used)  # type: ignore[arg-type]

    np.testing.assert_allclose(
        errors(together, found[-1], components, used_features(mixed()))[own],
        errors(single, by_itself[-1], parts, None),
        rtol=1e-4,
    )


def test_a_channel_has_its_own_features_alone(found: list[Insight]) -> None:
    spectrum = np.isfinite(found[0].spectrum).sum(axis=1).tolist()
    assert spectrum == [64, 17, 17, 17, 64]
    assert mixed().used.tolist() == [65, 18, 18, 18, 65]
    assert not found[0].features[1:4, 17:64].any()


@pytest.mark.parametrize(
    ("motors", "rows", "said"),
    [
        ([], ROWS, "needs a motor and a component"),
        ([MotorColumns((0, 1, 2), (3, 4, 5))], ROWS, "needs a motor and a component"),
        ([MotorColumns((0, 1, 2))], 100, "128 rows"),
    ],
)
def test_other_machines_are_refused(motors: list[MotorColumns], rows: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        model_named("mixed", RATE, rows, 6, motors)


def test_voltages_of_a_motor_are_no_vibration() -> None:
    model = Mixed(RATE, ROWS, 7, [MotorColumns((0, 1, 2), (3, 4, 5))])
    assert model.parts[0].columns.tolist() == [6]
    assert np.isnan(model.observe(np.ones((ROWS, 7), np.float32))[:, 3:6]).all()
