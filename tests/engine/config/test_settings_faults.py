"""Invalid settings give one sentence with file, line and key."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config.plant_file import read_plant
from engine.config.settings import (
    SettingsError,
    load_settings,
)


def complaint(user_file: Path, text: str | bytes, rig: str | None = None) -> str:
    """Return the error for a user's file, without its folder."""
    user_file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError) as caught:
        load_settings(user_file, rig=rig)
    return str(caught.value).replace(str(user_file), user_file.name)


COMPONENT = '[[component]]\nname = "A"\nchannels = [1]\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            "[alarms]\n\npersistance = 3\n",
            3,
            "alarms.persistance is not a setting; the nearest is alarms.persistence.",
        ),
        ("[alarm]\npersistence = 3\n", 1, "alarm is not a setting; the nearest is alarms."),
        ("sample_rate = 1.0\n", 1, "sample_rate is not a setting; the nearest is machine.sample_rate."),
        (
            "[model]\npersistence = 3\n",
            2,
            "model.persistence is not a setting; the nearest is alarms.persistence.",
        ),
        ("model.sed = 3\n", 1, "model.sed is not a setting; the nearest is model.seed."),
        (
            "[model]\nzzz = 3\n",
            2,
            "model.zzz is not a setting; what may stand here is name, seed, "
            "healthy, skip, epochs, calibration_share, beta, anneal, pretrain.",
        ),
        (
            COMPONENT + "chanels = [2]\n",
            4,
            "chanels of component 1 is not a setting; the nearest is component.channels.",
        ),
        ("[alarms]\npersistence = '3'\n", 2, 'alarms.persistence must be a whole number, not the text "3".'),
        ("[alarms]\npersistence = 3.0\n", 2, "alarms.persistence must be a whole number, not 3.0."),
        ("[alarms]\npersistence = true\n", 2, "alarms.persistence must be a whole number, not true."),
        ("[alarms]\npersistence = 0\n", 2, "alarms.persistence must be 1 or more, not 0."),
        (
            "[machine]\nsample_rate = '20 kHz'\n",
            2,
            'machine.sample_rate must be a number, not the text "20 kHz".',
        ),
        ("[machine]\nsample_rate = nan\n", 2, "machine.sample_rate must be a finite number, not nan."),
        ("[machine]\nname = 4\n", 2, "machine.name must be text in quotes, not 4."),
        ("[machine]\nname = ' '\n", 2, "machine.name must not be empty."),
        (
            '[machine]\nname = "\\u001b[31m"\n',
            2,
            "machine.name must not hold control or invisible characters.",
        ),
        ("alarms = 3\n", 1, "alarms must be a table, not 3."),
        ("component = []\n", 1, "component must be a list of 1 or more, not an empty list."),
        (
            "[console]\ntime_zone = 'CET'\n",
            2,
            'console.time_zone must be "UTC" or "local", not the text "CET".',
        ),
        (
            "[recording]\nseparator = ', '\n",
            2,
            "recording.separator must be one character that no number holds,"
            ' "auto" or "whitespace", not \', \'.',
        ),
        (
            "[recording]\ntime_pattern = '%H.%M.%S'\n",
            2,
            "recording.time_pattern must tell year, month, day, hour and minute.",
        ),
        ("[recording]\ncolumns = 3\n", 2, "recording.columns is 3, but Bearing 4 has channel 4."),
        ("[model]\nhealthy = '0%'\n", 2, "model.healthy must be more than 0% and at most 100%."),
        (COMPONENT + "\n" + COMPONENT, 6, "two components are named 'A'."),
        (
            "[[component]]\nname = 'A'\nchannels = []\n",
            3,
            "channels of component 1 must be a list of 1 or more, not an empty list.",
        ),
        ("[[component]]\nname = 'A'\nchannels = 1\n", 3, "channels of component 1 must be a list, not 1."),
        (
            "[[component]]\nname = 'A'\nchannels = [0]\n",
            3,
            "channels of component 1 must be 1 or more, not 0.",
        ),
        ("[[component]]\nname = 'A'\nchannels = [1, 1]\n", 3, "channel 1 is used twice."),
        (COMPONENT + "[[component]]\nname = 'B'\nchannels = [2, 1]\n", 6, "channel 1 is used by A and by B."),
        ("[[component]]\nname = 'A'\n", 1, "channels of component 1 is missing."),
        (
            COMPONENT + "kind = 'bering'\n",
            4,
            'kind of component 1 must be "bearing", "motor" or "process", not the text "bering".',
        ),
        (COMPONENT + "sensitivity = 0\n", 4, "sensitivity of component 1 must be 0.000001 or more, not 0."),
        (
            COMPONENT + "unit = ['g', 'V']\n",
            4,
            "unit of component 1 lists 2 for 1 channels; give one for each, or a single one for all.",
        ),
        (
            COMPONENT + "rollers = 16\n",
            1,
            "component 1 lacks roller_diameter, pitch_diameter, contact_angle: "
            "give all four of the geometry, or none.",
        ),
    ],
)
def test_a_fault_is_one_sentence_with_line_and_key(user_file: Path, text: str, line: int, said: str) -> None:
    assert complaint(user_file, text) == f"mine.toml, line {line}: {said}"


def test_unknown_timezone_is_answered_with_the_nearest(user_file: Path) -> None:
    said = complaint(user_file, '[recording]\ntimezone = "Europe/Viena"\n')
    assert said.startswith("mine.toml, line 2: recording.timezone 'Europe/Viena' is not an IANA time zone")
    assert said.endswith("the nearest is 'Europe/Vienna'.")


@pytest.mark.parametrize("zone", ["", "..", "Europe", "/etc/passwd"])
def test_what_is_no_timezone_is_refused(user_file: Path, zone: str) -> None:
    assert f"recording.timezone '{zone}' is not an IANA time zone" in complaint(
        user_file, f"[recording]\ntimezone = '{zone}'\n"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[model]\nseed = \n", 2),
        ("[model]\nseed = 1\n[model]\n", 3),
        ("[model\n", 1),
        ("x = '''\n\n", 1),
        (b"\n\xff\n", 2),
    ],
)
def test_what_is_not_toml_is_named_by_line(user_file: Path, text: str | bytes, line: int) -> None:
    said = complaint(user_file, text)
    assert said.startswith(f"mine.toml, line {line}: not ")
    assert said.count("line") == 1 or "at line" not in said


def test_missing_file_is_a_sentence_with_what_to_do(tmp_path: Path) -> None:
    missing = tmp_path / "pumpe.toml"
    said = (
        f"{missing}: no such settings file in {tmp_path}; correct the name, or write one with raceway init."
    )
    with pytest.raises(SettingsError) as raised:
        load_settings(missing)
    assert str(raised.value) == said
    (tmp_path / "pump.toml").write_text("")
    with pytest.raises(SettingsError, match=r", which has pump\.toml; correct the name"):
        load_settings(missing)


@pytest.mark.parametrize("place", ["none/a.toml", "file/a.toml"])
def test_settings_file_in_no_folder_is_a_sentence(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"a\.toml: no such settings file, because .* is no folder"):
        load_settings(tmp_path / place)


def test_link_to_no_settings_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.toml").symlink_to("gone.toml")
    with pytest.raises(SettingsError, match=r"a\.toml: is a link to gone\.toml, which does not exist"):
        load_settings(tmp_path / "a.toml")


def test_missing_plant_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"or write one with raceway plant init\.$"):
        read_plant(tmp_path / "plant.toml")


def test_folder_in_place_of_settings_is_a_sentence_that_names_its_files(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r": is a folder, not a settings file; name a file in it\.$"):
        load_settings(tmp_path)
    (tmp_path / "pump.toml").write_text("")
    with pytest.raises(SettingsError, match=r"not a settings file, which has pump\.toml; name a file in it"):
        load_settings(tmp_path)


def test_settings_file_that_may_not_be_read_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("")

    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("engine.config.layers.read_bounded", refuse)
    with pytest.raises(
        SettingsError, match=r"a\.toml: this account may not read the settings file; chmod a\+r"
    ):
        load_settings(path)


def test_fault_on_the_command_line_is_said_to_be_there() -> None:
    with pytest.raises(
        SettingsError, match=r"^command line: model.seed must be a whole number, not the text"
    ):
        load_settings(overrides={"model.seed": "three"})
    with pytest.raises(
        SettingsError, match=r"^command line: model.sed is not a setting; the nearest is model.seed\.$"
    ):
        load_settings(overrides={"model.sed": 3})


def test_lines_are_found_past_multi_line_values_and_dotted_tables(user_file: Path) -> None:
    text = '[store]\nstate = """\n[model]\nseed = 1\n"""\n'
    text += '[ "alarms" ] # [console]\nclear_after = 3\nsevere = "x"\n'
    assert "mine.toml, line 8: alarms.severe must be a number" in complaint(user_file, text)
    assert "mine.toml, line 2: alarms.severe must be a number" in complaint(
        user_file, "#\nalarms . 'severe' = 'x'"
    )


@given(blank=st.integers(0, 30), index=st.integers(0, 4))
def test_line_of_a_wrong_component_is_exact(
    tmp_path_factory: pytest.TempPathFactory, blank: int, index: int
) -> None:
    user_file = tmp_path_factory.mktemp("settings") / "mine.toml"
    entries = [
        f'[[component]]\nname = "B{n}"\nchannels = [{n + 1 if n != index else "0"}]\n' for n in range(5)
    ]
    said = complaint(user_file, "#\n" * blank + "".join(entries))
    line = blank + 3 * index + 3
    assert said == f"mine.toml, line {line}: channels of component {index + 1} must be 1 or more, not 0."


def test_pulses_of_a_tachometer_need_its_column(user_file: Path) -> None:
    pulses = '[recording]\nspeed_unit = "pulses"\n'
    assert 'speed_unit "pulses" without speed_column' in complaint(user_file, pulses)
    user_file.write_text(pulses + "speed_column = 4\n")
    assert load_settings(user_file).recording.speed_unit == "pulses"
