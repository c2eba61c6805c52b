"""A full disk: a small memory disk, filled to the floor, and to its last byte."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.torture.invariants import Finding, differences, ledger, wrong_in_store
from bench.torture.live_machine import Watched, now, seconds, until, watched
from bench.torture.rig import Ground, Reel
from engine.operator.alarm_actions import acknowledge
from engine.operator.operator import Act, operator_of
from engine.records.events import RINGS, EventKind
from engine.records.intake import Outcome
from engine.records.progress import Phase
from engine.store.store import Store
from engine.system.disk_space import MEGABYTE

SIZE, FLOOR = 32, 12
"""Size of the disk, and free space that intake keeps for acknowledgements [MB]."""

FILES = 60
"""Files fed before, during and after the full disk."""

LONG_ENOUGH = 11.0
"""Seconds with a full disk: long enough for several attempts of the engine."""


@contextmanager
def small_disk(place: Path, megabytes: int = SIZE) -> Iterator[Path | None]:
    """Yield a memory disk; None if this user may not mount it."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "raceway-torture", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        yield None
        return
    if done.returncode != 0:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)
        place.rmdir()


def fill(disk: Path, leave: int) -> Path:
    """Write a file that leaves a number of bytes free; 0 fills the disk to the last byte."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while (free := _free(disk)) > leave:
            file.write(b"\0" * max(1, min(free - leave, MEGABYTE)))
    return ballast


def to_the_floor(place: Path, ground: Ground, reel: Reel) -> Finding:
    """Fill the disk below the floor: intake pauses, an acknowledgement fits, space resumes intake."""
    name = "disk fills"
    done = f"a disk of {SIZE} MB filled to less than the {FLOOR} MB kept free, then emptied"
    with small_disk(place / "disk") as disk:
        if disk is None:
            return Finding(name, "not done: mounting a small disk needs root", "")
        wrong = []
        options = ("--overrides", f'{{"store.minimum_free": {FLOOR}}}')
        files = reel.recordings(3 * FILES)
        with watched(place, ground, *options, state=disk / "state", name="floor") as machine:
            machine.feed(files, FILES)
            machine.until_taken(FILES)
            ballast = fill(disk, (FLOOR - 1) * MEGABYTE)
            paused = until(lambda: _phase(machine) is Phase.PAUSED, 20.0)
            machine.feed(files, FILES)
            code, text = machine.status()
            stored = _acknowledge_one(machine)
            stands = machine.until_taken(FILES + 1, 3.0) is None
            ballast.unlink()
            machine.feed(files, FILES)
            resumed = machine.until_taken(3 * FILES)
        kinds = [one.kind for one in machine.events()]
        if paused is None or kinds.count(EventKind.INTAKE_PAUSED) != 1 or code != 2 or "free" not in text:
            wrong.append(f"the pause is not reported: status exits with {code}: {text}")
        if not stored:
            wrong.append("an acknowledgement did not fit")
        if not stands:
            wrong.append("intake continued without space")
        if resumed is None or kinds.count(EventKind.INTAKE_RESUMED) != 1:
            wrong.append("intake did not go on by itself")
        wrong += _wrong_in_the_end(place, ground, reel, machine.state)
        return Finding(
            name,
            done,
            f"intake pauses after {seconds(paused)} and says so (event, heartbeat, status exit {code}); an"
            f" acknowledgement fits; with space it resumes, all {3 * FILES} files scored"
            f" {seconds(resumed)} later, equal to an undisturbed run",
            tuple(wrong),
        )


def to_the_last_byte(place: Path, ground: Ground, reel: Reel) -> Finding:
    """Fill the disk completely while files arrive: the engine survives and resumes."""
    name = "disk full"
    done = f"the same disk filled to its last byte with {FILES} files on the way, no floor set, then emptied"
    with small_disk(place / "disk") as disk:
        if disk is None:
            return Finding(name, "not done: mounting a small disk needs root", "")
        wrong = []
        options = ("--overrides", '{"store.minimum_free": 0}')
        files = reel.recordings(3 * FILES)
        with watched(place, ground, *options, state=disk / "state", name="full") as machine:
            machine.feed(files, FILES)
            machine.until_taken(FILES)
            ballast = fill(disk, 0)
            machine.feed(files, FILES)
            filled = until(machine.engine.has_ended, LONG_ENOUGH)
            before = _taken_safely(machine)
            code, text = machine.status()
            ballast.unlink()
            machine.feed(files, FILES)
            resumed = machine.until_taken(3 * FILES)
        if code != 2 or not ("disk of the store is full" in text or "paused" in text):
            wrong.append(f"raceway status exits with {code} and does not say that nothing is watched: {text}")
        if filled is not None:
            wrong.append(f"the engine ended: {(place / 'full' / 'log').read_text().strip()}")
        if before >= 2 * FILES:
            wrong.append("the disk was not full")
        if resumed is None:
            wrong.append("intake did not go on by itself")
        wrong += _wrong_in_the_end(place, ground, reel, machine.state, "full-quiet")
        return Finding(
            name,
            done,
            f"the engine lives on (status says {_told(text)}, exit code {code}); with room it goes on"
            f" by itself, all {3 * FILES} files scored once {seconds(resumed)} later, equal to an"
            " undisturbed run; store check clean",
            tuple(wrong),
        )


def _wrong_in_the_end(
    place: Path, ground: Ground, reel: Reel, state: Path, name: str = "floor-quiet"
) -> list[str]:
    """Return violations: each file once, scores as undisturbed, a sound store."""
    with watched(place, ground, name=name) as quiet:
        quiet.feed(reel.recordings(3 * FILES), 3 * FILES)
        quiet.until_taken(3 * FILES)
    outcomes = [Outcome(outcome) for _raw, outcome, _at in ledger(state)]
    wrong = [] if outcomes == [Outcome.TAKEN] * (3 * FILES) else [f"the ledger holds {len(outcomes)} rows"]
    return [*wrong, *differences(state, quiet.state), *wrong_in_store(state)]


def _acknowledge_one(machine: Watched) -> bool:
    who = operator_of("torture", None, {})
    with Store.open(machine.state) as store:
        assessment = store.assessments()[0]
        ring = next(one for one in store.events(assessment) if one.kind in RINGS)
        return acknowledge(store, assessment, ring, Act(who, "", ring.at, now())).stored


def _taken_safely(machine: Watched) -> int:
    return sum(outcome == Outcome.TAKEN for _raw, outcome, _at in ledger(machine.state))


def _phase(machine: Watched) -> Phase | None:
    beat = machine.heartbeat()
    return None if beat is None else beat.phase


def _told(text: str) -> str:
    return "that the disk is full" if "is full" in text else "intake paused"


def _free(disk: Path) -> int:
    state = os.statvfs(disk)
    return state.f_bavail * state.f_frsize
