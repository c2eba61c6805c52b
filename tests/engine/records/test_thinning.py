"""Thinning keeps peaks and changes, and never touches the newest snapshots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import usual_step
from engine.records import thinning
from engine.records.assessment import Quality
from engine.records.series import Series
from engine.records.thinning import bounded, changes, joined, spacing_for, taken, thinned
from tui.data.crossings import crossings

SECOND = 1_000_000


def series(
    severity: list[float], at: list[int] | None = None, *, start: int = 0, baseline: int = 0
) -> Series:
    """Return the series of one component, a snapshot a second by default; NaN is a stopped machine."""
    count = len(severity)
    column = np.array(severity, np.float64).reshape(count, 1)
    positions = np.arange(start, start + count, dtype=np.int64)
    return Series(
        positions=positions,
        at=positions * SECOND if at is None else np.array(at, np.int64) * SECOND,
        names=tuple(f"snapshot {position}" for position in positions),
        baseline=positions < baseline,
        error=column * 0.5,
        limit=np.full((count, 1), 0.5),
        severity=column,
        share=np.ones((count, 1)),
        quality=np.where(np.isnan(column), Quality.STOPPED.value, Quality.RUNNING.value).astype(object),
        figures=np.zeros((count, 1, 4), np.float32),
        velocity=np.zeros((count, 1), np.float32),
        speed=np.full(count, np.nan),
    )


values = st.lists(st.sampled_from([0.2, 0.5, 0.99, 1.0, 1.7, 8.0, float("nan")]), min_size=1, max_size=120)


@given(values, st.sampled_from([2, 4, 16, 64]), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_crossings_and_peaks_are_those_of_the_whole(
    severity: list[float], spacing: int, baseline: int
) -> None:
    whole = series(severity, baseline=baseline)
    left = thinned(whole, spacing * SECOND)
    assert crossings(left) == crossings(whole)
    assert (np.diff(left.at) > 0).all()
    again = thinned(left, 2 * spacing * SECOND)
    assert crossings(again) == crossings(whole)
    if np.isfinite(whole.severity).any():
        assert np.nanmax(again.severity) == np.nanmax(whole.severity)


@given(values, st.integers(1, 119))
@settings(max_examples=100, deadline=None)
def test_it_does_not_matter_in_which_portions_a_series_is_thinned(severity: list[float], cut: int) -> None:
    whole = series(severity)
    rows = np.arange(len(whole))
    parts = [taken(whole, rows[:cut]), taken(whole, rows[cut:])]
    left = joined(*(thinned(part, 8 * SECOND) for part in parts))
    assert crossings(left) == crossings(whole)
    assert set(left.positions.tolist()) <= set(whole.positions.tolist())


def test_both_sides_of_a_pause_and_of_a_stop_stay() -> None:
    seconds = [*range(40), *range(1000, 1040)]
    stopped = series([0.4] * 20 + [float("nan")] * 10 + [0.4] * 50, seconds)
    left = thinned(stopped, 64 * SECOND)
    assert {39, 40, 19, 20, 29, 30} <= set(left.positions.tolist())
    assert len(left) < 20


def test_a_series_of_many_equal_snapshots_shrinks_to_one_a_span() -> None:
    assert len(thinned(series([0.4] * 4096), 64 * SECOND)) == pytest.approx(4096 / 64, abs=3)


def test_without_a_spacing_all_stays() -> None:
    whole = series([0.4] * 50)
    assert thinned(whole, 0) is whole


def test_the_usual_interval_is_not_that_of_what_is_left() -> None:
    left = thinned(series([0.4] * 4096), 64 * SECOND)
    assert usual_step(left.at, left.positions) == SECOND


def test_however_much_is_added_the_newest_stay_whole_and_the_sum_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("WHOLE", 50), ("OLDER", 60), ("MOST", 160)):
        monkeypatch.setattr(thinning, name, value)
    kept, spacing = series([0.4] * 10), 0
    for start in range(10, 3000, 10):
        kept, spacing = bounded(joined(kept, series([0.4] * 10, start=start)), spacing)
        assert len(kept) <= 160
        newest = min(start + 10, 50)
        assert kept.positions[-newest:].tolist() == list(range(start + 10 - newest, start + 10))
    assert kept.positions[0] == 0
    assert spacing > SECOND


def test_a_severity_that_wavers_about_its_limit_all_day_is_bounded_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("WHOLE", 50), ("OLDER", 60), ("MOST", 160)):
        monkeypatch.setattr(thinning, name, value)
    kept, _ = bounded(series([0.9, 1.1] * 1000), 0)
    assert len(kept) <= 140


def test_few_enough_snapshots_are_left_alone() -> None:
    whole = series([0.9, 1.1] * 1000)
    assert bounded(whole, 0) == (whole, 0)


def test_a_spacing_is_never_made_shorter() -> None:
    whole = series([0.4] * 100)
    assert spacing_for(whole, 1000, 16 * SECOND) == 16 * SECOND
    assert spacing_for(whole, 10) == 16 * SECOND


def test_parts_are_joined_in_order_of_time_and_no_snapshot_twice() -> None:
    one, two = series([0.4] * 10), series([0.4] * 10, start=5)
    assert joined(two, one).positions.tolist() == list(range(15))
    assert joined(one, two).names == tuple(f"snapshot {number}" for number in range(15))
    assert joined(one, taken(one, np.zeros(10, np.bool_))) is one


def test_nothing_changes_in_an_empty_series() -> None:
    assert changes(taken(series([0.4]), np.array([False]))).tolist() == []
