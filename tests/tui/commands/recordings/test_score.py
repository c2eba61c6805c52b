"""`raceway score` with several runs, and what it loads."""

import shutil
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from engine.system.processes.child_process import environment
from tests.engine.rigs import SmallRig
from tui.cli import app

OPTIONAL = ("asyncua", "dask", "distributed", "paho")


def arguments(rig: SmallRig, out: Path, *runs: Path) -> list[str]:
    own = ["--config", str(rig.config), "--bundle", str(rig.bundle_folder), "--out", str(out)]
    return ["score", *map(str, runs), *own]


def test_several_runs_have_a_folder_each_and_a_bad_one_stops_no_other(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    again = tmp_path / "other" / "run"
    shutil.copytree(small_rig.run.folder, again)
    for path in sorted(again.iterdir())[30:]:
        path.unlink()
    (tmp_path / "empty").mkdir()
    runs = (small_rig.run.folder, tmp_path / "empty", again)
    result = CliRunner().invoke(app, arguments(small_rig, tmp_path / "out", *runs))
    assert result.exit_code == 2
    assert "empty" in result.stderr
    lines = {
        path.parent.name: len(path.read_text().splitlines())
        for path in (tmp_path / "out").glob("*/scores.csv")
    }
    assert lines == {"run": 1 + 2 * len(small_rig.run), "run-2": 1 + 2 * 30}


def test_an_address_that_is_no_cluster_is_refused_before_anything_is_made(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    words = [*arguments(small_rig, tmp_path / "out", small_rig.run.folder), "--cluster", "daq1:8786"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "give tcp://HOST:PORT of a Dask scheduler, or local:N" in result.stderr
    assert not (tmp_path / "out").exists()


def test_scoring_without_a_cluster_loads_no_optional_package(small_rig: SmallRig, tmp_path: Path) -> None:
    words = arguments(small_rig, tmp_path / "out", small_rig.run.folder)
    program = (
        "import sys; from tui.cli import app\n"
        f"try: app({words!r})\n"
        "except SystemExit as end: code = end.code\n"
        f"print('loaded', sorted({OPTIONAL!r} & sys.modules.keys()), code)"
    ).replace(repr(OPTIONAL), repr(set(OPTIONAL)))
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded [] 0"
