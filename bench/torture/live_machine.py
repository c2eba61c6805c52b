"""A machine watched by one engine, for tests in which the engine survives."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from bench.torture import processes
from bench.torture.invariants import taken
from bench.torture.rig import Ground, Recording
from engine.records.events import Event
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store, StoreError

PATIENCE = 60.0
POLL = 0.05


@dataclass
class Watched:
    """An engine that watches a folder."""

    folder: Path
    state: Path
    engine: processes.Victim
    start: Callable[[], processes.Victim]
    kills: int = 0

    def kill_and_start(self) -> None:
        """Kill the engine by signal 9 and start another, without waiting for it."""
        self.engine.kill()
        self.kills += 1
        self.engine = self.start()

    def feed(self, recordings: Iterator[Recording], count: int) -> int:
        """Put recordings into the folder at once; return their number."""
        fed = 0
        for name, content in islice(recordings, count):
            hidden = self.folder / f".{name}"
            hidden.write_bytes(content)
            hidden.rename(self.folder / name)
            fed += 1
        return fed

    def heartbeat(self) -> Heartbeat | None:
        """Return the engine's heartbeat."""
        with Store.open(self.state) as store:
            return next((store.heartbeat(one) for one in store.assessments()), None)

    def events(self) -> tuple[Event, ...]:
        """Return the stored events."""
        with Store.open(self.state) as store:
            return next((store.events(one) for one in store.assessments()), ())

    def status(self) -> tuple[int, str]:
        """Return exit code and text of `raceway status`."""
        child = processes.shell("status", "--state", str(self.state))
        text = child.communicate()[0].decode()
        return child.returncode, text

    def until_taken(self, count: int, within: float = PATIENCE) -> float | None:
        """Return the seconds until this many files are scored; None on timeout."""
        return until(lambda: taken(self.state) >= count, within)


@contextmanager
def watched(
    place: Path, ground: Ground, *options: str, state: Path | None = None, name: str = "one"
) -> Iterator[Watched]:
    """Start an engine on a new folder and wait until it watches; end it with the block."""
    folder = place / name / "incoming"
    folder.mkdir(parents=True)
    state = state or place / name / "state"
    given = ("--config", str(ground.config), "--bundle", str(ground.bundle), *options)

    def start() -> processes.Victim:
        return processes.engine(folder, state, *given, log=place / name / "log")

    machine = Watched(folder, state, start(), start)

    def is_watching() -> bool:
        beat = machine.heartbeat()
        return beat is not None and beat.phase is Phase.WATCHING

    try:
        if until(is_watching) is None:
            raise RuntimeError(f"the engine does not start; see {place / name / 'log'}")
        yield machine
    finally:
        if not machine.engine.has_ended():
            machine.engine.end()
        shutil.rmtree(folder, ignore_errors=True)


def until(condition: Callable[[], bool], within: float = PATIENCE, poll: float = POLL) -> float | None:
    """Return the seconds until a condition holds; None on timeout; a missing store counts as not yet."""
    began = time.monotonic()
    while time.monotonic() - began < within:
        try:
            if condition():
                return time.monotonic() - began
        except StoreError:
            pass
        time.sleep(poll)
    return None


def now() -> datetime:
    """Return the wall clock."""
    return datetime.now(UTC)


def seconds(span: float | None) -> str:
    """Format a span; None means that it did not end."""
    return "never" if span is None else f"{span:.1f} s"
