"""Measures motors on real currents: shorted turns by leave-one-out, and recordings made of bursts.

Everything is learned and scored by `raceway learn` and `raceway score` alone.
"""

import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.support.recordings import recordings

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
name = "MODEL"
healthy = "100%"
[limits]
quick = 1.0
patient = 1.0
adaptation = 0
mode = "MODE"
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
name = "MODEL"
healthy = "100"
[limits]
mode = "MODE"
"""

HEALTHY_FILES = 5
FIRST_SCORED = 100
"""Number of the first scored file: the baseline's numbers, and so its times, come before."""

SPECTRAL = frozenset({"bursts", "gap", "clipped", "narrow band", "stopped", "no current", "missing phase"})
"""Notes that withhold the spectrum."""


@dataclass(frozen=True, slots=True)
class Method:
    """A model with its limit: ours, or the plain percentile of the windows' errors that its design states."""

    model: str
    mode: str

    @property
    def words(self) -> str:
        """Return it for a table."""
        limit = "our limit" if self.mode == "standard" else "its plain limit"
        return f"{self.model}, {limit}"

    def written(self, settings: str, path: Path) -> Path:
        """Write settings with this method, and return their path."""
        path.write_text(settings.replace("MODEL", self.model).replace("MODE", self.mode))
        return path


METHODS = (Method("motor", "standard"), Method("lstm", "standard"), Method("lstm", "plain"))


def main() -> None:
    """Print all tables; of the words `shorted` and `bursts` only those that are named."""
    parts = ("shorted", "bursts")
    wanted = [word for word in sys.argv[1:] if word in parts] or parts
    with tempfile.TemporaryDirectory() as place:
        if "shorted" in wanted:
            print("| model | left out | its severity | faulty flagged | smallest degree | not flagged |")
            print("|---|---|---|---|---|---|")
            shorted_turns(Path(place), recordings() / "stator-short-circuit")
        if "bursts" in wanted:
            for method in METHODS:
                bursts(Path(place), recordings() / "motor-current-3phase", method)


def shorted_turns(place: Path, data: Path) -> None:
    """Learn from four healthy files, score the fifth and all faulty ones; five times for each model."""
    healthy = sorted((data / "SC_HLT").glob("*.csv"))
    faulty = sorted(path for path in data.glob("SC_A*/*.csv"))
    for number in range(HEALTHY_FILES):
        fold = place / f"fold{number}"
        _laid_out(fold / "learn", [path for path in healthy if path != healthy[number]], 1)
        _laid_out(fold / "score", [healthy[number], *faulty], FIRST_SCORED)
        for method in METHODS:
            _fold(fold, method, healthy[number], faulty)


def _fold(fold: Path, method: Method, left_out: Path, faulty: Sequence[Path]) -> None:
    """Print the result of a fold by one method; a bundle is learned once for both limits."""
    config = method.written(SHORTED, fold / f"{method.model}-{method.mode}.toml")
    bundles = fold / f"bundles-{method.model}"
    if not bundles.exists():
        _raceway("learn", fold / "learn", "--out", bundles, "--config", config)
    (bundle,) = bundles.iterdir()
    out = fold / f"out-{method.model}-{method.mode}"
    _raceway("score", fold / "score", "--out", out, "--config", config, "--bundle", bundle)
    first, *others = _severities(out / "scores.csv")
    flagged = [severity >= 1 for severity in others]
    smallest = [number for number, path in enumerate(faulty) if "1" in path.parent.name]
    missed = [path.stem for path, one in zip(faulty, flagged, strict=True) if not one]
    listed = ", ".join(missed) if len(missed) <= 4 else f"{len(missed)} files"
    named = [row for row in _rows(out / "alarms.csv") if " in phase " in row["because"]]
    print(
        f"| {method.words} | {left_out.stem} | {first:.2f} | {sum(flagged)} of {len(flagged)}"
        f" | {sum(flagged[one] for one in smallest)} of {len(smallest)} | {listed} |"
        + (f" phases named: {len(named)}" if named else ""),
        flush=True,
    )


def bursts(place: Path, data: Path, method: Method) -> None:
    """Score the recordings of bursts with the first 100 as baseline; print the notes and the alarms."""
    out = place / f"bursts-{method.model}-{method.mode}"
    config = method.written(BURSTS, place / f"{out.name}.toml")
    _raceway("score", data, "--out", out, "--config", config)
    scores = _rows(out / "scores.csv")
    names = list(dict.fromkeys(row["snapshot"] for row in scores))
    order = {name: place for place, name in enumerate(names)}
    notes = _rows(out / "notes.csv")
    by_note: defaultdict[str, set[int]] = defaultdict(set)
    for row in notes:
        span = range(order[row["first_snapshot"]], order[row["last_snapshot"]] + 1)
        by_note[row["note"]].update(span)
    unfit = set().union(*(found for note, found in by_note.items() if note in SPECTRAL))
    alarms = _rows(out / "alarms.csv")
    loud = [row for row in alarms if row["priority"] in ("medium", "high")]
    print(f"\n{method.words}: unfit for spectra {len(unfit)} of {len(names)}; alarms {len(loud)}")
    for alarm in alarms:
        print(
            f"  {alarm['priority']} {alarm['cause']} of {alarm['component']} from {alarm['raised_snapshot']}"
        )
    for note, found in by_note.items():
        print(f"  {note}: {len(found)} files, {_spans(sorted(found), names)}")
    sys.stdout.flush()


def _spans(places: Sequence[int], names: Sequence[str]) -> str:
    """Return places as spans of file names."""
    spans: list[list[int]] = []
    for place in places:
        if spans and place == spans[-1][1] + 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    stems = [Path(name).stem for name in names]
    return ", ".join(
        stems[first] if first == last else f"{stems[first]} to {stems[last]}" for first, last in spans
    )


def _laid_out(folder: Path, files: Sequence[Path], first: int) -> None:
    folder.mkdir(parents=True)
    for number, path in enumerate(files, start=first):
        shutil.copy(path, folder / f"{number:03d}.csv")


def _rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a result file; none where it was not written."""
    if not path.exists():
        return []
    with path.open() as file:
        return list(csv.DictReader(file))


def _severities(scores: Path) -> list[float]:
    """Return the median severity of each file's snapshots, in order."""
    by_file: defaultdict[str, list[float]] = defaultdict(list)
    for row in _rows(scores):
        by_file[row["snapshot"].partition(".")[0]].append(float(row["severity"]))
    return [statistics.median(by_file[name]) for name in sorted(by_file)]


def _raceway(*words: object) -> None:
    subprocess.run([*RACEWAY, *map(str, words)], check=True, capture_output=True)


if __name__ == "__main__":
    main()
