"""The export: the newest state wins, events come in order and once, and nothing stale looks well."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.alarms.alarm import fold_alarms
from engine.alarms.notifications import failing_channels
from engine.assessment.live_record import LiveRecord
from engine.config.settings import SettingsError, load_settings
from engine.errors import StoreError, UnusableError
from engine.live.export import exporter as exporter_room
from engine.live.export.connection import ExportError, address_parts, topic_of
from engine.live.export.exporter import FAILING_AFTER, REFRESH_SECONDS, Exporter, exporters_of
from engine.live.export.machine_state import changes_in, will_of
from engine.operator import alarm_actions
from engine.operator.operator import Act, Operator
from engine.records.events import Event, EventKind, NewEvent
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from engine.system.addresses import direct_address
from tests.engine.handmade_events import CLEARED, RAISED
from tests.engine.rigs import WALL
from tests.mosquitto import PATIENCE, eventually
from tests.tui import synthetic

KEY = "Bearing 2/limit/a"


class Broker:
    """Takes what a connection publishes, unless it is away; `cut` breaks off after so many messages."""

    def __init__(self) -> None:
        self.away, self.cut = False, -1
        self.states: list[Mapping[str, Any]] = []
        self.taken: list[Mapping[str, Any]] = []
        self.left = 0

    def open(self) -> None:
        if self.away:
            raise ExportError("cannot be reached (test)")

    def state(self, state: Mapping[str, Any]) -> None:
        self.open()
        self.states.append(json.loads(json.dumps(state)))

    def events(self, events: Sequence[Mapping[str, Any]]) -> None:
        for event in events:
            if self.cut == 0:
                raise ExportError("the connection broke")
            self.cut -= 1
            self.taken.append(json.loads(json.dumps(event)))

    def idle(self, seconds: float) -> None:
        self.open()

    def drop(self) -> None:
        self.away = True

    def close(self) -> None:
        self.left += 1

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.taken]


class Machine:
    """A live record with a manual clock and a broker."""

    def __init__(self, state: Path) -> None:
        synthetic.fill(state, synthetic.BASELINE)
        self.state, self.seconds, self.broker = state, 0.0, Broker()
        self.store = Store.open(state)
        self.assessment = self.store.assessments()[-1]
        self.beat(Phase.WATCHING)

    def exporter(self) -> Exporter:
        record = LiveRecord(self.store, self.assessment, lambda: WALL + timedelta(seconds=self.seconds))
        return Exporter(
            record,
            lambda: self.broker,
            live_now=lambda: synthetic.at(30) + timedelta(seconds=self.seconds),
            steady=lambda: self.seconds,
        )

    def beat(self, phase: Phase, words: str = "") -> None:
        now = WALL + timedelta(seconds=self.seconds)
        self.store.beat(self.assessment, Heartbeat(now, 1, phase, 28, 28, words))

    def add(self, kind: EventKind, key: str = KEY, cause: str = "limit", priority: str = "medium") -> Event:
        detail: dict[str, object] = {}
        if kind is RAISED:
            detail = {"cause": cause, "priority": priority, "severity": 1.5}
        at = synthetic.at(30) + timedelta(seconds=self.seconds)
        component = key.split("/")[0] if key.startswith("Bearing") else ""
        self.store.add_event(
            self.assessment,
            NewEvent(kind, at, "component", component, key, detail=detail),
            WALL + timedelta(seconds=self.seconds),
        )
        return self.store.events(self.assessment)[-1]

    @property
    def last(self) -> Mapping[str, Any]:
        return self.broker.states[-1]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "state")


# States


def test_a_healthy_machine_has_a_severity_for_each_component_and_no_alarm(machine: Machine) -> None:
    machine.exporter().turn()
    assert (machine.last["state"], machine.last["priority"], machine.last["current"]) == (
        "normal",
        None,
        True,
    )
    assert list(machine.last["components"]) == list(synthetic.NAMES)
    assert all(0 < one["severity"] < 1 for one in machine.last["components"].values())
    assert machine.last["alarms"] == []


def test_an_alarm_stands_with_its_priority_and_its_acknowledgement(machine: Machine) -> None:
    exporter = machine.exporter()
    exporter.turn()
    ring = machine.add(RAISED)
    exporter.turn()
    assert (machine.last["state"], machine.last["priority"]) == ("alarm", "medium")
    (alarm,) = machine.last["alarms"]
    assert (alarm["component"], alarm["cause"], alarm["acknowledged"]) == ("Bearing 2", "limit", False)
    act = Act(Operator("ada"), "", synthetic.at(30), WALL)
    alarm_actions.acknowledge(machine.store, machine.assessment, ring, act, "on my way")
    exporter.turn()
    (alarm,) = machine.last["alarms"]
    assert (alarm["acknowledged"], alarm["acknowledged_by"]) == (True, "ada")
    machine.add(CLEARED)
    exporter.turn()
    assert (machine.last["state"], machine.last["alarms"]) == ("normal", [])
    assert machine.broker.kinds == ["raised", "acknowledged", "cleared"]


def test_an_alarm_comes_back_when_its_shelf_ends_without_an_event(machine: Machine) -> None:
    exporter = machine.exporter()
    exporter.turn()
    machine.add(RAISED)
    act = Act(Operator("ada"), "", synthetic.at(30), WALL)
    (alarm,) = fold_alarms(machine.store.events(machine.assessment), synthetic.at(30))
    minute = timedelta(minutes=1)
    alarm_actions.shelve(machine.store, machine.assessment, alarm, minute, "known", act, longest=minute)
    exporter.turn()
    assert (machine.last["state"], machine.last["priority"]) == ("normal", None)
    assert [one["state"] for one in machine.last["alarms"]] == ["shelved"]
    machine.seconds += 61
    machine.beat(Phase.WATCHING)
    exporter.turn()
    assert (machine.last["state"], machine.last["priority"]) == ("alarm", "medium")


def test_a_new_snapshot_is_in_the_next_state(machine: Machine) -> None:
    exporter = machine.exporter()
    exporter.turn()
    machine.store.append(machine.assessment, [synthetic.assessed(28)], WALL)
    now = WALL + timedelta(seconds=machine.seconds)
    machine.store.beat(machine.assessment, Heartbeat(now, 1, Phase.WATCHING, 29, 29, ""))
    exporter.turn()
    assert [state["time"] for state in machine.broker.states] == [
        synthetic.at(27).isoformat(),
        synthetic.at(28).isoformat(),
    ]


@pytest.mark.parametrize(
    ("phase", "word"),
    [
        (Phase.FAILED, "engine failed"),
        (Phase.PAUSED, "intake paused"),
        (Phase.NO_FOLDER, "folder missing"),
        (Phase.HOLDING, "holding recordings back"),
        (Phase.GATHERING, "learning"),
        (Phase.LEARNING, "learning"),
        (Phase.ENDED, "engine ended"),
    ],
)
def test_a_machine_that_nothing_judges_never_looks_healthy(machine: Machine, phase: Phase, word: str) -> None:
    machine.beat(phase, "why")
    machine.exporter().turn()
    assert (machine.last["state"], machine.last["current"], machine.last["message"]) == (word, False, "why")
    assert {one["severity"] for one in machine.last["components"].values()} == {None}


def test_a_hung_engine_and_missing_data_take_the_severities_away(machine: Machine) -> None:
    exporter = machine.exporter()
    machine.add(RAISED, "machine/no data/a", "no data")
    exporter.turn()
    assert (machine.last["state"], machine.last["priority"]) == ("no data", "medium")
    machine.seconds += 60
    exporter.turn()
    assert machine.last["state"] == "engine silent"
    assert {one["severity"] for one in machine.last["components"].values()} == {None}


def test_a_state_is_sent_on_change_and_again_before_it_grows_old(machine: Machine) -> None:
    exporter = machine.exporter()
    exporter.turn()
    machine.seconds += 3
    exporter.turn()
    confirmed = len(machine.broker.states)
    assert confirmed == 2, "sent again after the connection: a late will of the one before is replaced"
    machine.seconds += 3
    exporter.turn()
    assert len(machine.broker.states) == confirmed
    machine.seconds += REFRESH_SECONDS
    machine.beat(Phase.WATCHING)
    exporter.turn()
    assert len(machine.broker.states) == confirmed + 1
    assert machine.last["sent_at"] > machine.broker.states[0]["sent_at"]
    assert changes_in(machine.last) == changes_in(machine.broker.states[0])


def test_the_end_of_the_engine_is_the_last_state_before_the_leave(machine: Machine) -> None:
    exporter = machine.exporter()
    exporter.turn()
    exporter.turn(ending=True)
    exporter.close()
    assert (machine.last["state"], machine.last["current"], machine.broker.left) == ("engine ended", False, 1)
    machine.store = Store.open(machine.state)
    machine.beat(Phase.FAILED, "the disk is full")
    machine.exporter().turn(ending=True)
    assert machine.last["state"] == "engine failed"


def test_the_will_has_every_key_of_a_state_and_no_value(machine: Machine) -> None:
    machine.exporter().turn()
    assert will_of("m").keys() == machine.last.keys()
    assert (will_of("m")["state"], will_of("m")["current"]) == ("engine dead", False)


# Events


def test_events_come_in_order_and_once_over_restarts_and_absences(machine: Machine) -> None:
    machine.exporter().turn()
    first = [machine.add(RAISED), machine.add(CLEARED)]
    machine.exporter().turn()
    machine.broker.away = True
    away = machine.exporter()
    second = [machine.add(RAISED, "Bearing 3/limit/b")]
    away.turn()
    second.append(machine.add(CLEARED, "Bearing 3/limit/b"))
    machine.exporter().turn()
    machine.broker.away = False
    for _ in range(2):
        again = machine.exporter()
        again.turn()
        again.turn()
    assert [one["seq"] for one in machine.broker.taken] == [event.seq for event in first + second]
    assert {one["machine"] for one in machine.broker.taken} == {machine.assessment.machine}


def test_events_before_the_export_was_set_are_not_sent_but_their_alarms_stand(machine: Machine) -> None:
    machine.add(RAISED)
    exporter = machine.exporter()
    exporter.turn()
    assert machine.broker.taken == []
    assert machine.last["state"] == "alarm"


def test_a_break_within_events_loses_none(machine: Machine) -> None:
    exporter = machine.exporter()
    exporter.turn()
    events = [machine.add(kind, f"Bearing 2/limit/{n}") for n in range(5) for kind in (RAISED, CLEARED)]
    machine.broker.cut = 4
    exporter.turn()
    machine.broker.cut = -1
    exporter.turn()
    seqs = [one["seq"] for one in machine.broker.taken]
    assert list(dict.fromkeys(seqs)) == [event.seq for event in events]


def test_a_broker_that_stays_away_is_a_failing_channel_until_it_is_back(machine: Machine) -> None:
    machine.broker.away = True
    exporter = machine.exporter()
    waits = [exporter.turn() for _ in range(FAILING_AFTER + 6)]
    assert waits == sorted(waits)
    assert waits[-1] == 60.0
    failing = failing_channels(machine.store.events(machine.assessment))
    assert failing == {
        "mqtt export": "mqtt export: the broker cannot be reached (test); it is tried again, and the store"
        " keeps events"
    }
    machine.broker.away = False
    exporter.turn()
    assert failing_channels(machine.store.events(machine.assessment)) == {}


# The thread


def test_the_thread_publishes_until_it_is_stopped_and_takes_leave(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter_room, "LOOK_SECONDS", 0.01)
    exporter = machine.exporter()
    exporter.start()
    eventually(lambda: machine.broker.states)
    exporter.stop(PATIENCE)
    assert (machine.last["state"], machine.broker.left, exporter.trouble) == ("engine ended", 1, "")


def test_a_store_that_cannot_be_read_for_long_brings_the_last_will(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter_room, "LOOK_SECONDS", 0.01)
    exporter = machine.exporter()
    exporter.turn()

    def refuse(*_given: object, **_named: object) -> None:
        raise StoreError("the store is locked")

    assert exporter._store is not None
    monkeypatch.setattr(exporter._store, "events", refuse)
    exporter.start()
    eventually(lambda: machine.broker.away)
    assert "the store is locked" in exporter.trouble
    exporter.stop(PATIENCE)


# Settings


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("http://broker", "must be like"),
        ("mqtt://me:secret@broker", "must hold no password"),
        ("mqtt://broker/plant/+", r"no \+ and no #"),
        ("env:9", "names no variable"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings(None, None, {"export.mqtt": value})
    assert "secret" not in str(caught.value)


def test_the_export_is_off_by_default_and_changes_no_result(machine: Machine) -> None:
    plain = load_settings(None, None, {})
    exported = load_settings(None, None, {"export.mqtt": "mqtt://broker"})
    record = LiveRecord(machine.store, machine.assessment, lambda: WALL)
    assert exporters_of(record, plain, live_now=lambda: WALL) == ()
    assert len(exporters_of(record, exported, live_now=lambda: WALL)) == 1
    assert plain.fingerprint() == exported.fingerprint()


def test_an_address_can_stand_in_a_private_file(tmp_path: Path) -> None:
    secret = tmp_path / "broker"
    secret.write_text("mqtts://me:s%40fe@broker/plant/north/\n")
    secret.chmod(0o600)
    parts = address_parts(direct_address(f"file:{secret}"))
    assert (parts.host, parts.port, parts.topic, parts.tls) == ("broker", 8883, "plant/north", True)
    assert (parts.user, parts.password) == ("me", "s@fe")
    assert replace(address_parts("mqtt://broker"), host="") == replace(address_parts("mqtt://b"), host="")
    with pytest.raises(UnusableError, match="not like"):
        address_parts("mqtt://me:secret@/x")


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("Pump 1", "raceway/Pump 1"),
        ("a/b", "raceway/a%2Fb"),
        ("50 % +#", "raceway/50 %25 %2B%23"),
        ("$x", "raceway/%24x"),
        ("Lüfter", "raceway/L%C3%BCfter"),
    ],
)
def test_every_name_is_one_level_of_a_topic(name: str, topic: str) -> None:
    assert topic_of("raceway", name) == topic
