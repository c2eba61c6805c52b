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
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from replay.entries import time_of_file
from replay.formats.base import MissingExtraError
from replay.incoming import folder as edge
from replay.incoming.candidates import Candidate, Refused, Scan, Waiting
from replay.incoming.contents import (
    FaultyContentError,
    grouped,
    is_glance_enough,
    parts_of,
    read_candidate,
)
from replay.incoming.folder import (
    Listing,
    Stamp,
    UnsettledError,
    look_into,
    shown_name,
)
from replay.incoming.foreign import is_foreign
from replay.incoming.partial_file import may_still_grow
from replay.incoming.sightings import (
    JUST_WRITTEN,
    Decision,
    Rest,
    Sighting,
    decide,
    sighted,
)
from replay.parts import is_file_a_channel
from replay.recording import RecordingError, RecordingFormat, Snapshot

__all__ = [
    "JUST_WRITTEN",
    "Candidate",
    "Decision",
    "Inbox",
    "NotYetError",
    "Refused",
    "Rest",
    "Scan",
    "Sighting",
    "Waiting",
    "decide",
    "pause_between",
    "sighted",
]

Known = tuple[int, int, int]
"""A stamp as the ledger keeps it: size [bytes], time of modification [ns since 1970], inode."""

NO_HINTS: Mapping[bytes, Stamp] = MappingProxyType({})

RETRY_SECONDS = 5.0
"""Pause before the next attempt to read a file after an external fault, such as a permission [s]."""

LARGEST_SHARE = 0.05
"""Largest share of time for scanning: a folder of a year's files must not keep a core busy."""

_NANOSECONDS = 10**9


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
        self._parts: dict[bytes, tuple[Stamp, tuple[Candidate, ...] | str]] = {}

    def scan(self, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp] = NO_HINTS) -> Scan:
        """Scan the whole folder for files that the ledger does not know in their present version.

        Args:
            known: stamps of the processed files in the ledger, by the bytes of their names.
            hints: stamps of files that were closed or renamed into place since the last scan.
        """
        began = self._now()
        listing = self._look()
        with self._lock:
            self._sightings = self._sighted(listing, known, hints)
            return self._judged(listing, known, began)

    def glance(self, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp]) -> Scan:
        """Check only hinted and waiting files: fast for any number of files.

        It does not replace a scan. Waiting files may be older than hinted ones, and ready by now.
        """
        if not is_glance_enough(self.form):
            return self.scan(known, hints)
        began = self._now()
        with self._lock:
            foreign = {raw: one for raw, one in self._sightings.items() if one.foreign}
            waiting = {raw for raw, one in self._sightings.items() if known.get(raw) != one.stamp}
        listing = look_into(self.folder, (waiting - foreign.keys()).union(hints))
        with self._lock:
            self._sightings = foreign | self._sighted(listing, known, hints)
            return self._judged(listing, known, began)

    def read(self, candidate: Candidate) -> tuple[Snapshot, str]:
        """Read a file that a scan found ready. Safe to call from several threads.

        Returns:
            The snapshot, and the digest of its signal: equal for equal signals, whatever name or time.

        Raises:
            NotYetError: it has changed, may still grow, or cannot be read now.
            RecordingError: it is not a recording in its present version.
        """
        if candidate.stamp.size > self.form.largest_file:
            raise RecordingError(
                candidate.name, f"it is far too large for a recording ({candidate.stamp.size} bytes)"
            )
        try:
            read = read_candidate(self.folder, candidate, self.form)
        except (UnsettledError, MissingExtraError) as error:
            reason = error.reason if isinstance(error, MissingExtraError) else str(error)
            raise self._not_yet(candidate, reason, self._now() + RETRY_SECONDS) from None
        except FaultyContentError as error:
            self._be_patient(candidate, error.data, error.fault.reason)
            raise error.fault from None
        if read.doubt and not candidate.followed:
            self._be_patient(candidate, read.data, read.doubt, short=read.short)
        return read.snapshot, read.snapshot.digest()

    def is_foreign(self, raw: bytes) -> bool:
        """Return whether a name says that a file is not a recording of this machine."""
        return is_foreign(raw, self.form)

    def move_aside(self, one: Candidate | Refused, aside: Path) -> Path | None:
        """Move a refused file into another folder, as `replay.incoming.folder.move_aside` does."""
        moved = None
        for raw, stamp in (isinstance(one, Candidate) and one.files) or ((one.raw, one.stamp),):
            moved = edge.move_aside(self.folder, raw, stamp, aside) or moved
        return moved

    def _look(self) -> Listing:
        """List the folder; of the files of one recording only the first."""
        listing = look_into(self.folder, depth=self.form.depth)
        return grouped(listing, self.form) if is_file_a_channel(self.form) else listing

    def _time_inside(self, raw: bytes) -> datetime:
        return time_of_file(self.folder, os.fsdecode(raw), self.form)

    def _sighted(
        self, listing: Listing, known: Mapping[bytes, Known], hints: Mapping[bytes, Stamp]
    ) -> dict[bytes, Sighting]:
        """Return the knowledge, after this scan, about the files that the ledger does not know."""
        now = self._now()
        return {
            raw: sighted(
                self._sightings.get(raw), found, hints.get(raw), raw, self.form, now, self._time_inside
            )
            for raw, found in listing.files.items()
            if known.get(raw) != found.stamp
        }

    def _judged(self, listing: Listing, known: Mapping[bytes, Known], began: float) -> Scan:
        now, wall, sightings = self._now(), self._wall(), self._sightings
        ready: list[Candidate] = []
        waiting: list[Waiting] = []
        refused: list[Refused] = []
        foreign: list[bytes] = []
        newest = max((one.readings[0] for one in sightings.values() if one.readings), default=None)
        unsettled: datetime | None = None
        for raw, one in sightings.items():
            followed = newest is not None and bool(one.readings) and one.readings[0] < newest
            if one.short and followed:
                one = replace(one, held="")
            decision, why = decide(one, now, wall - one.stamp.modified_ns / _NANOSECONDS, self._rest)
            decision, why = self._with_all_channels(one, decision, why, now, followed)
            if decision is Decision.PASS_OVER:
                foreign.append(raw)
            elif decision is Decision.REFUSE:
                refused.append(Refused(shown_name(raw), raw, one.stamp, why))
            elif decision is Decision.TAKE and one.readings:
                first, again = one.readings[0], one.readings[1] if len(one.readings) > 1 else None
                candidate = Candidate(shown_name(raw), raw, one.stamp, first, again)
                candidate = replace(candidate, files=one.files, followed=followed)
                snapshots = self._snapshots(candidate, refused, now)
                ready += [found for found in snapshots if known.get(found.raw) != found.stamp]
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

    def _with_all_channels(
        self, one: Sighting, decision: Decision, why: str, now: float, followed: bool
    ) -> tuple[Decision, str]:
        """Let a recording wait for the files of its other channels, until its patience ends."""
        missing = is_file_a_channel(self.form) and len(one.files) < self.form.columns
        if decision is Decision.TAKE and missing and not followed and now - one.since < self._rest.patience:
            count = self.form.columns - max(len(one.files), 1)
            return (
                Decision.WAIT,
                f"{count} of the files of its {self.form.columns} channels are not there yet",
            )
        return decision, why

    def _snapshots(self, candidate: Candidate, refused: list[Refused], now: float) -> list[Candidate]:
        """Return the snapshots of a file: itself, or those that a long file is cut into."""
        if not self.form.cut:
            return [candidate]
        before = self._parts.get(candidate.raw)
        if before is None or before[0] != candidate.stamp:
            before = (candidate.stamp, parts_of(self.folder, candidate, self.form))
            self._parts[candidate.raw] = before
        found = before[1]
        if isinstance(found, str):
            sighting = self._sightings.get(candidate.raw)
            if sighting and now - sighting.since >= self._rest.patience:
                refused.append(Refused(candidate.name, candidate.raw, candidate.stamp, found))
            return []
        return list(found)

    def _be_patient(self, candidate: Candidate, data: bytes, reason: str, *, short: bool = False) -> None:
        """Raise NotYetError for a file that may still grow and changed too recently."""
        until = self._unchanged_since(candidate) + self._rest.patience
        if self._now() < until and (short or may_still_grow(data, candidate.name, self.form)):
            raise self._not_yet(candidate, f"{reason}; it may still be growing", until, short=short)

    def _unchanged_since(self, candidate: Candidate) -> float:
        """Return the first scan of the present version; now if unknown."""
        with self._lock:
            sighting = self._sightings.get(candidate.raw)
        return sighting.since if sighting and sighting.stamp == candidate.stamp else self._now()

    def _not_yet(
        self, candidate: Candidate, reason: str, until: float, *, short: bool = False
    ) -> NotYetError:
        """Remember why a file could not be read, and the time of the next attempt."""
        with self._lock:
            sighting = self._sightings.get(candidate.raw)
            if sighting and sighting.stamp == candidate.stamp:
                self._sightings[candidate.raw] = replace(sighting, held=reason, until=until, short=short)
        return NotYetError(candidate.name, reason)
