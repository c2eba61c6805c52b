"""The severity ahead: its interval holds as often as it says, over calm, growth and steps."""

import numpy as np
import pytest

from engine.scoring.ahead import AHEAD, FEWEST_PAST, HELD, severity_ahead
from engine.scoring.growth import FEWEST

MINUTE = 60_000_000


def wandering(seed: int, growth: float, count: int = 260) -> np.ndarray:
    """Return severities that wander like averages, and grow from the middle on."""
    chance = np.random.default_rng(seed)
    wander = np.zeros(count)
    for index in range(1, count):
        wander[index] = 0.8 * wander[index - 1] + 0.06 * chance.standard_normal()
    return np.exp(np.log(0.5) + wander + growth * np.maximum(0, np.arange(count) - count // 2))


def times(count: int) -> np.ndarray:
    return np.arange(count) * 10 * MINUTE


@pytest.mark.parametrize("growth", [0.0, 0.005, 0.02])
def test_the_interval_holds_about_as_often_as_it_says(growth: float) -> None:
    held = []
    for seed in range(6):
        series = wandering(seed, growth)
        for end in range(80, len(series) - AHEAD, 6):
            found = severity_ahead(times(end + 1), series[: end + 1])
            assert found is not None
            held.append(found.low <= series[end + AHEAD] <= found.high)
    assert HELD - 0.1 <= np.mean(held) <= HELD + 0.1


def test_a_steady_growth_goes_on() -> None:
    series = 0.5 * np.exp(0.01 * np.arange(120))
    found = severity_ahead(times(120), series)
    assert found is not None
    assert found.severity == pytest.approx(series[-1] * np.exp(0.01 * AHEAD), rel=1e-6)
    assert found.seconds == AHEAD * 600
    assert found.high / found.low == pytest.approx(1.0, abs=1e-6)


def test_only_the_past_decides() -> None:
    series = wandering(1, 0.02)
    cut = severity_ahead(times(100), series[:100])
    changed = series.copy()
    changed[100:] = 99.0
    assert severity_ahead(times(len(series))[:100], changed[:100]) == cut


def test_gaps_are_passed_over_and_a_short_record_has_no_forecast() -> None:
    series = wandering(2, 0.0)
    holed = series.copy()
    holed[::7] = np.nan
    assert severity_ahead(times(len(series)), holed) is not None
    short = FEWEST + AHEAD + FEWEST_PAST - 1
    assert severity_ahead(times(short), series[:short]) is None
    assert severity_ahead(times(60), np.full(60, np.nan)) is None
    assert severity_ahead(np.zeros(120, np.int64), series[:120]) is None
