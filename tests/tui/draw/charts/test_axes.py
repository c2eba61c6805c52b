"""Axes: a value is drawn where its axis says, the axis follows the peak, and ticks are whole."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import SECOND, in_zone, microseconds, moment
from tui.draw.charts.axes import log_ticks, severity_axis, time_ticks
from tui.draw.charts.chart import Axis, Chart, Curve, chart_lines, heights, nice_ticks, row_of
from tui.draw.glyphs import Glyphs
from tui.draw.text import plain

ZONES = st.sampled_from(
    [UTC, ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")]
)
DOTS_HIGH = {Glyphs.UNICODE: 4, Glyphs.NO_BRAILLE: 2, Glyphs.ASCII: 2}


def drawn_height(lines: list[str], glyphs: Glyphs) -> float:
    """Return the height of the middle of the drawn dots, in rows from the top edge."""
    high = DOTS_HIGH[glyphs]
    found = []
    for number, row in enumerate(lines):
        for cell in row[row.index("┤" if "┤" in row else "│") + 1 :]:
            if glyphs is Glyphs.UNICODE and 0x2800 < ord(cell) <= 0x28FF:
                bits = ord(cell) - 0x2800
                rows = [0 if bits & 0b1001 else None, 1 if bits & 0b10010 else None]
                rows += [2 if bits & 0b100100 else None, 3 if bits & 0b11000000 else None]
                found += [number + (row + 0.5) / high for row in rows if row is not None]
            elif glyphs is not Glyphs.UNICODE and cell in "▀▄█'.:":
                parts = {"▀": [0], "'": [0], "▄": [1], ".": [1]}.get(cell, [0, 1])
                found += [number + (part + 0.5) / high for part in parts]
    assert found
    return (min(found) + max(found)) / 2


@given(
    st.floats(0.0, 1.0),
    st.floats(-1e5, 1e5),
    st.floats(1e-3, 1e6),
    st.integers(5, 40),
    st.sampled_from(list(Glyphs)),
)
def test_a_value_is_drawn_within_half_a_dot_of_where_the_axis_says(
    share: float, low: float, span: float, height: int, glyphs: Glyphs
) -> None:
    axis = Axis(low, low + span)
    value = low + share * (axis.high - axis.low)
    chart = Chart(Axis(0.0, 1.0), axis, (Curve(np.array([0.2, 0.8]), np.array([value, value])),))
    lines = plain(chart_lines(40, height, chart, glyphs)).splitlines()[: height - 2]
    exact = float(heights(axis, value, height - 2))
    assert abs(drawn_height(lines, glyphs) - exact) <= 0.5 / DOTS_HIGH[glyphs] + 1e-6


@given(st.floats(0.05, 200.0), st.integers(6, 40))
def test_a_severity_is_nearest_to_the_label_that_is_nearest_to_it(value: float, rows: int) -> None:
    axis = severity_axis(np.array([value]), rows)
    height = float(heights(axis, max(math.log2(value), axis.low), rows))
    for tick, _ in axis.ticks:
        # A label stands in the row that holds its value: no more than half a cell from it.
        assert abs(row_of(axis, tick, rows) + 0.5 - float(heights(axis, tick, rows))) <= 0.5 + 1e-6
    assert 0.5 - 1e-6 <= height <= rows - 0.5 + 1e-6


@given(st.lists(st.floats(1e-3, 1e4), min_size=1, max_size=20), st.integers(3, 60))
def test_the_severity_axis_holds_the_peak_and_has_its_limit_marked(values: list[float], rows: int) -> None:
    axis = severity_axis(np.array(values), rows)
    assert axis.high >= math.log2(max(values)) - 1e-9
    assert "1" in [label for _, label in axis.ticks]
    assert len(axis.ticks) <= max(rows, 3)
    for place, label in axis.ticks:
        assert 2.0**place == pytest.approx(float(label))
        assert label.strip("0.")[0] in "125"


def test_without_severities_the_axis_is_the_usual_one() -> None:
    axis = severity_axis(np.array([math.nan, math.inf]), 10)
    assert (2**axis.low, 2**axis.high) == pytest.approx((0.25, 8.0))


def test_few_rows_get_few_ticks_and_the_limit_is_always_among_them() -> None:
    for rows in range(1, 30):
        assert 1.0 in log_ticks(-3.0, 5.0, rows)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 9))
def test_linear_ticks_are_multiples_of_one_two_or_five(low: float, size: float, most: int) -> None:
    ticks = nice_ticks(low, low + size, most)
    if len(ticks) > 1:
        step = ticks[1] - ticks[0]
        lead = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
        assert min(abs(lead - one) for one in (1, 2, 5, 10)) < 1e-3


@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2080, 1, 1)),
    st.floats(10.0, 5e8),
    ZONES,
    st.integers(20, 200),
)
def test_time_ticks_are_whole_local_times_within_the_axis_and_do_not_crowd(
    begin: datetime, seconds: float, zone: ZoneInfo, columns: int
) -> None:
    start = microseconds(begin.replace(tzinfo=UTC))
    end = start + int(seconds * SECOND)
    ticks = time_ticks(float(start), float(end), zone, columns)
    assert len(ticks) <= columns // 8 + 2
    places = [place for place, _ in ticks]
    assert places == sorted(set(places))
    for place, label in ticks:
        assert start <= place <= end
        local = in_zone(moment(int(place)), zone)
        assert local.microsecond == 0
        if ":" not in label:
            assert (local.minute, local.second) == (0, 0)
            assert label.startswith(str(local.day))


def test_ticks_fall_on_midnights_and_full_hours() -> None:
    start = datetime(2004, 2, 12, 10, 32, 39, tzinfo=UTC)

    def labels(**span: float) -> list[str]:
        end = start + timedelta(**span)
        found = time_ticks(float(microseconds(start)), float(microseconds(end)), UTC, 70)
        return [label for _, label in found]

    assert labels(days=7) == ["13 Feb", "14 Feb", "15 Feb", "16 Feb", "17 Feb", "18 Feb", "19 Feb"]
    assert labels(hours=10) == ["12 Feb 12:00", "14:00", "16:00", "18:00", "20:00"]
    assert labels(minutes=3) == [
        "12 Feb 10:33:00",
        "10:33:30",
        "10:34:00",
        "10:34:30",
        "10:35:00",
        "10:35:30",
    ]


@pytest.mark.parametrize("rows", range(3, 30))
@pytest.mark.parametrize("top", [1.5, 5.4, 8.0, 16.0, 28.6, 120.0, 4000.0])
def test_a_severity_axis_has_two_ticks_and_each_a_row(rows: int, top: float) -> None:
    low, high = math.log2(0.25), math.log2(max(top, 8.0))
    ticks = log_ticks(low, high, rows)
    assert 1.0 in ticks
    assert len(ticks) >= 2
    assert len({row_of(Axis(low, high), math.log2(one), rows) for one in ticks}) == len(ticks)
