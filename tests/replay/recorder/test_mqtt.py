"""Recordings from a real broker: acknowledged when the file stands, kept by the broker until then."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replay.recorder.mqtt import subscriber
from replay.recorder.mqtt.payload import PayloadError
from replay.recorder.mqtt.subscriber import Subscriber, broker_of
from replay.recording import RecordingFormat
from tests.mosquitto import PATIENCE, Broker, broker_in, eventually

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
FORM = RecordingFormat(
    machine="plant", sample_rate=4.0, rows=2, columns=2, time_pattern="%Y%m%dT%H%M%S.csv", separator=","
)


def payload(second: int, *, value: int = 1) -> bytes:
    return json.dumps({"time": f"2026-01-05T03:00:{second:02}Z", "rows": [[value, 2], [3, 4]]}).encode()


def name(second: int) -> str:
    return f"20260105T0300{second:02}.csv"


def listener(port: int, into: Path, said: list[str]) -> Subscriber:
    return Subscriber(broker_of(f"mqtt://127.0.0.1:{port}/plant/+/raw"), into, FORM, said.append)


# Without a broker


def test_message_is_written_once_and_another_of_its_time_beside_it(tmp_path: Path) -> None:
    one = listener(1, tmp_path, [])
    for value in (1, 1, 2, 2):
        one.write("plant/pump/raw", payload(0, value=value), NOW)
    assert (tmp_path / "pump" / name(0)).read_text() == "1,2\n3,4\n"
    assert (tmp_path / "pump" / name(1)).read_text() == "2,2\n3,4\n"
    assert (one.counts.written, one.counts.repeated) == (2, 2)
    with pytest.raises(PayloadError, match="another recording of its time is there already"):
        one.write("plant/pump/raw", payload(0, value=3), NOW)
    assert sorted(path.name for path in (tmp_path / "pump").iterdir()) == [name(0), name(1)]


def test_message_without_a_time_has_that_of_its_arrival(tmp_path: Path) -> None:
    listener(1, tmp_path, []).write("plant/pump/raw", b'{"rows": [[1, 2], [3, 4]]}', NOW)
    assert (tmp_path / "pump" / name(0)).exists()


# With a broker


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    monkeypatch.setattr(subscriber, "FIRST_WAIT", 0.1)
    monkeypatch.setattr(subscriber, "LONGEST_WAIT", 0.2)
    made = broker_in(tmp_path_factory.mktemp("broker"))
    made.start()
    yield made
    made.stop()


@contextmanager
def listening(one: Subscriber, said: list[str]) -> Iterator[None]:
    stop, before = threading.Event(), len(said)
    thread = threading.Thread(target=one.run, args=(stop,))
    thread.start()
    try:
        eventually(lambda: any("listens to" in line for line in said[before:]))
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def test_messages_of_many_machines_become_files_and_bad_ones_are_refused(
    broker: Broker, tmp_path: Path
) -> None:
    said: list[str] = []
    one = listener(broker.port, tmp_path, said)
    with listening(one, said):
        broker.publish(
            ("plant/pump/raw", payload(2)),
            ("plant/fan/raw", payload(0)),
            ("plant/pump/raw", payload(0)[:-5]),
            ("plant/pump/raw", payload(2)),
            ("plant/pump/raw", payload(1)),
            ("plant/pump/other", payload(5)),
        )
        eventually(lambda: one.counts.written == 3 and one.counts.refused == one.counts.repeated == 1)
    assert sorted(path.name for path in (tmp_path / "pump").iterdir()) == [name(1), name(2)]
    assert [path.name for path in (tmp_path / "fan").iterdir()] == [name(0)]
    assert any("plant/pump/raw: a message was refused: it is neither JSON" in line for line in said)
    assert one.counts.sentence() == "3 recordings were written, 1 came twice, 1 messages were refused"


def test_broker_keeps_what_comes_while_nobody_listens(broker: Broker, tmp_path: Path) -> None:
    said: list[str] = []
    with listening(listener(broker.port, tmp_path, said), said):
        pass
    broker.publish(("plant/pump/raw", payload(0)), ("plant/pump/raw", payload(1)))
    again = listener(broker.port, tmp_path, said)
    with listening(again, said):
        eventually(lambda: again.counts.written == 2)


def test_message_that_cannot_be_written_is_written_when_there_is_room_again(
    broker: Broker, tmp_path: Path
) -> None:
    said: list[str] = []
    one = listener(broker.port, tmp_path, said)
    # In place of the folder of the machine.
    (tmp_path / "pump").touch()
    with listening(one, said):
        broker.publish(("plant/pump/raw", payload(0)))
        eventually(lambda: any("a recording cannot be written" in line for line in said))
        assert one.counts.written == 0
        (tmp_path / "pump").unlink()
        eventually(lambda: one.counts.written == 1)
    assert (tmp_path / "pump" / name(0)).exists()


def test_listener_comes_back_after_a_restart_of_the_broker(broker: Broker, tmp_path: Path) -> None:
    said: list[str] = []
    one = listener(broker.port, tmp_path, said)
    with listening(one, said):
        broker.stop()
        eventually(lambda: any("it is tried again" in line for line in said))
        count = len(said)
        broker.start()
        eventually(lambda: any("listens to" in line for line in said[count:]))
        broker.publish(("plant/pump/raw", payload(0)))
        eventually(lambda: one.counts.written == 1)


def test_message_whose_acknowledgement_was_lost_comes_again_and_is_written_once(
    broker: Broker, tmp_path: Path
) -> None:
    said: list[str] = []

    class Killed(Subscriber):
        """Ends between a file and its acknowledgement, the first time."""

        ends = 1

        def write(self, topic: str, content: bytes, now: datetime) -> None:
            super().write(topic, content, now)
            if self.ends:
                self.ends -= 1
                raise RuntimeError("killed")

    one = Killed(broker_of(f"mqtt://127.0.0.1:{broker.port}/plant/+/raw"), tmp_path, FORM, said.append)
    with listening(one, said):
        broker.publish(("plant/pump/raw", payload(0)), ("plant/pump/raw", payload(1)))
        eventually(lambda: one.counts.written == 2 and one.counts.repeated == 1)
    assert sorted(path.name for path in (tmp_path / "pump").iterdir()) == [name(0), name(1)]


def test_messages_in_any_order_and_twice_are_the_same_files(broker: Broker, tmp_path: Path) -> None:
    said: list[str] = []
    one = listener(broker.port, tmp_path, said)
    seconds = [7, 3, 9, 0, 3, 5, 7, 1, 0]
    with listening(one, said):
        broker.publish(*(("plant/pump/raw", payload(2 * second)) for second in seconds))
        eventually(lambda: one.counts.written + one.counts.repeated == len(seconds))
    assert one.counts.repeated == len(seconds) - len(set(seconds))
    made = sorted(path.name for path in (tmp_path / "pump").iterdir())
    assert made == [name(2 * second) for second in sorted(set(seconds))]


POISON = (
    ("plant/pump/raw", b'{"scale": 1' + b"0" * 400 + b', "rows": [[1, 2], [3, 4]]}'),
    ("plant/pump/raw", b'{"scale": 1e308, "rows": [[1e9, 2], [3, 4]]}'),
    ("plant/pump/raw", b'{"rows": [[1, NaN], [3, 4]]}'),
    ("plant/pump/raw", b'{"rows": [[1, 2, 3], [3, 4, 5]]}'),
    ("plant/pump/raw", b'{"type": "float32", "columns": 2}\n' + bytes(15)),
    ("plant/pump/raw", b'{"type": "int16", "columns": 2, "rows": 2}\n' + bytes(16)),
    ("plant/pump/raw", b'{"time": 1' + b"0" * 400 + b', "rows": [[1, 2], [3, 4]]}'),
    ("plant/" + 90 * "\N{FIRE}" + "/raw", payload(0)),
)


def test_bad_message_is_told_with_topic_reason_and_advice_and_holds_up_no_other(
    broker: Broker, tmp_path: Path
) -> None:
    said: list[str] = []
    one = listener(broker.port, tmp_path, said)
    with listening(one, said):
        broker.publish(*POISON, ("plant/pump/raw", payload(0)))
        eventually(lambda: one.counts.written == 1)
    told = [line for line in said if "a message was refused: " in line]
    assert len(told) == len(POISON) == one.counts.refused
    for (topic, _), line in zip(POISON, told, strict=True):
        assert line.startswith(f"{topic}: a message was refused: ")
        assert line.endswith("; it does not come again: mend its sender, or the settings")
    assert not any("it is tried again" in line for line in said)
    # Nothing of it comes again.
    again = listener(broker.port, tmp_path, said)
    with listening(again, said):
        broker.publish(("plant/pump/raw", payload(2)))
        eventually(lambda: again.counts.written == 1)
    assert again.counts.refused == 0


def test_message_that_fails_in_an_unknown_way_is_refused_the_second_time(
    broker: Broker, tmp_path: Path
) -> None:
    said: list[str] = []

    class Broken(Subscriber):
        def write(self, topic: str, content: bytes, now: datetime) -> None:
            if b"00:00Z" in content:
                raise RuntimeError("a defect")
            super().write(topic, content, now)

    one = Broken(broker_of(f"mqtt://127.0.0.1:{broker.port}/plant/+/raw"), tmp_path, FORM, said.append)
    with listening(one, said):
        broker.publish(("plant/pump/raw", payload(0)), ("plant/pump/raw", payload(1)))
        eventually(lambda: one.counts.written == 1 and one.counts.refused == 1)
    assert any("RuntimeError: a defect); report this; it is tried again" in line for line in said)


def test_folder_of_a_machine_that_is_removed_meanwhile_is_made_again(broker: Broker, tmp_path: Path) -> None:
    said: list[str] = []
    one = listener(broker.port, tmp_path, said)
    with listening(one, said):
        broker.publish(("plant/pump/raw", payload(0)))
        eventually(lambda: one.counts.written == 1)
        shutil.rmtree(tmp_path / "pump")
        broker.publish(("plant/pump/raw", payload(0)))
        eventually(lambda: one.counts.written == 2)
    assert [path.name for path in (tmp_path / "pump").iterdir()] == [name(0)]
