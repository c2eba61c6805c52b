"""Severity as a number, a sparkline and an arrow: none understates it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.growth import trend
from tui.draw.charts.sparkline import Column, resample, sparkline, tall_sparkline
from tui.draw.severity import severity_text
from tui.draw.text import Role, plain, width_of


@pytest.mark.parametrize(
    ("severity", "text"),
    [
        (0.5, "0.50"),
        (0.999, "0.99"),
        (1.0, "1.00"),
        (4.216, "4.21"),
        (9.999, "9.99"),
        (10.04, "10.0"),
        (250.0, "250"),
        (5000.0, ">999"),
        (math.nan, "–"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_a_severity_below_the_limit_is_never_written_as_one(severity: float | None, text: str) -> None:
    assert severity_text(severity) == text


def test_one_step_of_the_sparkline_is_a_doubling_and_what_is_above_the_limit_is_half_high() -> None:
    columns = [Column(value) for value in (0.1, 0.3, 0.7, 0.99, 1.0, 1.9, 2.5, 5.0, 9.0, 900.0)]
    assert plain([sparkline(columns)]) == "▁▁▂▂▄▄▅▇██"


def test_gaps_show_as_gaps_and_what_is_ahead_of_the_playhead_as_nothing() -> None:
    columns = [Column(0.3), Column(math.nan), Column(math.inf), Column(None), Column(None)]
    assert plain([sparkline(columns)]) == "▁··"


def test_in_three_rows_the_limit_is_the_border_above_the_lowest() -> None:
    top, middle, low = tall_sparkline([Column(value) for value in (0.25, 0.99, 1.0, 4.0, 16.0)])
    assert plain([low]) == "▁████"
    assert plain([middle]) == "  ▁██"
    assert plain([top]) == "    █"


def test_in_six_rows_each_is_an_octave_and_the_limit_the_border_above_the_second() -> None:
    rows = tall_sparkline([Column(value) for value in (0.25, 0.5, 0.99, 1.0, 2.0, 16.0)], 6)
    assert [plain([row]) for row in rows] == ["     █", "     █", "     █", "   ▁██", "  ████", "▁█████"]
    assert {span.role for span in rows[3]} == {Role.RULED, Role.RULED_ALARM}


def test_more_snapshots_than_columns_keep_the_highest_of_each_column() -> None:
    at = np.arange(1000, dtype=np.int64)
    values = np.full(1000, 0.4)
    values[333] = 3.0
    columns = resample(at, values, np.zeros(1000, bool), (0, 999), at + 3, 10)
    assert [column.value for column in columns] == [0.4, 0.4, 0.4, 3.0, *[0.4] * 6]


def test_fewer_snapshots_than_columns_hold_and_a_long_silence_is_a_gap() -> None:
    at = np.array([0, 10, 100], dtype=np.int64)
    columns = resample(at, np.array([0.4, 0.5, 0.6]), np.zeros(3, bool), (0, 109), at + 30, 11)
    drawn = plain([sparkline(columns)])
    assert drawn == "▁▂▂▂▂·····▂"


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=50),
    st.integers(0, 60),
)
def test_any_numbers_at_any_width_draw_exactly_that_many_columns(values: list[float], width: int) -> None:
    at = np.arange(len(values), dtype=np.int64) * 10
    columns = resample(at, np.array(values), np.zeros(len(values), bool), (0, 500), at + 30, width)
    assert width_of(sparkline(columns)) == width
    assert all(width_of(row) == width for row in tall_sparkline(columns))


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ([], 0),
        ([1.0], 0),
        ([0.5] * 9, 0),
        ([0.5] * 6 + [1.0], 1),
        ([2.0] * 6 + [1.0], -1),
        ([0.5, math.nan], 0),
        ([math.nan, math.nan, 0.5, math.nan, 1.0], 1),
        ([0.0, 1.0], 0),
    ],
)
def test_the_arrow_follows_a_trend_and_not_a_flutter(values: list[float], way: int) -> None:
    assert trend(np.array(values)) == way
