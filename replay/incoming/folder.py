"""A watched folder at the edge: what lies in it, the bytes of one file, and moving one file aside.

Everything is done relative to a descriptor of the folder, follows no link inside it, opens regular files
only, and never waits for the other end of a pipe. Nothing is deleted and nothing is overwritten.
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

from replay.recording import clean_text

_LARGEST_NUMBER = 2**63 - 1
# Bytes that a file name may have on every file system that matters here.
_LONGEST_NAME = 255


class FolderState(StrEnum):
    """Whether a folder could be looked into."""

    PRESENT = "present"
    MISSING = "missing"
    UNREADABLE = "unreadable"


class Stamp(NamedTuple):
    """What tells that a file has changed: size [bytes], time of modification [ns since 1970], inode.

    A tuple, since a directory of a year's files has many, and the ledger keeps them as three numbers.
    """

    size: int
    modified_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of a folder that may be a recording: a regular file, or a link in its place."""

    stamp: Stamp
    is_link: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in a folder at one look.

    Attributes:
        files: by the bytes of their names.
        ignored: how many entries were left alone: hidden ones, folders, pipes, sockets, devices.
        state: whether the folder could be looked into; if not, `files` is empty.
        sentence: what is wrong with it and what to do; empty if nothing is.
    """

    files: Mapping[bytes, Found]
    ignored: int
    state: FolderState
    sentence: str


class UnsettledError(Exception):
    """A file cannot be read as it was seen, now; the message is a reason to put behind its name."""


def stamp_of(state: os.stat_result) -> Stamp:
    """What to remember of a file to notice a change; every number fits a database's 64 bits with a sign."""
    modified_ns = max(-_LARGEST_NUMBER, min(state.st_mtime_ns, _LARGEST_NUMBER))
    # Network file systems make up inodes that use the topmost bit too.
    return Stamp(state.st_size, modified_ns, state.st_ino & _LARGEST_NUMBER)


def shown_name(raw: bytes) -> str:
    """A file's name, fit to show and to store."""
    return clean_text(os.fsdecode(raw))


def look_into(folder: Path, names: Iterable[bytes] | None = None) -> Listing:
    """List a folder, or see what these names in it are now, with one `stat` an entry.

    Never raises for what the folder is or lacks.
    """
    shown = clean_text(str(folder))
    try:
        with _opened(folder) as descriptor:
            return _listed(_entries(descriptor) if names is None else _named(descriptor, names))
    except FileNotFoundError:
        return _nothing(FolderState.MISSING, f"{shown} does not exist; it is looked for again all the time")
    except NotADirectoryError:
        return _nothing(
            FolderState.MISSING, f"{shown} is not a folder; name the one the recorder writes into"
        )
    except PermissionError:
        return _nothing(
            FolderState.UNREADABLE, f"{shown} may not be looked into: give this user permission (r-x) to it"
        )
    except OSError as error:
        return _nothing(FolderState.UNREADABLE, f"{shown} cannot be looked into: {cause_of(error)}")


def read_unchanged(folder: Path, raw: bytes, stamp: Stamp) -> bytes:
    """Read a file that is still what it was when it was seen, and stays so while it is read.

    Raises:
        UnsettledError: it is gone, it has changed, or it cannot be read just now.
    """
    try:
        with _opened(folder) as descriptor, io.FileIO(_open_plainly(raw, descriptor), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode) or stamp_of(before) != stamp:
                raise UnsettledError("it has changed since it was seen")
            # One byte more than it has: a file that grows is noticed, not followed.
            parts = list(_pieces(file, stamp.size + 1))
            data = parts[0] if len(parts) == 1 else b"".join(parts)
            if len(data) != stamp.size or stamp_of(os.fstat(file.fileno())) != stamp:
                raise UnsettledError("it changed while it was read")
            return data
    except FileNotFoundError:
        raise UnsettledError("it is gone") from None
    except PermissionError:
        raise UnsettledError("it may not be read: give this user permission to read it") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
            raise UnsettledError("something else has taken its place") from None
        raise UnsettledError(f"it cannot be read: {cause_of(error)}") from None


def move_aside(folder: Path, raw: bytes, stamp: Stamp, aside: Path) -> Path | None:
    """Move a file that is still what it was when it was seen into another folder, which is made if missing.

    It keeps its name, with .1, .2 and so on where that is taken. A link is moved itself, never what it
    points to. Across file systems a regular file is copied, and removed only once the copy is on the disk; a
    link is left where it is.

    Returns:
        Where it is now; None if it is left where it is, because it has changed, has gone, or `aside` is the
        very folder it lies in.

    Raises:
        OSError: it could not be moved, and is where it was.
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
    """What the system says of an error, in lower case."""
    return (error.strerror or str(error)).lower()


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """A descriptor of a folder, closed at the end."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open_plainly(raw: bytes, folder: int) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.open(raw, flags, dir_fd=folder)


def _entries(descriptor: int) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """Every entry of a folder, and what it is; None for a hidden one."""
    with os.scandir(descriptor) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                yield b"", None
                continue
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield os.fsencode(entry.name), state


def _named(descriptor: int, names: Iterable[bytes]) -> Iterator[tuple[bytes, os.stat_result | None]]:
    """These entries of a folder, as far as they are there and not hidden."""
    for name in names:
        if not name.startswith(b"."):
            with suppress(FileNotFoundError):
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
    """What a file holds, up to so many bytes; a single read may bring less than was asked for."""
    while most > 0 and (piece := file.read(most)):
        most -= len(piece)
        yield piece


def _is_still(raw: bytes, stamp: Stamp, folder: int) -> bool:
    try:
        return stamp_of(os.stat(raw, dir_fd=folder, follow_symlinks=False)) == stamp
    except FileNotFoundError:
        return False


def _reserve(raw: bytes, folder: int) -> bytes:
    """Take a name nobody has, by an empty file that only we know: a rename onto it overwrites nothing."""
    number = 0
    while True:
        ending = b".%d" % number if number else b""
        name = raw[: _LONGEST_NAME - len(ending)] + ending
        try:
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder))
        except FileExistsError:
            number += 1
        else:
            return name


def _rename_or_copy(raw: bytes, stamp: Stamp, source: int, taken: bytes, target: int) -> bool:
    """Put a file onto a reserved name; False, and the file where it was, if it is not what it was."""
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
