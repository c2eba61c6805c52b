"""Facts for the health screen: ledger, disk, the engine's log and its speed."""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.records.intake import Outcome, Refusal
from replay.recording import clean_text
from tui.data.view import View

if TYPE_CHECKING:
    from engine.store.store import Store

LOG = "engine.log"
TAIL = 8192
"""Bytes read from the end of the log."""

SPEED_SECONDS = 60.0
"""Time over which speed is measured [s]."""


@dataclass(frozen=True, slots=True)
class Wellness:
    """The facts that were read.

    `rejections` are (file, reason) of a finished run, `refused` the refused files of a watched folder.
    `store_bytes` and `free_bytes` are None if unknown; `floor` is the least free space [MB]. `per_minute` is
    snapshots a minute by the wall clock, None until known. `log` holds the last lines of the engine's log,
    None without one.
    """

    counts: dict[Outcome, int]
    refused: tuple[Refusal, ...]
    rejections: tuple[tuple[str, str], ...]
    place: str
    store_bytes: int | None
    free_bytes: int | None
    floor: int
    per_minute: float | None
    log: tuple[str, ...] | None


class Speed:
    """The engine's speed, from its progress at several times."""

    def __init__(self) -> None:
        """Start without a measurement."""
        self._seen: deque[tuple[datetime, int]] = deque()

    def told(self, now: datetime, done: int) -> float | None:
        """Return snapshots a minute over the last minute; None within 5 s, or if the count went back."""
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while (now - self._seen[0][0]).total_seconds() > SPEED_SECONDS and len(self._seen) > 2:
            self._seen.popleft()
        first, before = self._seen[0]
        seconds = (now - first).total_seconds()
        return None if seconds < 5 else 60 * (done - before) / seconds


@dataclass(frozen=True)
class WellnessLook:
    """Reads the facts of the health screen; `tick` changes with time, so that they are read again."""

    tick: int
    speed: Speed = field(compare=False, hash=False)
    free: Callable[[Path], int | None] = field(compare=False, hash=False)

    def __call__(self, store: "Store", view: View) -> Wellness:
        """Read the facts; those that cannot be read are None."""
        assessment, beat = view.assessment, view.heartbeat
        state = store.path.parent
        return Wellness(
            counts=store.intake_counts(assessment.machine_id),
            refused=store.quarantined(assessment.machine_id),
            rejections=store.rejections(assessment),
            place=clean_text(str(state)),
            store_bytes=_size(store.path),
            free_bytes=self.free(state),
            floor=assessment.settings.minimum_free,
            per_minute=None if beat is None else self.speed.told(beat.beat_at, beat.done),
            log=log_tail(state / LOG),
        )


def free_space(state: Path) -> int | None:
    """Return the free bytes on the disk of a state folder, None if unknown."""
    from engine.system.disk_space import free_bytes

    try:
        return free_bytes(state)
    except OSError:
        return None


def log_tail(path: Path) -> tuple[str, ...] | None:
    """Return the last lines of a log, cleaned; None if it cannot be read."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(size - TAIL, 0))
            text = file.read(TAIL).decode("utf-8", "replace")
    except OSError:
        return None
    lines = [clean_text(line) for line in text.splitlines()]
    return tuple(line for line in (lines[1:] if size > TAIL else lines) if line.strip())


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
