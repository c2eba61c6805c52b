"""Slow sensors beside vibration in the settings: which explain, which judge a component, what cannot be."""

from pathlib import Path

import pytest

from engine.config.channels import layout_of
from engine.config.settings import SettingsError, load_settings

HEAD = '[machine]\nname = "m"\nsample_rate = 1000.0\n'
PARTS = (
    '[[component]]\nname = "A"\nchannels = [1]\nsymptoms = ["Temp"]\n'
    '[[component]]\nname = "B"\nchannels = [2]\n'
)
SLOW = '[slow]\nrows = "log.csv"\nchannels = ["Speed", "Temp", "Load"]\nspeed = "Speed"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "m.toml"
    path.write_text(HEAD + text)
    return path


def test_symptoms_belong_to_their_component_and_the_others_are_conditions(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, PARTS + SLOW))
    layout = layout_of(settings)
    assert (layout.symptoms, layout.explaining) == (((1,), ()), (0, 2))
    form = settings.recording_format().slow
    assert form is not None
    assert (form.rows, form.speed) == ("log.csv", "Speed")


def test_without_rows_nothing_changes_and_with_them_the_results_do(tmp_path: Path) -> None:
    plain = PARTS.replace('symptoms = ["Temp"]\n', "")
    without = load_settings(written(tmp_path, plain))
    assert layout_of(without).slow == ()
    aged = load_settings(written(tmp_path, plain + "[slow]\nage = 60.0\n"))
    assert aged.fingerprint() == without.fingerprint()
    assert load_settings(written(tmp_path, plain + SLOW)).fingerprint() != without.fingerprint()


def test_values_beyond_their_range_are_not_known(tmp_path: Path) -> None:
    text = PARTS + SLOW + "low = [0.0, -40.0, 0.0]\nhigh = [3600.0, 150.0, 1e30]\n"
    layout = layout_of(load_settings(written(tmp_path, text)))
    assert str(layout.slow_values((3601.0, 150.0, 5e9))) == "(nan, 150.0, 5000000000.0)"
    assert str(layout_of(load_settings(written(tmp_path, PARTS + SLOW))).slow_values((1.0, 9e9, -1.0))) == (
        "(1.0, 9000000000.0, -1.0)"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PARTS, "A has the symptom 'Temp', which slow.channels does not name"),
        (PARTS.replace("[2]", '[2]\nsymptoms = ["Temp"]') + SLOW, "is used by A and by B"),
        (PARTS + SLOW.replace('speed = "Speed"', 'speed = "Turns"'), "slow.speed is 'Turns'"),
        (PARTS + SLOW.replace('speed = "Speed"', 'speed = "Temp"'), "which is a symptom of A"),
        (PARTS + SLOW.replace('"Load"', '"Speed"'), "must name each channel"),
        (PARTS + SLOW + 'unit = ["rpm"]\n', "slow.unit lists 1 for 3 channels"),
        (PARTS + SLOW + "low = [0.0]\n", "slow.low lists 1 for 3 channels"),
        (PARTS + SLOW + "high = [0.0, 1.0]\n", "slow.high lists 2 for 3 channels"),
        (PARTS + SLOW + "low = [0.0, 9.0, 0.0]\nhigh = [9.0, 9.0, 9.0]\n", "slow.low of 'Temp' is not below"),
    ],
)
def test_a_fault_is_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=r"m\.toml, line") as caught:
        load_settings(written(tmp_path, text))
    assert reason in str(caught.value)
