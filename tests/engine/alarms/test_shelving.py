"""Further alarm states: shelved, out of service, latched, chattering."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import strategies as st

from engine.alarms.alarm import Alarm, AlarmState, fold_alarms
from engine.alarms.shelving import words_of
from engine.config.settings import load_settings
from engine.records.events import Event
from engine.records.stored_settings import FoldRules, stored_settings
from tests.engine.handmade_events import (
    ACKNOWLEDGED,
    CLEARED,
    ESCALATED,
    NOTED,
    RAISED,
    UNSHELVED,
    at,
    engine_event,
    operator_event,
    reinstated,
    retired,
    shelved,
)

UNACK, ACK, RETURNED = AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED
NORMAL, PUT_BY, OUT = AlarmState.NORMAL, AlarmState.SHELVED, AlarmState.OUT_OF_SERVICE
LATCHING = FoldRules(latching=True)
MERGING = FoldRules(chatter=timedelta(minutes=30))
RING = engine_event(1, RAISED, 0)
SEEN = operator_event(2, ACKNOWLEDGED, 1, 1)
BACK = engine_event(3, CLEARED, 5)


def only(events: Iterable[Event], minute: float, rules: FoldRules | None = None) -> Alarm:
    (alarm,) = fold_alarms(events, at(minute), rules or FoldRules())
    return alarm


@pytest.mark.parametrize(
    ("events", "minute", "state"),
    [
        pytest.param([RING, shelved(2, 2, 1, 60)], 1, PUT_BY, id="shelved later counts for the ring it saw"),
        pytest.param([RING, shelved(2, 2, 1, 60)], 2, PUT_BY, id="unacknowledged, shelved"),
        pytest.param([RING, SEEN, shelved(4, 2, 1, 60)], 2, PUT_BY, id="acknowledged, shelved"),
        pytest.param([RING, SEEN, shelved(4, 2, 1, 60)], 1, ACK, id="acknowledged before it is shelved"),
        pytest.param([RING, shelved(2, 2, 1, 60)], 60, UNACK, id="time up: unacknowledged"),
        pytest.param(
            [RING, SEEN, shelved(4, 2, 1, 60)], 60, UNACK, id="time up: even if it was acknowledged"
        ),
        pytest.param([RING, shelved(2, 2, 1, 60), BACK], 30, PUT_BY, id="returned under the shelf"),
        pytest.param(
            [RING, shelved(2, 2, 1, 60), BACK], 60, RETURNED, id="returned and never seen: wants it"
        ),
        pytest.param([RING, SEEN, shelved(4, 2, 1, 60), BACK], 60, NORMAL, id="returned and seen: over"),
        pytest.param(
            [RING, shelved(2, 2, 1, 60), operator_event(3, UNSHELVED, 9, 1, shelf=2)],
            9,
            ACK,
            id="by hand: acknowledged",
        ),
        pytest.param(
            [RING, shelved(2, 2, 1, 60), operator_event(3, UNSHELVED, 9, 1, shelf=2)],
            60,
            ACK,
            id="by hand: its time rings no more",
        ),
        pytest.param(
            [RING, shelved(2, 2, 1, 60), engine_event(3, ESCALATED, 20)],
            20,
            UNACK,
            id="escalation breaks the shelf",
        ),
        pytest.param(
            [RING, engine_event(2, ESCALATED, 1), shelved(3, 2, 1, 60)],
            2,
            UNACK,
            id="a shelf that did not see the escalation holds nothing",
        ),
        pytest.param(
            [RING, shelved(2, 2, 1, 60), BACK, engine_event(4, RAISED, 30, "Left/limit/b")],
            30,
            PUT_BY,
            id="the next episode is shelved too",
        ),
        pytest.param(
            [RING, shelved(2, 2, 1, 60), BACK, engine_event(4, RAISED, 30, "Left/limit/b")],
            60,
            UNACK,
            id="and rings when the time is up",
        ),
        pytest.param(
            [RING, shelved(2, 2, 1, 60), BACK, engine_event(4, RAISED, 30, "Left/limit/b", priority="high")],
            30,
            UNACK,
            id="a louder episode breaks the shelf",
        ),
        pytest.param(
            [
                RING,
                SEEN,
                BACK,
                shelved(4, 6, 1, 60),
                engine_event(5, RAISED, 30, "Left/trend/b", priority="low"),
            ],
            30,
            UNACK,
            id="another cause is not shelved",
        ),
    ],
)
def test_a_shelf_silences_its_cause_until_its_time_is_up_or_a_louder_episode_comes(
    events: list[Event], minute: float, state: AlarmState
) -> None:
    newest = max(fold_alarms(events, at(minute)), key=lambda alarm: alarm.raised.seq)
    assert newest.state is state
    assert newest.needs_acknowledgement is (state in (UNACK, RETURNED))


def test_shelf_tells_by_whom_why_and_until_when() -> None:
    alarm = only([RING, shelved(2, 2, 1, 60)], 10)
    assert (alarm.shelved_by, alarm.shelved_for, alarm.shelved_until) == ("ada", "noisy cable", at(60))
    assert not alarm.shelved_later
    assert only([RING, shelved(2, 2, 1, 60)], 1).shelved_later


def test_shelf_that_ran_out_is_acknowledged_by_naming_it() -> None:
    events = [RING, SEEN, shelved(4, 2, 1, 60)]
    alarm = only(events, 61)
    assert (alarm.ring.seq, alarm.ring.at, alarm.ring.alarm) == (4, at(60), alarm.key)
    assert only([*events, operator_event(5, ACKNOWLEDGED, 61, alarm.ring.seq)], 61).state is ACK
    assert only([*events, operator_event(5, ACKNOWLEDGED, 61, 1)], 61).state is UNACK


def test_escalation_after_a_shelf_ran_out_rings_once_more() -> None:
    events = [
        RING,
        shelved(2, 2, 1, 60),
        operator_event(3, ACKNOWLEDGED, 61, 2),
        engine_event(4, ESCALATED, 70),
    ]
    assert [only(events, minute).state for minute in (61, 70)] == [ACK, UNACK]


def test_component_out_of_service_asks_for_nothing_and_keeps_what_it_owes() -> None:
    other = engine_event(2, RAISED, 1, "Right/limit/a")
    events = [RING, other, retired(3, 10), reinstated(4, 50, 3)]
    states = [{one.component: one.state for one in fold_alarms(events, at(minute))} for minute in (9, 10, 50)]
    assert [one["Left"] for one in states] == [UNACK, OUT, UNACK]
    assert [one["Right"] for one in states] == [UNACK] * 3


def test_what_rang_under_maintenance_wants_an_acknowledgement_afterwards() -> None:
    events = [retired(1, 0), engine_event(2, RAISED, 5), engine_event(3, CLEARED, 20), reinstated(4, 50, 1)]
    assert [only(events, minute).state for minute in (5, 20, 50)] == [OUT, OUT, RETURNED]


def test_alarm_that_is_over_does_not_become_out_of_service() -> None:
    assert only([RING, SEEN, BACK, retired(4, 10)], 10).state is NORMAL


def test_latching_alarm_stands_until_it_returned_and_was_acknowledged() -> None:
    late = operator_event(4, ACKNOWLEDGED, 9, 1)
    assert [only([RING, BACK], minute, LATCHING).state for minute in (0, 5)] == [UNACK, UNACK]
    assert only([RING, BACK], 5, LATCHING).stands
    assert only([RING, BACK, late], 9, LATCHING).state is NORMAL
    assert only([RING, SEEN, BACK], 5, LATCHING).state is NORMAL
    assert only([RING, BACK], 5).state is RETURNED


def test_episodes_that_chatter_are_one_alarm_with_a_count() -> None:
    events = [
        RING,
        BACK,
        engine_event(4, RAISED, 35, "Left/limit/b", severity=3.0),
        engine_event(5, CLEARED, 40, "Left/limit/b"),
    ]
    again = [*events, engine_event(6, RAISED, 71, "Left/limit/c")]
    assert [alarm.count for alarm in fold_alarms(again, at(71), MERGING)] == [1, 2]
    assert [alarm.count for alarm in fold_alarms(again, at(71))] == [1, 1, 1]
    merged = only(events, 40, MERGING)
    assert (merged.key, merged.raised.seq, merged.ring.seq, merged.peak) == ("Left/limit/a", 1, 4, 3.0)


def test_recordings_in_a_folder_a_day_make_one_alarm_that_chatters_over_midnight() -> None:
    events = [
        engine_event(1, RAISED, 0, "Left/limit/2026/01/05/2359.csv"),
        engine_event(2, CLEARED, 5, "Left/limit/2026/01/05/2359.csv"),
        engine_event(3, RAISED, 10, "Left/limit/2026/01/06/0009.csv"),
    ]
    assert only(events, 10, MERGING).count == 2


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("Left/limit/2026/01/05/2359.csv", "Left, limit"),
        ("Fan A/B channel 2/sensor dead/a", "Fan A/B channel 2, sensor dead"),
        ("machine/no data/2026-01-05T03:00:00+00:00", "machine, no data"),
        ("Left/cause of another release/a", "Left, cause of another release"),
    ],
)
def test_key_of_an_alarm_is_read_as_its_source_and_cause(key: str, words: str) -> None:
    assert words_of(key) == words


def test_chattering_alarm_rings_every_time_and_one_acknowledgement_covers_what_was_seen() -> None:
    events = [RING, SEEN, BACK, engine_event(4, RAISED, 10, "Left/limit/b")]
    assert only(events, 10, MERGING).state is UNACK
    assert only([*events, operator_event(5, ACKNOWLEDGED, 11, 4, "Left/limit/b")], 11, MERGING).state is ACK
    assert (
        only([RING, *events[2:], operator_event(5, ACKNOWLEDGED, 11, 4, "Left/limit/b")], 1, MERGING).state
        is ACK
    )


def test_peak_is_the_highest_that_rings_and_clearing_tell() -> None:
    events = [
        RING,
        engine_event(2, ESCALATED, 2, severity=4.5),
        engine_event(3, CLEARED, 5, peak=6.0, severity=0.5),
    ]
    assert [only(events, minute).peak for minute in (0, 2, 5)] == [1.5, 4.5, 6.0]


def test_notes_stay_with_their_alarm() -> None:
    events = [
        RING,
        engine_event(2, RAISED, 1, "Right/limit/a"),
        operator_event(3, NOTED, 4, 1, text="grease leaks"),
    ]
    notes = {alarm.component: [note.seq for note in alarm.notes] for alarm in fold_alarms(events, at(2))}
    assert notes == {"Left": [3], "Right": []}


def test_what_is_put_away_comes_after_what_stands_and_before_what_is_over() -> None:
    events = [
        engine_event(1, RAISED, 0, "A/limit/a", priority="high"),
        engine_event(2, RAISED, 0, "B/limit/a"),
        engine_event(3, RAISED, 0, "C/limit/a"),
        engine_event(4, RAISED, 0, "D/limit/a"),
        shelved(5, 1, 1, 60, "A/limit/a"),
        operator_event(6, ACKNOWLEDGED, 1, 2, "B/limit/a"),
        operator_event(7, ACKNOWLEDGED, 1, 3, "C/limit/a"),
        engine_event(8, CLEARED, 2, "C/limit/a"),
    ]
    assert [alarm.component for alarm in fold_alarms(events, at(3))] == ["D", "B", "A", "C"]


def test_rules_of_the_fold_come_from_the_settings_of_the_assessment() -> None:
    settings = load_settings(overrides={"alarms.latching": True, "alarms.chatter_minutes": 15.0})
    assert stored_settings(settings.plain()).fold == FoldRules(True, timedelta(minutes=15))
    assert stored_settings({}).fold == FoldRules()


RULES = st.builds(
    FoldRules, latching=st.booleans(), chatter=st.sampled_from([timedelta(0), timedelta(minutes=25)])
)
MINUTES = st.integers(0, 200)
