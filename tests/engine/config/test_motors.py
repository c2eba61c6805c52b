"""Motors in the settings: their columns, and the model that they choose."""

from pathlib import Path

import pytest

from engine.config.motors import MotorColumns, columns_of, motors_in
from engine.config.settings import SettingsError, load_settings

HEAD = '[machine]\nname = "m"\nsample_rate = 5000.0\n'


def written(folder: Path, *parts: str, further: str = "") -> Path:
    config = folder / "m.toml"
    config.write_text(HEAD + "".join(f"[[component]]\n{part}\n" for part in parts) + further)
    return config


def motor(name: str, channels: object, further: str = "") -> str:
    return f'name = "{name}"\nkind = "motor"\nchannels = {channels}\n{further}'


@pytest.mark.parametrize(
    ("channels", "units", "expected"),
    [
        ((1,), ("A",), MotorColumns((0,))),
        ((1, 2, 3), ("V", "V", "V"), MotorColumns((0, 1, 2))),
        ((4, 5, 6, 1, 2, 3), ("A",) * 3 + ("V",) * 3, MotorColumns((3, 4, 5), (0, 1, 2))),
        ((1, 2, 3, 4, 5, 6), ("V",) * 3 + ("A",) * 3, MotorColumns((3, 4, 5), (0, 1, 2))),
        ((1, 2, 3, 4, 5, 6), ("",) * 6, MotorColumns((0, 1, 2), (3, 4, 5))),
        ((1, 2, 3, 4), ("A", "A", "kV", "kV"), MotorColumns((0, 1), (2, 3))),
    ],
)
def test_units_tell_currents_from_voltages(
    channels: tuple[int, ...], units: tuple[str, ...], expected: MotorColumns
) -> None:
    assert columns_of(channels, units) == expected


def test_motors_alone_take_the_motor_model(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, motor("M1", [1, 2, 3]), motor("M2", [4, 5, 6])))
    assert settings.model.name == "motor"
    assert motors_in(settings.plain()) == (MotorColumns((0, 1, 2)), MotorColumns((3, 4, 5)))


@pytest.mark.parametrize("name", ["lstm", "spectral"])
def test_a_model_that_is_named_stays(tmp_path: Path, name: str) -> None:
    config = written(tmp_path, motor("M1", [1, 2, 3]), further=f'[model]\nname = "{name}"\n')
    assert load_settings(config).model.name == name
    assert load_settings(written(tmp_path, motor("M", [1])), None, {"model.name": name}).model.name == name


@pytest.mark.parametrize("kind", ["", 'kind = "bearing"\n'])
def test_a_bearing_beside_a_motor_takes_the_model_of_both(tmp_path: Path, kind: str) -> None:
    parts = motor("M1", [1, 2, 3]), f'name = "B"\n{kind}channels = [4]'
    assert load_settings(written(tmp_path, *parts)).model.name == "mixed"
    assert load_settings(written(tmp_path, *parts), None, {"model.name": "spectral"}).model.name == "spectral"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (motor("M", [1, 2, 3, 4, 5]), "5 channels"),
        ('name = "B"\nchannels = [1]\nbars = 28', "belongs to a motor"),
        (motor("M", [1, 2, 3], "phase_directions = [0.0, 120.0]"), "one for each phase"),
    ],
)
def test_what_fits_no_motor_is_refused(tmp_path: Path, part: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(written(tmp_path, part))


def test_keys_of_a_motor_change_the_fingerprint_only_where_they_are_set(tmp_path: Path) -> None:
    plain = load_settings(written(tmp_path, motor("M", [1, 2, 3]))).fingerprint()
    unset = load_settings(written(tmp_path, motor("M", [1, 2, 3], "bars = 0"))).fingerprint()
    known = load_settings(written(tmp_path, motor("M", [1, 2, 3], "bars = 28"))).fingerprint()
    assert plain == unset != known
