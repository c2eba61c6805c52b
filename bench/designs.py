"""Repeats the experiments of the published designs; prints claim, their model here, and the default here.

`python -m bench designs`. The variational design runs on its synthetic rig. The dense design's labels need
the recordings of IMS Set 2 in RACEWAY_DATA, and are left out without them.
"""

import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.config.channels import layout_of
from engine.config.settings import Settings, load_settings
from engine.diagnosis.surface import Diagnostician
from engine.evaluation.metrics import curves, figures_at
from engine.evaluation.network_use import LatentUse, network_use
from engine.evaluation.trial import Trial, try_model
from engine.evaluation.truth import Truth
from engine.evaluation.windows import window_scores
from engine.scoring.errors import component_errors
from engine.scoring.method import METHODS
from engine.scoring.scorer import Scorer
from replay.run import Run, open_run
from replay.synthetic.files import RUN, SETTINGS, bearing_name, write_synthetic
from replay.synthetic.scenario import Scenario, load_scenario

FAILING = 2
"""Index of bearing 3, the failing one of the variational design."""

TRAINED, HEALTHY = 56, 70
"""Recordings of that design: 1,064 of its 1,900 windows train, 266 set the limit, 570 are faulty."""

FIRST_800 = 800
"""Files of IMS Set 2 that the dense design calls normal, by order alone."""

ONSET = 532
"""Index of the first faulty file of IMS Set 2, see docs/detection.md."""

Errors = NDArray[np.float64]


def main() -> None:
    """Print all tables."""
    with tempfile.TemporaryDirectory() as place:
        variational(load_scenario("vae-design"), Path(place) / "vae-design")
    folder = os.environ.get("RACEWAY_DATA")
    if folder:
        dense_labels(Path(folder) / "ims-set2")
    else:
        print("dense design: left out, set RACEWAY_DATA to the folder that holds ims-set2/")


def variational(scenario: Scenario, folder: Path) -> None:
    """Print the results on the variational design's synthetic rig."""
    for _ in write_synthetic(scenario, folder):
        pass
    changes = {"model.healthy": str(HEALTHY), "model.calibration_share": 1 - TRAINED / HEALTHY}
    for beta, anneal in ((1.0, 0), (1.0, 10), (0.1, 0)):
        settings = load_settings(
            folder / SETTINGS,
            None,
            {**changes, "model.name": "vae", "model.beta": beta, "model.anneal": anneal},
        )
        run = open_run(folder / RUN, settings.recording_format())
        trial = try_model(run, settings)
        _print_windows(f"vae, beta {beta:g}, anneal {anneal}", run, settings, trial)
    for name in ("spectral", "vae"):
        settings = load_settings(folder / SETTINGS, None, {"model.healthy": "60", "model.name": name})
        run = open_run(folder / RUN, settings.recording_format())
        _print_recordings(name, run, settings, try_model(run, settings))


def _print_windows(title: str, run: Run, settings: Settings, trial: Trial) -> None:
    """Print the figures by window, as the design counts them."""
    bundle = trial.outcome.bundle
    errors = window_scores(run, settings, bundle, bearing_name(FAILING + 1)).errors
    whole = errors.mean(axis=2)
    held_out = whole[TRAINED:HEALTHY].ravel()
    limit = float(np.percentile(held_out, 98))
    faulty = whole[HEALTHY:].ravel()
    found, false = int((faulty > limit).sum()), int((held_out > limit).sum())
    precision, recall = found / max(1, found + false), found / len(faulty)
    print(
        f"{title}, {len(held_out)} healthy and {len(faulty)} faulty windows,"
        f" limit: 98th percentile of the healthy: false positives {false}, found {found},"
        f" precision {precision:.3f}, recall {recall:.3f},"
        f" F1 {2 * precision * recall / (precision + recall):.3f},"
        f" error ratio {faulty.mean() / held_out.mean():.1f}"
    )
    late, usual = errors[HEALTHY:].sum(axis=(0, 1)), errors[TRAINED:HEALTHY].mean(axis=(0, 1))
    above = late - usual * errors[HEALTHY:, :, 0].size
    print(
        f"    bearing 3's share of the error {late[FAILING] / late.sum():.1%}, of the excess over health"
        f" {above[FAILING] / above.sum():.1%}; validation loss {bundle.history[-1]['validation_loss']:.4f}"
    )
    use = network_use(run, settings, bundle, Truth(run.entries[HEALTHY].name, 2**62, bearing_name(3)))
    if isinstance(use, LatentUse):
        print(
            f"    latent: {use.active} of {len(use.divergence)} dimensions active,"
            f" divergence {use.divergence.sum():.4f} nats, largest {use.divergence.max():.4f}"
        )


def _print_recordings(name: str, run: Run, settings: Settings, trial: Trial) -> None:
    """Print the figures by recording: each recording's own error, and the alarm."""
    bundle, layout = trial.outcome.bundle, layout_of(settings)
    scorer = Scorer(bundle, layout, Diagnostician(settings, bundle.scoring))
    errors: Errors = np.array(
        [
            component_errors(seen.residual, seen.running, layout.channels, METHODS[bundle.scoring].group)
            for seen in (scorer.examine(run.read(index)) for index in range(len(run)))
        ]
    )
    learned = bundle.baseline.count
    limit = errors[learned - bundle.baseline.calibrated_on : learned].max()
    called = errors[:, FAILING] > limit
    others = np.delete(errors[HEALTHY:], FAILING, axis=1) > limit
    severity = trial.series.severity
    leads = np.argmax(severity, axis=1) == FAILING
    first = next(index for index in range(HEALTHY, len(run)) if leads[index:].all())
    rings = [one for one in trial.rings() if one.component == bearing_name(FAILING + 1)]
    print(
        f"{name}, by recording, limit: the largest error of the held-out healthy recordings:"
        f" found {int(called[HEALTHY:].sum())} of {len(run) - HEALTHY},"
        f" first {HEALTHY + int(np.argmax(called[HEALTHY:]))};"
        f" false on bearing 3 {int(called[learned:HEALTHY].sum())} of {HEALTHY - learned},"
        f" on others from the onset on {int(others.sum())} of {others.size}"
    )
    false = len([one for one in trial.rings() if one not in rings or one.snapshot < HEALTHY])
    print(
        f"    alarms: bearing 3 rings at recording {rings[0].snapshot if rings else 'never'},"
        f" others or earlier {false}; bearing 3 leads in every recording from {first} on"
    )


def dense_labels(folder: Path) -> None:
    """Print the dense design's figures by its labels and by the true ones."""
    settings = load_settings(None, "ims-set2", {"model.name": "dense"})
    run = open_run(folder, settings.recording_format())
    trial = try_model(run, settings)
    errors = window_scores(run, settings, trial.outcome.bundle, "Bearing 1").errors
    flat = errors.reshape(len(errors), -1)
    learned = trial.outcome.bundle.baseline.count
    limit = float(np.nanpercentile(flat[:learned], 99))
    judged = flat[learned:]
    order = np.repeat(np.arange(learned, len(flat)) >= FIRST_800, judged.shape[1])
    true = np.zeros_like(errors[learned:], bool)
    true[ONSET - learned :, :, 0] = True
    failing = errors[learned:, :, 0]
    at_onset = np.repeat(np.arange(learned, len(flat)) >= ONSET, failing.shape[1])
    for title, faulty, score in (
        ("first 800 files called normal, all windows", order, judged.ravel()),
        ("true onset, windows of all bearings, bearing 1 faulty", true.ravel(), judged.ravel()),
        ("true onset, windows of bearing 1", at_onset, failing.ravel()),
    ):
        fine = np.isfinite(score)
        told = figures_at(faulty[fine], score[fine] > limit)
        area = curves(faulty[fine], score[fine]).roc_auc
        print(
            f"dense, {title} ({fine.sum()}): precision {told.precision:.3f}, recall {told.recall:.3f},"
            f" F1 {told.f1:.3f}, accuracy {told.accuracy:.3f}, AUC {area:.3f}"
        )


if __name__ == "__main__":
    main()
