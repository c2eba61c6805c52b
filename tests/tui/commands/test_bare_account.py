"""Commands in a bare container: no account, no home, no terminal settings, an encoding of few letters."""

import io
import json
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.system.processes.child_process import environment
from tests.tui import synthetic
from tui.cli import app, main
from tui.commands.options import FAILED, UNUSABLE

UNSET = ("HOME", "USER", "LOGNAME", "TERM", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "LANG")
NUMBER = 12345


@pytest.fixture
def container(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Run like `docker --user 12345`."""

    def unknown(_who: object) -> pwd.struct_passwd:
        raise KeyError("not found")

    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)
    monkeypatch.setattr(os, "getuid", lambda: NUMBER)
    return monkeypatch


@pytest.mark.usefixtures("container")
def test_alarms_are_listed_and_acknowledged_by_the_number_or_the_name_given(own_store: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--state", str(own_store)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    (alarm,) = json.loads(run("alarms", "list", "--json"))["alarms"]
    assert alarm["state"] == "unacknowledged"
    assert run("alarms", "note", alarm["key"], "seen", "--as", "Ada").startswith(f"Ada ({NUMBER}) wrote")
    assert run("alarms", "ack", "all").startswith(f"{NUMBER} acknowledged")
    assert str(NUMBER) in run("accept")


@pytest.mark.usefixtures("container")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status",), 3),
        (("alarms",), UNUSABLE),
        (("accept",), UNUSABLE),
        (("attach",), UNUSABLE),
        (("snapshot",), UNUSABLE),
        (("demo",), UNUSABLE),
        (("store", "check"), UNUSABLE),
        (("engine", "stop"), UNUSABLE),
        (("engine", "bundles"), UNUSABLE),
    ],
)
def test_command_that_needs_a_folder_asks_for_it(words: tuple[str, ...], code: int) -> None:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    (line,) = done.stderr.splitlines()
    assert f"this account (user {NUMBER}) has no home folder" in line


@pytest.mark.parametrize("home", ["/dev/null", "/proc", "/proc/1/none"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status",), 3),
        (("alarms",), FAILED),
        (("accept",), FAILED),
        (("attach",), FAILED),
        (("demo",), FAILED),
    ],
)
def test_home_that_cannot_be_written_is_a_sentence(
    words: tuple[str, ...], code: int, home: str, container: pytest.MonkeyPatch
) -> None:
    container.setenv("HOME", home)
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    (line,) = done.stderr.splitlines()
    assert home in line
    assert "name another --state" in line or "name a folder by --state" in line


@pytest.mark.usefixtures("container")
def test_console_is_refused_for_want_of_a_terminal_alone(own_store: Path) -> None:
    done = CliRunner().invoke(app, ["attach", "--state", str(own_store)], catch_exceptions=False)
    assert done.exit_code == UNUSABLE
    assert "needs a terminal" in done.stderr


@pytest.fixture(scope="module")
def cyrillic_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with an alarm and bearing names that Western encodings lack."""
    state = tmp_path_factory.mktemp("cyrillic")
    synthetic.fill(state, names=("Подшипник 1", "Подшипник 2"))
    return state


@pytest.fixture
def latin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run `raceway` on a terminal of an encoding; return its exit code and standard output."""

    def command(encoding: str, *words: str) -> tuple[int, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding, "strict") for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setattr(sys, "argv", ["raceway", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out.flush()
        return int(str(ended.value.code or 0)), out.buffer.getvalue().decode(encoding)

    return command


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "utf-8"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status",), 2),
        (("alarms", "list"), 0),
        (("alarms", "list", "--json"), 0),
        (("alarms", "stats"), 0),
        (("snapshot",), 0),
        (("store", "prune", "--dry-run"), 0),
    ],
)
def test_exit_codes_do_not_depend_on_letters(
    words: tuple[str, ...],
    code: int,
    encoding: str,
    cyrillic_store: Path,
    latin: Callable[..., tuple[int, str]],
) -> None:
    found, said = latin(encoding, *words, "--state", str(cyrillic_store))
    assert found == code
    assert said


def test_status_that_nobody_can_read_keeps_its_exit_code(own_store: Path, tmp_path: Path) -> None:
    def status(state: Path) -> int:
        program = "from tui.cli import main; main()"
        with Path("/dev/full").open("wb") as full:
            return subprocess.run(
                [sys.executable, "-P", "-c", program, "status", "--state", str(state)],
                stdout=full,
                stderr=full,
                env=environment(),
                check=False,
            ).returncode

    assert status(own_store) == 2
    assert status(tmp_path / "none") == 3


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"LANG": "POSIX", "PYTHONUTF8": "0"}, {"LC_ALL": "POSIX"}],
    ids=["forbidden C", "forbidden POSIX", "POSIX"],
)
def test_letters_of_an_argument_arrive_in_a_locale_without_letters(
    locale: dict[str, str], cyrillic_store: Path
) -> None:
    kept = {name: value for name, value in environment().items() if not name.startswith(("LC_", "LANG"))}
    # Python must not mend the locale by itself.
    given = kept | locale | {"PYTHONCOERCECLOCALE": "0"}
    words = ("alarms", "ack", "Лагер 7", "--state", str(cyrillic_store))
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from tui.cli import main; main()", *words],
        capture_output=True,
        env=given,
        check=False,
    )
    assert done.returncode == UNUSABLE
    assert "there is no alarm 'Лагер 7'" in done.stderr.decode()


def test_forbidden_utf8_mode_ends_with_a_sentence_and_not_in_a_circle(cyrillic_store: Path) -> None:
    words = ("alarms", "ack", "Лагер 7", "--state", str(cyrillic_store))
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-P", "-c", "from tui.cli import main; main()", *words],
        capture_output=True,
        env=environment() | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
        check=False,
        timeout=60,
    )
    assert done.returncode == UNUSABLE
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoded", ["gehört".encode("latin-1"), "Лагер".encode("koi8-r"), b"\xff\xfe"])
def test_argument_in_another_encoding_is_stored_without_a_traceback(
    encoded: bytes, cyrillic_store: Path
) -> None:
    program = [sys.executable, "-P", "-c", "from tui.cli import main; main()"]
    state = ["--state", str(cyrillic_store)]
    listed = CliRunner().invoke(app, ["alarms", "list", "--json", *state], catch_exceptions=False)
    key = json.loads(listed.stdout)["alarms"][0]["key"]
    done = subprocess.run(
        [*program, "alarms", "note", key, encoded, "--as", encoded, *state],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
