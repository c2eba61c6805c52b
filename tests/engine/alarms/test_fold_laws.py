"""Laws of the fold from events to alarms, for any order of arrival."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.alarm import Alarm, fold_alarms
from engine.records.events import Event, Priority
from engine.records.stored_settings import FoldRules
from tests.engine.alarms.test_shelving import MINUTES, RULES
from tests.engine.handmade_events import (
    ACKNOWLEDGED,
    CLEARED,
    ESCALATED,
    OPERATORS,
    RAISED,
    SHELVED,
    UNSHELVED,
    at,
    engine_event,
    operator_event,
    reinstated,
    retired,
    shelved,
)


@st.composite
def records(draw: st.DrawFn) -> tuple[Event, ...]:
    """Draw a machine's record: episodes of three places in engine order, and operators' actions.

    An operator names the latest ring or an earlier one, at any minute, because the playhead of a
    replay may stand anywhere.
    """
    events: list[Event] = []
    standing: dict[str, str] = {}
    minute = 0
    for _ in range(draw(st.integers(1, 14))):
        minute += draw(st.integers(0, 20))
        seq = len(events) + 1
        rings = [one for one in events if one.kind in (RAISED, ESCALATED)]
        act = draw(st.sampled_from(["engine", "engine", "ack", "shelve", "unshelve", "retire", "reinstate"]))
        when = minute + draw(st.integers(-15, 15))
        if act == "engine" or not rings:
            place = draw(st.sampled_from(["Left/limit", "Left/trend", "Right/limit"]))
            key = standing.get(place)
            if key is None:
                key = standing[place] = f"{place}/{seq}"
                loud = draw(st.sampled_from(list(Priority))).value
                events.append(engine_event(seq, RAISED, minute, key, priority=loud))
            elif draw(st.booleans()):
                events.append(engine_event(seq, CLEARED, minute, standing.pop(place)))
            else:
                events.append(engine_event(seq, ESCALATED, minute, key))
            continue
        ring = draw(st.sampled_from(rings))
        shelves = [one for one in events if one.kind is SHELVED]
        out = [one for one in events if one.detail.get("reason") == "new seal"]
        if act == "ack":
            events.append(operator_event(seq, ACKNOWLEDGED, when, ring.seq, ring.alarm))
        elif act == "shelve":
            events.append(shelved(seq, when, ring.seq, when + draw(st.integers(1, 60)), ring.alarm))
        elif act == "unshelve" and shelves:
            ended = draw(st.sampled_from(shelves))
            events.append(operator_event(seq, UNSHELVED, when, ended.ring, ended.alarm, shelf=ended.seq))
        elif act == "retire":
            events.append(retired(seq, when, ring.component))
        elif out:
            ends = draw(st.sampled_from(out))
            events.append(reinstated(seq, when, ends.seq, ends.component))
    return tuple(events)


def arrived_otherwise(events: tuple[Event, ...], random: Random) -> tuple[Event, ...]:
    """Return the same record as the store would number it after another order of arrival.

    The engine's order stays, and no action precedes its ring.
    """
    causes = {event.seq: {event.ring, event.detail.get("shelf")} - {None} for event in events}
    waiting, order = list(events), list[Event]()
    while waiting:
        there = {event.seq for event in order}
        engine = next((event for event in waiting if event.kind not in OPERATORS), None)
        free = [
            one for one in waiting if one is engine or (one.kind in OPERATORS and causes[one.seq] <= there)
        ]
        order.append(random.choice(free))
        waiting.remove(order[-1])
    number = {event.seq: place for place, event in enumerate(order, start=1)}

    def renumbered(event: Event) -> Event:
        shelf = event.detail.get("shelf")
        detail = event.detail if shelf is None else {**event.detail, "shelf": number[int(str(shelf))]}
        ring = None if event.ring is None else number[event.ring]
        return replace(event, seq=number[event.seq], ring=ring, detail=detail)

    return tuple(renumbered(event) for event in order)


def told(alarms: Iterable[Alarm]) -> list[tuple[object, ...]]:
    """Return the contents of an alarm list without the store's numbers."""
    return [
        (one.key, one.state, one.stands, one.priority, one.count, one.peak, one.ring.at, one.shelved_until)
        for one in alarms
    ]


@given(records(), RULES, MINUTES, st.randoms(use_true_random=False))
def test_order_in_which_engine_and_operators_arrived_cannot_matter(
    events: tuple[Event, ...], rules: FoldRules, minute: int, random: Random
) -> None:
    other = arrived_otherwise(events, random)
    assert told(fold_alarms(other, at(minute), rules)) == told(fold_alarms(events, at(minute), rules))


@given(records(), RULES, MINUTES, st.randoms(use_true_random=False))
def test_order_in_which_events_are_handed_over_cannot_matter(
    events: tuple[Event, ...], rules: FoldRules, minute: int, random: Random
) -> None:
    shuffled = random.sample(events, len(events))
    assert fold_alarms(shuffled, at(minute), rules) == fold_alarms(events, at(minute), rules)


@given(records(), RULES, MINUTES)
def test_what_the_engine_says_later_changes_nothing_earlier(
    events: tuple[Event, ...], rules: FoldRules, minute: int
) -> None:
    late = {one.seq for one in events if one.kind not in OPERATORS and one.at > at(minute)}
    so_far = [one for one in events if one.seq not in late and not {one.ring, one.detail.get("shelf")} & late]
    everything = [one for one in events if one in so_far or one.seq in late]
    assert told(fold_alarms(everything, at(minute), rules)) == told(fold_alarms(so_far, at(minute), rules))


@given(records(), RULES, st.integers(0, 14), MINUTES)
def test_answer_that_was_stored_before_a_kill_holds_whatever_is_stored_after_it(
    events: tuple[Event, ...], rules: FoldRules, stored: int, minute: int
) -> None:
    after = {one.key: one for one in fold_alarms(events, at(minute), rules)}
    for alarm in fold_alarms(events[:stored], at(minute), rules):
        later = after[alarm.key]
        if alarm.acknowledgement is not None and later.ring == alarm.ring:
            assert later.acknowledgement == alarm.acknowledgement


@given(records(), RULES, MINUTES)
def test_operators_never_change_which_alarms_there_are_nor_how_bad(
    events: tuple[Event, ...], rules: FoldRules, minute: int
) -> None:
    def facts(alarms: Iterable[Alarm]) -> set[tuple[object, ...]]:
        return {
            (one.key, one.priority, one.cleared and one.cleared.seq, one.count, one.peak, one.surface)
            for one in alarms
        }

    alone = [one for one in events if one.kind not in OPERATORS]
    assert facts(fold_alarms(alone, at(minute), rules)) == facts(fold_alarms(events, at(minute), rules))


@given(records(), RULES, MINUTES)
def test_acknowledgement_of_the_latest_ring_is_never_lost(
    events: tuple[Event, ...], rules: FoldRules, minute: int
) -> None:
    for alarm in fold_alarms(events, at(minute), rules):
        answer = operator_event(
            len(events) + 1, ACKNOWLEDGED, minute, alarm.ring.seq, alarm.ring.alarm, by="grace"
        )
        after = {one.key: one for one in fold_alarms([*events, answer], at(minute), rules)}[alarm.key]
        assert not after.unanswered
        assert not after.needs_acknowledgement


@given(records(), RULES, MINUTES)
def test_nothing_louder_than_what_was_shelved_is_shelved(
    events: tuple[Event, ...], rules: FoldRules, minute: int
) -> None:
    by_seq = {one.seq: one for one in events}
    for alarm in fold_alarms(events, at(minute), rules):
        if alarm.shelf is None or alarm.retired is not None or not alarm.stands:
            continue
        seen = by_seq[alarm.shelf.ring or 0]
        since = [
            one
            for one in events
            if one.kind is ESCALATED and one.alarm == alarm.ring.alarm and seen.at < one.at <= at(minute)
        ]
        assert since == []
