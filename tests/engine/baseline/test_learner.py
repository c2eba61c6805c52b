"""Learning: equal data and seed give an equal bundle, bit for bit; stopped snapshots are excluded."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.assessment.batch import assess
from engine.baseline.learner import Learner
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings, load_settings
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Quality
from engine.signals.bearing import Surface, fault_frequencies
from engine.store.store import Store
from replay.recording import Snapshot
from replay.run import Run, open_run
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_FAULT,
    SMALL_HEALTHY,
    SMALL_START,
    SmallRig,
    assessed,
    events_of,
    facts_of,
    noise,
    only_assessment,
    text_of,
    urgent,
    wall,
)


def learner_of(settings: Settings) -> Learner:
    return Learner(settings, layout_of(settings), Diagnostician(settings))


@pytest.mark.long
@pytest.mark.usefixtures("retrained")
def test_same_seed_learns_the_same_and_another_seed_is_another_assessment(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    once_more = assessed(small_rig.run, small_rig.settings, tmp_path)
    assert once_more.bundle.digest() == small_rig.bundle.digest()
    assert facts_of(tmp_path) == facts_of(small_rig.state)
    reseeded = load_settings(small_rig.config, overrides={"model.seed": 1})
    with Store.open(tmp_path) as store:
        other = assess(small_rig.run, reseeded, store, now=wall)
        assert [one.seed for one in store.assessments()] == [0, 1]
        assert [len(store.series(one)) for one in store.assessments()] == [SMALL_COUNT] * 2
    assert other.bundle.seed == 1
    assert other.bundle.digest() != once_more.bundle.digest()


# The logarithm of a zeroed column would print a numpy warning on the operator's terminal.
@pytest.mark.long
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_column_without_a_component_a_stop_a_clipped_and_a_bad_file_are_left_out_of_the_baseline(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    form = small_rig.settings.recording_format()
    clipped = 9
    for index, entry in enumerate(small_rig.run.entries):
        signal = small_rig.run.read(index).signal.copy()
        if index in (5, 6, 7):
            signal *= 0.002
        # A tachometer in place of the left sensor: a square wave without information about the bearing.
        signal[:, 0] = np.sign(np.sin(np.arange(len(signal)) / 40.0))
        if index == clipped:
            signal[:, 1] = np.clip(signal[:, 1], -0.5, 0.5)
        (folder / entry.name).write_bytes(text_of(signal, ","))
    (folder / small_rig.run.entries[20].name).write_text("broken")
    one_component = tmp_path / "rig.toml"
    left = '[[component]]\nname = "Left"\nchannels = [1]\nunit = "g"\n'
    one_component.write_text(small_rig.config.read_text().replace(left, ""))
    settings = load_settings(one_component)
    assert [part.name for part in settings.components] == ["Right"]
    assert settings.recording_format() == replace(form, watched=frozenset({2}))
    outcome = assessed(open_run(folder, form), settings, tmp_path / "state")
    assert outcome.bundle.baseline.count == SMALL_HEALTHY - 5
    with Store.open(tmp_path / "state") as store:
        assert [name for name, _ in store.rejections(outcome.assessment)] == [small_rig.run.entries[20].name]
        series = store.series(only_assessment(store))
    assert len(series) == SMALL_COUNT - 1
    assert series.quality[5:8, 0].tolist() == [Quality.STOPPED] * 3
    assert series.quality[clipped, 0] == Quality.CLIPPED
    assert np.isfinite(outcome.bundle.calibration.limit).all()
    raised = urgent(events_of(tmp_path / "state"))
    assert [event.component for event in raised] == ["Right"]
    assert raised[0].at >= small_rig.run.entries[SMALL_FAULT].time


def test_limits_are_calibrated_on_the_last_healthy_snapshots_which_are_not_trained_on(
    small_rig: SmallRig,
) -> None:
    baseline = small_rig.bundle.baseline
    share = small_rig.settings.model.calibration_share
    assert baseline.count == SMALL_HEALTHY
    assert baseline.calibrated_on == round(SMALL_HEALTHY * share)
    assert baseline.start == small_rig.run.entries[0].time
    assert baseline.end == small_rig.run.entries[SMALL_HEALTHY - 1].time
    assert baseline.last_name == small_rig.run.entries[SMALL_HEALTHY - 1].name


def test_training_stops_when_it_no_longer_helps_or_at_the_most_epochs(small_rig: SmallRig) -> None:
    losses = [one["validation_loss"] for one in small_rig.bundle.history]
    assert 1 < len(losses) <= small_rig.settings.model.epochs
    assert min(losses) < losses[0]


def flat(signal: np.ndarray) -> None:
    signal[:, 0] = 0.3


def limited(signal: np.ndarray) -> None:
    signal[:, 1] = np.clip(signal[:, 1], -0.5, None)


def one_nan(signal: np.ndarray) -> None:
    signal[99, 0] = np.nan


def absurd(signal: np.ndarray) -> None:
    signal[99, 1] = 1e30


def standing_still(signal: np.ndarray) -> None:
    signal *= 0.0


def as_it_is(_signal: np.ndarray) -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "faulty"),
    [
        (as_it_is, False),
        (standing_still, True),
        (flat, True),
        (limited, True),
        (one_nan, True),
        (absurd, True),
    ],
)
def test_look_at_a_snapshot_tells_whether_every_watched_channel_hears_the_machine(
    small_rig: SmallRig, spoil: Callable[[np.ndarray], None], faulty: bool
) -> None:
    snapshot = small_rig.run.read(0)
    signal = snapshot.signal.copy()
    spoil(signal)
    sight = learner_of(small_rig.settings).look(replace(snapshot, signal=signal))
    assert sight.faulty is faulty
    assert np.isfinite(sight.observed).all()
    assert np.isfinite(sight.level).all()


# Doubts about a baseline


def spoilt(rig: SmallRig, place: Path, positions: range, channel: int, word: str) -> Run:
    """Return the run of a rig with a word in one cell of a channel of some snapshots."""
    folder = Path(shutil.copytree(rig.run.folder, place))
    for position in positions:
        path = folder / rig.run.entries[position].name
        rows = path.read_text().splitlines()
        cells = rows[position].split(",")
        cells[channel - 1] = word
        rows[position] = ",".join(cells)
        path.write_text("\n".join(rows) + "\n")
    return open_run(folder, rig.settings.recording_format())


@pytest.mark.long
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_snapshots_without_one_channel_are_left_out_of_the_baseline_which_says_so(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    run = spoilt(small_rig, tmp_path / "run", range(4, 9), 1, "OVL")
    bundle = assessed(run, small_rig.settings, tmp_path / "state").bundle
    assert bundle.baseline.count == SMALL_HEALTHY - 5
    assert bundle.doubts == (
        f"Left, channel 1: it carried no usable signal in 5 of {SMALL_HEALTHY} healthy recordings,"
        " which were left out",
    )
    assert (bundle.calibration.level > 0).all()


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("until", [SMALL_HEALTHY, SMALL_COUNT], ids=["until mended", "to the end"])
def test_channel_that_the_healthy_recordings_lack_is_left_out_and_the_others_are_judged(
    small_rig: SmallRig, tmp_path: Path, until: int
) -> None:
    run = spoilt(small_rig, tmp_path / "run", range(until), 1, "NaN")
    bundle = assessed(run, small_rig.settings, tmp_path / "state").bundle
    assert bundle.baseline.count == SMALL_HEALTHY
    assert bundle.doubts == ("Left, channel 1: it carried no usable signal, was left out and is not judged",)
    for array in (bundle.calibration.centre, bundle.calibration.scatter, bundle.calibration.limit):
        assert np.isfinite(array).all()
    assert np.isfinite(bundle.calibration.calm).all()
    with Store.open(tmp_path / "state") as store:
        series = store.series(only_assessment(store))
    assert set(series.quality[:, 0]) == {Quality.INVALID}
    assert np.isfinite(series.severity[:, 1]).all()
    healthy = series.severity[SMALL_HEALTHY:SMALL_FAULT, 1]
    assert healthy.max() < 1.0
    raised = urgent(events_of(tmp_path / "state"))
    assert {(event.component, event.detail["cause"]) for event in raised} == {
        ("Left", "sensor dead"),
        ("Right", "limit"),
    }
    (limit,) = [event for event in raised if event.detail["cause"] == "limit"]
    assert limit.at >= small_rig.run.entries[SMALL_FAULT].time


def test_healthy_baseline_is_not_doubted(small_rig: SmallRig, sample_bundle: Bundle) -> None:
    assert small_rig.bundle.doubts == ()
    assert sample_bundle.doubts == ()


@pytest.mark.long
def test_baseline_that_rises_or_hammers_is_doubted_with_its_channel() -> None:
    settings = load_settings(
        overrides={"model.healthy": "30", "model.epochs": 1, "recording.columns": 4, "model.seed": 3}
    )
    geometry = settings.components[1].geometry
    assert geometry is not None
    hertz = fault_frequencies(geometry, settings.machine.shaft_speed / 60)[Surface.OUTER]
    learner, rng, sights = learner_of(settings), np.random.default_rng(1964), []
    for number in range(30):
        signal = noise(rng, 20_480, 4)
        signal[:, 0] *= 1.0 + 0.01 * number
        since = np.mod(np.arange(20_480) / 20_480, 1 / hertz)
        signal[:, 1] += 12.0 * np.exp(-since * 1500.0) * np.sin(2 * np.pi * 4_500.0 * since)
        at = SMALL_START + number * timedelta(minutes=10)
        sights.append(learner.look(Snapshot("rig", f"{number}", at, 20_480.0, signal.astype(np.float32))))
    bundle = learner.learn(sights, sights[0].entry, lambda _epoch: None, lambda: None)
    rises, hammers, lines = bundle.doubts
    assert rises.startswith("Bearing 1, channel 1: its level rises within the baseline, by 2")
    assert hammers.startswith("Bearing 2, channel 2: it is impulsive (kurtosis ")
    assert lines == "Bearing 2, channel 2: lines of the outer race stand out already"
