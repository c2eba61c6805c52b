"""The environment of the console: nothing in it changes the screen's library."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.system.processes.child_process import environment
from tui.console.launch import clean_environment


@given(
    names=st.lists(st.from_regex(r"TEXTUAL[A-Z_0-9]{0,20}", fullmatch=True), max_size=5),
    other=st.sampled_from(["TERM", "LANG", "NOT_TEXTUAL_DRIVER", "textual_driver"]),
)
def test_every_variable_of_the_library_is_dropped_and_no_other(names: list[str], other: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in [*names, other]:
            patch.setenv(name, "1")
        clean_environment()
        assert [one for one in os.environ if one.startswith("TEXTUAL")] in ([], ["TEXTUAL_SNAPSHOT_TEMPDIR"])
        assert os.environ[other] == "1"


def test_empty_no_color_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    clean_environment()
    assert "NO_COLOR" not in os.environ
    monkeypatch.setenv("NO_COLOR", "1")
    clean_environment()
    assert os.environ["NO_COLOR"] == "1"


def test_library_has_read_none_of_them_when_a_frame_is_drawn(own_store: Path, tmp_path: Path) -> None:
    program = (
        "import sys, atexit;"
        "atexit.register(lambda: print(sys.modules['textual.constants'].LOG_FILE,"
        " sys.modules['textual.constants'].MAX_FPS, file=sys.stderr));"
        f"sys.argv = ['raceway', 'snapshot', '--state', {str(own_store)!r}];"
        "from tui.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={
            **environment(),
            "TEXTUAL_LOG": str(tmp_path / "log"),
            "TEXTUAL_PRESS": "q",
            "TEXTUAL_FPS": "1000",
            "TEXTUAL_DRIVER": "no_such:Driver",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.split() == ["None", "60"]
    assert not (tmp_path / "log").exists()
