"""The evidence of an alarm in words, each with its time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.alarms.alarm import Alarm, fold_alarms
from engine.clock import END_OF_TIME
from engine.explanation.story.evidence import evidence_texts
from engine.records.events import Event, EventKind

AT = datetime(2004, 2, 16, 3, 12, tzinfo=UTC)
KEY = "Bearing 1/limit/78"


def ring(seq: int, hours: int, kind: EventKind = EventKind.RAISED, **detail: Any) -> Event:
    when = AT + timedelta(hours=hours)
    facts = {"priority": "medium", "cause": "limit"} | detail
    return Event(seq, kind, when, when, "component", "Bearing 1", KEY, None, "", facts)


def texts(*events: Event) -> list[str]:
    alarm: Alarm = fold_alarms(events, END_OF_TIME)[0]
    return list(evidence_texts(events, alarm, lambda at: f"{at:%d %b %H:%M}"))


def test_the_latest_ring_tells_error_limit_and_bands() -> None:
    told = texts(
        ring(1, 0),
        ring(
            2,
            4,
            EventKind.ESCALATED,
            error=5.85,
            limit=1.26,
            share=0.8,
            bands=[[3800.0, 4300.0, 0.4], [float("nan"), 1.0, 0.1]],
        ),
    )
    assert told[0] == "at 16 Feb 07:12: error 5.85, its limit 1.26, 80 % of the machine's error"
    assert told[1] == "bands 3.80–4.30 kHz 40 %"


def test_the_fault_lines_stand_beside_the_time_of_their_snapshot() -> None:
    lines = [{"order": 1, "sideband": 0, "found_at": 236.0, "expected": 235.9, "times_baseline": 33.8}]
    first = ring(1, 0, surface="outer race", lines=lines, channel=1)
    told = texts(first, ring(2, 4, EventKind.ESCALATED))
    named = [one for one in told if "outer race" in one]
    assert all(one.startswith("at 16 Feb 03:12: outer race, channel 1: 236.0 Hz") for one in named)


def test_numbers_that_are_none_are_left_out() -> None:
    assert texts(replace(ring(1, 0), detail={"priority": "medium", "cause": "limit", "error": "?"})) == []
