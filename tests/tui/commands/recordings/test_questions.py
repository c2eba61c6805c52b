"""`raceway init` at a terminal: each question comes again until its answer can be right."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from engine.config.settings import load_settings
from tests.replay.formats.layouts import rows_of, signals
from tui.cli import app
from tui.commands.options import FAILED, UNUSABLE

FILES = 3


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of two channels whose rate, times and speed the files do not tell, at a terminal."""
    folder = tmp_path / "run"
    folder.mkdir()
    for index, signal in enumerate(signals(FILES)):
        (folder / f"{index + 1}.csv").write_text(rows_of(signal))
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True), stdout=sys.stdout)
    monkeypatch.setattr("tui.commands.recordings.inspect.sys", terminal)
    return folder


def init(run: Path, out: Path, *answers: str) -> Result:
    typed = "".join(f"{one}\n" for one in answers)
    return CliRunner().invoke(app, ["init", str(run), "--out", str(out)], input=typed, catch_exceptions=False)


FIRST = ("Pumpe 3", "25,6 kHz", "24.7 Hz", "50 Hz", "10 min", "2024-03-01T10:00:00")
"""Answers about the machine and its recordings."""


def test_answers_with_units_and_decimal_commas_are_written_in_the_units_of_the_settings(
    run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "m.toml"
    done = init(run, out, *FIRST, "Lager A", "g", "0,1 V/g", "6206", "Lager B", "mm/s", "", "")
    assert done.exit_code == 0
    settings = load_settings(out)
    assert settings.machine.name == "Pumpe 3"
    assert settings.machine.sample_rate == 25600
    assert settings.machine.shaft_speed == 1482
    assert settings.machine.mains_frequency == 50
    first, second = settings.components
    assert (first.name, first.unit, first.sensitivity) == ("Lager A", ("g",), (0.1,))
    assert first.geometry is not None
    assert first.geometry.rollers == 9
    assert (second.unit, second.sensitivity, second.geometry) == (("mm/s",), (1.0,), None)
    assert "Timken 206K: 9 rolling elements" in done.stdout
    commands = done.stdout.splitlines()[-2:]
    assert commands[0].startswith("next: raceway score")
    assert "raceway watch" in commands[1]


def test_wrong_answers_are_asked_again_and_never_written(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.toml"
    answers = (
        *("a\x07b", "Pumpe"),
        *("fast", "0", "-5", "1e12", "25600"),
        *("12 kg", "1,482", "0.01", "1e9", "1482,5"),
        *("1482", "-1", "50"),
        *("0", "ten", "600"),
        *("yesterday", "2024-03-01T10:00:00"),
        *("x" * 101, "A"),
        *("u" * 21, "g"),
        *("0", "-1", "100 mV/g", "1"),
        *("6307", "Timken 307K"),
        *("A", "B"),
        *("", "", ""),
    )
    done = init(run, out, *answers)
    assert done.exit_code == 0
    settings = load_settings(out)
    assert (settings.machine.shaft_speed, settings.machine.mains_frequency) == (1482.5, 50)
    assert [one.name for one in settings.components] == ["A", "B"]
    for words in (
        "the name of the machine must not hold control or invisible characters",
        "'fast' is not a sample rate",
        "the sample rate must be 1 or more, not 0",
        "'kg' is no unit of a speed",
        "1,482 can mean 1482 or 1.482",
        "the speed of the shaft must be 0, or 0.1 or more, not 0.01",
        "the mains frequency must be 1000 or less, not 1482",
        "is not an ISO time",
        "the name must be text of at most 100 characters",
        "the unit must be text of at most 20 characters",
        "the sensitivity must be 0.000001 or more, not 0",
        "100 mV/g is 0.1 where the files hold volts",
        "'6307' is no bearing of the table",
        "Timken 307K: 8 rolling elements, BPFO 3.006",
        "another part has the name A",
    ):
        assert words in done.stdout
    assert "valid number" not in done.stdout


def test_dimensions_of_a_bearing_are_asked_until_they_can_be_one(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.toml"
    wrong = ("1", "8", "0", "15,081", "8", "90", "0", "20", "15.081 mm", "65", "0")
    done = init(
        run, out, *FIRST, "A", "g", "1", "d", *wrong, "8", "15,081", "65", "0", "B", "g", "1", "d", "", ""
    )
    assert done.exit_code == 0
    first, second = load_settings(out).components
    assert first.geometry is not None
    shape = first.geometry
    assert (shape.rollers, shape.roller_diameter, shape.pitch_diameter, shape.contact_angle) == (
        8,
        15.081,
        65,
        0,
    )
    assert second.geometry is None
    for words in (
        "a bearing has 2 rolling elements or more",
        "a diameter is more than 0",
        "a contact angle is 0 or more and less than 90 degrees",
        "15.081 mm is not smaller than the pitch diameter of 8 mm",
        "20 rolling elements of 15.081 mm have no room on a pitch circle of 65 mm",
        "this bearing: 8 rolling elements, BPFO 3.072",
    ):
        assert words in done.stdout


@pytest.mark.parametrize("count", [0, 1, len(FIRST), len(FIRST) + 3])
def test_end_of_input_writes_nothing(count: int, run: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.toml"
    done = init(run, out, *(*FIRST, "A", "g", "1")[:count])
    assert (done.exit_code, out.exists()) == (FAILED, False)
    assert done.stderr == "raceway: stopped; nothing is written\n"


def test_interrupt_writes_nothing(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("replay.inspection.proposal.proposal_of", interrupted)
    out = tmp_path / "m.toml"
    done = init(run, out)
    assert (done.exit_code, out.exists()) == (FAILED, False)
    assert done.stderr == "raceway: stopped; nothing is written\n"


def test_place_that_cannot_be_written_is_told_before_the_first_question(run: Path, tmp_path: Path) -> None:
    done = init(run, tmp_path / "none" / "m.toml")
    assert done.exit_code == UNUSABLE
    assert "there is no folder" in done.stderr
    assert "name of the machine" not in done.stdout


def test_settings_that_do_not_load_are_not_written(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "replay.inspection.settings_text.settings_text", lambda *_: "[machine]\nmains_frequency = 1482.0\n"
    )
    out = tmp_path / "m.toml"
    done = init(run, out, *FIRST, *[""] * 8)
    assert (done.exit_code, out.exists()) == (UNUSABLE, False)
    assert "so nothing is written" in done.stderr
    assert "machine.mains_frequency must be 1000 or less" in done.stderr
    assert str(tmp_path) not in done.stderr
