"""From residuals to severity: chance cancels, slow drift is followed, faults are not."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.config.sections.core import LimitSettings
from engine.config.settings import load_settings
from engine.scoring.severity import (
    FOLLOWED,
    LARGEST,
    Smoothing,
    at_rest,
    follow,
    severities,
    smoothed,
    unpack_smoothing,
)

BOTH = np.array([True, True])
SHAPE = (2, 5)
RESIDUALS = arrays(np.float32, SHAPE, elements=st.floats(-50, 50, width=32))
WITHIN = arrays(np.float32, SHAPE, elements=st.floats(-LARGEST, LARGEST, width=32))
LIMITS = load_settings().limits.model_copy(update={"quick": 0.5, "patient": 0.15})
ANY_LIMITS = st.builds(
    lambda **weights: LIMITS.model_copy(update=weights),
    quick=st.floats(0.3, 1.0),
    patient=st.floats(0.05, 0.3),
)


def after(residuals: list[np.ndarray], limits: LimitSettings = LIMITS) -> Smoothing:
    smoothing = at_rest(SHAPE)
    for residual in residuals:
        smoothing = smoothed(smoothing, residual, BOTH, limits)
    return smoothing


# Averages


@given(RESIDUALS, ANY_LIMITS)
def test_first_snapshot_counts_for_no_more_than_it_shows(residual: np.ndarray, limits: LimitSettings) -> None:
    first = after([residual], limits)
    for average in (first.quick, first.patient):
        assert (np.abs(average) <= np.abs(residual) * (1 + 1e-6)).all()
        assert (average * residual >= 0).all()


@given(RESIDUALS, WITHIN, ANY_LIMITS)
def test_averages_converge_to_a_residual_that_lasts(
    before: np.ndarray, lasting: np.ndarray, limits: LimitSettings
) -> None:
    smoothing = after([before] + [lasting] * round(20 / limits.patient), limits)
    assert smoothing.quick == pytest.approx(lasting, abs=1e-3)
    assert smoothing.patient == pytest.approx(lasting, abs=1e-3)


@given(WITHIN, WITHIN, ANY_LIMITS)
def test_average_lies_between_the_old_and_the_new(
    before: np.ndarray, now: np.ndarray, limits: LimitSettings
) -> None:
    old, new = after([before], limits), after([before, now], limits)
    for one, other in ((old.quick, new.quick), (old.patient, new.patient)):
        assert (other >= np.minimum(one, now) - 1e-4).all()
        assert (other <= np.maximum(one, now) + 1e-4).all()


def test_single_odd_snapshot_weighs_little_on_the_patient_average() -> None:
    odd = after([np.full(SHAPE, 60.0, np.float32)])
    assert odd.quick.max() == pytest.approx(30.0)
    assert odd.patient.max() == pytest.approx(LIMITS.patient * LARGEST)


def test_channel_that_does_not_run_stays_as_it_was() -> None:
    left = np.array([True, False])
    now = smoothed(at_rest(SHAPE), np.full(SHAPE, 8.0, np.float32), left, LIMITS)
    assert now.quick.tolist() == [[4.0] * 5, [0.0] * 5]
    assert now.patient[1].tolist() == [0.0] * 5


@given(RESIDUALS, RESIDUALS)
def test_averages_come_back_from_json_bit_for_bit(one: np.ndarray, other: np.ndarray) -> None:
    smoothing = follow(after([one, other]), other, BOTH, 200)
    back = unpack_smoothing(json.loads(json.dumps(smoothing.pack())))
    for name in ("quick", "patient", "followed"):
        assert getattr(back, name).tobytes() == getattr(smoothing, name).tobytes()


# Drift


def followed_after(residuals: list[float], adaptation: int = 200) -> float:
    smoothing = at_rest((1, 1))
    for one in residuals:
        smoothing = follow(smoothing, np.full((1, 1), one, np.float32), np.array([True]), adaptation)
    return float(smoothing.followed[0, 0])


def test_usual_value_moves_by_one_standard_deviation_in_so_many_snapshots_at_most() -> None:
    assert followed_after([60.0] * 200) == pytest.approx(1.0, rel=1e-3)
    assert followed_after([60.0] * 50) == pytest.approx(0.25, rel=1e-3)


def test_slow_drift_is_followed_and_a_fault_is_not() -> None:
    drift = list(np.linspace(0.0, 4.0, 4000))
    assert followed_after(drift) > 3.0
    assert followed_after([0.0] * 100 + [20.0] * 6) < 0.05


def test_usual_value_moves_no_farther_than_its_bound() -> None:
    smoothing, free = at_rest((1, 1)), np.array([True])
    for one in np.linspace(0.0, 6.0, 4000):
        smoothing = follow(smoothing, np.full((1, 1), one, np.float32), free, 200, 1.0)
    assert smoothing.followed[0, 0] == 1.0


@given(st.lists(st.floats(-50, 50), max_size=60))
def test_usual_value_never_falls_below_the_baseline_nor_overtakes_what_it_follows(
    residuals: list[float],
) -> None:
    followed = followed_after(residuals)
    assert 0.0 <= followed <= max([0.0, *residuals]) + 1e-6


def test_machine_that_cools_down_finds_its_old_place() -> None:
    assert followed_after([-20.0] * 500) == 0.0
    assert followed_after([FOLLOWED] * 200 + [-20.0] * 500) == 0.0


def test_nothing_is_followed_where_that_is_switched_off_or_the_component_is_in_question() -> None:
    residual = np.full(SHAPE, 5.0, np.float32)
    assert follow(at_rest(SHAPE), residual, BOTH, 0).followed.max() == 0.0
    half = follow(at_rest(SHAPE), residual, np.array([True, False]), 200)
    assert half.followed[0].min() > 0.0
    assert half.followed[1].max() == 0.0


def test_what_is_followed_no_longer_counts_as_excess() -> None:
    residual = np.full(SHAPE, 1.0, np.float32)
    smoothing = Smoothing(*np.zeros((2, *SHAPE), np.float32), residual.copy())
    assert smoothed(smoothing, residual, BOTH, LIMITS).quick.max() == 0.0


# Severity


def test_severity_is_error_over_limit_for_both_averages_of_each_component() -> None:
    smoothing = Smoothing(
        quick=np.array([[2.0] * 5, [4.0] * 5], np.float32),
        patient=np.array([[1.0] * 5, [3.0] * 5], np.float32),
        followed=np.zeros(SHAPE, np.float32),
    )
    limit = np.array([[2.0, 1.0], [4.0, 1.5]], np.float32)
    assert severities(smoothing, BOTH, ((1,), (2,)), limit).tolist() == [[1.0, 4.0], [0.25, 2.0]]


def test_component_that_does_not_run_has_no_severity() -> None:
    found = severities(at_rest(SHAPE), np.array([True, False]), ((1,), (2,)), np.ones((2, 2), np.float32))
    assert found[:, 0].tolist() == [0.0, 0.0]
    assert np.isnan(found[:, 1]).all()
