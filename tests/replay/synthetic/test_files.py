"""A synthetic run as files reads back as it was made, in every format; its truth names what it holds."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.config.settings import load_settings
from replay.run import open_run
from replay.synthetic.errors import ScenarioError
from replay.synthetic.files import FORMATS, RUN, SETTINGS, TRUTH, synthetic_run, write_synthetic
from replay.synthetic.physics import recording
from replay.synthetic.scenario import Scenario, load_scenario

SMALL = load_scenario("outer-race", {"rows": 256, "recordings": 120, "bearings": 3})
FEW = Scenario.model_validate({"rows": 256, "recordings": 4, "bearings": 3, "machine": 'Fan "A"\\ß'})


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_reads_back_with_the_settings_written_beside_it(tmp_path: Path, kind: str) -> None:
    assert list(write_synthetic(FEW, tmp_path / "made", kind)) == [0, 1, 2, 3]
    settings = load_settings(tmp_path / "made" / SETTINGS)
    assert settings.machine.name == FEW.machine
    run = open_run(tmp_path / "made" / RUN, settings.recording_format())
    assert len(run) == 4
    assert run.rejected == ()
    for index in range(4):
        snapshot = run.read(index)
        assert snapshot.signal == pytest.approx(recording(FEW, index), abs=1e-6)
        assert snapshot.time == synthetic_run(FEW).entries[index].time


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_scenario_gives_the_same_bytes(kind: str) -> None:
    assert synthetic_run(FEW, kind).content(1) == synthetic_run(FEW, kind).content(1)


def test_the_truth_names_fault_onset_surface_and_sizes(tmp_path: Path) -> None:
    for _ in write_synthetic(SMALL, tmp_path / "made"):
        pass
    told = json.loads((tmp_path / "made" / TRUTH).read_text())
    (fault,) = told["faults"]
    names = sorted(path.name for path in (tmp_path / "made" / RUN).iterdir())
    assert fault["component"] == "Bearing 2"
    assert fault["surface"] == "outer race"
    assert fault["onset"] == names[fault["onset_index"]] == names[90]
    assert len(fault["size"]) == 120
    assert not any(fault["size"][:90])
    assert all(fault["size"][90:])
    assert fault["impacts_hz"] == pytest.approx(236.2, abs=1.0)


def test_a_run_is_read_without_files_as_from_files() -> None:
    run = synthetic_run(FEW)
    assert np.array_equal(run.read(2).signal, recording(FEW, 2))
    assert run.read(2).speed == FEW.shaft


@pytest.mark.parametrize("below", [(), ("run",), ("a", "b")])
def test_a_file_in_place_of_the_folder_is_called_a_file(tmp_path: Path, below: tuple[str, ...]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ScenarioError, match=r"mine.txt: is a file; name a folder"):
        list(write_synthetic(FEW, tmp_path.joinpath("mine.txt", *below)))
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_link_to_nothing_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to(tmp_path / "gone")
    with pytest.raises(ScenarioError, match="is a link to nothing; name a folder"):
        list(write_synthetic(FEW, tmp_path / "run"))


def test_a_folder_with_content_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="is not empty"):
        list(write_synthetic(FEW, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="choose one of text, csv"):
        synthetic_run(FEW, "xls")


def test_recordings_within_one_second_are_refused() -> None:
    fast = FEW.model_copy(update={"interval": 0.2})
    with pytest.raises(ScenarioError, match="different seconds"):
        synthetic_run(fast)
