"""The scans of many folders take a bounded share of a process's time; one folder waits no longer for it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.incoming.complete_files import pause_between
from replay.incoming.scan_times import LARGEST_SHARE_OF_ALL, ScanTimes

SECONDS = st.floats(0.0, 30.0)


@given(st.lists(SECONDS, min_size=1, max_size=200), st.floats(0.1, 10.0))
def test_scans_of_all_folders_take_no_more_than_their_share(seconds: list[float], interval: float) -> None:
    times = ScanTimes()
    for _ in range(2):
        pauses = [times.pause(number, interval, one) for number, one in enumerate(seconds)]
    share = sum(one / (one + pause) for one, pause in zip(seconds, pauses, strict=True))
    assert share <= LARGEST_SHARE_OF_ALL + 1e-6
    assert min(pauses) >= interval


@given(SECONDS, st.floats(0.1, 10.0))
def test_folder_alone_waits_as_long_as_before(seconds: float, interval: float) -> None:
    assert ScanTimes().pause(1, interval, seconds) == pytest.approx(pause_between(interval, seconds))


def test_small_folders_of_a_plant_are_scanned_at_the_interval_as_set() -> None:
    times = ScanTimes()
    assert [times.pause(number, 5.0, 0.002) for number in range(100)] == [5.0] * 100


def test_folder_that_is_forgotten_slows_the_others_no_more() -> None:
    times = ScanTimes()
    slow = [times.pause(number, 1.0, 1.0) for number in range(50)]
    assert all(later >= earlier for earlier, later in pairwise(slow))
    for number in range(1, 50):
        times.forget(number)
        times.forget(number)
    assert times.pause(0, 1.0, 1.0) == pytest.approx(pause_between(1.0, 1.0))
