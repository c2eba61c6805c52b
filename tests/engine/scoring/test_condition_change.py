"""A change of the whole machine is not a failing bearing; drifted errors are reported until they return."""

import numpy as np
import pytest

from engine.scoring.condition_change import (
    DRIFT_RATIO,
    FEWEST,
    RECENT,
    common_step,
    drifted,
    latent_shift,
    usual_levels,
)
from engine.scoring.history import History
from engine.signals.statistics import median

CHANNELS = 4


def history_of(severity: np.ndarray, level: np.ndarray) -> History:
    count = len(severity)
    return History(np.arange(count, dtype=np.int64), severity.astype(np.float32), level.astype(np.float32))


def stepped(steps: list[float], count: int = 12, scatter: float = 0.01, after: int = 2) -> History:
    """Return scattered levels that step in the last snapshots, each component by its ratio."""
    level = np.random.default_rng(9).normal(-2.0, scatter, (count, len(steps)))
    level[count - after :] += np.log(steps)
    return history_of(np.zeros_like(level), level)


# A step of all components


@pytest.mark.parametrize(
    ("steps", "ratio"),
    [
        pytest.param([1.5] * 4, 1.5, id="all louder alike"),
        pytest.param([0.5] * 4, 0.5, id="all quieter alike"),
        pytest.param([1.4, 1.5, 1.6, 1.5], 1.5, id="nearly alike"),
        pytest.param([1.0] * 4, None, id="nothing happened"),
        pytest.param([1.1] * 4, None, id="too little to matter"),
        pytest.param([3.0, 1.0, 1.0, 1.0], None, id="one bearing alone"),
        pytest.param([3.0, 3.0, 3.0, 1.0], None, id="all but one"),
        pytest.param([8.0, 1.3, 1.3, 1.3], None, id="one bearing most, its neighbours by cross-talk"),
        pytest.param([2.0, 2.0, 0.5, 0.5], None, id="two up and two down"),
        pytest.param([1.5], None, id="a single component has nothing in common"),
    ],
)
def test_a_step_is_common_only_if_all_components_step_alike(steps: list[float], ratio: float | None) -> None:
    found = common_step(stepped(steps))
    assert (found and found.ratio) == (None if ratio is None else pytest.approx(ratio, rel=0.05))
    if found:
        np.testing.assert_allclose(found.before, -2.0, atol=0.05)
        np.testing.assert_allclose(np.exp(found.steps), steps, rtol=0.05)


def test_step_within_the_usual_scatter_is_none() -> None:
    assert common_step(stepped([1.5] * 4, scatter=0.01)) is not None
    assert common_step(stepped([1.5] * 4, scatter=0.2)) is None


def test_step_is_told_at_the_first_snapshot_that_shows_it_and_the_next() -> None:
    assert common_step(stepped([1.5] * 4, after=1)) is not None
    assert common_step(stepped([1.5] * 4, after=2)) is not None


def test_step_needs_snapshots_before_it() -> None:
    assert common_step(stepped([1.5] * 4, count=FEWEST + 2)) is not None
    assert common_step(stepped([1.5] * 4, count=FEWEST + 1)) is None


def test_component_whose_level_is_not_known_leaves_nothing_to_say() -> None:
    history = stepped([1.5] * 4)
    history.level[3, 2] = np.nan
    assert common_step(history) is None


def test_machine_that_warms_up_slowly_does_not_step() -> None:
    warming = np.linspace(0.0, -0.6, 40)[:, None] + np.zeros((1, 4))
    for count in range(1, 41):
        assert common_step(history_of(np.zeros((count, 4)), warming[:count])) is None


# Drift


CALM = np.random.default_rng(10).normal(0.0, 0.1, (60, CHANNELS)).astype(np.float32)
USUAL = median(CALM, 0)


def shifted(shift: list[float], count: int = RECENT) -> History:
    error = np.random.default_rng(11).normal(0.0, 0.1, (count, CHANNELS)) + shift
    return history_of(error, np.zeros_like(error))


def test_errors_of_the_baselines_kind_have_not_drifted() -> None:
    assert drifted(shifted([0.0] * 4), CALM, USUAL, (False,) * 4) == (False,) * 4


def test_only_the_component_whose_errors_moved_up_has_drifted() -> None:
    ratios = np.log([1.0, 2.0, 1.2, 0.3])
    assert drifted(shifted(list(ratios)), CALM, USUAL, (False,) * 4) == (False, True, False, False)


@pytest.mark.parametrize(
    ("ratio", "was", "now"),
    [
        pytest.param(DRIFT_RATIO * 1.2, False, True, id="begins well above the ratio"),
        pytest.param(DRIFT_RATIO * 0.9, False, False, id="does not begin below it"),
        pytest.param(DRIFT_RATIO * 0.9, True, True, id="but goes on below it"),
        pytest.param(DRIFT_RATIO**0.3, True, False, id="until more than half is undone"),
    ],
)
def test_drift_ends_later_than_it_begins(ratio: float, was: bool, now: bool) -> None:
    assert drifted(shifted([np.log(ratio)] * 4), CALM, USUAL, (was,) * 4) == (now,) * 4


@pytest.mark.parametrize("was", [True, False])
def test_few_snapshots_change_no_mind(was: bool) -> None:
    assert drifted(shifted([5.0] * 4, count=RECENT - 1), CALM, USUAL, (was,) * 4) == (was,) * 4


def test_component_that_does_not_run_has_not_drifted_anew() -> None:
    history = shifted([1.0] * 4)
    history.severity[:, 1] = np.nan
    assert drifted(history, CALM, USUAL, (False,) * 4) == (True, False, True, True)


# Drift of latent positions


def places(count: int, seed: int, dimensions: int = 16) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)


def test_energy_distance_is_twice_the_distance_between_less_those_within() -> None:
    recent, healthy = places(RECENT, 1, 3) + 2, places(20, 2, 3)
    spread = healthy.std(axis=0)

    def mean(one: np.ndarray, other: np.ndarray) -> float:
        pairs = [np.linalg.norm((a - b) / spread) for a in one for b in other]
        return float(np.mean(pairs))

    between = mean(recent, healthy)
    distance = 2 * between - mean(recent, recent) - mean(healthy, healthy)
    found = latent_shift(recent, healthy)
    assert found is not None
    assert found.distance == pytest.approx(distance, rel=1e-5)
    assert found.share == pytest.approx(distance / (2 * between), rel=1e-5)


@pytest.mark.parametrize("dimensions", [1, 4, 16])
@pytest.mark.parametrize("held_out", [10, 60])
def test_positions_of_the_same_machine_are_no_drift(dimensions: int, held_out: int) -> None:
    for seed in range(20):
        found = latent_shift(places(RECENT, seed, dimensions), places(held_out, 100 + seed, dimensions))
        assert found is not None
        assert not found.clear


@pytest.mark.parametrize("dimensions", [1, 4, 16])
def test_positions_that_moved_by_several_spreads_are_drift_beyond_chance(dimensions: int) -> None:
    found = latent_shift(places(RECENT, 3, dimensions) + 3, places(40, 4, dimensions))
    assert found is not None
    assert found.clear
    assert found.distance > 2 * found.bound


def test_dimension_that_the_network_does_not_use_says_nothing() -> None:
    recent, healthy = places(RECENT, 5), places(40, 6)
    recent[:, 3] = healthy[:, 3] = 0.0
    found = latent_shift(recent, healthy)
    assert found is not None
    assert np.isfinite(found.distance)
    assert not found.clear


@pytest.mark.parametrize(
    ("recent", "healthy"),
    [
        pytest.param(places(RECENT // 2 - 1, 1), places(40, 2), id="too few since the baseline"),
        pytest.param(np.full((RECENT, 16), np.nan, np.float32), places(40, 2), id="none with all channels"),
        pytest.param(places(RECENT, 1), places(FEWEST - 1, 2), id="too few on the baseline"),
        pytest.param(np.zeros((RECENT, 0), np.float32), np.zeros((40, 0), np.float32), id="no latent space"),
    ],
)
def test_too_few_positions_are_not_compared(recent: np.ndarray, healthy: np.ndarray) -> None:
    assert latent_shift(recent, healthy) is None


def test_shift_is_the_same_each_time() -> None:
    recent, healthy = places(RECENT, 7) + 2, places(40, 8)
    assert latent_shift(recent, healthy) == latent_shift(recent.copy(), healthy.copy())


def test_levels_that_the_baseline_went_through_are_usual() -> None:
    reach = np.array([1.2, 0.6, 0.15], np.float32)
    usual = usual_levels(np.ones(3, np.float32), reach, np.ones(3, np.bool_), ((1,), (2, 3)))
    assert usual.include(np.array([0.39, -0.049], np.float32))
    assert not usual.include(np.array([0.41, 0.0], np.float32))
    assert not usual.include(np.array([0.0, 0.2], np.float32))
    assert not usual.include(np.array([np.nan, 0.0], np.float32))


def test_early_bundles_know_no_usual_wander() -> None:
    usual = usual_levels(np.ones(2, np.float32), np.zeros(0, np.float32), np.ones(2, np.bool_), ((1,), (2,)))
    assert not usual.include(np.array([0.01, 0.01], np.float32))


def test_step_to_lower_levels_is_told_from_one_component_that_stays() -> None:
    usual = usual_levels(np.ones(2, np.float32), np.zeros(0, np.float32), np.ones(2, np.bool_), ((1,), (2,)))
    step = usual.step_to(np.log(np.array([0.1, 0.1], np.float32)))
    assert step is not None
    assert step.ratio == pytest.approx(0.1)
    assert usual.step_to(np.array([-2.0, 0.1], np.float32)) is None
