"""A missing library is one sentence with the line that installs it; no library is loaded unasked."""

import builtins
import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from replay.formats.base import EXTRA, IncompleteError, MissingExtraError
from replay.formats.reading import read_recording
from replay.inspection.contents import look
from replay.recording import RecordingError, RecordingFormat
from tests.replay.formats.layouts import at, rows_of, signals

ROOT = Path(__file__).parents[3]
LIBRARIES = ("soundfile", "h5py", "pyarrow", "nptdms", "pyuff", "zstandard")
FORM = RecordingFormat("rig", 1000.0, columns=2, rows=200, separator="auto", time="modified")
SIGNAL = np.random.default_rng(5).uniform(-0.9, 0.9, size=(200, 2)).astype(np.float32)

HEADS = {
    "soundfile": b"fLaC" + bytes(100),
    "h5py": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "pyarrow": b"PAR1" + bytes(100),
    "nptdms": b"TDSm" + bytes(100),
    "pyuff": b"    -1\n    58\n" + bytes(10) + b"\n    -1\n",
    "zstandard": b"\x28\xb5\x2f\xfd" + bytes(100),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_missing_library_is_named_with_the_line_that_installs_it(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> object:
        if name.split(".")[0] == library:
            raise ImportError(name)
        return real(name, globals_, locals_, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError) as caught:
        read_recording(HEADS[library], "a.bin", FORM, at(0))
    assert caught.value.reason.endswith(EXTRA)
    assert "\n" not in caught.value.reason


def test_text_and_wav_load_no_library_of_the_extra(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(rows_of(signals(1, rows=200)[0]))
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from replay.formats.reading import read_recording; from replay.recording import RecordingFormat\n"
        "import replay.run, replay.inspection.survey\n"
        "form = RecordingFormat('rig', 1000.0, columns=2, rows=200, separator='auto')\n"
        f"data = Path({str(tmp_path / 'a.csv')!r}).read_bytes()\n"
        "read_recording(data, 'a.csv', form, datetime.now(UTC))\n"
        f"print(sorted(set({LIBRARIES!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def uff(folder: Path) -> bytes:
    """Return a Universal File that pyuff wrote: a time response a channel."""
    pyuff = pytest.importorskip("pyuff")
    path = folder / "a.uff"
    file = pyuff.UFF(str(path))
    for channel in range(2):
        file.write_sets(
            pyuff.prepare_58(
                binary=0,
                func_type=1,
                rsp_node=channel + 1,
                rsp_dir=1,
                ref_dir=1,
                ref_node=1,
                data=SIGNAL[:, channel].astype(np.float64),
                x=np.arange(len(SIGNAL)) / 1000.0,
                id1=f"channel {channel + 1}",
                rsp_ent_name="a",
                ref_ent_name="a",
                abscissa_spacing=1,
                abscissa_spec_data_type=17,
                ordinate_spec_data_type=12,
                orddenom_spec_data_type=0,
            ),
            "add",
        )
    return path.read_bytes()


def test_universal_file_is_read_and_waits_until_it_is_whole(tmp_path: Path) -> None:
    data = uff(tmp_path)
    snapshot = read_recording(data, "a.uff", FORM, at(0))
    np.testing.assert_allclose(snapshot.signal, SIGNAL, rtol=1e-4, atol=1e-4)
    with pytest.raises(IncompleteError):
        read_recording(data[: len(data) * 3 // 4], "a.uff", FORM, at(0))
    with pytest.raises(RecordingError):
        read_recording(b"    -1\n    58\n    -1\n", "a.uff", FORM, at(0))


def test_matlab_7_3_is_read_behind_its_text_header() -> None:
    h5py = pytest.importorskip("h5py")
    sink = io.BytesIO()
    with h5py.File(sink, "w", userblock_size=512) as file:
        # MATLAB writes matrices transposed.
        file["DE"] = SIGNAL[:, :1].T
        file["FE"] = SIGNAL[:, 1:].T
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    data = header + sink.getvalue()[len(header) :]
    np.testing.assert_array_equal(read_recording(data, "a.mat", FORM, at(0)).signal, SIGNAL)
    with pytest.raises(IncompleteError):
        read_recording(data[: len(data) // 2], "a.mat", FORM, at(0))


def test_universal_file_with_binary_and_plain_sets_is_read(tmp_path: Path) -> None:
    pyuff = pytest.importorskip("pyuff")
    file = pyuff.UFF(str(tmp_path / "both.uff"))
    signal = np.random.default_rng(4).normal(size=(600, 2))
    for column in range(2):
        file.write_sets(
            {
                **{"type": 58, "func_type": 1, "rsp_node": column, "rsp_dir": 1, "ref_node": 0, "ref_dir": 0},
                **{
                    "data": signal[:, column],
                    "x": np.arange(600) / 500,
                    "id1": f"C{column}",
                    "binary": column,
                },
                **{"abscissa_spacing": 1, "abscissa_inc": 1 / 500, "abscissa_min": 0.0},
                **{"rsp_ent_name": "a", "ref_ent_name": "b", "ordinate_spec_data_type": 12},
                **{"orddenom_spec_data_type": 0},
            },
            "add",
        )
    data = (tmp_path / "both.uff").read_bytes()
    form = replace(FORM, sample_rate=500.0, rows=600)
    np.testing.assert_allclose(read_recording(data, "a.uff", form, at(0)).signal, signal, rtol=1e-4)
    with pytest.raises(IncompleteError):
        read_recording(data[:-20], "a.uff", form, at(0))


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_column_of_times_gives_the_rate_and_the_time_of_the_file(kind: str, tmp_path: Path) -> None:
    import pandas as pd

    pytest.importorskip("pyarrow")
    start = pd.Timestamp("2024-03-01T08:00:00")
    frame = pd.DataFrame({"t": pd.date_range(start, periods=500, freq="39062ns"), "a": np.arange(500) % 7.0})
    path = tmp_path / f"one.{kind}"
    (frame.to_parquet if kind == "parquet" else frame.to_feather)(path)
    found = look(path, path.name)
    assert found.sample_rate == 25600.0
    assert found.time == datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert type(found.time) is datetime
    assert found.names == ("a",)


def test_attributes_of_a_data_set_tell_its_rate(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "one.h5", "w") as file:
        data = file.create_dataset("channels/DE", data=np.arange(50, dtype="i2") % 7)
        data.attrs["sample_rate"], data.attrs["unit"] = 12800.0, "g"
    assert look(tmp_path / "one.h5", "one.h5").sample_rate == 12800.0
