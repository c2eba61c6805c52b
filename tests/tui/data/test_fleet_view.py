"""The list of machines: order, words, healthy ones hidden, alarms of all, counts, age, next machine."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import microseconds
from engine.records.events import Priority
from engine.records.progress import Phase
from engine.reports.latest import Latest
from engine.store.store import Store
from tests.tui import synthetic
from tui.data.fleet import Standing, urgency
from tui.data.fleet_view import FleetView, Order, alarms_of, arranged, machine_beside
from tui.draw.format import short_time
from tui.draw.text import Role, plain, width_of
from tui.screens.machines.all_alarms import fleet_alarm_lines
from tui.screens.machines.table import (
    engine_text,
    fleet_banner,
    fleet_lines,
    held_until,
    more_line,
    waiting_text,
)
from tui.screens.machines.trend import machine_trend_lines

Named = Callable[..., Standing]


@pytest.fixture(scope="module")
def failing(whole_store: Path) -> Standing:
    """Return the made-up machine with its unacknowledged alarm."""
    with Store.open(whole_store) as store:
        return synthetic.standing_of(store, store.assessments()[-1], synthetic.WALL)


@pytest.fixture
def named(failing: Standing) -> Named:
    """Return a maker of machines by name; healthy ones have a severity below the limit."""

    def make(name: str, severity: float | None = None, age: float | None = None) -> Standing:
        assessment = replace(failing.assessment, machine=name, expected=0 if age is not None else 1)
        until = synthetic.WALL
        newest = None if age is None else microseconds(until - timedelta(seconds=age))
        one = replace(failing, assessment=assessment, until=until, newest=newest)
        if severity is None:
            return one
        return replace(one, latest=Latest(severity), alarm=None, open_alarms=(), waiting=0)

    return make


def names(fleet: tuple[Standing, ...]) -> list[str]:
    return [one.assessment.machine for one in fleet]


def test_a_machine_has_its_trend_its_open_alarms_by_priority_and_its_present(failing: Standing) -> None:
    assert len(failing.trend.at) == len(failing.trend.severity) == 64
    assert failing.counts() == {Priority.HIGH: 1}
    assert waiting_text(failing) == "1 HIGH"
    assert failing.age is None
    assert not failing.healthy


def test_machines_are_listed_in_the_order_that_is_wanted(named: Named) -> None:
    fleet = (named("b", 0.2, 5.0), named("A", 0.9, 900.0), named("c"))
    assert names(arranged(fleet, FleetView())) == ["c", "A", "b"]
    assert names(arranged(fleet, FleetView(Order.NAME))) == ["A", "b", "c"]
    assert names(arranged(fleet, FleetView(Order.AGE))) == ["A", "b", "c"]
    assert names(arranged(fleet, FleetView(Order.SEVERITY)))[-2:] == ["A", "b"]


def test_orders_go_round() -> None:
    view = FleetView()
    for _ in Order:
        view = view.reordered()
    assert view == FleetView()


def test_healthy_machines_are_hidden_and_words_narrow(named: Named) -> None:
    fleet = (named("fan 1", 0.2), named("fan 2"), named("pump", 3.0))
    assert names(arranged(fleet, FleetView(hides_healthy=True))) == ["fan 2", "pump"]
    assert names(arranged(fleet, FleetView(words="FAN"))) == ["fan 2", "fan 1"]
    assert names(arranged(fleet, FleetView(words="fan bearing 1"))) == ["fan 2", "fan 1"]
    assert arranged(fleet, FleetView(words="nothing")) == ()


def test_alarms_of_all_machines_come_the_unacknowledged_first(named: Named, failing: Standing) -> None:
    (alarm,) = failing.open_alarms
    acked = replace(alarm, acknowledgement=alarm.raised)
    fleet = (replace(named("a"), open_alarms=(acked,)), named("b"), named("c", 0.1))
    found = alarms_of(fleet)
    assert [one.standing.assessment.machine for one in found] == ["b", "a"]
    assert len({one.key for one in found}) == 2


@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=8, unique=True), st.integers(-9, 9))
def test_going_from_machine_to_machine_comes_back(machines: list[str], by: int) -> None:
    start = machines[0]
    there = machine_beside(tuple(machines), start, by)
    assert there in machines
    assert machine_beside(tuple(machines), there, -by) == start
    assert machine_beside((), "x", 1) == ""


# Drawn.


@pytest.mark.parametrize("width", [60, 80, 99, 100, 120, 200])
def test_names_are_not_cut_while_there_is_room(named: Named, width: int) -> None:
    name = "Cooling tower fan B, north wing"
    drawn = plain(fleet_lines(width, 8, (named(name), named("x", 0.2)), "", synthetic.WALL, UTC))
    assert name in drawn
    assert "1 HIGH" in drawn
    assert "outer race" in drawn


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("selected", ["m0", "m11", "m24"])
def test_hidden_rows_are_counted_with_where_they_are(named: Named, width: int, selected: str) -> None:
    fleet = tuple(named(f"m{number}", 0.1) for number in range(25))
    lines = fleet_lines(width, 12, fleet, selected, synthetic.WALL, UTC, FleetView(Order.NAME))
    assert len(lines) <= 12
    drawn = plain(lines)
    assert selected in drawn
    assert " more " in drawn.splitlines()[-1]
    assert ("below" in drawn) == (selected != "m9" and "more below" in drawn)


def test_waiting_alarms_that_are_hidden_are_loud() -> None:
    (line,) = more_line(80, range(0, 2), [False, False, True, False])
    assert plain([line]).strip() == "2 more below, 1 with waiting alarms"
    assert line[0].role is Role.ALARM
    assert more_line(80, range(0, 4), [True] * 4) == []
    (both,) = more_line(80, range(1, 2), [False] * 3)
    assert plain([both]).strip() == "1 more above; 1 more below"


def test_the_age_of_the_data_is_that_of_a_watched_machine(named: Named) -> None:
    fleet = (named("old", 0.2, 7200.0), named("new", 0.2, 2.0), named("run", 0.2))
    rows = plain(fleet_lines(140, 8, fleet, "", synthetic.WALL, UTC, FleetView(Order.NAME))).splitlines()
    ends = {row[3:6].strip(): row.rstrip() for row in rows[2:]}
    assert ends["run"].endswith("scored")


def test_what_is_hidden_and_how_it_is_sorted_stands_in_the_heading(named: Named) -> None:
    fleet = (named("fan", 0.2), named("pump"))
    view = FleetView(Order.NAME, "pump", hides_healthy=True)
    heading = plain(fleet_lines(120, 8, fleet, "", synthetic.WALL, UTC, view)).splitlines()[0]
    for word in ("Machines: 2", "1 hidden", "with 'pump'", "by name"):
        assert word in heading
    none = plain(fleet_lines(120, 8, fleet, "", synthetic.WALL, UTC, FleetView(words="zzz")))
    assert "x shows all again" in none
    nothing = FleetView(words="nonsense")
    other = plain(fleet_lines(80, 9, (named("Fan"),), "Fan", synthetic.WALL, UTC, nothing, again="F9"))
    assert "F9 shows all again" in other


@pytest.mark.parametrize("width", [24, 60, 80, 120])
@pytest.mark.parametrize("height", [1, 3, 9])
def test_the_alarms_of_all_machines_fit_and_name_machine_bearing_and_reason(
    named: Named, width: int, height: int
) -> None:
    fleet = tuple(named(f"machine {number} [/b]\x1b") for number in range(12))
    lines = fleet_alarm_lines(width, height, alarms_of(fleet), "", UTC)
    assert len(lines) <= height
    assert all(width_of(line) <= width for line in lines)
    assert "\x1b" not in plain(lines)
    if width >= 80 and height > 3:
        assert "machine 0 [/b]" in plain(lines)
        assert "Bearing 1: outer race" in plain(lines)
        assert "more below, " in plain(lines)
    assert "no alarm is open" in plain(fleet_alarm_lines(80, 5, (), "", UTC))


def test_the_chart_of_a_machine_has_its_worst_bearing_its_limit_and_two_ticks(named: Named) -> None:
    lines = plain(machine_trend_lines(100, 12, named("Fan"), UTC)).splitlines()
    assert "Severity of Fan, Bearing 1" in lines[0]
    assert "newest 64 snapshots, log scale" in lines[0]
    assert any("limit" in line for line in lines)
    assert sum("┤" in line for line in lines) >= 2
    assert all(width_of(line) <= 100 for line in machine_trend_lines(100, 12, named("Fan"), UTC))


def test_an_engine_without_a_heartbeat_is_silent_in_the_list_as_in_the_notice(named: Named) -> None:
    begun = replace(named("Fan"), heartbeat=None)
    made = begun.assessment.created_at
    assert engine_text(begun, made + timedelta(seconds=2), UTC)[0] == "no engine yet"
    assert engine_text(begun, made + timedelta(hours=2), UTC)[0].startswith("✕ STALE")
    banner = fleet_banner((begun,), made + timedelta(hours=2), UTC)
    assert "1 of 1 engines not working: Fan" in banner.status.text


def test_a_narrow_list_of_alarms_shortens_the_reason_and_keeps_the_time(named: Named) -> None:
    one = named("Fan")
    (alarm,) = one.open_alarms
    raised = replace(alarm, surface="", carried_from="Bearing 1", component="Bearing 3")
    shown = plain(fleet_alarm_lines(66, 6, alarms_of((replace(one, open_alarms=(raised,)),)), None, UTC))
    assert "probably" not in shown
    assert short_time(raised.ring.at, UTC) in shown


@pytest.mark.parametrize("stands", [True, False])
def test_a_severity_among_the_alarms_of_all_machines_is_that_of_its_latest_ring(
    named: Named, stands: bool
) -> None:
    one = named("Fan")
    (alarm,) = one.open_alarms
    alarm = replace(alarm, cleared=None if stands else alarm.raised)
    shown = plain(fleet_alarm_lines(120, 6, alarms_of((replace(one, open_alarms=(alarm,)),)), None, UTC))
    rang = short_time(alarm.ring.at, UTC).strip()
    assert f"rang {rang}, severity {alarm.severity:.2f}" in shown
    assert ("returned" in shown) is not stands


def test_all_rows_of_the_alarms_of_all_machines_have_the_same_words(named: Named) -> None:
    one = named("Fan")
    (alarm,) = one.open_alarms
    long = replace(alarm, surface="", carried_from="Bearing 1", component="Bearing 3")
    for width in range(40, 130):
        alarms = alarms_of((replace(one, open_alarms=(alarm, long)),))
        rows = plain(fleet_alarm_lines(width, 6, alarms, None, UTC)).splitlines()[1:]
        assert len({"rang" in row for row in rows}) == 1
        assert len({"severity" in row for row in rows}) == 1


def test_tall_trends_of_two_machines_do_not_touch(named: Named) -> None:
    fleet = tuple(named(name) for name in ("Fan", "Pump", "Press"))
    for height in range(6, 20):
        rows = plain(fleet_lines(120, height, fleet, "Fan", synthetic.WALL, UTC)).splitlines()
        assert len(rows) <= height
        assert all(any(name in row for row in rows) for name in ("Fan", "Pump", "Press"))
        tall = len(rows) > 2 + len(fleet)
        assert tall == (height >= 2 + 4 * len(fleet) - 1)
        if tall:
            assert [row.strip() for row in (rows[5], rows[9])] == ["", ""]


def test_a_mark_is_never_reversed(named: Named) -> None:
    one = named("Fan")
    rows = [
        *fleet_lines(120, 9, (one,), "Fan", synthetic.WALL, UTC),
        *fleet_lines(80, 9, (one,), "Fan", synthetic.WALL, UTC),
        *fleet_alarm_lines(120, 9, alarms_of((one,)), None, UTC),
    ]
    marks = [span for row in rows for span in row if span.text == "■"]
    assert len(marks) == 3
    assert {span.role for span in marks} == {Role.HIGH}


def test_spare_width_goes_to_the_trends(named: Named) -> None:
    heading = plain(fleet_lines(200, 20, (named("Fan"),), "Fan", synthetic.WALL, UTC)).splitlines()[1]
    assert heading.index("sev.") - heading.index("trend") > 100


def test_a_wide_trend_has_no_gap_between_regular_snapshots_and_one_where_data_stopped() -> None:
    regular = np.arange(10, dtype=np.int64) * 600
    assert held_until(regular).tolist() == [*(regular[1:] - 1).tolist(), 5400]
    stopped = np.array([0, 600, 1200, 60_000], np.int64)
    assert held_until(stopped).tolist() == [599, 1199, 1200 + 3 * 600, 60_000]
    assert held_until(regular[:1]).tolist() == [0]
    assert held_until(regular[:0]).tolist() == []


@pytest.mark.parametrize("phase", [Phase.NO_FOLDER, Phase.HOLDING, Phase.PAUSED])
def test_a_machine_that_is_not_judged_stands_above_healthy_ones_and_is_loud(
    named: Named, phase: Phase
) -> None:
    calm, blind = named("Fan", severity=0.4, age=5.0), named("Pump", severity=0.2, age=5.0)
    assert blind.heartbeat is not None
    beat = replace(blind.heartbeat, beat_at=synthetic.WALL, phase=phase)
    blind = replace(blind, heartbeat=beat)
    watched = replace(calm, heartbeat=replace(beat, phase=Phase.WATCHING))
    assert sorted([watched, blind], key=urgency) == [blind, watched]
    assert arranged((watched, blind), FleetView(hides_healthy=True)) == (blind,)
    rows = fleet_lines(140, 8, (blind, watched), "", synthetic.WALL, UTC)
    assert "✕ Pump" in plain(rows)
    assert "NOT JUDGED" in plain(rows)
    assert phase.value in plain(rows)
    status = fleet_banner((blind, watched), synthetic.WALL, UTC).status
    assert (status.text, status.role) == (f"✕ 1 of 2 machines not judged: Pump ({phase})", Role.ALARM)


def test_list_of_a_store_that_cannot_be_read_is_said_to_be_old(named: Named) -> None:
    for fleet in ((), (named("Fan", severity=0.4),)):
        status = fleet_banner(fleet, synthetic.WALL, UTC, "a/raceway.db: the store was moved").status
        assert status.role is Role.ALARM
        assert status.text == "✕ STORE UNREADABLE, the list is old: a/raceway.db: the store was moved"


@pytest.mark.parametrize("phase", [Phase.FAILED, Phase.ENDED, Phase.REMOVED, None])
def test_a_machine_that_nothing_watches_is_not_hidden_as_healthy(named: Named, phase: Phase | None) -> None:
    calm = named("Fan", severity=0.4, age=5.0)
    assert calm.heartbeat is not None
    watched = replace(calm.heartbeat, phase=Phase.WATCHING)
    assert replace(calm, heartbeat=watched).healthy
    beat = None if phase is None else replace(calm.heartbeat, phase=phase)
    gone = replace(calm, heartbeat=beat)
    assert arranged((gone,), FleetView(hides_healthy=True)) == (gone,)
