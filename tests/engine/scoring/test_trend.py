"""A rising error is reported before it crosses its limit; wandering, outliers and falls are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.trend import FEWEST, Trend, rising_trend, time_to_limit

COUNT = 64
SECONDS = 600.0 * np.arange(COUNT)
WANDER = 0.1


def wandering(seed: int, count: int = COUNT) -> np.ndarray:
    """Return logarithms of a healthy, smoothed error, (count,)."""
    chance = np.random.default_rng(seed).normal(size=count + 30)
    series = np.zeros(count + 30)
    for number in range(1, count + 30):
        series[number] = 0.6 * series[number - 1] + 0.8 * WANDER * chance[number]
    return series[30:]


def told(logs: np.ndarray, wander: float = WANDER) -> Trend | None:
    return rising_trend(600.0 * np.arange(len(logs)), logs, wander)


@pytest.mark.parametrize("rise", [0.7, 1.5, 3.0])
def test_error_that_multiplies_within_the_window_is_told_with_how_much(rise: float) -> None:
    for seed in range(10):
        trend = told(wandering(seed) + np.linspace(0, rise, COUNT))
        assert trend is not None
        assert trend.rise == pytest.approx(rise, abs=0.3)
        assert trend.slope_low < trend.slope < trend.slope_high
        assert trend.slope == pytest.approx(rise / SECONDS[-1], abs=0.3 / SECONDS[-1])


def test_healthy_error_that_wanders_is_not_told() -> None:
    assert [told(wandering(seed)) for seed in range(100)] == [None] * 100


def test_steady_error_is_not_told() -> None:
    assert told(np.zeros(COUNT)) is None


def test_falling_error_is_not_told() -> None:
    assert told(wandering(1) - np.linspace(0, 3, COUNT)) is None


@pytest.mark.parametrize("where", [0, COUNT // 2, COUNT - 1])
@pytest.mark.parametrize("height", [3.0, 60.0])
def test_one_outlier_is_no_trend_wherever_it_falls(where: int, height: float) -> None:
    logs = wandering(2)
    logs[where] += height
    assert told(logs) is None


def test_outliers_within_a_rise_do_not_hide_it() -> None:
    logs = wandering(3) + np.linspace(0, 1.5, COUNT)
    logs[[10, 40]] += 5.0
    logs[[25, 60]] -= 5.0
    assert told(logs) is not None


def test_rise_that_health_explains_is_not_told_however_steady() -> None:
    steady = np.linspace(0, 1.0, COUNT)
    assert told(steady, wander=0.2) is not None
    assert told(steady, wander=0.3) is None


def test_few_snapshots_tell_no_trend() -> None:
    assert told(np.linspace(0, 3, FEWEST - 1)) is None
    assert told(np.linspace(0, 3, FEWEST)) is not None


@given(st.integers(0, 1000), st.floats(-9, 9), st.floats(0, 1e9))
def test_unit_of_the_error_and_the_date_change_nothing(seed: int, unit: float, begin: float) -> None:
    logs = wandering(seed) + np.linspace(0, 1.2, COUNT)
    here, there = rising_trend(SECONDS, logs, WANDER), rising_trend(SECONDS + begin, logs + unit, WANDER)
    assert here is not None
    assert there is not None
    assert there.rise == pytest.approx(here.rise, rel=1e-6)


# Time to limit


@given(st.floats(0.01, 0.99), st.floats(1e-7, 1e-2))
def test_error_that_doubles_reaches_its_limit_when_the_curve_does(severity: float, slope: float) -> None:
    until = time_to_limit(Trend(1.0, slope, 0.5 * slope, 2.0 * slope), severity)
    assert until is not None
    assert severity * np.exp(slope * until.expected) == pytest.approx(1.0)
    assert until.earliest == pytest.approx(until.expected / 2)
    assert until.latest == pytest.approx(until.expected * 2)


@pytest.mark.parametrize("severity", [1.0, 1.5, 0.0])
def test_limit_that_is_reached_already_lies_in_no_future(severity: float) -> None:
    assert time_to_limit(Trend(1.0, 1e-5, 1e-6, 1e-4), severity) is None


def test_rise_that_may_be_none_may_never_reach_the_limit() -> None:
    until = time_to_limit(Trend(1.0, 1e-5, -1e-6, 1e-4), 0.5)
    assert until is not None
    assert until.latest == np.inf
