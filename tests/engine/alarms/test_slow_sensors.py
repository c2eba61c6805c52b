"""Slow sensors beside vibration that are missing, stuck or out of range: one alarm each, that ends again."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from engine.alarms.alarm import fold_alarms
from engine.alarms.rules import Watch
from engine.alarms.slow_sensors import (
    SlowWatch,
    Trouble,
    pack_slow_watches,
    restored,
    troubles_of,
    unpack_slow_watches,
    watch_slow,
)
from engine.clock import LAST
from engine.config.channels import Layout
from engine.config.settings import load_settings
from engine.explanation.because import what_rang
from engine.records.assessment import Moment
from engine.records.events import Event, EventKind, NewEvent
from engine.scoring.slow import habits_of

START = datetime(2025, 1, 6, tzinfo=UTC)
LAYOUT = Layout(
    ("Bearing 1", "Bearing 2"),
    ((1,), (2,)),
    np.ones(2, np.bool_),
    np.ones(2, np.float32),
    ("g", "g"),
    slow=("Load", "Temp 1", "Temp 2"),
    slow_units=("kW", "°C", "°C"),
    symptoms=((1,), (2,)),
    slow_low=(0.0, -40.0, -40.0),
    slow_high=(1e30, 150.0, 150.0),
)
RULES = load_settings(rig="ims-set2").alarms
NAN = math.nan


def healthy(count: int = 100) -> np.ndarray:
    chance = np.random.default_rng(0)
    return np.round(np.array([40.0, 55.0, 52.0]) + chance.normal(size=(count, 3)), 2)


def passed(rows: np.ndarray, layout: Layout = LAYOUT, *, cut: bool = False) -> list[NewEvent]:
    """Return the events of recordings after a healthy baseline; `cut` restarts the engine at each."""
    habits = habits_of(healthy())
    watches: tuple[SlowWatch, ...] = ()
    events = []
    for number, row in enumerate(rows):
        moment = Moment(f"{number}", START + timedelta(minutes=10 * number))
        watches, troubles = troubles_of(watches, tuple(map(float, row)), habits, layout)
        watches, rung = watch_slow(watches, troubles, layout, moment, RULES)
        events += rung
        if cut:
            stored = unpack_slow_watches(json.loads(json.dumps(pack_slow_watches(watches))))
            assert stored == watches
            watches = stored
    return events


def broken(column: int, value: float, first: int = 10, last: int = 40) -> np.ndarray:
    rows = healthy(60)
    rows[first:last, column] = value
    return rows


def test_healthy_sensors_raise_nothing() -> None:
    assert not passed(healthy(400))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (54.21, "Temp 1 is stuck at 54.21 °C, for"),
        (NAN, "Temp 1 is not known"),
        (9999.0, "Temp 1 is 9999 °C, out of its range (-40 to 150 °C)"),
    ],
)
def test_a_faulty_symptom_rings_once_and_returns(value: float, words: str) -> None:
    raised, cleared = passed(broken(1, value))
    assert (raised.kind, cleared.kind) == (EventKind.RAISED, EventKind.CLEARED)
    assert (raised.source, raised.component) == ("channel", "Bearing 1")
    assert (raised.detail["cause"], raised.detail["priority"]) == ("sensor dead", "medium")
    assert str(raised.detail["message"]).startswith(words)
    assert cleared.alarm == raised.alarm
    assert int(str(raised.detail["snapshot"])) <= 10 + 8
    assert int(str(cleared.detail["snapshot"])) == 40 + RULES.clear_after - 1


def test_an_alarm_that_stands_is_restored_from_its_key() -> None:
    raised = passed(broken(1, NAN))[0]
    found = restored(LAYOUT, [(raised.alarm, Watch(alarm=raised.alarm))])
    assert [one.watch.alarm for one in found] == ["", raised.alarm, "", ""]
    assert restored(LAYOUT, [("Bearing 1/limit/4", Watch(alarm="Bearing 1/limit/4"))]) == ()


def test_a_restart_at_every_recording_changes_nothing() -> None:
    for value in (54.21, NAN, 9999.0):
        assert passed(broken(1, value), cut=True) == passed(broken(1, value))


def test_a_condition_without_value_is_an_advisory_of_the_machine() -> None:
    raised = passed(broken(0, NAN, last=60))[0]
    assert (raised.source, raised.component, raised.detail["priority"]) == ("machine", "", "low")


def test_rows_that_end_raise_one_alarm_for_all() -> None:
    rows = healthy(60)
    rows[20:] = NAN
    (raised,) = passed(rows)
    assert "no slow sensor is known" in str(raised.detail["message"])
    assert raised.detail["priority"] == "medium"


def test_two_sensors_stuck_at_once_ring_each() -> None:
    rows = healthy(60)
    rows[10:, 1:] = 50.0
    assert sorted(one.component for one in passed(rows)) == ["Bearing 1", "Bearing 2"]


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_a_sensor_that_often_keeps_its_value_is_not_stuck(share: float) -> None:
    """A row an hour beside recordings every few minutes, or a coarse display."""
    chance = np.random.default_rng(1)
    steps = np.cumsum(chance.random(2000) < share).astype(float)
    values = np.stack([steps, steps, steps], axis=1)
    habits, watches = habits_of(values[:200]), ()
    for row in values[200:]:
        watches, troubles = troubles_of(
            watches, tuple(row), habits, replace(LAYOUT, slow_low=(), slow_high=())
        )
        assert troubles == (None, None, None)


def test_a_sensor_that_the_baseline_hardly_knew_is_not_missed() -> None:
    values = healthy()
    values[30:, 2] = NAN
    _, troubles = troubles_of((), (40.0, 55.0, NAN), habits_of(values), LAYOUT)
    assert troubles == (None, None, None)
    _, troubles = troubles_of((), (40.0, NAN, NAN), habits_of(values), LAYOUT)
    assert troubles == (None, Trouble.MISSING, None)


def test_a_bundle_that_knows_no_habits_still_shows_missing_values() -> None:
    nothing = np.zeros((2, 0), np.float32)
    _, troubles = troubles_of((), (NAN, 9999.0, 50.0), nothing, LAYOUT)
    assert troubles == (Trouble.MISSING, Trouble.RANGE, None)


def test_lists_of_alarms_name_the_sensor_and_its_fault() -> None:
    raised = passed(broken(1, NAN, last=60))[0]
    stored = Event(1, recorded_at=raised.at, **{name: getattr(raised, name) for name in NewEvent.__slots__})
    (line,) = what_rang(fold_alarms([stored], LAST), str)
    assert "1 medium: Bearing 1, sensor dead: Temp 1 is not known: its value is missing" in line
