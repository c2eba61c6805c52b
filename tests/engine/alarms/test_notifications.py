"""Which rings the `on_ring` command has still to run for, and at what cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alarms.alarm import after_event, fold_alarms
from engine.alarms.notifications import YOUNG, PendingCalls, calls_due
from engine.records.events import RINGS, Cause, Event, EventKind, Priority
from engine.records.stored_settings import FoldRules
from tests.engine.handmade_events import (
    CLEARED,
    RAISED,
    at,
    engine_event,
    operator_event,
    reinstated,
    retired,
    shelved,
)
from tests.engine.rigs import WALL

RULES = FoldRules()


def due(events: Sequence[Event], minute: float = 100, floor: Priority = Priority.MEDIUM) -> list[int]:
    found = calls_due(events, RULES, floor, at(minute), WALL + timedelta(minutes=minute))
    return [ring.seq for ring, _ in found]


def notified(seq: int, ring: int) -> Event:
    return Event(seq, EventKind.NOTIFIED, at(1), WALL, "engine", "", "", ring, "", {})


def test_ring_is_due_until_it_has_been_told_of() -> None:
    assert due([engine_event(1, RAISED, 0)]) == [1]
    assert due([engine_event(1, RAISED, 0), notified(2, 1)]) == []


def test_only_rings_of_the_set_priority_are_told_but_always_that_data_stopped() -> None:
    low = [
        engine_event(1, RAISED, 0, priority="low"),
        engine_event(2, RAISED, 0, f"machine/{Cause.NO_DATA}/a", priority="low"),
    ]
    assert due(low) == [2]
    assert due(low, floor=Priority.LOW) == [1, 2]
    assert due([engine_event(1, RAISED, 0)], floor=Priority.HIGH) == []


def test_ring_of_yesterday_is_no_news() -> None:
    minutes = YOUNG / timedelta(minutes=1)
    assert (due([engine_event(1, RAISED, 0)], minutes), due([engine_event(1, RAISED, 0)], minutes + 1)) == (
        [1],
        [],
    )


def test_what_rings_on_a_shelf_or_out_of_service_is_not_told_but_the_end_of_the_shelf_is() -> None:
    again = [
        engine_event(1, RAISED, 0),
        notified(2, 1),
        shelved(3, 1, 1, 60),
        engine_event(4, CLEARED, 5),
        engine_event(5, RAISED, 9, "Left/limit/b"),
    ]
    assert (due(again, 30), due(again, 60)) == ([], [3])
    assert due([retired(1, 0), engine_event(2, RAISED, 5)]) == []
    assert due([engine_event(1, RAISED, 0), shelved(2, 1, 1, 600)], 30) == [1]


def raise_of(seq: int, key: str, priority: str = "medium") -> Event:
    when = at(seq / 60)
    detail = {"cause": "limit", "priority": priority, "severity": 2.0}
    return Event(seq, EventKind.RAISED, when, when, "component", "Left", key, None, "", detail)


@pytest.mark.parametrize("chatter", [0, 60])
def test_pending_rings_cost_no_more_than_the_events_of_their_own_place(
    monkeypatch: pytest.MonkeyPatch, chatter: int
) -> None:
    folded = 0

    def counted(events: Sequence[Event], *arguments: object) -> object:
        nonlocal folded
        folded += len(events)
        return fold_alarms(events, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("engine.alarms.notifications.fold_alarms", counted)
    rules, count = FoldRules(chatter=timedelta(minutes=chatter)), 1000
    calls = PendingCalls(rules, Priority.MEDIUM)
    calls.add([raise_of(seq, f"Part {seq}/limit/s") for seq in range(1, count + 1)])
    assert len(list(calls.due(at(30), at(30)))) == count
    for seq in range(1, count + 1):
        calls.add([notified(count + seq, seq)])
    assert not list(calls.due(at(30), at(30)))
    # Without a shelf nothing is folded again.
    assert folded == 0


@pytest.mark.parametrize("chatter", [0, 60])
@pytest.mark.parametrize("clears", [True, False])
def test_rings_of_one_place_cost_in_proportion(
    monkeypatch: pytest.MonkeyPatch, chatter: int, *, clears: bool
) -> None:
    steps = 0

    def counted(*arguments: object) -> object:
        nonlocal steps
        steps += 1
        return after_event(*arguments)  # type: ignore[arg-type]

    def cost(count: int) -> int:
        nonlocal steps
        steps = 0
        calls, seq = PendingCalls(FoldRules(chatter=timedelta(minutes=chatter)), Priority.MEDIUM), 0
        for number in range(count):
            calls.add([raise_of(seq + 1, f"Left/limit/{number}")])
            if clears:
                calls.add([engine_event(seq + 2, CLEARED, (seq + 2) / 60, f"Left/limit/{number}")])
            seq += 2
        for ring, _alarm in calls.due(at(seq / 60), at(seq / 60)):
            seq += 1
            calls.add([notified(seq, ring.seq)])
        assert not calls.waiting
        return steps

    monkeypatch.setattr("engine.alarms.notifications.after_event", counted)
    monkeypatch.setattr("engine.alarms.notifications.fold_alarms", None)
    assert cost(400) <= 2.1 * cost(200)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["raise", "escalate", "clear", "diagnose", "acknowledge", "retire", "reinstate"]),
        st.integers(0, 2),
        st.sampled_from(["Left", "Right"]),
        st.floats(0.01, 3),
    ),
    max_size=25,
)


@given(EVENTS, st.sampled_from([0, 2, 600]), st.booleans(), st.integers(1, 25))
@settings(max_examples=150, deadline=None)
def test_followed_alarms_are_those_of_the_fold(
    made: list[tuple[str, int, str, float]], chatter: int, latching: bool, cut: int
) -> None:
    events: list[Event] = []
    minute, out = 0.0, dict[str, int]()
    for seq, (what, number, part, step) in enumerate(made, 1):
        minute += step
        key = f"{part}/limit/{number}"
        kind = {"raise": RAISED, "escalate": EventKind.ESCALATED, "clear": CLEARED}.get(what)
        if kind is not None:
            events.append(engine_event(seq, kind, minute, key))
        elif what == "diagnose":
            events.append(engine_event(seq, EventKind.DIAGNOSED, minute, key))
        elif what == "acknowledge":
            events.append(operator_event(seq, EventKind.ACKNOWLEDGED, minute, max(seq - 1, 1), key))
        elif what == "retire":
            events.append(retired(seq, minute, part))
            out[part] = seq
        elif part in out:
            events.append(reinstated(seq, minute, out.pop(part), part))
    rules = FoldRules(chatter=timedelta(minutes=chatter), latching=latching)
    calls = PendingCalls(rules, Priority.LOW)
    calls.add(events[:cut])
    calls.add(events[cut:])
    found = {ring.seq: alarm for ring, alarm in calls.due(at(minute), at(minute))}
    for ring in (one for one in events if one.kind in RINGS):
        folded = fold_alarms(events, ring.at, rules)
        alarm = next(
            (one for one in folded if ring.alarm == one.ring.alarm or one.ring.seq == ring.seq), None
        )
        if alarm is None or alarm.put_away:
            assert ring.seq not in found
        elif ring.seq in found:
            mine = found[ring.seq]
            assert (mine.key, mine.priority, mine.surface, mine.severity) == (
                alarm.key,
                alarm.priority,
                alarm.surface,
                alarm.severity,
            )
            assert (mine.count, mine.retired, mine.latching) == (alarm.count, alarm.retired, alarm.latching)


def test_rings_below_the_floor_are_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = PendingCalls(RULES, Priority.MEDIUM)
    calls.add([raise_of(seq, f"Left/limit/{seq}", "low") for seq in range(1, 500)])
    monkeypatch.setattr("engine.alarms.notifications.fold_alarms", None)
    assert not list(calls.due(at(30), at(30)))


def test_calls_are_the_same_however_the_events_come() -> None:
    events = [
        raise_of(1, "Left/limit/1"),
        raise_of(2, "Right/limit/2"),
        replace(shelved(3, 1, 1, 20), alarm="Left/limit/1"),
        retired(4, 2),
        raise_of(5, "Left/limit/5"),
        notified(6, 2),
        raise_of(7, "Right/limit/7", "high"),
    ]
    for minute in (1, 10, 21, 40, 1000):
        whole = calls_due(events, RULES, Priority.MEDIUM, at(minute), at(minute))
        calls = PendingCalls(RULES, Priority.MEDIUM)
        for event in events:
            calls.add([event])
            list(calls.due(at(minute), at(minute)))
        assert tuple(calls.due(at(minute), at(minute))) == whole


def test_rings_of_the_past_are_not_kept_and_a_recent_one_has_all_that_they_count() -> None:
    old = [raise_of(seq, f"Left/limit/{seq}") for seq in range(1, 100)]
    calls = PendingCalls(FoldRules(chatter=timedelta(hours=1)), Priority.MEDIUM)
    now = at(0) + YOUNG + timedelta(minutes=2)
    calls.add(old, now)
    assert not calls.waiting
    new = replace(raise_of(100, "Left/limit/100"), recorded_at=now)
    calls.add([new], now)
    ((ring, alarm),) = calls.due(at(2), now)
    assert (ring, alarm.count, alarm.raised) == (new, 100, old[0])
