"""Wording of alarms: the worst first, each number with its time."""

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from engine.alarms.alarm import Alarm
from engine.alarms.peak import Peak, peak_stored
from engine.clock import microseconds
from engine.records.assessment import Quality
from engine.records.events import Event, EventKind, Priority
from engine.records.stored_settings import stored_settings
from engine.store.store import Store
from tests.tui import synthetic
from tui.data.alarm_filter import AlarmFilter, Listing
from tui.data.frame import Condition, Frame
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import View
from tui.draw.alarm_rows import alarm_lines
from tui.draw.bearing_rows import bearing_lines
from tui.draw.format import reason, state_of
from tui.draw.status import EngineStatus
from tui.draw.text import Role, plain
from tui.keys.actions import DEFAULT
from tui.screens.alarms.filter import filtered
from tui.screens.alarms.list import alarm_list_lines
from tui.screens.alarms.story import story_rows
from tui.screens.machines.table import fleet_lines
from tui.screens.overview.card import Card, card_lines

STATUS = EngineStatus("engine: scoring", Role.PLAIN)


@pytest.fixture(scope="module")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "")
    reading = reader.poll(synthetic.RAISED)
    reader.close()
    assert reading.view is not None
    return reading.view


def frame(view: View, position: int, *alarms: Alarm) -> Frame:
    made = Frame(view, Playhead(microseconds(synthetic.at(position)), 1.0, False))
    if alarms:
        made.__dict__["alarms"] = alarms
    return made


def event(kind: EventKind, position: int, name: str, seq: int = 7, **detail: object) -> Event:
    when = synthetic.at(position)
    return Event(seq, kind, when, synthetic.WALL, "component", name, name, 7, "", detail)


def alarm(name: str, priority: Priority = Priority.HIGH, **changes: object) -> Alarm:
    number = int(name[-1])
    ring = event(EventKind.RAISED, 78, name, number, cause="limit", priority=priority, severity=1.2)
    made = Alarm(name, "component", name, "limit", priority, "", 1.2, ring, ring, ring, peak=1.2)
    return replace(made, **changes)  # type: ignore[arg-type]  # changes are fields of Alarm


def seen(by: str = "Mia") -> Event:
    return event(EventKind.ACKNOWLEDGED, 80, "", by=by)


def returned(position: int = 90, **detail: object) -> Event:
    return event(EventKind.CLEARED, position, "", **detail)


def card(view: View, width: int, *alarms: Alarm, position: int = 110) -> str:
    """Return the card of the overview as text."""
    shown = frame(view, position, *alarms)
    return plain(card_lines(width, 8, Card(shown, STATUS, UTC, DEFAULT.keys_of)))


# The card.


def test_the_worst_alarm_leads_though_somebody_has_seen_it_and_what_waits_stands_below_it(
    view: View,
) -> None:
    alarms = (alarm("Bearing 4", peak=17.3), alarm("Bearing 1", peak=42.1, acknowledgement=seen()))
    first, *_, last = card(view, 120, *alarms).splitlines()
    assert first.startswith("╭ □ HIGH Bearing 1 · ")
    assert "acknowledged by Mia" in first
    assert "1 more not acknowledged: Bearing 4" in last


def test_an_advisory_that_returned_does_not_hide_an_alarm_that_stands(view: View) -> None:
    advisory = alarm("Bearing 2", Priority.LOW, cleared=returned())
    told = card(view, 80, advisory, alarm("Bearing 1", Priority.MEDIUM, acknowledgement=seen()))
    assert told.startswith("╭ ◇ MEDIUM Bearing 1 · ")
    assert "1 more not acknowledged" in told


def test_what_waits_is_drawn_as_ringing_though_the_worst_was_seen(view: View) -> None:
    shown = frame(view, 110, alarm("Bearing 4"), alarm("Bearing 1", peak=42.1, acknowledgement=seen()))
    lines = card_lines(80, 8, Card(shown, STATUS, UTC, DEFAULT.keys_of))
    assert all(span.role is not Role.RINGING_HIGH for span in lines[0])
    assert any(span.role is Role.RINGING_HIGH for span in lines[-1])


def test_others_are_counted_by_whether_they_wait_for_somebody(view: View) -> None:
    waiting = [alarm(f"Bearing {number}", peak=2.0 + number) for number in (1, 2, 3)]
    told = card(view, 140, *waiting, alarm("Bearing 4", Priority.MEDIUM, acknowledgement=seen()))
    assert told.startswith("╭  ■ HIGH  Bearing 3 · ")
    assert "NOT ACKNOWLEDGED" in told.splitlines()[0]
    assert "2 more not acknowledged: Bearing 1 and Bearing 2, 1 acknowledged" in told


def test_a_neighbour_that_is_worse_by_number_does_not_lead_before_the_one_it_stands_beside(
    view: View,
) -> None:
    told = card(view, 80, alarm("Bearing 4", peak=50.0, beside="Bearing 1"), alarm("Bearing 1", peak=40.0))
    assert told.startswith("╭  ■ HIGH  Bearing 1 · ")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_since_when_and_how_many_wait_is_never_cut_off(view: View, width: int) -> None:
    alarms = [alarm(f"Bearing {number}") for number in (2, 3, 4)]
    told = card(view, width, *alarms, alarm("Bearing 1", peak=42.1, acknowledgement=seen()))
    assert all(len(row) <= width for row in told.splitlines())
    assert "Since" in told or "since" in told
    assert "3 more" in told


def test_a_stopped_machine_keeps_its_alarm_with_its_peak(view: View) -> None:
    told = card(view, 120, position=139)
    assert "■ HIGH  Bearing 1 · peak 14.0 × limit" in told


def test_what_is_put_away_is_counted_and_named_though_it_is_the_worst(view: View) -> None:
    shelf = event(EventKind.SHELVED, 85, "Bearing 1", by="lee", reason="known")
    away = alarm("Bearing 1", peak=42.1, shelf=shelf, shelved_until=synthetic.at(130))
    alone = card(view, 100, away)
    assert "◁ 1 shelved or out of service: Bearing 1 (4.91 HIGH shelved)" in alone
    assert "The other 3 bearings normal, no alarm" in alone
    both = card(view, 100, away, alarm("Bearing 4"))
    assert both.startswith("╭  ■ HIGH  Bearing 4")
    assert "◁ 1 shelved or out of service: Bearing 1 (4.91 HIGH shelved)" in both


@pytest.mark.parametrize("width", [24, 60, 80, 120])
def test_where_every_bearing_is_put_away_nothing_is_called_normal_or_without_alarm(
    view: View, width: int
) -> None:
    shelf = event(EventKind.SHELVED, 85, "Bearing 1", by="lee", reason="known")
    away = [
        alarm(f"Bearing {number}", shelf=shelf, shelved_until=synthetic.at(130)) for number in range(1, 5)
    ]
    told = card(view, width, *away)
    assert "normal" not in told
    assert "no alarm" not in told
    assert "SHELVED OR OUT" in told


# The machines.


def test_a_machine_shows_its_worst_alarm_and_how_many_wait(tmp_path: Path) -> None:
    assessment = synthetic.fill(tmp_path, 120)
    with Store.open(tmp_path) as store:
        whole = synthetic.standing_of(store, assessment, synthetic.WALL)
    assert whole.alarm is not None
    one = replace(whole, alarm=replace(whole.alarm, acknowledgement=seen()), waiting=2)
    drawn = plain(fleet_lines(100, 6, (one,), "", synthetic.WALL, UTC))
    assert "□ ims-set2" in drawn
    assert "HIGH, 2 UNACK" in drawn


# The peak, and each number with its own instant.


def test_the_peak_is_the_highest_up_to_the_playhead_and_no_later(view: View) -> None:
    (now,) = frame(view, 110).alarms
    found = frame(view, 110).peak(now)
    assert found == Peak(synthetic.severity(0, 110), synthetic.at(110))
    gone = replace(now, cleared=returned(105))
    assert frame(view, 110).peak(gone) == Peak(synthetic.severity(0, 105), synthetic.at(105))


def test_the_store_finds_the_same_peak_as_the_screen(whole_store: Path, view: View) -> None:
    (now,) = frame(view, 110).alarms
    with Store.open(whole_store) as store:
        assert peak_stored(store, view.assessment, now, synthetic.at(110)) == frame(view, 110).peak(now)


def test_a_peak_that_the_events_tell_counts_where_its_snapshot_is_gone(view: View) -> None:
    (now,) = frame(view, 110).alarms
    thinned = replace(now, peak=30.0)
    assert frame(view, 110).peak(thinned) == Peak(30.0, None)
    nowhere = replace(now, component="engine")
    assert frame(view, 110).peak(nowhere) == Peak(now.peak)


@pytest.mark.parametrize("width", [52, 60, 68])
def test_both_lists_show_the_peak_of_what_was_acknowledged(view: View, width: int) -> None:
    (now,) = frame(view, 139).alarms
    shown = frame(view, 139, replace(now, acknowledgement=seen()))
    overview = plain(alarm_lines(width, 6, shown, "Bearing 1", UTC))
    listed = plain(alarm_list_lines(width, 6, shown, shown.alarms, AlarmFilter(), None, UTC))
    for drawn in (overview, listed):
        assert "peak" in drawn
        assert "14.0 ack" in drawn


def test_the_story_gives_each_severity_and_the_evidence_its_own_time(view: View) -> None:
    (now,) = frame(view, 110).alarms
    drawn = " ".join(plain(story_rows(100, frame(view, 110), now, UTC)).split())
    assert "severity raised 1.20 16 Feb 06:02 limit 1.0 latest ring 3.16 17 Feb 07:42" in drawn
    assert "peak 4.91 17 Feb 19:22" in drawn
    evidence = event(EventKind.ESCALATED, 100, "Bearing 1", error=5.85, limit=1.26, priority="high")
    key = now.key
    told = replace(evidence, alarm=key, seq=999)
    shown = Frame(replace(view, events=(*view.events, told)), frame(view, 110).playhead)
    drawn = plain(story_rows(100, shown, shown.alarms[0], UTC))
    assert "at 17 Feb 07:42: error 5.85, its limit 1.26" in drawn


# Last known severities.


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_stopped_machine_shows_its_last_severities_and_when(view: View, width: int) -> None:
    heading, first, second, *_ = plain(bearing_lines(width, 5, frame(view, 139), 0, UTC)).splitlines()
    assert "machine stopped, severities of 19 Feb 04:02" in heading
    assert "14.0 ◌ HIGH UNACK" in first
    assert "outer race" in first
    assert "0.54 ◌" in second
    assert len(first) <= width


def test_without_a_heading_the_rows_say_from_when_the_last_severities_are(view: View) -> None:
    first = plain(bearing_lines(80, 4, frame(view, 139), 0, UTC)).splitlines()[0]
    assert "◌ stop" in first
    assert "last 14.0 at 19 Feb 04:02" in first


def test_without_data_the_last_severity_is_not_passed_off_as_the_newest(view: View) -> None:
    times = view.series.at.copy()
    times[60:] += microseconds(synthetic.at(30)) - microseconds(synthetic.at(0))
    gappy = replace(view, series=replace(view.series, at=times))
    silent = Frame(gappy, Playhead(int(times[59]) + 4 * 70 * 60 * 1_000_000))
    heading, first = plain(bearing_lines(80, 5, silent, 0, UTC)).splitlines()[:2]
    assert "no data, severities of" in heading
    assert "? NO DATA" in first
    assert "? none" in plain(bearing_lines(80, 4, silent, 0, UTC))


def test_while_there_is_a_severity_none_is_called_the_last(view: View) -> None:
    assert "last" not in plain(bearing_lines(80, 5, frame(view, 110), 0, UTC))


# Actions after the playhead.


def test_what_was_answered_later_is_said_to_be_later_in_the_row_too(view: View) -> None:
    given = alarm("Bearing 1", acknowledgement=seen(), acknowledged_later=True)
    condition = Condition("Bearing 1", Quality.RUNNING, False, 4.0, 0.9, 0, given)
    assert state_of(condition).word == "HIGH acked later"
    shelf = event(EventKind.SHELVED, 80, "", by="Mia", reason="cable")
    shelved = replace(given, acknowledgement=None, shelf=shelf, shelved_later=True)
    assert state_of(replace(condition, alarm=shelved)).word == "HIGH shelved later"
    shown = frame(view, 110, given)
    for width in (60, 80, 120):
        first = plain(bearing_lines(width, 5, shown, 0, UTC)).splitlines()[1]
        assert "HIGH acked later" in " ".join(first.split())
        assert len(first) <= width


def test_an_answer_after_the_playhead_is_not_cut_down_to_one_before_it(view: View) -> None:
    given = alarm("Bearing 1", acknowledgement=seen(), acknowledged_later=True, surface="outer race")
    for width in (52, 60, 68):
        assert " later" in plain(alarm_lines(width, 5, frame(view, 110, given), "Bearing 1", UTC))


# Forecasts.


def forecast(seconds: float = 7 * 3600.0, **changes: object) -> Alarm:
    detail = {"cause": "trend", "priority": "low", "seconds_to_limit": seconds, "severity": 0.6}
    ring = event(EventKind.RAISED, 60, "Bearing 1", **detail)
    rung = {"raised": ring, "reached": ring, "ring": ring}
    made = alarm("Bearing 1", Priority.LOW, cause="trend", severity=0.6, peak=0.6, **rung)
    return replace(made, **changes)  # type: ignore[arg-type]  # changes are fields of Alarm


def after(hours: float) -> int:
    return microseconds(synthetic.at(60) + timedelta(hours=hours))


def test_the_limit_comes_nearer_while_the_forecast_stands_and_is_not_put_off() -> None:
    assert reason(forecast(), after(0)) == "limit in 7 h"
    assert reason(forecast(), after(4)) == "limit in 3 h"
    assert reason(forecast(), after(9)) == "rising; forecast to be over the limit by now"
    assert reason(forecast(), None) == "trend"


def test_of_what_returned_nothing_is_forecast_and_nothing_is_to_be_done(view: View) -> None:
    gone = forecast(cleared=returned(63))
    assert reason(gone, after(4)) == "trend"
    shown = frame(view, 110, gone)
    assert "limit in" not in card(view, 120, gone)
    advised = {"advice": {"trend": "Look at the trend.", "limit": "Plan."}}
    cleared = event(EventKind.CLEARED, 63, "Bearing 1", 8)
    assessment = replace(view.assessment, settings=stored_settings(advised))
    told = Frame(replace(view, events=(gone.raised, cleared), assessment=assessment), shown.playhead)
    drawn = " ".join(plain(story_rows(100, told, told.alarms[0], UTC)).split())
    due = synthetic.at(60) + timedelta(hours=7)
    assert f"forecast the limit for {due:%d %b %H:%M}" in drawn
    assert "the limit was not reached" in drawn
    assert "Look at the trend" not in drawn


# The overview's list.


def test_where_there_is_little_room_what_waits_is_shown_before_what_is_selected(view: View) -> None:
    shelf = event(EventKind.SHELVED, 80, "", by="Mia", reason="cable")
    until = synthetic.at(130)
    alarms = (
        alarm("Bearing 3"),
        alarm("Bearing 2"),
        alarm("Bearing 4", acknowledgement=seen()),
        alarm("Bearing 1", shelf=shelf, shelved_until=until),
    )
    lines = plain(alarm_lines(60, 4, frame(view, 110, *alarms), "Bearing 1", UTC, "Bearing 1")).splitlines()
    assert [line[16:25] for line in lines[1:3]] == ["Bearing 3", "Bearing 2"]
    assert lines[3].strip() == "2 more, 0 unacknowledged"
    three = (alarms[0], *alarms[2:])
    lines = plain(alarm_lines(60, 4, frame(view, 110, *three), "Bearing 1", UTC, "Bearing 1")).splitlines()
    assert [line[:2] for line in lines[1:]] == [" ■", " □", "›◁"]


def test_of_two_alarms_of_one_bearing_only_the_one_that_the_keys_mean_is_marked(view: View) -> None:
    alarms = (alarm("Bearing 1"), replace(forecast(), key="other"))
    drawn = plain(alarm_lines(60, 6, frame(view, 110, *alarms), "Bearing 1", UTC, "Bearing 1"))
    assert drawn.count("›") == 1


def test_the_alarm_screen_says_how_many_alarms_are_out_of_sight(view: View) -> None:
    alarms = tuple(alarm(f"Bearing {number}") for number in range(1, 7))
    shown = frame(view, 110, *alarms)
    drawn = plain(alarm_list_lines(80, 5, shown, alarms, AlarmFilter(), "Bearing 4", UTC))
    assert "2 above, 1 below" in drawn
    whole = plain(alarm_list_lines(80, 8, shown, alarms, AlarmFilter(), "Bearing 4", UTC))
    assert "above" not in whole


# The search.


def found(words: str, *alarms: Alarm) -> list[str]:
    chosen = AlarmFilter(Listing.HISTORY, text=words)
    return sorted(one.key for one in filtered(chosen, alarms, UTC, microseconds(synthetic.at(110))))


def test_alarms_are_found_by_who_acted_on_them_and_by_the_words_on_the_screen() -> None:
    note = event(EventKind.NOTED, 80, "", by="Lee", text="oil is black")
    acked = alarm("Bearing 1", acknowledgement=seen("Mia (root)"), notes=(note,))
    alarms = (acked, alarm("Bearing 2"), alarm("Bearing 3", cleared=returned()))
    assert found("mia", *alarms) == found("root", *alarms) == found("lee", *alarms) == ["Bearing 1"]
    assert found("acked", *alarms) == found("acknowledged", *alarms) == ["Bearing 1"]
    assert found("UNACK", *alarms) == ["Bearing 2", "Bearing 3"]
    assert found("unack returned", *alarms) == ["Bearing 3"]
    assert found("high oil", *alarms) == ["Bearing 1"]
    assert found("(root", *alarms) == ["Bearing 1"]


def test_the_history_says_by_whom_where_there_is_room(view: View) -> None:
    over = alarm("Bearing 1", cleared=returned(), acknowledgement=seen("root"), surface="outer race")
    shown = frame(view, 110, over)
    chosen = AlarmFilter(Listing.HISTORY)
    # The list's share of 120 columns.
    drawn = plain(alarm_list_lines(68, 6, shown, shown.alarms, chosen, None, UTC))
    assert "root" in drawn


def test_an_alarm_without_a_severity_returned_without_a_peak(view: View) -> None:
    ended = alarm("Bearing 1", source="engine", component="", cause="engine failed", severity=None, peak=None)
    told = card(view, 120, replace(ended, cleared=returned())).splitlines()[0]
    assert "engine · returned " in told
    assert "peak" not in told


def test_a_long_cause_has_two_lines_of_the_card_where_there_is_room(view: View) -> None:
    words = "the previous engine ended without notice after 2026-11-29 01:33:50 UTC; its end is not known"
    ring = event(
        EventKind.RAISED, 78, "engine", 1, cause="engine failed", priority=Priority.HIGH, message=words
    )
    ended = replace(
        alarm("Bearing 1", source="engine", component="", cause="engine failed"), ring=ring, raised=ring
    )
    drawn = " ".join(card(view, 80, ended).replace("│", " ").split())
    assert words in drawn
