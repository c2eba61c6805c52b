"""Errors and limits: the definition of an error and the calibration of a limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.baseline.calibration import (
    RISES_ON,
    SMALLEST_RISE,
    are_several,
    calibrate,
    least_limit,
    outlying,
    risen,
    usual_features,
)
from engine.scoring.errors import component_errors, excess
from engine.signals.statistics import SMALLEST_SCATTER, scatter

BOTH = np.array([True, True])
RESIDUALS = arrays(np.float32, (2, 5), elements=st.floats(-50, 50, width=32))
POSITIVE = arrays(np.float64, (12, 3), elements=st.floats(1e-3, 1e3))


# Error


@given(RESIDUALS)
def test_fall_in_level_is_no_error_and_a_rise_counts_squared(residual: np.ndarray) -> None:
    counted = excess(residual)
    assert (counted[residual <= 0] == 0).all()
    assert counted[residual > 0] == pytest.approx(residual[residual > 0].astype(np.float64) ** 2, rel=1e-5)


@given(RESIDUALS)
def test_machine_that_gets_quieter_everywhere_has_no_larger_error(residual: np.ndarray) -> None:
    louder = component_errors(residual, BOTH, ((1,), (2,)))
    assert (component_errors(residual - np.float32(1.0), BOTH, ((1,), (2,))) <= louder).all()


def test_component_that_does_not_run_has_no_error() -> None:
    residual = np.ones((3, 4), np.float32)
    errors = component_errors(residual, np.array([True, False, False]), ((1,), (2, 3)))
    assert errors[0] == 1.0
    assert np.isnan(errors[1])


def test_component_with_one_live_sensor_is_judged_by_that_alone() -> None:
    residual = np.array([[3.0, 3.0], [100.0, 100.0]], np.float32)
    assert component_errors(residual, np.array([True, False]), ((1, 2),)).tolist() == [3.0]


# Limits


@given(POSITIVE, st.floats(1, 10), st.floats(0.1, 10), st.floats(0.05, 1.0))
def test_limit_is_at_least_the_margin_times_the_typical_healthy_error(
    errors: np.ndarray, margin: float, tail: float, weight: float
) -> None:
    limit = calibrate(errors, margin, tail, weight)
    assert limit.shape == (3,)
    assert (limit >= margin * np.median(errors, axis=0) * (1 - 1e-6)).all()


def test_widely_scattered_errors_have_a_wider_limit_than_steady_ones() -> None:
    steady = np.full((1000, 1), 1.0)
    scattered = np.array([[0.1], [10.0]] * 500)
    assert calibrate(steady, 3.0, 4.0, 1.0)[0] == pytest.approx(3.0, rel=0.01)
    assert calibrate(scattered, 3.0, 4.0, 1.0)[0] > 100.0


def test_components_have_limits_of_their_own() -> None:
    errors = np.stack([np.full(1000, 1.0), np.full(1000, 5.0)], axis=1)
    assert calibrate(errors, 2.0, 4.0, 1.0) == pytest.approx([2.0, 10.0], rel=0.01)


def test_limit_is_wider_the_fewer_snapshots_set_it_and_the_more_of_them_are_averaged() -> None:
    few, many = np.full((10, 1), 1.0), np.full((100, 1), 1.0)
    quick = [float(calibrate(errors, 3.0, 4.0, 0.5)[0]) for errors in (few, many)]
    patient = [float(calibrate(errors, 3.0, 4.0, 0.15)[0]) for errors in (few, many)]
    assert quick[0] > quick[1] > 3.0
    assert patient[0] > quick[0]
    assert patient[1] > quick[1]
    # The mean of n snapshots has 1/n of the variance of one.
    assert quick[0] == pytest.approx(3.0 * np.sqrt(1 + 3 / 10))


def test_errors_of_zero_still_give_a_finite_limit() -> None:
    assert np.isfinite(calibrate(np.zeros((5, 2)), 3.0, 4.0, 0.5)).all()


KEPT = np.zeros((100, 2), np.bool_)
"""No snapshot of such a baseline is left out."""


def baseline_of(steps: tuple[float, float], seed: int = 4) -> np.ndarray:
    """Return 100 snapshots of noise of two components; the 40 held-out ones are higher by `steps`."""
    residual = np.random.default_rng(seed).normal(size=(100, 2, 65)).astype(np.float32)
    residual[60:] += np.array(steps, np.float32)[:, None]
    return residual


def test_rise_from_the_snapshots_trained_on_to_those_held_out_is_told_by_component() -> None:
    rise = risen(baseline_of((1.0, 0.0)), 40, ((1,), (2,)), KEPT)
    assert rise[0] == pytest.approx(1.0, rel=0.1)
    assert rise[1] < 0.1


def test_single_loud_recording_is_no_rise() -> None:
    residual = baseline_of((0.0, 0.0))
    residual[-3] += 50.0
    left_out = np.zeros_like(KEPT)
    assert risen(residual, 40, ((1,), (2,)), left_out).min() > 1.0
    left_out[-3] = True
    assert risen(residual, 40, ((1,), (2,)), left_out).max() < 0.2


@pytest.mark.parametrize(
    ("odd", "count", "several"),
    [(1, 24, False), (1, 50, False), (2, 24, True), (3, 200, False), (4, 200, True)],
)
def test_one_outlying_recording_is_chance_and_several_are_a_doubt(
    odd: int, count: int, several: bool
) -> None:
    assert are_several(odd, count) == several


def test_machine_that_got_quieter_within_its_baseline_has_not_risen() -> None:
    assert risen(baseline_of((-1.0, -1.0)), 40, ((1, 2),), KEPT) == pytest.approx(0.0)


def test_limit_leaves_room_for_more_of_the_rise_that_the_baseline_showed() -> None:
    wide = np.ones((2, 65), np.float32)
    limit = least_limit(np.array([0.5, 0.0]), wide, ((1,), (2,)))
    assert limit == pytest.approx([RISES_ON * 0.5, SMALLEST_RISE])


def test_no_recordings_are_so_steady_that_a_rise_of_a_tenth_of_a_decibel_crosses_the_limit() -> None:
    tenth = 0.1 * np.log(10) / 10
    for deviation in (0.001, 0.01, 0.03):
        limit = least_limit(np.zeros(1), np.full((1, 65), deviation, np.float32), ((1,),))
        assert limit[0] * deviation > 3 * tenth


# Scatter


def test_feature_that_never_moves_has_the_smallest_scatter_and_not_zero() -> None:
    assert scatter(np.zeros((10, 2, 4), np.float32)) == pytest.approx(SMALLEST_SCATTER)


def test_scatter_of_many_snapshots_is_each_features_own_deviation() -> None:
    spread = np.array([[0.5, 1.0, 2.0], [3.0, 1.0, 4.0]])
    values = np.random.default_rng(6).normal(size=(20_000, 2, 3)) * spread
    assert scatter(values.astype(np.float32)) == pytest.approx(spread, rel=0.03)


# Spoiled baselines


def healthy_features(snapshots: int = 40) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 1, (snapshots, 2, 33)).astype(np.float32)


def test_a_loud_episode_is_left_out_and_moves_neither_centre_nor_scatter() -> None:
    features = healthy_features()
    plain = usual_features(features, outlying(features))
    features[10:14, 1] += 30.0
    odd = outlying(features)
    assert odd[:, 0].sum() == 0
    assert np.flatnonzero(odd[:, 1]).tolist() == [10, 11, 12, 13]
    centre, spread = usual_features(features, odd)
    np.testing.assert_array_equal(centre[0], plain[0][0])
    assert np.abs(centre[1] - plain[0][1]).max() < 0.5
    assert spread[1].max() < 2 * plain[1][1].max()


@pytest.mark.parametrize("count", [20, 30])
def test_at_most_a_quarter_of_the_snapshots_is_left_out(count: int) -> None:
    features = healthy_features()
    features[:count, 0] += 30.0
    assert outlying(features).sum(axis=0)[0] <= len(features) // 4


def test_healthy_noise_alone_stands_out_nowhere() -> None:
    assert not outlying(healthy_features(200)).any()


def test_errors_that_fall_to_nothing_do_not_widen_the_limit() -> None:
    steady = np.full((40, 1), 1.0) * np.random.default_rng(4).uniform(0.9, 1.1, (40, 1))
    fallen = steady.copy()
    fallen[:6] = 1e-3
    assert calibrate(fallen, 2.0, 3.0, 0.5)[0] <= 1.1 * calibrate(steady, 2.0, 3.0, 0.5)[0]
