"""Named arrays of a file as the columns of a table; NumPy files and raw numbers."""

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import IncompleteError, Table, cut_off
from replay.formats.text_cells import column_named
from replay.recording import RecordingError, RecordingFormat

_RATES = frozenset(
    {"fs", "sr", "fe", "fsamp", "samplerate", "samplingrate", "samplingfrequency", "samplefrequency"}
)
# Dimensions of an array of several recordings.
_CUBE = 3
# Arrays of one shape in a file from which on each is taken for a recording.
_MANY = 8
_FAULTS = (
    ValueError,
    EOFError,
    OSError,
    KeyError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
    OverflowError,
)


def table_of(arrays: Mapping[str, object], name: str, form: RecordingFormat, what: str) -> Table:
    """Return the vectors and matrices of a file as columns.

    Of arrays of several lengths those count that are named in the settings, else the longest. A single number
    is a property: its name and value stand among the texts, and a sample rate is known by its usual names.

    Args:
        arrays: by their names.
        name: of the file.
        form: the expected format.
        what: the kind of the file in words.

    Raises:
        RecordingError: it holds no array of numbers.
    """
    columns: list[tuple[str, NDArray[np.generic]]] = []
    texts: list[str] = []
    matrices: list[tuple[int, ...]] = []
    rate: float | None = None
    for key, value in arrays.items():
        array = np.asarray(value)
        if array.dtype.kind not in "iufb" or array.ndim > 4:
            if array.dtype.kind in "US" and array.size == 1:
                texts.append(f"{key}: {array.item()}")
            continue
        array = np.squeeze(array)
        if array.size == 1:
            number = float(array)
            texts.append(f"{key}: {number:g}")
            if key.rsplit(".", 1)[-1].lower().replace("_", "").replace(" ", "") in _RATES and number > 0:
                rate = number
        elif array.ndim == 1:
            columns.append((key, array))
        elif array.ndim == 2:
            matrix = array if array.shape[0] >= array.shape[1] else array.T
            several = [(f"{key}[{index + 1}]", matrix[:, index]) for index in range(matrix.shape[1])]
            columns += several
            matrices.append(matrix.shape)
    if not columns:
        shapes = [np.asarray(one).shape for one in arrays.values()]
        cube = next((shape for shape in shapes if len(shape) == _CUBE), None)
        size = f" but one of {' x '.join(map(str, cube))}; write a file for each recording" if cube else ""
        raise RecordingError(name, f"it is {what} without an array of numbers{size}")
    shape, count = Counter(matrices).most_common(1)[0] if matrices else ((0, 0), 0)
    if count >= _MANY and not form.names:
        raise RecordingError(
            name,
            f"it is {what} with {count} arrays of {shape[0]} x {shape[1]} numbers, each a recording;"
            " write each into a file of its own",
        )
    kept = _of_one_length(columns, form, name)
    return Table(
        np.column_stack([column for _, column in kept]),
        names=tuple(key for key, _ in kept),
        sample_rate=rate,
        texts=tuple(texts),
    )


def records_of(value: object) -> list[tuple[str, Mapping[str, object]]]:
    """Return the structures of an array of them, each by its field "name" or its number; empty for others."""
    items = list(value) if isinstance(value, list | np.ndarray) and np.ndim(value) == 1 else []
    if not items or not all(isinstance(item, Mapping) for item in items):
        return []
    named = [next((one[key] for key in one if key.lower() == "name"), "") for one in items]
    are_names = all(isinstance(one, str) and one for one in named) and len(set(named)) == len(named)
    return [(named[index] if are_names else str(index + 1), item) for index, item in enumerate(items)]


def _of_one_length(
    columns: list[tuple[str, NDArray[np.generic]]], form: RecordingFormat, file: str
) -> list[tuple[str, NDArray[np.generic]]]:
    length = max(len(column) for _, column in columns)
    if form.names:
        found = column_named(form.names[0], [key for key, _ in columns], file=file)
        if found is not None:
            length = len(columns[found - 1][1])
    return [one for one in columns if len(one[1]) == length]


def read_npy(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a NumPy array: (rows, channels), (channels, rows), or a structure with a field a channel.

    Raises:
        IncompleteError: it ends early.
        RecordingError: it holds objects, which are never loaded.
    """
    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except _FAULTS as error:
        raise _fault(name, "a NumPy array", error) from None
    if array.dtype.names:
        return table_of({key: array[key] for key in array.dtype.names}, name, form, "a NumPy array")
    table = table_of({"": array}, name, form, "a NumPy array")
    return Table(table.values)


def read_npz(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a NumPy archive, whose arrays are channels.

    Raises:
        IncompleteError: it ends early.
        RecordingError: it holds objects, which are never loaded.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            size = sum(member.file_size for member in bundle.infolist())
        if size > form.largest_file:
            raise RecordingError(name, f"it unpacks to {size} bytes, too large for a recording")
        with np.load(io.BytesIO(data), allow_pickle=False) as bundle_of_arrays:
            arrays = {key: bundle_of_arrays[key] for key in bundle_of_arrays.files}
    except RecordingError:
        raise
    except (*_FAULTS, NotImplementedError) as error:
        raise _fault(name, "a NumPy archive", error) from None
    return table_of(arrays, name, form, "a NumPy archive")


def read_raw(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read raw numbers, row after row, behind `skip` bytes.

    Raises:
        IncompleteError: it ends within a row.
    """
    body = data[form.skip :]
    kind = form.number_type.lstrip("<>")
    order = ">" if form.number_type.startswith(">") else "<"
    width = 3 if kind == "int24" else np.dtype(kind).itemsize
    row = width * form.columns
    if not body or len(body) % row:
        raise IncompleteError(
            name,
            f"its {len(body)} bytes are not whole rows of {form.columns} numbers of {width} bytes"
            " (recording.number_type, columns, skip)",
        )
    if kind == "int24":
        values: NDArray[np.generic] = _int24(body, order)
    else:
        values = np.frombuffer(body, np.dtype(f"{order}{np.dtype(kind).str[1:]}"))
    return Table(values.reshape(-1, form.columns))


def _int24(body: bytes, order: str) -> NDArray[np.int32]:
    three = np.frombuffer(body, np.uint8).reshape(-1, 3)
    if order == ">":
        three = three[:, ::-1]
    four = np.zeros((len(three), 4), np.uint8)
    four[:, 1:] = three
    return four.view("<i4")[:, 0] >> 8


def _fault(name: str, what: str, error: Exception) -> RecordingError:
    words = str(error)
    if "pickle" in words.lower() or "Object arrays" in words:
        return RecordingError(name, f"it is {what} of Python objects, which are never loaded; save numbers")
    return cut_off(name, what, error)
