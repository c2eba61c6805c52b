"""Charts as strings: curves, gaps, spikes, axes with units, glyphs of the terminal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.draw.charts.chart import Area, Axis, Chart, Curve, Mark, axis_of, chart_lines, nice_ticks
from tui.draw.glyphs import Glyphs, finished, reduced
from tui.draw.text import Span, plain, width_of

X = np.linspace(0.0, 10.0, 200)


def drawn(*curves: Curve, glyphs: Glyphs = Glyphs.UNICODE, size: tuple[int, int] = (60, 12)) -> str:
    chart = Chart(axis_of(0.0, 10.0, "s", 3), axis_of(-1.0, 1.0, "V", 3), curves)
    return plain(chart_lines(*size, chart, glyphs))


def test_every_tick_has_its_unit() -> None:
    text = drawn(Curve(X, np.sin(X)))
    for label in ("-1 V", "0 V", "1 V", "0 s", "5 s", "10 s"):
        assert label in text


def test_a_spike_of_one_sample_in_twenty_thousand_is_seen() -> None:
    flat = np.zeros(20_000)
    flat[9_876] = 1.0
    x = np.linspace(0.0, 10.0, len(flat))
    top = drawn(Curve(x, flat)).splitlines()[0]
    assert any(ord(one) > 0x2800 for one in top)


def test_a_gap_is_left_where_there_is_no_number() -> None:
    holed = np.where((X > 4) & (X < 6), np.nan, 0.9)
    row = drawn(Curve(X, holed)).splitlines()[0]
    middle = row[row.index("┤") + 1 :][22:28]
    assert middle.strip() == ""
    assert row.rstrip() != row[: row.index("┤") + 23].rstrip()


def test_one_point_is_a_dot_and_no_point_is_nothing() -> None:
    one = drawn(Curve(np.array([5.0]), np.array([0.0])))
    assert sum(0x2800 < ord(cell) <= 0x28FF for cell in one) == 1
    none = drawn(Curve(np.zeros(0), np.zeros(0)))
    assert not any(0x2800 < ord(cell) <= 0x28FF for cell in none)


def test_infinite_and_missing_numbers_break_nothing() -> None:
    wild = np.array([np.nan, np.inf, -np.inf, 1e300, -1e300, 0.0])
    assert drawn(Curve(np.arange(6.0), wild)).count("\n") == 11


@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_a_terminal_is_given_only_characters_that_it_can_show(glyphs: Glyphs) -> None:
    chart = Chart(
        axis_of(0.0, 10.0, "s", 3),
        axis_of(-1.0, 1.0, "V", 3),
        (Curve(X, np.sin(X)), Curve(X[::20], np.cos(X[::20]), "•")),
        (Area(X, np.full(200, -0.2), np.full(200, 0.2)),),
        rules=(0.5,),
        uprights=(5.0,),
        marks=(("limit", (Mark(3.0, "▾"),)),),
    )
    text = plain(finished(chart_lines(60, 14, chart, glyphs), 60, 14, glyphs))
    if glyphs is Glyphs.ASCII:
        assert text.isascii()
        assert "?" not in text
    braille = any(0x2800 <= ord(one) <= 0x28FF for one in text)
    assert braille is (glyphs is Glyphs.UNICODE)


@given(st.text(max_size=30))
def test_what_becomes_ascii_is_as_wide_as_it_was(text: str) -> None:
    clean = "".join(one for one in text if one.isprintable())
    made = reduced(clean, Glyphs.ASCII)
    assert made.isascii()
    assert width_of((Span(made),)) == width_of((Span(clean),))


def test_words_that_would_overlap_are_left_out_whole_the_first_kept() -> None:
    marks = (("fault", (Mark(5.0, "O1"), Mark(5.01, "I1"), Mark(8.0, "I2"), Mark(5.0, "r"), Mark(8.0, "i"))),)
    chart = Chart(Axis(0, 10), Axis(0, 1), (), marks=marks)
    row = plain(chart_lines(60, 12, chart)).splitlines()[0]
    assert "O1" in row
    assert "I2" in row
    assert "I1" not in row
    assert not {"r", "i"} & set(row)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 9))
def test_ticks_lie_within_and_are_never_too_many(low: float, size: float, most: int) -> None:
    high = low + size
    ticks = nice_ticks(low, high, most)
    assert 1 <= len(ticks) <= most
    assert (
        all(low - 1e-6 * abs(high - low) <= tick <= high + 1e-6 * abs(high - low) for tick in ticks)
        or len(ticks) == 1
    )


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=50),
    st.integers(1, 130),
    st.integers(1, 30),
)
def test_no_chart_overflows_its_room(values: list[float], width: int, height: int) -> None:
    y = np.array(values, np.float64)
    chart = Chart(
        axis_of(0.0, 50.0, "s"), axis_of(-5.0, 5.0, "V"), (Curve(np.arange(len(y), dtype=float), y),)
    )
    lines = chart_lines(width, height, chart)
    assert len(lines) <= height
    assert all(width_of(line) <= width for line in lines)
