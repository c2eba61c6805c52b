"""What becomes of a recording that arrives, and what time it is while none does."""

from datetime import datetime, timedelta

import pytest

from engine.clock import RECENT, LiveClock, usual_interval
from engine.live.intake import Ruling, ruling
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
    ruled = ruling(at(10), "aa", at_its_time=at_its_time, with_its_signal=with_its_signal, newest=newest)
    assert ruled.outcome is outcome
    assert (ruled == Ruling(Outcome.TAKEN)) is (outcome is Outcome.TAKEN)
    for other in (at_its_time, with_its_signal):
        if other is not None and (other is at_its_time or at_its_time is None):
            assert other.name in ruled.reason


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
