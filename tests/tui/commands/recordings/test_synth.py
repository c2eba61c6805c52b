"""`raceway synth` and what takes its runs: score, evaluate by the truth, feed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tui.cli import app
from tui.commands.recordings.evaluate import stated_truth

SMALL = """
rows = 1024
recordings = 60
bearings = 2
[[fault]]
bearing = 2
surface = "outer race"
onset = 40
size = 5.0
over = 10
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    return file


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_run_is_written_and_its_next_command_is_said(tmp_path: Path, scenario: Path) -> None:
    done = call("synth", tmp_path / "made", "--scenario", scenario, "--format", "csv")
    assert done.exit_code == 0, done.output
    said = done.output.splitlines()[-1].partition("score them: raceway ")[2]
    assert said == (
        f"score {tmp_path}/made/run --config {tmp_path}/made/machine.toml --out {tmp_path}/made/results"
    )
    # The command has all that it needs.
    assert call(*said.split(), "--bundle", tmp_path / "none").output.startswith(f"raceway: {tmp_path}/none")
    assert len(list((tmp_path / "made" / "run").glob("*.csv"))) == 60


def test_seeds_change_the_run(tmp_path: Path, scenario: Path) -> None:
    for seed in (1, 2):
        assert call("synth", tmp_path / f"{seed}", "--scenario", scenario, "--seed", seed).exit_code == 0
    first, other = (sorted((tmp_path / f"{seed}" / "run").iterdir())[0].read_bytes() for seed in (1, 2))
    assert first != other


def test_shipped_scenarios_are_listed() -> None:
    done = call("synth", "--list")
    assert done.exit_code == 0
    assert "outer-race: The outer race of bearing 2 fails." in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["synth"], "name a new folder"),
        (["synth", "made", "--scenario", "nonsense"], "shipped ones are"),
        (["synth", "made", "--format", "xls"], "--format: there is no 'xls'"),
        (["feed", "only"], "name two folders"),
        (["feed", "--synth", "outer-race", "one", "two"], "name one folder"),
        (["feed", "one", "two", "--seed", "3"], "--seed needs a scenario"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(*arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_is_fed_as_a_recorder_writes(tmp_path: Path, scenario: Path) -> None:
    done = call("feed", "--synth", scenario, tmp_path / "in", "--every", "0", "--first", "5")
    assert done.exit_code == 0, done.output
    assert "fed 5 of 5" in done.output
    assert len(list((tmp_path / "in").iterdir())) == 5


def test_a_truth_file_replaces_onset_and_component(tmp_path: Path) -> None:
    file = tmp_path / "truth.json"
    faults = [{"onset": "b", "component": "Bearing 1"}, {"onset": "c", "component": "Bearing 4"}]
    file.write_text(json.dumps({"faults": faults}))
    assert stated_truth(None, "Bearing 4", file) == ("c", "Bearing 4")
    file.write_text(json.dumps({"faults": faults[:1]}))
    assert stated_truth(None, None, file) == ("b", "Bearing 1")
    assert stated_truth("a", "Fan", None) == ("a", "Fan")


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ('{"faults": []}', [], "names no fault"),
        ("{", [], "is not a truth file"),
        ("[]", [], "is not a truth file"),
        ('{"faults": [{"onset": 1}]}', [], "is not a truth file"),
        ('{"faults": [{"onset": "a", "component": "b"}]}', ["--component", "c"], "names no fault of 'c'"),
        (
            '{"faults": [{"onset": "a", "component": "b"}, {"onset": "a", "component": "c"}]}',
            [],
            "names several faults",
        ),
        ('{"faults": [{"onset": "a", "component": "b"}]}', ["--onset", "a"], "exclude each other"),
    ],
)
def test_a_truth_that_does_not_fit_is_one_sentence(
    tmp_path: Path, scenario: Path, content: str, options: list[str], said: str
) -> None:
    assert call("synth", tmp_path / "made", "--scenario", scenario).exit_code == 0
    truth = tmp_path / "truth.json"
    truth.write_text(content)
    place = tmp_path / "made"
    for command in ("evaluate", "compare"):
        done = call(command, place / "run", "--config", place / "machine.toml", "--truth", truth, *options)
        assert done.exit_code == 2
        assert said in done.output


def test_neither_truth_nor_onset_is_said(tmp_path: Path, scenario: Path) -> None:
    assert call("synth", tmp_path / "made", "--scenario", scenario).exit_code == 0
    done = call("evaluate", tmp_path / "made" / "run", "--config", tmp_path / "made" / "machine.toml")
    assert done.exit_code == 2
    assert "or --truth" in done.output
