"""Slow sensors beside vibration: conditions explain, within the learned range; symptoms are judged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.errors import component_errors
from engine.scoring.slow import (
    SlowValue,
    SlowVerdict,
    deviations,
    explained,
    is_outside,
    slopes_of,
    slow_severities,
    smoothed_deviations,
    span_of,
    terms_of,
)

BASELINE, FEATURES = 150, 40


def rows_of_load(rng: np.random.Generator, count: int, levels: tuple[float, ...]) -> np.ndarray:
    return (np.repeat(rng.choice(levels, -(-count // 5)), 5)[:count] + rng.normal(0, 1, count))[:, None]


def features_of(rng: np.random.Generator, load: np.ndarray, follows: np.ndarray) -> np.ndarray:
    """Return features that follow the load, each by its own slope, (snapshots, 1 channel, features)."""
    noise = rng.normal(0, 1, (len(load), 1, FEATURES))
    return noise + ((load - 50) / 20)[:, None] * follows


@pytest.mark.parametrize("seed", range(3))
def test_a_known_load_raises_no_false_alarm_and_hides_no_fault(seed: int) -> None:
    rng = np.random.default_rng(seed)
    follows = rng.uniform(0.5, 2.0, FEATURES)
    load = rows_of_load(rng, BASELINE, (35.0, 45.0, 55.0, 75.0))
    healthy = features_of(rng, load, follows)
    span = span_of(load)
    slopes = slopes_of(terms_of(load, span), healthy)
    high = rows_of_load(rng, 60, (75.0,))
    later = features_of(rng, high, follows)
    faulty = later.copy()
    faulty[:, :, :10] += 4.0

    def errors(features: np.ndarray, loads: np.ndarray, *, corrected: bool) -> np.ndarray:
        own = [explained(terms_of(one, span), slopes) if corrected else 0.0 for one in (load, loads)]
        usual, here = healthy - own[0], (features - own[1]).mean(axis=0)
        residual = ((here - usual.mean(axis=0)) / usual.std(axis=0)).astype(np.float32)
        return component_errors(residual, np.ones(1, np.bool_), [[1]])

    # Residuals of many snapshots are averaged: in health little is left.
    assert errors(later, high, corrected=False)[0] > 0.8
    assert errors(later, high, corrected=True)[0] < 0.3
    assert errors(faulty, high, corrected=True)[0] > 1.5


@given(st.floats(-1e4, 1e4), st.floats(-1e3, 1e3))
def test_beyond_the_learned_range_nothing_is_extended(value: float, other: float) -> None:
    span = span_of(np.array([[10.0, 1.0], [20.0, 2.0], [30.0, 4.0]]))
    found = terms_of(np.array([value, other]), span)
    outside = terms_of(np.array([np.clip(value, 10.0, 30.0), np.clip(other, 1.0, 4.0)]), span)
    np.testing.assert_array_equal(found, outside)


def test_an_unknown_or_constant_condition_explains_nothing() -> None:
    span = span_of(np.array([[10.0, 5.0], [20.0, 5.0], [30.0, 5.0]]))
    assert not terms_of(np.array([np.nan, 5.0]), span).any()
    assert not terms_of(np.array([np.nan, 9.0]), span).any()


def test_a_feature_that_follows_no_condition_is_left_as_it_is() -> None:
    rng = np.random.default_rng(1)
    load = rng.normal(50, 10, (200, 1))
    features = np.stack([rng.normal(0, 1, 200), 0.1 * load[:, 0] + rng.normal(0, 1, 200)], axis=1)
    slopes = slopes_of(terms_of(load, span_of(load)), features)
    assert slopes[:, 0].tolist() == [0.0, 0.0]
    assert slopes[0, 1] == pytest.approx(1.0, rel=0.2)


def test_too_few_snapshots_explain_nothing() -> None:
    load = np.linspace(0, 1, 19)[:, None]
    assert not slopes_of(terms_of(load, span_of(load)), load).any()


@pytest.mark.parametrize(("value", "outside"), [(30.4, False), (31.1, True), (9.1, False), (8.9, True)])
def test_a_condition_outside_the_learned_range_is_told(value: float, outside: bool) -> None:
    assert is_outside(value, 10.0, 30.0) is outside
    assert not is_outside(float("nan"), 10.0, 30.0)


def test_a_symptom_is_compared_with_what_its_conditions_say() -> None:
    usual = np.array([[50.0], [2.0], [5.0], [0.0]])
    expected, away = deviations(np.array([61.0]), np.array([1.0, 0.0]), usual)
    assert (expected.tolist(), away.tolist()) == ([55.0], [3.0])


def test_one_odd_row_does_not_weigh_for_long_and_a_missing_one_nothing() -> None:
    start = np.zeros((2, 1), np.float32)
    odd = smoothed_deviations(start, np.array([1000.0]), 0.3, 0.05, 4.42)
    assert odd[1, 0] == pytest.approx(0.05 * 4.42)
    np.testing.assert_array_equal(smoothed_deviations(odd, np.array([np.nan]), 0.3, 0.05, 4.42), odd)


def test_the_worst_symptom_decides_and_an_unknown_one_is_not_judged() -> None:
    averages = np.array([[8.84, -4.42], [0.0, 0.0]], np.float32)
    found = slow_severities(averages, [(0, 1), ()], np.array([True, True]))
    assert found[0, 0] == pytest.approx(2.0)
    assert np.isnan(found[:, 1]).all()
    without = slow_severities(averages, [(0, 1), ()], np.array([False, True]))
    assert without[0, 0] == pytest.approx(1.0)


def test_a_surface_is_sought_only_where_vibration_shows_something() -> None:
    nothing = np.nan
    charts = np.array([[5.0, 5.0, nothing, 0.2], [0.0, 0.0, nothing, 0.0]])
    vibration = np.array([[0.3, 0.9, 0.3, 0.3], [0.2, 0.2, 3.0, 0.2]])
    assert SlowVerdict((SlowValue("Temp", "°C"),), charts, vibration).by_symptoms_alone(0.75) == {0}
