"""The rows of a text that grows, read on from where it was left: the same rows as if it were read whole."""

import hashlib
import os
import stat
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from replay.formats.sniff import HEAD_BYTES, PACKED, identify
from replay.recording import RecordingError, RecordingFormat
from replay.rows.reader import BEFORE_ALL, EARLIER, RowReader, Rows, lines_of_text, no_rows_yet, read_rows
from replay.rows.table import Version, content_of_rows

KEPT = 8
"""Files whose rows and places stay in memory."""

MARK = 256
"""Bytes at the end of what was read that tell whether a file only grew."""


@dataclass(slots=True, eq=False)
class _Tail:
    """A file as far as it was read: its place, and its rows so far.

    `reader` is None for a file that is read whole each time: it is packed, short, wide, or the newest row is
    its first. Its layout follows from the first `HEAD_BYTES`, so that a longer file keeps it.
    """

    version: Version
    rows: Rows
    reader: RowReader | None = None
    offset: int = 0
    line: int = 0
    mark: str = ""


@dataclass(slots=True)
class Tails:
    """Reads the files of slow rows; safe to call from several threads."""

    _tails: OrderedDict[tuple[Path, RecordingFormat], _Tail] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, folder: Path, version: Version, form: RecordingFormat) -> Rows:
        """Return all rows of a file; none where it holds none, or cannot be read.

        Args:
            folder: of the file.
            version: of the file, as it is now.
            form: the expected format.
        """
        path = folder / version.name
        with self._lock:
            known = self._tails.get((path, form))
            if known is not None and known.version == version:
                return known.rows
            grown = None if known is None else _grown(known, path, version)
            try:
                tail = _whole(path, version, form) if grown is None else grown
            except RecordingError:
                tail = _Tail(version, no_rows_yet(form.columns))
            self._tails[path, form] = tail
            self._tails.move_to_end((path, form))
            while len(self._tails) > KEPT:
                self._tails.popitem(last=False)
            return tail.rows


def _whole(path: Path, version: Version, form: RecordingFormat) -> _Tail:
    """Read a file whole, and prepare to read it on."""
    data = content_of_rows(path, version.name)
    is_plain = HEAD_BYTES <= len(data) <= version.size and identify(data, path.name) not in PACKED
    reader = RowReader(data[: data.rfind(b"\n") + 1], version.name, form) if is_plain else None
    if reader is None or reader.layout.encoding.name.startswith(("utf-16", "utf-32")):
        return _Tail(version, read_rows(data, version.name, form))
    whole = data[: data.rfind(b"\n") + 1]
    lines = lines_of_text(whole, reader.layout)
    rows = reader.read(enumerate(lines, 1), BEFORE_ALL)
    if not len(rows) or sum(one.reason == EARLIER for one in rows.faults) > len(rows):
        # The newest row may come first.
        return _Tail(version, read_rows(data, version.name, form))
    return _Tail(version, rows, reader, len(whole), len(lines), _mark(whole[-MARK:]))


def _grown(known: _Tail, path: Path, version: Version) -> _Tail | None:
    """Return a file with the rows that it has more than before; None where it must be read whole."""
    if known.reader is None or version.inode != known.version.inode or version.size < known.offset:
        return None
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            if state.st_ino != version.inode or not stat.S_ISREG(state.st_mode):
                return None
            begin = max(known.offset - MARK, 0)
            file.seek(begin)
            data = file.read(version.size - begin)
    except OSError:
        return None
    if _mark(data[: known.offset - begin]) != known.mark:
        return None
    new = data[known.offset - begin : data.rfind(b"\n") + 1]
    lines = lines_of_text(new, known.reader.layout) if new else []
    after = int(known.rows.times[-1])
    more = known.reader.read(enumerate(lines, known.line + 1), after)
    end = known.offset + len(new)
    return _Tail(
        version,
        _joined(known.rows, more),
        known.reader,
        end,
        known.line + len(lines),
        _mark(data[max(end - begin - MARK, 0) : end - begin]),
    )


def _joined(before: Rows, more: Rows) -> Rows:
    if not len(more):
        return before
    return Rows(
        np.concatenate([before.times, more.times]),
        np.concatenate([before.values, more.values]),
        np.concatenate([before.lines, more.lines]),
        (*before.faults, *more.faults),
    )


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
