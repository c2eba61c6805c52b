"""The playhead moves in recording time, never past stored data, and loses no ring at any pace."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alarms.alarm import fold_alarms
from engine.clock import microseconds, moment
from engine.records.events import Event, EventKind
from tui.data.playhead import (
    PACES,
    SWEEP_FRAMES,
    Playhead,
    advance,
    at_end,
    clamped,
    pace_label,
    rung_between,
    seek,
    shift_pace,
    step,
    to_mark,
)

SECOND = 1_000_000
TIMES = np.arange(10, dtype=np.int64) * 600 * SECOND
NONE = np.array([], dtype=np.int64)
T0 = datetime(1970, 1, 1, tzinfo=UTC)


def ring(seq: int, at: int, kind: EventKind = EventKind.RAISED, alarm: str = "") -> Event:
    detail = {"cause": "limit", "priority": "medium", "severity": 1.2}
    name = alarm or f"alarm {seq}"
    return Event(seq, kind, moment(at), T0, "component", "Bearing 1", name, None, "", detail)


def test_it_stands_nowhere_until_something_is_stored_and_then_at_the_first_snapshot() -> None:
    assert advance(Playhead(), 1.0, NONE).at is None
    assert advance(Playhead(), 1.0, TIMES).at == 0


@pytest.mark.parametrize(("pace", "seconds", "moved"), [(0.25, 0.2, 0.05), (1, 0.2, 0.2), (5000, 0.2, 1000)])
def test_it_moves_by_pace_times_wall_time(pace: float, seconds: float, moved: float) -> None:
    assert advance(Playhead(0, pace), seconds, TIMES).at == moved * SECOND


def test_it_never_passes_the_last_stored_snapshot() -> None:
    head = advance(Playhead(0, 50_000), 1.0, TIMES)
    assert head.at == TIMES[-1]
    assert at_end(head, TIMES)


def test_a_paused_playhead_does_not_move() -> None:
    assert advance(Playhead(700 * SECOND, 100, playing=False), 1.0, TIMES).at == 700 * SECOND


def test_a_frame_that_comes_hours_late_does_not_leap_hours() -> None:
    assert advance(Playhead(0, 10), 3 * 3600, TIMES).at == 10 * SECOND


def test_at_full_pace_it_stops_at_every_ring_and_is_at_the_end_soon() -> None:
    rings = [int(TIMES[4]), int(TIMES[4]) + 5]
    head, seen = Playhead(0, math.inf), []
    for _ in range(SWEEP_FRAMES + len(rings)):
        head = advance(head, 0.2, TIMES, rings)
        seen.append(head.at)
    assert set(rings) <= set(seen)
    assert head.at == TIMES[-1]


@pytest.mark.parametrize(
    ("at", "by", "lands"),
    [(0, 1, 1), (0, -1, 0), (9, 1, 9), (9, -1, 8), (4.5, 1, 5), (4.5, -1, 4)],
)
def test_a_step_goes_from_snapshot_to_snapshot_and_pauses(at: float, by: int, lands: int) -> None:
    head = step(Playhead(int(at * 600 * SECOND)), by, TIMES)
    assert (head.at, head.playing) == (TIMES[lands], False)


def test_a_step_before_anything_is_stored_only_pauses() -> None:
    assert step(Playhead(), 1, NONE) == Playhead(playing=False)


def test_seeking_stays_within_what_is_stored() -> None:
    assert seek(Playhead(0), 10**15, TIMES).at == TIMES[-1]
    assert seek(Playhead(0), -5, TIMES).at == 0


def test_marks_are_gone_to_one_by_one_and_said_to_be_missing_beyond_the_last() -> None:
    marks = [100, 200, 300]
    assert to_mark(Playhead(200), 1, marks) == Playhead(300, playing=False)
    assert to_mark(Playhead(200), -1, marks) == Playhead(100, playing=False)
    assert to_mark(Playhead(300), 1, marks) is None
    assert to_mark(Playhead(), 1, marks) is None


def test_the_ladder_of_paces_goes_from_a_quarter_to_max_and_takes_in_odd_paces() -> None:
    head = Playhead(pace=4900)
    assert shift_pace(head, 1).pace == 5000
    assert shift_pace(head, -1).pace == 2000
    assert shift_pace(Playhead(pace=0.25), -1).pace == 0.25
    assert shift_pace(Playhead(pace=math.inf), 1).pace == math.inf
    assert [pace_label(pace) for pace in (PACES[0], 5000, PACES[-1])] == ["×0.25", "×5000", "max"]


def test_only_raises_and_escalations_after_the_one_instant_up_to_the_other_have_rung() -> None:
    events = [ring(1, 10), ring(2, 20, EventKind.CLEARED), ring(3, 30, EventKind.ESCALATED), ring(4, 40)]
    assert [event.seq for event in rung_between(events, 10, 40)] == [3, 4]
    assert [event.seq for event in rung_between(events, None, 30)] == [1, 3]
    assert rung_between(events, 0, None) == ()


def test_instants_and_moments_are_each_others_inverse() -> None:
    when = datetime(2004, 2, 16, 3, 12, 39, 7, tzinfo=UTC)
    assert moment(microseconds(when)) == when


@given(
    pace=st.sampled_from(PACES),
    frames=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30),
    rings=st.lists(st.integers(1, int(TIMES[-1])), max_size=8),
)
def test_no_ring_is_lost_or_told_twice_and_the_same_alarms_stand_at_any_pace(
    pace: float, frames: list[float], rings: list[int]
) -> None:
    events = [ring(number + 1, at) for number, at in enumerate(sorted(rings))]
    head, told = clamped(Playhead(pace=pace), TIMES), []
    for seconds in frames:
        moved = advance(head, seconds, TIMES, rings)
        assert head.at is not None
        assert moved.at is not None
        assert head.at <= moved.at <= TIMES[-1]
        told += rung_between(events, head.at, moved.at)
        head = moved
    assert head.at is not None
    standing = fold_alarms(events, moment(head.at))
    assert sorted(event.seq for event in told) == sorted(alarm.ring.seq for alarm in standing)


def test_a_later_frame_leads_to_the_same_alarms_as_many_small_ones() -> None:
    events = [ring(1, int(TIMES[3])), ring(2, int(TIMES[5]))]
    many = Playhead(0, 1000)
    for _ in range(5):
        many = advance(many, 0.6, TIMES)
    once = seek(Playhead(0), 3000 * SECOND, TIMES)
    assert many.at == once.at
    assert fold_alarms(events, T0 + timedelta(seconds=3000)) == fold_alarms(events, moment(many.at or 0))
