import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.recorder.cutter import AHEAD, FASTER, Cut, Cutter, Gap
from replay.recorder.rows import BadRow, Rows

RATE, LENGTH = 1000.0, 1000


def rows(first: int, count: int) -> Rows:
    return Rows(b"".join(b"%d\n" % number for number in range(first, first + count)), count)


def cutter(**options) -> Cutter:
    return Cutter(LENGTH, RATE, shortest=1.0, **options)


def numbers(cut: Cut) -> list[int]:
    return [int(line) for line in cut.text.split()]


@given(sizes=st.lists(st.integers(1, 3500), min_size=1, max_size=20))
def test_no_row_of_a_steady_stream_is_lost_or_doubled(sizes):
    one = cutter()
    found, first = [], 0
    for size in sizes:
        first += size
        found += one.add(rows(first - size, size), 1e9 + first / RATE)
    cuts = [made for made in found if isinstance(made, Cut)]
    assert cuts == found
    assert [number for cut in cuts for number in numbers(cut)] == list(range(first // LENGTH * LENGTH))
    for index, cut in enumerate(cuts):
        assert cut.time == pytest.approx(1e9 + index, abs=1e-6)
    assert one.break_off(0, "end").dropped == first % LENGTH


def test_a_stall_that_is_made_up_for_is_no_gap():
    one = cutter()
    found = one.add(rows(0, 1500), 101.5)
    # Nothing for 5 s, and then all of it at once.
    found += one.add(rows(1500, 5000), 106.5)
    found += one.add(rows(6500, 500), 107.0)
    assert [made.time for made in found if isinstance(made, Cut)] == pytest.approx(
        [100 + i for i in range(7)]
    )
    assert len(found) == 7


def test_rows_that_never_came_are_a_gap_and_the_rows_after_it_are_kept():
    one = cutter()
    found = []
    for index in range(15):
        found += one.add(rows(100 * index, 100), 100.1 + index / 10)
    for index in range(15, 40):
        # 5 s are missing after row 1500.
        found += one.add(rows(100 * index, 100), 105.1 + index / 10)
    assert [type(made) for made in found] == [Cut, Gap, Cut, Cut]
    gap = found[1]
    assert isinstance(gap, Gap)
    assert gap.dropped == 500
    assert "about 5.0 s" in gap.reason
    assert numbers(found[2]) == list(range(1500, 2500))
    assert found[2].time == pytest.approx(106.5, abs=0.11)


def test_a_bad_row_ends_the_recording_in_progress():
    one = cutter()
    one.add(rows(0, 400), 100.4)
    assert one.refuse(BadRow("a row holds text"), 100.4) == Gap(100.4, 400, "a row holds text")
    (cut,) = one.add(rows(401, 1000), 101.4)
    assert isinstance(cut, Cut)
    assert numbers(cut)[0] == 401


@pytest.mark.parametrize("off", [0.95, 0.99, 1.0, 1.01, 1.04])
def test_times_follow_the_clock_where_the_rate_is_stated_a_little_wrong(off):
    one = cutter()
    found = []
    for index in range(6000):
        found += one.add(rows(100 * index, 100), 100 + (index + 1) / 10 * off)
    last = found[-1]
    assert isinstance(last, Cut)
    true = 100 + 599 * off
    # Names that differ by whole seconds cannot follow recordings shorter than a second.
    assert last.time == pytest.approx(max(true, 100 + 599), abs=1.2)


def test_rows_far_too_fast_never_get_a_time_far_ahead():
    one = cutter()
    found = []
    for index in range(300):
        found += one.add(rows(1000 * index, 1000), 101 + index / 10)
    cuts = [made for made in found if isinstance(made, Cut)]
    assert cuts[-1].time + 1 <= 101 + 30 + AHEAD
    assert len(found) == 300
    assert found[-1] == Gap(pytest.approx(130.9), 1000, FASTER)


def test_times_grow_over_a_break():
    one = cutter()
    (first,) = one.add(rows(0, 1000), 101.0)
    one.break_off(101.0, "closed")
    (second,) = one.add(rows(0, 1000), 101.01)
    assert isinstance(first, Cut)
    assert isinstance(second, Cut)
    assert second.time >= first.time + 1.0


def test_rows_recorded_earlier_have_their_times_from_the_stated_start():
    one = cutter(start=5000.0)
    found = one.add(rows(0, 10_000), 100.0)
    assert [made.time for made in found if isinstance(made, Cut)] == [5000.0 + i for i in range(10)]
