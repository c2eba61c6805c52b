"""Plays a finished run into a folder at a pace: stands in for the recorder, a tidy one or an untidy one.

A tidy recorder writes under a hidden name and renames. An untidy one writes under the final name, in pieces,
with pauses. Files that are there already are passed over, so a feed that was stopped can be taken up again.
"""

import os
import random
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from pathlib import Path

from replay.recording import RecordingError, clean_text
from replay.run import Run

MOST_PIECES = 8
"""Pieces that an untidy recorder writes a file in, at most."""

LONGEST_PAUSE = 0.5
"""Between two pieces [s]; shorter where recordings come faster than that."""


class FeedError(Exception):
    """A run cannot be fed into a folder: one sentence for the person who asked."""


class Feeding(Enum):
    """What became of a recording: written now, there already, or not readable in the run."""

    FED = auto()
    THERE = auto()
    UNREADABLE = auto()


@dataclass(frozen=True, slots=True)
class Fed:
    """A recording that the feed has dealt with.

    Attributes:
        name: its file's name.
        outcome: what became of it.
        index: its place in the run, from 0.
        seconds_left: until the last recording is due.
    """

    name: str
    outcome: Feeding
    index: int
    seconds_left: float


def due_times(run: Run, *, pace: float | None, every: float | None) -> tuple[float, ...]:
    """When each recording is due, in seconds from the first.

    Args:
        run: what is fed.
        pace: recording time per wall time; infinite for as fast as can be.
        every: seconds between two recordings, whatever their times; counts where it is given.

    Raises:
        ValueError: neither is given, or one is out of range.
    """
    if every is not None:
        if not 0 <= every < float("inf"):
            raise ValueError(f"the interval must not be below 0 s, but it is {every}")
        return tuple(index * every for index in range(len(run)))
    if pace is None or not pace > 0:
        raise ValueError(f"the pace must be above 0, but it is {pace}")
    first = run.entries[0].time
    return tuple((entry.time - first).total_seconds() / pace for entry in run.entries)


def feed(
    run: Run,
    folder: Path,
    *,
    pace: float | None = None,
    every: float | None = None,
    torn: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
    rng: random.Random | None = None,
) -> Iterator[Fed]:
    """Write the recordings of a run into a folder as they fall due, and tell of each when it is done.

    Args:
        run: what is fed, in order of time.
        folder: where to; made if missing.
        pace: recording time per wall time; or
        every: seconds between two recordings.
        torn: write like an untidy recorder.
        sleep: waits [s].
        now: monotonic clock [s].
        rng: where an untidy recorder pauses, and for how long.

    Raises:
        FeedError: the folder holds another file under the name of a recording.
        OSError: the folder cannot be written to.
        ValueError: neither pace nor interval is given, or one is out of range.
    """
    due = due_times(run, pace=pace, every=every)
    dice = rng or random.Random()
    folder.mkdir(parents=True, exist_ok=True)
    start: float | None = None
    for index, entry in enumerate(run.entries):
        left = due[-1] - due[index]
        try:
            content = run.content(index)
        except RecordingError:
            yield Fed(entry.name, Feeding.UNREADABLE, index, left)
            continue
        place = folder / entry.name
        done = _already(place, content)
        if done == len(content):
            yield Fed(entry.name, Feeding.THERE, index, left)
            continue
        # The first that has to be written is due at once.
        start = now() - due[index] if start is None else start
        sleep(max(0.0, start + due[index] - now()))
        if torn:
            following = due[index + 1] - due[index] if index + 1 < len(due) else LONGEST_PAUSE
            _write_in_pieces(
                place, content, done or 0, min(LONGEST_PAUSE, following / MOST_PIECES), sleep, dice
            )
        else:
            _write_at_once(place, content)
        yield Fed(entry.name, Feeding.FED, index, left)


def pieces_of(content: bytes, start: int, rng: random.Random) -> tuple[bytes, ...]:
    """Cut what is left of a file, from a byte on, at random places that mostly lie within a row."""
    if start >= len(content):
        return ()
    cuts = sorted(rng.randrange(start, len(content)) for _ in range(rng.randrange(1, MOST_PIECES)))
    ends = [start, *cuts, len(content)]
    return tuple(content[one:other] for one, other in pairwise(ends) if other > one)


def _already(place: Path, content: bytes) -> int | None:
    """How much of a file an earlier feed has written; None if nothing is there.

    Raises FeedError if something else is.
    """
    try:
        is_file = stat.S_ISREG(place.lstat().st_mode)
    except FileNotFoundError:
        return None
    there = place.read_bytes() if is_file else None
    if there is None or not content.startswith(there):
        raise FeedError(
            f"{clean_text(str(place))} is there already and is something else: feed into another folder"
        )
    return len(there)


def _write_at_once(place: Path, content: bytes) -> None:
    """Write under a hidden name beside it, then rename: nobody sees a part of it."""
    hidden = place.with_name(f".{place.name}.part")
    try:
        hidden.write_bytes(content)
        hidden.replace(place)
    finally:
        hidden.unlink(missing_ok=True)


def _write_in_pieces(
    place: Path,
    content: bytes,
    start: int,
    longest: float,
    sleep: Callable[[float], None],
    rng: random.Random,
) -> None:
    """Write at the end of the file under its final name, now keeping it open, now closing it in between."""
    keeps_open = rng.random() < 0.5
    file = place.open("ab", buffering=0)
    try:
        for number, piece in enumerate(pieces_of(content, start, rng)):
            if number:
                sleep(rng.uniform(0, longest))
                if not keeps_open:
                    file.close()
                    file = place.open("ab", buffering=0)
            _write_all(file.fileno(), piece)
    finally:
        file.close()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
