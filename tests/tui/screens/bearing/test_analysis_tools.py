"""Cursors and settings of the analyst: each key is a pure function of the state before."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.spectrum import AxisUnit, Quantity, Scale
from tui.screens.bearing.analysis.tools import (
    Compare,
    Cursors,
    Domain,
    Tools,
    Trace,
    averages_cycled,
    axis_cycled,
    compare_cycled,
    cursor_moved,
    cursor_to_peak,
    cursor_toggled,
    harmonics_toggled,
    height_at,
    quantity_cycled,
    scale_cycled,
    second_toggled,
    sidebands_cycled,
    spacing_changed,
    then_marked,
)

X = np.arange(1001.0)
Y = np.where(X == 236, 9.0, np.where(X == 472, 5.0, 1.0))
TRACE = Trace(X, Y, 0.0, 1000.0, 100, peaks=(236.0, 472.0))
F = Domain.FREQUENCY


def at(place: float | None) -> Tools:
    return Tools(frequency=Cursors(place))


def test_the_cursor_begins_on_the_highest_point_that_is_seen() -> None:
    assert cursor_toggled(Tools(), F, TRACE).frequency.main == 236.0
    part = replace(TRACE, low=400.0, high=600.0)
    assert cursor_toggled(Tools(), F, part).frequency.main == 472.0
    assert cursor_toggled(at(236.0), F, TRACE) == Tools()
    empty = Trace(np.zeros(0), np.zeros(0), 0.0, 1.0, 10)
    assert cursor_toggled(Tools(), F, empty) == Tools()
    assert np.isnan(height_at(empty, 0.5))


def test_it_moves_onto_the_highest_point_of_the_next_cell() -> None:
    assert cursor_moved(at(226.0), F, 1, TRACE).frequency.main == 236.0
    assert cursor_moved(at(241.0), F, -1, TRACE).frequency.main == 236.0
    assert cursor_moved(at(None), F, 1, TRACE) == at(None)


def test_zoomed_in_it_moves_by_a_line() -> None:
    near = replace(TRACE, low=200.0, high=260.0)
    assert cursor_moved(at(236.0), F, 1, near).frequency.main == 237.0


@given(st.lists(st.sampled_from([-7, -1, 1, 7]), max_size=60), st.floats(0, 1000))
def test_however_it_is_moved_it_stays_on_a_point_of_the_curve(steps: list[int], start: float) -> None:
    tools = at(start)
    for by in steps:
        tools = cursor_moved(tools, F, by, TRACE)
        assert tools.frequency.main is not None
        assert 0.0 <= tools.frequency.main <= 1000.0
    if steps:
        assert tools.frequency.main in X or tools.frequency.main == start


def test_peaks_are_gone_through_in_both_directions() -> None:
    assert cursor_to_peak(at(None), F, 1, TRACE).frequency.main == 236.0
    assert cursor_to_peak(at(236.0), F, 1, TRACE).frequency.main == 472.0
    assert cursor_to_peak(at(472.0), F, -1, TRACE).frequency.main == 236.0
    assert cursor_to_peak(at(472.0), F, 1, TRACE) == at(472.0)


def test_each_domain_has_cursors_of_its_own() -> None:
    tools = cursor_toggled(at(50.0), Domain.TIME, TRACE)
    assert (tools.frequency.main, tools.time.main) == (50.0, 236.0)
    assert tools.cursors(Domain.QUEFRENCY) == Cursors()


def test_a_second_cursor_stays_where_the_first_was() -> None:
    tools = cursor_moved(second_toggled(at(236.0), F), F, 1, TRACE)
    assert tools.frequency.second == 236.0
    assert second_toggled(tools, F).frequency.second is None


def test_harmonics_need_a_cursor_and_set_one() -> None:
    assert harmonics_toggled(Tools(), F, TRACE).frequency == Cursors(236.0, None, True)
    assert not harmonics_toggled(harmonics_toggled(Tools(), F, TRACE), F, TRACE).frequency.harmonics


def test_sidebands_are_spaced_by_shaft_cage_and_second_cursor_in_turn() -> None:
    tools = replace(at(236.0), frequency=Cursors(236.0, 250.0))
    seen = []
    for _ in range(5):
        tools = sidebands_cycled(tools, TRACE, 33.3, 14.8)
        seen.append(tools.frequency.spacing)
    assert seen == [33.3, 14.8, 14.0, 0.0, 33.3]
    assert sidebands_cycled(at(236.0), TRACE, 0.0, 0.0).frequency.spacing > 0


def test_the_spacing_of_sidebands_moves_by_a_line_and_never_to_nothing() -> None:
    tools = Tools(frequency=Cursors(236.0, spacing=2.0))
    assert spacing_changed(tools, 1, 0.5).frequency.spacing == 2.5
    for _ in range(9):
        tools = spacing_changed(tools, -1, 0.5)
    assert tools.frequency.spacing == 0.5
    assert spacing_changed(Tools(), 1, 0.5) == Tools()


def test_settings_go_round() -> None:
    tools = Tools()
    assert [axis_cycled(tools, 33.0).axis, axis_cycled(replace(tools, axis=AxisUnit.CPM), 0.0).axis] == [
        AxisUnit.CPM,
        AxisUnit.HERTZ,
    ]
    assert scale_cycled(scale_cycled(scale_cycled(tools))) == tools
    assert scale_cycled(tools).scale is Scale.PEAK
    assert averages_cycled(averages_cycled(averages_cycled(tools))) == tools
    only = (Quantity.RECORDED,)
    assert quantity_cycled(tools, only) == tools
    assert quantity_cycled(replace(tools, quantity=Quantity.VELOCITY), only).quantity is Quantity.RECORDED


@pytest.mark.parametrize("then", [None, 7])
def test_compared_is_with_what_there_is(then: int | None) -> None:
    tools = Tools(then=then)
    seen = []
    for _ in range(3):
        tools = compare_cycled(tools)
        seen.append(tools.compare)
    known = [Compare.THEN, Compare.BASELINE, Compare.NOTHING]
    assert seen == (known if then is not None else [Compare.BASELINE, Compare.NOTHING, Compare.BASELINE])


def test_marking_the_same_snapshot_again_ends_the_comparison() -> None:
    tools = then_marked(Tools(), 5)
    assert (tools.then, tools.compare) == (5, Compare.THEN)
    assert then_marked(tools, 9).then == 9
    assert then_marked(tools, 5) == Tools()
