"""Takes the rows of a watched folder in once, and gathers them to windows.

The place up to which rows were read is part of the engine's state: it is stored with the window that it
belongs to, in one transaction.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.assessment.live_record import LiveRecord
from engine.config.settings import Settings
from engine.live.intake import FolderIntake
from engine.live.intake_decision import IntakeDecision
from engine.records.intake import Intake, Outcome
from replay.incoming.candidates import Candidate, Refused, Waiting
from replay.incoming.folder import FolderState, Stamp, look_into, shown_name
from replay.incoming.scan_times import OF_PROCESS
from replay.parts import part_name
from replay.recording import RecordingFormat, Snapshot, clean_text
from replay.rows.clock import time_of
from replay.rows.growing import Growing, Place
from replay.rows.table import faults_of
from replay.rows.windows import Windower, unpack_windower

STATE = "rows"
"""Key of the reading's place in the engine's state."""

MOST_WINDOWS = 512
"""Windows that wait for their score; more rows are read once these are scored."""


class RowIntake(FolderIntake):
    """Reads the texts of one machine's folder as they grow; the ledger keeps what was refused."""

    def __init__(
        self, folder: Path, settings: Settings, record: LiveRecord, *, clock: Callable[[], float]
    ) -> None:
        """Watch a folder; arguments as for `FolderIntake`."""
        super().__init__(folder, settings, record, clock=clock)
        self._folder, self._form = folder, settings.recording_format()
        self._windows: OrderedDict[bytes, tuple[Candidate, Snapshot, dict[str, object]]] = OrderedDict()
        self._handed_on: list[bytes] = []
        self._refused: set[tuple[bytes, str]] = set()
        self._resume()

    def look(
        self, newest: datetime | None, interval: timedelta, beat: Callable[[], None] = lambda: None
    ) -> tuple[Candidate, ...]:
        """Read new rows; return the windows that wait for their score, oldest first."""
        self._waker.was_deaf()
        self._waker.hints()
        began = self._clock()
        listing = look_into(self._folder, depth=self._form.depth)
        self.state, self._folder_words = listing.state, listing.sentence
        names = {}
        for raw, found in listing.files.items():
            name = raw.decode("utf-8", errors="surrogateescape")
            if not found.is_link and not self._form.excludes(name):
                names[name] = (found.stamp.size, found.stamp.inode)
        self._contents = "" if names else f"{self._folder}: holds no text with rows yet"
        if self.state is FolderState.PRESENT:
            self._read(names, beat)
        self._settle_refused(listing.files)
        self.waiting = tuple(
            Waiting(clean_text(name), name.encode("utf-8", errors="surrogateescape"), "it holds no row yet")
            for name in self._growing.waiting
        )
        self._next_scan = self._clock() + OF_PROCESS.pause(id(self), self._interval, self._clock() - began)
        return tuple(one for one, _, _ in self._windows.values())

    def _read(self, names: Mapping[str, tuple[int, int]], beat: Callable[[], None]) -> None:
        """Read rows until enough windows wait."""
        for raw in self._handed_on:
            # Read and not scored: gathered for a baseline, or refused.
            self._windows.pop(raw, None)
        self._handed_on.clear()
        if len(self._windows) >= MOST_WINDOWS:
            return
        for row in self._growing.rows(names, self._windower.last):
            if self._windower.add(row.time, row.values):
                self._keep(row.place, row.time)
                beat()
                if len(self._windows) >= MOST_WINDOWS:
                    break

    def _keep(self, place: Place, time: int) -> None:
        name = part_name(clean_text(place.name), place.line)
        raw = part_name(place.name, place.line).encode("utf-8", errors="surrogateescape")
        at = time_of(time)
        form = self._form
        snapshot = Snapshot(form.machine, name, at, form.sample_rate, self._windower.window())
        candidate = Candidate(name, raw, Stamp(place.offset, 0, place.inode), at)
        self._windows[raw] = candidate, snapshot, {"place": asdict(place), "windower": self._windower.pack()}

    def read(self, candidate: Candidate) -> tuple[Snapshot, str]:
        """Return a window and the digest of its values."""
        _, snapshot, _ = self._windows[candidate.raw]
        self._handed_on.append(candidate.raw)
        return snapshot, snapshot.digest()

    def decide(
        self, candidate: Candidate, digest: str, newest: datetime | None, interval: timedelta, *, silent: bool
    ) -> IntakeDecision:
        """Take the window: its rows are later than all before; arguments as in `FolderIntake`."""
        return IntakeDecision(Outcome.TAKEN, at=candidate.time)

    def time_of(self, candidate: Candidate) -> datetime:
        """Return the time of a window's last row."""
        return candidate.time

    def took(self, candidate: Candidate, row: Intake) -> None:
        """Let go of a window that was scored."""
        self._windows.pop(candidate.raw, None)

    def beside(self, candidate: Candidate) -> Mapping[str, object]:
        """Return the place up to which rows were read with a window, for the engine's state."""
        return {STATE: self._windows[candidate.raw][2]}

    def forget(self) -> None:
        """Start over from the stored place: windows that were not committed are offered again."""
        super().forget()
        self._resume()

    def retry(self, raw: bytes) -> None:
        """Look at a refused file again."""
        super().retry(raw)
        self._growing.refused.pop(raw.decode("utf-8", errors="surrogateescape"), None)
        self._refused = {one for one in self._refused if one[0] != raw}

    def _resume(self) -> None:
        """Begin at the place that the store has, or at the start of all files."""
        self._windows.clear()
        self._growing, self._windower = Growing(self._folder, self._form), Windower(self._form)
        resume = self._record.store.resume_point(self._record.assessment)
        if resume is None:
            return
        _, newest, packed = resume
        with suppress(KeyError, ValueError, TypeError):
            place, windower = stored_place((packed or {})[STATE], self._form)
            self._windower = windower
            self._growing.resume(place)
            return
        # Without a stored place all rows up to the newest window are known, and are passed over.
        self._windower.last = round(newest.timestamp() * 1e6)

    def _settle_refused(self, files: Mapping[bytes, Any]) -> None:
        """Enter files without rows and lines that are no rows, each once."""
        faults: dict[str, list[Any]] = {}
        for name, fault in self._growing.taken_faults():
            faults.setdefault(name, []).append(fault)
        found = [
            (one.name.encode("utf-8", errors="surrogateescape"), one.name, one.reason)
            for name, own in faults.items()
            for one in faults_of(name, own)
        ]
        found += [
            (raw, shown_name(raw), reason)
            for name, reason in self._growing.refused.items()
            if (raw := name.encode("utf-8", errors="surrogateescape")) in files
        ]
        rows = []
        for raw, name, reason in found:
            if (raw, reason) in self._refused:
                continue
            self._refused.add((raw, reason))
            stamp = files[raw].stamp if raw in files else Stamp(0, 0, 0)
            if self._unknown([Refused(name, raw, stamp, reason)]):
                rows.append(
                    Intake(raw, name, stamp[0], stamp[1], stamp[2], Outcome.QUARANTINED, reason=reason)
                )
        if rows:
            self._record.settle(rows, ())
            self.refused_at = self._clock()


def stored_place(data: Mapping[str, Any], form: RecordingFormat) -> tuple[Place, Windower]:
    """Return the place and the rows of an engine's state.

    Raises:
        KeyError, ValueError, TypeError: it is damaged, or of another layout.
    """
    place = data["place"]
    found = Place(
        str(place["name"]),
        int(place["inode"]),
        int(place["offset"]),
        int(place["line"]),
        str(place["head"]),
    )
    return found, unpack_windower(data["windower"], form)
