"""The live clock: recording time between and after recordings."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import (
    FIRST,
    LAST,
    RECENT,
    LiveClock,
    in_zone,
    largest_unit,
    live_time,
    microseconds,
    moment,
    passed,
    seconds_span,
    shifted,
    usual_interval,
    usual_step,
)
from engine.live.intake import IntakeDecision, decide
from engine.records.intake import Intake, Outcome
from tests.engine.handmade_events import at


def taken(name: str, digest: str, minute: float) -> Intake:
    return Intake(name.encode(), name, 10, 5, 7, Outcome.TAKEN, at(minute), digest)


OTHER = taken("first", "aa", 5)


@pytest.mark.parametrize(
    ("at_its_time", "with_its_signal", "newest", "outcome"),
    [
        (None, None, None, Outcome.TAKEN),
        (None, None, at(9), Outcome.TAKEN),
        (None, None, at(10), Outcome.LATE),
        (None, None, at(11), Outcome.LATE),
        (taken("same", "aa", 10), None, at(10), Outcome.DUPLICATE),
        (taken("same", "bb", 10), None, at(10), Outcome.CONFLICT),
        (taken("same", "bb", 10), OTHER, at(10), Outcome.CONFLICT),
        (None, OTHER, at(9), Outcome.REPEATED),
        (None, OTHER, at(11), Outcome.REPEATED),
    ],
)
def test_ruling_by_what_was_taken_in_before(
    at_its_time: Intake | None, with_its_signal: Intake | None, newest: datetime | None, outcome: Outcome
) -> None:
    decision = decide(at(10), "aa", at_its_time=at_its_time, with_its_signal=with_its_signal, newest=newest)
    assert decision.outcome is outcome
    assert (decision == IntakeDecision(Outcome.TAKEN)) is (outcome is Outcome.TAKEN)
    for other in (at_its_time, with_its_signal):
        if other is not None and (other is at_its_time or at_its_time is None):
            assert other.name in decision.reason


@pytest.mark.parametrize(
    ("minutes", "usual"),
    [
        ([], 0),
        ([3], 0),
        ([0, 10], 10),
        ([0, 10, 20, 500, 510, 520], 10),
        ([*range(0, 1000, 100), *range(1000, 1000 + 5 * RECENT + 1, 5)], 5),
    ],
)
def test_usual_interval_passes_over_pauses_and_forgets_the_past(minutes: list[int], usual: int) -> None:
    assert usual_interval([at(minute) for minute in minutes]) == timedelta(minutes=usual)


def test_live_now_goes_on_from_the_newest_stamp_and_never_back() -> None:
    clock = LiveClock(at(0), came=100.0)
    assert clock.now(160.0) == at(1)
    assert clock.now(90.0) == at(0)


# Times that cannot be

YEAR_9999 = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
INSTANTS = st.datetimes(timezones=st.just(UTC))
SPANS = st.timedeltas()


@given(INSTANTS, SPANS)
def test_an_instant_shifted_by_any_span_stays_in_the_calendar(instant: datetime, by: timedelta) -> None:
    moved = shifted(instant, by)
    assert FIRST <= moved <= LAST
    assert moved - instant == by or moved in (FIRST, LAST)


@given(st.integers())
def test_any_number_of_microseconds_is_an_instant_and_those_of_an_instant_are_exact(micros: int) -> None:
    instant = moment(micros)
    assert microseconds(instant) == min(max(micros, microseconds(FIRST)), microseconds(LAST))


@given(INSTANTS, st.sampled_from(["Pacific/Kiritimati", "Pacific/Niue", "UTC", "Europe/Vienna"]))
def test_any_instant_can_be_shown_in_any_zone(instant: datetime, zone: str) -> None:
    shown = in_zone(instant, ZoneInfo(zone))
    assert f"{shown:%H:%M:%S}"
    with suppress(OverflowError):
        assert shown == instant.astimezone(ZoneInfo(zone))


@pytest.mark.parametrize("seconds", [inf, 1e300, -inf, 0.0, 1e-9])
def test_any_number_of_seconds_is_a_span(seconds: float) -> None:
    assert (seconds_span(seconds) > timedelta(0)) is (seconds >= 1e-6)
    assert shifted(YEAR_9999, seconds_span(seconds)).year in (1, 9999)


def test_recording_time_goes_on_from_the_last_year_and_not_back_with_the_clock() -> None:
    assert LiveClock(YEAR_9999, came=0.0).now(1e12) == LAST
    assert live_time(YEAR_9999, came=at(0), now=at(10)) == LAST
    assert live_time(at(0), came=at(5), now=at(15)) == at(10)
    assert live_time(at(0), came=at(5), now=at(1)) == at(0)
    assert passed(at(5), at(1)) == timedelta(0)


def test_usual_step_counts_what_was_left_out_between_two_snapshots() -> None:
    assert usual_step(np.array([0, 10, 40, 50]), np.array([0, 1, 4, 5])) == 10
    assert usual_step(np.array([7]), np.array([3])) == 0


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.0, (0.0, "s")),
        (119.9, (119.9, "s")),
        (120.0, (2.0, "min")),
        (7199.0, (7199 / 60, "min")),
        (7200.0, (2.0, "h")),
        (86400.0, (24.0, "h")),
        (259200.0, (3.0, "d")),
    ],
)
def test_the_unit_of_a_span_is_the_largest_that_it_has_twice(seconds: float, told: tuple[float, str]) -> None:
    assert largest_unit(seconds) == told
