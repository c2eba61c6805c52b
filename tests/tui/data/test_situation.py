"""Since when a component was above its limit: pauses of the recorder do not count."""

from dataclasses import replace

import numpy as np
import pytest

from engine.clock import microseconds, moment
from engine.explanation.record import began_at, last_restart
from tests.tui import synthetic
from tests.tui.conftest import frame
from tui.data.crossings import crossings
from tui.data.frame import record_at, situation_of
from tui.data.view import View

MONTH = 30 * 86_400_000_000


def paused(view: View, position: int) -> View:
    """Return the record with a pause of a month before a snapshot."""
    at = view.series.at.copy()
    at[position:] += MONTH
    series = replace(view.series, at=at)
    return replace(view, series=series, crossings=crossings(series))


def test_without_a_pause_it_began_at_the_crossing(view: View) -> None:
    shown = frame(view, 110)
    assert situation_of(shown, shown.alarms[0]).began == synthetic.at(synthetic.ONSET)


@pytest.mark.parametrize("after", [1, 2])
def test_after_a_pause_it_began_with_the_first_recording(view: View, after: int) -> None:
    start = synthetic.ONSET + after
    shown = frame(paused(view, start), 0)
    shown = replace(shown, playhead=replace(shown.playhead, at=int(shown.view.series.at[110])))
    raised = int(shown.view.series.at[synthetic.RAISED])
    assert began_at(record_at(shown), 0, raised) == shown.view.series.at[start]
    assert moment(int(shown.view.series.at[start])) > synthetic.at(synthetic.ONSET)


def test_a_pause_before_the_crossing_or_after_the_raise_changes_nothing(view: View) -> None:
    for start in (synthetic.ONSET - 5, synthetic.RAISED + 5):
        shown = frame(paused(view, start), 0)
        shown = replace(shown, playhead=replace(shown.playhead, at=int(shown.view.series.at[110])))
        raised = int(shown.view.series.at[synthetic.RAISED])
        assert began_at(record_at(shown), 0, raised) == shown.view.series.at[synthetic.ONSET]


def test_a_record_without_snapshots_knows_no_beginning(view: View) -> None:
    before = frame(view, 0)
    before = replace(before, playhead=replace(before.playhead, at=microseconds(synthetic.START) - 1))
    assert began_at(record_at(before), 0, microseconds(synthetic.START)) is None


def test_the_last_pause_up_to_an_instant_counts() -> None:
    at = np.array([0, 10, 50, 60, 100, 110], np.int64)
    holds = at + 20
    assert [last_restart(at, holds, until) for until in (5, 49, 50, 99, 100, 200)] == [0, 0, 2, 2, 4, 4]
