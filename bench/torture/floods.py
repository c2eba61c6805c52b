"""Measures the heartbeat while thousands of files or rings come at once."""

import json
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from bench.torture.invariants import Finding, ledger, wrong_in_store
from bench.torture.live_machine import Watched, now, until, watched
from bench.torture.rig import Ground, Reel
from engine.clock import shifted
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.records.intake import Outcome
from engine.records.payloads import Ring
from engine.store.store import Store

COUNT = 10_000

RINGS = 1_000
"""Rings that wait for `on_ring` when the engine starts."""

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
            ages.append(_age(machine))
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


def misnamed(place: Path, ground: Ground, reel: Reel, count: int = COUNT) -> Finding:
    """Put files that are not recordings, and one that is: it is scored, and the others are passed over."""
    ages = [0.0]
    with watched(place, ground, name="misnamed") as machine:
        for number in range(count):
            (machine.folder / f"pump B {number}.json").touch()
        began = time.monotonic()
        machine.feed(reel.recordings(1), 1)

        def scored() -> bool:
            ages.append(_age(machine))
            return len(ledger(machine.state)) >= 1

        until(scored, WITHIN, 0.1)
        took = time.monotonic() - began
        # Two more looks into the folder: each must pass over all of them.

        def looked_again() -> bool:
            ages.append(_age(machine))
            return time.monotonic() - began > took + OLDEST

        until(looked_again, WITHIN, 0.1)
        left = sum(1 for _ in machine.folder.iterdir())
    outcomes = [Outcome(outcome) for _raw, outcome, _at in ledger(machine.state)]
    wrong = wrong_in_store(machine.state)
    if outcomes != [Outcome.TAKEN] or left != count + 1:
        wrong.append(f"the ledger says {', '.join(outcomes) or 'nothing'}; {left} files lie in the folder")
    if max(ages) > OLDEST:
        wrong.append(f"the heartbeat was {max(ages):.1f} s old")
    return Finding(
        "misnamed",
        f"{count} files that are not recordings put into the watched folder, and a recording",
        f"the recording is scored within {took:.1f} s, the others are passed over; the heartbeat was never"
        f" older than {max(ages):.1f} s",
        tuple(wrong),
    )


def rings(place: Path, ground: Ground, reel: Reel, count: int = RINGS) -> Finding:
    """Let an engine start with rings that no command was run for; each is notified once."""
    with watched(place, ground, name="before rings") as machine:
        machine.until_taken(machine.feed(reel.recordings(1), 1))
    state = machine.state
    with Store.open(state) as store:
        assessment = store.assessments()[0]
        newest = store.newest_time(assessment) or now()
        store.settle(
            assessment, (), [_ring(shifted(newest, timedelta(seconds=n)), n) for n in range(count)], now()
        )
    options = ("--overrides", json.dumps({"alarms.on_ring": ["true"]}))
    ages = [0.0]
    with watched(place, ground, *options, state=state, name="rings") as machine:
        began = time.monotonic()

        def all_notified() -> bool:
            ages.append(_age(machine))
            return len(_notified(machine)) >= count

        until(all_notified, WITHIN, 0.5)
        took = time.monotonic() - began
        told = _notified(machine)
    wrong = wrong_in_store(state)
    if len(told) != count or len(set(told)) != count:
        wrong.append(f"{len(told)} runs were recorded for {len(set(told))} of {count} rings")
    if max(ages) > OLDEST:
        wrong.append(f"the heartbeat was {max(ages):.1f} s old")
    return Finding(
        "rings",
        f"an engine starts with {count} rings of one place that wait for on_ring",
        f"each notified once, all within {took:.1f} s; the heartbeat was never older than {max(ages):.1f} s",
        tuple(wrong),
    )


def _ring(at: datetime, number: int) -> NewEvent:
    detail = Ring(cause=Cause.LIMIT.value, priority=Priority.MEDIUM, snapshot=f"made {number}", severity=1.5)
    key = f"component/Bearing 1/{Cause.LIMIT}/made {number}"
    return NewEvent(EventKind.RAISED, at, "component", "Bearing 1", key, detail=detail.to_detail())


def _notified(machine: Watched) -> list[int | None]:
    return [one.ring for one in machine.events() if one.kind is EventKind.NOTIFIED]


def _age(machine: Watched) -> float:
    """Return the age of the heartbeat [s]."""
    beat = machine.heartbeat()
    return 0.0 if beat is None else (now() - beat.beat_at).total_seconds()
