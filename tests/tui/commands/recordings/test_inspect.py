"""`raceway inspect`, `init` and `bearing`: output, exit codes, and nothing written unasked."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.config.settings import load_settings
from replay.run import open_run
from tests.replay.formats.layouts import at, rows_of, signals, timed_rows
from tui.cli import app
from tui.commands.options import UNUSABLE

COUNT = 30


def raceway(*arguments: object, answers: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], input=answers, catch_exceptions=False)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "pump"
    folder.mkdir()
    for index, signal in enumerate(signals(COUNT)):
        text = "Time (s),Drive end (g),Fan end (m/s2)\n" + timed_rows(signal)
        (folder / f"{at(index):%Y%m%d_%H%M%S}.csv").write_text(text)
    (folder / "\x1b[31mnotes.md").write_text("words\n")
    return folder


def test_inspect_says_what_it_found_and_proposes_settings_that_read_the_files(
    run: Path, tmp_path: Path
) -> None:
    before = sorted(run.iterdir())
    shown = raceway("inspect", run)
    assert shown.exit_code == 0
    assert "30 named like 20240301_234000.csv" in shown.stdout
    assert "3 columns separated by commas" in shown.stdout
    assert "Drive end [g]: alive" in shown.stdout
    assert "\x1b" not in shown.stdout
    proposed = tmp_path / "proposed.toml"
    proposed.write_text("# " + shown.stdout.split("\n# ", 1)[1])
    settings = load_settings(proposed)
    assert [(part.name, part.unit) for part in settings.components] == [
        ("Drive end", ("g",)),
        ("Fan end", ("m/s2",)),
    ]
    assert settings.machine.sample_rate == 1000
    opened = open_run(run, settings.recording_format())
    assert (len(opened), opened.rejected) == (COUNT, ())
    assert sorted(run.iterdir()) == before


def test_init_writes_the_settings_and_never_over_a_file(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "machine.toml"
    first = raceway("init", run, "--out", out, "--yes")
    assert (first.exit_code, "next: raceway score" in first.stdout) == (0, True)
    written = out.read_bytes()
    again = raceway("init", run, "--out", out, "--yes")
    assert (again.exit_code, out.read_bytes()) == (UNUSABLE, written)


def test_init_says_which_value_it_guessed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for index, signal in enumerate(signals(3)):
        (folder / f"{index + 1}.csv").write_text(rows_of(signal))
    done = raceway("init", folder, "--out", tmp_path / "m.toml", "--yes")
    assert done.exit_code == 0
    assert "check machine.sample_rate = 120.0" in done.stderr
    assert "check recording.every" in done.stderr


def test_init_without_a_terminal_asks_nothing(run: Path, tmp_path: Path) -> None:
    done = raceway("init", run, "--out", tmp_path / "m.toml")
    assert (done.exit_code, (tmp_path / "m.toml").exists()) == (UNUSABLE, False)
    assert "--yes" in done.stderr


@pytest.mark.parametrize("place", ["nowhere", "empty", "words"])
def test_place_without_recordings_is_one_sentence(place: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.txt").write_text("only words\n")
    done = raceway("inspect", tmp_path / place)
    assert done.exit_code == UNUSABLE
    assert done.stderr.count("\n") == 1


def test_bearing_prints_orders_hertz_and_source() -> None:
    shown = raceway("bearing", "6205-2RS", "--speed", 1797)
    assert "source: Case Western" in shown.stdout
    assert "3.5848" in shown.stdout
    assert "107.36" in shown.stdout
    told = json.loads(raceway("bearing", "6205", "--speed", 1797, "--json").stdout)
    assert told["hertz"]["outer race"] == pytest.approx(107.36, abs=0.01)


def test_bearing_lists_the_table_and_names_the_nearest() -> None:
    assert "Rexnord ZA-2115" in raceway("bearing").stdout
    unknown = raceway("bearing", "6307")
    assert unknown.exit_code == UNUSABLE
    assert "Timken 307K has its size" in unknown.stderr
    assert "  Timken 307K: 8 rolling elements, BPFO 3.006, BPFI 4.994\n" in unknown.stderr
    assert "NTN N204" in raceway("bearing", "NU304").stderr
    assert "it could be" not in raceway("bearing", "7206").stderr


def test_bearing_says_whose_figures_a_plain_designation_gets() -> None:
    plain = raceway("bearing", "6206").stdout
    assert "6206 is taken as Timken 206K" in plain
    assert "  KG 6206: 9 rolling elements, BPFO 3.620, BPFI 5.380\n" in plain
    assert "is taken as" not in raceway("bearing", "Timken 206K").stdout


def test_bearing_takes_a_geometry_by_hand() -> None:
    told = raceway(
        "bearing", "--rollers", "9", "--roller", "7.94", "--pitch", "39.04", "--speed", "1797"
    ).stdout
    assert "107.36" in told
    for wrong in (
        ["--rollers", "9"],
        ["--rollers", "9", "--roller", "40", "--pitch", "39"],
        ["--rollers", "30", "--roller", "7.94", "--pitch", "39"],
    ):
        answer = raceway("bearing", *wrong)
        assert answer.exit_code == UNUSABLE
        assert "--roller" in answer.stderr


def test_bearing_of_a_component_gives_its_geometry(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('[[component]]\nname = "a"\nchannels = [1]\nbearing = "6205"\n')
    (part,) = load_settings(path).components
    assert part.geometry is not None
    assert part.geometry.rollers == 9


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('bearing = "6299"', "the nearest are"),
        ('bearing = "6205"\nrollers = 7', "give the bearing or the geometry"),
    ],
)
def test_faulty_bearing_of_a_component_is_named(line: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(f'[[component]]\nname = "a"\nchannels = [1]\n{line}\n')
    shown = raceway("score", tmp_path, "--out", tmp_path / "o", "--config", path)
    assert shown.exit_code == UNUSABLE
    assert words in shown.stderr


def raw_files(folder: Path, kind: str) -> None:
    for index, signal in enumerate(signals(COUNT)):
        values = signal if "f" in kind else (signal * 5000).round()
        (folder / f"{at(index):%Y%m%d_%H%M%S}.bin").write_bytes(
            b"HEAD" + bytes(12) + values.astype(kind).tobytes()
        )


@pytest.mark.parametrize(
    ("kind", "name"), [("<i2", "int16"), (">i2", ">int16"), ("<f4", "float32"), ("<f8", "float64")]
)
def test_raw_numbers_are_stated_and_read(kind: str, name: str, tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "machine.toml"
    run.mkdir()
    raw_files(run, kind)
    refused = raceway("init", run, "--yes", "--out", out)
    assert (refused.exit_code, out.exists()) == (UNUSABLE, False)
    assert f"raceway init {run} --type " in refused.output.replace("\n", " ")
    made = raceway(
        "init", run, "--yes", "--out", out, "--type", name, "--channels", 2, "--rate", 1000, "--skip", 16
    )
    assert made.exit_code == 0
    settings = load_settings(out)
    opened = open_run(run, settings.recording_format())
    assert (len(opened), opened.rejected, settings.machine.sample_rate) == (COUNT, (), 1000)
    expected = signals(1)[0] if "f" in kind else (signals(1)[0] * 5000).round()
    np.testing.assert_array_equal(opened.read(0).signal, expected.astype(np.float32))
    assert all(line in out.read_text() for line in ('format = "raw"', f'number_type = "{name}"', "skip = 16"))
    assert raceway("inspect", run, "--type", name, "--channels", 2, "--skip", 16).exit_code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--channels", 2), "give --type too"),
        (("--type", "int16"), "--type needs --channels"),
        (("--type", "int17", "--channels", 1), "not 'int17'"),
        (("--type", "int16", "--channels", 7), "not whole rows of 7 numbers"),
    ],
)
def test_statements_about_raw_numbers_that_do_not_fit_are_refused(
    options: tuple[object, ...], words: str, tmp_path: Path
) -> None:
    raw_files(tmp_path, "<i2")
    refused = raceway("init", tmp_path, "--yes", "--out", tmp_path / "a.toml", *options)
    assert refused.exit_code == UNUSABLE
    assert words in " ".join(refused.output.split())
