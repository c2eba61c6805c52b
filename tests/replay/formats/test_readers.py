"""Binary formats are read as their own libraries write them; a file that ends early is named so."""

import io
import json
import struct
import wave
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from replay.file_times import EARLIEST
from replay.formats.base import IncompleteError
from replay.formats.readers.json_rows import read_json
from replay.formats.readers.matlab import read_hdf5, read_mat
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


def audio(kind: str) -> bytes:
    soundfile = pytest.importorskip("soundfile")
    sink = io.BytesIO()
    soundfile.write(sink, SIGNAL, 1000, format=kind, subtype="PCM_24")
    return sink.getvalue()


def structures() -> bytes:
    sink = io.BytesIO()
    records = [{"Name": name, "Data": SIGNAL[:, column]} for column, name in enumerate(("DE", "FE"))]
    savemat(sink, {"Y": np.array(records, dtype=object), "info": {"text": "a"}})
    return sink.getvalue()


def compound() -> bytes:
    h5py = pytest.importorskip("h5py")
    table = np.zeros(ROWS, dtype=[("DE", "f4"), ("FE", "f4")])
    table["DE"], table["FE"] = SIGNAL.T
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        file["table"] = table
    return sink.getvalue()


def arrow_stream() -> bytes:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"DE": SIGNAL[:, 0], "FE": SIGNAL[:, 1]})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


PAIRS = [[float(a), float(b)] for a, b in SIGNAL]
DE, FE = SIGNAL.T.tolist()
JSON = {
    "json of lists": json.dumps({"fs": 1000, "data": {"DE": DE, "FE": FE}}),
    "json of rows": json.dumps(PAIRS, indent=1),
    "json of objects": json.dumps([{"t": n / 1000, "DE": a, "FE": b} for n, (a, b) in enumerate(PAIRS)]),
    "json of channels": json.dumps({"channels": [{"name": "DE", "data": DE}, {"name": "FE", "data": FE}]}),
    "an object a line": "".join(json.dumps({"de": a, "fe": b}) + "\n" for a, b in PAIRS),
    "a row a line": "".join(json.dumps(pair) + "\r\n" for pair in PAIRS),
}

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
    **{kind: partial(audio, kind) for kind in ("AIFF", "W64", "CAF", "AU")},
    "structures": structures,
    "compound": compound,
    "stream of Arrow": arrow_stream,
    **{name: text.encode for name, text in JSON.items()},
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


def test_ogg_and_companded_wav_are_read_to_their_quality() -> None:
    soundfile = pytest.importorskip("soundfile")
    time = np.arange(20 * ROWS) / 8000
    tone = np.column_stack([0.5 * np.sin(2 * np.pi * 440 * time), 0.3 * np.sin(2 * np.pi * 660 * time)])
    form = RecordingFormat("rig", 8000.0, columns=2, rows=len(tone), separator="auto")
    for kind, subtype in (("OGG", "VORBIS"), ("WAV", "ULAW")):
        sink = io.BytesIO()
        soundfile.write(sink, tone, 8000, format=kind, subtype=subtype)
        found = read_recording(sink.getvalue(), "a", form, EARLIEST).signal
        assert np.abs(found - tone).max() < 0.05
        with pytest.raises(IncompleteError):
            read_recording(sink.getvalue()[:-2000], "a", form, EARLIEST)


def test_a_file_of_many_recordings_is_refused_with_the_way_out() -> None:
    h5py = pytest.importorskip("h5py")
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        for number in range(12):
            file[f"r{number}"] = SIGNAL
    with pytest.raises(RecordingError, match=r"12 arrays of 200 x 2 .*a file of its own"):
        read_recording(sink.getvalue(), "a.h5", FORM, EARLIEST)
    sink = io.BytesIO()
    np.save(sink, np.stack([SIGNAL] * 5))
    with pytest.raises(RecordingError, match=r"5 x 200 x 2; write a file for each"):
        read_recording(sink.getvalue(), "a.npy", FORM, EARLIEST)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"gain": 3, "unit": "g"}', "without an array of numbers"),
        ('{"a": 1}\n{"a": \n{"a": 2}\n', "line 2"),
        ('[{"a": 1}, {"a" 2}, {"a": 3}, {"a": 3}]', "fault in line 1"),
        ("[[1, 2], [3], [4, 5]]", "do not fit together"),
        ("[" * 100_000, "JSON|levels|rows"),
        ("<?xml version='1.0'?>\n<a>1</a>\n", "it is XML"),
        ("<!DOCTYPE html>\n<table></table>\n", "web page"),
    ],
)
def test_other_json_and_markup_are_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        read_recording(text.encode(), "a.json", FORM, EARLIEST)


def cells(*values: object) -> np.ndarray:
    """Return a cell array of MATLAB."""
    array = np.empty(len(values), object)
    for index, value in enumerate(values):
        array[index] = value
    return array


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ({"c": cells(SIGNAL[:, 0], SIGNAL[:, 1])}, ("c{1}", "c{2}")),
        ({"c": cells(SIGNAL[:, 0], SIGNAL[:, 1], np.arange(5.0))}, ("c{1}", "c{2}")),
        (
            {"r": {"names": cells("DE", "FE"), "data": cells(SIGNAL[:, 0], SIGNAL[:, 1])}},
            ("r.data{1}", "r.data{2}"),
        ),
        ({"c": cells(cells(SIGNAL[:, 0]), cells(SIGNAL[:, 1]))}, ("c{1}", "c{2}")),
        ({"raw": SIGNAL.astype(object)}, ("raw[1]", "raw[2]")),
    ],
)
def test_cells_of_matlab_are_channels(content: dict[str, object], names: tuple[str, ...]) -> None:
    file = io.BytesIO()
    savemat(file, content)
    table = read_mat(file.getvalue(), "a.mat", FORM)
    assert table.names == names
    np.testing.assert_array_equal(table.values, SIGNAL)


def test_cells_of_matlab_73_are_channels() -> None:
    h5py = pytest.importorskip("h5py")
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        hidden = file.create_group("#refs#")
        hidden["a"], hidden["b"] = SIGNAL[:, 0], SIGNAL[:, 1]
        file["data"] = np.array([[hidden["a"].ref], [hidden["b"].ref]], h5py.ref_dtype)
    table = read_hdf5(sink.getvalue(), "a.mat", FORM)
    assert table.names == ("data{1}", "data{2}")
    np.testing.assert_array_equal(table.values, SIGNAL)


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("form", ["lists", "records", "lines"])
def test_numbers_of_json_may_be_texts(form: str, decimal: str) -> None:
    texts = [[f"{value:.6f}".replace(".", decimal) for value in row] for row in SIGNAL]
    records = [{"x": x, "y": y, "state": "OK"} for x, y in texts]
    content = {
        "lists": json.dumps({"x": [x for x, _ in texts], "y": [y for _, y in texts]}),
        "records": json.dumps(records),
        "lines": "\n".join(map(json.dumps, records)),
    }[form]
    table = read_json(content.encode(), "a.json", FORM)
    assert table.names == ("x", "y")
    np.testing.assert_allclose(table.values, SIGNAL, atol=1e-6)


@pytest.mark.parametrize("file", ["99.mat", "Time_Normal_2_099.mat", "run/normal 99.mat"])
def test_of_several_columns_of_a_pattern_that_of_the_number_of_the_file_is_meant(file: str) -> None:
    sink = io.BytesIO()
    other = np.zeros(ROWS + 50)
    savemat(sink, {"X098_DE_time": other, "X099_DE_time": SIGNAL[:, 0], "X099_FE_time": SIGNAL[:, 1]})
    form = replace(FORM, names=("X*_DE_time", "X*_FE_time"))
    np.testing.assert_array_equal(read_recording(sink.getvalue(), file, form, EARLIEST).signal, SIGNAL)
    with pytest.raises(RecordingError, match="no single column named"):
        read_recording(sink.getvalue(), "b.mat", form, EARLIEST)


@pytest.mark.parametrize("recorder", ["BW64", "streams"])
def test_wav_files_of_long_or_unclosed_recordings_are_read(recorder: str) -> None:
    whole = wav()
    if recorder == "streams":
        data = whole[:4] + bytes(4) + whole[8:40] + bytes(4) + whole[44:]
    else:
        sizes = struct.pack("<IQQQI", 28, len(whole) + 28, len(whole) - 44, ROWS, 0)
        data = b"BW64\xff\xff\xff\xffWAVEds64" + sizes + whole[12:40] + b"\xff\xff\xff\xff" + whole[44:]
    signal = read_recording(data, "a.wav", FORM, EARLIEST).signal
    np.testing.assert_array_equal(signal, read_recording(whole, "a.wav", FORM, EARLIEST).signal)
