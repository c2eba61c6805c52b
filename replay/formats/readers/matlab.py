"""Reads MATLAB files of version 4 to 7 with scipy, and HDF5 files (MATLAB 7.3 writes them) with h5py."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import MissingExtraError, Table, cut_off
from replay.formats.readers.arrays import records_of, table_of
from replay.formats.sniff import Kind
from replay.recording import RecordingError, RecordingFormat

_DEEPEST = 8


def read_mat(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read a MATLAB file of version 4 to 7; fields of a structure are named `structure.field`.

    Raises:
        IncompleteError: it ends early or is damaged.
        RecordingError: it holds no numbers.
    """
    from scipy.io import loadmat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = loadmat(io.BytesIO(data), simplify_cells=True)  # type: ignore[arg-type]  # it takes files
    # The library raises whatever its parts raise on bytes that are not as expected.
    except (
        *(ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, EOFError, OverflowError),
        *(NotImplementedError, UnboundLocalError, MemoryError, zlib.error, struct.error, RecursionError),
    ) as error:
        raise cut_off(name, "a MATLAB file", error) from None
    arrays = dict(_flat(content, "", _DEEPEST))
    return table_of(arrays, name, form, "a MATLAB file")


def _flat(content: Mapping[str, object], prefix: str, left: int) -> Iterator[tuple[str, object]]:
    for key, value in content.items():
        if key.startswith("__"):
            continue
        if isinstance(value, Mapping):
            if left:
                yield from _flat(value, f"{prefix}{key}.", left - 1)
        elif (records := records_of(value)) and left:
            for named, record in records:
                yield from _flat(record, f"{prefix}{key}.{named}.", left - 1)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "O" and left:
            yield from _flat(_cells(key, value), prefix, left - 1)
        else:
            yield f"{prefix}{key}", value


def _cells(key: str, value: NDArray[np.object_]) -> dict[str, object]:
    """Return the cells of a cell array by the names that MATLAB gives them; one array of cells of numbers."""
    cells = value.ravel(order="F")
    if all(isinstance(cell, int | float) for cell in cells):
        return {key: value.astype(np.float64)}
    return {f"{key}{{{number}}}": cell for number, cell in enumerate(cells, 1)}


def read_hdf5(data: bytes, name: str, form: RecordingFormat) -> Table:
    """Read an HDF5 file, whose data sets are channels; links to other files are not followed.

    Raises:
        IncompleteError: it ends early or is damaged.
        MissingExtraError: h5py is not installed.
        RecordingError: it holds no numbers.
    """
    try:
        import h5py
    except ImportError:
        raise MissingExtraError(name, Kind.HDF5) from None
    arrays: dict[str, object] = {}

    def take(path: str, item: object) -> None:
        if not isinstance(item, h5py.Dataset) or path.startswith("#"):
            return
        if item.dtype == h5py.ref_dtype:
            # The cells of MATLAB 7.3, and the fields of its arrays of structures.
            for number, reference in enumerate(item[()].ravel(), 1):
                if reference:
                    take(f"{path}{{{number}}}", item.file[reference])
            return
        # Such data stand in other files, which the file merely names.
        if item.external or item.is_virtual or (item.dtype.kind not in "iufb" and not item.dtype.names):
            return
        if item.size * item.dtype.itemsize > form.largest_file:
            raise RecordingError(name, f"its data set {path} is too large for a recording")
        own = path.replace("/", ".")
        content = item[()]
        if item.dtype.names:
            arrays.update((f"{own}.{field}", content[field]) for field in item.dtype.names)
        else:
            arrays[own] = content
        arrays.update((f"{own}.{key}", value) for key, value in item.attrs.items() if np.size(value) == 1)

    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            for key, value in file.attrs.items():
                if np.size(value) == 1:
                    arrays[str(key)] = np.asarray(value)
            file.visititems(take)
    except RecordingError:
        raise
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise cut_off(name, "an HDF5 file", error) from None
    return table_of(arrays, name, form, "an HDF5 file")
