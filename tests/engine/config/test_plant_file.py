"""plant.toml names the machines of one engine; a fault in it is one sentence with its line."""

from pathlib import Path

import pytest

from engine.config.layers import SettingsError
from engine.config.plant_file import PlantMachine, plant_template, read_plant


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plant.toml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(name: str, folder: str, more: str = "") -> str:
    return f'[[machine]]\nname = "{name}"\nfolder = "{folder}"\n{more}\n'


def test_relative_paths_count_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    text = entry("Pump 1", "p1/in", 'config = "pump.toml"\nbundle = "b.zip"') + entry("Pump 2", "/srv/p2")
    assert read_plant(written(tmp_path, text)) == (
        PlantMachine("Pump 1", tmp_path / "p1/in", tmp_path / "pump.toml", "", tmp_path / "b.zip"),
        PlantMachine("Pump 2", Path("/srv/p2")),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (entry("A", "a") + entry("A", "b"), "line 6: two machines are named 'A'."),
        (entry("A", "a") + entry("B", "./a"), "line 7: A and B watch the same folder"),
        (entry("A", "a", "rigg = 'ims-set2'"), "line 4: machine.rigg is not a setting; the nearest is"),
        ('[[machine]]\nname = "A"\n', "line 1: machine.folder is missing."),
        ('[[machine]]\nname = 3\nfolder = "a"\n', "line 2: machine.name must be text in quotes, not 3."),
        ("", ": names no machine; give each machine a [[machine]] with a name and a folder."),
        ("[machine]\nname = 'A'\n", "line 1: [machine] must be [[machine]], with two brackets"),
        ("[[machines]]\nname = 'A'\n", "line 1: machines is not a setting; the nearest is machine."),
        (entry("A", "a") + entry("B", "link"), "line 7: A and B watch the same folder"),
        (entry("A", "circle") + entry("B", "circle"), "line 7: A and B watch the same folder"),
        (entry("P\u00fcmp", "a") + entry("Pu\u0308mp", "b"), "in letters that look the same."),
        (entry("a\\u001bb", "a"), "line 2: machine.name must not hold control or invisible characters."),
        (entry("A", "\\u0000"), "line 3: machine.folder must not hold a zero byte"),
        (entry("A", ""), "line 3: machine.folder must name the folder of the recorder"),
        ("machine = []\n", "line 1: machine must be a list of 1 or more, not an empty list."),
        ("machine = 3\n", "line 1: machine must be a list, not 3."),
    ],
)
def test_fault_is_one_sentence_with_file_and_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = written(tmp_path, text)
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(SettingsError) as fault:
        read_plant(path)
    assert str(fault.value).startswith(str(path))
    assert complaint in str(fault.value)


@pytest.mark.parametrize("name", ["press", 'in "quotes"', "back\\slash", "Lüfter 3"])
def test_template_reads_back_as_the_folders_it_was_made_for(tmp_path: Path, name: str) -> None:
    folders = (tmp_path / name, tmp_path / "other")
    assert read_plant(written(tmp_path, plant_template("plant.toml", folders))) == (
        PlantMachine(name, tmp_path / name),
        PlantMachine("other", tmp_path / "other"),
    )
