"""The batch loop has no hindsight; restarts, second passes and bad files change nothing."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.assessment.batch import assess
from engine.assessment.key import assessment_key
from engine.bundles.bundle import Bundle
from engine.config.settings import load_settings
from engine.errors import UnusableError
from engine.records.assessment import Assessment
from engine.records.events import EventKind
from engine.records.progress import Heartbeat, Phase
from engine.reports.scores_and_alarms import summarise, write_results
from engine.store.store import Store
from engine.system.lease import LeaseTakenError, lease
from replay.run import Run, open_run
from tests.engine.bad_files import add_bad_files
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_FAULT,
    SMALL_HEALTHY,
    SMALL_INTERVAL,
    SMALL_START,
    SmallRig,
    assessed,
    events_of,
    facts_of,
    first_recordings,
    noise,
    only_assessment,
    scores_csv,
    text_of,
    wall,
)

SETTINGS = load_settings()


def strict(bundle: Bundle) -> Bundle:
    """Return the bundle with limits far below every snapshot."""
    return replace(
        bundle, calibration=replace(bundle.calibration, limit=bundle.calibration.limit / np.float32(100.0))
    )


# No hindsight


@pytest.mark.parametrize("count", [1, 28, 80, 140])
def test_first_files_alone_give_exactly_the_first_rows(
    sample_run: Run, sample_bundle: Bundle, assessed_sample: Path, tmp_path: Path, count: int
) -> None:
    assessed(first_recordings(sample_run, count), SETTINGS, tmp_path, sample_bundle)
    part, whole = facts_of(tmp_path), facts_of(assessed_sample)
    assert part["snapshots"] == whole["snapshots"][:count]
    assert part["scores"] == whole["scores"][: 4 * count]
    last = sample_run.entries[count - 1].time
    assert part["events"] == [event for event in whole["events"] if event[1] <= last]


def test_scores_csv_of_a_shorter_run_is_the_begin_of_the_longer_ones(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    outcome = assessed(small_rig.run, small_rig.settings, tmp_path / "long", small_rig.bundle)
    whole = scores_csv(tmp_path / "long", outcome, small_rig.run, tmp_path)
    for count in (1, SMALL_HEALTHY, SMALL_FAULT + 2):
        state, run = tmp_path / f"{count}", first_recordings(small_rig.run, count)
        outcome = assessed(run, small_rig.settings, state, small_rig.bundle)
        assert scores_csv(state, outcome, run, tmp_path) == whole[: 1 + 2 * count]


def test_baseline_snapshots_are_scored_and_never_raise(small_rig: SmallRig, tmp_path: Path) -> None:
    outcome = assessed(small_rig.run, small_rig.settings, tmp_path, strict(small_rig.bundle))
    with Store.open(tmp_path) as store:
        series = store.series(outcome.assessment)
    assert series.baseline.tolist() == [n < SMALL_HEALTHY for n in range(SMALL_COUNT)]
    assert (series.severity[3:] > 1.0).all()
    raised = [event for event in events_of(tmp_path) if event.kind is EventKind.RAISED]
    # Baseline snapshots do not count: a raise needs the usual number after the baseline.
    decided = SMALL_HEALTHY + small_rig.settings.alarms.persistence - 1
    assert sorted(event.component for event in raised) == ["Left", "Right"]
    assert {event.at for event in raised} == {small_rig.run.entries[decided].time}


def test_run_in_before_the_baseline_never_raises_either(small_rig: SmallRig, tmp_path: Path) -> None:
    bundle = strict(small_rig.bundle)
    later = replace(bundle.baseline, start=small_rig.run.entries[9].time)
    assessed(small_rig.run, small_rig.settings, tmp_path, replace(bundle, baseline=later))
    raised = [event.at for event in events_of(tmp_path) if event.kind is EventKind.RAISED]
    assert min(raised) > bundle.baseline.end


def test_baseline_learned_is_said_once_at_its_last_snapshot(small_rig: SmallRig) -> None:
    (learned,) = [event for event in events_of(small_rig.state) if event.kind is EventKind.LEARNED]
    assert learned.at == small_rig.run.entries[SMALL_HEALTHY - 1].time
    assert learned.detail["bundle"] == small_rig.bundle.digest()
    assert learned.detail["provisional"] is True
    assert learned.detail["doubts"] == list(small_rig.bundle.doubts)


# Second passes, and passes in portions


def test_engine_restarted_again_and_again_says_what_one_pass_says(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    for count in (1, 2, SMALL_HEALTHY - 1, SMALL_HEALTHY, SMALL_FAULT + 1, SMALL_FAULT + 3, SMALL_COUNT):
        assessed(first_recordings(small_rig.run, count), small_rig.settings, tmp_path, small_rig.bundle)
    assert facts_of(tmp_path) == facts_of(small_rig.state)


def test_sample_in_two_halves_is_the_sample_in_one(
    sample_run: Run, sample_bundle: Bundle, assessed_sample: Path, tmp_path: Path
) -> None:
    assessed(first_recordings(sample_run, 78), SETTINGS, tmp_path, sample_bundle)
    second = assessed(sample_run, SETTINGS, tmp_path, sample_bundle)
    assert second.scored_now == len(sample_run) - 78
    assert facts_of(tmp_path) == facts_of(assessed_sample)


def test_running_again_adds_nothing_and_learns_nothing(small_rig: SmallRig, tmp_path: Path) -> None:
    state = Path(shutil.copytree(small_rig.state, tmp_path / "state"))
    outcome = assessed(small_rig.run, small_rig.settings, state)
    assert (outcome.scored_now, outcome.learning_seconds) == (0, 0.0)
    assert outcome.bundle.digest() == small_rig.bundle.digest()
    assert facts_of(state) == facts_of(small_rig.state)


def test_snapshots_that_come_later_are_scored_with_the_bundle_learned_before(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    state = Path(shutil.copytree(small_rig.state, tmp_path / "state"))
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    signal = noise(np.random.default_rng(9), 2560, 2)
    at = SMALL_START + SMALL_COUNT * SMALL_INTERVAL
    (folder / f"{at:%Y%m%dT%H%M%S}.csv").write_bytes(text_of(signal, ","))
    longer = open_run(folder, small_rig.settings.recording_format())
    outcome = assessed(longer, small_rig.settings, state)
    assert (outcome.scored_now, outcome.learning_seconds) == (1, 0.0)
    assert facts_of(state)["snapshots"][:-1] == facts_of(small_rig.state)["snapshots"]


def test_other_settings_are_another_assessment_beside_the_first(small_rig: SmallRig, tmp_path: Path) -> None:
    stricter = load_settings(small_rig.config, overrides={"alarms.persistence": 5})
    keys = []
    with Store.open(tmp_path, create=True) as store:
        for settings in (small_rig.settings, stricter, small_rig.settings):
            outcome = assess(small_rig.run, settings, store, now=wall, bundle=small_rig.bundle)
            keys.append(outcome.assessment.key)
        assert keys[0] == keys[2]
        assert [one.key for one in store.assessments()] == keys[:2]
        lengths = [len(store.series(one)) for one in store.assessments()]
    assert lengths == [SMALL_COUNT, SMALL_COUNT]


def test_console_and_store_settings_make_no_other_assessment(small_rig: SmallRig) -> None:
    elsewhere = load_settings(small_rig.config, overrides={"console.pace": 1.0, "store.state": "/elsewhere"})
    keys = {assessment_key(small_rig.run, settings) for settings in (small_rig.settings, elsewhere)}
    assert len(keys) == 1


def test_second_engine_on_the_same_assessment_is_turned_away(small_rig: SmallRig, tmp_path: Path) -> None:
    key = assessment_key(small_rig.run, small_rig.settings, small_rig.bundle.digest())
    with (
        lease(tmp_path / "leases", key),
        pytest.raises(LeaseTakenError, match="another engine is already assessing this run"),
    ):
        assessed(small_rig.run, small_rig.settings, tmp_path, small_rig.bundle)
    assert assessed(small_rig.run, small_rig.settings, tmp_path, small_rig.bundle).scored_now == SMALL_COUNT


# Progress


def test_progress_goes_through_its_phases(small_rig: SmallRig, tmp_path: Path) -> None:
    beats: list[Heartbeat] = []
    with Store.open(tmp_path, create=True) as store:
        outcome = assess(
            small_rig.run, small_rig.settings, store, now=wall, bundle=small_rig.bundle, tell=beats.append
        )
        last = store.heartbeat(outcome.assessment)
    phases = list(dict.fromkeys(beat.phase for beat in beats))
    assert phases == [Phase.READING, Phase.SCORING, Phase.FINISHED]
    assert [beat.done for beat in beats] == sorted(beat.done for beat in beats)
    assert last == beats[-1]
    assert (beats[-1].done, beats[-1].total) == (SMALL_COUNT, SMALL_COUNT)


def test_heart_beats_every_two_seconds_of_the_wall_clock(small_rig: SmallRig, tmp_path: Path) -> None:
    ticks = iter(range(10_000))
    stored: list[Heartbeat] = []

    class Listening(Store):
        def beat(self, assessment: Assessment, heartbeat: Heartbeat) -> None:
            stored.append(heartbeat)
            super().beat(assessment, heartbeat)

    with Listening.open(tmp_path, create=True) as store:
        assess(
            small_rig.run,
            small_rig.settings,
            store,
            now=lambda: wall() + timedelta(seconds=0.5 * next(ticks)),
            bundle=small_rig.bundle,
        )
    scoring = [beat.beat_at for beat in stored if beat.phase is Phase.SCORING]
    gaps = {later - earlier for earlier, later in pairwise(scoring)}
    assert min(gaps) >= timedelta(seconds=2)
    assert max(gaps) < timedelta(seconds=3)


def test_epochs_of_the_learning_are_in_the_store(small_rig: SmallRig) -> None:
    with Store.open(small_rig.state) as store:
        epochs = store.epochs(only_assessment(store))
    assert [epoch.epoch for epoch in epochs] == list(range(1, len(epochs) + 1))
    assert [epoch.loss for epoch in epochs] == [one["loss"] for one in small_rig.bundle.history]
    assert epochs[-1].loss < epochs[0].loss


# Invalid runs


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"model.healthy": "9"}, "only 9 running snapshots to learn from where at least 10 are needed"),
        ({"model.healthy": "1990-01-01..1990-02-01"}, "no recording of the run lies in"),
        ({"recording.rows": 2048}, "none of the recordings can be read; the first, "),
    ],
)
def test_run_that_cannot_be_learned_from_is_one_sentence_and_a_failed_engine(
    small_rig: SmallRig, tmp_path: Path, overrides: dict[str, object], sentence: str
) -> None:
    settings = load_settings(small_rig.config, overrides=overrides)
    run = open_run(small_rig.run.folder, settings.recording_format())
    with pytest.raises(UnusableError, match=sentence):
        assessed(run, settings, tmp_path)
    with Store.open(tmp_path) as store:
        beat = store.heartbeat(only_assessment(store))
    assert beat is not None
    assert beat.phase is Phase.FAILED
    assert sentence in beat.message


def test_sensors_that_never_hear_the_machine_are_named_as_what_there_is_nothing_to_learn_from(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    for index, entry in enumerate(small_rig.run.entries[:SMALL_HEALTHY]):
        signal = small_rig.run.read(index).signal.copy()
        signal[:, 0] = 45.0
        if index >= 5:
            signal[:, 1] = np.clip(signal[:, 1], -0.2, 0.2)
        (folder / entry.name).write_bytes(text_of(signal, ","))
    run = open_run(folder, small_rig.settings.recording_format())
    with pytest.raises(UnusableError, match="channel 1 carries no usable signal"):
        assessed(run, small_rig.settings, tmp_path / "state")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda bundle: replace(bundle, sample_rate=20_000.0), "sample_rate 20000.0"),
        (lambda bundle: replace(bundle, rows=1024), "rows 1024"),
        (lambda bundle: replace(bundle, channels=3), "columns 3"),
        (
            lambda bundle: replace(
                bundle, calibration=replace(bundle.calibration, limit=bundle.calibration.limit[:, :1])
            ),
            "components 1",
        ),
    ],
)
def test_bundle_of_another_machine_is_refused(
    small_rig: SmallRig, tmp_path: Path, change: Callable[[Bundle], Bundle], what: str
) -> None:
    with pytest.raises(UnusableError, match=f"the bundle was learned with {what}, the settings say"):
        assessed(small_rig.run, small_rig.settings, tmp_path, change(small_rig.bundle))


# Files that are not recordings


def test_bad_files_are_recorded_as_rejected_and_change_no_score(small_rig: SmallRig, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    said = add_bad_files(folder)
    run = open_run(folder, small_rig.settings.recording_format())
    outcome = assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    assert facts_of(tmp_path / "state") == facts_of(small_rig.state)
    with Store.open(tmp_path / "state") as store:
        rejected = dict(store.rejections(outcome.assessment))
        summary = summarise(store, outcome, run, store.series(outcome.assessment))
    assert rejected.keys() == said.keys()
    for name, reason in said.items():
        assert rejected[name].startswith(reason), (name, rejected[name])
    assert summary["snapshots"] == SMALL_COUNT + len(said)
    assert summary["scored"] == SMALL_COUNT
    assert {one["file"]: one["reason"] for one in summary["rejected"]} == rejected


def test_finite_number_beyond_all_measure_stops_no_run(small_rig: SmallRig, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    place = folder / small_rig.run.entries[SMALL_COUNT - 1].name
    place.write_bytes(b"1e30" + place.read_bytes()[place.read_bytes().index(b",") :])
    run = open_run(folder, small_rig.settings.recording_format())
    assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    before = facts_of(small_rig.state)["snapshots"][: SMALL_COUNT - 1]
    assert facts_of(tmp_path / "state")["snapshots"][: SMALL_COUNT - 1] == before


def test_run_of_bad_files_only_is_an_error_that_says_where_the_reasons_are(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / small_rig.run.entries[0].name).touch()
    run = open_run(folder, small_rig.settings.recording_format())
    with pytest.raises(UnusableError, match="none of the recordings can be read"):
        assessed(run, small_rig.settings, tmp_path / "state", small_rig.bundle)


@pytest.mark.parametrize("count", [1, 5, SMALL_COUNT])
@pytest.mark.parametrize("healthy", ["1%", "30", "2500"])
def test_run_of_bad_files_only_names_the_first_of_them_and_its_fault(
    small_rig: SmallRig, tmp_path: Path, count: int, healthy: str
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for entry in small_rig.run.entries[:count]:
        (folder / entry.name).write_text("hello\n")
    settings = load_settings(small_rig.config, overrides={"model.healthy": healthy})
    run = open_run(folder, settings.recording_format())
    with pytest.raises(UnusableError) as refused:
        assessed(run, settings, tmp_path / "state")
    assert small_rig.run.entries[0].name in str(refused.value)
    assert "--healthy" not in str(refused.value)


def test_baseline_that_lacks_recordings_names_the_bad_file_before_the_remedy(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    for entry in small_rig.run.entries[3:30]:
        (folder / entry.name).write_text("hello\n")
    settings = load_settings(small_rig.config, overrides={"model.healthy": "30"})
    run = open_run(folder, settings.recording_format())
    with pytest.raises(UnusableError) as refused:
        assessed(run, settings, tmp_path / "state")
    words = str(refused.value)
    assert words.startswith("27 of 30 recordings cannot be read; the first, " + run.entries[3].name)
    assert "--healthy" in words


def test_results_are_replaced_whole(small_rig: SmallRig, tmp_path: Path) -> None:
    outcome = assessed(small_rig.run, small_rig.settings, tmp_path / "state", small_rig.bundle)
    out = tmp_path / "out"
    for _ in range(2):
        with Store.open(tmp_path / "state") as store:
            write_results(out, store, outcome, small_rig.run)
        assert sorted(path.name for path in out.iterdir()) == ["alarms.csv", "scores.csv", "summary.json"]
