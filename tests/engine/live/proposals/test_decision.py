"""Whether and from which snapshots a proposal is learned, by rules alone and on a real failure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from engine.alarms.proposals import Step
from engine.clock import microseconds
from engine.config.settings import load_settings
from engine.live.proposals.decision import DRIFT, HELD_BACK, SCHEDULE, Span, Wait, may_propose
from engine.records.assessment import Quality
from engine.records.events import Event, EventKind
from engine.records.series import Series

START, STEP = datetime(2026, 1, 5, tzinfo=UTC), timedelta(minutes=10)
COUNT, LEARNED, WANTED = 200, 60, 40


def at(position: int) -> datetime:
    return START + position * STEP


def series(count: int = COUNT, components: int = 2) -> Series:
    shape = (count, components)
    return Series(
        positions=np.arange(count),
        at=np.array([microseconds(at(place)) for place in range(count)]),
        names=tuple(map(str, range(count))),
        baseline=np.arange(count) < LEARNED,
        error=np.full(shape, 1.0),
        limit=np.full(shape, 2.0),
        severity=np.full(shape, 0.5),
        share=np.full(shape, 0.5),
        quality=np.full(shape, Quality.RUNNING, object),
        figures=np.ones((count, components, 4), np.float32),
        velocity=np.ones(shape, np.float32),
        speed=np.full(count, np.nan),
    )


def told(seq: int, kind: EventKind, position: int, ring: int | None = None, **detail: Any) -> Event:
    component = "" if kind in (EventKind.LEARNED, EventKind.BUNDLE, EventKind.PROPOSAL) else "Left"
    held = {"cause": "limit", "priority": "medium", **detail} if kind is EventKind.RAISED else detail
    alarm = "component/Left/limit/7" if component and kind is not EventKind.DRIFTED else ""
    return Event(seq, kind, at(position), START, "component", component, alarm, ring, "", held)


BEGUN = told(1, EventKind.LEARNED, LEARNED - 1, bundle="b")
DRIFTED = told(90, EventKind.DRIFTED, 80)
RAISED, CLEARED = told(10, EventKind.RAISED, 90), told(11, EventKind.CLEARED, 100)
ACKNOWLEDGED = told(12, EventKind.ACKNOWLEDGED, 101, ring=10, by="ada")
RETIRED = told(13, EventKind.RETIRED, 90, by="ada")
REINSTATED = told(14, EventKind.REINSTATED, 100, ring=13, by="ada")


def rules(every: str = "") -> Any:
    made = load_settings(overrides={"learning.every": every, "learning.span": WANTED})
    return made.learning


def proposal(seq: int, step: Step, position: int, **detail: Any) -> Event:
    return told(seq, EventKind.PROPOSAL, position, step=step.value, **detail)


def begun(seq: int, first: int, last: int) -> Event:
    span = {"from": at(first).isoformat(), "until": at(last).isoformat()}
    return proposal(seq, Step.BEGUN, last, snapshots=last - first + 1, **span)


def test_newest_snapshots_after_the_drift_are_learned_without_those_held_back() -> None:
    last = COUNT - 1 - HELD_BACK
    assert may_propose(series(), [BEGUN, DRIFTED], rules()) == Span(
        at(last - WANTED + 1), at(last), WANTED, DRIFT
    )


@pytest.mark.parametrize("events", [[], [BEGUN], [DRIFTED], [told(91, EventKind.BUNDLE, 85), DRIFTED]])
def test_without_a_baseline_or_a_drift_since_it_nothing_is_proposed(events: Sequence[Event]) -> None:
    assert isinstance(may_propose(series(), events, rules()), Wait)


@pytest.mark.parametrize(
    "events",
    [
        [RAISED],
        [RAISED, ACKNOWLEDGED],
        [RAISED, CLEARED],
        [replace(RAISED, detail={"cause": "trend", "priority": "low"})],
        [replace(RAISED, detail={"cause": "sensor dead", "priority": "medium"})],
        [RAISED, CLEARED, told(13, EventKind.SHELVED, 101, 10, by="a", until=at(500).isoformat())],
        [RETIRED],
    ],
    ids=["standing", "acknowledged", "returned", "advisory", "sensor", "shelved", "out of service"],
)
def test_alarm_of_any_component_that_is_not_over_refuses(events: list[Event]) -> None:
    assert isinstance(may_propose(series(), [BEGUN, *events, DRIFTED], rules()), Wait)


@pytest.mark.parametrize("events", [[RAISED, CLEARED, ACKNOWLEDGED], [RETIRED, REINSTATED]])
@pytest.mark.parametrize("count", range(140, 170, 3))
def test_span_lies_after_an_alarm_that_is_over(events: list[Event], count: int) -> None:
    found = may_propose(series(count), [BEGUN, *events, DRIFTED], rules())
    assert isinstance(found, Span) == (count - 101 >= WANTED + HELD_BACK)
    assert isinstance(found, Wait) or found.first > at(100)


@pytest.mark.parametrize("place", [COUNT - 1, COUNT - HELD_BACK, COUNT - HELD_BACK - 10])
@pytest.mark.parametrize("component", [0, 1])
def test_crossing_without_an_alarm_refuses(place: int, component: int) -> None:
    seen = series()
    seen.severity[place, component] = 1.0
    assert isinstance(may_propose(seen, [BEGUN, DRIFTED], rules()), Wait)
    seen.severity[place, component] = np.nan
    assert isinstance(may_propose(seen, [BEGUN, DRIFTED], rules()), Span)


def test_snapshots_of_a_stopped_machine_are_not_counted() -> None:
    seen = series()
    seen.quality[90:, 1] = Quality.STOPPED
    assert isinstance(may_propose(seen, [BEGUN, DRIFTED], rules()), Wait)


@pytest.mark.parametrize("end", [Step.REFUSED, Step.ACCEPTED, Step.FAILED, Step.WITHDRAWN])
def test_same_snapshots_are_not_proposed_twice(end: Step) -> None:
    earlier = [begun(95, 140, 179), proposal(96, Step.LEARNED, 180, bundle="p"), proposal(97, end, 181)]
    for count in range(200, 260, 5):
        again = told(98, EventKind.DRIFTED, 182)
        found = may_propose(series(count), [BEGUN, DRIFTED, *earlier, again], rules())
        assert isinstance(found, Wait) or found.first > at(179)
    assert isinstance(found, Span)


def test_refusal_answers_the_drift_before_it() -> None:
    refused = [begun(95, 100, 139), proposal(96, Step.LEARNED, 140), proposal(97, Step.REFUSED, 141)]
    assert isinstance(may_propose(series(400), [BEGUN, DRIFTED, *refused], rules()), Wait)


@pytest.mark.parametrize("step", [None, Step.LEARNED])
def test_second_proposal_waits_for_the_first(step: Step | None) -> None:
    more = [] if step is None else [proposal(96, step, 140)]
    found = may_propose(series(400), [BEGUN, DRIFTED, begun(95, 100, 139), *more], rules())
    assert found == Wait("a proposal stands already")


def test_schedule_proposes_after_its_time_and_not_before() -> None:
    due = LEARNED - 1 + 24 * 6
    for count in (due, due + 1):
        found = may_propose(series(count), [BEGUN], rules("1 day"))
        assert (isinstance(found, Span) and found.reason == SCHEDULE) == (count > due)
