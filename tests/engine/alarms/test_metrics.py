"""Alarm figures, on records small enough to count by hand."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.metrics import AlarmFigures, alarm_figures, floods
from engine.records.events import Event
from engine.records.stored_settings import FoldRules
from tests.engine.handmade_events import (
    ACKNOWLEDGED,
    CLEARED,
    ESCALATED,
    RAISED,
    at,
    engine_event,
    operator_event,
    shelved,
)

DAY = 24 * 60


def figures(
    events: Iterable[Event], end: float = DAY, interval: float = 10, live: bool = True
) -> AlarmFigures:
    return alarm_figures(
        events, at(0), at(end), rules=FoldRules(), interval=timedelta(minutes=interval), live=live
    )


def test_rings_are_counted_by_day_ten_minutes_and_priority() -> None:
    told = figures(
        [
            engine_event(1, RAISED, 0),
            engine_event(2, ESCALATED, 5),
            engine_event(3, RAISED, 700, "Right/limit/a"),
        ],
        2 * DAY,
    )
    assert (told.rings, told.per_day, told.most_in_10_minutes) == (3, 1.5, 2)
    assert told.per_10_minutes == pytest.approx(3 / 288)
    assert list(told.by_priority.items()) == [("high", 1), ("medium", 2)]


def test_what_rang_outside_of_the_span_does_not_count() -> None:
    assert figures([engine_event(1, RAISED, -1), engine_event(2, RAISED, 50, "Right/limit/a")], 40).rings == 0


def test_more_than_ten_in_ten_minutes_are_a_flood_until_fewer_than_five_come() -> None:
    dense = [at(minute * 0.9) for minute in range(11)]
    sparse = [at(20 + 3 * number) for number in range(6)]
    (flood,) = floods([*dense, *sparse])
    assert (flood.begin, flood.end, flood.rings) == (at(0), dense[-1], 11)
    assert floods(dense[:10]) == ()
    assert floods([at(number) for number in range(40)]) == ()


@given(st.lists(st.floats(0, 300), max_size=60))
def test_floods_are_apart_and_each_has_a_dense_ten_minutes(minutes: list[float]) -> None:
    times = [at(minute) for minute in sorted(minutes)]
    found = floods(times)
    assert all(before.end <= after.begin for before, after in pairwise(found))
    assert all(flood.rings > 10 for flood in found)
    assert sum(flood.rings for flood in found) <= len(times)


def test_three_raises_within_sixty_snapshots_chatter() -> None:
    def episodes(apart: float) -> list[Event]:
        events: list[Event] = []
        for number in range(3):
            key = f"Left/limit/{number}"
            events += [
                engine_event(len(events) + 1, RAISED, number * apart, key),
                engine_event(len(events) + 2, CLEARED, number * apart + 1, key),
            ]
        return events

    assert figures(episodes(300)).chattering == ("Left/limit",)
    assert figures(episodes(301)).chattering == ()
    assert figures(episodes(0.4), interval=0).chattering == ("Left/limit",)


def test_standing_stale_and_put_away() -> None:
    events = [
        engine_event(1, RAISED, 0),
        engine_event(2, RAISED, 100, "Right/limit/a"),
        engine_event(3, RAISED, 100, "Rear/limit/a"),
        shelved(4, 110, 3, 9 * DAY, "Rear/limit/a"),
    ]
    told = figures(events, DAY + 50)
    assert told.stale == ("Left/limit/a",)
    assert set(told.standing) == {"Left/limit/a", "Right/limit/a"}
    assert told.put_away == ("Rear/limit/a",)


def test_time_to_acknowledge_is_of_the_wall_and_of_live_records_alone() -> None:
    rings = [engine_event(number, RAISED, number, f"{number}/limit/a") for number in range(1, 11)]
    seen = [
        operator_event(10 + number, ACKNOWLEDGED, 2 * number, number, f"{number}/limit/a")
        for number in range(1, 11)
    ]
    told = figures([*rings, *seen])
    assert (told.acknowledged, told.median_seconds, told.ninetieth_seconds) == (10, 330.0, 540.0)
    assert figures([*rings, *seen], live=False).median_seconds is None


def test_worst_sources_come_first_with_their_share() -> None:
    events = [
        engine_event(1, RAISED, 0, "Right/trend/a", priority="low"),
        engine_event(2, RAISED, 1),
        engine_event(3, ESCALATED, 2),
    ]
    first, second = figures(events).worst
    assert (first.name, first.cause, first.rings, first.share) == ("Left", "limit", 2, pytest.approx(2 / 3))
    assert (second.name, second.cause) == ("Right", "trend")


def test_empty_record_has_figures_too() -> None:
    told = figures([])
    assert (told.rings, told.per_day, told.worst, told.median_seconds) == (0, 0.0, (), None)
