"""Measures slow sensors: closing valves of a water pump (SKAB), and turbofans that wear (C-MAPSS FD001).

`python -m bench process` prints both tables. `RACEWAY_ENGINES=20` takes that many engines, spread evenly:
each learns a model of its own, which takes some seconds.
"""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.support.recordings import Pass, assessed_run, recordings
from engine.bundles.bundle import Bundle
from engine.config.settings import Settings, load_settings
from replay.parts import split_part
from replay.run import open_run

HEALTHY_ROWS = 400
"""Rows of each experiment that its authors train on."""

PUBLISHED = (("convolutional autoencoder, as published", 0.78, 0.136),)
"""F1 and false-alarm rate over all 34 experiments, from the table of the data set's authors.

Source:
    Katser and Kozitsin (2020), Skoltech Anomaly Benchmark.
"""

CYCLES, HEALTHY_CYCLES = 20, 50
"""Rows of a window of turbofans, and their first rows, which are healthy."""

TOO_EARLY = 125
"""Cycles before the end: an alarm before that is counted as false."""

TURBOFAN = """
[machine]
name = "turbofan"
[[component]]
name = "Engine"
kind = "process"
channels = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]
unit = "1"
[recording]
time_column = 2
columns = 26
every = 3600.0
[process]
window = 20
"""


@dataclass(frozen=True, eq=False)
class Experiment:
    """The rows of one experiment: values (rows, channels), and whether each is anomalous or a changepoint."""

    path: Path
    values: NDArray[np.float64]
    anomalous: NDArray[np.bool_]
    changes: NDArray[np.bool_]


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as place:
        valves(recordings() / "skab-valve1")
        turbofans(recordings() / "cmapss-fd001", Path(place))


def valves(data: Path) -> None:
    """Learn from the first rows of each experiment, and judge the rest."""
    experiments = [_experiment(path) for path in sorted(data.glob("[0-9]*.csv"), key=_number)]
    settings = load_settings(rig="skab", overrides={"model.healthy": str(_windows(HEALTHY_ROWS, "skab"))})
    began = time.perf_counter()
    passes = [_judged(one.path, settings) for one in experiments]
    print(f"valve1: {len(experiments)} experiments in {time.perf_counter() - began:.0f} s")
    print("                                          F1    false alarms  median delay [rows]")
    _tell(
        "process, above the limit",
        experiments,
        [_above(one, run) for one, run in zip(experiments, passes, strict=True)],
    )
    _tell(
        "process, alarm standing",
        experiments,
        [_standing(one, run) for one, run in zip(experiments, passes, strict=True)],
    )
    plain: tuple[tuple[str, Callable[[NDArray[np.float64]], NDArray[np.bool_]]], ...] = (
        ("PCA T2 + Q, each row", _pca),
        ("isolation forest, each row", _forest),
    )
    for name, judge in plain:
        _tell(name, experiments, [judge(one.values) for one in experiments])
    for name, score, false in PUBLISHED:
        print(f"{name:40s}  {score:.2f}  {false:6.1%}        -")
    freely = load_settings(rig="skab", overrides={"model.healthy": "100%"})
    bundle = _learned(data / "anomaly-free.csv", freely)
    passes = [_judged(one.path, settings, bundle) for one in experiments]
    _tell(
        "process, learned on the anomaly-free run",
        experiments,
        [_above(one, run) for one, run in zip(experiments, passes, strict=True)],
    )


def turbofans(data: Path, place: Path) -> None:
    """Learn from the first cycles of each engine, and judge the rest."""
    table = np.loadtxt(data / "train_FD001.txt")
    config = place / "turbofan.toml"
    config.write_text(TURBOFAN)
    settings = load_settings(config)
    healthy = 1 + (HEALTHY_CYCLES - CYCLES) // 2
    settings = load_settings(config, overrides={"model.healthy": str(healthy)})
    units = np.unique(table[:, 0])
    most = int(os.environ.get("RACEWAY_ENGINES", len(units)))
    leads = []
    for unit in units[np.linspace(0, len(units) - 1, most).round().astype(int)]:
        rows = table[table[:, 0] == unit]
        path = place / f"unit{int(unit):03d}.txt"
        np.savetxt(path, rows, "%.6g")
        run = _judged(path, settings)
        alarms = run.ringing()
        leads.append(len(rows) - _line(str(alarms[0].raised.detail["snapshot"])) if alarms else -1)
    found = np.array(leads)
    print(f"FD001, {len(found)} engines: alarm in {(found >= 0).sum()};", end=" ")
    print(f"none earlier than {TOO_EARLY} cycles before the end in {(found <= TOO_EARLY).sum()};", end=" ")
    print(f"median lead {np.median(found[found >= 0]):.0f} cycles", flush=True)


def _judged(path: Path, settings: Settings, bundle: Bundle | None = None) -> Pass:
    return assessed_run(open_run(path, settings.recording_format()), settings, bundle)


def _learned(path: Path, settings: Settings) -> Bundle:
    from engine.baseline.from_run import learn_from_run

    return learn_from_run(open_run(path, settings.recording_format()), settings, _Silent())


class _Silent:
    """A listener that reports nothing."""

    def rejected(self, error: object) -> None:
        """Report nothing."""

    def read(self, done: int, total: int) -> None:
        """Report nothing."""

    def epoch(self, epoch: object) -> None:
        """Report nothing."""

    def waiting(self) -> None:
        """Report nothing."""


def _windows(rows: int, rig: str) -> int:
    """Return the number of windows that lie in so many rows."""
    form = load_settings(rig=rig).recording_format()
    stride = round(form.rows * (1 - form.overlap))
    return 1 + (rows - form.rows) // stride


def _number(path: Path) -> int:
    return int(path.stem)


def _line(name: str) -> int:
    return split_part(name)[1]


def _experiment(path: Path) -> Experiment:
    table = pd.read_csv(path, sep=";")
    return Experiment(
        path,
        table.iloc[:, 1:9].to_numpy(float),
        table["anomaly"].to_numpy() > 0,
        table["changepoint"].to_numpy() > 0,
    )


def _above(one: Experiment, run: Pass) -> NDArray[np.bool_]:
    """Return for each row whether the last window before it lay above the limit."""
    found = np.zeros(len(one.values), np.bool_)
    for name, severity in zip(run.series.names, run.series.severity[:, 0], strict=True):
        # The header is the file's first line.
        found[_line(name) - 2 :] = severity >= 1
    return found


def _standing(one: Experiment, run: Pass) -> NDArray[np.bool_]:
    """Return for each row whether an alarm stood."""
    found = np.zeros(len(one.values), np.bool_)
    for alarm in run.ringing():
        end = None if alarm.cleared is None else _line(str(alarm.cleared.detail["snapshot"])) - 2
        found[_line(str(alarm.raised.detail["snapshot"])) - 2 : end] = True
    return found


def _tell(name: str, experiments: Sequence[Experiment], verdicts: Sequence[NDArray[np.bool_]]) -> None:
    """Print the figures over the rows after the healthy ones of all experiments."""
    told = np.concatenate([one[HEALTHY_ROWS:] for one in verdicts])
    truth = np.concatenate([one.anomalous[HEALTHY_ROWS:] for one in experiments])
    right = 2 * (told & truth).sum() / (told.sum() + truth.sum())
    delays = []
    for one, verdict in zip(experiments, verdicts, strict=True):
        start = int(np.flatnonzero(one.anomalous)[0])
        after = np.flatnonzero(verdict[start:])
        delays.append(str(after[0]) if len(after) else "-")
    known = [int(one) for one in delays if one != "-"]
    middle = f"{np.median(known):.0f}" if known else "-"
    false = (told & ~truth).sum() / (~truth).sum()
    print(f"{name:40s}  {right:.2f}  {false:6.1%}        {middle}   ({' '.join(delays)})", flush=True)


def _pca(values: NDArray[np.float64], axes: int = 4) -> NDArray[np.bool_]:
    """Return which rows lie above the 99th percentile of T2 or Q of the healthy ones.

    Source:
        Jackson and Mudholkar (1979), Control procedures for residuals of principal component analysis.
    """
    healthy = values[:HEALTHY_ROWS]
    standard = (values - healthy.mean(axis=0)) / healthy.std(axis=0)
    _, size, turned = np.linalg.svd(standard[:HEALTHY_ROWS], full_matrices=False)
    along = standard @ turned[:axes].T
    within = (np.square(along) / (np.square(size[:axes]) / HEALTHY_ROWS)).sum(axis=1)
    rest = np.square(standard - along @ turned[:axes]).sum(axis=1)
    limits = [np.quantile(one[:HEALTHY_ROWS], 0.99) for one in (within, rest)]
    beyond: NDArray[np.bool_] = (within > limits[0]) | (rest > limits[1])
    return beyond


def _forest(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rows an isolation forest of the healthy ones calls outliers.

    Source:
        Liu, Ting and Zhou (2008), Isolation forest.
    """
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(random_state=0, contamination=0.0005).fit(values[:HEALTHY_ROWS])
    outliers: NDArray[np.bool_] = np.array(forest.predict(values) < 0, np.bool_)
    return outliers
