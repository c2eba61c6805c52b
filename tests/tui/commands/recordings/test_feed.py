"""`raceway feed`: output and exit codes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from replay import feed as feeding
from replay.feed import Fed, Feeding
from tui.cli import app
from tui.commands.options import FAILED, UNUSABLE
from tui.commands.recordings.feed import closing_words, progress_words

COUNT = 12


def raceway(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run by its names; the feed ignores the contents of files."""
    folder = tmp_path / "run"
    folder.mkdir()
    for minute in range(COUNT):
        (folder / f"2004.02.12.10.{minute:02}.39").write_bytes(b"0.1\t0.2\t0.3\n" * minute)
    return folder


def test_run_is_fed_into_a_folder_and_again_nothing_is_left_to_do(run: Path, tmp_path: Path) -> None:
    command = ["feed", run, tmp_path / "in", "--every", 0]
    first, whole, again = raceway(*command, "--first", 5), raceway(*command, "--torn"), raceway(*command)
    assert first.stdout == "fed 5 of 5 recordings\n"
    assert whole.stdout == f"fed {COUNT - 5} of {COUNT} recordings; 5 were there already\n"
    assert again.stdout == f"fed 0 of {COUNT} recordings; {COUNT} were there already\n"
    assert f"fed {COUNT}/{COUNT}: " in whole.stderr
    for path in run.iterdir():
        assert (tmp_path / "in" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pace", 5, "--every", 1], "--pace and --every exclude each other: give one"),
        (["--pace", 0], "--pace must be above 0, but it is 0"),
        (["--pace", "nan"], "--pace must be above 0, but it is nan"),
        (["--pace", "inf"], "--pace must be from 0.01 to 1e+09, but it is inf"),
        (["--pace", "1e-300"], "--pace must be from 0.01 to 1e+09, but it is 1e-300"),
        (["--every", "nan"], "--every must be 0 s or more, up to a year, but it is nan"),
        (["--every", "1e300"], "--every must be 0 s or more, up to a year, but it is 1e+300"),
        (["--every", -1], "--every must be 0 s or more, up to a year, but it is -1"),
    ],
)
def test_senseless_pace_is_one_sentence(tmp_path: Path, options: list[object], said: str) -> None:
    result = raceway("feed", tmp_path, tmp_path / "in", *options)
    assert (result.exit_code, result.stderr) == (UNUSABLE, f"raceway: {said}\n")


def test_folder_that_holds_something_else_is_left_alone(run: Path, tmp_path: Path) -> None:
    (tmp_path / "2004.02.12.10.05.39").write_bytes(b"something else")
    result = raceway("feed", run, tmp_path, "--every", 0)
    assert result.exit_code == UNUSABLE
    assert "exists and differs from the recording: feed into another folder" in result.stderr


def test_folder_that_cannot_be_made_is_a_failure(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    result = raceway("feed", run, tmp_path / "file" / "in", "--every", 0)
    assert result.exit_code == FAILED
    assert result.stderr.startswith(f"raceway: {tmp_path}/file")


def test_interrupt_ends_it_cleanly_with_the_count(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> Iterator[Fed]:
        yield Fed("2025", Feeding.FED, 0, 10.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(feeding, "feed", interrupted)
    result = raceway("feed", run, tmp_path)
    assert result.exit_code == 0
    assert result.stdout == (f"fed 1 of {COUNT} recordings; stopped, the same command continues from here\n")


def test_words_of_the_progress_and_the_end() -> None:
    assert progress_words(Fed("2025", Feeding.FED, 41, 3723.4), 984) == "fed 42/984: 2025, 1:02:03 left"
    counts = Counter({Feeding.FED: 3, Feeding.UNREADABLE: 1})
    assert closing_words(counts, 4, False) == "fed 3 of 4 recordings; 1 cannot be read"
