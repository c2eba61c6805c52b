"""Rows of slow sensors from MQTT messages: each once, in a text a day, readable as rows."""

import errno
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from replay.recorder.mqtt.payload import PayloadError
from replay.recorder.mqtt.row_log import RowLog
from replay.recorder.mqtt.subscriber import Subscriber, broker_of
from replay.recording import RecordingFormat
from replay.run import open_run

START = datetime(2026, 1, 5, 23, 59, 0, tzinfo=UTC)
FORM = RecordingFormat(
    machine="pump", sample_rate=1.0, rows=2, columns=2, names=("Flow", "Temp"), separator="auto",
    time="column", cut=True, overlap=0.5, table=True,
)  # fmt: skip


def payload(second: int, flow: object = 12.5, temp: object = 40) -> bytes:
    at = (START + timedelta(seconds=second)).isoformat()
    return json.dumps({"time": at, "values": {"Temp": temp, "Flow": flow, "Other": 1}}).encode()


def listener(into: Path) -> Subscriber:
    return Subscriber(broker_of("mqtt://127.0.0.1:1/plant/+/rows"), into, FORM, lambda _: None)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_rows_are_written_once_and_a_day_has_a_text(tmp_path: Path) -> None:
    one = listener(tmp_path)
    for second in (0, 30, 30, 0, 60, 90):
        one.write("plant/pump/rows", payload(second), START)
    first, next_day = tmp_path / "pump/rows-2026-01-05.csv", tmp_path / "pump/rows-2026-01-06.csv"
    assert lines(first)[:2] == ["time;Flow;Temp", "2026-01-05T23:59:00+00:00;12.5;40"]
    assert (len(lines(first)), len(lines(next_day))) == (3, 3)
    assert (one.counts.written, one.counts.repeated) == (4, 2)
    run = open_run(tmp_path / "pump", FORM)
    assert [entry.time for entry in run.entries] == [START + timedelta(seconds=one) for one in (30, 60, 90)]
    assert not run.rejected


def test_a_recorder_that_starts_again_repeats_nothing_and_cuts_a_torn_row(tmp_path: Path) -> None:
    listener(tmp_path).write("plant/pump/rows", payload(0), START)
    path = tmp_path / "pump/rows-2026-01-05.csv"
    whole = path.read_bytes()
    path.write_bytes(whole + b"2026-01-05T23:59:30+00:00;12")
    again = listener(tmp_path)
    again.write("plant/pump/rows", payload(0), START)
    assert (path.read_bytes(), again.counts.repeated) == (whole, 1)
    again.write("plant/pump/rows", payload(30), START)
    assert lines(path)[-1] == "2026-01-05T23:59:30+00:00;12.5;40"


def test_values_beside_the_time_and_lists_of_rows_are_read(tmp_path: Path) -> None:
    one = listener(tmp_path)
    rows = [{"time": START.timestamp() + second, "Flow": second, "Temp": None} for second in range(3)]
    one.write("plant/a/rows", json.dumps(rows).encode(), START)
    assert [line.split(";")[1:] for line in lines(tmp_path / "a/rows-2026-01-05.csv")[1:]] == [
        ["0", ""], ["1", ""], ["2", ""],
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["12,5", True, float("nan"), float("inf"), 1e39, [1]])
def test_a_value_that_is_no_number_leaves_its_cell_empty(tmp_path: Path, value: object) -> None:
    listener(tmp_path).write("plant/a/rows", payload(0, flow=value), START)
    assert lines(tmp_path / "a/rows-2026-01-05.csv")[1].endswith(";;40")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"12.5", "not an object"),
        (b"{", "not JSON"),
        (b'{"time": "soon", "Flow": 1}', "cannot be read"),
        (b'{"time": 1767657540, "Other": 1}', "none of the channels"),
        (b'{"values": [1, 2]}', "none of the channels"),
    ],
)
def test_a_payload_without_rows_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(PayloadError, match=reason):
        listener(tmp_path).write("plant/a/rows", content, START)


def test_a_row_without_a_time_takes_that_of_its_arrival(tmp_path: Path) -> None:
    listener(tmp_path).write("plant/a/rows", b'{"Flow": 1}', START)
    assert lines(tmp_path / "a/rows-2026-01-05.csv")[1] == "2026-01-05T23:59:00+00:00;1;"


def test_half_a_row_that_a_full_disk_left_is_cut_off_before_the_row_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = listener(tmp_path)
    one.write("plant/pump/rows", payload(0), START)

    def torn(_log: RowLog, path: Path, lines: list[str]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(lines)[:-4])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(RowLog, "_write", torn)
        with pytest.raises(OSError, match="No space left"):
            one.write("plant/pump/rows", payload(30), START)
    one.write("plant/pump/rows", payload(30), START)
    assert lines(tmp_path / "pump/rows-2026-01-05.csv") == [
        "time;Flow;Temp",
        "2026-01-05T23:59:00+00:00;12.5;40",
        "2026-01-05T23:59:30+00:00;12.5;40",
    ]
