"""Scoring one snapshot: threads and neighbours change no bit, and invalid numbers raise."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from engine.bundles.bundle import BundleError
from engine.config.channels import layout_of
from engine.records.assessment import Quality
from engine.scoring.scorer import Examination, Scorer
from tests.engine.rigs import SMALL_COUNT, SMALL_FAULT, SmallRig, scorer_of


@pytest.fixture
def scorer(small_rig: SmallRig) -> Scorer:
    return scorer_of(small_rig.bundle, small_rig.settings)


def bits(seen: Examination) -> tuple[bytes, ...]:
    insight = seen.insight
    planes = (seen.residual, insight.reconstruction, insight.spectrum, insight.window_errors, seen.figures)
    return tuple(plane.tobytes() for plane in planes)


def test_threads_and_order_change_no_bit(small_rig: SmallRig, scorer: Scorer) -> None:
    snapshots = [small_rig.run.read(index) for index in range(0, SMALL_COUNT, 3)]
    alone = [bits(scorer.examine(snapshot)) for snapshot in snapshots]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda snapshot: bits(scorer.examine(snapshot)), snapshots[::-1]))
    assert together[::-1] == alone


def test_healthy_snapshot_is_reconstructed_and_a_faulty_one_is_not(
    small_rig: SmallRig, scorer: Scorer
) -> None:
    healthy = scorer.examine(small_rig.run.read(SMALL_FAULT - 1))
    faulty = scorer.examine(small_rig.run.read(SMALL_FAULT))
    assert faulty.residual[1].max() > 3 * healthy.residual[1].max()
    assert np.abs(healthy.insight.spectrum - healthy.insight.reconstruction).mean() < 2.0
    assert healthy.running.tolist() == [True, True]


def test_dead_channel_has_no_residual_and_leaves_its_neighbour_alone(
    small_rig: SmallRig, scorer: Scorer
) -> None:
    snapshot = small_rig.run.read(0)
    signal = snapshot.signal.copy()
    signal[:, 1] = 0.0
    whole, half = scorer.examine(snapshot), scorer.examine(replace(snapshot, signal=signal))
    assert half.quality == (Quality.RUNNING, Quality.DEAD)
    assert half.running.tolist() == [True, False]
    assert half.residual[1].tolist() == [0.0] * half.residual.shape[1]
    assert half.residual[0].tobytes() == whole.residual[0].tobytes()
    for plane in (half.insight.spectrum, half.insight.reconstruction, half.figures):
        assert np.isfinite(plane).all()


def test_sensitivity_turns_recorded_numbers_into_units(small_rig: SmallRig, scorer: Scorer) -> None:
    layout = replace(layout_of(small_rig.settings), sensitivity=np.full(2, 0.5, np.float32))
    snapshot = small_rig.run.read(0)
    halved = replace(snapshot, signal=snapshot.signal * np.float32(0.5))
    in_units = Scorer(small_rig.bundle, layout, scorer.diagnostician)
    assert bits(in_units.examine(halved)) == bits(scorer.examine(snapshot))


@pytest.mark.parametrize("rows", [slice(17, 18), slice(None)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_channel_that_cannot_be_read_is_masked_and_its_neighbour_keeps_every_bit(
    small_rig: SmallRig, scorer: Scorer, value: float, rows: slice
) -> None:
    snapshot = small_rig.run.read(0)
    signal = snapshot.signal.copy()
    signal[rows, 1] = value
    whole, half = scorer.examine(snapshot), scorer.examine(replace(snapshot, signal=signal))
    assert half.quality == (Quality.RUNNING, Quality.INVALID)
    assert half.running.tolist() == [True, False]
    assert np.isfinite(half.residual).all()
    assert half.residual[0].tobytes() == whole.residual[0].tobytes()
    for ours, others in (
        (half.figures, whole.figures),
        (half.insight.spectrum, whole.insight.spectrum),
        (half.insight.reconstruction, whole.insight.reconstruction),
    ):
        assert np.isnan(ours[1]).all()
        assert ours[0].tobytes() == others[0].tobytes()


def test_channel_that_the_baseline_left_out_is_not_judged(small_rig: SmallRig) -> None:
    usual = small_rig.bundle.calibration
    bundle = replace(small_rig.bundle, calibration=replace(usual, level=usual.level * np.float32([1, 0])))
    seen = scorer_of(bundle, small_rig.settings).examine(small_rig.run.read(SMALL_FAULT))
    assert seen.quality == (Quality.RUNNING, Quality.INVALID)
    assert seen.running.tolist() == [True, False]
    assert not seen.residual[1].any()


def test_bundle_of_an_unknown_model_is_refused(small_rig: SmallRig) -> None:
    with pytest.raises(BundleError, match="there is no model 'crystal ball'; choose one of spectral"):
        scorer_of(replace(small_rig.bundle, model="crystal ball"), small_rig.settings)


def test_course_of_the_speed_reaches_the_search_for_lines_and_moves_no_score(
    small_rig: SmallRig, scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorer.diagnostician, "searches", {0: None})
    snapshot, course = small_rig.run.read(SMALL_FAULT), np.array([30.0, 36.0], np.float32)
    told = scorer.examine(replace(snapshot, course=course))
    assert told.course is course
    assert scorer.examine(replace(snapshot, course=course[:1])).course is None
    assert bits(told) == bits(scorer.examine(snapshot))
