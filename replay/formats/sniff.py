"""The kind of a file by its first bytes; its name decides only where bytes cannot."""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

HEAD_BYTES = 65_536
"""Bytes at the start of a file that tell its kind and the layout of a text."""


class Kind(StrEnum):
    """A kind of file. The values are those of `[recording] format`, and words for a message."""

    TEXT = "text"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"
    WAV = "wav"
    FLAC = "flac"
    AIFF = "aiff"
    W64 = "w64"
    CAF = "caf"
    AU = "au"
    OGG = "ogg"
    MAT4 = "mat4"
    MAT5 = "mat5"
    HDF5 = "hdf5"
    PARQUET = "parquet"
    FEATHER = "feather"
    TDMS = "tdms"
    NPY = "npy"
    NPZ = "npz"
    UFF = "uff"
    JSON = "json"
    RAW = "raw"
    ZIP = "zip"
    TAR = "tar"
    SEVEN_ZIP = "7z"
    RAR = "rar"
    LZ4 = "lz4"
    EXCEL = "excel"
    PICTURE = "picture"
    PDF = "pdf"
    EMPTY = "empty"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """Return the kind with its article, to put after "it is"."""
        return _WORDS[self]


_WORDS = {
    Kind.TEXT: "a text",
    Kind.GZIP: "packed by gzip",
    Kind.ZSTD: "packed by zstd",
    Kind.BZIP2: "packed by bzip2",
    Kind.XZ: "packed by xz",
    Kind.WAV: "a WAV file",
    Kind.FLAC: "a FLAC file",
    Kind.AIFF: "an AIFF file",
    Kind.W64: "a W64 (Sony Wave64) file",
    Kind.CAF: "a CAF file",
    Kind.AU: "an AU file",
    Kind.OGG: "an Ogg file",
    Kind.MAT4: "a MATLAB file (version 4)",
    Kind.MAT5: "a MATLAB file (version 5 to 7)",
    Kind.HDF5: "an HDF5 file (MATLAB 7.3 writes it too)",
    Kind.PARQUET: "a Parquet file",
    Kind.FEATHER: "a Feather (Arrow) file",
    Kind.TDMS: "a TDMS file",
    Kind.NPY: "a NumPy array (.npy)",
    Kind.NPZ: "a NumPy archive (.npz)",
    Kind.UFF: "a Universal File (UFF 58)",
    Kind.JSON: "JSON",
    Kind.RAW: "raw numbers",
    Kind.ZIP: "a zip archive",
    Kind.TAR: "a tar archive",
    Kind.SEVEN_ZIP: "a 7z archive",
    Kind.RAR: "a RAR archive",
    Kind.LZ4: "packed by lz4",
    Kind.EXCEL: "an Excel workbook",
    Kind.PICTURE: "a picture",
    Kind.PDF: "a PDF document",
    Kind.EMPTY: "empty",
    Kind.UNKNOWN: "binary data of an unknown kind",
}

FORMATS: Mapping[str, tuple[Kind, ...]] = {
    "auto": (),
    "text": (Kind.TEXT,),
    "wav": (Kind.WAV,),
    "flac": (Kind.FLAC,),
    "aiff": (Kind.AIFF,),
    "w64": (Kind.W64,),
    "caf": (Kind.CAF,),
    "au": (Kind.AU,),
    "ogg": (Kind.OGG,),
    "json": (Kind.JSON,),
    "mat": (Kind.MAT4, Kind.MAT5, Kind.HDF5),
    "hdf5": (Kind.HDF5,),
    "parquet": (Kind.PARQUET,),
    "feather": (Kind.FEATHER,),
    "tdms": (Kind.TDMS,),
    "npy": (Kind.NPY,),
    "npz": (Kind.NPZ,),
    "uff": (Kind.UFF,),
    "raw": (),
}
"""Values of `[recording] format`, and the kinds of file that each accepts; any kind where empty."""

PACKED = frozenset({Kind.GZIP, Kind.ZSTD, Kind.BZIP2, Kind.XZ})
"""Kinds that hold one other file."""

ARCHIVES = frozenset({Kind.ZIP, Kind.TAR, Kind.SEVEN_ZIP, Kind.RAR, Kind.LZ4})

_MAGIC = (
    (b"\x1f\x8b", Kind.GZIP),
    (b"\x28\xb5\x2f\xfd", Kind.ZSTD),
    (b"BZh", Kind.BZIP2),
    (b"\xfd7zXZ\x00", Kind.XZ),
    (b"fLaC", Kind.FLAC),
    (b"riff\x2e\x91\xcf\x11", Kind.W64),
    (b"caff\x00\x01", Kind.CAF),
    (b".snd", Kind.AU),
    (b"OggS\x00", Kind.OGG),
    (b"\x89HDF\r\n\x1a\n", Kind.HDF5),
    (b"PAR1", Kind.PARQUET),
    (b"ARROW1", Kind.FEATHER),
    (b"FEA1", Kind.FEATHER),
    (b"TDSm", Kind.TDMS),
    (b"\x93NUMPY", Kind.NPY),
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"Rar!\x1a\x07", Kind.RAR),
    (b"\x04\x22\x4d\x18", Kind.LZ4),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.EXCEL),
    (b"\x89PNG", Kind.PICTURE),
    (b"\xff\xd8\xff", Kind.PICTURE),
    (b"GIF8", Kind.PICTURE),
    (b"%PDF", Kind.PDF),
)

_RIFF = (b"RIFF", b"RIFX", b"RF64", b"BW64")
_UFF = re.compile(rb"\s{0,6}-1[ \t]*\r?\n\s*(\d{1,6}[a-z]?)[ \d]*\r?\n")
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*(?:[\[{]\s*[\[{\"\d+-]|[+-]?\d[\d.eE+-]*\s*,))")
# Bytes that no text holds; a form feed and an escape occur in old listings.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a text: its name for Python, and the bytes of its byte order mark."""

    name: str
    mark: bytes = b""


_MARKS = (
    Encoding("utf-8", b"\xef\xbb\xbf"),
    Encoding("utf-32-le", b"\xff\xfe\x00\x00"),
    Encoding("utf-32-be", b"\x00\x00\xfe\xff"),
    Encoding("utf-16-le", b"\xff\xfe"),
    Encoding("utf-16-be", b"\xfe\xff"),
)


def identify(head: bytes, name: str = "") -> Kind:
    """Return the kind of a file.

    Args:
        head: its first bytes, `HEAD_BYTES` or all of a shorter file.
        name: its name, which tells .npz and .xlsx apart from .zip where the first member does not.
    """
    if not head:
        return Kind.EMPTY
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] in _RIFF and head[8:12] == b"WAVE":
        return Kind.WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Kind.AIFF
    if head[:4] == b"\xff\xff\xff\xff" and head[6:8] == b"\0\0" and len(head) > 8:
        # A stream of Arrow: a mark, and the short length of its schema.
        return Kind.FEATHER
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(head, name)
    if head[257:262] == b"ustar":
        return Kind.TAR
    if head[124:128] in (b"\x00\x01IM", b"\x00\x02IM", b"\x01\x00MI", b"\x02\x00MI"):
        return Kind.HDF5 if b"MATLAB 7.3" in head[:128] else Kind.MAT5
    if head[512:520] == b"\x89HDF\r\n\x1a\n":
        return Kind.HDF5
    if _UFF.match(head):
        return Kind.UFF
    if encoding_of(head) is not None:
        return Kind.JSON if _JSON.match(head) else Kind.TEXT
    return Kind.MAT4 if _is_mat4(head) else Kind.UNKNOWN


def encoding_of(head: bytes) -> Encoding | None:
    """Return the encoding of a text by its first bytes; None for what is not text."""
    for encoding in _MARKS:
        if head.startswith(encoding.mark):
            return encoding
    # A text of DOS may end with Ctrl-Z.
    if not _CONTROL.search(head.removesuffix(b"\x1a")):
        try:
            head.decode("utf-8")
        except UnicodeDecodeError as error:
            # A character that the end of the head cuts is not a fault.
            if error.start < len(head) - 3:
                return Encoding("cp1252")
        return Encoding("utf-8")
    sample = head[: len(head) // 2 * 2][:4096]
    if len(sample) >= 8:
        even, odd = sample[0::2], sample[1::2]
        if odd.count(0) > 0.9 * len(odd) and not _CONTROL.search(even):
            return Encoding("utf-16-le")
        if even.count(0) > 0.9 * len(even) and not _CONTROL.search(odd):
            return Encoding("utf-16-be")
    return None


def _zip_kind(head: bytes, name: str) -> Kind:
    """Tell a NumPy archive and a workbook from other zip archives, by the names of the first members."""
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if first.endswith(b".npy") or name.lower().endswith(".npz"):
        return Kind.NPZ
    if b"[Content_Types].xml" in head or first.startswith((b"xl/", b"docProps/", b"_rels/")):
        return Kind.EXCEL
    if name.lower().endswith((".xlsx", ".xlsm", ".ods")):
        return Kind.EXCEL
    return Kind.ZIP


def _is_mat4(head: bytes) -> bool:
    """Whether the head is that of a MATLAB version 4 matrix: type, rows, columns, imaginary flag, name."""
    if len(head) < 20:
        return False
    for order in "<>":
        kind, rows, columns, imaginary, length = struct.unpack_from(f"{order}5I", head)
        digits = (kind // 1000, kind // 100 % 10, kind // 10 % 10, kind % 10)
        if (
            kind < 5000
            and digits[0] in (0, 1)
            and digits[1] == 0
            and digits[2] <= 5
            and digits[3] <= 2
            and imaginary in (0, 1)
            and 1 < length < 256
            and 0 < rows < 2**31
            and 0 < columns < 2**31
            and head[20 + length - 1 : 20 + length] == b"\0"
            and head[20 : 20 + length - 1].replace(b"_", b"a").isalnum()
        ):
            return True
    return False
