"""Alarm actions and model actions against a fake console: what they store, ask and tell."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.records.events import OPERATOR_KINDS, Event, EventKind
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, options
from tests.tui.console.fake_host import FakeHost
from tests.tui.two_alarms import two_alarms
from tui.console.alarm_actions import REPEAT_SECONDS, AlarmActions
from tui.console.model_actions import ModelActions
from tui.console.options import ConsoleOptions
from tui.keys.actions import DEFAULT
from tui.screens.state import Rows


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    """Two alarms, of Bearing 1 and Bearing 3, with the playhead after both."""
    synthetic.fill(tmp_path, 120, extra=two_alarms)
    host = FakeHost(tmp_path, None)
    host.look(110)
    return host


def alarms(host: FakeHost, clock: Clock, **changes: bool) -> AlarmActions:
    chosen: ConsoleOptions = replace(options(host.state, clock), **changes)
    return AlarmActions(host, chosen, DEFAULT)


def deeds(host: FakeHost) -> list[Event]:
    with Store.open(host.state) as store:
        events = store.events(store.assessments()[-1], "night shift")
    return [event for event in events if event.kind in OPERATOR_KINDS]


def test_the_most_urgent_alarm_is_acknowledged_and_kept_selected(host: FakeHost, clock: Clock) -> None:
    alarms(host, clock).acknowledge()
    assert [(one.kind, one.component) for one in deeds(host)] == [(EventKind.ACKNOWLEDGED, "Bearing 1")]
    assert host.notice.text.startswith("Acknowledged by ann: Bearing 1")
    assert host.selection.held is not None
    assert host.selection.held.component == "Bearing 1"


def test_a_key_held_down_acknowledges_once(host: FakeHost, clock: Clock) -> None:
    actions = alarms(host, clock)
    for _ in range(4):
        actions.acknowledge()
        clock.seconds += REPEAT_SECONDS / 2
    assert len(deeds(host)) == 1


def test_on_the_list_the_selected_alarm_is_acknowledged(host: FakeHost, clock: Clock) -> None:
    host.rows = Rows.ALARMS
    assert host.frame is not None
    host.selection = host.selection.moved(1, host.frame, Rows.ALARMS)
    alarms(host, clock).acknowledge()
    assert [one.component for one in deeds(host)] == ["Bearing 3"]


def test_all_alarms_of_the_list_are_acknowledged_after_a_second_key(host: FakeHost, clock: Clock) -> None:
    host.rows = Rows.ALARMS
    alarms(host, clock).acknowledge_all()
    assert deeds(host) == []
    assert host.dialog is not None
    assert host.dialog[0].heading == "Acknowledge 2 alarms?"
    host.answer()
    assert [one.component for one in deeds(host)] == ["Bearing 1", "Bearing 3"]


def test_a_read_only_console_stores_nothing_and_asks_nothing(host: FakeHost, clock: Clock) -> None:
    actions = alarms(host, clock, read_only=True)
    for act in (actions.acknowledge, actions.acknowledge_all, actions.note, actions.shelve, actions.service):
        act()
        assert "read-only" in host.notice.text
    assert host.dialog is None
    assert deeds(host) == []


def test_a_note_is_stored_as_of_the_frame_it_was_decided_on(host: FakeHost, clock: Clock) -> None:
    alarms(host, clock).note()
    host.look(115)
    host.answer("oil is hot")
    (event,) = deeds(host)
    assert (event.detail["text"], event.at) == ("oil is hot", synthetic.at(110))


def test_a_filter_of_the_list_replaces_the_selection_that_was_kept(host: FakeHost, clock: Clock) -> None:
    actions = alarms(host, clock)
    actions.acknowledge()
    actions.cycle("priority")
    assert host.selection.held is None
    assert host.selection.alarm_filter.priority == "medium"
    actions.search()
    host.answer("outer")
    assert host.selection.alarm_filter.text == "outer"
    actions.unfilter()
    assert not host.selection.alarm_filter.narrows


def test_a_baseline_is_accepted_after_a_second_key(host: FakeHost, clock: Clock) -> None:
    models = ModelActions(host, options(host.state, clock))
    models.accept(None)
    assert host.dialog is not None
    host.answer()
    with Store.open(host.state) as store:
        kinds = [one.kind for one in store.events(store.assessments()[-1])]
    assert EventKind.ACCEPTED in kinds


def test_a_finished_run_has_no_engine_to_ask(host: FakeHost, clock: Clock) -> None:
    models = ModelActions(host, options(host.state, clock))
    models.relearn()
    models.switch(None, None)
    assert host.dialog is None
    assert "a finished run, without an engine" in host.notice.text
