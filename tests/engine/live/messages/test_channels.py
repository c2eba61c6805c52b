"""Channels of `[notify]`: at least once, growing waits, one summary of a flood, escalation by time."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.alarms.notifications import failing_channels
from engine.config.sections.notify import NotifySettings
from engine.config.settings import SettingsError, load_settings
from engine.live.messages.channels import (
    FAILING_AFTER,
    FIRST_WAIT,
    LONGEST_WAIT,
    Channel,
    ChannelNotifier,
    channels_of,
)
from engine.operator import alarm_actions
from engine.operator.operator import Act, Operator
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, NewEvent, Priority
from engine.store.store import Store
from engine.system.processes.bounded_run import Ran
from tests.engine.handmade_events import CLEARED, ESCALATED, RAISED
from tests.engine.rigs import WALL
from tests.tui import synthetic

KEY = "Bearing 1/limit/a"
DOWN = Ran(1, "the service answered 500")
ALL = frozenset({"ring", "escalation", "return", "acknowledgement"})


class Plant:
    """A live record with a manual clock; messages are kept, or refused while `down`."""

    def __init__(self, state: Path) -> None:
        synthetic.fill(state, synthetic.BASELINE)
        self.state, self.seconds, self.down = state, 0.0, False
        self.sent: list[dict[str, Any]] = []
        self.tries = 0

    def run(self, command: Sequence[str], payload: bytes, timeout: float) -> Ran:
        self.tries += 1
        if self.down:
            return DOWN
        self.sent.append(json.loads(payload))
        return Ran(0)

    def channel(self, channel: Channel) -> ChannelNotifier:
        with Store.open(self.state) as store:
            record = store.assessments()[-1]
        return ChannelNotifier(
            lambda: Store.open(self.state),
            record,
            channel,
            state=self.state,
            now=lambda: WALL + timedelta(seconds=self.seconds),
            live_now=lambda: synthetic.at(30) + timedelta(seconds=self.seconds),
            run=self.run,
            clock=lambda: self.seconds,
        )

    def add(self, kind: EventKind, key: str = KEY, priority: str = "medium") -> Event:
        """Store an event of the engine now."""
        detail: dict[str, object] = {}
        if kind in (RAISED, ESCALATED):
            detail = {"cause": "limit", "priority": priority, "severity": 1.5}
        at = synthetic.at(30) + timedelta(seconds=self.seconds)
        fact = NewEvent(kind, at, "component", key.split("/")[0], key, detail=detail)
        with Store.open(self.state) as store:
            record = store.assessments()[-1]
            store.add_event(record, fact, WALL + timedelta(seconds=self.seconds))
            return store.events(record)[-1]

    def acknowledge(self, ring: Event) -> None:
        at = synthetic.at(30) + timedelta(seconds=self.seconds)
        act = Act(Operator("ada"), "", at, WALL + timedelta(seconds=self.seconds))
        with Store.open(self.state) as store:
            alarm_actions.acknowledge(store, store.assessments()[-1], ring, act, "on my way")

    def events(self) -> tuple[Event, ...]:
        with Store.open(self.state) as store:
            return store.events(store.assessments()[-1])

    @property
    def told(self) -> list[list[tuple[str, str]]]:
        """The kind and the alarm of every event of each message."""
        return [[(one["kind"], one["alarm"]) for one in message["events"]] for message in self.sent]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path / "state")


FIRST = Channel("env:ONE")


def test_a_ring_is_one_message_and_is_told_once_over_restarts(plant: Plant) -> None:
    plant.add(RAISED)
    channel = plant.channel(FIRST)
    channel.turn()
    channel.turn()
    plant.channel(FIRST).turn()
    assert plant.told == [[("raised", KEY)]]
    assert plant.sent[0]["address"] == "env:ONE"


def test_each_channel_is_told_by_itself_and_the_on_ring_command_does_not_count(plant: Plant) -> None:
    ring = plant.add(RAISED)
    with Store.open(plant.state) as store:
        done = NewEvent(EventKind.NOTIFIED, ring.at, alarm=KEY, ring=ring.seq, detail={"exit": 0})
        store.add_event(store.assessments()[-1], done, WALL)
    plant.channel(FIRST).turn()
    plant.channel(Channel("env:TWO")).turn()
    assert [message["address"] for message in plant.sent] == ["env:ONE", "env:TWO"]


def test_a_server_that_is_down_is_tried_with_growing_waits_and_nothing_is_lost(plant: Plant) -> None:
    plant.add(RAISED)
    plant.down = True
    channel = plant.channel(FIRST)
    waits = []
    for _ in range(12):
        waits.append(channel.turn())
        plant.seconds += waits[-1]
    assert waits[:4] == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4, FIRST_WAIT * 8]
    assert waits[-1] == LONGEST_WAIT
    assert plant.tries == 12
    plant.down = False
    channel.turn()
    assert plant.told == [[("raised", KEY)]]


def test_the_report_is_asked_for_with_one_ring_and_left_out_of_a_second_try(plant: Plant) -> None:
    plant.add(RAISED)
    channel = plant.channel(Channel("env:ONE", report=True))
    channel.turn()
    plant.add(RAISED, "Bearing 2/limit/a")
    plant.down = True
    plant.seconds += channel.turn()
    plant.down = False
    channel.turn()
    assert [message["report"] for message in plant.sent] == [True, False]


def test_between_two_tries_a_failing_channel_is_left_alone(plant: Plant) -> None:
    plant.add(RAISED)
    plant.down = True
    channel = plant.channel(FIRST)
    channel.turn()
    channel.turn()
    assert plant.tries == 1


def test_a_failing_channel_is_recorded_once_and_its_recovery_too(plant: Plant) -> None:
    plant.add(RAISED)
    plant.down = True
    channel = plant.channel(FIRST)
    for count in range(1, FAILING_AFTER + 3):
        plant.seconds += channel.turn()
        expected = {"1 env:ONE": f"env:ONE takes no messages ({DOWN.error}); it is tried again"}
        assert failing_channels(plant.events()) == (expected if count >= FAILING_AFTER else {})
    said = [one for one in plant.events() if one.detail.get("channel") == "failing"]
    assert len(said) == 1
    plant.down = False
    channel.turn()
    assert failing_channels(plant.events()) == {}


def test_a_channel_that_left_the_settings_fails_no_longer_after_the_next_start(plant: Plant) -> None:
    plant.add(RAISED)
    plant.down = True
    channel = plant.channel(FIRST)
    for _ in range(FAILING_AFTER):
        plant.seconds += channel.turn()
    plant.add(EventKind.STARTED, "")
    assert failing_channels(plant.events()) == {}
    plant.seconds += channel.turn()
    assert len(failing_channels(plant.events())) == 1


def test_a_message_that_was_sent_and_not_recorded_is_sent_again(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(store: Store, record: Assessment, fact: NewEvent, now: object) -> None:
        raise SystemExit

    plant.add(RAISED)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "add_event", killed)
        with pytest.raises(SystemExit):
            plant.channel(FIRST).turn()
    plant.channel(FIRST).turn()
    assert plant.told == [[("raised", KEY)]] * 2


def test_a_flood_is_one_summary_until_ten_minutes_have_passed(plant: Plant) -> None:
    channel = plant.channel(FIRST)
    for number in range(40):
        plant.add(RAISED, f"Bearing 1/limit/{number}")
        if number % 2:
            channel.turn()
        plant.seconds += 5
    sizes = [len(message) for message in plant.told]
    assert sizes.count(1) == 10
    assert len([size for size in sizes if size > 1]) == 1
    plant.seconds += 660
    channel.turn()
    assert sorted(one for message in plant.told for one in message) == sorted(
        ("raised", f"Bearing 1/limit/{number}") for number in range(40)
    )
    assert len(plant.told) == 12


def test_in_a_flood_a_worse_alarm_does_not_wait(plant: Plant) -> None:
    for number in range(12):
        plant.add(RAISED, f"Bearing 1/limit/{number}")
    channel = plant.channel(FIRST)
    channel.turn()
    plant.add(RAISED, "Bearing 2/limit/a")
    channel.turn()
    assert [len(message) for message in plant.told] == [12]
    plant.add(RAISED, "Bearing 3/limit/a", "high")
    channel.turn()
    assert plant.told[1] == [("raised", "Bearing 2/limit/a"), ("raised", "Bearing 3/limit/a")]


def test_shelved_and_out_of_service_is_silent_on_every_occasion(plant: Plant) -> None:
    act = Act(Operator("ada"), "", synthetic.at(30), WALL)
    with Store.open(plant.state) as store:
        alarm_actions.retire(store, store.assessments()[-1], "Bearing 1", "new seal", act)
    ring = plant.add(RAISED)
    plant.acknowledge(ring)
    plant.add(CLEARED)
    plant.channel(Channel("env:ONE", on=ALL)).turn()
    assert plant.sent == []


def test_occasions_are_told_as_set(plant: Plant) -> None:
    ring = plant.add(RAISED)
    for kind in (ESCALATED, CLEARED):
        plant.seconds += 1
        plant.add(kind, priority="high")
    plant.acknowledge(ring)
    plant.channel(Channel("env:ONE", on=ALL)).turn()
    kinds = [message[0][0] for message in plant.told]
    assert kinds == ["raised", "escalated", "cleared", "acknowledged"]
    assert (plant.sent[3]["events"][0]["by"], plant.sent[3]["events"][0]["comment"]) == ("ada", "on my way")
    for occasion, kind in (("escalation", "escalated"), ("return", "cleared")):
        plant.sent.clear()
        plant.channel(Channel(f"env:{kind.upper()}", on=frozenset({occasion}))).turn()
        assert [message[0][0] for message in plant.told] == [kind]


def test_an_alarm_below_the_floor_is_not_told_nor_its_return(plant: Plant) -> None:
    plant.add(RAISED, priority="low")
    plant.add(CLEARED)
    plant.channel(Channel("env:ONE", on=ALL)).turn()
    assert plant.sent == []


LATER = Channel("env:CHIEF", 1, timedelta(minutes=15), Priority.HIGH)


def test_a_high_alarm_goes_to_the_next_address_once_the_time_is_up(plant: Plant) -> None:
    plant.add(RAISED, priority="high")
    channel = plant.channel(LATER)
    plant.seconds = 15 * 60 - 1
    channel.turn()
    assert plant.sent == []
    plant.seconds += 1
    channel.turn()
    channel.turn()
    assert plant.told == [[("raised", KEY)]]
    assert plant.sent[0]["minutes"] == 15


def test_an_acknowledged_alarm_and_a_medium_one_go_no_further(plant: Plant) -> None:
    plant.acknowledge(plant.add(RAISED, priority="high"))
    plant.add(RAISED, "Bearing 2/limit/a")
    plant.seconds = 3600
    plant.channel(LATER).turn()
    assert plant.sent == []


def test_the_time_runs_from_the_ring_that_made_the_alarm_high(plant: Plant) -> None:
    plant.add(RAISED)
    plant.seconds = 1000
    plant.add(ESCALATED, priority="high")
    channel = plant.channel(LATER)
    plant.seconds += 899
    channel.turn()
    assert plant.sent == []
    plant.seconds += 1
    channel.turn()
    assert plant.told == [[("escalated", KEY)]]


# The settings.


def notify(tmp_path: Path, text: str) -> NotifySettings:
    file = tmp_path / "own.toml"
    file.write_text(f"[notify]\n{text}\n")
    return load_settings(file).notify


def test_levels_follow_the_list_and_a_list_in_it_is_told_together(tmp_path: Path) -> None:
    text = 'addresses = ["env:SHIFT", ["file:/a", "env:CHIEF"]]\nescalate_minutes = 20\non = "return"'
    found = [(one.reference, one.level, one.wait, one.floor) for one in channels_of(notify(tmp_path, text))]
    assert found == [
        ("env:SHIFT", 0, timedelta(0), Priority.MEDIUM),
        ("file:/a", 1, timedelta(minutes=20), Priority.HIGH),
        ("env:CHIEF", 1, timedelta(minutes=20), Priority.HIGH),
    ]


@pytest.mark.parametrize("key", ["addresses", "ping"])
@pytest.mark.parametrize("value", ["mailto://u:hunter2@mail.example", "env:", "file: ", "env:a b", "hunter2"])
def test_an_address_in_the_settings_is_refused_and_not_repeated(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        notify(tmp_path, f'{key} = "{value}"')
    assert "hunter2" not in str(caught.value)
    assert f"notify.{key}" in str(caught.value)


def test_settings_of_messages_change_no_result(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[notify]\naddresses = "env:SHIFT"\n')
    assert load_settings(file).fingerprint() == load_settings().fingerprint()
