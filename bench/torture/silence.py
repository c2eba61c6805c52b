"""Silence must not look like health: a dead engine, a removed folder, missing data."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from bench.torture import processes
from bench.torture.invariants import Finding, taken
from bench.torture.live_machine import Watched, now, seconds, until, watched
from bench.torture.rig import EPISODE, Ground, Reel
from engine.records.events import Cause, EventKind
from engine.store.store import Store

LONGEST = 10.0
"""Time within which a dead engine must show [s]."""

USUAL, INTERVALS = 1.5, 3
"""Seconds between two recordings, and number of intervals until "no data" rings."""


def dead_engine(place: Path, ground: Ground, reel: Reel) -> Finding:
    """Kill the engine; the status and a console must report it in time."""
    with watched(place, ground, name="dead") as machine:
        # Healthy recordings, so that only the engine is faulty.
        machine.until_taken(machine.feed(reel.recordings(EPISODE), EPISODE))
        console = processes.Terminal("attach", "--state", str(machine.state))
        shown = console.shows("Bearing 1", 10.0)
        # Just after a heartbeat: the longest possible wait.
        first = machine.heartbeat()
        until(lambda: machine.heartbeat() != first, poll=0.01)
        machine.engine.kill()
        killed = time.monotonic()
        before_code, _ = machine.status()
        console.forget()
        said = console.shows("STALE", 2 * LONGEST)
        on_screen = time.monotonic() - killed
        code, text, asked = before_code, "", on_screen
        while "DEAD" not in text and asked < 2 * LONGEST:
            asked = time.monotonic() - killed
            code, text = machine.status()
        console.kill()
    wrong = []
    if not shown or not said or on_screen > LONGEST:
        wrong.append("the console does not say so")
    if "DEAD" not in text or code != 2 or asked > LONGEST:
        wrong.append(f"raceway status, asked after {asked:.1f} s, exits with {code} and says: {text}")
    return Finding(
        "engine killed",
        f"kill -9 just after a heartbeat; status then still exits with {before_code}",
        f"the console says STALE after {on_screen:.1f} s; raceway status, asked after {asked:.1f} s,"
        f" says DEAD, exit code {code}",
        tuple(wrong),
    )


def no_data(place: Path, ground: Ground, reel: Reel) -> Finding:
    """Stop the data; the alarm must ring within the set intervals, and return with new data."""
    options = ("--overrides", f'{{"watch.interval": {USUAL}, "alarms.no_data_after": {INTERVALS}}}')
    files = reel.recordings(100)
    with watched(place, ground, *options, name="quiet") as machine:
        count = 0
        for _ in range(3):
            count += machine.feed(files, 1)
            machine.until_taken(count)
            time.sleep(0.5)
        last = _came(machine)
        rang = until(lambda: _raises(machine) == 1, 4 * INTERVALS * USUAL)
        raised = _rang(machine) - last
        code, text = machine.status()
        machine.feed(files, 1)
        back = until(lambda: _clears(machine) == 1, 20.0)
    wrong = []
    if rang is None or raised > INTERVALS * USUAL + 1.5:
        wrong.append(f"no data was reported only after {raised:.1f} s")
    if code != 2 or "no data" not in text:
        wrong.append(f"raceway status exits with {code} and does not report it")
    if back is None:
        wrong.append("the alarm does not return when data comes")
    return Finding(
        "no data",
        f"recordings every {USUAL:g} s stop",
        f"the alarm rings {raised:.1f} s after the last one came ({raised / USUAL:.1f} intervals);"
        f" it returns {seconds(back)} after data does",
        tuple(wrong),
    )


def folder_gone(place: Path, ground: Ground, reel: Reel) -> Finding:
    """Remove the folder and make a new one; its files are scored as before."""
    files: Iterator[tuple[str, bytes]] = reel.recordings(100)
    with watched(place, ground, name="gone") as machine:
        count = machine.feed(files, 10)
        machine.until_taken(count)
        shutil.rmtree(machine.folder)
        noticed = until(lambda: "does not exist" in _message(machine), 20.0)
        code, text = machine.status()
        machine.folder.mkdir()
        count += machine.feed(files, 10)
        back = machine.until_taken(count)
        healed = until(lambda: not _message(machine), 20.0)
        total = taken(machine.state)
    wrong = []
    if noticed is None or "does not exist" not in text:
        wrong.append("the missing folder is not reported")
    if back is None or total != count or healed is None:
        wrong.append(f"{total} of {count} files were taken in; healed: {healed is not None}")
    return Finding(
        "folder removed",
        "10 files, the folder removed, made again, 10 more files",
        f"the heartbeat says so after {seconds(noticed)} (status exits with {code}); all 20 scored, the"
        f" second half {seconds(back)} after they came",
        tuple(wrong),
    )


def _message(machine: Watched) -> str:
    beat = machine.heartbeat()
    return "" if beat is None else beat.message


def _raises(machine: Watched) -> int:
    return sum(
        one.kind is EventKind.RAISED and one.detail["cause"] == Cause.NO_DATA.value
        for one in machine.events()
    )


def _clears(machine: Watched) -> int:
    return sum(
        one.kind is EventKind.CLEARED and f"/{Cause.NO_DATA}/" in one.alarm for one in machine.events()
    )


def _came(machine: Watched) -> float:
    """Return the wall clock of the newest intake [s]."""
    with Store.open(machine.state) as store:
        assessment = store.assessments()[0]
        resume = store.resume_point(assessment)
        came = None if resume is None else store.came(assessment.machine_id, resume[1])
    return (came or now()).timestamp()


def _rang(machine: Watched) -> float:
    """Return the wall clock of "no data" [s]; now if it did not ring."""
    raised = [
        one.recorded_at
        for one in machine.events()
        if one.kind is EventKind.RAISED and one.detail["cause"] == Cause.NO_DATA.value
    ]
    return (raised[-1] if raised else now()).timestamp()
