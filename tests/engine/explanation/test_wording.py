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


def test_an_alarm_without_a_channel_has_its_cause_alone() -> None:
    assert reasons(alarm_of(cause="no data")) == ("no data",)


def test_times_within_a_sentence_have_no_double_blank() -> None:
    alarm = alarm_of(cause="limit")
    for text in since_texts(alarm, lambda at: padded(at.replace(day=9))):
        assert "  " not in text
        assert "since 9 " in text
