"""The motor model's input: level-free, sensitive to the negative sequence, silent about withheld claims."""

from dataclasses import replace

import numpy as np
import pytest

from engine.models import model_named
from engine.models.motor import DIRECTIONS, Motor
from engine.signals.motors.currents import TURN
from engine.signals.motors.features import AT_REST, SEQUENCE
from replay.synthetic.motor import Motor as Rig
from replay.synthetic.motor import recording

RATE, ROWS = 5000.0, 50_000


def currents(negative: complex = 0, level: float = 10.0, seed: int = 0) -> np.ndarray:
    angle = 2 * np.pi * 50 * np.arange(ROWS) / RATE
    vector = np.exp(1j * angle) + np.conj(negative * np.exp(1j * angle)) + 0.03 * np.exp(-5j * angle)
    three = level * np.real(vector[:, None] * np.array([1, TURN**2, TURN]))
    noise = 0.005 * level * np.random.default_rng(seed).normal(size=three.shape)
    return (three + noise).astype(np.float32)


@pytest.fixture
def model() -> Motor:
    return Motor(RATE, ROWS, 3)


def test_the_load_does_not_change_the_features(model: Motor) -> None:
    low, high = model.observe(currents()), model.observe(currents(level=30.0))
    assert np.isfinite(low).all()
    # The feature at rest holds the current, which the network does not see.
    np.testing.assert_allclose(high[..., AT_REST] - low[..., AT_REST], np.log(3.0), atol=1e-3)
    others = np.arange(low.shape[-1]) != AT_REST
    np.testing.assert_allclose(low[..., others], high[..., others], atol=1e-3)


@pytest.mark.parametrize(
    "load",
    [
        {"swing": 0.04},
        {"swing": 0.08, "swing_hertz": 2.1},
        {"swing": 0.04, "swing_hertz": 15.0},
        {"load_step": -0.3},
    ],
)
@pytest.mark.parametrize(
    "rig", [Rig(load=0.8), Rig(load=0.6, hertz=60.0), Rig(load=0.95, eccentricity=-55.0)]
)
def test_a_load_that_swings_or_steps_moves_no_feature(load: dict[str, float], rig: Rig) -> None:
    model = Motor(2500.0, 20_000, 3)
    steady, moved, broken = (
        model.observe(recording(replace(rig, **change), 8.0, 2500.0, 5))
        for change in ({}, load, {"broken_bars": 1.0})
    )

    def far(now: np.ndarray) -> float:
        return float(np.nanmax(np.abs(np.mean(now, axis=0) - np.mean(steady, axis=0))))

    assert far(moved) < 0.2 * far(broken)


@pytest.mark.parametrize("angle", [0.0, 1.0, 3.0, 5.0])
def test_a_negative_sequence_raises_a_direction_in_every_sense(model: Motor, angle: float) -> None:
    before = model.observe(currents()).mean(axis=0)
    after = model.observe(currents(0.05 * np.exp(1j * angle))).mean(axis=0)
    rise = (after - before)[:, 2 : 2 + DIRECTIONS]
    # 5 % is half a unit; the nearest of six directions has at least cos 30 degrees of it.
    assert (rise.max(axis=1) > 0.43).all()
    assert (after - before)[:, -1] == pytest.approx([0.5] * 3, abs=0.02)


def test_a_recording_in_bursts_keeps_the_unbalance_alone(model: Motor) -> None:
    rows = [row for row in range(ROWS) if row % 90 < 40]
    torn = np.concatenate([currents(), currents(seed=1), currents(seed=2)])[: 3 * ROWS]
    kept = [start + row for start in range(0, len(torn), ROWS) for row in rows]
    features = model.observe(torn[kept][:ROWS])
    known = np.isfinite(features).all(axis=(0, 1))
    assert np.flatnonzero(known).tolist() == [*range(2, 2 + DIRECTIONS), AT_REST, len(model.edges) - 1]


@pytest.mark.parametrize(
    ("rate", "rows", "channels", "said"),
    [(5000, 10, 3, "64 rows"), (100, 1000, 3, "200 Hz")],
)
def test_recordings_that_are_no_motors_are_refused(rate: float, rows: int, channels: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        model_named("motor", rate, rows, channels)


def test_features_that_were_never_known_do_not_move_the_error(model: Motor) -> None:
    observed = [model.observe(currents(seed=seed)) for seed in range(3)]
    for one in observed:
        one[..., 0] = np.nan
    scaling = model.learn_scaling(observed)
    vectors = model.vectors(observed[0], scaling)
    assert np.isfinite(vectors).all()
    insight = model.insight(observed[0], vectors, (np.ones_like(vectors),), scaling)
    assert (insight.features[:, 0] == 0).all()
    assert insight.features.shape == (3, len(model.edges))


@pytest.fixture(scope="module")
def loaded() -> tuple[Motor, dict[str, np.ndarray]]:
    """Return a model and the scaling of a baseline between three quarters and the whole of the rated load."""
    model = Motor(2000.0, 8000, 3)
    signals = [recording(Rig(load=0.75 + 0.25 * (seed % 2)), 4.0, 2000.0, seed) for seed in range(8)]
    return model, dict(model.learn_scaling([model.observe(signal) for signal in signals]))


@pytest.mark.parametrize("load", [0.0, 0.25, 0.5, 1.2])
def test_a_load_outside_the_baseline_moves_no_feature_of_the_unbalance(
    loaded: tuple[Motor, dict[str, np.ndarray]], load: float
) -> None:
    model, scaling = loaded
    seen = model.observe(recording(Rig(load=load), 4.0, 2000.0, 20))
    assert np.abs(model.vectors(seen, scaling)[0][:, SEQUENCE] * scaling["scale"][:, SEQUENCE]).max() < 0.1


def test_a_fault_shows_at_a_load_outside_the_baseline(loaded: tuple[Motor, dict[str, np.ndarray]]) -> None:
    model, scaling = loaded
    shorted = model.observe(recording(Rig(load=0.5, shorted=0.06), 4.0, 2000.0, 21))
    broken = model.observe(recording(Rig(load=0.5, broken_bars=1.0), 4.0, 2000.0, 21))
    unit = scaling["scale"]
    assert np.abs(model.vectors(shorted, scaling)[0] * unit)[:, SEQUENCE].max() > 0.2
    assert (model.vectors(broken, scaling)[0] * unit)[:, 1].min() > 2.0


def test_a_bundle_without_loads_is_read_as_before(loaded: tuple[Motor, dict[str, np.ndarray]]) -> None:
    model, scaling = loaded
    old = {name: one for name, one in scaling.items() if name != "load"}
    seen = model.observe(recording(Rig(load=0.8), 4.0, 2000.0, 22))
    assert np.array_equal(model.vectors(seen, old), model.vectors(seen, scaling))
