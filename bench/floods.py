"""Measures floods: the time for N and 2N rings, events, and misnamed files or links in the watched folder.

A ratio near 2 is growth in proportion; near 4 it is quadratic. Seconds are those of the processor, so that
other load does not count.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.alarms.alarm import fold_alarms
from engine.alarms.notifications import PendingCalls
from engine.clock import LAST
from engine.config.settings import load_settings
from engine.records.events import Cause, Event, EventKind, NewEvent, Priority
from engine.records.payloads import Ring
from engine.records.stored_settings import FoldRules
from engine.store.store import Store
from replay.incoming.complete_files import Inbox

START = datetime(2026, 1, 1, tzinfo=UTC)
FLOODS = (1_000, 10_000)
"""Rings of one place."""

SHELVED = 4_000
"""Rings of shelved places."""

EVENTS = int(os.environ.get("RACEWAY_BENCH_EVENTS", "600000"))
FILES = 10_000

PORTION = 20_000
"""Events written in one transaction."""


def main() -> None:
    """Print a line for each flood."""
    for count in FLOODS:
        doubled(f"{count:,} rings of one place that wait for on_ring", count, rings)
    doubled(f"{SHELVED:,} rings of 20 shelved places, as they come", SHELVED, shelved_rings)
    half, whole = events(EVENTS // 2), events(EVENTS)
    print(f"twice as many events: ratio {whole / half:.1f}", flush=True)
    doubled(f"{FILES:,} links in the watched folder, one look", FILES, links)
    doubled(f"{FILES:,} misnamed files in the watched folder, one look", FILES, misnamed)


def doubled(name: str, count: int, seconds: Callable[[int], float]) -> None:
    """Print the time for a count and for twice as many, and their ratio."""
    half, whole = seconds(count), seconds(2 * count)
    print(f"{name}: {half:.2f} s; twice as many: {whole:.2f} s, ratio {whole / half:.1f}", flush=True)


def rings(count: int) -> float:
    """Return the seconds to decide each ring and to take the record of its notification [s]."""
    made = [_event(seq, seq) for seq in range(1, count + 1)]
    calls = PendingCalls(FoldRules(), Priority.MEDIUM)
    began, seq = time.process_time(), count
    calls.add(made)
    for ring, _alarm in calls.due(START, START):
        seq += 1
        calls.add(
            [Event(seq, EventKind.NOTIFIED, ring.at, START, "engine", "", ring.alarm, ring.seq, "", {})]
        )
    return time.process_time() - began


def shelved_rings(count: int) -> float:
    """Return the seconds to take and decide each ring of 20 shelved places as it comes [s]."""
    places = 20
    calls = PendingCalls(FoldRules(), Priority.MEDIUM)
    until = (START + timedelta(days=30)).isoformat()
    for place in range(1, places + 1):
        ring = _event(place, place, f"Bearing {place}")
        detail = {"by": "bench", "until": until}
        shelf = Event(
            places + place, EventKind.SHELVED, ring.at, START, "component", "", ring.alarm, place, "", detail
        )
        calls.add([ring, shelf])
    began = time.process_time()
    for number in range(2 * places + 1, 2 * places + count + 1):
        calls.add([_event(number, number, f"Bearing {number % places + 1}")])
        for ring, _alarm in calls.due(START, START):
            raise AssertionError(f"ring {ring.seq} is shelved")
    return time.process_time() - began


def events(count: int) -> float:
    """Print what looks at a store with many events cost; return the seconds of the first."""
    with (
        tempfile.TemporaryDirectory(prefix="raceway-bench-") as folder,
        Store.open(Path(folder), create=True) as store,
    ):
        assessment = store.begin_assessment(
            machine="bench",
            key="bench",
            model="spectral",
            seed=0,
            run="bench",
            expected=0,
            components=("Bearing 1",),
            channels=((1,),),
            units=("g",),
            settings={},
            now=START,
        )
        for first in range(0, count, PORTION):
            facts = [_fact(number) for number in range(first, min(first + PORTION, count))]
            store.settle(assessment, (), facts, START)
        before, later = _memory(), START + timedelta(days=2)
        calls = PendingCalls(FoldRules(), Priority.MEDIUM)
        began, last = time.process_time(), 0
        while some := store.events(assessment, after=last, limit=2_000):
            calls.add(some, later)
            last = some[-1].seq
        first_look = time.process_time() - began
        grown = _memory() - before
        store.settle(assessment, (), [_fact(count)], START)
        began = time.process_time()
        calls.add(store.events(assessment, after=last, limit=2_000), later)
        list(calls.due(START, later))
        again = time.process_time() - began
        began = time.process_time()
        fold_alarms(store.events(assessment, after=last - 2_000), LAST)
        fold = time.process_time() - began
    print(
        f"{count:,} events in the store: the notifier's first look {first_look:.1f} s and {grown:.0f} MB,"
        f" the next {1000 * again:.1f} ms; a fold of the newest 2,000 events {1000 * fold:.0f} ms",
        flush=True,
    )
    return first_look


def _memory() -> float:
    """Return the most memory that this process ever held [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def links(count: int) -> float:
    """Return the seconds of a look into a folder with so many links that are named like recordings."""
    return _look(count, lambda folder, number: (folder / _name(number)).symlink_to("/dev/null"))


def misnamed(count: int) -> float:
    """Return the seconds of a look into a folder with so many files that are not recordings."""
    return _look(count, lambda folder, number: (folder / f"pump B {number}.json").touch())


def _look(count: int, make: Callable[[Path, int], None]) -> float:
    with tempfile.TemporaryDirectory(prefix="raceway-bench-") as place:
        folder = Path(place)
        for number in range(count):
            make(folder, number)
        form = load_settings().recording_format()
        inbox = Inbox(folder, form, settle=0.0, patience=0.0, now=time.monotonic, wall=time.time)
        began = time.process_time()
        inbox.scan({})
        return time.process_time() - began


def _name(number: int) -> str:
    return f"{START + number * timedelta(minutes=10):%Y.%m.%d.%H.%M.%S}"


def _detail(number: int) -> dict[str, object]:
    return Ring(
        cause=Cause.LIMIT.value, priority=Priority.MEDIUM, snapshot=f"s{number}", severity=1.5
    ).to_detail()


def _event(seq: int, number: int, part: str = "Bearing 1") -> Event:
    at, key = START + timedelta(seconds=number), f"{part}/limit/s{number}"
    detail = _detail(number)
    return Event(seq, EventKind.RAISED, at, START, "component", part, key, None, "", detail)


def _fact(number: int) -> NewEvent:
    """Return a raise or the clearing of the raise before it."""
    key = f"component/Bearing 1/limit/s{number // 2}"
    at = START + timedelta(seconds=number)
    kind, detail = (EventKind.CLEARED, {}) if number % 2 else (EventKind.RAISED, _detail(number))
    return NewEvent(kind, at, "component", "Bearing 1", key, detail=detail)


if __name__ == "__main__":
    main()
