"""Settings: layers merge key by key, and whatever is wrong is named with its file, line and key."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from engine.healthy import HealthyCount, HealthyShare, HealthySpan, parse_healthy
from engine.settings import (
    ComponentSettings,
    Settings,
    SettingsError,
    default_config_path,
    load_settings,
    rig_names,
    rig_that_fits,
    valid_places,
)
from engine.tables import Geometry

ZA_2115 = Geometry(rollers=16, roller_diameter=0.331, pitch_diameter=2.815, contact_angle=15.17)


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def complaint(user_file: Path, text: str | bytes, rig: str | None = None) -> str:
    """What is said of a user's file, without the file's folder."""
    user_file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SettingsError) as caught:
        load_settings(user_file, rig=rig)
    return str(caught.value).replace(str(user_file), user_file.name)


# The defaults


def test_config_toml_names_every_setting_and_no_other() -> None:
    written = tomllib.loads(default_config_path().read_text())
    first_component = written["component"][0]
    named = {(table,) for table in written} | {("component", key) for key in first_component}
    named |= {(table, key) for table in written if table != "component" for key in written[table]}
    assert named == set(valid_places())


def test_config_toml_explains_every_key_on_its_line() -> None:
    text = default_config_path().read_text()
    explained = text[: text.index('[[component]]\nname = "Bearing 2"')] + text[text.index("[recording]") :]
    keys = [line for line in explained.split("\n") if re.match(r"\w+ = ", line)]
    assert [line for line in keys if not re.search(r" # \S", line)] == []
    assert len(keys) == sum(len(place) == 2 for place in valid_places())


def test_no_default_of_a_table_stands_in_python() -> None:
    for info in Settings.model_fields.values():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            assert all(field.is_required() for field in info.annotation.model_fields.values())


def test_what_a_component_may_leave_out_is_what_config_toml_shows() -> None:
    first = tomllib.loads(default_config_path().read_text())["component"][0]
    shortest = ComponentSettings(name="A", channels=(1,))
    assert (shortest.kind, shortest.unit, shortest.sensitivity) == (
        first["kind"],
        (first["unit"],),
        (first["sensitivity"],),
    )
    assert shortest.geometry is None


def test_defaults_are_ims_set_2() -> None:
    settings = load_settings()
    assert settings == load_settings(rig="ims-set2")
    assert settings.machine.name == "ims-set2"
    assert settings.columns == 4
    assert [part.geometry for part in settings.components] == [ZA_2115] * 4


# Layers


def test_user_file_overrides_key_by_key(user_file: Path) -> None:
    user_file.write_text("[alarms]\npersistence = 5\n")
    settings, default = load_settings(user_file), load_settings()
    assert settings.alarms.persistence == 5
    assert settings.alarms.severe == default.alarms.severe
    assert settings.machine == default.machine


def test_command_line_wins_over_user_file_over_preset(user_file: Path) -> None:
    user_file.write_text('[machine]\nname = "press 4"\n[model]\nseed = 1\n')
    settings = load_settings(user_file, rig="ims-set1", overrides={"model.seed": 7})
    assert (settings.machine.name, settings.model.seed, settings.columns) == ("press 4", 7, 8)


def test_component_list_replaces_the_default_list(user_file: Path) -> None:
    user_file.write_text(
        '[[component]]\nname = "Drive end"\nchannels = [2, 1]\nunit = "g"\nsensitivity = [0.1, 0.2]\n'
    )
    (component,) = load_settings(user_file).components
    assert component.channels == (2, 1)
    assert component.unit == ("g", "g")
    assert component.sensitivity == (0.1, 0.2)
    assert component.geometry is None


def test_columns_are_the_highest_channel_unless_set(user_file: Path) -> None:
    user_file.write_text('[[component]]\nname = "A"\nchannels = [3]\n')
    assert load_settings(user_file).recording_format().columns == 3
    assert load_settings(user_file, overrides={"recording.columns": 8}).recording_format().columns == 8


def test_whole_number_is_accepted_for_a_decimal_one(user_file: Path) -> None:
    user_file.write_text("[machine]\nsample_rate = 25600\n")
    assert load_settings(user_file).recording_format().sample_rate == 25600.0


def test_byte_order_mark_and_windows_line_ends_are_accepted(user_file: Path) -> None:
    user_file.write_bytes(b"\xef\xbb\xbf[model]\r\nseed = 9\r\n")
    assert load_settings(user_file).model.seed == 9


# Presets


@pytest.mark.parametrize(("rig", "columns"), [("ims-set1", 8), ("ims-set2", 4), ("ims-set3", 4)])
def test_preset_describes_its_rig(rig: str, columns: int) -> None:
    settings = load_settings(rig=rig)
    assert (settings.machine.name, settings.columns) == (rig, columns)
    assert [part.geometry for part in settings.components] == [ZA_2115] * 4


def test_set_1_has_two_channels_on_each_bearing() -> None:
    assert [part.channels for part in load_settings(rig="ims-set1").components] == [
        (1, 2),
        (3, 4),
        (5, 6),
        (7, 8),
    ]


def test_preset_is_found_by_the_columns_of_a_file() -> None:
    assert (rig_that_fits(8), rig_that_fits(4), rig_that_fits(5)) == ("ims-set1", "ims-set2", None)


def test_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"'ims-set4' is no rig preset; the nearest is 'ims-set[123]'"):
        load_settings(rig="ims-set4")
    assert rig_names() == ("ims-set1", "ims-set2", "ims-set3")


# What is wrong, and where

COMPONENT = '[[component]]\nname = "A"\nchannels = [1]\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            "[alarms]\n\npersistance = 3\n",
            3,
            "alarms.persistance is no setting; the nearest is alarms.persistence.",
        ),
        ("[alarm]\npersistence = 3\n", 1, "alarm is no setting; the nearest is alarms."),
        ("sample_rate = 1.0\n", 1, "sample_rate is no setting; the nearest is machine.sample_rate."),
        (
            "[model]\npersistence = 3\n",
            2,
            "model.persistence is no setting; the nearest is alarms.persistence.",
        ),
        ("model.sed = 3\n", 1, "model.sed is no setting; the nearest is model.seed."),
        (
            "[model]\nzzz = 3\n",
            2,
            "model.zzz is no setting; what may stand here is name, seed, "
            "healthy, skip, epochs, calibration_share.",
        ),
        (
            COMPONENT + "chanels = [2]\n",
            4,
            "chanels of component 1 is no setting; the nearest is component.channels.",
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
            'recording.separator must be text of at most 1 characters, not the text ", ".',
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
            'kind of component 1 must be "bearing" or "motor", not the text "bering".',
        ),
        (COMPONENT + "sensitivity = 0\n", 4, "sensitivity of component 1 must be more than 0, not 0."),
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
    assert said.startswith("mine.toml, line 2: recording.timezone 'Europe/Viena' is no IANA time zone")
    assert said.endswith("the nearest is 'Europe/Vienna'.")


@pytest.mark.parametrize("zone", ["", "..", "Europe", "/etc/passwd"])
def test_what_is_no_timezone_is_refused(user_file: Path, zone: str) -> None:
    assert f"recording.timezone '{zone}' is no IANA time zone" in complaint(
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


def test_missing_file_and_folder_are_sentences(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SettingsError, match=r": cannot be read as settings \("):
            load_settings(path)


def test_fault_on_the_command_line_is_said_to_be_there() -> None:
    with pytest.raises(
        SettingsError, match=r"^command line: model.seed must be a whole number, not the text"
    ):
        load_settings(overrides={"model.seed": "three"})
    with pytest.raises(
        SettingsError, match=r"^command line: model.sed is no setting; the nearest is model.seed\.$"
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


# Healthy start


@pytest.mark.parametrize(
    ("text", "healthy"),
    [
        ("200", HealthyCount(200)),
        ("20%", HealthyShare(0.2)),
        (" 12.5 %", HealthyShare(0.125)),
        ("100%", HealthyShare(1.0)),
    ],
)
def test_healthy_start_by_count_or_share(text: str, healthy: HealthyCount | HealthyShare) -> None:
    assert parse_healthy(text) == healthy


def test_healthy_span_is_utc_unless_it_says_otherwise() -> None:
    span = parse_healthy("2004-02-12T10:32..2004-02-13T12:00+02:00")
    assert isinstance(span, HealthySpan)
    assert span.begin.isoformat() == "2004-02-12T10:32:00+00:00"
    assert span.end.isoformat() == "2004-02-13T10:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-5",
        "0%",
        "101%",
        "20 percent",
        "1e3",
        "..",
        "2004-02-12..",
        "2004-02-13..2004-02-12",
        "half",
        "٣",
    ],
)
def test_what_is_no_healthy_start_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^command line: model.healthy "):
        load_settings(overrides={"model.healthy": text})


def test_healthy_count_may_be_written_as_a_number(user_file: Path) -> None:
    user_file.write_text("[model]\nhealthy = 200\n")
    assert load_settings(user_file).model.healthy_start == HealthyCount(200)


# Fingerprint


def test_fingerprint_ignores_watching_console_and_store() -> None:
    other = load_settings(
        overrides={
            "watch.settle": 7.0,
            "watch.polling": "always",
            "console.pace": 1.0,
            "console.time_zone": "local",
            "store.state": "elsewhere",
        }
    )
    assert other.fingerprint() == load_settings().fingerprint()


@pytest.mark.parametrize(
    "key",
    [
        "machine.sample_rate",
        "machine.shaft_speed",
        "machine.mains_frequency",
        "recording.rows",
        "model.seed",
        "model.skip",
        "model.epochs",
        "alarms.persistence",
        "alarms.clear_after",
        "alarms.severe",
    ],
)
def test_fingerprint_changes_with_what_shapes_the_results(key: str) -> None:
    table, name = key.split(".")
    value = getattr(getattr(load_settings(), table), name)
    assert load_settings(overrides={key: value + 1}).fingerprint() != load_settings().fingerprint()


def test_fingerprint_is_of_the_value_not_of_how_it_is_written() -> None:
    assert (
        load_settings(overrides={"machine.shaft_speed": 1996}).fingerprint() == load_settings().fingerprint()
    )


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().model.seed = 3  # type: ignore[misc]


def test_store_is_in_the_platform_folder_unless_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert load_settings().store.folder.name == "raceway"
    assert load_settings(overrides={"store.state": "~/here"}).store.folder == Path.home() / "here"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("advice.limit", "Call Ann."),
        ("alarms.latching", True),
        ("alarms.chatter_minutes", 5.0),
        ("alarms.shelf_hours", 1.0),
        ("alarms.no_data_after", 9),
        ("alarms.on_ring", "call"),
    ],
)
def test_fingerprint_ignores_how_alarms_are_dealt_with(key: str, value: object) -> None:
    assert load_settings(overrides={key: value}).fingerprint() == load_settings().fingerprint()


def test_fingerprint_changes_with_whether_a_stop_rings() -> None:
    ringing = load_settings(overrides={"alarms.stopped_rings": True})
    assert ringing.fingerprint() != load_settings().fingerprint()
