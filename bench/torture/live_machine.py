"""A machine that is watched by one engine, for the proofs in which the engine is meant to live."""

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
    """An engine at work on a folder."""

    folder: Path
    state: Path
    engine: processes.Victim

    def feed(self, recordings: Iterator[Recording], count: int) -> int:
        """Put so many recordings into the folder at once; return how many there were."""
        fed = 0
        for name, content in islice(recordings, count):
            hidden = self.folder / f".{name}"
            hidden.write_bytes(content)
            hidden.rename(self.folder / name)
            fed += 1
        return fed

    def heartbeat(self) -> Heartbeat | None:
        """What the engine says of itself."""
        with Store.open(self.state) as store:
            return next((store.heartbeat(one) for one in store.assessments()), None)

    def events(self) -> tuple[Event, ...]:
        """What the engine and operators said."""
        with Store.open(self.state) as store:
            return next((store.events(one) for one in store.assessments()), ())

    def status(self) -> tuple[int, str]:
        """Exit code and text of `raceway status`."""
        child = processes.shell("status", "--state", str(self.state))
        text = child.communicate()[0].decode()
        return child.returncode, text

    def until_taken(self, count: int, within: float = PATIENCE) -> float | None:
        """Seconds until so many files have been taken in, None if that takes too long."""
        return until(lambda: taken(self.state) >= count, within)


@contextmanager
def watched(
    place: Path, ground: Ground, *options: str, state: Path | None = None, name: str = "one"
) -> Iterator[Watched]:
    """Start an engine on a new folder and wait until it watches; it is ended when the block ends."""
    folder = place / name / "incoming"
    folder.mkdir(parents=True)
    state = state or place / name / "state"
    told = ("--config", str(ground.config), "--bundle", str(ground.bundle), *options)
    engine = processes.engine(folder, state, *told, log=place / name / "log")
    machine = Watched(folder, state, engine)

    def is_watching() -> bool:
        beat = machine.heartbeat()
        return beat is not None and beat.phase is Phase.WATCHING

    try:
        if until(is_watching) is None:
            raise RuntimeError(f"the engine does not come up; see {place / name / 'log'}")
        yield machine
    finally:
        if not engine.has_ended():
            engine.end()
        shutil.rmtree(folder, ignore_errors=True)


def until(condition: Callable[[], bool], within: float = PATIENCE, poll: float = POLL) -> float | None:
    """Seconds until something is so, None if that takes too long; a store not made yet is not so."""
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
    """The wall clock."""
    return datetime.now(UTC)


def seconds(span: float | None) -> str:
    """A span as it is told; None is one that did not end."""
    return "never" if span is None else f"{span:.1f} s"
