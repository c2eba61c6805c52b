"""Limits of windows of rows: what autocorrelation allows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.baseline.wander import LIMIT, ON, calibrate_windows, limit_of, moderated, spread_of
from engine.models.process import Process

ROWS, STRIDE = 20, 2


def windows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return sliding_window_view(rows, ROWS, axis=0)[::STRIDE].mean(axis=-1)


def spread(rows: NDArray[np.float64]) -> float:
    return float(spread_of(windows(rows), rows.var(axis=0), ROWS, STRIDE)[0])


def test_independent_rows_are_allowed_the_scatter_of_their_mean() -> None:
    chance = np.random.default_rng(0)
    found = [spread(chance.normal(size=(400, 1))) for _ in range(20)]
    assert np.median(found) == pytest.approx(np.sqrt(1 / ROWS), rel=0.3)


def test_a_walk_is_allowed_more_than_its_windows_show() -> None:
    chance = np.random.default_rng(1)
    walks = [np.cumsum(chance.normal(size=(400, 1)), axis=0) for _ in range(20)]
    ratios = [spread(walk) / windows(walk).std() for walk in walks]
    assert np.median(ratios) > np.sqrt(ON) * 0.99


def test_few_rows_are_allowed_more() -> None:
    chance = np.random.default_rng(2)
    short = np.median([spread(chance.normal(size=(50, 1))) for _ in range(50)])
    assert short > np.median([spread(chance.normal(size=(1000, 1))) for _ in range(20)])


@pytest.mark.parametrize("channels", range(1, 60))
def test_few_channels_have_a_higher_limit(channels: int) -> None:
    assert limit_of(channels) >= limit_of(channels + 1) >= LIMIT
    assert limit_of(1) == pytest.approx(4.42, abs=0.01)


def test_autocorrelated_health_stays_below_its_limit() -> None:
    """First-order memory of 50 rows: limits for independent rows would ring in most windows."""
    chance = np.random.default_rng(3)
    rows = np.zeros((3000, 6))
    for row in range(1, len(rows)):
        rows[row] = 0.98 * rows[row - 1] + chance.normal(size=6)
    rows = (rows + chance.normal(size=rows.shape)).astype(np.float32)
    model = Process(ROWS, 6)
    views = [rows[start : start + ROWS] for start in range(0, len(rows) - ROWS, STRIDE)]
    scaling = model.learn_scaling(views[:500])
    expected = np.zeros((model.steps, 6), np.float32)
    insights = [model.compared(model.standard(one, scaling), expected) for one in views]
    usual = calibrate_windows(insights[:500], np.ones(6, np.bool_), [range(1, 7)], (ROWS, STRIDE), 99.0)
    residual = np.stack([(one.features - usual.centre) / usual.scatter for one in insights[500:]])
    error = np.sqrt(np.square(np.maximum(residual, 0)).mean(axis=(1, 2)))
    assert (error > usual.limit[0, 0]).mean() < 0.05
    shifted = residual[:, :, 0] + 5 * np.sqrt(3)
    assert (np.sqrt(np.square(shifted).mean(axis=1) / 3) > usual.limit[0, 0]).mean() > 0.95


def test_few_windows_lend_their_scatter_to_one_another() -> None:
    """Channels alike: the spreads of a short baseline scatter less than by themselves."""
    chance = np.random.default_rng(5)
    alone, together = [], []
    for _ in range(40):
        rows = chance.normal(size=(50, 14))
        found = windows(rows)
        together.append(spread_of(found, rows.var(axis=0), ROWS, STRIDE))
        alone.append([spread(rows[:, [column]]) for column in range(14)])
    assert np.log(together).std(axis=1).mean() < 0.6 * np.log(alone).std(axis=1).mean()
    assert np.median(together) == pytest.approx(np.median(alone), rel=0.3)


@pytest.mark.parametrize("seed", range(4))
def test_a_channel_that_wanders_among_steady_ones_keeps_its_spread(seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(400, 8))
    rows[:, 0] += np.cumsum(chance.normal(size=400)) / 5
    together = spread_of(windows(rows), rows.var(axis=0), ROWS, STRIDE)
    assert together[0] > 0.8 * spread(rows[:, :1])
    assert together[1:].max() < together[0]


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, st.integers(1, 20), elements=st.just(0.0) | st.floats(1e-12, 1e12)),
    arrays(np.float64, 20, elements=st.just(0.0) | st.floats(1e-12, 1e12)),
    st.floats(0.5, 1e4),
)
def test_moderated_variances_lie_among_those_measured(
    variance: NDArray[np.float64], white: NDArray[np.float64], free: float
) -> None:
    found = moderated(variance, white[: len(variance)], free)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    unknown = (variance == 0) | (white[: len(variance)] == 0)
    assert np.array_equal(found[unknown], variance[unknown])
