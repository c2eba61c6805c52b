"""The export with a real broker: retained states, the last will, restarts."""

import json
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from engine.config.sections.extras import ExportSettings
from engine.live.export.connection import ExportError, MqttConnection, address_parts
from engine.store.store import Patience
from tests.engine.rigs import SMALL_COUNT, Facts
from tests.engine.watched_plant import Plant
from tests.mosquitto import Broker, broker_in, eventually


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = broker_in(tmp_path_factory.mktemp("broker"))
    made.start()
    yield made
    made.stop()


class Reader:
    """A client of the plant that keeps the messages of a machine."""

    def __init__(self, broker: Broker, machine: str) -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        self.states: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", broker.port)
        self._client.subscribe(f"raceway/{machine}/#", qos=1)
        self._client.loop_start()
        assert self._ready.wait(10)

    def _take(self, _client: Any, _data: Any, message: Any) -> None:
        kept = self.states if message.topic.endswith("/state") else self.events
        kept.append(json.loads(message.payload))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def connection(broker: Broker, machine: str) -> MqttConnection:
    return MqttConnection(address_parts(f"mqtt://127.0.0.1:{broker.port}"), machine)


def test_a_reader_that_comes_later_gets_the_retained_state_and_events_come_in_order(broker: Broker) -> None:
    one = connection(broker, "pump")
    one.open()
    early = Reader(broker, "pump")
    one.state({"state": "normal"})
    one.state({"state": "alarm"})
    one.events([{"seq": seq} for seq in range(50)])
    eventually(lambda: len(early.events) == 50 and len(early.states) == 2)
    assert [event["seq"] for event in early.events] == list(range(50))
    late = Reader(broker, "pump")
    eventually(lambda: late.states)
    assert (late.states, late.events) == ([{"state": "alarm"}], [])
    one.close()
    early.close()
    late.close()


def test_numbers_that_are_not_finite_are_null_for_every_reader(broker: Broker) -> None:
    one = connection(broker, "stopped")
    one.open()
    reader = Reader(broker, "stopped")
    odd = {"severity": float("nan"), "parts": [{"limit": float("inf")}, (1.5, float("-inf"))]}
    one.state(odd)
    eventually(lambda: bool(reader.states))
    assert reader.states[-1] == {"severity": None, "parts": [{"limit": None}, [1.5, None]]}
    reader.close()
    one.close()


def test_the_last_will_replaces_the_state_of_an_engine_that_is_gone_and_not_after_a_leave(
    broker: Broker,
) -> None:
    one = connection(broker, "fan")
    one.open()
    one.state({"state": "normal"})
    reader = Reader(broker, "fan")
    one.drop()
    eventually(lambda: reader.states and reader.states[-1]["state"] == "engine dead")
    again = connection(broker, "fan")
    again.open()
    again.state({"state": "normal"})
    again.state({"state": "engine ended"})
    again.close()
    eventually(lambda: reader.states[-1]["state"] == "engine ended")
    late = Reader(broker, "fan")
    eventually(lambda: late.states)
    assert late.states == [{"state": "engine ended"}]
    reader.close()
    late.close()


def test_a_broker_that_restarts_breaks_the_connection_and_takes_the_next_one(broker: Broker) -> None:
    one = connection(broker, "mill")
    one.open()
    broker.stop()
    with pytest.raises(ExportError):
        one.state({"state": "normal"})
    with pytest.raises(ExportError, match="cannot be reached"):
        connection(broker, "mill").open()
    broker.start()
    next_one = connection(broker, "mill")
    next_one.open()
    next_one.state({"state": "normal"})
    next_one.idle(0.01)
    next_one.close()
    with pytest.raises(ExportError, match="closed"):
        next_one.state({"state": "normal"})


def test_paho_that_is_not_installed_is_one_sentence(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(ExportError, match=r"pip install 'raceway\[mqtt\]'"):
        connection(broker, "pump").open()


def exported(plant: Plant, port: int) -> None:
    """Let the engine publish to a port of this computer."""
    table = ExportSettings(mqtt=f"mqtt://127.0.0.1:{port}", opcua="opc.tcp://127.0.0.1:4840/raceway")
    plant.settings = plant.settings.model_copy(update={"export": table})
    # The export writes its cursor on a thread of its own.
    plant.patience = Patience()


def test_an_engine_publishes_its_alarms_and_its_end(broker: Broker, plant: Plant, batch: Facts) -> None:
    exported(plant, broker.port)
    reader = Reader(broker, "small rig")
    plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    eventually(lambda: reader.states and reader.states[-1]["state"] == "engine ended")
    reader.close()
    last = reader.states[-1]
    assert (last["priority"], last["current"]) == ("high", False)
    assert [alarm["component"] for alarm in last["alarms"] if alarm["cause"] == "limit"] == ["Right"]
    seqs = [event["seq"] for event in reader.events]
    assert seqs == sorted(set(seqs))
    assert [event["kind"] for event in reader.events if event["kind"] in ("raised", "engine finished")][
        -1
    ] == "engine finished"
    assert plant.facts()["scores"] == batch["scores"]


def test_a_broker_that_is_away_changes_no_score(plant: Plant, batch: Facts) -> None:
    exported(plant, 1)
    plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    assert plant.facts()["scores"] == batch["scores"]
    assert len(plant.facts()["snapshots"]) == SMALL_COUNT
