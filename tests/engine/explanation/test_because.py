"""Why an alarm rang in a sentence, and the alarms of a run in lines."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.explanation.because import MOST_LINES, because, what_rang
from engine.records.events import EventKind, Priority
from tests.engine.explanation.situations import AT, alarm_of, raised

LINES = [{"order": 1, "sideband": 0, "found_at": 236.0, "times_baseline": 33.8}]


def told(at: datetime) -> str:
    return f"{at:%d %b %H:%M}"


def test_the_reason_states_the_severity_at_the_raise_and_the_evidence() -> None:
    alarm = alarm_of(surface="outer race", severity=9.0, detail={"severity": 1.239})
    named = raised(8, EventKind.DIAGNOSED, detail={"surface": "outer race", "lines": LINES})
    assert because(alarm, [named]) == "1.23 × limit when raised; outer race, 236 Hz ×34 baseline"


def test_an_alarm_without_a_severity_has_only_its_cause() -> None:
    assert because(alarm_of(cause="sensor dead", detail={"channel": 2}), []) == "sensor dead, channel 2"


@pytest.mark.parametrize(
    ("alarm", "line"),
    [
        ({"surface": "outer race", "priority": Priority.HIGH}, "1 high: Bearing 1, outer race, since"),
        (
            {"carried_from": "Bearing 1", "priority": Priority.LOW, "component": "Bearing 4"},
            "1 low: Bearing 4",
        ),
        ({}, "1 medium: Bearing 1, surface not clear, since 16 Feb 03:42"),
        ({"cause": "stopped", "component": ""}, "1 medium: machine, stopped, since"),
    ],
)
def test_each_alarm_is_told_with_its_count_by_priority(alarm: dict[str, object], line: str) -> None:
    (found,) = what_rang([alarm_of(**alarm)], told)  # type: ignore[arg-type]  # fields of an alarm
    assert found.startswith(line)


def test_the_most_urgent_come_first_and_a_return_is_told() -> None:
    cleared = raised(9, EventKind.CLEARED, AT + timedelta(hours=1))
    low = alarm_of(priority=Priority.LOW, cause="trend", cleared=cleared)
    high = alarm_of(priority=Priority.HIGH, surface="inner race")
    lines = what_rang([low, high], told)
    assert [line.split(":")[0] for line in lines] == ["1 high", "1 low"]
    assert lines[1].endswith("since 16 Feb 03:42, returned 16 Feb 04:42")


def test_a_long_list_is_cut_and_counted_and_an_empty_one_says_so() -> None:
    many = [replace(alarm_of(), key=str(number)) for number in range(MOST_LINES + 3)]
    lines = what_rang(many, told)
    assert len(lines) == MOST_LINES + 1
    assert lines[0].startswith(f"{len(many)} medium: ")
    assert lines[-1].strip() == "and 3 more in alarms.csv"
    assert what_rang([], told) == ("no alarm",)


@pytest.mark.parametrize(("score", "end"), [(1.6, "; seen by both"), (0.4, "; seen by one"), (None, "")])
def test_reason_says_how_many_witnesses_see_it(score: float | None, end: str) -> None:
    detail = {"severity": 2.0, "error": 2.0, "bands": [], **({} if score is None else {"witness": score})}
    found = because(alarm_of(detail=detail), [])
    assert found.endswith(end)
    assert ("seen by" in found) == bool(end)
