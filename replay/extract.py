"""Unpacks an archive once into the cache directory: whole or not at all, safe for concurrent processes."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from replay.archives import (
    DAMAGED,
    MOST_MEMBERS,
    Member,
    UnpackError,
    foreign_kind,
    head_of,
    is_tar,
    tar_members,
    too_large,
    zip_members,
)
from replay.folders import cache_folder

_MANIFEST = "manifest.json"
_FILES = "files"
_CHUNK = 2**20

SPARE = 500_000_000
"""Bytes of a disk that unpacking leaves free, a twentieth of a small one: acknowledgements must fit."""

REPLACED = "a later member of the archive has the same name and other content; the later one is read"
SAME = "a later member of the archive has the same name and the same content"

MOST_LEFT_OUT = 1000
"""Members left out that are remembered by name."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A member of an archive that was not unpacked: its name, and why, a clause."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive's regular files in a folder, and the members that were left out."""

    folder: Path
    left_out: tuple[LeftOut, ...]


def unpacked(archive: Path, largest: int, cache: Path | None = None) -> Unpacked:
    """Unpack an archive, unless that was done before.

    Path, size and time of change identify an archive. Hashing would read hundreds of megabytes at every
    start, and a replaced archive differs in one of the three.

    Args:
        archive: the file.
        largest: bytes that a recording may have; larger members are cut one byte behind them.
        cache: where archives are unpacked; by default as `replay.folders.cache_folder` says.

    Returns:
        The folder with its regular files, in the archive's sub-folders. Links, devices and members with a
        path outside of the archive are left out by name, hidden files without.

    Raises:
        UnpackError: it is not an archive, damaged, locked, or larger than the disk can take.
        FolderError: there is no cache.
        OSError: the archive cannot be read, or the cache not be written.
    """
    final = _place(archive, cache)
    root, key = final.parent, final.name
    if not _is_whole(final, largest):
        root.mkdir(parents=True, exist_ok=True)
        # The kernel lock ends with its process: a second process waits and then finds the work done,
        # and a leftover part belongs to no running process.
        with _lock_file(root / f"{key}.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_whole(final, largest):
                part = root / f"{key}.part"
                _remove(part)
                try:
                    _unpack(archive, part, largest)
                    _remove(final)
                    part.rename(final)
                except BaseException:
                    shutil.rmtree(part, ignore_errors=True)
                    raise
    left_out = json.loads((final / _MANIFEST).read_text("utf-8"))["left_out"]
    return Unpacked(final / _FILES, tuple(LeftOut(name, reason) for name, reason in left_out))


def is_unpacked(archive: Path, cache: Path | None = None) -> bool:
    """Return whether `unpacked` has already unpacked this archive.

    Raises:
        FolderError: there is no cache.
        OSError: the archive cannot be looked at.
    """
    return _is_whole(_place(archive, cache), 0)


def _place(archive: Path, cache: Path | None) -> Path:
    state = archive.stat()
    identity = f"{archive.resolve()}\0{state.st_size}\0{state.st_mtime_ns}"
    key = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return (cache or cache_folder()) / "runs" / key


def _lock_file(path: Path) -> IO[bytes]:
    """Open a lock file; a link in its place is not followed."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+b")


def _is_whole(folder: Path, largest: int) -> bool:
    """Return whether the folder holds the files of its manifest, by size, uncut up to so many bytes."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        cut_at, sizes = manifest["cut_at"], manifest["sizes"]
        return (cut_at is None or cut_at >= largest) and all(
            os.lstat(folder / _FILES / name).st_size == size for name, size in sizes.items()
        )
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return False


def _remove(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _room(folder: Path) -> int:
    """Bytes that unpacking may take."""
    usage = shutil.disk_usage(folder)
    return max(usage.free - min(SPARE, usage.total // 20), 0)


def _unpack(archive: Path, part: Path, largest: int) -> None:
    """Write the files of the archive and then their manifest into a new folder."""
    files = part / _FILES
    files.mkdir(parents=True)
    try:
        sizes, left_out = _write_all(_members(archive, largest, _room(part)), files, largest)
    except DAMAGED as error:
        raise UnpackError(f"is damaged: {error or type(error).__name__}") from error
    except MemoryError as error:
        raise UnpackError("needs more memory to be unpacked than this machine has") from error
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise UnpackError("is damaged: one name in it is both a file and a folder") from error
    except OSError as error:
        # The decompressors raise OSError without an error number for damaged data.
        if error.errno is None:
            raise UnpackError(f"is damaged: {error}") from error
        raise
    cut_at = largest if any(size > largest for size in sizes.values()) else None
    manifest = {"sizes": sizes, "cut_at": cut_at, "left_out": left_out}
    (part / _MANIFEST).write_text(json.dumps(manifest), "utf-8")


def _members(archive: Path, largest: int, room: int) -> Iterator[Member]:
    if kind := foreign_kind(head_of(archive)):
        raise UnpackError(
            f"is {kind.name}, which Raceway does not open: unpack it first ({kind.unpack_line(archive.name)})"
            " and name the folder of the recordings"
        )
    if is_tar(archive):
        return tar_members(archive, largest)
    return zip_members(archive, largest, room)


def _write_all(
    members: Iterator[Member], files: Path, largest: int
) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Write members into a folder; return the size of each by path, and those left out with the reason."""
    sizes: dict[str, int] = {}
    left_out: list[tuple[str, str]] = []
    copies: Counter[str] = Counter()
    room = _room(files)
    for number, member in enumerate(members):
        if number >= MOST_MEMBERS:
            raise UnpackError(f"holds more than {MOST_MEMBERS} files; unpack it by hand if that is meant")
        if member.path is None or member.source is None:
            if len(left_out) < MOST_LEFT_OUT:
                left_out.append((member.name, member.reason))
            continue
        target = files / member.path
        target.parent.mkdir(parents=True, exist_ok=True)
        path = str(member.path)
        copies[path] += 1
        before = _digest(target) if copies[path] > 1 else ""
        # Where a path occurs twice, the later member is the newer one, as in any appended tar.
        written = _copy(member.source, target, min(largest + 1, room + 1))
        room -= written
        if member.changed is not None:
            with contextlib.suppress(OSError, OverflowError, ValueError):
                os.utime(target, (member.changed, member.changed))
        if before and len(left_out) < MOST_LEFT_OUT:
            reason = SAME if _digest(target) == before else REPLACED
            left_out.append((f"{path} (copy {copies[path] - 1})", reason))
        sizes[path] = written
        if room < 0:
            raise UnpackError(too_large(_room(files) + sum(sizes.values())))
    return sizes, left_out


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: IO[bytes], target: Path, most: int) -> int:
    """Copy the first bytes of a member, at most so many; return how many there were."""
    written = 0
    with target.open("wb") as sink:
        while written < most and (chunk := source.read(min(_CHUNK, most - written))):
            written += sink.write(chunk)
    return written
