"""The events of an alarm in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.explanation.story.events import event_text
from engine.records.events import Event, EventKind

AT = datetime(2004, 2, 16, 3, 12, tzinfo=UTC)
OPERATOR = {"by": "kim", "from": "pump-room"}


def event(kind: EventKind, **detail: Any) -> Event:
    return Event(7, kind, AT, AT, "component", "Bearing 2", "component/Bearing 2/limit/1", None, "", detail)


@pytest.mark.parametrize(
    ("kind", "detail", "words"),
    [
        (
            EventKind.RAISED,
            {"priority": "low", "cause": "limit", "severity": 1.279, "snapshot": "a.csv"},
            "raised, low, severity 1.27, a.csv",
        ),
        (EventKind.RAISED, {"priority": "low", "cause": "no data", "severity": float("nan")}, "raised, low"),
        (
            EventKind.ESCALATED,
            {
                "priority": "medium",
                "cause": "limit",
                "severity": 2.99,
                "beside": "Bearing 1",
                "beside_severity": 5.9,
                "promoted": "severity at least 0.5 times that of Bearing 1",
            },
            "escalated, medium, severity 2.99, now more than half as bad as Bearing 1 (2.99 against 5.90)",
        ),
        (EventKind.CLEARED, {}, "returned"),
        (EventKind.CLEARED, {"overtaken": True}, "overtaken by an alarm"),
        (EventKind.ACKNOWLEDGED, OPERATOR, "acknowledged by kim from pump-room"),
        (EventKind.ACKNOWLEDGED, {"by": "kim", "comment": "on it"}, "acknowledged by kim: on it"),
        (EventKind.NOTED, {"by": "kim", "text": "noisy"}, "noted by kim"),
        (EventKind.SHELVED, {"by": "kim", "reason": "wash"}, "shelved by kim: wash"),
        (EventKind.UNSHELVED, {"by": "kim"}, "unshelved by kim"),
    ],
)
def test_each_event_is_one_short_phrase(kind: EventKind, detail: dict[str, Any], words: str) -> None:
    assert event_text(event(kind, **detail)) == words


@pytest.mark.parametrize("kind", list(EventKind))
def test_no_kind_of_event_is_without_words_or_lets_a_name_break_the_line(kind: EventKind) -> None:
    told = event_text(event(kind, priority="high", cause="limit", by="k\n\x1b[2Jim", surface="inner race"))
    assert told
    assert told.isprintable()
