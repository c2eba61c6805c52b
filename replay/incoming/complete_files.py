"""A live incoming folder: decides which files are complete, which wait and why, and which are refused.

The inbox does not remember processed files: each scan is given the ledger. So a file is offered until the
ledger knows it, and again when it changes. The full scan is decisive; hints of closed or renamed files only
shorten the wait.

A file is complete if it is at rest, has the expected rows, and does not change during the read. It is at rest
after a hint, after a long enough time since its modification, or after being unchanged for long enough. If
the clocks disagree, only the last counts. A file that may still grow gets more patience, counted from the
first scan that found its present version.
"""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from types import MappingProxyType

from replay.file_times import readings_of
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
from replay.incoming.foreign import is_foreign
from replay.incoming.partial_file import may_still_grow
from replay.recording import LINK, RecordingError, RecordingFormat, Snapshot

Known = tuple[int, int, int]
"""A stamp as the ledger keeps it: size [bytes], time of modification [ns since 1970], inode."""

NO_HINTS: Mapping[bytes, Stamp] = MappingProxyType({})

RETRY_SECONDS = 5.0
"""Pause before the next attempt to read a file after an external fault, such as a permission [s]."""

JUST_WRITTEN = "it has just been written"
"""Reason for waiting: the file is not at rest yet."""

LARGEST_SHARE = 0.05
"""Largest share of time for scanning: a folder of a year's files must not keep a core busy."""

_NANOSECONDS = 10**9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that is ready to be read.

    Attributes:
        name: its name, cleaned for the screen and the store.
        raw: its name in the file system, which identifies it.
        stamp: its version at the scan.
        time: the time in its name, UTC.
        again: its other time, an hour later, where the recorder's clock shows that hour twice.
    """

    name: str
    raw: bytes
    stamp: Stamp
    time: datetime
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not ready yet, with the reason."""

    name: str
    raw: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be a recording, with the reason; the ledger records it with its stamp."""

    name: str
    raw: bytes
    stamp: Stamp
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of one scan, without the files that the ledger knows already.

    Attributes:
        ready: complete as far as is known without reading, ordered by time.
        waiting: not ready yet, ordered by name.
        refused: not recordings, whatever their content, ordered by name.
        foreign: names of files that are no recordings of this machine, ordered.
        ignored: number of hidden files, folders, pipes, sockets and devices.
        files: number of files, with those that the ledger knows.
        state: whether the folder could be listed.
        sentence: the fault of the folder and its remedy; empty if it has none.
        seconds: duration of the scan.
    """

    ready: tuple[Candidate, ...]
    waiting: tuple[Waiting, ...]
    refused: tuple[Refused, ...]
    foreign: tuple[bytes, ...]
    ignored: int
    files: int
    state: FolderState
    sentence: str
    seconds: float


class NotYetError(Exception):
    """A file that cannot be read now but may be later; it is offered again.

    Attributes:
        name: its name, cleaned.
        reason: one sentence to put after the name.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        """Return "NAME: REASON"."""
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Sighting:
    """The knowledge about one file that is not in the ledger; times are monotonic.

    Attributes:
        stamp: its version at the last scan.
        since: first scan with this stamp [s].
        closed: whether a hint reported this version as closed or renamed into place.
        readings: the time in its name, UTC; two in an hour that the clock shows twice; none without a time.
        fault: why its name or kind excludes it; empty if they do not.
        foreign: whether its name says that it is no recording of this machine.
        lasting: whether the fault is permanent (a link) or may pass (a temporary name).
        held: why the last attempt to read it failed.
        until: time of the next attempt [s].
    """

    stamp: Stamp
    since: float
    closed: bool = False
    readings: tuple[datetime, ...] = ()
    fault: str = ""
    foreign: bool = False
    lasting: bool = False
    held: str = ""
    until: float = 0.0


class Decision(Enum):
    """The decision about a file."""

    TAKE = auto()
    PASS_OVER = auto()
    WAIT = auto()
    REFUSE = auto()


@dataclass(frozen=True, slots=True)
class Rest:
    """Times that a file must be unchanged [s]: `settle` to be read, `patience` to be refused."""

    settle: float
    patience: float


def sighted(
    before: Sighting | None, found: Found, hint: Stamp | None, raw: bytes, form: RecordingFormat, now: float
) -> Sighting:
    """Update the knowledge about a file by one scan; keep it if the stamp is the same."""
    if before is None or before.stamp != found.stamp:
        before = _first_sight(found, raw, form, now)
    return before if before.closed or hint != found.stamp else replace(before, closed=True)


def decide(sighting: Sighting, now: float, age: float, rest: Rest) -> tuple[Decision, str]:
    """Return the decision about a file, with its reason.

    Args:
        sighting: the knowledge about it.
        now: monotonic time [s].
        age: wall-clock time since its modification [s]; negative if the clocks disagree.
        rest: required times without a change.
    """
    unchanged = now - sighting.since
    if sighting.foreign:
        return Decision.PASS_OVER, ""
    if sighting.fault:
        is_over = sighting.lasting or unchanged >= rest.patience
        return (Decision.REFUSE if is_over else Decision.WAIT), sighting.fault
    if sighting.held and now < sighting.until:
        return Decision.WAIT, sighting.held
    if sighting.closed or age >= rest.settle or unchanged >= rest.settle:
        return Decision.TAKE, ""
    return Decision.WAIT, JUST_WRITTEN


def pause_between(interval: float, scan_seconds: float) -> float:
    """Return the pause between two scans [s]: as set, or longer for slow scans."""
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
            folder: the recorder's folder.
            form: the expected format of its files.
            settle: time that a file must be unchanged to be read [s].
            patience: time that a possibly growing file must be unchanged to be refused [s].
            now: monotonic clock [s].
            wall: the wall clock of the file stamps [s since 1970].
        """
        self.folder = folder
        self.form = form
        self._rest = Rest(settle, patience)
        self._now = now
        self._wall = wall
        self._lock = threading.Lock()
        self._sightings: dict[bytes, Sighting] = {}

    def scan(self, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp] = NO_HINTS) -> Scan:
        """Scan the whole folder for files that the ledger does not know in their present version.

        Args:
            known: stamps of the processed files in the ledger, by the bytes of their names.
            hints: stamps of files that were closed or renamed into place since the last scan.
        """
        began = self._now()
        listing = look_into(self.folder)
        with self._lock:
            self._sightings = self._sighted(listing, known, hints)
            return self._judged(listing, self._sightings, began)

    def glance(self, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp]) -> Scan:
        """Check only hinted and waiting files: fast for any number of files.

        It does not replace a scan. Waiting files may be older than hinted ones, and ready by now.
        """
        began = self._now()
        with self._lock:
            foreign = {raw: one for raw, one in self._sightings.items() if one.foreign}
            waiting = {raw for raw, one in self._sightings.items() if known.get(raw) != one.stamp}
        listing = look_into(self.folder, (waiting - foreign.keys()).union(hints))
        with self._lock:
            self._sightings = foreign | self._sighted(listing, known, hints)
            return self._judged(listing, self._sightings, began)

    def read(self, candidate: Candidate) -> tuple[Snapshot, str]:
        """Read a file that a scan found ready. Safe to call from several threads.

        Returns:
            The snapshot, and the digest of its signal: equal for equal signals, whatever name or time.

        Raises:
            NotYetError: it has changed, may still grow, or cannot be read now.
            RecordingError: it is not a recording in its present version.
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

    def is_foreign(self, raw: bytes) -> bool:
        """Return whether a name says that a file is no recording of this machine."""
        return is_foreign(raw, self.form)

    def move_aside(self, one: Candidate | Refused, aside: Path) -> Path | None:
        """Move a refused file into another folder, as `replay.incoming.folder.move_aside` does."""
        return edge.move_aside(self.folder, one.raw, one.stamp, aside)

    def _sighted(
        self, listing: Listing, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp]
    ) -> dict[bytes, Sighting]:
        """Return the knowledge, after this scan, about the files that the ledger does not know."""
        now = self._now()
        return {
            raw: sighted(self._sightings.get(raw), found, hints.get(raw), raw, self.form, now)
            for raw, found in listing.files.items()
            if known.get(raw) != found.stamp
        }

    def _judged(self, listing: Listing, sightings: Mapping[bytes, Sighting], began: float) -> Scan:
        now, wall = self._now(), self._wall()
        ready, waiting, refused, foreign = [], [], [], []
        unsettled: datetime | None = None
        for raw, one in sightings.items():
            decision, why = decide(one, now, wall - one.stamp.modified_ns / _NANOSECONDS, self._rest)
            if decision is Decision.PASS_OVER:
                foreign.append(raw)
            elif decision is Decision.REFUSE:
                refused.append(Refused(shown_name(raw), raw, one.stamp, why))
            elif decision is Decision.TAKE and one.readings:
                ready.append(Candidate(shown_name(raw), raw, one.stamp, *one.readings))
            else:
                waiting.append(Waiting(shown_name(raw), raw, why))
                if why == JUST_WRITTEN and one.readings:
                    unsettled = min(one.readings[0], unsettled or one.readings[0])
        if unsettled is not None:
            # A recorder finishes a file before the next: the hint for the older file was lost, and it
            # would be late if the newer file were read now.
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
            foreign=tuple(sorted(foreign)),
            ignored=listing.ignored,
            files=len(listing.files),
            state=listing.state,
            sentence=listing.sentence,
            seconds=self._now() - began,
        )

    def _be_patient(self, candidate: Candidate, data: bytes, reason: str) -> None:
        """Raise NotYetError for a file that may still grow and changed too recently."""
        until = self._unchanged_since(candidate) + self._rest.patience
        if self._now() < until and may_still_grow(data, candidate.name, self.form):
            raise self._not_yet(candidate, f"{reason}; it may still be growing", until)

    def _unchanged_since(self, candidate: Candidate) -> float:
        """Return the first scan of the present version; now if unknown."""
        with self._lock:
            sighting = self._sightings.get(candidate.raw)
        return sighting.since if sighting and sighting.stamp == candidate.stamp else self._now()

    def _not_yet(self, candidate: Candidate, reason: str, until: float) -> NotYetError:
        """Remember why a file could not be read, and the time of the next attempt."""
        with self._lock:
            sighting = self._sightings.get(candidate.raw)
            if sighting and sighting.stamp == candidate.stamp:
                self._sightings[candidate.raw] = replace(sighting, held=reason, until=until)
        return NotYetError(candidate.name, reason)


def _first_sight(found: Found, raw: bytes, form: RecordingFormat, now: float) -> Sighting:
    """Judge a new or changed file by its kind and name."""
    if is_foreign(raw, form):
        return Sighting(found.stamp, now, foreign=True)
    if found.is_link:
        return Sighting(found.stamp, now, fault=LINK, lasting=True)
    try:
        return Sighting(found.stamp, now, readings=readings_of(os.fsdecode(raw), form))
    except RecordingError as error:
        return Sighting(found.stamp, now, fault=error.reason)
