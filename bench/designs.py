"""Repeats the experiments of the published designs; prints claim, their model here, and the default here.

`python -m bench designs`. The variational designs run on their synthetic rig. The dense and the recurrent
design need the recordings of IMS Set 2 in RACEWAY_DATA, and are left out without them. DESIGNS_FULL=1 takes
every recording and all epochs; without it the run is bounded. DESIGNS_ONLY="vae beta 0.1" takes one row.
"""

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.support.design_labels import Size, labels, size_asked
from engine.config.channels import layout_of
from engine.config.settings import Settings, load_settings
from engine.diagnosis.surface import Diagnostician
from engine.evaluation.network_use import LatentUse, network_use
from engine.evaluation.trial import Trial, try_model
from engine.evaluation.truth import Truth
from engine.evaluation.windows import window_scores
from engine.scoring.errors import component_errors
from engine.scoring.method import METHODS
from engine.scoring.scorer import Scorer
from replay.run import Run, open_run
from replay.synthetic.files import RUN, SETTINGS, bearing_name, write_synthetic
from replay.synthetic.scenario import load_scenario

FAILING = 2
"""Index of bearing 3, the failing one of the variational design."""

TRAINED, HEALTHY = 56, 70
"""Recordings of that design: 1,064 of its 1,900 windows train, 266 set the limit, 570 are faulty."""

ROWS = (
    ("vae", 1.0, 0),
    ("conv-vae", 1.0, 0),
    ("vae", 1.0, 10),
    ("vae", 0.1, 0),
    ("vae", 0.001, 0),
)
"""Model, beta and annealing of each row by window."""

Errors = NDArray[np.float64]


def main() -> None:
    """Print all tables, the quick ones first."""
    size = size_asked()
    print(size.told, flush=True)
    folder = os.environ.get("RACEWAY_DATA")
    with tempfile.TemporaryDirectory() as place:
        rig = Path(place) / "vae-design"
        for _ in write_synthetic(load_scenario("vae-design"), rig):
            pass
        only = os.environ.get("DESIGNS_ONLY")
        if only is not None:
            for row in row_named(only):
                by_window(rig, size, *row)
            return
        by_recording(rig, "spectral", size)
        if folder:
            for name in ("spectral", "dense", "lstm"):
                labels(Path(folder) / "ims-set2", name, size)
        else:
            print("dense and recurrent designs: left out, set RACEWAY_DATA to the folder of ims-set2/")
        for name, beta, anneal in ROWS:
            by_window(rig, size, name, beta, anneal)
        for name in ("vae", "conv-vae"):
            by_recording(rig, name, size)
    print("motor current design: see `python -m bench motor` and docs/motors.md")


def row_named(text: str) -> tuple[tuple[str, float, int], ...]:
    """Return the rows by window whose words begin with a text such as "vae beta 0.1".

    Raises:
        SystemExit: there is none; it names them.
    """
    words = {f"{name} beta {beta:g} anneal {anneal}": (name, beta, anneal) for name, beta, anneal in ROWS}
    found = tuple(row for title, row in words.items() if f"{title} ".startswith(f"{text.strip()} "))
    if not found:
        raise SystemExit(f"DESIGNS_ONLY={text}: no such row; the rows are {', '.join(words)}")
    return found


def by_window(folder: Path, size: Size, name: str, beta: float, anneal: int) -> None:
    """Print a variational network's figures by window on its design's rig."""
    begun = time.monotonic()
    changes = {
        "model.healthy": str(HEALTHY),
        "model.calibration_share": 1 - TRAINED / HEALTHY,
        "model.name": name,
        "model.beta": beta,
        "model.anneal": anneal,
        "model.epochs": size.epochs,
    }
    settings = load_settings(folder / SETTINGS, None, changes)
    run = open_run(folder / RUN, settings.recording_format())
    title = f"{name}, beta {beta:g}, anneal {anneal}"
    _print_windows(title, run, settings, try_model(run, settings))
    print(f"    {time.monotonic() - begun:.0f} s", flush=True)


def by_recording(folder: Path, name: str, size: Size) -> None:
    """Print a model's figures by recording on the variational design's rig."""
    changes = {"model.healthy": "60", "model.name": name, "model.epochs": size.epochs}
    settings = load_settings(folder / SETTINGS, None, changes)
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
            f" divergence {use.divergence.sum():.4f} nats; by dimension"
            f" {' '.join(f'{one:.4f}' for one in sorted(use.divergence.tolist(), reverse=True))};"
            f" epochs {len(bundle.history)}"
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
        f" others or earlier {false}; bearing 3 leads in every recording from {first} on",
        flush=True,
    )


if __name__ == "__main__":
    main()
