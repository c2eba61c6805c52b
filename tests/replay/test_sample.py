"""The bundled recording: its contents equal the published ones."""

import bz2
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from replay.recording import RecordingFormat
from replay.run import Run, open_run
from replay.sample import sample_path
from replay.sample.make_sample import LARGEST_ARCHIVE, main

FIRST_FAULTY = "2004.02.16.03.42.39"


@pytest.fixture(scope="module")
def sample() -> Run:
    return open_run(sample_path(), RecordingFormat("IMS rig", 20480.0, 4, 20480))


def test_archive_is_small_enough_to_travel_with_the_project() -> None:
    assert sample_path().stat().st_size <= LARGEST_ARCHIVE


def test_sample_holds_every_7th_snapshot_from_the_first_days_to_the_stopped_machine(sample: Run) -> None:
    assert len(sample) == 141
    assert sample.rejected == ()
    assert sample.entries[0].name == "2004.02.12.11.02.39"
    assert {
        (later.time - earlier.time).total_seconds()
        for earlier, later in zip(sample.entries, sample.entries[1:], strict=False)
    } == {7 * 600.0}


def outer_race_line(signal: np.ndarray) -> float:
    """Return how far the outer race line (236 Hz) stands over the median around it, from 3 to 6 kHz.

    `signal` is (rows,) at 20.48 kHz and one second long, so that a bin of its spectrum is 1 Hz.
    """
    spectrum = np.fft.fft(signal)
    spectrum[:3000] = spectrum[6000:] = 0.0
    envelope = np.abs(np.fft.ifft(spectrum))
    lines = np.abs(np.fft.rfft(envelope - envelope.mean()))
    return float(lines[235:238].max() / np.median(lines[180:300]))


def test_first_faulty_snapshot_is_index_535_of_the_full_set(sample: Run) -> None:
    index = (535 - 3) // 7
    assert sample.entries[index].name == FIRST_FAULTY
    heights = [outer_race_line(sample.read(place).signal[:, 0]) for place in range(index + 1)]
    assert heights[-1] > 2 * max(heights[:-1])


def test_last_snapshot_is_the_stopped_machine(sample: Run) -> None:
    assert sample.entries[-1].name == "2004.02.19.06.22.39"
    assert np.all(sample.read(len(sample) - 1).signal.std(axis=0) < 0.005)
    assert np.all(sample.read(len(sample) - 2).signal.std(axis=0) > 0.05)


def test_every_file_of_the_sample_is_the_published_one_byte_for_byte(
    sample: Run, recordings: Callable[[str], Path]
) -> None:
    full = recordings("ims-set2")
    for index, entry in enumerate(sample.entries):
        assert sample.location(index).read_bytes() == (full / entry.name).read_bytes(), entry.name


def test_script_makes_the_bundled_archive_again(recordings: Callable[[str], Path], tmp_path: Path) -> None:
    made = tmp_path / "sample.tar.bz2"
    assert main([str(recordings("ims-set2")), str(made)]) == 0
    # Compares contents, not the archive: another build of bzip2 may pack differently.
    assert bz2.decompress(made.read_bytes()) == bz2.decompress(sample_path().read_bytes())


def test_script_refuses_a_folder_that_is_not_the_full_set(
    sample: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(sample.folder), str(tmp_path / "out")]) == 2
    assert "holds 141 snapshots; IMS Set 2 has 984" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
