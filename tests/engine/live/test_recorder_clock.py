"""A recorder's clock that jumps: its stamps are held back or corrected, and the machine stays watched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.live.recorder_clock import (
    AHEAD,
    FILLING_IN_A_ROW,
    IN_A_ROW,
    RecorderClock,
    latest_credible,
    told_apart,
)
from replay.incoming.complete_files import Candidate
from replay.incoming.folder import Stamp

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
STEP = timedelta(minutes=10)
WALL = START + timedelta(days=300)


def candidate(time: datetime, *, again: datetime | None = None, written: int = 0) -> Candidate:
    name = f"{time:%Y%m%d%H%M%S.%f}-{written}"
    return Candidate(name, name.encode(), Stamp(1, written, 1), time, again)


class Recorder:
    """A recorder and its engine: each recording is admitted and placed as it comes."""

    def __init__(self, wall: datetime = WALL) -> None:
        self.clock = RecorderClock()
        self.newest: datetime | None = None
        self.times: list[datetime] = []
        self.breaks: list[timedelta] = []
        self.waiting: list[Candidate] = []
        self.wall = wall

    def comes(self, *stamps: datetime) -> None:
        self.waiting += [candidate(stamp, written=len(self.times)) for stamp in stamps]
        ready, broken = self.clock.admit(self.waiting, self.newest, STEP, self.wall)
        if broken is not None:
            self.breaks.append(broken.correction)
        self.waiting = [one for one in self.waiting if one.raw in {held.raw for held in self.clock.held}]
        for one in ready:
            self._place(one)

    def _place(self, one: Candidate) -> None:
        at = self.clock.time_of(one, self.newest, self.wall)
        if at is None and self.newest is not None:
            known = sorted(self.times)
            before = max((time for time in known if time <= one.time), default=None)
            after = min((time for time in known if time > one.time), default=None)
            broken = self.clock.was_late(one, self.newest, STEP, (before, after), self.wall)
            if broken is None:
                return
            self.breaks.append(broken.correction)
            at = broken.at
        assert at is not None
        self.clock.took(at)
        if self.clock.is_right(one, at):
            self.clock.correction = timedelta(0)
        self.times.append(at)
        self.newest = at


def stamps(count: int, start: datetime = START, step: timedelta = STEP) -> list[datetime]:
    return [start + step * number for number in range(count)]


def started(count: int = 35, wall: datetime = WALL) -> Recorder:
    recorder = Recorder(wall)
    for stamp in stamps(count):
        recorder.comes(stamp)
    assert len(recorder.times) == count
    return recorder


@pytest.mark.parametrize("year", [2025, 2042, 2199])
@pytest.mark.parametrize("glitches", [1, 2])
def test_a_stamp_ahead_of_the_clock_waits_and_mutes_nothing(year: int, glitches: int) -> None:
    recorder = started()
    recorder.comes(*(datetime(year, 6, day + 1, tzinfo=UTC) for day in range(glitches)))
    for stamp in stamps(40, START + 36 * STEP):
        recorder.comes(stamp)
    assert len(recorder.times) == 75
    assert recorder.breaks == []
    assert len(recorder.clock.held) == glitches
    assert "ahead of the clock" in recorder.clock.held[0].why


def test_a_held_recording_is_judged_once_the_clock_reaches_its_stamp() -> None:
    recorder = started()
    recorder.comes(WALL + 2 * AHEAD)
    assert len(recorder.times) == 35
    recorder.wall = WALL + 2 * AHEAD
    recorder.comes()
    assert recorder.times[-1] == WALL + 2 * AHEAD


def test_a_long_gap_into_the_past_of_the_clock_is_taken_as_it_is() -> None:
    recorder = started()
    recorder.comes(*stamps(5, START + timedelta(days=200)))
    assert recorder.times[-5:] == stamps(5, START + timedelta(days=200))
    assert recorder.breaks == []


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=1), timedelta(days=365 * 24)])
@pytest.mark.parametrize("together", [True, False])
def test_a_clock_set_back_is_corrected_after_a_few_late_recordings(jump: timedelta, together: bool) -> None:
    recorder = started()
    late = stamps(40, START + 35 * STEP - jump + timedelta(seconds=7))
    for one in [late] if together else [[stamp] for stamp in late]:
        recorder.comes(*one)
    assert len(recorder.times) == 35 + 40 - (IN_A_ROW - 1)
    assert recorder.times == sorted(set(recorder.times))
    assert len(recorder.breaks) == 1


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(days=1), timedelta(days=5000)])
def test_a_clock_that_runs_ahead_is_corrected_after_a_few_held_recordings(jump: timedelta) -> None:
    recorder = started(wall=START + 40 * STEP)
    for number in range(36, 60):
        recorder.wall = START + number * STEP
        recorder.comes(recorder.wall + jump)
    assert len(recorder.times) == 35 + 24
    assert recorder.times == sorted(set(recorder.times))
    assert recorder.times[-1] <= recorder.wall + AHEAD
    assert len(recorder.breaks) == 1


def test_a_clock_that_is_right_again_ends_the_correction() -> None:
    recorder = started()
    for stamp in stamps(10, START):
        recorder.comes(stamp + timedelta(seconds=3))
    assert recorder.clock.correction > timedelta(0)
    recorder.comes(START + 100 * STEP)
    assert recorder.clock.correction == timedelta(0)
    assert recorder.times[-1] == START + 100 * STEP


def test_a_delayed_copy_that_fills_a_gap_is_late_and_no_fault_of_the_clock() -> None:
    recorder = started()
    recorder.comes(*stamps(5, START + 60 * STEP))
    recorder.comes(*stamps(20, START + 36 * STEP))
    assert recorder.breaks == []
    assert len(recorder.times) == 40


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=5), timedelta(days=400)])
def test_a_clock_that_jumped_ahead_by_days_and_came_back_is_corrected_after_many_late_recordings(
    ahead: timedelta,
) -> None:
    recorder = Recorder(wall=START + timedelta(days=900))
    recorder.comes(*stamps(20))
    recorder.comes(*stamps(3, START + 20 * STEP + ahead))
    for stamp in stamps(30, START + 23 * STEP):
        recorder.comes(stamp)
    assert len(recorder.breaks) == 1
    assert len(recorder.times) == 20 + 3 + 30 - (FILLING_IN_A_ROW - 1)
    assert recorder.times == sorted(recorder.times)


def test_delayed_copies_between_live_recordings_are_no_fault_of_the_clock_however_many() -> None:
    recorder = started()
    live = stamps(20, START + 600 * STEP)
    for number, copy in enumerate(stamps(60, START + 40 * STEP)):
        recorder.comes(copy)
        if number % 9 == 0:
            recorder.comes(live[number // 9])
    assert recorder.breaks == []


def test_a_burst_of_old_files_beside_a_live_record_is_no_fault_of_the_clock() -> None:
    recorder = started(wall=START + 34 * STEP + timedelta(seconds=5))
    recorder.comes(*stamps(20, START - timedelta(days=3)))
    assert recorder.breaks == []


def test_a_computer_clock_behind_the_record_holds_nothing_back() -> None:
    assert latest_credible(START, START + timedelta(days=1)) is None
    recorder = started()
    recorder.wall = datetime(1970, 1, 1, tzinfo=UTC)
    recorder.comes(*stamps(5, START + 35 * STEP))
    assert len(recorder.times) == 40


@given(st.lists(st.integers(-400_000, 400_000), max_size=60))
def test_recording_time_never_goes_back_whatever_the_stamps(minutes: list[int]) -> None:
    recorder = started(5)
    for number in minutes:
        recorder.comes(START + timedelta(minutes=number))
    assert recorder.times == sorted(set(recorder.times))


def test_of_an_hour_that_comes_twice_the_order_of_writing_tells_which_is_the_second() -> None:
    hour = timedelta(hours=1)
    local = [START + minutes * timedelta(minutes=1) for minutes in (0, 20, 40, 5, 25, 45)]
    come = [candidate(time, again=time + hour, written=number) for number, time in enumerate(local)]
    after = candidate(START + 2 * hour, written=9)
    told = told_apart([*reversed(come), after])
    assert [one.time for one in told] == [*local[:3], *(time + hour for time in local[3:]), after.time]


def test_of_an_hour_that_comes_twice_the_later_reading_is_taken_where_only_that_is_in_order() -> None:
    clock, newest = RecorderClock(), START + timedelta(minutes=55)
    twice = candidate(START, again=START + timedelta(hours=1))
    assert clock.time_of(twice, newest, WALL) == START + timedelta(hours=1)
    assert clock.time_of(replace(twice, again=None), newest, WALL) is None
    assert clock.time_of(twice, None, WALL) == START
