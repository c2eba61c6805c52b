"""Measures motors on real currents: shorted turns by leave-one-out, and recordings made of bursts."""

import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.recordings import recordings
from engine.config.settings import load_settings
from engine.signals.motor_fitness import Claim, Fault, Fitness, fitness, offset_drift
from replay.run import Run, open_run

RACEWAY = [sys.executable, "-c", "from tui.cli import main; main()"]

SHORTED = """
[machine]
name = "shorted"
sample_rate = 1000.0
shaft_speed = 0.0
mains_frequency = 60.0
[[component]]
name = "Motor"
kind = "motor"
channels = [1, 2, 3]
unit = "A"
[recording]
rows = 100
cut = true
separator = ","
time = "number"
[model]
name = "motor"
healthy = "100%"
[limits]
quick = 1.0
patient = 1.0
adaptation = 0
"""
"""Each file is another run: nothing is averaged from one to the next. A file is cut into ten snapshots."""

BURSTS = """
[machine]
name = "bursts"
sample_rate = 13000.0
shaft_speed = 0.0
mains_frequency = 50.0
[[component]]
name = "Motor"
kind = "motor"
channels = [1, 2, 3]
sensitivity = [1.0, 1.0, 1.58]
[recording]
rows = 10000
columns = 3
separator = ","
time = "number"
[model]
name = "motor"
healthy = "100"
"""

HEALTHY_FILES = 5
FIRST_SCORED = 100
"""Number of the first scored file: the baseline's numbers, and so its times, come before."""


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as place:
        shorted_turns(Path(place), recordings() / "stator-short-circuit")
        bursts(Path(place), recordings() / "motor-current-3phase")


def shorted_turns(place: Path, data: Path) -> None:
    """Learn from four healthy files, score the fifth and all faulty ones; five times."""
    config = place / "shorted.toml"
    config.write_text(SHORTED)
    healthy = sorted((data / "SC_HLT").glob("*.csv"))
    faulty = sorted(path for path in data.glob("SC_A*/*.csv"))
    smallest = [number for number, path in enumerate(faulty) if "1" in path.parent.name]
    print("left out  healthy file  faulty flagged  smallest degree  not flagged")
    for number in range(HEALTHY_FILES):
        fold = place / f"fold{number}"
        _laid_out(fold / "learn", [path for path in healthy if path != healthy[number]], 1)
        _laid_out(fold / "score", [healthy[number], *faulty], FIRST_SCORED)
        _raceway("learn", fold / "learn", "--out", fold / "bundles", "--config", config)
        (bundle,) = (fold / "bundles").iterdir()
        _raceway("score", fold / "score", "--out", fold / "out", "--config", config, "--bundle", bundle)
        first, *others = _severities(fold / "out" / "scores.csv")
        flagged = [severity >= 1 for severity in others]
        print(
            f"{healthy[number].stem}  severity {first:.2f}  {sum(flagged)} of {len(flagged)}"
            f"        {sum(flagged[one] for one in smallest)} of {len(smallest)}"
            f"         {', '.join(path.stem for path, one in zip(faulty, flagged, strict=True) if not one)}",
            flush=True,
        )


def bursts(place: Path, data: Path) -> None:
    """Print which claims the recordings carry, the notes on sensors, and the alarms of a scored run."""
    config = place / "bursts.toml"
    config.write_text(BURSTS)
    run = open_run(data, load_settings(config, None, {}).recording_format())
    found = [fitness(run.read(index).signal, 13_000, 50) for index in range(len(run))]
    names = [Path(entry.name).stem for entry in run.entries]
    unfit = [not one.carries(Claim.SPECTRUM) for one in found]
    print(f"withheld from the spectrum: {sum(unfit)} of {len(found)}")
    for fault in Fault:
        _tell(fault.value, names, [one.has(fault) for one in found])
    _tell("offset drift against the run's median", names, _drifts(run, found))
    out = place / "bursts"
    _raceway("score", data, "--out", out, "--config", config)
    with (out / "alarms.csv").open() as file:
        alarms = list(csv.DictReader(file))
    print(f"alarms: {len(alarms)}")
    for alarm in alarms:
        print(f"  {alarm['priority']} {alarm['cause']} from {alarm['raised_snapshot']}")


def _drifts(run: Run, found: Sequence[Fitness]) -> list[bool]:
    """Return for each recording whether its offsets left the median of the run."""
    signals = [run.read(index).signal for index in range(len(run))]
    offsets = np.stack([signal.mean(axis=0) for signal in signals])
    level = float(np.median([signal.std(axis=0).min() for signal in signals]))
    usual = np.median(offsets, axis=0)
    return [offset_drift(one, usual, level) is not None for one in offsets[: len(found)]]


def _tell(what: str, names: Sequence[str], flags: Sequence[bool]) -> None:
    own = [name for name, flag in zip(names, flags, strict=True) if flag]
    if own:
        print(f"{what}: {len(own)} ({own[0]} to {own[-1]})")


def _laid_out(folder: Path, files: Sequence[Path], first: int) -> None:
    folder.mkdir(parents=True)
    for number, path in enumerate(files, start=first):
        shutil.copy(path, folder / f"{number:03d}.csv")


def _severities(scores: Path) -> list[float]:
    """Return the median severity of each file's snapshots, in order."""
    by_file: defaultdict[str, list[float]] = defaultdict(list)
    with scores.open() as file:
        for row in csv.DictReader(file):
            by_file[row["snapshot"].partition(".")[0]].append(float(row["severity"]))
    return [statistics.median(by_file[name]) for name in sorted(by_file)]


def _raceway(*words: object) -> None:
    subprocess.run([*RACEWAY, *map(str, words)], check=True, capture_output=True)


if __name__ == "__main__":
    main()
