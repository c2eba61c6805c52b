"""The state of an alarm is a fold over events, independent of the order of acknowledgements."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.alarm import Alarm, AlarmState, fold_alarms
from engine.records.events import Event, EventKind, Priority
from engine.records.stored_settings import FoldRules
from tests.engine.rigs import WALL, events_of

START = datetime(2004, 2, 16, 3, 0, 0, tzinfo=UTC)
RAISED, ESCALATED, CLEARED = EventKind.RAISED, EventKind.ESCALATED, EventKind.CLEARED
ACKNOWLEDGED, DIAGNOSED = EventKind.ACKNOWLEDGED, EventKind.DIAGNOSED


def at(number: int) -> datetime:
    return START + timedelta(minutes=10 * number)


def event(
    seq: int, kind: EventKind, number: int, alarm: str = "A", ring: int | None = None, **detail: object
) -> Event:
    if kind in (RAISED, ESCALATED):
        default = "high" if kind is ESCALATED else "medium"
        detail = {"cause": "limit", "priority": default, "severity": 1.5 * number, **detail}
    return Event(seq, kind, at(number), WALL, "component", "Bearing 1", alarm, ring, "", detail)


def seen(seq: int, number: int, ring: int, by: str = "ada", alarm: str = "A") -> Event:
    return event(seq, ACKNOWLEDGED, number, alarm, ring, by=by)


EPISODE = (event(1, RAISED, 2), event(2, ESCALATED, 5), event(3, CLEARED, 8))


def only(events: Iterable[Event], number: int) -> Alarm:
    (alarm,) = fold_alarms(events, at(number))
    return alarm


def test_nothing_shows_before_the_raise() -> None:
    assert fold_alarms([*EPISODE, seen(4, 9, 2)], at(1)) == ()


def test_episode_goes_through_its_states_as_the_playhead_moves() -> None:
    assert [only(EPISODE, number).state for number in (2, 5, 8)] == [
        AlarmState.UNACKNOWLEDGED,
        AlarmState.UNACKNOWLEDGED,
        AlarmState.RETURNED,
    ]
    assert [only(EPISODE, number).priority for number in (2, 5, 8)] == [
        Priority.MEDIUM,
        Priority.HIGH,
        Priority.HIGH,
    ]


def test_alarm_tells_the_ring_that_brought_its_priority_whatever_rings_after_it() -> None:
    again = event(4, RAISED, 9, alarm="A")
    chatters = FoldRules(chatter=timedelta(minutes=30))
    found = []
    for number in (2, 5, 9):
        (alarm,) = fold_alarms([*EPISODE, again], at(number), chatters)
        found.append((alarm.reached.seq, alarm.ring.seq))
    assert found == [(1, 1), (2, 2), (2, 4)]


def test_acknowledged_alarm_that_returns_is_done() -> None:
    alarm = only([*EPISODE, seen(4, 6, 2)], 8)
    assert alarm.state is AlarmState.NORMAL
    assert not alarm.stands
    assert not alarm.needs_acknowledgement


def test_escalation_needs_an_acknowledgement_of_its_own() -> None:
    events = [*EPISODE, seen(4, 3, 1)]
    assert only(events, 4).state is AlarmState.ACKNOWLEDGED
    assert only(events, 5).state is AlarmState.UNACKNOWLEDGED
    assert only([*events, seen(5, 6, 2)], 5).state is AlarmState.ACKNOWLEDGED


def test_acknowledgement_of_a_later_ring_covers_the_earlier_one() -> None:
    alarm = only([*EPISODE, seen(4, 6, 2)], 3)
    assert alarm.ring.seq == 1
    assert alarm.state is AlarmState.ACKNOWLEDGED


def test_acknowledgement_after_the_playhead_says_so_and_whose() -> None:
    events = [*EPISODE[:1], seen(4, 6, 1, by="grace")]
    early, late = only(events, 3), only(events, 6)
    assert early.acknowledgement is not None
    assert early.acknowledgement.detail["by"] == "grace"
    assert early.acknowledged_later
    assert not late.acknowledged_later


def test_acknowledgement_of_another_alarm_covers_nothing() -> None:
    events = [event(1, RAISED, 2), event(2, RAISED, 2, "B"), seen(3, 3, 2, alarm="B")]
    states = {alarm.key: alarm.state for alarm in fold_alarms(events, at(4))}
    assert states == {"A": AlarmState.UNACKNOWLEDGED, "B": AlarmState.ACKNOWLEDGED}


def test_surface_is_that_of_the_last_diagnosis_up_to_the_playhead() -> None:
    events = [
        event(1, RAISED, 2, surface=""),
        event(2, DIAGNOSED, 4, surface="outer race"),
        event(3, DIAGNOSED, 8, surface="", withdrawn="outer race"),
    ]
    assert [only(events, number).surface for number in (2, 4, 7, 8)] == ["", "outer race", "outer race", ""]


def test_diagnosis_does_not_ring() -> None:
    events = [event(1, RAISED, 2), seen(2, 3, 1), event(3, DIAGNOSED, 4, surface="outer race")]
    assert only(events, 5).state is AlarmState.ACKNOWLEDGED


def test_carried_over_alarm_tells_from_where_until_it_is_promoted() -> None:
    events = [
        event(1, RAISED, 2, priority="low", carried_from="Bearing 3"),
        event(
            2,
            ESCALATED,
            5,
            priority="medium",
            promoted="another band pattern",
            beside="Bearing 3",
            beside_severity=7.0,
        ),
    ]
    assert [only(events, number).beside for number in (2, 4, 5)] == ["", "", "Bearing 3"]
    assert only(events, 5).beside_severity == 7.0
    assert [only(events, number).carried_from for number in (2, 4, 5)] == ["Bearing 3", "Bearing 3", ""]
    assert [only(events, number).priority for number in (4, 5)] == [Priority.LOW, Priority.MEDIUM]


def test_what_needs_somebody_comes_first_then_what_stands_then_the_urgent_then_what_began_it() -> None:
    events = [
        event(1, RAISED, 1, "acknowledged"),
        event(2, RAISED, 2, "medium"),
        event(3, RAISED, 3, "later medium"),
        event(4, RAISED, 1, "high", priority="high"),
        event(5, RAISED, 4, "returned", priority="high"),
        event(6, CLEARED, 5, "returned"),
        seen(7, 5, 1, alarm="acknowledged"),
    ]
    keys = [alarm.key for alarm in fold_alarms(events, at(6))]
    assert keys == ["high", "medium", "later medium", "returned", "acknowledged"]


# Laws


@st.composite
def histories(draw: st.DrawFn) -> tuple[Event, ...]:
    """Draw episodes of up to three alarms in engine order, and acknowledgements of any of their rings."""
    events: list[Event] = []
    kinds = {key: [RAISED, ESCALATED, CLEARED] for key in draw(st.sampled_from(["A", "AB", "ABC"]))}
    number = 0
    while kinds and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(kinds)))
        number += draw(st.integers(0, 3))
        kind = kinds[key].pop(0)
        if kind is ESCALATED and draw(st.booleans()):
            kind = kinds[key].pop(0)
        events.append(event(len(events) + 1, kind, number, key))
        if not kinds[key]:
            del kinds[key]
    rings = [ring for ring in events if ring.kind in (RAISED, ESCALATED)]
    for ring in (
        draw(st.lists(st.sampled_from(rings), max_size=6, unique_by=lambda one: one.seq)) if rings else ()
    ):
        when = draw(st.integers(0, 12))
        events.append(seen(len(events) + 1, when, ring.seq, f"operator {len(events)}", ring.alarm))
    return tuple(events)


def without_acknowledgements(events: Iterable[Event]) -> list[Event]:
    return [one for one in events if one.kind is not ACKNOWLEDGED]


@given(histories(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_order_in_which_acknowledgements_arrived_cannot_matter(
    events: tuple[Event, ...], random: Random, number: int
) -> None:
    engine = without_acknowledgements(events)
    operators = [one for one in events if one.kind is ACKNOWLEDGED]
    arrived = operators.copy()
    random.shuffle(arrived)
    renumbered = [replace(one, seq=len(engine) + place) for place, one in enumerate(arrived, start=1)]
    there = fold_alarms([*engine, *operators], at(number))
    here = fold_alarms([*engine, *renumbered], at(number))
    assert [(alarm.key, alarm.state, alarm.ring) for alarm in here] == [
        (alarm.key, alarm.state, alarm.ring) for alarm in there
    ]


@given(histories(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_order_in_which_events_are_handed_over_cannot_matter(
    events: tuple[Event, ...], random: Random, number: int
) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert fold_alarms(shuffled, at(number)) == fold_alarms(events, at(number))


@given(histories(), st.integers(0, 12))
def test_what_the_engine_says_later_changes_nothing_earlier(events: tuple[Event, ...], number: int) -> None:
    everything = without_acknowledgements(events)
    so_far = [one for one in everything if one.at <= at(number)]
    assert fold_alarms(everything, at(number)) == fold_alarms(so_far, at(number))
    assert fold_alarms(so_far, at(99)) == fold_alarms(so_far, at(number))


@given(histories(), st.integers(0, 12))
def test_acknowledgement_never_hides_or_reshapes_an_alarm(events: tuple[Event, ...], number: int) -> None:
    silent = fold_alarms(without_acknowledgements(events), at(number))
    answered = fold_alarms(events, at(number))
    bare = [replace(alarm, acknowledgement=None, acknowledged_later=False) for alarm in answered]
    assert sorted(map(repr, bare)) == sorted(map(repr, silent))


@given(histories(), st.integers(0, 12))
def test_unacknowledged_alarms_come_first(events: tuple[Event, ...], number: int) -> None:
    waiting = [alarm.needs_acknowledgement for alarm in fold_alarms(events, at(number))]
    assert waiting == sorted(waiting, reverse=True)


def test_folding_the_sample_at_an_instant_equals_folding_what_was_said_by_then(assessed_sample: Path) -> None:
    events = events_of(assessed_sample)
    assert any(one.kind is RAISED for one in events)
    for instant in {one.at for one in events}:
        so_far = [one for one in events if one.at <= instant]
        assert fold_alarms(events, instant) == fold_alarms(so_far, instant)
