"""The dense and the recurrent design on IMS Set 2: their labels by file order, and the true ones."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.config.settings import load_settings
from engine.evaluation.metrics import curves, figures_at
from engine.evaluation.trial import try_model
from engine.evaluation.windows import window_scores
from replay.run import open_run

FIRST_800 = 800
"""Files of IMS Set 2 that the dense design calls normal, by order alone."""

LAST_QUARTER = 736
"""Files before the last quarter: the recurrent design's accuracy, precision and recall imply 25 % faulty."""

ONSET = 532
"""Index of the first faulty file of IMS Set 2, see docs/detection.md."""

PERCENTILE = 99
"""Percentile of the baseline's window errors that is the limit."""


@dataclass(frozen=True, slots=True)
class Size:
    """Extent of the run: every `step`-th recording of Set 2, and at most `epochs` of training."""

    step: int
    epochs: int

    @property
    def told(self) -> str:
        """Return the sentence that states the extent."""
        if self.step == 1:
            return f"full size: every recording, at most {self.epochs} epochs"
        return (
            f"bounded: every {self.step}th recording of Set 2, at most {self.epochs} epochs;"
            " DESIGNS_FULL=1 takes all"
        )


def size_asked() -> Size:
    """Return the extent that the environment asks for."""
    return Size(1, 200) if os.environ.get("DESIGNS_FULL") == "1" else Size(4, 40)


def labels(folder: Path, name: str, size: Size) -> None:
    """Print one model's figures by window under labels by file order and under the true ones.

    Args:
        folder: of the recordings of IMS Set 2.
        name: of the model.
        size: extent of the run.
    """
    begun = time.monotonic()
    settings = load_settings(None, "ims-set2", {"model.name": name, "model.epochs": size.epochs})
    whole = open_run(folder, settings.recording_format())
    file = np.arange(len(whole))[:: size.step]
    run = replace(whole, entries=whole.entries[:: size.step])
    trial = try_model(run, settings)
    bundle = trial.outcome.bundle
    errors = window_scores(run, settings, bundle, "Bearing 1").errors
    learned = bundle.baseline.count
    limit = float(np.nanpercentile(errors[:learned], PERCENTILE))
    own = np.nanpercentile(errors[:learned], PERCENTILE, axis=(0, 1))
    judged, at = errors[learned:], file[learned:, None, None]
    first = np.arange(errors.shape[2])[None, None, :] == 0
    print(f"{name}, Set 2, {len(run)} files, baseline {learned}, {len(bundle.history)} epochs")
    for title, faulty in (
        (f"from file {FIRST_800} on faulty, windows of all bearings", at >= FIRST_800),
        (f"from file {LAST_QUARTER} on faulty, windows of all bearings", at >= LAST_QUARTER),
        (f"from file {ONSET} on bearing 1 faulty, windows of all bearings", (at >= ONSET) & first),
    ):
        _print_figures(title, np.broadcast_to(faulty, judged.shape), judged, limit)
    for title, begin in (
        (f"from file {FIRST_800} on faulty, windows of bearing 1", FIRST_800),
        (f"from file {LAST_QUARTER} on faulty, windows of bearing 1", LAST_QUARTER),
        (f"from file {ONSET} on faulty, windows of bearing 1", ONSET),
    ):
        own_windows = judged[:, :, 0]
        _print_figures(title, np.broadcast_to(at[:, :, 0] >= begin, own_windows.shape), own_windows, own[0])
    rings = [(int(file[one.snapshot]), one.component) for one in trial.rings()]
    print(f"    alarms (file, component): {rings[:4]}; {time.monotonic() - begun:.0f} s", flush=True)


def _print_figures(title: str, faulty: NDArray[np.bool_], errors: NDArray[np.float64], limit: float) -> None:
    """Print precision, recall, F1, accuracy and area of windows above a limit."""
    fine = np.isfinite(errors)
    told = figures_at(faulty[fine], errors[fine] > limit)
    area = curves(faulty[fine], errors[fine]).roc_auc
    print(
        f"    {title} ({fine.sum()}, {faulty[fine].mean():.1%} faulty): precision {told.precision:.3f},"
        f" recall {told.recall:.3f}, F1 {told.f1:.3f}, accuracy {told.accuracy:.3f}, AUC {area:.3f}"
    )
