"""File access of a watched folder: listing it, reading one file, moving one file to quarantine.

All access is relative to a descriptor of the folder. It follows no link inside the folder, opens only regular
files, and never blocks on a pipe. It deletes and overwrites nothing.
"""

import errno
import io
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from replay.bounded_read import HIDDEN
from replay.recording import clean_text

_LARGEST_NUMBER = 2**63 - 1
# Longest file name [bytes] on all usual file systems.
_LONGEST_NAME = 255
# Folders within one another that are searched at most.
_DEEPEST = 32


class FolderState(StrEnum):
    """Whether a folder could be listed."""

    PRESENT = "present"
    MISSING = "missing"
    UNREADABLE = "unreadable"


class Stamp(NamedTuple):
    """Identifies a version of a file: size [bytes], time of modification [ns since 1970], inode.

    A tuple, because a folder of a year's files has many, and the ledger keeps three numbers.
    """

    size: int
    modified_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of a folder that may be a recording: a regular file, or a link in its place.

    `files` are names and versions of all files of a recording that has several.
    """

    stamp: Stamp
    is_link: bool
    files: tuple[tuple[bytes, Stamp], ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """The contents of a folder at one scan.

    Attributes:
        files: by the bytes of their names.
        ignored: number of ignored entries: hidden ones, folders, pipes, sockets, devices.
        state: whether the folder could be listed; if not, `files` is empty.
        sentence: the fault of the folder and its remedy; empty if it has none.
    """

    files: Mapping[bytes, Found]
    ignored: int
    state: FolderState
    sentence: str


class UnsettledError(Exception):
    """A file cannot be read as it was listed; the message is a reason to put after its name."""


def stamp_of(state: os.stat_result) -> Stamp:
    """Return the numbers that reveal a change of a file; each fits a signed 64-bit integer."""
    modified_ns = max(-_LARGEST_NUMBER, min(state.st_mtime_ns, _LARGEST_NUMBER))
    # Network file systems invent inodes that also use the highest bit.
    return Stamp(state.st_size, modified_ns, state.st_ino & _LARGEST_NUMBER)


def shown_name(raw: bytes) -> str:
    """Return a file's name, cleaned for the screen and the store."""
    return clean_text(os.fsdecode(raw))


def look_into(folder: Path, names: Iterable[bytes] | None = None, depth: int = 0) -> Listing:
    """List a folder, or only these names in it, with one `stat` for each entry.

    Folders in it are searched to a depth (-1 for any); names then are paths within the folder.
    It never raises for a missing or unreadable folder: `Listing.state` reports that.
    """
    shown = clean_text(str(folder))
    try:
        with _opened(folder) as descriptor:
            return _listed(_entries(descriptor, depth) if names is None else _named(descriptor, names))
    except FileNotFoundError:
        return _nothing(FolderState.MISSING, f"{shown} does not exist; the engine keeps looking for it")
    except NotADirectoryError:
        return _nothing(
            FolderState.MISSING, f"{shown} is not a folder; name the folder that the recorder writes into"
        )
    except PermissionError:
        return _nothing(
            FolderState.UNREADABLE, f"{shown} cannot be listed: give this user permission (r-x) to it"
        )
    except OSError as error:
        return _nothing(FolderState.UNREADABLE, f"{shown} cannot be listed: {cause_of(error)}")


def read_unchanged(folder: Path, raw: bytes, stamp: Stamp) -> bytes:
    """Read a file that has not changed since it was listed, and does not change during the read.

    Raises:
        UnsettledError: it is gone, it has changed, or it cannot be read now.
    """
    try:
        with _opened(folder) as descriptor, io.FileIO(_open_plainly(raw, descriptor), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode) or stamp_of(before) != stamp:
                raise UnsettledError("it has changed since it was listed")
            # One byte more than its size reveals a growing file without following it.
            parts = list(_pieces(file, stamp.size + 1))
            data = parts[0] if len(parts) == 1 else b"".join(parts)
            if len(data) != stamp.size or stamp_of(os.fstat(file.fileno())) != stamp:
                raise UnsettledError("it changed while it was read")
            return data
    except FileNotFoundError:
        raise UnsettledError("it is gone") from None
    except PermissionError:
        raise UnsettledError("it cannot be read: give this user permission to read it") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
            raise UnsettledError("something else has taken its place") from None
        raise UnsettledError(f"it cannot be read: {cause_of(error)}") from None


def move_aside(folder: Path, raw: bytes, stamp: Stamp, aside: Path) -> Path | None:
    """Move an unchanged file into another folder, which is made if missing.

    It keeps its name, with .1, .2 and so on if the name is taken. A link is moved itself, never its target.
    Across file systems a regular file is copied and removed after the copy is on disk; a link stays.

    Args:
        folder: the watched folder.
        raw: name of the file in bytes.
        stamp: of the version that is meant.
        aside: the other folder.

    Returns:
        The new path; None if the file stays because it has changed, is gone, or already is in `aside`.

    Raises:
        OSError: it could not be moved and remains in place.
    """
    aside.mkdir(parents=True, exist_ok=True)
    with _opened(folder) as source, _opened(aside) as target:
        if os.path.sameopenfile(source, target) or not _is_still(raw, stamp, source):
            return None
        taken = _reserve(raw, target)
        moved = False
        try:
            moved = _rename_or_copy(raw, stamp, source, taken, target)
        finally:
            if not moved:
                os.unlink(taken, dir_fd=target)
    return aside / os.fsdecode(taken) if moved else None


def cause_of(error: OSError) -> str:
    """Return the system's words for an error, in lower case."""
    return (error.strerror or str(error)).lower()


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """Yield a descriptor of a folder; close it at the end."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open_plainly(raw: bytes, folder: int) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.open(raw, flags, dir_fd=folder)


def _entries(descriptor: int, depth: int) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """Yield every entry of a folder with its status; None for a hidden one.

    A folder that is searched is not an entry; one that is gone or cannot be listed is passed over.
    """
    with os.scandir(descriptor) as entries:
        for entry in entries:
            if entry.name.startswith(HIDDEN):
                yield b"", None
                continue
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            name = os.fsencode(entry.name)
            if depth and stat.S_ISDIR(state.st_mode):
                yield from _within(descriptor, name, depth - 1 if depth > 0 else _DEEPEST - 1)
            else:
                yield name, state


def _within(descriptor: int, name: bytes, depth: int) -> Iterator[tuple[bytes, os.stat_result | None]]:
    with suppress(FileNotFoundError, PermissionError, NotADirectoryError):
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        inner = os.open(name, flags, dir_fd=descriptor)
        try:
            for path, state in list(_entries(inner, depth)):
                yield (name + b"/" + path if path else b""), state
        finally:
            os.close(inner)


def _named(descriptor: int, names: Iterable[bytes]) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """Yield these entries of a folder if they exist and are not hidden."""
    for name in names:
        if not name.startswith(b"."):
            with suppress(FileNotFoundError, NotADirectoryError):
                yield name, os.stat(name, dir_fd=descriptor, follow_symlinks=False)


def _listed(entries: Iterator[tuple[bytes, os.stat_result | None]]) -> Listing:
    files: dict[bytes, Found] = {}
    ignored = 0
    for name, state in entries:
        if state is not None and stat.S_ISREG(state.st_mode):
            files[name] = Found(stamp_of(state), False)
        elif state is not None and stat.S_ISLNK(state.st_mode):
            files[name] = Found(stamp_of(state), True)
        else:
            ignored += 1
    return Listing(files, ignored, FolderState.PRESENT, "")


def _nothing(state: FolderState, sentence: str) -> Listing:
    return Listing({}, 0, state, sentence)


def _pieces(file: io.FileIO, most: int) -> Iterator[bytes]:
    """Yield a file's content up to a number of bytes; a single read may return fewer."""
    while most > 0 and (piece := file.read(most)):
        most -= len(piece)
        yield piece


def _is_still(raw: bytes, stamp: Stamp, folder: int) -> bool:
    try:
        return stamp_of(os.stat(raw, dir_fd=folder, follow_symlinks=False)) == stamp
    except FileNotFoundError:
        return False


def _reserve(raw: bytes, folder: int) -> bytes:
    """Reserve a free name with an empty file, so that a rename onto it overwrites nothing."""
    number = 0
    while True:
        ending = b".%d" % number if number else b""
        name = raw.replace(b"/", b"_")[: _LONGEST_NAME - len(ending)] + ending
        try:
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder))
        except FileExistsError:
            number += 1
        else:
            return name


def _rename_or_copy(raw: bytes, stamp: Stamp, source: int, taken: bytes, target: int) -> bool:
    """Move a file onto a reserved name; return False and leave the file if it has changed."""
    try:
        os.rename(raw, taken, src_dir_fd=source, dst_dir_fd=target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return _copy(raw, stamp, source, taken, target)
    return True


def _copy(raw: bytes, stamp: Stamp, source: int, taken: bytes, target: int) -> bool:
    """Copy a regular file onto a reserved name on another file system, then remove the original."""
    try:
        reading = _open_plainly(raw, source)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise
    with os.fdopen(reading, "rb") as old:
        if not stat.S_ISREG(os.fstat(reading).st_mode):
            return False
        flags = os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(taken, flags, dir_fd=target), "wb") as new:
            shutil.copyfileobj(old, new)
            new.flush()
            os.fsync(new.fileno())
    if not _is_still(raw, stamp, source):
        return False
    os.fsync(target)
    os.unlink(raw, dir_fd=source)
    return True
