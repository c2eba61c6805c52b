"""Settings: layers merge key by key; errors name file, line and key."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from engine.config.healthy_span import HealthyCount, HealthyShare, HealthySpan, parse_healthy
from engine.config.settings import (
    ComponentSettings,
    Settings,
    SettingsError,
    default_config_path,
    load_settings,
    rig_names,
    rig_that_fits,
    valid_places,
)
from engine.signals.bearing import Geometry

ZA_2115 = Geometry(rollers=16, roller_diameter=0.331, pitch_diameter=2.815, contact_angle=15.17)


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
    with pytest.raises(SettingsError, match=r"'ims-set4' is not a rig preset; the nearest is 'ims-set[123]'"):
        load_settings(rig="ims-set4")
    assert {"ims-set1", "ims-set2", "ims-set3", "cwru", "xjtu-sy"} <= set(rig_names())


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
            "machine.group": 2,
            "machine.foundation": "rigid",
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
