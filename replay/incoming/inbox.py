"""A live incoming folder: which of its files are complete, which wait and why, which are set aside.

Nothing here remembers what was dealt with: that is the ledger's part, which is handed to every look. So a
file is offered until the ledger knows it, whatever happens in between, and again when it changes. A look is a
full scan; hints of what was closed or renamed into place only shorten the wait.

A file is complete when it is at rest, has the expected rows, and does not change while it is read. It is at
rest when a hint said so, when it was modified long enough ago, or when it has been seen unchanged for long
enough; the last alone counts where the clocks disagree. A file that may still be growing gets more patience,
counted from when it was first seen as it is.
"""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from types import MappingProxyType

from replay.ims import read_ims
from replay.incoming import folder as edge
from replay.incoming.folder import (
    FolderState,
    Found,
    Listing,
    Stamp,
    UnsettledError,
    look_into,
    read_unchanged,
    shown_name,
)
from replay.incoming.partial_file import may_still_grow
from replay.recording import LINK, RecordingError, RecordingFormat, Snapshot, time_of

Known = tuple[int, int, int]
"""A stamp as the ledger keeps it: size [bytes], time of modification [ns since 1970], inode."""

NO_HINTS: Mapping[bytes, Stamp] = MappingProxyType({})

RETRY_SECONDS = 5.0
"""Until a file is tried again that could not be read for a reason outside it, such as a permission."""

JUST_WRITTEN = "it has just been written"
"""Why a file waits that is not at rest yet."""

LARGEST_SHARE = 0.05
"""Of the time that scanning may take: a folder of a year's files must not keep a core busy."""

_NANOSECONDS = 10**9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be read now.

    Attributes:
        name: its name, cleaned, to show and to store.
        raw: its name as the file system has it: what it is known by.
        stamp: what it was when it was seen.
        time: its time by its name, UTC.
    """

    name: str
    raw: bytes
    stamp: Stamp
    time: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not ready yet, and why."""

    name: str
    raw: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be a recording, and why; to be entered in the ledger with its stamp."""

    name: str
    raw: bytes
    stamp: Stamp
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look into the folder found, beside what the ledger knows already.

    Attributes:
        ready: complete as far as can be told without reading, ordered by time.
        waiting: not ready yet, ordered by name.
        refused: no recordings, whatever they hold, ordered by name.
        ignored: how many hidden files, folders, pipes, sockets and devices were left alone.
        state: whether the folder could be looked into.
        sentence: what is wrong with the folder and what to do; empty if nothing is.
        seconds: how long the look took.
    """

    ready: tuple[Candidate, ...]
    waiting: tuple[Waiting, ...]
    refused: tuple[Refused, ...]
    ignored: int
    state: FolderState
    sentence: str
    seconds: float


class NotYetError(Exception):
    """A file that cannot be taken in now but may be later; it is offered again.

    Attributes:
        name: its name, cleaned.
        reason: one sentence to put behind it.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        """NAME: REASON."""
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of a file that the ledger does not know, by its present stamp; times are monotonic.

    Attributes:
        stamp: what it was at the last look.
        since: when it was first seen with this stamp [s].
        closed: whether a hint said that it was closed, or renamed into place, as it is.
        time: its time by its name, UTC; None if it has none.
        fault: why its name or kind rules it out; empty if they do not.
        lasting: whether the fault cannot pass (a link), or can (a temporary name).
        held: why it could not be taken in when it was last tried.
        until: when it is to be tried again [s].
    """

    stamp: Stamp
    since: float
    closed: bool = False
    time: datetime | None = None
    fault: str = ""
    lasting: bool = False
    held: str = ""
    until: float = 0.0


class Decision(Enum):
    """What to do with a file."""

    TAKE = auto()
    WAIT = auto()
    REFUSE = auto()


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a file must be unchanged [s]: `settle` to be read, `patience` to be given up."""

    settle: float
    patience: float


def sighted(
    before: Sighting | None, found: Found, hint: Stamp | None, raw: bytes, form: RecordingFormat, now: float
) -> Sighting:
    """Take in one look at a file: what was known of it goes on if its stamp is the same."""
    if before is None or before.stamp != found.stamp:
        before = _first_sight(found, raw, form, now)
    return before if before.closed or hint != found.stamp else replace(before, closed=True)


def decide(sighting: Sighting, now: float, age: float, rest: Rest) -> tuple[Decision, str]:
    """What to do with a file, and why.

    Args:
        sighting: what is known of it.
        now: monotonic time [s].
        age: how long ago it was modified by the wall clock [s]; negative where the clocks disagree.
        rest: how long it must be left alone.
    """
    unchanged = now - sighting.since
    if sighting.fault:
        is_over = sighting.lasting or unchanged >= rest.patience
        return (Decision.REFUSE if is_over else Decision.WAIT), sighting.fault
    if sighting.held and now < sighting.until:
        return Decision.WAIT, sighting.held
    if sighting.closed or age >= rest.settle or unchanged >= rest.settle:
        return Decision.TAKE, ""
    return Decision.WAIT, JUST_WRITTEN


def pause_between(interval: float, scan_seconds: float) -> float:
    """Seconds to wait between two looks: as set, or longer where a look takes long."""
    return max(interval, scan_seconds * (1 / LARGEST_SHARE - 1))


class Inbox:
    """A folder that a recorder writes into. One thread scans; any number may read."""

    def __init__(
        self,
        folder: Path,
        form: RecordingFormat,
        *,
        settle: float,
        patience: float,
        now: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        """Watch one folder, which need not exist yet.

        Args:
            folder: where the recorder writes.
            form: what is expected of its files.
            settle: how long a file must be unchanged to be read [s].
            patience: how long one that may still be growing must be unchanged to be refused [s].
            now: monotonic clock [s].
            wall: the wall clock [s since 1970], which files are stamped by.
        """
        self.folder = folder
        self.form = form
        self._rest = Rest(settle, patience)
        self._now = now
        self._wall = wall
        self._lock = threading.Lock()
        self._sightings: dict[bytes, Sighting] = {}

    def scan(self, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp] = NO_HINTS) -> Scan:
        """Look at everything in the folder that the ledger does not know as it is.

        Args:
            known: what the ledger says was dealt with: stamps, as they were then, by the bytes of names.
            hints: files that were closed or renamed into place since the last look, and what they were then.
        """
        began = self._now()
        listing = look_into(self.folder)
        with self._lock:
            self._sightings = self._sighted(listing, known, hints)
            return self._judged(listing, self._sightings, began)

    def glance(self, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp]) -> Scan:
        """Look at the files hinted at, and those that waited: quick however many files there are.

        It is no substitute for a scan. Those that waited may be older than those hinted at, and ready by now.
        """
        began = self._now()
        with self._lock:
            waiting = {raw for raw, one in self._sightings.items() if known.get(raw) != one.stamp}
        listing = look_into(self.folder, waiting.union(hints))
        with self._lock:
            self._sightings = self._sighted(listing, known, hints)
            return self._judged(listing, self._sightings, began)

    def read(self, candidate: Candidate) -> tuple[Snapshot, str]:
        """Read a file that a scan found ready. Safe to call from several threads.

        Returns:
            The snapshot, and the digest of its signal: equal for equal signals, whatever name or time.

        Raises:
            NotYetError: it has changed, may still be growing, or cannot be read now.
            RecordingError: it is no recording, and will not become one unless it changes.
        """
        name = candidate.name
        if candidate.stamp.size > self.form.largest_file:
            raise RecordingError(name, f"it is far too large for a recording ({candidate.stamp.size} bytes)")
        try:
            data = read_unchanged(self.folder, candidate.raw, candidate.stamp)
        except UnsettledError as error:
            raise self._not_yet(candidate, str(error), self._now() + RETRY_SECONDS) from None
        try:
            snapshot = read_ims(data, name, self.form)
        except RecordingError as error:
            self._be_patient(candidate, data, error.reason)
            raise
        if not data.endswith(b"\n"):
            self._be_patient(candidate, data, "its last line has no end")
        return snapshot, snapshot.digest()

    def move_aside(self, one: Candidate | Refused, aside: Path) -> Path | None:
        """Move a refused file into another folder, as `replay.incoming.folder.move_aside` does."""
        return edge.move_aside(self.folder, one.raw, one.stamp, aside)

    def _sighted(
        self, listing: Listing, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp]
    ) -> dict[bytes, Sighting]:
        """What is known, after this look, of the files that the ledger does not know."""
        now = self._now()
        return {
            raw: sighted(self._sightings.get(raw), found, hints.get(raw), raw, self.form, now)
            for raw, found in listing.files.items()
            if known.get(raw) != found.stamp
        }

    def _judged(self, listing: Listing, sightings: Mapping[bytes, Sighting], began: float) -> Scan:
        now, wall = self._now(), self._wall()
        ready, waiting, refused = [], [], []
        unsettled: datetime | None = None
        for raw, one in sightings.items():
            decision, why = decide(one, now, wall - one.stamp.modified_ns / _NANOSECONDS, self._rest)
            if decision is Decision.REFUSE:
                refused.append(Refused(shown_name(raw), raw, one.stamp, why))
            elif decision is Decision.TAKE and one.time is not None:
                ready.append(Candidate(shown_name(raw), raw, one.stamp, one.time))
            else:
                waiting.append(Waiting(shown_name(raw), raw, why))
                if why == JUST_WRITTEN and one.time is not None:
                    unsettled = one.time if unsettled is None else min(unsettled, one.time)
        if unsettled is not None:
            # A recorder finishes one before it begins the next: nobody heard of the older one's end, and it
            # would be late if the newer one were taken now.
            early = [
                one
                for one in ready
                if one.time > unsettled and now - sightings[one.raw].since < self._rest.settle
            ]
            held = {one.raw for one in early}
            ready = [one for one in ready if one.raw not in held]
            waiting += [Waiting(one.name, one.raw, "an older one has just been written") for one in early]
        return Scan(
            ready=tuple(sorted(ready, key=lambda one: (one.time, one.raw))),
            waiting=tuple(sorted(waiting, key=lambda one: one.raw)),
            refused=tuple(sorted(refused, key=lambda one: one.raw)),
            ignored=listing.ignored,
            state=listing.state,
            sentence=listing.sentence,
            seconds=self._now() - began,
        )

    def _be_patient(self, candidate: Candidate, data: bytes, reason: str) -> None:
        """Raise NotYetError if the file may still be growing and has not been left alone for long enough."""
        until = self._unchanged_since(candidate) + self._rest.patience
        if self._now() < until and may_still_grow(data, candidate.name, self.form):
            raise self._not_yet(candidate, f"{reason}; it may still be growing", until)

    def _unchanged_since(self, candidate: Candidate) -> float:
        """When the file was first seen as it is; now, if that is not known."""
        with self._lock:
            sighting = self._sightings.get(candidate.raw)
        return sighting.since if sighting and sighting.stamp == candidate.stamp else self._now()

    def _not_yet(self, candidate: Candidate, reason: str, until: float) -> NotYetError:
        """Remember why a file could not be taken in, and when to try again."""
        with self._lock:
            sighting = self._sightings.get(candidate.raw)
            if sighting and sighting.stamp == candidate.stamp:
                self._sightings[candidate.raw] = replace(sighting, held=reason, until=until)
        return NotYetError(candidate.name, reason)


def _first_sight(found: Found, raw: bytes, form: RecordingFormat, now: float) -> Sighting:
    """What kind and name say of a file that is new, or has changed."""
    if found.is_link:
        return Sighting(found.stamp, now, fault=LINK, lasting=True)
    try:
        return Sighting(found.stamp, now, time=time_of(os.fsdecode(raw), form))
    except RecordingError as error:
        return Sighting(found.stamp, now, fault=error.reason)
