"""Unpacks a recording that is packed by itself (.gz, .bz2, .xz, .zst), up to a size."""

import bz2
import contextlib
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator

from replay.formats.base import IncompleteError, MissingExtraError
from replay.formats.sniff import HEAD_BYTES, PACKED, Kind, identify
from replay.recording import RecordingError

_DEEPEST = 3


def unpacked(data: bytes, name: str, largest: int) -> tuple[bytes, Kind]:
    """Return the content of a file that may be packed, and its kind.

    Args:
        data: the file.
        name: its name.
        largest: bytes that the content may have.

    Raises:
        IncompleteError: the packed data end early.
        MissingExtraError: zstd is not installed.
        RecordingError: they are damaged, or unpack to more than that.
    """
    for _ in range(_DEEPEST):
        kind = identify(data[:HEAD_BYTES], name)
        if kind not in PACKED:
            return data, kind
        data = _content(data, kind, name, largest)
    raise RecordingError(name, "it is packed several times over; unpack it first")


def head_of_packed(data: bytes, kind: Kind, name: str) -> bytes:
    """Return the first bytes of the content of a packed file, of which only the start may be there."""
    parts: list[bytes] = []
    try:
        for part in _pieces(data, kind, name):
            parts.append(part)
            if sum(map(len, parts)) >= HEAD_BYTES:
                break
    except _FAULTS:
        pass
    return b"".join(parts)[:HEAD_BYTES]


_FAULTS = (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)
# Bytes of packed data that zstd gets at once; four of them may unpack to 128 KB.
_MORSEL = 1024


def _content(data: bytes, kind: Kind, name: str, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        for part in _pieces(data, kind, name):
            parts.append(part)
            size += len(part)
            if size > largest:
                raise RecordingError(
                    name, f"it unpacks to more than {largest} bytes, too large for a recording"
                )
    except EOFError:
        raise IncompleteError(name, f"it is {kind.words} and ends early: it is cut off or damaged") from None
    except (OSError, zlib.error, lzma.LZMAError) as error:
        raise RecordingError(name, f"it is {kind.words}, and damaged: {error}") from None
    return b"".join(parts)


def _pieces(data: bytes, kind: Kind, name: str) -> Iterator[bytes]:
    """Yield the content in pieces; EOFError where it ends early."""
    if kind is Kind.ZSTD:
        yield from _zstd_pieces(data, name)
        return
    source = io.BytesIO(data)
    with contextlib.closing(_opened(source, kind)) as file:
        while piece := file.read(HEAD_BYTES):
            yield piece


def _opened(source: io.BytesIO, kind: Kind) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    if kind is Kind.GZIP:
        return gzip.GzipFile(fileobj=source)
    return bz2.BZ2File(source) if kind is Kind.BZIP2 else lzma.LZMAFile(source)


def _zstd_pieces(data: bytes, name: str) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError(name, Kind.ZSTD) from None
    position = 0
    while position < len(data):
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof:
            morsel = data[position : position + _MORSEL]
            if not morsel:
                raise EOFError
            try:
                yield frame.decompress(morsel)
            except zstandard.ZstdError as error:
                raise OSError(str(error)) from error
            position += len(morsel)
        position -= len(frame.unused_data)
