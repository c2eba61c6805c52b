"""`raceway record`: the command as a process."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tui.cli import app

RACEWAY = [sys.executable, "-c", "from tui.cli import main; main()"]
STREAM = b"".join(b"%d\t%d\n" % (number, -number) for number in range(2500))


def record(*arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*RACEWAY, "record", *map(str, arguments)], input=stdin, capture_output=True, timeout=60, check=False
    )


def test_standard_input_becomes_recordings(tmp_path: Path) -> None:
    done = record(
        "--from", "-", "--rate", 1000, "--rows", 1000, "--columns", 2, "--into", tmp_path / "in",
        "--machine", "pump", "--start", "2024-03-01T10:00:00Z", stdin=STREAM,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in (tmp_path / "in" / "pump").iterdir())
    assert names == ["2024.03.01.10.00.00", "2024.03.01.10.00.01"]
    assert b"2500 rows came, 2 recordings were written; 500 rows" in done.stdout


def test_the_settings_say_what_the_options_leave_out(tmp_path: Path) -> None:
    config = tmp_path / "machine.toml"
    config.write_text(
        '[machine]\nname = "pump"\nsample_rate = 1000.0\n[recording]\nrows = 500\ncolumns = 2\n'
        'time_pattern = "%Y%m%d-%H%M%S.%f"\nseparator = ";"\n'
        '[[component]]\nname = "Bearing 1"\nchannels = [1]\n'
    )
    done = record(
        "--from", "-", "--into", tmp_path, "--config", config, "--start", "2024-03-01", stdin=STREAM
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "20240301-000000.500000").read_bytes().splitlines()[1] == b"501;-501"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--start", "noon"], "--start 'noon' is not a time like"),
        (["--rate", "0"], "--rate, --rows or --columns: the sample rate must be above 0 Hz"),
        (["--from", "ftp://x"], "ftp://x cannot be read: give - (standard input)"),
        (["--columns", "3"], "the stream holds no rows of 3 numbers"),
    ],
)
def test_what_cannot_be_recorded_is_one_sentence(tmp_path: Path, options: list[str], said: str) -> None:
    given = {"--from": "-", "--rate": "1000", "--rows": "1000", "--columns": "2", "--into": str(tmp_path)}
    given |= dict(zip(options[::2], options[1::2], strict=True))
    done = record(*[part for pair in given.items() for part in pair], stdin=STREAM)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_stop_ends_it_with_its_counts(tmp_path: Path) -> None:
    command = [*RACEWAY, "record", "--from", "-", "--rate", "1000", "--rows", "1000", "--columns", "2"]
    with subprocess.Popen(
        [*command, "--into", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(STREAM[: STREAM.index(b"\n", 15_000) + 1])
        process.stdin.flush()
        while not list(tmp_path.iterdir()):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert b"recordings were written" in process.stdout.read()
        assert process.wait(30) == 0


def test_the_command_is_in_the_help() -> None:
    assert "record " in CliRunner().invoke(app, ["--help"]).stdout
