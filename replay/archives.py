"""The members of .zip and .tar archives, and the kinds of archives that Raceway does not open."""

import lzma
import shlex
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from replay.bounded_read import HIDDEN

DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    UnicodeError,
    # zipfile raises these for an impossible size or offset.
    ValueError,
)
"""Errors of the libraries for a damaged archive."""

DEEPEST = 32
"""Folders within one another that are read; a run has two or three."""

LONGEST_PATH, LONGEST_NAME = 1000, 255
"""Bytes of a member's path, far below the 4096 that Linux takes, and of each name in it."""

MOST_MEMBERS = 1_000_000
"""Members of an archive: two years of a recording a minute."""

LARGEST_HEADER = 2**20
"""Bytes of a header that holds a long name; tarfile reads it into memory whole."""

MOST_PASSED_OVER, MOST_RATIO = 2**30, 100
"""Bytes behind the largest recording that are read over: so many, or so many times the archive's own size."""

_HEAD_BYTES = 512
_CHUNK = 2**20


class UnpackError(Exception):
    """The reason why an archive cannot be unpacked; callers put the archive's path before it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to pack files: its name with an article, and the command that unpacks it."""

    name: str
    command: str

    def unpack_line(self, name: str) -> str:
        """Return the command that unpacks a file of this name, to copy."""
        return f"{self.command} {shlex.quote(name)}"


_FOREIGN = (
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7z archive", "7z x")),
    (b"Rar!\x1a\x07", Kind("a RAR archive", "7z x")),
    (b"\x28\xb5\x2f\xfd", Kind("packed by zstd", "tar --zstd -xf")),
    (b"\x04\x22\x4d\x18", Kind("packed by lz4", "lz4 -d")),
    (b"LZIP", Kind("packed by lzip", "tar --lzip -xf")),
    (b"\x1f\x9d", Kind("packed by compress", "7z x")),
    (b"MSCF", Kind("a cabinet archive", "7z x")),
    (b"\x60\xea", Kind("an ARJ archive", "7z x")),
    (b"xar!", Kind("a xar archive", "7z x")),
)
_OWN = (
    (b"PK\x03\x04", Kind("a zip archive", "unzip")),
    (b"\x1f\x8b", Kind("packed by gzip", "7z x")),
    (b"BZh", Kind("packed by bzip2", "7z x")),
    (b"\xfd7zXZ\x00", Kind("packed by xz", "7z x")),
)
_TAR = Kind("a tar archive", "tar -xf")

_METHODS = {9: "Deflate64", 12: "bzip2", 93: "Zstandard", 95: "xz", 97: "WavPack", 98: "PPMd"}
"""Methods of packing within a zip, by their numbers in PKWARE's APPNOTE, section 4.4.5."""

_AES = 99

# Extra field of a zip with times of change in UTC, and the bytes of one (Info-ZIP, appnote "UT").
_TIMES_IN_UTC, _LONG_ENOUGH = 0x5455, 5


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive.

    Attributes:
        name: as the archive has it.
        path: where it belongs in the folder, None for one that is left out.
        reason: why it is left out, a clause; empty for one that is kept.
        source: its content; None for one that is left out.
        changed: time of the last change [s since 1970]; None where the archive tells none.
    """

    name: str
    path: PurePosixPath | None = None
    reason: str = ""
    source: IO[bytes] | None = None
    changed: float | None = None


def foreign_kind(head: bytes) -> Kind | None:
    """Return the kind of an archive that Raceway does not open, by its first bytes; None for other files."""
    return next((kind for magic, kind in _FOREIGN if head.startswith(magic)), None)


def packed_kind(path: Path) -> Kind | None:
    """Return how a file is packed; None for one that is not packed or cannot be read."""
    try:
        head = head_of(path)
    except OSError:
        return None
    if head[257:262] == b"ustar":
        return _TAR
    return foreign_kind(head) or next((kind for magic, kind in _OWN if head.startswith(magic)), None)


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def place_of(name: str) -> PurePosixPath | str | None:
    r"""Return where a member belongs; a reason for one that is left out, None for one left out unsaid.

    Windows tools write `run\name`, which is read as `run/name`. Hidden files are left out unsaid.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in path.parts if part != "."]
    if path.is_absolute() or ".." in parts or (parts and parts[0][1:2] == ":"):
        return "its path leads out of the archive"
    if "\0" in name:
        return "its name is damaged"
    if not parts or any(part.startswith(HIDDEN) or part == "__MACOSX" for part in parts):
        return None
    if len(parts) - 1 > DEEPEST:
        return f"it lies {len(parts) - 1} folders deep, at most {DEEPEST} are read"
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    if max(sizes) > LONGEST_NAME or sum(sizes) + len(sizes) > LONGEST_PATH:
        return "its name or path is too long"
    return PurePosixPath(*parts)


class _Header(tarfile.TarInfo):
    """A header that cannot fill the memory."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _WITH_LONG_NAMES and self.size > LARGEST_HEADER:
            raise tarfile.ReadError(f"a header of {self.size} bytes")
        return super()._proc_member(tar)  # type: ignore[misc, no-any-return]  # typeshed knows public names


_WITH_LONG_NAMES = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


def is_tar(archive: Path) -> bool:
    """Whether a file is a .tar archive, compressed or not.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with tarfile.open(archive, "r:*", tarinfo=_Header):
            return True
    except tarfile.TarError:
        return False


def tar_members(archive: Path, largest: int) -> Iterator[Member]:
    """Read a .tar archive, compressed or not, member by member.

    Args:
        archive: the file.
        largest: bytes that a recording may have; larger members are cut there.

    Raises:
        UnpackError: reading over what is not a recording would take for ever.
        tarfile.TarError: it is damaged; so for each of `DAMAGED`.
    """
    most = max(MOST_PASSED_OVER, MOST_RATIO * archive.stat().st_size)
    passed_over = 0
    with tarfile.open(archive, "r:*", tarinfo=_Header) as tar:
        for member in tar:
            passed_over += max(member.size - largest, 0)
            if passed_over > most:
                raise UnpackError(
                    f"unpacks to more than {passed_over // 10**9} GB of files that are not recordings;"
                    " unpack it by hand if that is meant"
                )
            place = place_of(member.name)
            if member.isdir() or place is None:
                continue
            if isinstance(place, str):
                yield Member(member.name, reason=place)
            elif not member.isreg():
                yield Member(member.name, reason="it is a link" if member.issym() or member.islnk() else _ODD)
            elif source := tar.extractfile(member):
                with source:
                    yield Member(member.name, place, source=source, changed=float(member.mtime))
            # tarfile remembers every member, and looks links up in them; none is followed here.
            tar.members = []  # type: ignore[attr-defined]  # typeshed knows public names
        _read_to_end(tar, most)


_ODD = "it is a device or a pipe"


def _read_to_end(tar: tarfile.TarFile, most: int) -> None:
    """See that the archive is whole.

    tarfile treats a damaged header, or the end of the file, as the end of the archive. The checksum of a
    compressed file is at its end.
    """
    stream = tar.fileobj
    assert stream is not None
    stream.seek(tar.offset)
    if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("it ends early")
    read = 0
    while chunk := stream.read(_CHUNK):
        read += len(chunk)
        if read > most:
            raise UnpackError(f"goes on for more than {read // 10**9} GB behind its last file")


def zip_members(archive: Path, largest: int, room: int) -> Iterator[Member]:
    """Read a .zip archive member by member.

    Args:
        archive: the file.
        largest: bytes that a recording may have; larger members are cut there.
        room: bytes that the disk has to spare.

    Raises:
        UnpackError: it is locked, packed in a way that Python cannot read, or too large for the disk.
        zipfile.BadZipFile: it is damaged; so for each of `DAMAGED`.
    """
    if not zipfile.is_zipfile(archive):
        raise UnpackError("is neither a folder nor a .zip or .tar archive, or it is damaged")
    by_hand = f"unpack it first (7z x {shlex.quote(archive.name)}) and name the folder"
    try:
        with closing(zipfile.ZipFile(archive)) as bundle:
            needed = sum(min(member.file_size, largest + 1) for member in bundle.infolist())
            if needed > room:
                raise UnpackError(too_large(room))
            for member in bundle.infolist():
                yield from _zip_member(bundle, member, by_hand)
    except NotImplementedError as error:
        raise UnpackError(f"is packed in a way that is not supported ({error}): {by_hand}") from error


def _zip_member(bundle: zipfile.ZipFile, member: zipfile.ZipInfo, by_hand: str) -> Iterator[Member]:
    place = place_of(member.filename)
    if place is None or member.filename.replace("\\", "/").endswith("/"):
        return
    # The upper half of the attributes holds the Unix mode.
    kind = member.external_attr >> 16 & 0o170000
    if isinstance(place, str):
        yield Member(member.filename, reason=place)
    elif kind not in (0, 0o100000):
        yield Member(member.filename, reason="it is a link" if kind == 0o120000 else _ODD)
    elif member.flag_bits & 0x1 or member.compress_type == _AES:
        raise UnpackError(f"is locked with a password: {by_hand}")
    else:
        try:
            source = bundle.open(member)
        except NotImplementedError as error:
            method = _METHODS.get(member.compress_type, f"method {member.compress_type}")
            raise NotImplementedError(method) from error
        with source:
            yield Member(member.filename, place, source=source, changed=_changed(member))


def _changed(member: zipfile.ZipInfo) -> float | None:
    """Return when a member of a zip was changed: in UTC where an extra field tells it, else by this clock."""
    extra, at = member.extra, 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _TIMES_IN_UTC and size >= _LONG_ENOUGH and at + 9 <= len(extra) and extra[at + 4] & 1:
            return float(struct.unpack_from("<i", extra, at + 5)[0])
        at += 4 + size
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return None


def too_large(room: int) -> str:
    """Say that an archive does not fit on the disk: the end of a sentence that begins with its path."""
    return (
        f"unpacks to more than the {room // 10**6} MB that the disk has to spare; make room, or name another"
        " place by RACEWAY_CACHE"
    )
