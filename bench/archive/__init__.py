"""Measures the scoring of IMS Set 2 on a cluster of two local processes beside a single process.

Each round takes a single process, the two processes of `raceway score`, and the cluster, in the same minutes
with the same bundle. RACEWAY_BENCH_ROUNDS changes the number of rounds.
"""

import os
import pickle
import statistics
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np

from bench.support.recordings import assessed, recordings
from engine.assessment.batch import Spread, assess
from engine.assessment.examination import Examined
from engine.bundles.bundle import Bundle
from engine.clock import wall_clock
from engine.cluster.cluster import PORTION, open_cluster
from engine.cluster.examining import examine_portion
from engine.config.settings import Settings, load_settings
from engine.records.series import Series
from engine.store.store import Store
from replay.recording import RecordingError
from replay.run import Run, open_run

ROUNDS = int(os.environ.get("RACEWAY_BENCH_ROUNDS", "3"))

spent = {"examined": 0.0}
"""Processor time of examinations in a single process [s]."""


def main() -> None:
    """Alternate the three, so that a drifting machine speed affects them equally; print ratios."""
    path = recordings() / "ims-set2"
    settings = load_settings(None, "ims-set2")
    run = open_run(path, settings.recording_format())
    bundle = assessed(path).outcome.bundle
    print_bytes(run, settings, bundle)
    began = time.perf_counter()
    with open_cluster("local:2") as cluster:
        print(f"start of the cluster: {time.perf_counter() - began:.1f} s")
        ways: dict[str, Spread | None] = {"single": single, "two processes": None, "cluster": cluster.examine}
        # The first pass loads what the workers need.
        scored(run, settings, bundle, cluster.examine)
        ratios = []
        for _ in range(ROUNDS):
            spent["examined"] = 0.0
            seconds, own, rows = {}, {}, {}
            for name, way in ways.items():
                seconds[name], own[name], rows[name] = scored(run, settings, bundle, way)
            same = all(np.array_equal(one.severity, rows["single"].severity, True) for one in rows.values())
            share = 1 - spent["examined"] / own["single"]
            ratios.append(seconds["single"] / seconds["cluster"])
            words = ", ".join(
                f"{name} {value:.1f} s ({own[name]:.1f} s here)" for name, value in seconds.items()
            )
            print(
                f"{words}; judging takes {share:.0%} of a single process; load {os.getloadavg()[0]:.1f};"
                f" equal rows: {same}",
                flush=True,
            )
    print(f"single process / cluster: median {statistics.median(ratios):.2f}, best {max(ratios):.2f}")


def print_bytes(run: Run, settings: Settings, bundle: Bundle) -> None:
    """Print the bytes that go to and from a worker."""
    packed = pickle.dumps((run, settings, bundle), protocol=pickle.HIGHEST_PROTOCOL)
    portion = examine_portion("bench", packed, range(PORTION))
    answer = len(pickle.dumps(portion, protocol=pickle.HIGHEST_PROTOCOL)) / PORTION
    print(
        f"a file has {run.location(0).stat().st_size} bytes, its result {answer:.0f};"
        f" each worker gets {len(packed)} bytes once"
    )


def single(
    run: Run, settings: Settings, bundle: Bundle, indices: range, again: Callable[[int], Examined]
) -> Generator[Examined | RecordingError]:
    """Examine one recording after the other in this process."""
    for index in indices:
        began = time.thread_time()
        try:
            one: Examined | RecordingError = again(index)
        except RecordingError as error:
            one = error
        spent["examined"] += time.thread_time() - began
        yield one


def scored(run: Run, settings: Settings, bundle: Bundle, way: Spread | None) -> tuple[float, float, Series]:
    """Score a run into a new store; return wall seconds, processor seconds of this process, and the rows."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s", create=True) as store:
        began, used = time.perf_counter(), time.process_time()
        outcome = assess(run, settings, store, now=wall_clock, bundle=bundle, spread=way)
        seconds, used = time.perf_counter() - began, time.process_time() - used
        return seconds, used, store.series(outcome.assessment)
