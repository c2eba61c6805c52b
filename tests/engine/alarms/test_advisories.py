"""Advisories below the limit: rising errors, drifted errors, a changed machine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from engine.alarms.advisories import Advice, ScoredSnapshot, advise, healthy_severities
from engine.alarms.rules import Watch
from engine.clock import microseconds
from engine.config.settings import load_settings
from engine.records.assessment import Moment, Quality, Score
from engine.records.events import Cause, EventKind, NewEvent
from engine.scoring.history import empty_history

START = datetime(2004, 2, 12, 10, 32, 39, tzinfo=UTC)
RULES = load_settings().alarms.model_copy(update={"persistence": 3, "clear_after": 4})
NAMES = ("Bearing 1", "Bearing 2")
QUIET = 0.2
CALM = np.log(QUIET) + np.random.default_rng(12).normal(0.0, 0.1, (40, 2)).astype(np.float32)


def heard(
    severity: np.ndarray,
    level: np.ndarray | None = None,
    overtaken_from: int | None = None,
    followed: np.ndarray | None = None,
    learned: int = 0,
) -> list[tuple[int, NewEvent]]:
    """Return the advisories for severities (snapshots, 2), each with its snapshot's number."""
    level = np.ones_like(severity) if level is None else level
    chance = np.random.default_rng(13).normal(0.0, 0.01, severity.shape)
    advice = Advice((Watch(),) * 2, (False,) * 2, empty_history(2))
    said = []
    for number, row in enumerate(severity):
        at = START + number * timedelta(minutes=10)
        history = advice.history.extended(
            microseconds(at), np.log(row) + chance[number], np.log(level[number])
        )
        scores = tuple(
            Score(name, Quality.RUNNING, False, float(one), 1.0, float(one), 0.5)
            for name, one in zip(NAMES, row, strict=True)
        )
        overtaken = (overtaken_from is not None and number >= overtaken_from, False)
        advice, events = advise(
            replace(advice, history=history),
            ScoredSnapshot(
                Moment(f"snapshot {number}", at),
                scores,
                overtaken,
                np.zeros(2) if followed is None else followed[number],
            ),
            healthy_severities(CALM, learned),
            RULES,
        )
        said += [(number, event) for event in events]
    return said


def rising(count: int, until: float) -> np.ndarray:
    """Return severities (count, 2): bearing 1 rises, bearing 2 does not."""
    return np.stack([np.geomspace(QUIET, until, count), np.full(count, QUIET)], axis=1)


def only(said: list[tuple[int, NewEvent]], kind: EventKind) -> list[tuple[int, NewEvent]]:
    return [(number, event) for number, event in said if event.kind is kind]


def test_steady_machine_is_not_spoken_of() -> None:
    assert heard(np.full((100, 2), QUIET)) == []


def test_rising_error_is_an_advisory_with_the_time_that_is_left() -> None:
    # The series reaches the limit at snapshot 99 exactly.
    ((number, raised),) = only(heard(rising(100, 1.0)[:80]), EventKind.RAISED)
    detail = raised.detail
    assert raised.component == "Bearing 1"
    assert (detail["cause"], detail["priority"]) == (Cause.TREND.value, "low")
    assert detail["snapshot"] == f"snapshot {number}"
    left = (99 - number) * 600.0
    assert detail["seconds_to_limit"] == pytest.approx(left, rel=0.1)
    assert detail["earliest"] <= detail["seconds_to_limit"] <= detail["latest"]
    assert detail["times"] > 1.4


def test_rise_whose_limit_is_out_of_sight_is_not_told() -> None:
    assert only(heard(rising(80, QUIET * 1.6)), EventKind.RAISED) == []


def test_advisory_is_taken_back_when_the_alarm_by_the_limit_says_more() -> None:
    said = heard(rising(100, 1.0)[:80], overtaken_from=75)
    assert [event.kind for _, event in said if event.source == "component" and event.alarm] == [
        EventKind.RAISED,
        EventKind.CLEARED,
    ]
    ((number, cleared),) = only(said, EventKind.CLEARED)
    assert number == 75
    assert cleared.detail["overtaken"] is True


def test_advisory_ends_by_itself_when_the_rise_does() -> None:
    up = rising(100, 1.0)[:80]
    flat = np.concatenate([up, np.repeat(up[-1:], 100, axis=0)])
    said = heard(flat)
    assert [event.kind for _, event in said if event.alarm] == [EventKind.RAISED, EventKind.CLEARED]
    assert only(said, EventKind.CLEARED)[0][1].detail["overtaken"] is False


def test_drift_is_told_once_with_what_to_do_about_it() -> None:
    severity = np.full((120, 2), QUIET)
    severity[40:, 1] = 2 * QUIET
    ((number, event),) = only(heard(severity), EventKind.DRIFTED)
    assert event.component == "Bearing 2"
    assert 40 < number < 40 + 32
    assert "learn again" in str(event.detail["advice"])
    assert event.alarm == ""


def test_usual_value_that_was_followed_far_from_the_baseline_is_told_as_drift_though_severity_is_low() -> (
    None
):
    followed = np.stack([np.zeros(80), np.linspace(0, 2, 80)], axis=1)
    ((number, event),) = only(heard(np.full((80, 2), QUIET), followed=followed), EventKind.DRIFTED)
    assert event.component == "Bearing 2"
    assert followed[number, 1] > 1.0 >= followed[number - 1, 1]


def test_machine_that_changes_as_a_whole_says_so_once() -> None:
    level = np.ones((60, 2))
    level[30:] = 1.6
    said = only(heard(np.full((60, 2), QUIET), level), EventKind.CONDITION)
    ((number, event),) = said
    assert number == 30
    assert event.source == "machine"
    assert event.detail["level_ratio"] == pytest.approx(1.6, rel=0.01)


def test_changed_condition_takes_nothing_from_a_rising_error() -> None:
    severity, level = rising(100, 1.0)[:80], np.ones((80, 2))
    plain = only(heard(severity), EventKind.RAISED)
    level[20:] = 1.6
    with_step = only(heard(severity, level), EventKind.RAISED)
    assert [(number, event) for number, event in with_step if event.source == "component"] == plain
    assert [(number, event.source) for number, event in with_step if (number, event) not in plain] == [
        (22, "machine")
    ]


def test_rise_out_of_the_baseline_itself_is_not_told() -> None:
    severity = rising(40, 0.9)
    assert any(event.detail.get("cause") == Cause.TREND for _, event in heard(severity))
    last_learned = microseconds(START + 39 * timedelta(minutes=10))
    assert not any(
        event.detail.get("cause") == Cause.TREND for _, event in heard(severity, learned=last_learned)
    )


CALM_PLACES = np.random.default_rng(14).normal(size=(40, 4)).astype(np.float32)


def moved(places: np.ndarray, overtaken: range = range(0)) -> list[tuple[int, NewEvent]]:
    """Return the drifts for latent positions (snapshots, 4) of a machine whose errors are healthy."""
    advice = Advice((Watch(),) * 2, (False,) * 2, empty_history(2))
    healthy = healthy_severities(CALM, 0, CALM_PLACES)
    chance = np.random.default_rng(15).normal(0.0, 0.01, (len(places), 2))
    said = []
    for number, place in enumerate(places):
        at = START + number * timedelta(minutes=10)
        history = advice.history.extended(
            microseconds(at), np.log(QUIET) + chance[number], np.zeros(2), place.astype(np.float32)
        )
        scores = tuple(Score(name, Quality.RUNNING, False, QUIET, 1.0, QUIET, 0.5) for name in NAMES)
        seen = ScoredSnapshot(
            Moment(f"snapshot {number}", at), scores, (number in overtaken, False), np.zeros(2)
        )
        advice, events = advise(replace(advice, history=history), seen, healthy, RULES)
        said += [(number, event) for event in events]
    return only(said, EventKind.DRIFTED)


def wandering(count: int) -> np.ndarray:
    return np.random.default_rng(16).normal(size=(count, 4))


def test_latent_positions_as_on_the_baseline_are_not_spoken_of() -> None:
    assert moved(wandering(120)) == []


def test_latent_drift_is_told_once_with_its_distance_and_the_bound_of_chance() -> None:
    places = wandering(120)
    places[40:] += 4.0
    ((number, event),) = moved(places)
    assert 40 < number < 72
    assert event.source == "machine"
    assert event.detail["latent_distance"] > event.detail["latent_bound"]
    assert "learn again" in str(event.detail["advice"])


def test_latent_drift_that_went_back_is_told_again_when_it_returns() -> None:
    places = wandering(240)
    places[40:90] += 4.0
    places[160:] += 4.0
    first, second = (number for number, _ in moved(places))
    assert first < 90 < 160 < second


def test_latent_drift_is_not_told_while_an_alarm_stands_but_afterwards() -> None:
    places = wandering(120)
    places[40:] += 4.0
    ((number, _),) = moved(places, overtaken=range(40, 100))
    assert number == 100
