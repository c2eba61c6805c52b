"""Figures of a model on a run with a known onset, against arrays made by hand."""

import numpy as np
import pytest

from engine.evaluation.metrics import (
    Ring,
    curves,
    figures_at,
    forewarning,
    level,
    map_of,
    ranking,
    separation,
)
from engine.scoring.attribution import latent_share

HOUR = 3_600_000_000
AT = np.arange(10, dtype=np.int64) * HOUR
NAN = float("nan")


def test_lead_is_counted_from_the_first_ring_of_the_failing_component_to_the_end() -> None:
    told = forewarning([Ring(6, "B"), Ring(7, "A"), Ring(8, "A")], AT, 5, "A")
    assert (told.first, told.delay_snapshots, told.delay_hours) == (7, 2, 2.0)
    assert told.lead_hours == told.gated_lead_hours == 2.0
    assert (told.false_alarms, told.first_component) == (0, "B")


def test_a_ring_before_the_onset_takes_the_lead_away() -> None:
    told = forewarning([Ring(2, "B"), Ring(4, "A"), Ring(5, "A")], AT, 5, "A")
    assert told.false_alarms == 2
    assert told.lead_hours == 4.0
    assert told.gated_lead_hours is None


def test_a_component_that_never_rings_has_no_lead() -> None:
    told = forewarning([Ring(6, "B")], AT, 5, "A")
    assert (told.first, told.delay_snapshots, told.lead_hours, told.gated_lead_hours) == (None,) * 4
    assert forewarning([], AT, 5, "A").first_component == ""


def test_ranking_counts_running_snapshots_from_the_onset_on() -> None:
    severity = np.array([[9.0, 0.0], [1.0, 2.0], [3.0, 2.0], [NAN, NAN], [1.0, 4.0]])
    front, shares = ranking(severity, 1)
    assert front == 1
    assert shares == pytest.approx([1 / 3, 2 / 3])


def test_ranking_of_a_machine_that_stands_still_is_refused() -> None:
    with pytest.raises(ValueError, match="runs"):
        ranking(np.full((3, 2), NAN), 1)


def test_separation_is_one_where_the_median_fault_is_as_loud_as_the_loudest_health() -> None:
    healthy = np.linspace(0.0, 1.0, 101)
    assert separation(healthy, np.array([0.99, 0.99, 5.0])) == pytest.approx(1.0)


def test_figures_count_what_is_against_what_was_called() -> None:
    faulty = np.array([True] * 5 + [False] * 10)
    called = np.array([True] * 4 + [False] + [True] * 2 + [False] * 8)
    figures = figures_at(faulty, called)
    assert (figures.true_positive, figures.false_negative) == (4, 1)
    assert (figures.false_positive, figures.true_negative) == (2, 8)
    assert figures.precision == pytest.approx(4 / 6)
    assert figures.recall == pytest.approx(4 / 5)
    assert figures.f1 == pytest.approx(8 / 11)
    assert figures.accuracy == pytest.approx(12 / 15)


def test_figures_where_nothing_was_called_are_zero_not_undefined() -> None:
    figures = figures_at(np.array([True, False]), np.array([False, False]))
    assert (figures.precision, figures.recall, figures.f1) == (0.0, 0.0, 0.0)


def test_curves_of_a_score_that_parts_the_two_enclose_everything() -> None:
    drawn = curves(np.array([False, False, True, True]), np.array([0.1, 0.2, 0.8, 0.9]))
    assert drawn.roc_auc == 1.0
    assert drawn.average_precision == 1.0


def test_curves_of_a_score_in_reverse_enclose_nothing() -> None:
    assert curves(np.array([True, False]), np.array([0.1, 0.9])).roc_auc == 0.0


def test_long_curves_are_thinned_and_keep_both_ends() -> None:
    chance = np.random.default_rng(0)
    faulty = chance.random(5000) < 0.5
    drawn = curves(faulty, faulty + 2 * chance.standard_normal(5000))
    assert len(drawn.roc) <= 400
    assert drawn.roc[0, :2].tolist() == [0.0, 0.0]
    assert drawn.roc[-1, :2].tolist() == [1.0, 1.0]


def test_level_judges_each_component_by_its_own_limit_and_leaves_gaps_out() -> None:
    scores = np.array([[1.5, 10.0], [0.5, 30.0], [NAN, 5.0], [3.0, 5.0]])
    faulty = np.array([[False, False], [False, False], [True, False], [True, False]])
    usual = np.array([[1.0, 10.0], [2.0, 20.0]])
    judged = level("window", "by hand", scores, faulty, np.array([2.0, 20.0]), usual)
    assert (judged.faulty, judged.healthy) == (1, 6)
    assert (judged.figures.true_positive, judged.figures.false_positive) == (1, 1)
    assert judged.curves.roc_auc == pytest.approx(5.5 / 6)


def test_sweep_calls_fewer_as_the_percentile_rises() -> None:
    chance = np.random.default_rng(1)
    usual = chance.random((1000, 1))
    scores = chance.random((1000, 1))
    faulty = np.arange(1000)[:, None] < 5
    sweep = level("window", "by hand", scores, faulty, np.ones(1), usual).sweep
    called = [one.true_positive + one.false_positive for one in sweep.values()]
    assert called == sorted(called, reverse=True)
    assert called[0] == pytest.approx(100, abs=30)


@pytest.mark.parametrize(("fault", "missing"), [(True, "healthy"), (False, "faulty")])
def test_level_needs_both_kinds(fault: bool, missing: str) -> None:
    with pytest.raises(ValueError, match=f"no {missing} snapshot"):
        level("snapshot", "", np.ones((3, 1)), np.full((3, 1), fault), np.ones(1), np.ones((2, 1)))


def test_map_lays_two_clusters_apart_and_the_same_way_each_time() -> None:
    chance = np.random.default_rng(2)
    points = np.concatenate([chance.standard_normal((20, 5)), 50 + chance.standard_normal((20, 5))])
    laid = map_of(points.astype(np.float32), seed=3)
    assert laid.shape == (40, 2)
    middle = laid[:20].mean(axis=0), laid[20:].mean(axis=0)
    apart = np.linalg.norm(middle[0] - middle[1])
    assert apart > 2 * np.linalg.norm(laid[:20] - middle[0], axis=1).max()
    assert map_of(points.astype(np.float32), seed=3).tobytes() == laid.tobytes()


def test_map_of_too_few_points_is_refused() -> None:
    with pytest.raises(ValueError, match="4 windows or more, not 3"):
        map_of(np.zeros((3, 5), np.float32), seed=0)


def test_latent_share_is_beside_the_mean_error_of_running_channels() -> None:
    windows = np.array([[1.0, 9.0], [5.0, 9.0]], np.float32)
    assert latent_share(windows, np.array([True, False]), 1.0) == pytest.approx(0.25)
    assert latent_share(windows, np.array([False, False]), 1.0) == 0.0
    assert latent_share(windows, np.array([True, True]), 0.0) == 0.0
