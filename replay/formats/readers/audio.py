"""Reads WAV files with scipy, and other audio files with soundfile. Full scale is 1.0."""

import io
import struct
import warnings

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import IncompleteError, MissingExtraError, Table, cut_off, first_words
from replay.formats.sniff import Kind
from replay.recording import RecordingError, RecordingFormat

# A recorder that streams writes one of these sizes until it closes the file.
_OPEN_SIZES = (0, 0xFFFFFFFF)


def read_wav(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a WAV file (also RIFX, RF64, BW64): integers of 8 to 32 bits, or floats.

    Raises:
        IncompleteError: it has fewer samples than its header says.
        RecordingError: it is damaged, or packed in a way that is not read.
    """
    from scipy.io import wavfile

    claimed, there = _claims(data)
    if claimed is not None and claimed not in _OPEN_SIZES and there < claimed:
        raise IncompleteError(
            name, f"it is a WAV file and ends early: it holds {there} of {claimed} bytes of samples"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rate, samples = wavfile.read(io.BytesIO(_closed(data, claimed, there)))
    except (ValueError, struct.error, EOFError, TypeError, UnboundLocalError, MemoryError) as error:
        if there and "Unknown wave file format" in str(error):
            return _by_soundfile(data, name, Kind.WAV)
        raise _fault(name, there, error) from None
    values = samples if samples.ndim == 2 else samples[:, np.newaxis]
    return Table(_scaled(values), sample_rate=float(rate))


def _closed(data: bytes, claimed: int | None, there: int) -> bytes:
    """Return a file as its recorder would have closed it, and by the name that scipy knows."""
    if data[:4] == b"BW64":
        # The successor of RF64 is read in the same way.
        data = b"RF64" + data[4:]
    if claimed == 0 and there:
        start = len(data) - there
        order = ">" if data[:4] == b"RIFX" else "<"
        sizes = struct.pack(f"{order}I", len(data) - 8), struct.pack(f"{order}I", there)
        data = data[:4] + sizes[0] + data[8 : start - 4] + sizes[1] + data[start:]
    return data


def read_flac(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a FLAC file.

    Raises:
        IncompleteError: it has fewer samples than its header says.
        MissingExtraError: soundfile is not installed.
        RecordingError: it is damaged.
    """
    return _by_soundfile(data, name, Kind.FLAC)


def read_aiff(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read an AIFF file.

    Raises:
        RecordingError: as for `read_flac`.
    """
    return _whole(data, name, Kind.AIFF, _number(data, 4, ">I") + 8)


def read_w64(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a W64 file.

    Raises:
        RecordingError: as for `read_flac`.
    """
    return _whole(data, name, Kind.W64, _number(data, 16, "<Q"))


def read_au(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read an AU file; a recorder that streams states no size.

    Raises:
        RecordingError: as for `read_flac`.
    """
    size = _number(data, 8, ">I")
    return _whole(data, name, Kind.AU, 0 if size in _OPEN_SIZES else _number(data, 4, ">I") + size)


def read_caf(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a CAF file.

    Raises:
        RecordingError: as for `read_flac`.
    """
    position = 8
    while position + 12 <= len(data) and data[position : position + 4] != b"data":
        position += 12 + _number(data, position + 4, ">Q")
    size = _number(data, position + 4, ">Q")
    # All bits set: the recorder streams.
    return _whole(data, name, Kind.CAF, 0 if size == 2**64 - 1 else position + 12 + size)


def read_ogg(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read an Ogg file, whose last page is marked as such.

    Raises:
        RecordingError: as for `read_flac`.
    """
    last = data.rfind(b"OggS\0")
    flags = data[last + 5 : last + 6]
    is_last = bool(flags) and bool(flags[0] & 4)
    return _whole(data, name, Kind.OGG, 0 if is_last else len(data) + 1)


def _whole(data: bytes, name: str, kind: Kind, size: int) -> Table:
    """Read a file that has as many bytes as its header says."""
    if len(data) < size:
        raise IncompleteError(name, f"it is {kind.words} and ends early")
    return _by_soundfile(data, name, kind)


def _number(data: bytes, position: int, form: str) -> int:
    """Return a whole number in a header; 0 behind the end of the file, where no samples are either."""
    if position + struct.calcsize(form) > len(data):
        return 0
    return int(struct.unpack_from(form, data, position)[0])


def _by_soundfile(data: bytes, name: str, kind: Kind) -> Table:
    try:
        import soundfile
    except (ImportError, OSError):
        raise MissingExtraError(name, kind) from None
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            claimed, rate = file.frames, file.samplerate
            values = file.read(dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError, MemoryError) as error:
        raise cut_off(name, kind.words, error) from None
    if len(values) < claimed:
        raise IncompleteError(
            name, f"it is {kind.words} and ends early: it holds {len(values)} of {claimed} samples"
        )
    return Table(values, sample_rate=float(rate))


def _claims(data: bytes) -> tuple[int | None, int]:
    """Return the bytes of samples by the header (None without one), and in the file."""
    order = ">" if data[:4] == b"RIFX" else "<"
    position, long_size = 12, None
    while position + 8 <= len(data):
        tag, size = data[position : position + 4], struct.unpack_from(f"{order}I", data, position + 4)[0]
        start = position + 8
        if tag == b"ds64" and start + 16 <= len(data):
            long_size = struct.unpack_from("<Q", data, start + 8)[0]
        elif tag == b"data":
            claimed = long_size if long_size is not None and size == 0xFFFFFFFF else size
            return claimed, len(data) - start
        position = start + size + size % 2
    return None, 0


def _scaled(values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return samples with a full scale of 1.0, by the type that scipy gives them."""
    numbers = np.asarray(values, np.float64)
    if values.dtype.kind == "f":
        return numbers
    if values.dtype == np.uint8:
        return (numbers - 128) / 128
    # Odd sizes, such as 24 bits, fill the upper bytes.
    return numbers / 2.0 ** (8 * values.dtype.itemsize - 1)


def _fault(name: str, there: int, error: Exception) -> RecordingError:
    if there == 0:
        return IncompleteError(
            name, "it is a WAV file without samples: it is cut off, or its recording began now"
        )
    return RecordingError(name, f"it is a WAV file that cannot be read: {first_words(error)}")
