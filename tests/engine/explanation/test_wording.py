"""Alarms in a few words: which sensor is dead, and times without blanks that only a table needs."""

from datetime import datetime

import pytest

from engine.explanation.wording import cause_words, reason, reasons, since_texts
from tests.engine.explanation.situations import alarm_of


def padded(at: datetime) -> str:
    return f"{at.day:2d} {at:%b %H:%M}"


@pytest.mark.parametrize("cause", ["sensor dead", "sensor clipped"])
def test_an_alarm_of_a_channel_names_it_in_all_but_the_shortest_words(cause: str) -> None:
    alarm = alarm_of(cause=cause, detail={"channel": 8})
    assert reason(alarm) == cause_words(alarm) == f"{cause}, channel 8"
    assert reasons(alarm) == (f"{cause}, channel 8", f"{cause}, ch 8", cause)


def test_an_alarm_of_a_channel_names_its_sensor_and_the_fault_of_it() -> None:
    named = alarm_of(cause="sensor dead", detail={"channel": 4, "sensor": "Pressure"})
    assert cause_words(named) == "sensor dead, Pressure"
    assert reasons(named) == ("sensor dead, Pressure", "sensor dead, Pressure", "sensor dead")
    weak = alarm_of(cause="sensor dead", detail={"channel": 2, "message": "it comes and goes"})
    assert cause_words(weak) == "sensor dead, channel 2: it comes and goes"
    assert reasons(weak)[:2] == ("channel 2: it comes and goes", "sensor dead, channel 2")
    beside = alarm_of(cause="sensor dead", detail={"message": "Temp is stuck at 55 °C"})
    assert cause_words(beside) == "sensor dead: Temp is stuck at 55 °C"
    assert reasons(beside) == ("Temp is stuck at 55 °C", "sensor dead")


def test_an_alarm_without_a_channel_has_its_cause_alone() -> None:
    assert reasons(alarm_of(cause="no data")) == ("no data",)


def test_times_within_a_sentence_have_no_double_blank() -> None:
    alarm = alarm_of(cause="limit")
    for text in since_texts(alarm, lambda at: padded(at.replace(day=9))):
        assert "  " not in text
        assert "since 9 " in text
