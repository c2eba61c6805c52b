"""The rows of a finished run: of one text, or of the texts of a folder in order of time."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from replay.bounded_read import IrregularError, OversizedError, read_bounded
from replay.entries import Entry, Rejection
from replay.formats.packed import unpacked
from replay.parts import part_name
from replay.recording import RecordingError, RecordingFormat, Snapshot, clean_text
from replay.rows.clock import time_of
from replay.rows.reader import BEFORE_ALL, RowFault, Rows, no_rows_yet, read_rows
from replay.rows.windows import window_ends

LARGEST_FILE = 2**32
"""Bytes of one text: a year of fifty channels at a row a second has several times as many."""


@dataclass(frozen=True, slots=True, eq=False)
class RowTable:
    """The rows of a run and its windows.

    Attributes:
        rows: in order of time; `lines` are those of their files.
        ends: by the name of a window, its last row.
        entries: the windows, in order of time.
        rejected: files without rows, and lines that are no rows; one for each file and fault.
    """

    rows: Rows
    ends: dict[str, int]
    entries: tuple[Entry, ...]
    rejected: tuple[Rejection, ...]

    def window(self, name: str, form: RecordingFormat) -> Snapshot:
        """Return a window as a snapshot.

        Raises:
            RecordingError: there is no such window; the file may have changed.
        """
        end = self.ends.get(name)
        if end is None:
            raise RecordingError(name, "its rows have changed since the run was opened")
        values = np.asfortranarray(self.rows.values[end + 1 - form.rows : end + 1])
        time = time_of(int(self.rows.times[end])).astimezone(UTC)
        return Snapshot(form.machine, name, time, form.sample_rate, values)


class Version(NamedTuple):
    """A file, and what tells its versions apart; zeros where it cannot be reached."""

    name: str
    size: int
    modified_ns: int
    inode: int


def versions_of(folder: Path, names: Sequence[str]) -> tuple[Version, ...]:
    """Return the versions of some files of a folder, in order of their names."""
    found = []
    for name in sorted(names):
        try:
            state = (folder / name).stat()
            found.append(Version(name, state.st_size, state.st_mtime_ns, state.st_ino))
        except OSError:
            found.append(Version(name, 0, 0, 0))
    return tuple(found)


_READING = threading.Lock()


def table_of(folder: Path, versions: tuple[Version, ...], form: RecordingFormat) -> RowTable:
    """Read the rows of some texts, or return them as they were read before.

    Args:
        folder: of the files.
        versions: the files.
        form: the expected format.
    """
    # Several threads ask for windows of one table at once.
    with _READING:
        return _table(folder, versions, form)


@lru_cache(maxsize=2)
def _table(folder: Path, versions: tuple[Version, ...], form: RecordingFormat) -> RowTable:
    rejected: list[Rejection] = []
    files: list[tuple[str, Rows]] = []
    for name, *_ in versions:
        try:
            rows = read_rows(content_of_rows(folder / name, name), clean_text(name), form)
        except RecordingError as error:
            rejected.append(Rejection(clean_text(name), error.reason))
            continue
        rejected += faults_of(name, rows.faults)
        if len(rows):
            files.append((name, rows))
    files.sort(key=lambda one: (int(one[1].times[0]), one[0]))
    whole, labels = _joined(files, form, rejected)
    ends = {}
    entries = []
    for end in window_ends(whole.times, form).tolist():
        name = part_name(labels[end], int(whole.lines[end]))
        ends[name] = end
        entries.append(Entry(name, time_of(int(whole.times[end]))))
    return RowTable(whole, ends, tuple(entries), tuple(rejected))


def faults_of(name: str, faults: Sequence[RowFault]) -> list[Rejection]:
    """Return one rejection for each kind of fault in a file: its first line, and how many more there are."""
    kinds: dict[str, list[int]] = {}
    for fault in faults:
        kinds.setdefault(fault.reason, []).append(fault.line)
    found = []
    for reason, lines in kinds.items():
        others = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        found.append(Rejection(f"{clean_text(name)}:{lines[0]}", f"line {lines[0]}{others}: {reason}"))
    return found


def _joined(
    files: Sequence[tuple[str, Rows]], form: RecordingFormat, rejected: list[Rejection]
) -> tuple[Rows, list[str]]:
    """Join the rows of files; those that are not later than the file before are rejected."""
    if not files:
        return no_rows_yet(form.columns), []
    times, values, lines, labels = [], [], [], []
    last = BEFORE_ALL
    for name, rows in files:
        later = rows.times > last
        if not later.all():
            first, count = int(rows.lines[~later][0]), int((~later).sum())
            others = f" and {count - 1} more" if count > 1 else ""
            reason = f"line {first}{others}: its time is not later than that of the file before"
            rejected.append(Rejection(f"{clean_text(name)}:{first}", reason))
        if not later.any():
            continue
        times.append(rows.times[later])
        values.append(rows.values[later])
        lines.append(rows.lines[later])
        labels += [name] * int(later.sum())
        last = int(rows.times[-1])
    return Rows(np.concatenate(times), np.concatenate(values), np.concatenate(lines)), labels


def content_of_rows(path: Path, name: str) -> bytes:
    """Read a text, unpacked.

    Raises:
        RecordingError: it cannot be read.
    """
    try:
        data = read_bounded(path, LARGEST_FILE)
    except IrregularError:
        raise RecordingError(name, "it is not a regular file") from None
    except OversizedError as error:
        raise RecordingError(name, f"it is far too large ({error.size} bytes)") from None
    except OSError as error:
        raise RecordingError(name, f"it cannot be read: {(error.strerror or str(error)).lower()}") from None
    return unpacked(data, name, LARGEST_FILE)[0]
