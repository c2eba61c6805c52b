"""Learning from rows of slow sensors without conditions: no network, and a bundle that knows its ranges."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.api.scoring import BundleScorer
from engine.api.snapshots import scored, scored_file
from engine.baseline.from_run import learn_from_run
from engine.bundles.bundle import Bundle, BundleError, load_bundle
from engine.bundles.library import check_fit
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.models.runner import Network
from engine.records.progress import Epoch
from engine.reports.bundle_export import LITE, export_bundle
from engine.scoring.scorer import Scorer
from replay.recording import RecordingError
from replay.run import open_run
from tests.engine.slow_sensors import HEADER, HEALTHY, row_texts, settings_of


class Silent:
    """A listener that reports nothing."""

    def rejected(self, error: RecordingError) -> None:
        raise error

    def read(self, done: int, total: int) -> None:
        pass

    def epoch(self, epoch: Epoch) -> None:
        raise AssertionError("nothing is trained")

    def waiting(self) -> None:
        pass


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Settings]:
    place = tmp_path_factory.mktemp("pump")
    (place / "log.csv").write_text(HEADER + "".join(row_texts()))
    settings = settings_of(place)
    return learn_from_run(
        open_run(place / "log.csv", settings.recording_format()), settings, Silent()
    ), settings


def test_nothing_is_trained_and_the_bundle_is_read_again_as_it_was(
    learned: tuple[Bundle, Settings], tmp_path: Path
) -> None:
    bundle, _ = learned
    assert (bundle.network, bundle.history) == (b"", ())
    assert Network(bundle.network).batch == 0
    again = load_bundle(bundle.save(tmp_path))
    assert again.digest() == bundle.digest()
    assert again.baseline.count == HEALTHY
    assert again.baseline.marks


def test_another_range_does_not_fit_the_bundle(learned: tuple[Bundle, Settings]) -> None:
    bundle, settings = learned
    check_fit(bundle, settings)
    part = settings.components[0].model_copy(update={"high": (90.0, 1e30, 150.0)})
    with pytest.raises(BundleError, match="high of Pump"):
        check_fit(bundle, settings.model_copy(update={"components": (part,)}))


def test_what_needs_a_network_says_that_there_is_none(
    learned: tuple[Bundle, Settings], tmp_path: Path
) -> None:
    bundle, _ = learned
    with pytest.raises(BundleError, match="no network to export"):
        export_bundle(bundle, {LITE: tmp_path / "a.tflite"})


class Patient(Silent):
    """A listener that counts the epochs of a training."""

    def __init__(self) -> None:
        self.epochs = 0

    def epoch(self, epoch: Epoch) -> None:
        self.epochs += 1


@pytest.mark.long
def test_a_network_learns_what_a_condition_explains(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    load = np.repeat(chance.choice([30.0, 50.0, 70.0], 60), 8) + chance.normal(0, 0.3, 480)
    flow = 0.5 * load + chance.normal(0, 0.2, 480)
    rows = [f"{second};{a:.3f};{b:.3f};70\n" for second, (a, b) in enumerate(zip(load, flow, strict=True))]
    (tmp_path / "log.csv").write_text("time;Flow;Pressure;Temp\n" + "".join(rows))
    settings = settings_of(
        tmp_path, overrides={"model.epochs": 15, "model.healthy": "60", "recording.start": "2024-03-01"}
    )
    roles = (settings.components[0].model_copy(update={"role": ("condition", "symptom", "symptom")}),)
    settings = settings.model_copy(update={"components": roles})
    run, listener = open_run(tmp_path / "log.csv", settings.recording_format()), Patient()
    bundle = learn_from_run(run, settings, listener)
    assert listener.epochs == len(bundle.history) > 1
    assert bundle.history[-1]["loss"] < bundle.history[0]["loss"]
    scorer = Scorer(bundle, layout_of(settings), Diagnostician(settings))
    flows = np.array([scorer.examine(run.read(index)).figures[1] for index in range(len(run))])
    measured, expected = flows[:, 0], flows[:, 1]
    # The expectation follows the load far more closely than the mean of the baseline does.
    assert np.abs(measured - expected).mean() < 0.3 * np.abs(measured - measured.mean()).mean()


def test_windows_and_rows_are_scored_for_callers_without_a_store(learned: tuple[Bundle, Settings]) -> None:
    bundle, settings = learned
    scorer = BundleScorer(bundle, settings)
    chance = np.random.default_rng(6)
    rows = (np.array([32.0, 2.5, 70.0]) + chance.normal(size=(60, 3)) * [0.5, 0.05, 0.2]).astype(np.float32)
    rows[40:, 1] -= 0.4
    found = scorer.windows(rows, "sensor_data")
    assert (found.length, found.starts.tolist()) == (12, list(range(0, 49, 4)))
    assert not found.anomalous[found.starts <= 28].any()
    assert found.anomalous[found.starts >= 40].all()
    healthy, faulty = (score(scorer, part) for part in (rows[:12], rows[44:56]))
    assert (healthy["quality"], healthy["abnormal"], healthy["surface"]) == ("running", False, None)
    assert faulty["abnormal"]
    assert faulty["severity"] == pytest.approx(float(found.errors[11, 0] / found.limits[0]), rel=1e-6)


def score(scorer: BundleScorer, rows: np.ndarray) -> dict[str, object]:
    (component,) = scored(scorer, json.dumps({"rows": rows.tolist()}).encode(), raw=False)["components"]
    return dict(component)


def test_a_text_of_rows_is_refused_by_the_service_in_one_sentence(learned: tuple[Bundle, Settings]) -> None:
    answer = scored_file(BundleScorer(*learned), "log.csv", HEADER.encode())
    assert "raceway score" in str(answer)
