"""A machine that a person describes inherits nothing of the bundled rig."""

from pathlib import Path

import pytest

from engine.config.own_machine import channels_of, unknowns
from engine.config.settings import Settings, SettingsError, load_settings
from replay.inspection.channels import names_of_channels
from replay.recording import RecordingFormat


def loaded(tmp_path: Path, text: str, *, rig: str | None = None) -> Settings:
    path = tmp_path / "machine.toml"
    path.write_text(text)

    def channels(form: RecordingFormat) -> tuple[str, ...]:
        return names_of_channels(tmp_path / "run", form)

    return load_settings(path, rig, channels=channels)


MACHINE = '[machine]\nname = "pump"\nsample_rate = 1000.0\n'
PATTERN = '[recording]\ntime_pattern = "%Y%m%d_%H%M%S.csv"\n'


def test_no_speed_mains_or_bearing_is_inherited(tmp_path: Path) -> None:
    settings = loaded(tmp_path, MACHINE)
    assert (settings.machine.shaft_speed, settings.machine.mains_frequency) == (0, 0)
    assert [(part.name, part.geometry) for part in settings.components] == [("Channel 1", None)]


def test_what_the_file_sets_stays(tmp_path: Path) -> None:
    part = '[[component]]\nname = "DE"\nchannels = [3]\n'
    settings = loaded(tmp_path, MACHINE + "shaft_speed = 900.0\nmains_frequency = 50.0\n" + part)
    assert (settings.machine.shaft_speed, settings.machine.mains_frequency) == (900, 50)
    assert [(one.name, one.channels) for one in settings.components] == [("DE", (3,))]


def test_preset_and_file_without_machine_keep_the_rig(tmp_path: Path) -> None:
    of_rig = loaded(tmp_path, MACHINE, rig="ims-set2")
    assert (of_rig.machine.shaft_speed, len(of_rig.components)) == (1996, 4)
    without = loaded(tmp_path, "[model]\nseed = 3\n")
    assert (without.machine.shaft_speed, without.components[0].geometry) != (0, None)


def test_preset_is_whole_without_the_defaults() -> None:
    for rig in ("ims-set1", "ims-set2", "ims-set3"):
        settings = load_settings(rig=rig)
        assert settings.machine.shaft_speed == 1996
        assert all(part.geometry is not None for part in settings.components)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("DE (g),FE (g)\n" + "0.1,0.2\n-0.3,0.1\n" * 20, ["DE", "FE"]),
        ("0.1;0.2;0.5\n-0.3;0.1;0.4\n" * 20, ["Channel 1", "Channel 2", "Channel 3"]),
        ("Time (s),DE\n" + "".join(f"{i / 1000:.4f},0.{i % 7}\n" for i in range(20)), ["DE"]),
        ("A,A\n" + "0.1,0.2\n-0.3,0.1\n" * 20, ["A", "Channel 2"]),
    ],
)
def test_each_channel_is_a_component(rows: str, names: list[str], tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "20240301_080000.csv").write_text(rows)
    (tmp_path / "run" / "notes.txt").write_text("1 2 3 4 5\n" * 9)
    settings = loaded(tmp_path, MACHINE + PATTERN)
    assert [part.name for part in settings.components] == names
    assert [part.channels for part in settings.components] == [(one + 1,) for one in range(len(names))]


def test_channels_that_the_settings_count_or_name_win(tmp_path: Path) -> None:
    counted = loaded(tmp_path, MACHINE + PATTERN + "columns = 3\n")
    assert [part.name for part in counted.components] == ["Channel 1", "Channel 2", "Channel 3"]
    named = loaded(tmp_path, MACHINE + PATTERN + 'names = ["a", "b"]\n')
    assert [(part.name, part.channels) for part in named.components] == [("a", (1,)), ("b", (2,))]


def test_watched_folder_without_a_recording_is_refused(tmp_path: Path) -> None:
    form = load_settings().recording_format()
    with pytest.raises(SettingsError, match=r"no recording yet .* add one"):
        channels_of(tmp_path, form, watched=True)
    assert channels_of(tmp_path, form) == ()


def test_unknown_speed_and_bearing_are_said(tmp_path: Path) -> None:
    settings = loaded(tmp_path, MACHINE)
    assert unknowns(settings)[0] == "no surface can be named: shaft_speed is not set"
    assert "no bearing is set" in unknowns(settings)[1]
    assert unknowns(load_settings()) == ()
