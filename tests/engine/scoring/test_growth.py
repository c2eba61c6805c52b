"""The growth of a severity: found where it is steady, with the right time to double."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.growth import FEWEST, Growth, growth_of

MINUTES = 600 * 1_000_000


def times(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int64) * MINUTES


@given(st.floats(1.03, 2.0), st.booleans(), st.integers(FEWEST, 200))
def test_a_steady_change_is_found_with_its_doubling_time(factor: float, rises: bool, count: int) -> None:
    exponent = np.arange(count) if rises else -np.arange(count)
    found = growth_of(times(count), 1.5 * factor ** exponent.astype(float))
    assert found is not None
    assert found.rises is rises
    assert found.doubling == pytest.approx(600 * np.log(2) / np.log(factor), rel=1e-6)


@given(st.integers(0, 10_000))
def test_noise_about_a_level_is_seldom_growth(seed: int) -> None:
    made = np.random.default_rng(seed)
    found = growth_of(times(100), 0.5 * np.exp(0.02 * made.standard_normal(100)))
    assert found is None


def test_too_few_and_missing_severities_give_none() -> None:
    assert growth_of(times(3), np.array([1.0, 2.0, 4.0])) is None
    assert growth_of(times(50), np.full(50, np.nan)) is None
    assert growth_of(times(0), np.zeros(0)) is None
    assert growth_of(times(50), np.zeros(50)) is None


def test_gaps_between_known_severities_do_not_hide_a_rise() -> None:
    values = 1.05 ** np.arange(60.0)
    values[::3] = np.nan
    assert growth_of(times(60), values) is not None


def test_the_time_to_a_target_follows_from_the_slope() -> None:
    growth = Growth(np.log(2) / 3600, 86_400.0)
    assert growth.seconds_until(1.0, 4.0) == pytest.approx(7200)
    assert growth.seconds_until(4.0, 4.0) is None
    assert Growth(-1.0, 1.0).seconds_until(1.0, 4.0) is None
