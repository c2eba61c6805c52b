"""Unpacks an archive once into the cache directory: whole or not at all, safe for concurrent processes."""

import contextlib
import fcntl
import hashlib
import json
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from replay.folders import cache_folder

_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    UnicodeError,
    # zipfile raises these for an impossible size or offset.
    ValueError,
)
_MANIFEST = "manifest.json"
_FILES = "files"
_CHUNK = 2**20


class UnpackError(Exception):
    """The reason why an archive cannot be unpacked; callers put the archive's path before it."""


def unpacked(archive: Path, cache: Path | None = None) -> Path:
    """Unpack an archive, unless that was done before.

    Path, size and time of change identify an archive. Hashing would read hundreds of megabytes at every
    start, and a replaced archive differs in one of the three.

    Returns:
        The folder with its regular files, in the archive's sub-folders. Links, devices, hidden files and
        members with a path outside of the archive are skipped.

    Raises:
        UnpackError: it is no archive, or damaged.
        OSError: the archive cannot be read, or the cache not be written.
    """
    final = _place(archive, cache)
    root, key = final.parent, final.name
    if _is_whole(final):
        return final / _FILES
    root.mkdir(parents=True, exist_ok=True)
    # The kernel lock ends with its process: a second process waits and then finds the work done,
    # and a leftover part belongs to no running process.
    with (root / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_whole(final):
            part = root / f"{key}.part"
            _remove(part)
            try:
                _unpack(archive, part)
                _remove(final)
                part.rename(final)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
    return final / _FILES


def is_unpacked(archive: Path, cache: Path | None = None) -> bool:
    """Return whether `unpacked` has already unpacked this archive.

    Raises:
        OSError: the archive cannot be looked at.
    """
    return _is_whole(_place(archive, cache))


def _place(archive: Path, cache: Path | None) -> Path:
    state = archive.stat()
    identity = f"{archive.resolve()}\0{state.st_size}\0{state.st_mtime_ns}"
    key = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return (cache or cache_folder()) / "runs" / key


def _is_whole(folder: Path) -> bool:
    """Return whether the folder holds the files of its manifest, by size."""
    try:
        sizes = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return all(os.lstat(folder / _FILES / name).st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


def _remove(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _unpack(archive: Path, part: Path) -> None:
    """Write the files of the archive and then their manifest into a new folder."""
    files = part / _FILES
    files.mkdir(parents=True)
    sizes: dict[str, int] = {}
    try:
        members = _tar_members(archive) if tarfile.is_tarfile(archive) else _zip_members(archive)
        for path, source in members:
            target = files / path
            target.parent.mkdir(parents=True, exist_ok=True)
            # Of a path that occurs twice the later member is the newer one, as in any appended tar.
            with target.open("wb") as sink:
                shutil.copyfileobj(source, sink, _CHUNK)
                sizes[str(path)] = sink.tell()
    except _DAMAGED as error:
        raise UnpackError(f"is damaged: {error or type(error).__name__}") from error
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise UnpackError("is damaged: one name in it is both a file and a folder") from error
    except OSError as error:
        # The decompressors raise OSError without an error number for damaged data.
        if error.errno is None:
            raise UnpackError(f"is damaged: {error}") from error
        raise
    (part / _MANIFEST).write_text(json.dumps(sizes), "utf-8")


def _safe_path(name: str) -> PurePosixPath | None:
    """Return the member's path within the archive; None for a hidden path or one that leads out of it."""
    path = PurePosixPath(name)
    parts = [part for part in path.parts if part != "."]
    unsafe = path.is_absolute() or "\\" in name or "\0" in name or not parts
    if unsafe or any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return None
    return PurePosixPath(*parts)


def _tar_members(archive: Path) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
    with tarfile.open(archive, "r:*") as tar:
        for member in tar:
            path = _safe_path(member.name)
            source = tar.extractfile(member) if member.isreg() and path else None
            if source and path:
                yield path, source
        # tarfile treats a damaged header, or the end of the file, as the end of the archive.
        stream = tar.fileobj
        stream.seek(tar.offset)
        if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("it ends early")
        # The checksum of a compressed file is at its end.
        while stream.read(_CHUNK):
            pass


def _zip_members(archive: Path) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
    if not zipfile.is_zipfile(archive):
        raise UnpackError("is neither a folder nor a .zip or .tar archive, or it is damaged")
    with zipfile.ZipFile(archive) as bundle:
        for member in bundle.infolist():
            path = _safe_path(member.filename)
            # The upper half of the attributes holds the Unix mode: a link is no recording.
            kind = member.external_attr >> 16 & 0o170000
            if member.is_dir() or path is None or kind not in (0, 0o100000):
                continue
            try:
                source = bundle.open(member)
            except RuntimeError as error:
                raise UnpackError("is locked with a password") from error
            except NotImplementedError as error:
                raise UnpackError(f"is packed in a way that is not supported: {error}") from error
            with source:
                yield path, source
