"""Times of an alarm: the raise of a lower priority is never shown as the start of a higher one."""

import json
from datetime import UTC
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.records.events import Priority
from tests.tui import synthetic
from tests.tui.draw.test_alarm_wording import alarm, card, frame, returned
from tui.cli import app
from tui.data.view import View
from tui.draw.alarm_rows import alarm_lines
from tui.draw.bearing_rows import bearing_lines
from tui.draw.text import plain, title
from tui.screens.alarms.story import story_lines
from tui.screens.bearing.trend import strip_lines

RAISED = f"{synthetic.at(synthetic.RAISED):%d %b %H:%M}"
HIGH = f"HIGH since {synthetic.at(synthetic.ESCALATED):%d %b %H:%M}"


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_the_card_says_when_it_was_raised_and_since_when_it_is_high(view: View, width: int) -> None:
    early, late = card(view, width, position=90), card(view, width, position=110)
    assert "HIGH" not in early
    assert HIGH in late
    assert (f"alarm raised {RAISED}" in late) is (width >= 120)


def test_story_and_strip_tell_both_instants(view: View) -> None:
    shown = frame(view, 110)
    (one,) = shown.alarms
    for drawn in (story_lines(80, 12, shown, one, UTC), strip_lines(80, 2, shown, 0, UTC)):
        assert f"raised {RAISED}, {HIGH}" in plain(drawn)
    assert "since" in plain(strip_lines(80, 2, frame(view, 90), 0, UTC))
    assert "HIGH" not in plain(strip_lines(80, 2, frame(view, 90), 0, UTC))


def test_headings_say_which_time_the_rows_give(view: View) -> None:
    for width in (52, 80, 120):
        assert (
            "raised, peak" in plain(alarm_lines(width, 5, frame(view, 110), "Bearing 1", UTC)).splitlines()[0]
        )


def test_a_heading_takes_the_longest_right_side_that_fits() -> None:
    assert plain([title("A", 16, "much longer", "short")]) == "── A ── short ──"
    assert plain([title("A", 20, "much longer", "short")]) == "── A  much longer ──"


@pytest.mark.parametrize("width", [52, 60, 80, 130])
def test_the_bearing_that_was_worse_is_named_whole(view: View, width: int) -> None:
    names = [f"Bearing {number}" for number in (2, 3, 4)]
    alarms = [alarm(name, Priority.MEDIUM, beside="Bearing 1") for name in names]
    shown = frame(view, 110, *alarms)
    rows = plain(alarm_lines(width, 6, shown, "Bearing 2", UTC)).splitlines()[1:4]
    assert all("Bearing 1 worse" in row and row.rstrip().endswith("UNACK") for row in rows)
    if width >= 80:
        assert "Bearing 1" in plain(bearing_lines(width, 5, shown, 1, UTC)).splitlines()[2]


def test_status_and_alarms_tell_a_script_both_instants(whole_store: Path) -> None:
    def printed(*words: str) -> str:
        return CliRunner().invoke(app, [*words, "--state", str(whole_store)]).stdout

    raised, severe = synthetic.at(synthetic.RAISED), synthetic.at(synthetic.ESCALATED)
    text = printed("status")
    assert f"high since {severe:%Y-%m-%d %H:%M:%S} UTC, raised {raised:%Y-%m-%d %H:%M:%S} UTC" in text
    (one,) = json.loads(printed("alarms", "--json"))["alarms"]
    assert (one["raised_at"], one["priority_at"]) == (raised.isoformat(), severe.isoformat())


def test_what_returned_is_not_said_to_be_so_since_its_raise(view: View) -> None:
    gone = returned(105)
    shown = frame(view, 110, alarm("Bearing 1", cleared=gone))
    when = f"{gone.at:%d %b %H:%M}"
    (one,) = shown.alarms
    assert f"raised {RAISED}, returned {when}" in plain(story_lines(110, 12, shown, one, UTC))
    for width in (60, 80, 120):
        told = card(view, width, *shown.alarms)
        assert "returned, peak" in told.splitlines()[0]
        assert "It is over." in told
