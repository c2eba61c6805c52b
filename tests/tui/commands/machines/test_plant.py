"""`raceway plant`: the file of a plant is written, checked, and its report forgotten."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.clock import wall_clock
from engine.records.plants.report import Named, PlantReport
from engine.store.store import Store
from tui.cli import app


def raceway(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def test_written_file_is_sound_and_a_second_one_does_not_replace_it(tmp_path: Path) -> None:
    file = tmp_path / "plant.toml"
    for name in ("press", "lathe"):
        (tmp_path / name).mkdir()
    done = raceway("plant", "init", file, tmp_path / "press", tmp_path / "lathe")
    assert (done.exit_code, "with 2 machines" in done.output) == (0, True)
    assert f"raceway plant check {file}" in done.output
    assert raceway("plant", "init", file, tmp_path / "press").exit_code == 2
    file.write_text(file.read_text().replace('rig = ""', 'rig = "ims-set2"'))
    assert raceway("plant", "check", file).exit_code == 0
    file.write_text(file.read_text().replace('bundle = ""', 'bundle = "none"', 1))
    done = raceway("plant", "check", file)
    assert (done.exit_code, "1 of 2 machines cannot be watched" in done.output) == (2, True)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "state", create=True) as store:
        machines = {"press": Named("/in/press", wall_clock(), "no bundle")}
        file = str(tmp_path / "plant.toml")
        store.put_plant(PlantReport(file, "north", 4711, wall_clock(), machines=machines))
    return tmp_path / "state"


def test_report_of_a_plant_is_forgotten_once_no_engine_watches_it(store: Path, tmp_path: Path) -> None:
    forget = ("plant", "forget", tmp_path / "plant.toml", "--state", store)
    done = raceway(*forget)
    assert (done.exit_code, "process 4711 on north" in done.output) == (2, True)
    with Store.open(store) as opened:
        (report,) = opened.plants()
        opened.put_plant(replace(report, beat_at=wall_clock() - timedelta(minutes=1)))
    assert raceway("status", "--state", store).exit_code == 2
    assert raceway(*forget).exit_code == 0
    with Store.open(store) as opened:
        assert opened.plants() == ()
    done = raceway(*forget)
    assert (done.exit_code, "no engine has reported on" in done.output) == (2, True)


def test_handover_names_a_machine_that_has_no_record_yet(store: Path) -> None:
    done = raceway("report", "--shift", "--state", store)
    assert done.exit_code == 0
    assert "press: engine failed: no bundle" in done.stdout


@pytest.mark.parametrize("words", [("alarms",), ("explain",), ("accept",), ("engine", "bundles")])
def test_command_about_a_machine_without_a_record_says_why_it_has_none(
    store: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = raceway(*words, "--machine", "press", "--state", store)
    assert done.exit_code != 0
    assert f"press of {tmp_path / 'plant.toml'} has no record yet: no bundle" in " ".join(done.output.split())


def test_folders_of_a_plant_file_are_written_without_detours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "press").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert raceway("plant", "init", "plant.toml", "../press", "../press/../lathe/").exit_code == 0
    text = Path("plant.toml").read_text()
    assert f'folder = "{tmp_path}/press"' in text
    assert f'folder = "{tmp_path}/lathe"' in text
    assert 'name = "lathe"' in text
