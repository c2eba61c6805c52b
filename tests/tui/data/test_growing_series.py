"""A growing series equals a newly joined one, and returned arrays never change."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.records.series import Series
from engine.records.thinning import joined, taken
from tests.engine.records.test_thinning import series
from tui.data.series_cache import COLUMNS, Growing

PARTS = st.lists(st.integers(0, 30), min_size=1, max_size=12)


def assert_same(one: Series, other: Series) -> None:
    assert one.names == other.names
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@given(PARTS)
def test_a_series_that_grows_in_place_equals_one_that_is_joined_whole(sizes: list[int]) -> None:
    growing = Growing()
    grown = whole = series([0.4] * 3)
    handed_out = []
    for number, size in enumerate(sizes):
        part = series([0.5 + number] * (size + 1), start=len(whole))
        part = taken(part, np.arange(size))
        grown, whole = growing.joined(grown, part), joined(whole, part)
        handed_out.append((grown, whole))
    for ours, theirs in handed_out:
        assert_same(ours, theirs)


def test_what_lies_before_the_end_is_put_in_its_place() -> None:
    one, two = series([0.4] * 10), series([0.6] * 10, start=5)
    assert_same(Growing().joined(one, two), joined(one, two))


def test_two_that_go_on_from_one_series_are_not_mixed_up() -> None:
    growing, one = Growing(), series([0.4] * 10)
    first = growing.joined(one, series([0.6] * 3, start=10))
    second = growing.joined(one, series([0.8] * 3, start=10))
    assert first.severity[10:, 0].tolist() == [0.6] * 3
    assert second.severity[10:, 0].tolist() == [0.8] * 3
