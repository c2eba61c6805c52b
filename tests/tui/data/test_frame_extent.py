"""The extent of a run: up to its last expected snapshot, counted by positions."""

from dataclasses import replace

import pytest

from tests.tui import synthetic
from tests.tui.conftest import frame
from tui.data.view import View


@pytest.mark.parametrize("left", [0, 40])
@pytest.mark.parametrize("unread", [0, 100])
def test_it_ends_at_the_last_expected_snapshot_wherever_reading_began(
    view: View, left: int, unread: int
) -> None:
    series = replace(view.series, positions=view.series.positions + unread)
    whole = replace(view.assessment, expected=unread + synthetic.COUNT + left)
    found = frame(replace(view, series=series, assessment=whole), 10)
    start, end = found.extent
    assert start == series.at[0]
    assert end == series.at[-1] + left * found.interval
