"""Which rings the `on_ring` command has still to run for, and at what cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alarms.alarm import Alarm, after_event, fold_alarms
from engine.alarms.notifications import YOUNG, PendingCalls
from engine.alarms.shelving import PlaceShelves, retired_at, shelves_of
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


def calls_due(
    events: Sequence[Event], floor: Priority, live_now: datetime, now: datetime
) -> tuple[tuple[Event, Alarm], ...]:
    """Return the rings that are due, decided from all events at once."""
    calls = PendingCalls(RULES, floor)
    calls.add(events)
    return tuple(calls.due(live_now, now))


def due(events: Sequence[Event], minute: float = 100, floor: Priority = Priority.MEDIUM) -> list[int]:
    found = calls_due(events, floor, at(minute), WALL + timedelta(minutes=minute))
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
        whole = calls_due(events, Priority.MEDIUM, at(minute), at(minute))
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


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["raise", "raise", "escalate", "clear", "shelve", "shelve", "unshelve", "retire", "notify"]
        ),
        st.integers(0, 30),
        st.sampled_from(["Left", "Right"]),
        st.sampled_from(["low", "medium", "high"]),
        st.sampled_from([0.0, 0.5, 1.0, 1.0, 1.0, 30.0, -2.0]),
    ),
    max_size=30,
)


def told_story(acts: list[tuple[str, int, str, str, float]]) -> list[Event]:
    """Make events of two places: rings, shelves, their ends by hand, and components out of service."""
    events: list[Event] = []
    minute, rings, shelves = 5.0, dict[str, list[int]](), dict[str, list[int]]()
    for seq, (what, number, part, priority, step) in enumerate(acts, 1):
        minute += step
        mine, own, key = (
            rings.setdefault(part, []),
            shelves.setdefault(part, []),
            f"{part}/limit/{number % 3}",
        )
        match what:
            case "raise":
                events.append(engine_event(seq, RAISED, minute, key, priority=priority))
                mine.append(seq)
            case "escalate":
                events.append(engine_event(seq, EventKind.ESCALATED, minute, key))
                mine.append(seq)
            case "clear":
                events.append(engine_event(seq, CLEARED, minute, key))
            case "shelve" if mine or own:
                seen = [*mine, *own]
                events.append(shelved(seq, minute, seen[number % len(seen)], minute + number, key))
                own.append(seq)
            case "unshelve" if own:
                end = own[number % len(own)]
                events.append(operator_event(seq, EventKind.UNSHELVED, minute, mine[0], key, shelf=end))
            case "retire":
                events.append(retired(seq, minute, part))
            case "notify" if mine:
                events.append(notified(seq, mine[number % len(mine)]))
    return events


@given(ACTS)
@settings(max_examples=100, deadline=None)
def test_shelves_of_a_place_grow_to_those_of_all_its_events(
    acts: list[tuple[str, int, str, str, float]],
) -> None:
    events = [one for one in told_story(acts) if one.alarm.startswith("Left/")]
    growing = PlaceShelves(events[:3])
    for end, event in enumerate(events[3:], 4):
        growing.add(event)
        whole = shelves_of(events[:end]).get("Left/limit", ())
        assert growing.shelves == whole
        holding = {one.event.seq: one for one in whole if one.holds(event.at)}
        found = growing.holding(event.at)
        assert (found is None) == (not holding)
        assert found is None or holding[found.event.seq] == found


@given(ACTS)
@settings(max_examples=100, deadline=None)
def test_calls_decided_as_events_come_are_those_decided_at_once(
    acts: list[tuple[str, int, str, str, float]],
) -> None:
    events = told_story(acts)
    calls = PendingCalls(RULES, Priority.MEDIUM)
    for end, event in enumerate(events, 1):
        calls.add([event])
        now = max(one.at for one in events[:end])
        found = [ring.seq for ring, _ in calls.due(now, now)]
        assert found == [ring.seq for ring, _ in calls_due(events[:end], Priority.MEDIUM, now, now)]
        assert [seq for seq in found if events_by(events)[seq].kind in RINGS] == decided(events[:end])


def events_by(events: Sequence[Event]) -> dict[int, Event]:
    return {event.seq: event for event in events}


def decided(events: Sequence[Event]) -> list[int]:
    """Return the rings to notify, each by the whole fold."""
    gone = {event.ring for event in events if event.kind is EventKind.NOTIFIED}
    found = []
    for ring in events:
        if ring.kind not in RINGS or ring.seq in gone or ring.detail["priority"] == "low":
            continue
        folded = fold_alarms(events, ring.at, RULES)
        alarm = next(
            (one for one in folded if ring.alarm == one.ring.alarm or one.ring.seq == ring.seq), None
        )
        in_service = ring.component not in retired_at(events, ring.at)
        if alarm is not None and in_service and (alarm.shelf is None or alarm.shelved_later):
            found.append(ring.seq)
    return found


def test_rings_of_shelved_places_are_not_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = PendingCalls(RULES, Priority.MEDIUM)
    calls.add([raise_of(1, "Left/limit/1"), replace(shelved(2, 1, 1, 10_000), alarm="Left/limit/1")])
    calls.add([notified(3, 1)])
    list(calls.due(at(1), at(1)))
    monkeypatch.setattr("engine.alarms.notifications.fold_alarms", None)
    for seq in range(90, 400):
        calls.add([raise_of(seq, f"Left/limit/{seq}")])
        assert not list(calls.due(at(seq / 60), at(seq / 60)))
