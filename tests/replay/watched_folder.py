"""A watched folder that a test writes into, with its own clocks and its own ledger."""

import os
from pathlib import Path

from replay.incoming.complete_files import (
    Inbox,
    Known,
    Scan,
)
from replay.incoming.folder import Stamp, look_into
from replay.recording import RecordingFormat

SETTLE, PATIENCE = 1.0, 30.0
NAME, LATER = "2004.02.12.10.32.39", "2004.02.12.10.42.39"
ROWS = ["0.125\t-1.500\t2.250", "0.250\t0.500\t-0.750"] * 3
WHOLE = "".join(f"{row}\n" for row in ROWS).encode()
TORN = WHOLE[:65]
STAMP = Stamp(100, 5, 7)
LONG_AGO = 1000.0


class Clock:
    """Monotonic and wall clock of a test, in step unless one is set; neither advances by itself."""

    def __init__(self) -> None:
        self.now = 50.0
        self.wall = 1_700_000_000.0

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds


class Rig:
    """A watched folder, its writers, and a ledger of the processed files."""

    def __init__(self, folder: Path, form: RecordingFormat) -> None:
        self.folder = folder
        self.clock = Clock()
        self.known: dict[bytes, Known] = {}
        self.inbox = Inbox(
            folder,
            form,
            settle=SETTLE,
            patience=PATIENCE,
            now=lambda: self.clock.now,
            wall=lambda: self.clock.wall,
        )

    def write(self, name: str | bytes, data: bytes = WHOLE, *, age: float = 0.0) -> Path:
        """Write a file with a modification time some seconds in the past."""
        path = self.folder / os.fsdecode(name)
        path.write_bytes(data)
        self.stamp(path, age)
        return path

    def stamp(self, path: Path, age: float = 0.0) -> None:
        """Set a file's modification time by the test's wall clock."""
        modified = round((self.clock.wall - age) * 1e9)
        os.utime(path, ns=(modified, modified), follow_symlinks=False)

    def hint(self, name: str) -> dict[bytes, Stamp]:
        """Return an observer's hint that this file was closed in its present version."""
        raw = os.fsencode(name)
        return {raw: look_into(self.folder, [raw]).files[raw].stamp}

    def scan(self, hints: dict[bytes, Stamp] | None = None) -> Scan:
        return self.inbox.scan(self.known, hints or {})

    def ready(self) -> list[str]:
        return [one.name for one in self.scan().ready]

    def waiting(self) -> dict[str, str]:
        return {one.name: one.why for one in self.scan().waiting}

    def refused(self) -> dict[str, str]:
        return {one.name: one.reason for one in self.scan().refused}
