"""The state of a machine without a console equals its overview at the same instant."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from engine.clock import microseconds, moment
from engine.records.assessment import Quality
from engine.reports.latest import NEVER, Latest, latest_of, newest_of
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.commands.machines.test_console import OTHER
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.view import View
from tui.draw.text import plain
from tui.screens.machines.table import fleet_lines


@pytest.mark.parametrize("hours", [0, 3, 5])
def test_stopped_and_silent_components_show_the_last_severity_as_the_overview_does(
    whole_store: Path, view: View, hours: int
) -> None:
    until = synthetic.at(synthetic.COUNT - 1) + timedelta(hours=hours)
    with Store.open(whole_store) as store:
        found = latest_of(store, view.assessment, newest_of(store, view.assessment), until)
    for condition, one in zip(
        Frame(view, Playhead(microseconds(until), 1.0, False)).conditions, found, strict=True
    ):
        assert condition.last is not None
        assert one == Latest(
            None, condition.quality, condition.silent, (condition.last[0], moment(condition.last[1]))
        )
    assert {one.quality for one in found} == ({Quality.STOPPED} if hours < 4 else {None})


def test_running_components_show_their_severity_and_before_the_first_snapshot_nothing(tmp_path: Path) -> None:
    assessment = synthetic.fill(tmp_path / "some", 100)
    with Store.open(tmp_path / "some") as store:
        found = latest_of(store, assessment, newest_of(store, assessment), synthetic.at(99))
        assert found[0] == Latest(synthetic.severity(0, 99), Quality.RUNNING)
        none = store.begin_assessment(**OTHER)
        assert latest_of(store, none, newest_of(store, none), None) == (NEVER,)
        assert store.last_severity(none, 0) is None


def test_a_stopped_machine_without_alarm_is_stopped_among_the_machines(whole_store: Path) -> None:
    with Store.open(whole_store) as store:
        one = synthetic.standing_of(store, store.assessments()[-1], synthetic.WALL)
    quiet = replace(one, alarm=None, waiting=0)
    silent = replace(quiet, latest=replace(one.latest, quality=None, silent=True))
    for standing, words in ((quiet, ("◌ stop", "stopped")), (silent, ("? none", "NO DATA"))):
        for width in (60, 120):
            drawn = plain(fleet_lines(width, 6, (standing,), "", synthetic.WALL, UTC)).splitlines()[2]
            assert all(word in drawn for word in words)
