"""Reads a recording of any format to a snapshot: its kind by content, its reader by its kind."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from replay.file_times import time_of
from replay.formats.base import Reader, Table, chosen, fitted
from replay.formats.facts import speeds_of_table, speeds_of_text
from replay.formats.packed import unpacked
from replay.formats.sniff import ARCHIVES, FORMATS, HEAD_BYTES, Kind, encoding_of
from replay.formats.text import read_text
from replay.formats.text_blocks import stacked_as_table
from replay.ims import parse_plain
from replay.parts import cuts_of, split_part
from replay.recording import ANY_SEPARATORS, RecordingError, RecordingFormat, Snapshot

_READERS = {
    Kind.WAV: ("audio", "read_wav"),
    Kind.FLAC: ("audio", "read_flac"),
    Kind.AIFF: ("audio", "read_aiff"),
    Kind.W64: ("audio", "read_w64"),
    Kind.CAF: ("audio", "read_caf"),
    Kind.AU: ("audio", "read_au"),
    Kind.OGG: ("audio", "read_ogg"),
    Kind.JSON: ("json_rows", "read_json"),
    Kind.MAT4: ("matlab", "read_mat"),
    Kind.MAT5: ("matlab", "read_mat"),
    Kind.HDF5: ("matlab", "read_hdf5"),
    Kind.PARQUET: ("arrow", "read_parquet"),
    Kind.FEATHER: ("arrow", "read_feather"),
    Kind.TDMS: ("tdms", "read_tdms"),
    Kind.UFF: ("uff", "read_uff"),
    Kind.NPY: ("arrays", "read_npy"),
    Kind.NPZ: ("arrays", "read_npz"),
    Kind.RAW: ("arrays", "read_raw"),
}

_UNPACK = {
    Kind.ZIP: "unzip",
    Kind.TAR: "tar -xf",
    Kind.SEVEN_ZIP: "7z x",
    Kind.RAR: "7z x",
    Kind.LZ4: "lz4 -d",
}
_NATURES = (
    (b"SQLite format 3\0", "an SQLite database, which is not read; write its table as CSV"),
    (b"MDF ", "an MDF (ASAM) file, which is not read; export it as CSV, MATLAB or HDF5"),
    (b"ID3", "an MP3 sound, which loses vibration; record as WAV or FLAC"),
    (b"\xff\xfb", "an MP3 sound, which loses vibration; record as WAV or FLAC"),
    (b"\x80\x04\x95", "Python objects (pickle), which are never loaded; save numbers as .npy or CSV"),
    (b"\x80\x05\x95", "Python objects (pickle), which are never loaded; save numbers as .npy or CSV"),
    (b"DWDF", "a Dewesoft file, which is not read; export it as CSV, MATLAB or WAV"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program of Windows"),
)
_PACKED_NAMES = (".gz", ".bz2", ".xz", ".zst")
# Separators of plain numbers, in the order in which the first line is searched for them.
_PLAIN = (b"\t", b";", b",", b"|", b" ")


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """All rows of a file.

    Attributes:
        signal: float32 (rows of the file, channels).
        speeds: of the shaft [Hz], (rows of the file,) or (1,) for one speed; empty where it tells none.
    """

    signal: NDArray[np.float32]
    speeds: NDArray[np.float64]


NO_SPEED = np.zeros(0)

POINTS = 1024
"""Points of a course of the speed at most: a shaft turns through less than that in most recordings."""

KNOWN_SHARE = 0.5
"""Least share of rows whose speed is known, for a course."""


def read_recording(data: bytes, name: str, form: RecordingFormat, time: datetime | None = None) -> Snapshot:
    """Read the bytes of one recording.

    Args:
        data: the whole file.
        name: its name, which holds its time where `time` is None; with the number of a part (`parts`).
        form: the expected format.
        time: of the recording, UTC.

    Raises:
        ColumnCountError: it has another number of columns than expected.
        IncompleteError: it ends early.
        RecordingError: it cannot be read; the diagnosis comes first, then the setting to change.
    """
    when = time or time_of(name, form)
    signal = plain_signal(data, form)
    if signal is not None:
        return Snapshot(form.machine, name, when, form.sample_rate, signal)
    return snapshot_of(read_whole(data, name, form, when), name, form, when)


def snapshot_of(whole: Whole, name: str, form: RecordingFormat, time: datetime) -> Snapshot:
    """Return the snapshot of a file, or the part of it that the name tells.

    Args:
        whole: all rows of the file.
        name: of the file, with the number of a part (`parts`) where it is cut.
        form: the expected format.
        time: of the recording, UTC.

    Raises:
        RecordingError: it has too few or too many rows.
    """
    file, number = split_part(name) if form.cut else (name, 0)
    signal, speeds = whole.signal, whole.speeds
    if number:
        cuts = cuts_of(len(signal), form)
        first = cuts.first_row(number)
        if number > cuts.count:
            raise RecordingError(name, f"{file} has {cuts.count} snapshots")
        # A copy: a view would keep the whole file in memory.
        signal = signal[first : first + form.rows].copy(order="F")
        speeds = speeds[first : first + form.rows] if len(speeds) > 1 else speeds
    else:
        signal = fitted(signal, name, form)
    known = speeds[np.isfinite(speeds)]
    speed = float(known.mean()) if len(known) else None
    return Snapshot(form.machine, name, time, form.sample_rate, signal, speed, course=course_of(speeds))


def course_of(speeds: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """Return the course of a speed over a recording, in at most `POINTS` means; None for a single speed.

    Args:
        speeds: (rows,) [Hz], NaN where not known.
    """
    known = np.isfinite(speeds) & (speeds > 0)
    if known.sum() < 2 or known.mean() < KNOWN_SHARE:
        return None
    rows = np.arange(len(speeds))
    filled = np.interp(rows, rows[known], speeds[known])
    if len(filled) <= POINTS:
        return filled.astype(np.float32)
    # Means of equal parts lie in their middles, and the course begins and ends at the ends of the rows.
    edges = np.linspace(0, len(filled), POINTS + 1).astype(np.intp)
    means = np.add.reduceat(filled, edges[:-1]) / np.diff(edges)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    at = np.linspace(0, len(filled) - 1, POINTS)
    return np.interp(at, middles, means).astype(np.float32)


def read_whole(data: bytes, name: str, form: RecordingFormat, time: datetime) -> Whole:
    """Read all rows of a file.

    Args:
        data: the whole file.
        name: of the file, for errors.
        form: the expected format.
        time: of the recording, UTC.

    Raises:
        RecordingError: as for `read_recording`.
    """
    content, kind = content_of(data, name, form)
    if kind is Kind.TEXT:
        content = stacked_as_table(content, name) if form.stacked else content
        signal, layout = read_text(content, name, form, time)
        return Whole(signal, speeds_of_text(content, layout, form))
    table = read_table(content, kind, name, form)
    return Whole(chosen(table, name, form), speeds_of_table(table, form))


def content_of(data: bytes, name: str, form: RecordingFormat) -> tuple[bytes, Kind]:
    """Return the content of a file, unpacked, and its kind as it is read.

    Raises:
        RecordingError: it is damaged, or of a kind that is not read, or not of the kind that is set.
    """
    if form.format == "raw" and not name.lower().endswith(_PACKED_NAMES):
        # Raw numbers may begin with any bytes.
        return data, Kind.RAW
    content, kind = unpacked(data, name, form.largest_file)
    if form.format == "raw":
        return content, Kind.RAW
    if kind is Kind.EMPTY:
        raise RecordingError(name, "the file is empty")
    wanted = FORMATS.get(form.format)
    if wanted and kind not in wanted:
        raise RecordingError(
            name,
            f'it is {kind.words}, and recording.format is "{form.format}"; set recording.format = "auto"',
        )
    return content, kind


def read_table(
    content: bytes, kind: Kind, name: str, form: RecordingFormat, *, any_rate: bool = False
) -> Table:
    """Read a binary file; its sample rate must be the machine's, unless any may be.

    Args:
        content: of the file, unpacked.
        kind: as it is read.
        name: of the file, for errors.
        form: the expected format.
        any_rate: whether any sample rate is taken.

    Raises:
        RecordingError: it cannot be read, or its sample rate is not the machine's.
    """
    if kind not in _READERS:
        raise RecordingError(name, _unread(content, kind))
    # Imported here: most recordings are text, and the libraries take time and memory.
    module, function = _READERS[kind]
    reader: Reader = getattr(import_module(f"replay.formats.readers.{module}"), function)
    table = reader(content, name, form)
    rate = table.sample_rate
    if rate is not None and not any_rate and abs(rate - form.sample_rate) > 0.001 * form.sample_rate:
        raise RecordingError(
            name,
            f"it was sampled at {rate:g} Hz; set machine.sample_rate = {rate:g} (now {form.sample_rate:g})",
        )
    return table


def _unread(content: bytes, kind: Kind) -> str:
    """Return why a kind of file is not read, and what to do."""
    if kind is Kind.EXCEL:
        return "it is an Excel workbook, which is not read; save its sheet as CSV and name the folder"
    if kind in ARCHIVES:
        return f"it is {kind.words}; unpack it first ({_UNPACK[kind]}), and name the folder of the recordings"
    if kind is Kind.UNKNOWN:
        if nature := nature_of_bytes(content):
            return f"it is {nature}"
        zeros = content.count(0) == len(content)
        nature = "zeros only" if zeros else "binary data of an unknown kind"
        hint = "" if zeros else '; where it is plain numbers, set recording.format = "raw" and number_type'
        return f"it holds {nature}{hint}"
    return f"it is {kind.words}, which is not a recording"


def nature_of_bytes(content: bytes) -> str:
    """Return what a binary file of no known format of recordings is, and what to do; empty where unknown."""
    known = next((words for magic, words in _NATURES if content.startswith(magic)), "")
    if known:
        return known
    text = content.rstrip(b"\0")
    if 0 < len(text) < len(content) and encoding_of(text[:HEAD_BYTES]) is not None:
        zeros = len(content) - len(text)
        return f"a text that ends with {zeros} zero bytes: it is cut off, or space was reserved"
    return ""


def plain_signal(data: bytes, form: RecordingFormat) -> NDArray[np.float32] | None:
    """Parse plain numbers at full speed; None for anything else."""
    if form.speed_column or form.speed_words:
        return None
    if form.names or form.skip or form.cut or form.stacked or form.header == "yes" or form.decimal == ",":
        return None
    if form.format not in ("auto", "text") or form.separator == "whitespace":
        return None
    if form.separator not in ANY_SEPARATORS:
        return parse_plain(data, form, form.separator)
    first = data[: data.find(b"\n")]
    if b"," in first and (form.columns == 1 or any(one in first for one in b"\t; ")):
        # Decimal commas, or a row of several cells.
        return None
    separator = next((one for one in _PLAIN if one in first), b"\t")
    return parse_plain(data, form, separator.decode())
