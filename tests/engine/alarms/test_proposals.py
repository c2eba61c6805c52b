"""Proposals are folded from events, and compared with the alarms of the present bundle."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from engine.alarms.alarm import fold_alarms
from engine.alarms.proposals import (
    ENDS,
    Step,
    Verdict,
    barred,
    closed_by_hand,
    in_words,
    open_proposal,
    proposal_event,
    proposals_of,
    shadow_events,
    verdict_on,
)
from engine.records.events import Event, EventKind, NewEvent

START = datetime(2026, 1, 5, tzinfo=UTC)
SPAN = {"from": START.isoformat(), "until": (START + timedelta(hours=5)).isoformat(), "snapshots": 30}


def step(seq: int, kind: Step, **detail: object) -> Event:
    made = proposal_event(kind, START + timedelta(minutes=seq), **detail)
    return Event(seq, made.kind, made.at, START, made.source, "", "", None, "", made.detail)


def alarm(seq: int, kind: EventKind, component: str = "Left", cause: str = "limit") -> Event:
    detail = {"cause": cause, "priority": "medium"} if kind is EventKind.RAISED else {}
    key = f"component/{component}/{cause}/1"
    return Event(
        seq, kind, START + timedelta(minutes=seq), START, "component", component, key, None, "", detail
    )


def shadow(seq: int, kind: Step, component: str = "Left") -> Event:
    return step(seq, kind, component=component, alarm=f"shadow {component}")


BEGUN = step(1, Step.BEGUN, **SPAN)
LEARNED = step(2, Step.LEARNED, bundle="abc", name="spectral-abc")
RAISED, CLEARED = alarm(10, EventKind.RAISED), alarm(20, EventKind.CLEARED)


def verdict(*events: Event) -> Verdict:
    made = [BEGUN, LEARNED, *events]
    return verdict_on(proposals_of(made)[-1], made)


def test_proposal_stands_from_its_learning_to_a_decision() -> None:
    assert open_proposal([]) is None
    assert open_proposal([BEGUN]) is not None
    standing = open_proposal([BEGUN, LEARNED])
    assert standing is not None
    assert (standing.stands, standing.bundle, standing.snapshots) == (True, "abc", 30)
    for end in ENDS:
        (ended,) = proposals_of([BEGUN, LEARNED, step(3, end, by="ada")])
        assert (ended.stands, ended.step) == (False, end)
        assert open_proposal([BEGUN, LEARNED, step(3, end)]) is None


def test_order_of_the_events_does_not_matter() -> None:
    events = [BEGUN, LEARNED, step(3, Step.REFUSED), step(4, Step.BEGUN, **SPAN)]
    assert all(proposals_of(order) == proposals_of(events) for order in permutations(events))


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"from": "x", "until": "y"},
        {"from": None, "until": 3},
        {"from": "2026-01-01", "until": "2026-01-02"},
        {"step": 7},
        {"step": "of a later release"},
    ],
)
def test_damaged_or_unknown_events_are_passed_over(detail: dict[str, object]) -> None:
    damaged = replace(step(5, Step.BEGUN), detail={"step": "begun", **detail})
    assert proposals_of([damaged]) == ()
    assert len(proposals_of([BEGUN, LEARNED, damaged])) == 1


def test_second_end_and_an_end_without_a_beginning_change_nothing() -> None:
    first = step(3, Step.REFUSED, by="ada")
    (found,) = proposals_of([step(0, Step.ACCEPTED), BEGUN, LEARNED, first, step(4, Step.ACCEPTED)])
    assert found.ended == first


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], Verdict((), (), (), ())),
        ([RAISED], Verdict((), ("Left",), ("Left",), ())),
        ([RAISED, CLEARED], Verdict((), ("Left",), (), ())),
        ([RAISED, shadow(12, Step.RAISES)], Verdict((), (), (), ("Left",))),
        ([shadow(8, Step.RAISES), RAISED], Verdict((), (), (), ("Left",))),
        ([shadow(8, Step.RAISES)], Verdict(("Left",), (), (), ())),
        (
            [shadow(8, Step.RAISES), shadow(9, Step.CLEARS), RAISED],
            Verdict(("Left",), ("Left",), ("Left",), ()),
        ),
        (
            [RAISED, shadow(12, Step.RAISES), shadow(14, Step.CLEARS)],
            Verdict((), ("Left",), ("Left",), ("Left",)),
        ),
        ([RAISED, shadow(12, Step.RAISES, "Right")], Verdict(("Right",), ("Left",), ("Left",), ())),
        ([alarm(10, EventKind.RAISED, cause="trend")], Verdict((), (), (), ())),
    ],
)
def test_verdict_compares_alarms_that_stood_at_the_same_time(events: list[Event], expected: Verdict) -> None:
    assert verdict(*events) == expected


def test_alarm_raised_while_the_proposal_was_learned_counts() -> None:
    late = replace(LEARNED, seq=15)
    events = [BEGUN, RAISED, late]
    assert verdict_on(proposals_of(events)[-1], events).standing == ("Left",)


def test_standing_alarm_that_would_be_silenced_is_said_first_and_in_words() -> None:
    first = in_words(Verdict(("Right",), ("Left", "Middle"), ("Left",), ()))[0]
    assert first == "WOULD SILENCE the alarm on Left, which still stands"
    assert in_words(Verdict((), (), (), ())) == (
        "would have raised and silenced the same alarms as the present baseline",
    )


def test_what_a_proposal_would_raise_is_no_alarm() -> None:
    raised = NewEvent(
        EventKind.RAISED, START, "component", "Left", "k", detail={"cause": "limit", "priority": "high"}
    )
    told = shadow_events([raised, replace(raised, kind=EventKind.CLEARED, detail={})], frozenset())
    assert [one.detail["step"] for one in told] == [Step.RAISES, Step.CLEARS]
    assert all(one.kind is EventKind.PROPOSAL and not one.alarm and not one.component for one in told)
    stored = [replace(BEGUN, seq=9 + place, detail=one.detail) for place, one in enumerate(told)]
    assert fold_alarms(stored, START + timedelta(days=1)) == ()


def test_bundle_of_a_proposal_needs_an_acceptance_before_a_switch() -> None:
    assert barred([], "abc") == ""
    assert "nobody accepted" in barred([BEGUN, LEARNED], "abc")
    assert barred([BEGUN, LEARNED], "another") == ""
    assert "ada refused" in barred([BEGUN, LEARNED, step(3, Step.REFUSED, by="ada")], "abc")
    assert barred([BEGUN, LEARNED, step(3, Step.ACCEPTED)], "abc") == ""


def test_person_ends_an_alarm_that_an_acceptance_left_standing_and_no_other() -> None:
    accepted = step(30, Step.ACCEPTED, by="ada")
    closed = replace(alarm(40, EventKind.CLOSED), detail={"by": "bob", "outcome": "nothing found"})
    assert closed_by_hand([BEGUN, LEARNED, RAISED, closed]) == ()
    assert closed_by_hand([BEGUN, LEARNED, RAISED, accepted]) == ()
    assert closed_by_hand([BEGUN, LEARNED, RAISED, accepted, closed]) == ((RAISED, "bob"),)
    assert closed_by_hand([BEGUN, LEARNED, RAISED, CLEARED, accepted, closed]) == ()
    later = alarm(35, EventKind.RAISED)
    assert closed_by_hand([BEGUN, LEARNED, accepted, later, closed]) == ()
    cleared = alarm(41, EventKind.CLEARED)
    assert closed_by_hand([BEGUN, LEARNED, RAISED, accepted, closed, cleared]) == ()
