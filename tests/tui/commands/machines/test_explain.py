"""`raceway explain`: sentences as text and as JSON, and one sentence for what cannot be explained."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.store.store import Store
from tests.tui import synthetic
from tui.cli import app
from tui.commands.options import UNUSABLE


@pytest.fixture
def explained(whole_store: Path) -> Callable[..., Result]:
    """Return a function that runs `raceway explain` on a finished run."""

    def command(*words: object) -> Result:
        given = ["explain", *map(str, words), "--state", str(whole_store)]
        return CliRunner().invoke(app, given, catch_exceptions=False)

    return command


def test_the_worst_alarm_is_explained_with_the_events_of_each_sentence(
    explained: Callable[..., Result],
) -> None:
    done = explained()
    assert done.exit_code == 0
    assert "Bearing 1 is above its limit (HIGH alarm)." in done.stdout
    assert "[numbers]: events of the store" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_json_holds_every_sentence_with_its_facts(explained: Callable[..., Result]) -> None:
    told = json.loads(explained("--json").stdout)
    assert told["machine"]
    first = told["sentences"][0]
    assert first["topic"] == "what"
    assert {"name": "component", "value": "Bearing 1", "shown": "Bearing 1"} in first["facts"]
    assert first["events"]


def test_the_past_is_explained_without_the_later_alarm(explained: Callable[..., Result]) -> None:
    assert "No alarm is open" in explained("--at", synthetic.RAISED - 1).stdout
    assert "Bearing 1 is above its limit (MEDIUM" in explained("--at", synthetic.RAISED + 1).stdout


def test_a_component_without_an_alarm_is_explained(explained: Callable[..., Result]) -> None:
    assert "Bearing 2 has no open alarm." in explained("--component", "Bearing 2").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--alarm", "9999"), "there is no alarm '9999'"),
        (("--component", "Bearing 9"), "--component 'Bearing 9' is not a component of the machine"),
        (("--at", "soon"), "--at 'soon' is not an instant of this record"),
        (("--at", "100000"), "--at '100000' is not an instant of this record"),
        (("--alarm", "2", "--component", "Bearing 1"), "exclude each other"),
        (("--machine", "nobody"), "the store holds no assessment of machine 'nobody'"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence(
    explained: Callable[..., Result], words: tuple[str, ...], sentence: str
) -> None:
    done = explained(*words)
    assert done.exit_code == UNUSABLE
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_an_empty_store_is_one_sentence(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state", create=True):
        pass
    done = CliRunner().invoke(app, ["explain", "--state", str(tmp_path / "state")], catch_exceptions=False)
    assert done.exit_code == UNUSABLE
    assert "the store holds no assessment yet" in done.stderr
