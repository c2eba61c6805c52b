"""Measures intake: ten thousand files at once, and a steady stream."""

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.torture.invariants import Finding, ledger, taken, wrong_in_store
from bench.torture.live_machine import until, watched
from bench.torture.rig import Ground, Reel
from engine.records.intake import Outcome
from engine.store.store import Store

BURST = 10_000
STEADY, RATE = 240, 4.0
"""Number of files in the steady stream, and files per second."""

MEDIAN, WORST = 1.0, 2.0
"""Largest time from a complete file to its score [s]: median, and 99th percentile."""


def burst(place: Path, ground: Ground, reel: Reel, count: int, say: Callable[[str], None]) -> Finding:
    """Rename files into the folder at full speed; each must be scored once."""
    staging = place / "staging"
    staging.mkdir()
    say(f"writing {count} files")
    names = []
    for name, content in reel.recordings(count):
        (staging / name).write_bytes(content)
        names.append(name)
    with watched(place, ground, name="burst") as machine:
        say("running the burst")
        began = time.monotonic()
        for name in names:
            (staging / name).rename(machine.folder / name)
        renamed = time.monotonic() - began
        until(lambda: taken(machine.state) >= count, 600.0, 0.25)
        took = time.monotonic() - began
        memory = _resident(machine.engine.pid)
    outcomes = Counter(Outcome(outcome) for _raw, outcome, _at in ledger(machine.state))
    wrong = wrong_in_store(machine.state)
    if outcomes != Counter({Outcome.TAKEN: count}):
        wrong.append(", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()))
    return Finding(
        "burst",
        f"{count} files renamed into the watched folder within {renamed:.1f} s",
        f"all scored, each once, none late; {count / took:.0f} files/s to stored scores ({took:.1f} s);"
        f" engine at {memory:.0f} MB",
        tuple(wrong),
    )


def steady(place: Path, ground: Ground, reel: Reel, count: int = STEADY) -> Finding:
    """Feed at a steady rate, every second file in pieces; measure the time from a file's end to its score."""
    dice = random.Random(1)
    ends: list[float] = []
    scored: list[float] = []
    with (
        watched(
            place, ground, "--overrides", '{"watch.settle": 1.0, "watch.scan": 2.0}', name="steady"
        ) as machine,
        Store.open(machine.state) as store,
    ):
        assessment = store.assessments()[0]
        version = store.data_version()

        def look() -> None:
            nonlocal version
            newest = store.data_version()
            if newest != version:
                version = newest
                resume = store.resume_point(assessment)
                stored = 0 if resume is None else resume[0] + 1
                scored.extend([time.monotonic()] * (stored - len(scored)))

        def wait(until_then: float) -> None:
            while time.monotonic() < until_then:
                look()
                time.sleep(0.002)

        began = time.monotonic()
        for index, (name, content) in enumerate(reel.recordings(count)):
            wait(began + index / RATE)
            path = machine.folder / name
            if index % 2:
                hidden = machine.folder / f".{name}"
                hidden.write_bytes(content)
                hidden.rename(path)
            else:
                cut = dice.randrange(len(content))
                with path.open("wb", buffering=0) as file:
                    file.write(content[:cut])
                    wait(time.monotonic() + 0.1)
                    file.write(content[cut:])
            ends.append(time.monotonic())
        deadline = time.monotonic() + 20.0
        while len(scored) < count and time.monotonic() < deadline:
            wait(time.monotonic() + 0.1)
    wrong = []
    if len(scored) != count:
        return Finding("one by one", f"{count} files fed", "", (f"{len(scored)} of {count} were scored",))
    spans = np.array(scored) - np.array(ends)
    median, worst = np.quantile(spans, [0.5, 0.99])
    if median > MEDIAN or worst > WORST:
        wrong.append(f"slower than {MEDIAN:g} s at the median or {WORST:g} s at the 99th percentile")
    return Finding(
        "one by one",
        f"{count} files at {RATE:g} a second, every second one in two pieces",
        f"complete file to stored score: median {median:.3f} s, 99th percentile {worst:.3f} s,"
        f" longest {spans.max():.3f} s",
        tuple(wrong),
    )


def _resident(pid: int) -> float:
    """Return the resident memory of a process [MB]; 0 if unknown."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    found = [line for line in lines if line.startswith("VmRSS:")]
    return int(found[0].split()[1]) / 1024 if found else 0.0
