"""Drawings as strings: independent of colour, robust for unusual numbers."""

import math
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from rich.cells import cell_len

from engine.alarms.alarm import Alarm
from engine.clock import microseconds
from engine.records.assessment import Quality
from engine.records.events import Acknowledged, Event, EventKind, Priority
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tui.data.crossings import Crossing
from tui.data.frame import Condition, Frame, meant
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import View
from tui.draw.alarm_rows import alarm_lines, standing
from tui.draw.bearing_rows import bearing_lines
from tui.draw.charts.timeline import timeline_lines
from tui.draw.format import duration, reason, state_of
from tui.draw.notice import (
    Notice,
    acknowledged_notice,
    all_acknowledged_notice,
    already_notice,
    crossing_notice,
    notice_lines,
    rings_notice,
)
from tui.draw.status import EngineStatus
from tui.draw.text import Role, plain, width_of
from tui.keys.actions import DEFAULT
from tui.screens.overview.card import Card, card_lines

WALL = synthetic.WALL
NOWHERE = Condition("Bearing 1", Quality.RUNNING, False, 0.5, 0.25, 0, None)

WELL = EngineStatus("engine: scored", Role.PLAIN, done=True)


@pytest.fixture(scope="module")
def view(whole_store: Path) -> View:
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "night shift")
    reading = reader.poll(synthetic.RAISED)
    reader.close()
    assert reading.view is not None
    return reading.view


def frame(view: View, position: int, *, playing: bool = False) -> Frame:
    return Frame(view, Playhead(microseconds(synthetic.at(position)), 1.0, playing))


def alarm(**changes: object) -> Alarm:
    detail = {"cause": "limit", "priority": "medium", "severity": 1.2}
    ring = Event(7, EventKind.RAISED, synthetic.at(78), WALL, "component", "Bearing 1", "k", None, "", detail)
    made = Alarm("k", "component", "Bearing 1", "limit", Priority.MEDIUM, "", 1.2, ring, ring, ring)
    return replace(made, **changes)  # type: ignore[arg-type]  # changes are fields of Alarm


def given_by(name: str) -> Event:
    return Event(
        9, EventKind.ACKNOWLEDGED, synthetic.at(80), WALL, "", "Bearing 1", "k", 7, "s", {"by": name}
    )


CLEARED = Event(8, EventKind.CLEARED, synthetic.at(79), WALL, "", "Bearing 1", "k", None, "", {})


# States.


SHELVED_BY_BOB: dict[str, object] = {"shelf": given_by("bob"), "shelved_until": synthetic.at(120)}


@pytest.mark.parametrize(
    ("condition", "glyph", "word"),
    [
        (NOWHERE, "●", "normal"),
        (replace(NOWHERE, severity=1.0), "◐", "above limit"),
        (replace(NOWHERE, severity=math.nan), "?", "no score"),
        (replace(NOWHERE, baseline=True, severity=3.0), "○", "baseline"),
        (replace(NOWHERE, quality=Quality.STOPPED), "◌", "stopped"),
        (replace(NOWHERE, quality=Quality.DEAD), "✕", "sensor dead"),
        (replace(NOWHERE, quality=Quality.CLIPPED), "✕", "clipped"),
        (replace(NOWHERE, quality=Quality.INVALID), "✕", "invalid"),
        (replace(NOWHERE, quality=None), "○", "no score yet"),
        (replace(NOWHERE, quality=None, silent=True), "?", "NO DATA"),
        (replace(NOWHERE, alarm=alarm()), "◆", "MEDIUM UNACK"),
        (replace(NOWHERE, alarm=alarm(priority=Priority.HIGH)), "■", "HIGH UNACK"),
        (replace(NOWHERE, alarm=alarm(priority=Priority.LOW)), "▴", "low UNACK"),
        (replace(NOWHERE, alarm=alarm(acknowledgement=given_by("ann"))), "◇", "MEDIUM acked"),
        (replace(NOWHERE, alarm=alarm(cleared=CLEARED)), "▽", "returned UNACK"),
        (replace(NOWHERE, quality=Quality.STOPPED, alarm=alarm()), "◆", "MEDIUM UNACK"),
        (replace(NOWHERE, alarm=alarm(**SHELVED_BY_BOB)), "◁", "MEDIUM shelved"),
        (replace(NOWHERE, alarm=alarm(priority=Priority.HIGH, **SHELVED_BY_BOB)), "◁", "HIGH shelved"),
        (replace(NOWHERE, alarm=alarm(priority=Priority.LOW, **SHELVED_BY_BOB)), "◁", "shelved"),
        (replace(NOWHERE, retired=True), "⊘", "out of service"),
        (replace(NOWHERE, retired=True, alarm=alarm(retired=given_by("ann"))), "⊘", "out of service"),
    ],
)
def test_every_state_has_its_glyph_and_its_word(condition: Condition, glyph: str, word: str) -> None:
    state = state_of(condition)
    assert (state.glyph, state.word) == (glyph, word)
    assert cell_len(word) <= 14


def test_after_three_intervals_without_a_snapshot_there_is_no_data(view: View) -> None:
    times = view.series.at.copy()
    times[60:] += microseconds(synthetic.at(30)) - microseconds(synthetic.at(0))
    gappy = replace(view, series=replace(view.series, at=times))
    later = Frame(gappy, Playhead(int(times[59]) + 4 * 70 * 60 * 1_000_000))
    assert {state_of(condition).word for condition in later.conditions} == {"NO DATA"}


@pytest.mark.parametrize(
    ("changes", "longest", "shortest"),
    [
        ({}, "UNACK", "UNACK"),
        ({"cleared": CLEARED}, "UNACK, returned", "UNACK rtn"),
        ({"acknowledgement": given_by("ann")}, "acknowledged by ann", "acked"),
        (
            {"acknowledgement": given_by("bob"), "acknowledged_later": True},
            "acknowledged later, by bob",
            "acked later",
        ),
        (
            {"acknowledgement": given_by("ann"), "cleared": CLEARED},
            "returned, acknowledged by ann",
            "rtn acked",
        ),
        ({"retired": given_by("ann")}, "out of service, by ann", "out"),
    ],
)
def test_how_an_alarm_stands_is_said_at_any_width(
    changes: dict[str, object], longest: str, shortest: str
) -> None:
    variants = standing(alarm(**changes), UTC)
    assert (variants[0], variants[-1]) == (longest, shortest)


def test_a_shelved_alarm_tells_until_when_and_by_whom() -> None:
    shelved = alarm(**SHELVED_BY_BOB)
    until = f"{synthetic.at(120):%d %b %H:%M}"
    assert standing(shelved, UTC)[0] == f"shelved until {until}, by bob"
    assert standing(replace(shelved, shelved_later=True), UTC)[0] == f"shelved later until {until}, by bob"
    assert already_notice(shelved, UTC).text == f"Bearing 1: shelved by bob until {until}"


def test_an_alarm_that_chatters_tells_how_often() -> None:
    assert reason(alarm(count=3)) == f"{reason(alarm())} ×3"


# The alarm that a key acts on.


def test_of_the_alarms_at_hand_the_first_that_asks_for_it_is_meant() -> None:
    seen, open_one = alarm(key="1", acknowledgement=given_by("ann")), alarm(key="2")
    assert meant((seen, open_one), lambda one: one.needs_acknowledgement) is open_one


def test_where_none_asks_for_it_the_first_is_meant_so_that_can_be_said_why_not() -> None:
    seen = alarm(acknowledgement=given_by("ann"))
    assert meant((seen,), lambda one: one.needs_acknowledgement) is seen
    assert meant((), lambda one: True) is None


# Panels.


def test_the_bearings_say_state_severity_since_when_and_why(view: View) -> None:
    drawn = plain(bearing_lines(80, 5, frame(view, 110), 0, UTC))
    assert drawn.splitlines()[1].startswith("›■ Bearing 1 ")
    assert "4.91 ↑ HIGH UNACK   outer race" in drawn
    assert drawn.count("normal") == 3
    assert "limit" in drawn.splitlines()[0]


def test_an_alarm_stays_on_a_machine_that_has_stopped(view: View) -> None:
    first = plain(bearing_lines(80, 5, frame(view, 139), 0, UTC)).splitlines()[1]
    assert "HIGH UNACK" in first
    assert "◌ HIGH UNACK" in first


def test_bearings_that_do_not_fit_are_counted_and_their_alarms_with_them(tmp_path: Path) -> None:
    names = tuple(f"Bearing {number}" for number in range(1, 10))
    synthetic.fill(tmp_path, 110, names)
    with Store.open(tmp_path) as store:
        many = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert many is not None
    lines = plain(bearing_lines(60, 5, frame(many, 109), 8, UTC)).splitlines()
    assert len(lines) == 5
    assert any(line.startswith("›● Bearing 9") for line in lines)
    assert lines[-1].strip() == "5 more bearings, 1 with an unacknowledged alarm"


def test_the_alarm_list_counts_names_and_dates(view: View) -> None:
    drawn = plain(alarm_lines(54, 6, frame(view, 110), "Bearing 1", UTC))
    assert "1 unacknowledged" in drawn
    assert "■ 16 Feb 06:02 Bearing 1 HIGH outer race" in drawn
    assert "· 13 Feb 18:32 engine baseline learned" in drawn


def test_alarms_that_do_not_fit_are_counted(view: View) -> None:
    crowded = frame(view, 110)
    crowded.__dict__["alarms"] = tuple(alarm(component=f"Pump {number}") for number in range(9))
    lines = plain(alarm_lines(54, 5, crowded, "Pump 8", UTC)).splitlines()
    assert lines[-1].strip() == "6 more, 6 unacknowledged"


def test_of_what_waits_what_stands_is_shown_before_what_returned(view: View) -> None:
    crowded = frame(view, 110)
    gone = [alarm(component="Pump 1", key=f"gone {number}", cleared=CLEARED) for number in range(2)]
    crowded.__dict__["alarms"] = (alarm(component="Pump 1"), alarm(component="Pump 2", key="b"), *gone)
    drawn = plain(alarm_lines(60, 4, crowded, "Pump 1", UTC, "k"))
    assert "Pump 2" in drawn
    assert "2 more, 2 unacknowledged" in drawn


def test_where_there_is_room_what_follows_the_reason_stands_in_columns(view: View) -> None:
    several = frame(view, 110)
    several.__dict__["alarms"] = (
        alarm(component="Pump 1", peak=1.2),
        alarm(component="Pump 2", peak=1.2, carried_from="Pump 1"),
        alarm(component="Pump 3", peak=1.2, surface="rolling element"),
    )
    rows = plain(alarm_lines(130, 4, several, "Pump 1", UTC)).splitlines()[1:]
    assert [row.index("UNACK") for row in rows] == [rows[0].index("UNACK")] * 3
    assert all("1.20 UNACK" in row for row in rows)


def test_while_the_engine_learns_the_card_says_what_from_how_much_and_how_long_still(view: View) -> None:
    beat = Heartbeat(synthetic.WALL, 1, Phase.LEARNING, 30, 60, "from 200 snapshots, epoch 30")
    empty = Frame(replace(view, heartbeat=beat), Playhead(None))
    status = EngineStatus("engine: learning", Role.PLAIN, busy="LEARNING")
    drawn = plain(card_lines(80, 8, Card(empty, status, UTC, DEFAULT.keys_of, per_item=4.0)))
    words = " ".join(drawn.replace("│", "").split())
    assert (
        "Learning how the healthy machine runs from 200 snapshots: epoch 30 of 60; at most 2 min to go."
        in words
    )
    assert "50 %" in drawn
    assert "0.393" in drawn


def test_the_timeline_marks_crossings_before_and_after_the_playhead(view: View) -> None:
    marks, bar = plain(timeline_lines(80, 2, frame(view, 70), UTC)).splitlines()
    assert "▿" in marks
    assert "▾" not in marks
    assert bar.count("●") == 1
    assert "12 Feb 11:02" in bar
    assert "19 Feb 05:12" in bar
    assert "▾" in plain(timeline_lines(80, 2, frame(view, 80), UTC)).splitlines()[0]


@pytest.mark.parametrize("width", [1, 7, 20, 60, 80, 200])
@pytest.mark.parametrize("position", [-1, 0, 5, 78, 139])
def test_no_panel_breaks_or_overflows_at_any_size(view: View, width: int, position: int) -> None:
    shown = frame(view, position) if position >= 0 else Frame(view, Playhead(None))
    for height in (1, 2, 3, 6, 14):
        drawn = [
            alarm_lines(width, height, shown, "Bearing 1", UTC),
            card_lines(width, height, Card(shown, WELL, UTC, DEFAULT.keys_of)),
            timeline_lines(width, height, shown, UTC),
            bearing_lines(width, height, shown, 0, UTC),
        ]
        assert all(len(lines) <= height for lines in drawn)
        if width >= 60:
            assert all(width_of(line) <= width for lines in drawn for line in lines)


def test_a_view_without_snapshots_draws_everywhere(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        synthetic.begin(store)
        empty = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert empty is not None
    shown = Frame(empty, Playhead(None))
    assert "no score yet" in plain(bearing_lines(80, 5, shown, 0, UTC))
    assert plain(timeline_lines(80, 3, shown, UTC))


# Notices.


def test_one_ring_is_told_in_full_and_many_are_counted() -> None:
    one = rings_notice((alarm().ring,), UTC)
    assert one.text == "Alarm: Bearing 1, limit, severity 1.20, at 16 Feb 06:02"
    ring = alarm().ring
    many = rings_notice(tuple(replace(ring, alarm=f"one {number}") for number in range(5)), UTC)
    assert many.text.startswith("5 alarms rang: Bearing 1 16 Feb 06:02, ")
    # An alarm that escalated is one alarm.
    assert rings_notice((ring,) * 2, UTC).text.startswith("1 alarm rang 2 times: Bearing 1 16 Feb 06:02, ")
    three = (ring, ring, replace(ring, alarm="other"))
    assert rings_notice(three, UTC).text.startswith("2 alarms rang 3 times: ")
    assert many.text.endswith("and more")


def test_who_was_first_is_told_to_who_came_second() -> None:
    answer = Acknowledged(False, "bob", synthetic.at(90), WALL)
    text = acknowledged_notice(alarm(), answer, microseconds(synthetic.at(139)), UTC, UTC).text
    assert text.startswith("Another was first: bob at 03:00:00 UTC")


def test_an_acknowledgement_from_the_past_says_so() -> None:
    answer = Acknowledged(True, "ann", synthetic.at(90), WALL)
    assert "the record goes to 19 Feb 05:12" in (
        acknowledged_notice(alarm(), answer, microseconds(synthetic.at(139)), UTC, UTC).text
    )
    assert "record" not in acknowledged_notice(alarm(), answer, microseconds(synthetic.at(90)), UTC, UTC).text


def test_of_many_acknowledgements_it_is_told_how_many_which_and_what_was_not_stored() -> None:
    mine, other = (
        Acknowledged(stored, by, synthetic.at(90), WALL) for stored, by in ((True, "ann"), (False, "bob"))
    )
    newest = microseconds(synthetic.at(90))
    names = [replace(alarm(), component=f"Bearing {number}") for number in range(1, 7)]
    all_stored = all_acknowledged_notice([(one, mine) for one in names], newest, UTC)
    assert (
        all_stored.text
        == "ann acknowledged 6 alarms: Bearing 1 limit, Bearing 2 limit, Bearing 3 limit and 3 more"
    )
    assert all_stored.role is Role.GOOD
    mixed = all_acknowledged_notice(
        [(names[0], mine), (names[1], "the disk is full"), (names[2], other), (names[3], "the disk is full")],
        newest,
        UTC,
    )
    assert mixed.text == (
        "NOT ACKNOWLEDGED, 2 alarms: Bearing 2 limit, Bearing 4 limit; the disk is full."
        " bob was first on 1 alarm: Bearing 3 limit. ann acknowledged 1 alarm: Bearing 1 limit"
    )
    assert (mixed.role, mixed.lasting) == (Role.ALARM, True)
    past = all_acknowledged_notice([(names[0], mine)], microseconds(synthetic.at(139)), UTC)
    assert "seen as of" in past.text


def test_crossings_at_one_instant_are_told_together(view: View) -> None:
    when = microseconds(synthetic.at(80))
    both = (Crossing(when, 0, True), Crossing(when, 3, False))
    text = crossing_notice(view, both, UTC).text
    assert text == "Bearing 1 rose above, Bearing 4 fell below the limit at 16 Feb 08:22"


def test_a_long_notice_breaks_between_words() -> None:
    lines = plain(notice_lines(20, 2, Notice("one two three four five six"))).splitlines()
    assert lines == [" one two three four", " five six"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "1 min"), (2400, "40 min"), (7199, "120 min"), (43_200, "12 h"), (259_200, "3 d")],
)
def test_duration_is_told_in_its_largest_fitting_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_folder_without_a_fitting_file_says_why_and_what_to_do(view: View, width: int) -> None:
    said = "17 other files are passed over (0.csv: its name is not a time like 2004.02.12.10.32.39)"
    waiting = EngineStatus("engine: gathering", Role.PLAIN, busy="GATHERING")

    def card_of(done: int, message: str) -> str:
        beat = Heartbeat(synthetic.WALL, 1, Phase.GATHERING, done, 150, message)
        live = replace(view.assessment, run="/srv/press 4", expected=0)
        empty = Frame(replace(view, assessment=live, heartbeat=beat, epochs=()), Playhead(None))
        lines = card_lines(width, 12, Card(empty, waiting, UTC, DEFAULT.keys_of))
        assert all(width_of(line) <= width for line in lines)
        return " ".join(plain(lines).replace("│", " ").split())

    assert said in card_of(0, said)
    assert "If these are recordings, raceway init '/srv/press 4' writes settings for them." in card_of(
        0, said
    )
    assert "raceway init" not in card_of(3, said)
    assert "raceway init" not in card_of(0, "")
