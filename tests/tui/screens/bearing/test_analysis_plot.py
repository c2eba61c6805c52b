"""Plots with layers as strings: the measurement lies over the comparison, cursors stand where they are."""

import numpy as np
import pytest

from tui.draw.charts.chart import Area, Axis
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, plain, width_of
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, columns_of, plot_lines

X = np.arange(101.0)
FLAT = Axis(0.0, 10.0, ((0.0, "0"), (10.0, "10 g")))
ACROSS = Axis(0.0, 100.0, ((0.0, "0 Hz"), (50.0, "50 Hz")))


def roles_of(lines: Lines) -> set[Role]:
    return {span.role for line in lines for span in line if span.text.strip()}


def test_the_measurement_covers_what_it_is_compared_with() -> None:
    same = Layer(X, np.full(101, 5.0), Role.DIM)
    both = Plot(ACROSS, FLAT, (same, Layer(X, np.full(101, 5.0), Role.STRONG)))
    dots = [
        span
        for line in plot_lines(60, 12, both)
        for span in line
        if any(ord(one) > 0x2800 for one in span.text)
    ]
    assert {span.role for span in dots} == {Role.STRONG}


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("place", [0.0, 33.0, 99.0])
def test_a_cursor_stands_in_the_cell_of_its_value(width: int, place: float) -> None:
    plot = Plot(ACROSS, FLAT, uprights=(Upright(place, label="C"),))
    lines = plain(plot_lines(width, 10, plot)).splitlines()
    columns = columns_of(width, plot)
    margin = width - columns
    assert lines[4][margin + int(place / 100 * columns)] == "│"
    assert "C" in lines[0]


@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_a_cursor_under_a_curve_is_seen_on_the_axis_without_colours(glyphs: Glyphs) -> None:
    full = Layer(X, np.where(X % 2, 0.0, 10.0))
    plot = Plot(ACROSS, FLAT, (full,), uprights=(Upright(33.0, foot="▲"),))
    lines = finished(plot_lines(80, 10, plot, glyphs), 80, 10, glyphs)
    rule = plain(lines).splitlines()[-2]
    columns = columns_of(80, plot)
    assert rule.index("!" if glyphs is Glyphs.ASCII else "▲") == 80 - columns + int(0.33 * columns)


def test_a_line_with_a_height_ends_there_under_its_label() -> None:
    plot = Plot(ACROSS, FLAT, uprights=(Upright(50.0, Role.ALARM, "O1", 5.0, "┃"),))
    drawn = plain(plot_lines(60, 12, plot)).splitlines()
    column = next(row.index("┃") for row in drawn if "┃" in row)
    bars = [number for number, row in enumerate(drawn) if len(row) > column and row[column] == "┃"]
    assert bars == [5, 6, 7, 8, 9]
    assert "O1" in drawn[4]


def test_cursors_beyond_the_part_that_is_seen_are_not_drawn() -> None:
    far = plain(plot_lines(60, 9, Plot(ACROSS, FLAT, uprights=(Upright(200.0, label="far", glyph="!"),))))
    assert "!" not in far
    assert "far" not in far


@pytest.mark.parametrize("glyphs", list(Glyphs))
@pytest.mark.parametrize(("width", "height"), [(10, 3), (24, 4), (60, 8), (200, 40)])
def test_a_plot_fills_its_room_exactly_in_any_glyphs(width: int, height: int, glyphs: Glyphs) -> None:
    plot = Plot(
        ACROSS,
        FLAT,
        (Layer(X, np.sin(X) * 20), Layer(X, np.full(101, np.nan)), Layer(X[::9], X[::9] / 9, glyph="•")),
        Area(X, np.zeros(101), np.full(101, 3.0)),
        (Upright(20.0, label="a"), Upright(21.0, label="b"), Upright(60.0, top=4.0, label="O1")),
        ((5.0, "limit"),),
    )
    lines = finished(plot_lines(width, height, plot, glyphs), width, height, glyphs)
    assert len(lines) <= height
    assert all(width_of(line) <= width for line in lines)
    if height >= 4 and width >= 24:
        assert len(lines) == height
    if glyphs is Glyphs.ASCII:
        assert plain(lines).isascii()


def test_changes_of_colour_are_few_so_that_a_frame_stays_small() -> None:
    noise = np.random.default_rng(1).uniform(0, 10, 101)
    plot = Plot(ACROSS, FLAT, (Layer(X, noise[::-1], Role.DIM), Layer(X, noise, Role.STRONG)))
    lines = plot_lines(120, 30, plot)
    assert roles_of(lines) >= {Role.DIM, Role.STRONG}
    assert sum(len(line) for line in lines) < 120 * 30 / 4
