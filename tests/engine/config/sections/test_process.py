"""Slow sensors in the settings: roles, ranges, and the windows of their rows."""

from pathlib import Path

import numpy as np
import pytest

from engine.config.channels import layout_of
from engine.config.settings import SettingsError, load_settings, settings_of_bundle
from engine.config.slow_sensors import conditions_of

HEAD = '[machine]\nname = "pump"\n[[component]]\nname = "Pump"\nkind = "process"\n'
CHANNELS = 'channels = ["Load", "Temp", "Flow"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "pump.toml"
    path.write_text(HEAD + text)
    return path


def test_rows_of_slow_sensors_take_their_own_model_and_windows(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, CHANNELS))
    assert (settings.model.name, settings.recording.rows) == ("process", 30)
    form = settings.recording_format()
    assert (form.table, form.time, form.separator) == (True, "column", "auto")
    assert round(form.rows * (1 - form.overlap)) == 3
    assert (settings.alarms.persistence, settings.limits.quick) == (1, 1.0)
    assert settings.recording.names == ("Load", "Temp", "Flow")


@pytest.mark.parametrize(
    ("table", "window", "stride", "persistence"),
    [
        ("window = 20", 20, 2, 1),
        ("window = 100\nstride = 25", 100, 25, 1),
        ('interval = 60.0\nwindow = "1 h"\nstride = "10 min"\nhold = "30 min"', 60, 10, 3),
        ('interval = 86400.0\nwindow = "14 d"\nhold = "3 d"', 14, 2, 2),
        ('interval = 0.5\nwindow = "15 s"\nstride = "0.5 s"', 30, 1, 1),
    ],
)
def test_spans_are_rows_or_times(
    table: str, window: int, stride: int, persistence: int, tmp_path: Path
) -> None:
    settings = load_settings(written(tmp_path, f"{CHANNELS}[process]\n{table}\n"))
    form = settings.recording_format()
    assert (form.rows, round(form.rows * (1 - form.overlap))) == (window, stride)
    assert settings.alarms.persistence == persistence


def test_what_the_user_sets_stays(tmp_path: Path) -> None:
    further = '[alarms]\npersistence = 4\n[model]\nname = "lstm"\n'
    settings = load_settings(written(tmp_path, CHANNELS + further))
    assert (settings.alarms.persistence, settings.model.name, settings.recording.rows) == (4, "lstm", 100)


def test_roles_and_ranges_reach_the_layout(tmp_path: Path) -> None:
    roles = (
        'role = ["condition", "symptom", "symptom"]\nlow = [0.0, -40.0, 0.0]\nhigh = [1e30, 150.0, 1e30]\n'
    )
    settings = load_settings(written(tmp_path, CHANNELS + roles))
    assert conditions_of(settings.plain()) == (0,)
    values = layout_of(settings).values(np.array([[5e8, 151.0, -0.5], [-1.0, 20.0, 1.0]], np.float32))
    assert np.isfinite(values).tolist() == [[True, False, False], [False, True, True]]


def test_settings_of_a_bundle_are_those_it_was_learned_with(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, f"{CHANNELS}[process]\nwindow = 40\n"))
    assert settings_of_bundle(settings.plain()).fingerprint() == settings.fingerprint()


def test_other_machines_have_no_conditions_and_no_new_fingerprint() -> None:
    settings = load_settings()
    assert conditions_of(settings.plain()) is None
    other = settings.model_copy(update={"process": settings.process.model_copy(update={"window": 50})})
    assert other.fingerprint() == settings.fingerprint()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHANNELS + 'role = "condition"\n', "every channel is a condition"),
        (CHANNELS + "low = [1.0, 2.0]\n", "lists 2 for 3 channels"),
        (CHANNELS + "low = 5.0\nhigh = 5.0\n", "low that is not below its high"),
        (CHANNELS + '[process]\nwindow = "soon"\n', "must be a number of rows, or a time"),
        (CHANNELS + '[process]\nwindow = "1 h"\n', "needs process.interval"),
        (CHANNELS + "[process]\nwindow = -1\n", "must be 0 to 10000 rows"),
        (CHANNELS + '[model]\nname = "spectral"\n', "take process or lstm"),
        (CHANNELS + '[[component]]\nname = "B"\nchannels = ["x"]\n', "a machine of their own"),
    ],
)
def test_a_fault_is_one_sentence_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        load_settings(written(tmp_path, text))
    assert "pump.toml" in str(raised.value)


@pytest.mark.parametrize("key", ["low = 1.0", "high = 1.0", 'role = "condition"'])
def test_keys_of_slow_sensors_belong_to_them(key: str, tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(f'[machine]\nname = "b"\n[[component]]\nname = "B"\nchannels = [1]\n{key}\n')
    with pytest.raises(SettingsError, match='set kind = "process"'):
        load_settings(path)
