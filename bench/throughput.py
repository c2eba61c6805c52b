"""Compares scoring IMS Set 2, files to stored scores, with only parsing the files by pandas in two processes.

It then compares the `dense` model with a plain pipeline of pandas and `model.predict`.
"""

import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from bench.support.recordings import assessed, parsing, recordings
from engine.config.settings import load_settings
from engine.system.processes.ordered_map import in_order
from engine.system.processes.worker import Worker
from replay.run import open_run

ROUNDS = 3

PLAIN_FILES = 30
"""Files for timing the plain pipeline; each takes the same time."""


def main() -> None:
    """Alternate both, so that a drifting machine speed affects them equally; print ratios."""
    path = recordings() / "ims-set2"
    run = open_run(path, load_settings().recording_format())

    def parse_all() -> float:
        began = time.perf_counter()
        with Worker(partial(parsing, run)) as worker:
            for _ in in_order(parsing(run), range(len(run)), worker):
                pass
            return time.perf_counter() - began

    first = assessed(path)
    bundle = first.outcome.bundle
    print(f"learning {bundle.baseline.count} snapshots: {first.outcome.learning_seconds:.1f} s")
    ratios = []
    for _ in range(ROUNDS):
        parsed = parse_all()
        scoring = assessed(path, bundle=bundle).outcome.scoring_seconds
        ratios.append(parsed / scoring)
        print(
            f"parsing {len(run) / parsed:.0f}/s, scoring {len(run) / scoring:.0f}/s,"
            f" scoring at {parsed / scoring:.2f} of the speed of parsing"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"median ratio {sorted(ratios)[ROUNDS // 2]:.2f}; peak resident memory of this process {peak:.0f} MB"
    )
    against_the_plain_pipeline(path)


def against_the_plain_pipeline(path: Path) -> None:
    """Alternate both and print the speed ratio of the dense model."""
    bundle = assessed(path, overrides={"model.name": "dense"}).outcome.bundle
    ratios = []
    for _ in range(ROUNDS):
        plain = plain_speed(path)
        outcome = assessed(path, bundle=bundle).outcome
        speed = outcome.scored_now / outcome.scoring_seconds
        ratios.append(speed / plain)
        print(f"plain pipeline {plain:.1f}/s, dense {speed:.0f}/s, {speed / plain:.1f} times as fast")
    print(f"median {sorted(ratios)[ROUNDS // 2]:.1f} times as fast as pandas and model.predict")


def plain_speed(path: Path) -> float:
    """Return files per second of the plain pipeline, in a separate process."""
    command = [sys.executable, "-m", "bench.support.naive_pipeline", str(path), str(PLAIN_FILES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
