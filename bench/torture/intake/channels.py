"""Channels that die, come back and stand still, with kills in the middle: live equals batch."""

import random
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.torture.intake.healthy import Source, kill_within, put, until_entered, wrong_in_outcomes
from bench.torture.invariants import Finding, differences, facts, wrong_in_store
from bench.torture.live_machine import watched
from bench.torture.processes import raceway
from bench.torture.rig import INTERVAL, PATTERN, START, Ground, Reel
from engine.records.assessment import Quality
from engine.records.events import Cause, EventKind
from engine.records.intake import Outcome
from engine.store.store import Store
from engine.system.processes.child_process import environment

EACH = 8
"""Recordings of each kind in a row: more than a dead sensor and a stop must persist."""


def _column(number: int, word: Callable[[int], bytes]) -> Callable[[bytes], bytes]:
    """Return a change of one column: the word of each row."""

    def changed(content: bytes) -> bytes:
        rows = [line.split(b"\t") for line in content.splitlines()]
        for index, row in enumerate(rows):
            row[number] = word(index)
        return b"".join(b"\t".join(row) + b"\n" for row in rows)

    return changed


def _constant(content: bytes) -> bytes:
    return b"0.000\t0.000\n" * content.count(b"\n")


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "healthy": lambda content: content,
    "channel 2 is NaN": _column(1, lambda _index: b"nan"),
    "back": lambda content: content,
    "channel 1 overloads in one row": _column(0, lambda index: b"OVL" if index == 77 else b"0.1"),
    "channel 1 is constant": _column(0, lambda _index: b"-0.115"),
    "back again": lambda content: content,
    "all are constant": _constant,
    "runs again": lambda content: content,
}


def channels(place: Path, ground: Ground, reel: Reel, seed: int) -> Finding:
    """Feed all kinds and kill the engine in the middle of each; then score the same files in one pass."""
    dice, names = random.Random(seed), []
    with watched(place, ground, name="channels") as machine:
        source = Source(reel)
        for number, change in enumerate(KINDS.values()):
            for turn in range(EACH):
                name = f"{START + (number * EACH + turn) * INTERVAL:{PATTERN}}"
                put(machine.folder, name, change(source.content()))
                names.append(name)
                if turn == EACH // 2:
                    kill_within(machine, dice)
        entered = until_entered(machine, names)
        causes = [str(one.detail["cause"]) for one in machine.events() if one.kind is EventKind.RAISED]
        batch = _scored_in_one_pass(place, ground, machine.folder)
    wrong = [
        *wrong_in_outcomes(machine.state, names, frozenset({Outcome.TAKEN})),
        *(differences(machine.state, batch) if entered else ["not all recordings were taken in"]),
        *wrong_in_store(machine.state),
    ]
    for cause in (Cause.SENSOR_DEAD, Cause.STOPPED):
        if cause.value not in causes:
            wrong.append(f"no alarm of the cause {cause} rang")
    wrong += [f"{cause} rang, of a healthy machine" for cause in causes if cause == Cause.LIMIT.value]
    judged = _qualities(machine.state)
    if not {Quality.RUNNING, Quality.STOPPED} <= judged.keys() or len(judged) < 3:
        wrong.append(f"only these qualities were seen: {', '.join(judged)}")
    return Finding(
        "channels",
        f"{len(names)} recordings: {', '.join(KINDS)}; {machine.kills} kills; the same by raceway score",
        f"all taken once; {len(facts(batch)['scores'])} scores, the pictures, events and state equal those of"
        f" the batch bit for bit ({', '.join(f'{n} {one}' for one, n in judged.items())});"
        f" rang: {', '.join(sorted(set(causes)))}",
        tuple(wrong),
    )


def _scored_in_one_pass(place: Path, ground: Ground, folder: Path) -> Path:
    """Score the folder by `raceway score`; return the folder of its store."""
    out = place / "channels in one pass"
    given = ("--config", str(ground.config), "--bundle", str(ground.bundle), "--out", str(out))
    subprocess.run(
        raceway("score", str(folder), *given), env=environment(), check=True, capture_output=True, timeout=300
    )
    return out / "store"


def _qualities(state: Path) -> Counter[Quality]:
    with Store.open(state) as store:
        series = store.series(store.assessments()[0])
    return Counter(Quality(str(quality)) for quality in series.quality.flat)
