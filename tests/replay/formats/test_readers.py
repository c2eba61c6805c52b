"""Binary formats are read as their own libraries write them; a file that ends early is named so."""

import io
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from replay.file_times import EARLIEST
from replay.formats.base import IncompleteError
from replay.formats.reading import read_recording
from replay.recording import RecordingError, RecordingFormat

ROWS = 200
SIGNAL = np.random.default_rng(5).uniform(-0.9, 0.9, size=(ROWS, 2)).astype(np.float32)
FORM = RecordingFormat("rig", 1000.0, columns=2, rows=ROWS, separator="auto")


def wav() -> bytes:
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(1000)
        file.writeframes((SIGNAL * 32768).round().astype("<i2").tobytes())
    return sink.getvalue()


def flac() -> bytes:
    soundfile = pytest.importorskip("soundfile")
    sink = io.BytesIO()
    soundfile.write(sink, SIGNAL, 1000, format="FLAC", subtype="PCM_24")
    return sink.getvalue()


def mat(version: str) -> bytes:
    sink = io.BytesIO()
    savemat(sink, {"DE": SIGNAL[:, 0], "FE": SIGNAL[:, 1]}, format=version, do_compression=version == "5")
    return sink.getvalue()


def hdf5() -> bytes:
    h5py = pytest.importorskip("h5py")
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        file["data"] = SIGNAL
    return sink.getvalue()


def arrow(kind: str) -> bytes:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    table = pa.table({"DE": SIGNAL[:, 0], "FE": SIGNAL[:, 1]})
    sink = io.BytesIO()
    if kind == "parquet":
        parquet.write_table(table, sink)
    else:
        feather.write_feather(table, sink)
    return sink.getvalue()


def tdms() -> bytes:
    nptdms = pytest.importorskip("nptdms")
    sink = io.BytesIO()
    with nptdms.TdmsWriter(sink) as file:
        file.write_segment(
            [nptdms.ChannelObject("g", name, SIGNAL[:, i]) for i, name in enumerate(("DE", "FE"))]
        )
    return sink.getvalue()


def npy() -> bytes:
    sink = io.BytesIO()
    np.save(sink, SIGNAL)
    return sink.getvalue()


def npz() -> bytes:
    sink = io.BytesIO()
    np.savez_compressed(sink, a=SIGNAL[:, 0], b=SIGNAL[:, 1])
    return sink.getvalue()


WRITERS: dict[str, Callable[[], bytes]] = {
    "wav": wav,
    "flac": flac,
    "mat4": lambda: mat("4"),
    "mat5": lambda: mat("5"),
    "hdf5": hdf5,
    "parquet": lambda: arrow("parquet"),
    "feather": lambda: arrow("feather"),
    "tdms": tdms,
    "npy": npy,
    "npz": npz,
}


@pytest.mark.parametrize("kind", WRITERS)
def test_file_of_its_own_library_is_read(kind: str) -> None:
    found = read_recording(WRITERS[kind](), "a.bin", FORM, EARLIEST).signal
    np.testing.assert_allclose(found, SIGNAL, atol=2e-5)


@pytest.mark.parametrize("kind", WRITERS)
def test_file_that_is_cut_anywhere_is_refused_in_a_sentence(kind: str) -> None:
    data = WRITERS[kind]()
    for share in range(1, 20):
        with pytest.raises(RecordingError):
            read_recording(data[: len(data) * share // 20], "a.bin", FORM, EARLIEST)


def test_objects_of_python_are_never_loaded() -> None:
    sink = io.BytesIO()
    np.save(sink, np.array([Path()], dtype=object), allow_pickle=True)
    with pytest.raises(RecordingError, match="never loaded"):
        read_recording(sink.getvalue(), "a.npy", FORM, EARLIEST)


def test_raw_numbers_are_read_by_their_stated_type() -> None:
    form = RecordingFormat("rig", 1000.0, 2, ROWS, format="raw", number_type=">float32")
    data = SIGNAL.astype(">f4").tobytes()
    np.testing.assert_array_equal(read_recording(data, "a.bin", form, EARLIEST).signal, SIGNAL)
    with pytest.raises(IncompleteError):
        read_recording(data[:-3], "a.bin", form, EARLIEST)
