"""Concurrent access: two engines on one machine, two operators at one alarm."""

from pathlib import Path

from bench.torture import processes
from bench.torture.invariants import Finding, wrong_in_operators
from bench.torture.live_machine import seconds, watched
from bench.torture.rig import Ground, Reel
from engine.records.events import RINGS
from engine.store.store import Store


def two_engines(place: Path, ground: Ground, reel: Reel) -> Finding:
    """Start a second engine on the same machine: it must refuse with a sentence, and the first continues."""
    files = reel.recordings(20)
    with watched(place, ground, name="twice") as machine:
        log = place / "twice" / "second.log"
        given = ("--config", str(ground.config), "--bundle", str(ground.bundle))
        code = processes.engine(machine.folder, machine.state, *given, log=log).exit_code()
        words = log.read_text().strip().splitlines()
        machine.feed(files, 5)
        went_on = machine.until_taken(5)
    wrong = []
    if code != 1 or len(words) != 1 or "another engine is already watching" not in words[0]:
        wrong.append(f"the second engine ended with code {code} and said {words}")
    if went_on is None:
        wrong.append("the first engine stopped")
    return Finding(
        "two engines",
        "a second engine on the same store and machine",
        f"it ends with code {code}: “{words[-1] if words else ''}”; the first goes on ({seconds(went_on)}"
        " for 5 files)",
        tuple(wrong),
    )


def two_operators(place: Path, ground: Ground, reel: Reel, files: int = 240) -> Finding:
    """Let two operators acknowledge each ring of a record at the same moment."""
    with watched(place, ground, name="rivals") as machine:
        count = machine.feed(reel.recordings(files), files)
        machine.until_taken(count)
        with Store.open(machine.state) as store:
            events = store.events(store.assessments()[0])
        rings = [one.seq for one in events if one.kind in RINGS]
        left, right = processes.rivals(machine.state, rings)
    wrong = wrong_in_operators(machine.state, [])
    for (ring, one_stored, one_by), (_, other_stored, other_by) in zip(left, right, strict=True):
        winner = "left (torture)" if one_stored else "right (torture)"
        if one_stored == other_stored or {one_by, other_by} != {winner}:
            wrong.append(f"ring {ring}: the answer to left was {one_by}, to right {other_by}")
    if not rings:
        wrong.append("nothing rang")
    first = sum(stored for _ring, stored, _by in left)
    return Finding(
        "two operators",
        f"{len(rings)} rings, each acknowledged by two processes at once while an engine beats",
        f"one of each is stored ({first} by the left, {len(rings) - first} by the right); the other operator"
        " sees who was first",
        tuple(wrong),
    )
