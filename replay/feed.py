"""Plays a finished run into a folder at a pace: simulates a tidy or an untidy recorder.

A tidy recorder writes under a hidden name and renames. An untidy recorder writes under the final name, in
pieces, with pauses. Existing files are skipped, so a stopped feed can be continued.
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
"""Largest number of pieces in which an untidy recorder writes a file."""

LONGEST_PAUSE = 0.5
"""Pause between two pieces [s]; shorter if recordings come faster."""


class FeedError(Exception):
    """A run cannot be fed into a folder; the message is one sentence for the user."""


class Feeding(Enum):
    """The result for one recording: written now, already there, or not readable in the run."""

    FED = auto()
    THERE = auto()
    UNREADABLE = auto()


@dataclass(frozen=True, slots=True)
class Fed:
    """A recording that the feed has processed.

    Attributes:
        name: its file's name.
        outcome: the result for it.
        index: its position in the run, from 0.
        seconds_left: until the last recording is due.
    """

    name: str
    outcome: Feeding
    index: int
    seconds_left: float


def due_times(run: Run, *, pace: float | None, every: float | None) -> tuple[float, ...]:
    """Return the time at which each recording is due, in seconds from the first.

    Args:
        run: the run to feed.
        pace: recording time per wall time; infinite for full speed.
        every: seconds between two recordings, whatever their times; overrides `pace`.

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
    """Write the recordings of a run into a folder as they fall due; yield each result.

    The parameters are the options of `raceway feed`.

    Args:
        run: the run to feed, in order of time.
        folder: the folder to write into; made if missing.
        pace: recording time per wall time; or
        every: seconds between two recordings.
        torn: write like an untidy recorder.
        sleep: function that waits [s].
        now: monotonic clock [s].
        rng: decides where an untidy recorder pauses, and for how long.

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
        # The first missing recording is due at once.
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
    """Cut the rest of a file, from a byte on, at random places, mostly within a row."""
    if start >= len(content):
        return ()
    cuts = sorted(rng.randrange(start, len(content)) for _ in range(rng.randrange(1, MOST_PIECES)))
    ends = [start, *cuts, len(content)]
    return tuple(content[one:other] for one, other in pairwise(ends) if other > one)


def _already(place: Path, content: bytes) -> int | None:
    """Return the bytes of a file that an earlier feed has written; None if no file is there.

    Raises:
        FeedError: another file has this name.
    """
    try:
        is_file = stat.S_ISREG(place.lstat().st_mode)
    except FileNotFoundError:
        return None
    there = place.read_bytes() if is_file else None
    if there is None or not content.startswith(there):
        raise FeedError(
            f"{clean_text(str(place))} exists and differs from the recording: feed into another folder"
        )
    return len(there)


def _write_at_once(place: Path, content: bytes) -> None:
    """Write under a hidden name, then rename, so that no reader sees a part of the file."""
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
    """Append to the file under its final name; sometimes keep it open, sometimes close it between pieces."""
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
