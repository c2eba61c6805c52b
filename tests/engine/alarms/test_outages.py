"""Alarms without a snapshot, the alarm of a stopped machine, and the advice for each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.alarms.advice import advice_for
from engine.alarms.alarm import AlarmState, fold_alarms
from engine.alarms.condition import watch_stop
from engine.alarms.outages import no_data_due, no_data_raised, outage_cleared, outage_raised, standing_outage
from engine.assessment.state import first_state, unpack_state
from engine.config.channels import layout_of
from engine.config.settings import load_settings
from engine.records.assessment import Moment
from engine.records.events import Cause, Event, EventKind, NewEvent, Priority
from engine.records.motor_figures import MotorFault
from tests.engine.handmade_events import at, engine_event
from tests.engine.rigs import WALL

INTERVAL = timedelta(minutes=10)
RULES = load_settings(overrides={"alarms.stopped_rings": True}).alarms


def stored(seq: int, fact: NewEvent) -> Event:
    return Event(
        seq, fact.kind, fact.at, WALL, fact.source, fact.component, fact.alarm, fact.ring, "", fact.detail
    )


@pytest.mark.parametrize(
    ("minutes", "interval", "due"),
    [(29.9, INTERVAL, False), (30, INTERVAL, True), (500, INTERVAL, True), (500, timedelta(0), False)],
)
def test_no_data_is_due_after_so_many_intervals_if_the_interval_is_known(
    minutes: float, interval: timedelta, due: bool
) -> None:
    assert no_data_due(at(0), interval, 3, at(minutes)) is due


def test_no_data_is_stamped_with_the_instant_it_was_due_and_rings_until_data_come() -> None:
    raised = stored(1, no_data_raised(at(0), INTERVAL, 3))
    back = stored(2, outage_cleared(raised, at(55)))
    assert (raised.at, raised.source, raised.detail["priority"]) == (at(30), "machine", "medium")
    assert fold_alarms([raised, back], at(29)) == ()
    states = [fold_alarms([raised, back], at(minute))[0].state for minute in (30, 55)]
    assert states == [AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED]


def test_files_that_were_held_up_do_not_end_an_alarm_before_it_began() -> None:
    raised = no_data_raised(at(0), INTERVAL, 3)
    assert outage_cleared(raised, at(10)).at == raised.at


def test_restarted_engine_finds_the_outage_that_stands_and_would_raise_the_same() -> None:
    raised = stored(1, no_data_raised(at(0), INTERVAL, 3))
    failed = stored(2, outage_raised(Cause.ENGINE_FAILED, at(31), "the disk is gone"))
    assert standing_outage([failed, raised], Cause.NO_DATA) == raised
    assert no_data_raised(at(0), INTERVAL, 3).alarm == raised.alarm
    assert standing_outage([raised, failed, stored(3, outage_cleared(raised, at(40)))], Cause.NO_DATA) is None
    assert (failed.source, failed.detail["priority"]) == ("engine", "high")


def test_stopped_machine_rings_only_if_it_is_set_so_and_never_in_the_baseline() -> None:
    moment = Moment("file", at(0))
    assert watch_stop("", True, 0, False, moment, load_settings().alarms) == ("", ())
    assert watch_stop("", True, 0, True, moment, RULES) == ("", ())
    key, (raised,) = watch_stop("", True, 0, False, moment, RULES)
    assert (raised.kind, raised.source, raised.alarm) == (EventKind.RAISED, "machine", key)
    assert raised.detail["cause"] == Cause.STOPPED
    assert watch_stop(key, True, 0, False, moment, RULES) == (key, ())
    gone, (cleared,) = watch_stop(key, False, 0, False, Moment("later", at(10)), RULES)
    assert (gone, cleared.kind, cleared.alarm) == ("", EventKind.CLEARED, key)


def test_stop_that_rang_is_cleared_even_if_the_setting_was_taken_back() -> None:
    key, (cleared,) = watch_stop(
        "machine/stopped/a", False, 0, False, Moment("b", at(1)), load_settings().alarms
    )
    assert (key, cleared.kind) == ("", EventKind.CLEARED)


def test_every_cause_has_advice_and_the_loud_and_the_explained_have_their_own() -> None:
    texts = load_settings().plain()["advice"]
    told = set()
    for cause in Cause:
        (alarm,) = fold_alarms([engine_event(1, EventKind.RAISED, 0, f"Left/{cause}/a")], at(0))
        told.add(advice_for(alarm, texts))
        if cause is Cause.LIMIT:
            told.add(advice_for(replace(alarm, priority=Priority.HIGH), texts))
            told.add(advice_for(replace(alarm, carried_from="Right"), texts))
            told.add(advice_for(replace(alarm, beside="Right", priority=Priority.HIGH), texts))
            for priority in (Priority.MEDIUM, Priority.HIGH):
                motor = replace(alarm, surface=MotorFault.STATOR, priority=priority)
                told.add(advice_for(motor, texts))
    assert told == set(texts.values())


def test_without_a_table_of_advice_there_is_none() -> None:
    (alarm,) = fold_alarms([engine_event(1, EventKind.RAISED, 0)], at(0))
    assert advice_for(alarm, {}) == ""


def test_stop_that_rings_survives_the_restart_of_the_engine() -> None:
    state = first_state(layout_of(load_settings()), (4, 10))
    kept = unpack_state(replace(state, stopped=True, stopped_alarm="machine/stopped/a").pack())
    assert (kept.stopped, kept.stopped_alarm) == (True, "machine/stopped/a")
    older = {key: value for key, value in state.pack().items() if key not in ("stopped_alarm", "silent")}
    assert (unpack_state(older).stopped_alarm, unpack_state(older).silent) == ("", 0)


# Constant channels: stopped, or without supply


USUAL = load_settings().alarms


def test_constant_channels_ask_a_person_and_the_running_machine_answers() -> None:
    moment, few = Moment("file", at(0)), USUAL.persistence - 1
    assert watch_stop("", True, few, False, moment, USUAL) == ("", ())
    assert watch_stop("", True, few + 1, True, moment, USUAL) == ("", ())
    key, (raised,) = watch_stop("", True, few + 1, False, moment, USUAL)
    assert (raised.source, raised.detail["priority"]) == ("machine", "low")
    assert "or the sensors lost their supply" in str(raised.detail["message"])
    assert watch_stop(key, True, 0, False, moment, USUAL) == (key, ())
    gone, (cleared,) = watch_stop(key, False, 0, False, Moment("later", at(10)), USUAL)
    assert gone == ""
    (alarm,) = fold_alarms([stored(1, raised), stored(2, cleared)], at(20))
    assert (alarm.state, alarm.needs_acknowledgement) == (AlarmState.NORMAL, False)


def test_stop_that_is_to_ring_rings_once_and_stays_to_be_acknowledged() -> None:
    moment = Moment("file", at(0))
    key, (raised,) = watch_stop("", True, USUAL.persistence, False, moment, RULES)
    assert raised.detail["priority"] == "medium"
    _, (cleared,) = watch_stop(key, False, 0, False, Moment("later", at(10)), RULES)
    (alarm,) = fold_alarms([stored(1, raised), stored(2, cleared)], at(20))
    assert alarm.needs_acknowledgement
