"""`raceway serve`: the command as a process."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.api.tuning import SWITCH
from tests.engine import rigs
from tui.cli import app

pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")

RACEWAY = [sys.executable, "-c", "from tui.cli import main; main()", "serve"]


def test_store_and_bundle_are_served_without_tensorflow(assessed_sample: Path) -> None:
    program = (
        "from tui.cli import main; import sys, atexit;"
        "atexit.register(lambda: print(*sys.modules, sys.getswitchinterval())); main()"
    )
    command = [sys.executable, "-c", program, "serve", "--state", str(assessed_sample), "--port", "0"]
    command += ["--bundle", str(rigs.bundle_folder(assessed_sample))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = process.stdout.readline()
        address = re.search(r"http://\S+", first)
        assert address, process.stderr
        try:
            with urllib.request.urlopen(f"{address[0]}/health", timeout=30) as answer:
                assert json.load(answer) == {
                    "status": "healthy",
                    "model_loaded": True,
                    "store": True,
                    "console": False,
                }
        finally:
            process.terminate()
        rest = process.stdout.read()
        assert process.wait(30) == 0
    assert "engine.api.app" in rest.split()
    assert float(rest.split()[-1]) == pytest.approx(SWITCH, rel=0.01)
    # The statistics of SciPy take 40 MB, and no request needs them.
    assert not {"tensorflow", "keras", "textual", "scipy.stats"} & set(rest.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--host", "0.0.0.0"],
            "--host 0.0.0.0 can be reached from other computers: give a token file (--tokens)",
        ),
        (["--bundle", "nowhere"], "there is no such bundle"),
        (["--host", "0.0.0.0", "--tokens", "nowhere"], "nowhere: cannot be read"),
        ([], "give one of them"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], said: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["serve", *options], catch_exceptions=False)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
