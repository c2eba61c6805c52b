"""Retention thins old data, keeps peaks and events, and works in short steps."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config.sections.core import StoreSettings
from engine.config.settings import SettingsError, load_settings
from engine.records.assessment import Assessed, Assessment, Score
from engine.records.events import EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.store.store import Store
from engine.store.upkeep.integrity import check
from engine.store.upkeep.retention import (
    DAY,
    HOUR,
    NEAR,
    TEN_MINUTES,
    Stage,
    Thinned,
    kept,
    near,
    plan,
    stages,
    thin,
)
from tests.engine.rigs import WALL
from tests.engine.store_items import acknowledge, begin, item, raised

MINUTE = TEN_MINUTES // 10
MIDNIGHT = 20_000 * DAY
HOURLY_THEN_DAILY = (Stage(1, HOUR), Stage(3, DAY))


def minutes(*numbers: int) -> np.ndarray:
    return MIDNIGHT + MINUTE * np.array(numbers, np.int64)


def stay(
    at: np.ndarray,
    worst: list[float] | np.ndarray,
    newest: int,
    rules: tuple[Stage, ...] = HOURLY_THEN_DAILY,
    protected: np.ndarray | None = None,
) -> list[int]:
    """Return the indices of the kept snapshots."""
    safe = np.zeros(len(at), np.bool_) if protected is None else protected
    return np.flatnonzero(kept(at, np.asarray(worst, float), safe, newest, rules)).tolist()


# Kept snapshots


def test_days_become_stages_and_none_is_for_ever() -> None:
    assert stages(14, 365, HOUR, DAY) == (Stage(14, HOUR), Stage(365, DAY))
    assert stages(14, 0, HOUR, DAY) == (Stage(14, HOUR),)
    assert stages(0, 365, HOUR, DAY) == ()


def test_worst_of_an_hour_stays_and_the_first_of_equals() -> None:
    at = minutes(0, 10, 20, 60, 70, 80, 120, 130)
    newest = MIDNIGHT + 2 * DAY
    assert stay(at, [0.2, 0.7, 0.3, 0.5, 0.5, 0.4, np.nan, 0.1], newest) == [1, 3, 7]
    assert stay(minutes(0, 10), [np.nan, np.nan], newest) == [0]


def test_hour_that_is_not_old_as_a_whole_is_left_alone() -> None:
    at = minutes(0, 10, 20)
    assert stay(at, [1, 2, 3], MIDNIGHT + DAY + HOUR - 1) == [0, 1, 2]
    assert stay(at, [1, 2, 3], MIDNIGHT + DAY + HOUR) == [2]


def test_later_stage_keeps_one_of_those_that_the_earlier_kept() -> None:
    at = minutes(0, 30, 60, 90, 600)
    assert stay(at, [1, 2, 9, 3, 4], MIDNIGHT + 3 * DAY) == [1, 2, 4]
    assert stay(at, [1, 2, 9, 3, 4], MIDNIGHT + 4 * DAY) == [2]


def test_protected_snapshots_stay_however_old() -> None:
    protected = np.array([True, False, False])
    assert stay(minutes(0, 1, 2), [1, 2, 3], MIDNIGHT + 400 * DAY, protected=protected) == [0, 2]


def test_neighbours_of_an_event_are_counted_in_snapshots() -> None:
    at = minutes(0, 10, 20, 30, 40, 50, 60)
    assert np.flatnonzero(near(at, minutes(30), 2)).tolist() == [1, 2, 3, 4, 5]
    assert np.flatnonzero(near(at, minutes(0, 60), 1)).tolist() == [0, 1, 5, 6]
    assert near(at, minutes(-500, 5000), 0).tolist() == [True, *[False] * 6]
    assert near(at, minutes(), 2).tolist() == [False] * 7
    assert near(minutes(), minutes(5), 2).tolist() == []


def test_neighbours_are_found_in_any_order_of_arrival() -> None:
    assert near(minutes(40, 0, 30, 10, 20), minutes(20), 1).tolist() == [False, False, True, True, True]


@given(
    st.lists(st.integers(0, 6 * 24 * 60), min_size=1, max_size=80, unique=True),
    st.randoms(use_true_random=False),
    st.lists(st.integers(0, 7 * 24 * 60), min_size=1, max_size=4),
)
def test_thinning_step_by_step_ends_where_thinning_at_once_does(
    times: list[int], chance: object, looks: list[int]
) -> None:
    at = minutes(*sorted(times))
    worst = np.array([chance.random() for _ in times])  # type: ignore[attr-defined]
    protected = worst > 0.9
    last = MIDNIGHT + 7 * DAY
    at_once = at[stay(at, worst, last, protected=protected)]
    for look in [*sorted(MIDNIGHT + MINUTE * look for look in looks), last]:
        left = stay(at, worst, look, protected=protected)
        at, worst, protected = at[left], worst[left], protected[left]
    assert at.tolist() == at_once.tolist()


@given(st.lists(st.integers(0, 6 * 24 * 60), min_size=1, max_size=80, unique=True))
def test_thinning_loses_no_peak(times: list[int]) -> None:
    at = minutes(*sorted(times))
    worst = np.arange(len(at)) * 37 % 11 / 10
    left = stay(at, worst, MIDNIGHT + 30 * DAY)
    for day in np.unique(at // DAY):
        whole = worst[at // DAY == day].max()
        assert max(worst[index] for index in left if at[index] // DAY == day) == whole


# In a store

START = datetime(2025, 3, 1, tzinfo=UTC)
EVERY = timedelta(minutes=2)
COUNT = 6 * 24 * 30
BASELINE = 30
EVENT = 1000


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store with six days of a watched machine."""
    folder = tmp_path_factory.mktemp("whole") / "state"
    with Store.open(folder, create=True) as opened:
        fill(opened)
    return folder


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a copy of the store."""
    shutil.copytree(whole, tmp_path / "state")
    with Store.open(tmp_path / "state") as opened:
        yield opened


def watched(store: Store) -> Assessment:
    return store.assessments()[0]


def snapshot(position: int) -> Assessed:
    """Return a snapshot of six days, one every two minutes; the fourth of each five is the worst."""
    when = START + position * EVERY
    one = item(position)
    severity = 0.9 if position % 5 == 3 else 0.5
    scores = tuple(replace(score, severity=severity) for score in one.scores)
    events = (replace(raised(position), at=when),) if position == EVENT else ()
    facts = replace(one.snapshot, at=when)
    return replace(one, snapshot=facts, scores=scores, events=events, baseline=position < BASELINE)


def fill(store: Store, expected: int = 0) -> Assessment:
    assessment = begin(store, f"expecting {expected}", expected=expected)
    items = [snapshot(position) for position in range(COUNT)]
    files = [
        Intake(one.snapshot.name.encode(), one.snapshot.name, 1, 1, 1, Outcome.TAKEN, one.snapshot.at)
        for one in items
    ]
    store.append(assessment, items, WALL, [] if expected else files)
    return assessment


def rules(**days: int) -> StoreSettings:
    return load_settings(overrides={f"store.{name}": value for name, value in days.items()}).store


WITHIN_DAYS = rules(pictures_all=1, pictures_hourly=3, scores_all=2, scores_ten_minutes=4)


def thin_all(store: Store, assessment: Assessment, settings: StoreSettings = WITHIN_DAYS) -> Thinned:
    return sum(thin(store, assessment, settings, WALL), Thinned())


def test_old_scores_are_thinned_and_the_record_stays_whole(store: Store) -> None:
    assessment = watched(store)
    before, events, resume = (
        store.series(assessment),
        store.events(assessment),
        store.resume_point(assessment),
    )
    gone = thin_all(store, assessment)
    after = store.series(assessment)
    assert gone.snapshots == len(before) - len(after) > 1000
    assert store.events(assessment) == events
    assert store.resume_point(assessment) == resume
    assert set(after.positions.tolist()) <= set(before.positions.tolist())
    picked = np.isin(before.positions, after.positions)
    np.testing.assert_array_equal(after.severity, before.severity[picked])
    np.testing.assert_array_equal(after.figures, before.figures[picked])


def test_baseline_events_and_what_is_new_are_kept_whole(store: Store) -> None:
    assessment = watched(store)
    thin_all(store, assessment)
    left = set(store.series(assessment).positions.tolist())
    assert set(range(BASELINE)) <= left
    assert set(range(EVENT - NEAR, EVENT + NEAR + 1)) <= left
    assert set(range(COUNT - 2 * 24 * 30, COUNT)) <= left


def test_one_snapshot_in_ten_minutes_then_one_an_hour_is_left_of_the_rest(store: Store) -> None:
    assessment = watched(store)
    thin_all(store, assessment)
    at = store.series(assessment).at
    day_2, day_3 = START + timedelta(days=1), START + timedelta(days=3)
    counts = [
        int(np.sum((at >= day.timestamp() * 1e6) & (at < (day.timestamp() + hours * 3600) * 1e6)))
        for day, hours in ((day_2, 6), (day_3, 6))
    ]
    assert counts == [6, 36]


def test_pictures_are_thinned_sooner_than_scores(store: Store) -> None:
    assessment = watched(store)
    gone = thin_all(store, assessment)
    series = store.series(assessment)
    drawn = [one for one in series.positions.tolist() if store.picture(assessment, one) is not None]
    assert len(drawn) == COUNT - gone.pictures - gone.snapshots
    one_day, three_days = COUNT - 24 * 30, COUNT - 3 * 24 * 30
    assert set(range(one_day, COUNT)) <= set(drawn)
    # An hour that is only partly a day old is kept.
    hourly = [position for position in drawn if three_days <= position < one_day - 30]
    assert len(hourly) == 47


def test_thinning_again_finds_nothing_to_do(store: Store) -> None:
    assessment = watched(store)
    thin_all(store, assessment)
    assert thin_all(store, assessment) == Thinned()


def test_thinning_may_stop_after_any_step_and_go_on_another_time(
    store: Store, whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(whole, tmp_path / "other")
    assessment = watched(store)
    with Store.open(tmp_path / "other") as other:
        thin_all(other, assessment)
        steps = 0
        while next(thin(store, assessment, WITHIN_DAYS, WALL), None):
            steps += 1
        assert steps > 10
        assert store.series(assessment).positions.tolist() == other.series(assessment).positions.tolist()


def test_thinned_store_passes_its_check_and_takes_the_next_snapshot(store: Store) -> None:
    assessment = watched(store)
    thin_all(store, assessment)
    assert [finding.words for finding in check(store) if not finding.sound] == []
    resume = store.resume_point(assessment)
    assert resume is not None
    store.append(assessment, [replace(snapshot(COUNT), position=resume[0] + 1)], WALL)
    assert store.series(assessment, after=COUNT - 1).positions.tolist() == [COUNT]


def test_plan_says_what_would_go_and_changes_nothing(store: Store) -> None:
    assessment = watched(store)
    todo = plan(store, assessment, WITHIN_DAYS)
    assert len(store.series(assessment)) == COUNT
    gone = thin_all(store, assessment)
    assert (len(todo.pictures), len(todo.snapshots)) == (gone.pictures, gone.snapshots)


def test_nothing_goes_where_everything_is_kept_for_ever(store: Store) -> None:
    forever = rules(pictures_all=0, pictures_hourly=0, scores_all=0, scores_ten_minutes=0)
    assert thin_all(store, watched(store), forever) == Thinned()


def test_finished_run_is_kept_whole(store: Store) -> None:
    assert thin_all(store, fill(store, expected=COUNT)) == Thinned()


def test_recording_that_another_assessment_looks_at_stays(store: Store) -> None:
    replayed = fill(store, expected=COUNT)
    assessment = watched(store)
    assert thin_all(store, assessment).snapshots > 0
    assert len(store.series(replayed)) == COUNT


def test_engine_and_operator_write_between_the_steps(store: Store) -> None:
    assessment = watched(store)
    ring = store.events(assessment)[0]
    steps = thin(store, assessment, WITHIN_DAYS, WALL)
    next(steps)
    assert acknowledge(store, assessment, ring, "ada", at=ring.at).stored
    store.append(assessment, [snapshot(COUNT)], WALL)
    store.add_event(assessment, NewEvent(EventKind.NOTED, ring.at, detail={"by": "ada"}), WALL)
    for _ in steps:
        pass
    assert [event.kind for event in store.events(assessment)] == [
        EventKind.RAISED,
        EventKind.ACKNOWLEDGED,
        EventKind.NOTED,
    ]


def test_score_without_a_number_is_thinned_like_the_others(store: Store) -> None:
    assessment = begin(store, machine="silent", expected=0)
    silent = [replace(snapshot(position), scores=_silent(snapshot(position))) for position in range(COUNT)]
    store.append(assessment, silent, WALL)
    assert thin_all(store, assessment).snapshots > 1000


def _silent(one: Assessed) -> tuple[Score, ...]:
    return tuple(replace(score, error=None, severity=None, share=None) for score in one.scores)


# Settings


@pytest.mark.parametrize("key", ["pictures_hourly", "scores_ten_minutes"])
def test_later_stage_cannot_come_before_the_earlier(key: str) -> None:
    with pytest.raises(SettingsError, match=f"store.{key} must not be less than"):
        load_settings(overrides={f"store.{key}": 3})
    assert getattr(rules(**{key: 0}), key) == 0
