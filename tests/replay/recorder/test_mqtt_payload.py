"""A payload is a whole recording, as JSON or raw numbers, or it is refused with a reason."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from replay.recorder.mqtt.payload import PayloadError, decode, text_of
from replay.recorder.mqtt.subscriber import Broker, broker_of, machine_of
from replay.recorder.rows import StreamError

AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def raw(values: np.ndarray, **head: object) -> bytes:
    return json.dumps(head).encode() + b"\n" + values.tobytes()


@pytest.mark.parametrize(
    "content",
    [
        b'{"time": "2026-01-05T03:00:00Z", "rows": [[1, 2], [3, 4], [5, 6]]}',
        b'{"time": "2026-01-05T04:00:00+01:00",\n "channels": [[1, 3, 5], [2, 4, 6]]}',
        b'{"time": 1767582000, "channels": {"a": [1, 3, 5], "b": [2, 4, 6]}}',
        raw(np.array([[1, 2], [3, 4], [5, 6]], "<i2"), time="2026-01-05T03:00:00", type="int16", columns=2),
        raw(np.array([[10, 20], [30, 40], [50, 60]], "<i2"), time=1767582000, type="int16", scale=0.1),
        raw(np.array([[1, 2], [3, 4], [5, 6]], "<f4"), time="2026-01-05T03:00:00Z", type="float32"),
    ],
)
def test_recording_is_read_from_each_kind_of_payload(content: bytes) -> None:
    payload = decode(content, 3, 2)
    assert payload.time == AT
    assert payload.values.tolist() == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither JSON nor raw"),
        (b"\xff\xfe\x00", "neither JSON nor raw"),
        (b"[1, 2]", "neither JSON nor raw"),
        (b'{"rows": [[1, 2], [3, 4]', "neither JSON nor raw"),
        (b'{"rows": [[1, 2], [3, 4]]}', "holds 2 rows of 2 numbers, not 3 of 2"),
        (b'{"rows": [[1], [3], [4]]}', "holds 3 rows of 1 numbers"),
        (b'{"rows": [[1, 2], [3], [4, 5]]}', "lists differ in length"),
        (b'{"rows": [[1, 2], [3, "4"], [4, 5]]}', "not a number"),
        (b'{"rows": [[1, 2], [3, true], [4, 5]]}', "not a number"),
        (b'{"rows": [[1, 2], [3, NaN], [4, 5]]}', "not finite"),
        (b'{"rows": [[1, 2], [3, 1' + b"0" * 400 + b"], [4, 5]]}", "hundreds of digits"),
        (b'{"rows": 3}', "neither"),
        (b'{"rows": []}', "differ in length"),
        (b'{"time": "soon", "rows": [[1, 2], [3, 4], [5, 6]]}', "time cannot be read"),
        (b'{"time": true, "rows": [[1, 2], [3, 4], [5, 6]]}', "seconds since 1970"),
        (b'{"time": 1e300, "rows": [[1, 2], [3, 4], [5, 6]]}', "time cannot be read"),
        (b'{"time": 0, "rows": [[1, 2], [3, 4], [5, 6]]}', "outside 1980"),
        (b'{"scale": "x", "rows": [[1, 2], [3, 4], [5, 6]]}', "scale"),
        (raw(np.zeros((3, 2), "<f4"), type="float16"), "type is none of"),
        (raw(np.zeros((3, 2), "<f4"), type="float32", columns=3), "states 3 columns"),
        (raw(np.zeros((3, 2), "<f4"), type="float32")[:-3], "ends within a row"),
        (raw(np.zeros((2, 2), "<f4"), type="float32"), "holds 2 rows"),
        (raw(np.full((3, 2), np.inf, "<f4"), type="float32"), "not finite"),
    ],
)
def test_payload_that_is_no_whole_recording_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        decode(content, 3, 2)


@pytest.mark.parametrize(
    "whole",
    [
        b'{"time": "2026-01-05T03:00:00Z", "rows": [[1, 2], [3, 4], [5, 6]]}',
        raw(np.array([[1, 2], [3, 4], [5, 6]], "<i2"), time=1767582000, type="int16", columns=2),
        raw(np.array([[1, 2], [3, 4], [5, 6]], "<f4"), type="float32"),
    ],
)
def test_a_payload_that_is_cut_anywhere_is_refused(whole: bytes) -> None:
    assert decode(whole, 3, 2).values.tolist() == [[1, 2], [3, 4], [5, 6]]
    for end in range(len(whole)):
        with pytest.raises(PayloadError):
            decode(whole[:end], 3, 2)


@given(st.binary(max_size=200))
def test_no_payload_ends_in_another_error(content: bytes) -> None:
    with suppress(PayloadError):
        decode(content, 3, 2)


@given(arrays("<f4", (3, 2), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_numbers_read_back_from_the_text_as_they_were_sent(values: np.ndarray) -> None:
    text = text_of(decode(raw(values, type="float32"), 3, 2).values, ",")
    again = np.array([line.split(",") for line in text.decode().splitlines()]).astype("<f4")
    assert again.tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("pattern", "topic", "machine"),
    [
        ("plant/+/vibration", "plant/pump 1/vibration", "pump 1"),
        ("+/+/raw", "hall 2/fan/raw", "hall 2-fan"),
        ("plant/pump", "plant/pump", ""),
        ("plant/#", "plant/pump/x", ""),
    ],
)
def test_plus_in_the_topic_names_the_machine(pattern: str, topic: str, machine: str) -> None:
    assert machine_of(pattern, topic) == machine


@pytest.mark.parametrize("level", ["", ".", "..", ".hidden", "a\x07b", "x" * 101])
def test_level_that_is_no_folder_is_refused(level: str) -> None:
    with pytest.raises(PayloadError, match="names no machine"):
        machine_of("plant/+/raw", f"plant/{level}/raw")


def test_address_gives_broker_user_and_topic() -> None:
    assert broker_of("mqtt://broker/plant/+/raw") == Broker("broker", 1883, "plant/+/raw")
    secure = broker_of("mqtts://ada:p%40ss@[::1]:99/plant/%23")
    assert secure == Broker("::1", 99, "plant/#", True, "ada", "p@ss")
    for words in ("mqtt://broker", "mqtt://broker/", "mqtt:///topic", "mqtt://broker:x/topic"):
        with pytest.raises(StreamError, match="names no broker and topics"):
            broker_of(words)
