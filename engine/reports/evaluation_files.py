"""Result files of trials of models: tables as CSV, all figures as JSON."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from engine.clock import moment
from engine.evaluation.metrics import Level
from engine.evaluation.trial import Comparison, Evaluation
from engine.evaluation.truth import Truth
from engine.reports.csv_files import iso, rounded, write_csv
from engine.system.whole_file import write_whole

COMPARISON = (
    "model",
    "gated_lead_hours",
    "lead_hours",
    "false_alarms",
    "first_snapshot",
    "first_component",
    "delay_snapshots",
    "delay_hours",
    "ranked_first",
    "failing_first",
    "separation",
    "training_seconds",
    "epochs",
    "snapshots_per_second",
    "network_bytes",
    "fault",
)
"""Columns of comparison.csv; `fault` is the reason why a model could not be tried."""


def comparison_row(one: Comparison) -> dict[str, object]:
    """Return one model's row by column, with None for an empty cell."""
    row = {**asdict(one.forewarning), **asdict(one), "fault": ""}
    return {column: _rounded(row[column]) for column in COMPARISON}


def write_comparison(
    folder: Path, rows: Sequence[Comparison], faults: Mapping[str, str], truth: Truth, seed: int
) -> None:
    """Write comparison.csv and comparison.json.

    Args:
        folder: made if missing.
        rows: of the models that were tried.
        faults: reasons why the others could not be tried, by model.
        truth: the known onset and component of the run.
        seed: of the learning.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    models = [comparison_row(one) for one in rows]
    models += [{**dict.fromkeys(COMPARISON), "model": name, "fault": why} for name, why in faults.items()]
    write_csv(
        folder / "comparison.csv", COMPARISON, ([row[key] for key in COMPARISON] for row in models), rounded
    )
    whole = {"onset": truth.onset, "component": truth.component, "seed": seed, "models": models}
    write_whole(folder / "comparison.json", json.dumps(whole, indent=2) + "\n")


def write_evaluation(
    folder: Path, done: Evaluation, truth: Truth, seed: int, components: Sequence[str]
) -> None:
    """Write evaluation.json and the tables sweep, roc, precision_recall, snapshots, and tsne if laid out.

    Args:
        folder: made if missing.
        done: the evaluation to write.
        truth: the known onset and component of the run.
        seed: of the learning.
        components: names, in order.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = {
        "onset": truth.onset,
        "component": truth.component,
        "seed": seed,
        "alarms": comparison_row(done.comparison),
        "levels": {one.name: _level(one) for one in done.levels},
    }
    write_whole(folder / "evaluation.json", json.dumps(whole, indent=2) + "\n")
    counted = tuple(done.levels[0].figures.plain())
    write_csv(
        folder / "sweep.csv",
        ("level", "percentile", *counted),
        (
            [one.name, percentile, *figures.plain().values()]
            for one in done.levels
            for percentile, figures in one.sweep.items()
        ),
        rounded,
    )
    for name, axes in (
        ("roc", ("false_positive_rate", "true_positive_rate")),
        ("precision_recall", ("recall", "precision")),
    ):
        points = ([one.name, *point] for one in done.levels for point in getattr(one.curves, name).tolist())
        write_csv(folder / f"{name}.csv", ("level", *axes, "limit"), points, rounded)
    write_csv(folder / "snapshots.csv", SNAPSHOTS, _snapshots(done, components), rounded)
    if done.layout is not None:
        column = components.index(truth.component)
        rows = (
            [done.windows.names[index], float(x), float(y), bool(done.faulty[index, column])]
            for index, (x, y) in zip(done.laid_out.tolist(), done.layout.tolist(), strict=True)
        )
        write_csv(folder / "tsne.csv", ("snapshot", "x", "y", "faulty"), rows, rounded)


SNAPSHOTS = (
    "snapshot",
    "time",
    "component",
    "baseline",
    "faulty",
    "median_window_error",
    "windows_above_limit",
    "latent",
)
"""Columns of snapshots.csv; `latent` is the latent space's share in a variational model's score."""


def _snapshots(done: Evaluation, components: Sequence[str]) -> Iterable[list[object]]:
    windows = done.windows
    usual = np.median(windows.errors, axis=1)
    for row, name in enumerate(windows.names):
        for column, component in enumerate(components):
            yield [
                name,
                iso(moment(int(windows.at[row]))),
                component,
                not done.judged[row],
                bool(done.faulty[row, column]),
                float(usual[row, column]),
                float(done.windows_above[row, column]),
                float(windows.latent[row]),
            ]


def _level(one: Level) -> dict[str, object]:
    return {
        "limit": one.chosen,
        "faulty": one.faulty,
        "healthy": one.healthy,
        **{name: _rounded(value) for name, value in one.figures.plain().items()},
        "roc_auc": _rounded(one.curves.roc_auc),
        "average_precision": _rounded(one.curves.average_precision),
    }


def _rounded(value: object) -> object:
    """Return a number for JSON, which has no NaN."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value
