"""Dense curves are drawn in whole cells, and cover every point that the fine ones cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.draw.charts.axes import steady_ends, steady_top
from tui.draw.charts.chart import Axis
from tui.screens.bearing.analysis.plot import cells_together, coarse


@pytest.mark.parametrize(("points", "expected"), [(100, 0), (800, 0), (810, 1), (4000, 1), (4010, 2)])
def test_the_denser_a_curve_the_coarser_it_is_drawn(points: int, expected: int) -> None:
    x = np.linspace(0, 1, points)
    assert cells_together(x, Axis(0, 1), 100) == expected


def test_only_the_points_that_are_seen_count() -> None:
    x = np.linspace(0, 1, 10_000)
    assert cells_together(x, Axis(0.5, 0.501), 100) == 0


@given(st.integers(1, 30), st.sampled_from([0, 2, 4]), st.integers(0, 2**16))
def test_coarse_dots_hold_all_fine_ones_and_stay_near_them(columns: int, group: int, seed: int) -> None:
    dots = np.random.default_rng(seed).random((8, columns)) < 0.2
    found = coarse(dots, group)
    assert found.shape == dots.shape
    assert found[dots].all()
    for row, column in np.argwhere(found & ~dots):
        start = column // group * group
        assert dots[row, start : start + group].any()


@given(st.floats(1e-9, 1e9))
def test_the_end_of_an_axis_is_at_or_above_the_peak_and_near_it(value: float) -> None:
    assert value <= steady_top(value) <= 1.7 * value


def test_without_a_positive_peak_an_axis_still_has_an_end() -> None:
    assert [steady_top(value) for value in (0.0, -1.0, float("nan"))] == [1.0, 1.0, 1.0]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_the_ends_hold_all_values(low: float, span: float) -> None:
    bottom, top = steady_ends(low, low + span)
    assert bottom <= low
    assert top >= low + span
    assert top - bottom <= 6 * span


def test_around_zero_the_ends_are_symmetric_and_a_spike_seldom_moves_them() -> None:
    assert steady_ends(-0.4, 0.5) == steady_ends(-0.47, 0.42) == (-0.5, 0.5)
    assert steady_ends(2.0, 2.0) == (1.0, 3.0)
