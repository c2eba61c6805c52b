"""Priorities compare by urgency, not alphabetically."""

from itertools import pairwise

import pytest

from engine.records.events import Priority


def test_priorities_compare_by_urgency_in_every_way_python_compares() -> None:
    assert sorted([Priority.HIGH, Priority.LOW, Priority.MEDIUM]) == list(Priority)
    assert max(Priority) is Priority.HIGH
    for lower, higher in pairwise(Priority):
        assert lower < higher
        assert lower <= higher
        assert higher > lower
        assert higher >= lower
        assert not higher < lower
        assert not higher <= lower
    assert [one.rank for one in Priority] == [0, 1, 2]


def test_priority_compares_with_the_word_that_is_stored() -> None:
    assert Priority.MEDIUM > "low"
    assert Priority("high") >= "medium"


def test_priority_does_not_compare_with_a_word_that_is_none() -> None:
    with pytest.raises(ValueError, match="loud"):
        assert Priority.LOW < "loud"
