"""Unpacks an archive once into the cache directory, whole or not at all, whoever else does so at the time."""

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
    # From zipfile: a size or an offset that cannot be.
    ValueError,
)
_MANIFEST = "manifest.json"
_FILES = "files"
_CHUNK = 2**20


class UnpackError(Exception):
    """An archive that cannot be unpacked: the end of a sentence that begins with its path."""


def unpacked(archive: Path, cache: Path | None = None) -> Path:
    """Unpack an archive, unless that was done before.

    It is known again by its path, size and time of change: hashing the content would mean reading hundreds
    of megabytes at every start, and an archive that was replaced differs in one of the three.

    Returns:
        The folder that holds its regular files, in the archive's own sub-folders. Links, devices, hidden
        files and those whose path leads out of the archive are left out.

    Raises:
        UnpackError: it is no archive, or damaged.
        OSError: the archive cannot be read, or the cache not be written.
    """
    final = _place(archive, cache)
    root, key = final.parent, final.name
    if _is_whole(final):
        return final / _FILES
    root.mkdir(parents=True, exist_ok=True)
    # The lock is the kernel's and ends with the process: a second one waits and then finds the work done,
    # and a part left behind is known to be nobody's.
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
    """Whether `unpacked` would find its work done.

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
    """Whether the folder still holds what its manifest says, by size."""
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
            # A path that comes twice: the later one is the newer, as with any tar that was appended to.
            with target.open("wb") as sink:
                shutil.copyfileobj(source, sink, _CHUNK)
                sizes[str(path)] = sink.tell()
    except _DAMAGED as error:
        raise UnpackError(f"is damaged: {error or type(error).__name__}") from error
    except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
        raise UnpackError("is damaged: one name in it is both a file and a folder") from error
    except OSError as error:
        # The decompressors raise it too, for what they cannot decompress, but then without an error number.
        if error.errno is None:
            raise UnpackError(f"is damaged: {error}") from error
        raise
    (part / _MANIFEST).write_text(json.dumps(sizes), "utf-8")


def _safe_path(name: str) -> PurePosixPath | None:
    """The member's path within the archive, or None for one that is hidden or leads out of it."""
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
        # tarfile takes a damaged header, or the end of the file, for the end of the archive.
        stream = tar.fileobj
        stream.seek(tar.offset)
        if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("it ends early")
        # The checksum of a compressed file stands at its very end.
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
