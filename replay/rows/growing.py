"""Texts that grow: read on from where they were left, in order of time, each row once.

A file is known by its inode, so that one that is renamed by a rotation is read to its end. One that became
shorter, or begins otherwise, is read from its start; rows that were judged before are passed over.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay.formats.sniff import PACKED, encoding_of, identify
from replay.recording import RecordingError, RecordingFormat, clean_text
from replay.rows.reader import EARLIER, RowFault, RowReader

HEAD = 256
"""Bytes of a file that tell whether it is still the same."""

PIECE = 2**22
"""Bytes that are read at once."""

LONGEST_HEAD = 2**16
"""Bytes after which a file without a row is not a table."""

FEW_LINES = 8
"""Lines up to which a file waits for more: a header and two rows do not show which column is the time."""

WIDE = "its encoding has two bytes a character; write it as UTF-8"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: its name, inode, the bytes and lines before it, and the digest of its head."""

    name: str
    inode: int
    offset: int
    line: int
    head: str


@dataclass(frozen=True, slots=True, eq=False)
class GrownRow:
    """A new row: its time [microseconds since 1970], its values (channels,), and the place after it."""

    time: int
    values: NDArray[np.float32]
    place: Place


@dataclass(slots=True)
class _File:
    """A file that is being read; `caught_up`: it gave a row that was new."""

    name: str
    offset: int = 0
    line: int = 0
    head: str = ""
    caught_up: bool = False
    reader: RowReader | None = None
    first: int | None = None


@dataclass(slots=True)
class Growing:
    """The texts of a folder, and how far each was read.

    Attributes:
        folder: of the files.
        form: the expected format.
        faults: lines left out since the last call of `taken_faults`, by file.
        refused: files that hold no rows, by name, with the reason.
        waiting: names of files without a whole row so far.
    """

    folder: Path
    form: RecordingFormat
    faults: list[tuple[str, RowFault]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    _files: dict[int, _File] = field(default_factory=dict)

    def resume(self, place: Place) -> None:
        """Go on from a place."""
        self._files = {place.inode: _File(place.name, place.offset, place.line, place.head, caught_up=True)}

    def rows(self, names: Mapping[str, tuple[int, int]], last: int | None) -> Iterator[GrownRow]:
        """Yield new rows of all files, in order of time.

        Args:
            names: size and inode of each file in the folder.
            last: time of the newest row so far.
        """
        waiting = []
        grown: list[tuple[int, str, int]] = []
        for name, (size, inode) in sorted(names.items()):
            one = self._known(name, size, inode)
            if one is None or (one.offset >= size and one.reader is not None):
                continue
            if one.reader is None and not self._begin(one):
                if name not in self.refused:
                    waiting.append(name)
                continue
            grown.append((one.first or 0, name, inode))
        self.waiting = tuple(waiting)
        gone = set(self._files) - {inode for _, inode in names.values()}
        for inode in gone:
            del self._files[inode]
        for _, _, inode in sorted(grown):
            for row in self._read_on(self._files[inode], inode, last):
                last = row.time
                yield row

    def taken_faults(self) -> list[tuple[str, RowFault]]:
        """Return the faults since the last call."""
        found, self.faults = self.faults, []
        return found

    def _known(self, name: str, size: int, inode: int) -> _File | None:
        """Return a file as far as it was read; from its start where it is new, shorter or another."""
        one = self._files.get(inode)
        if one is not None and one.offset and (size < one.offset or self._differs(one, name)):
            one = None
        if one is None:
            if not size:
                return None
            one = self._files[inode] = _File(name)
            self.refused.pop(name, None)
        one.name = name
        return one

    def _differs(self, one: _File, name: str) -> bool:
        """Return whether a file begins otherwise than it did."""
        length = int(one.head.partition(":")[0] or 0)
        return bool(length) and self._head(name, length) != one.head

    def _begin(self, one: _File) -> bool:
        """Find the layout of a file by its start; return whether it has a row."""
        data = self._bytes(one.name, 0, LONGEST_HEAD)
        shown = clean_text(one.name)
        whole = data[: data.rfind(b"\n") + 1]
        if identify(data, one.name) in PACKED:
            self.refused[one.name] = "it is packed; rows are read from plain texts"
            return False
        encoding = encoding_of(data)
        if encoding is not None and encoding.name.startswith(("utf-16", "utf-32")):
            self.refused[one.name] = WIDE
            return False
        try:
            one.reader = RowReader(whole, shown, self.form)
        except RecordingError as error:
            # A header without a row may be all that is there so far.
            if len(data) >= LONGEST_HEAD or whole.count(b"\n") > FEW_LINES:
                self.refused[one.name] = error.reason
            return False
        self.refused.pop(one.name, None)
        one.first = one.reader.first_time
        return True

    def _read_on(self, one: _File, inode: int, last: int | None) -> Iterator[GrownRow]:
        """Yield the rows of a file from where it was left; a last line without an end stays."""
        reader = one.reader
        assert reader is not None
        newest = last
        if reader.last is None and one.offset:
            # It goes on within a file: rows before this place were read before.
            reader.last = last
        while True:
            data = self._bytes(one.name, one.offset, PIECE)
            whole = data[: data.rfind(b"\n") + 1]
            if not whole:
                return
            for raw in whole.split(b"\n")[:-1]:
                one.offset += len(raw) + 1
                one.line += 1
                found = reader.row(_decoded(raw, reader, first=one.line == 1), one.line)
                if isinstance(found, str):
                    self.faults.append((one.name, RowFault(one.line, found)))
                if found is None or isinstance(found, str):
                    continue
                time, values = found
                if newest is not None and time <= newest:
                    # Rows that were known when this reading began are no fault: it begins with them.
                    if one.caught_up:
                        self.faults.append((one.name, RowFault(one.line, EARLIER)))
                    continue
                newest, one.caught_up = time, True
                self._mark(one)
                place = Place(one.name, inode, one.offset, one.line, one.head)
                yield GrownRow(time, np.array(values, np.float32), place)

    def _mark(self, one: _File) -> None:
        """Remember the head of a file, as far as it was read."""
        if not one.head or (one.offset >= HEAD and not one.head.startswith(f"{HEAD}:")):
            one.head = self._head(one.name, min(one.offset, HEAD))

    def _head(self, name: str, length: int) -> str:
        return f"{length}:{hashlib.sha256(self._bytes(name, 0, length)).hexdigest()}"

    def _bytes(self, name: str, offset: int, count: int) -> bytes:
        """Return bytes of a regular file; none where it cannot be read now."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(self.folder / name, flags)
        except OSError:
            return b""
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return b""
            return os.pread(handle, count, offset)
        except OSError:
            return b""
        finally:
            os.close(handle)


def _decoded(raw: bytes, reader: RowReader, *, first: bool) -> str:
    """Return a line as text, without its end and a byte order mark."""
    encoding = reader.layout.encoding
    if first and raw.startswith(encoding.mark):
        raw = raw[len(encoding.mark) :]
    return raw.removesuffix(b"\r").decode(encoding.name, errors="replace")
