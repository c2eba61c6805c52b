"""Measures the heartbeat while ten thousand files are refused at once."""

import time
from collections import Counter
from pathlib import Path

from bench.torture.invariants import Finding, ledger, wrong_in_store
from bench.torture.live_machine import now, until, watched
from bench.torture.rig import Ground, Reel
from engine.records.intake import Outcome

COUNT = 10_000
WITHIN = 300.0
"""Time limit until all are refused [s]."""

OLDEST = 8.0
"""Age of a heartbeat [s] from which the engine counts as dead."""


def links(place: Path, ground: Ground, reel: Reel, count: int = COUNT) -> Finding:
    """Put links with names of recordings into the folder; each must be refused once, with beats meanwhile."""
    target = place / "target of links"
    target.touch()
    names = [name for name, _content in reel.recordings(count)]
    ages = [0.0]
    with watched(place, ground, name="links") as machine:
        for name in names:
            (machine.folder / name).symlink_to(target)
        began = time.monotonic()

        def all_refused() -> bool:
            beat = machine.heartbeat()
            if beat is not None:
                ages.append((now() - beat.beat_at).total_seconds())
            return len(ledger(machine.state)) >= count

        until(all_refused, WITHIN, 0.25)
        took = time.monotonic() - began
    outcomes = Counter(Outcome(outcome) for _raw, outcome, _at in ledger(machine.state))
    wrong = wrong_in_store(machine.state)
    if outcomes != Counter({Outcome.QUARANTINED: count}):
        wrong.append(
            ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()) or "none refused"
        )
    if max(ages) > OLDEST:
        wrong.append(f"the heartbeat was {max(ages):.1f} s old")
    return Finding(
        "links",
        f"{count} links with names of recordings put into the watched folder",
        f"all refused, each once, within {took:.1f} s; the heartbeat was never older than {max(ages):.1f} s",
        tuple(wrong),
    )
