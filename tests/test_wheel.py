"""The wheel holds only the files that Raceway needs, and runs outside the checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE_PATH = (
    "from replay.sample import sample_path; import replay; print(sample_path()); print(replay.__file__)"
)
SETTINGS = """
from engine.config.settings import default_config_path, load_settings
load_settings(rig="ims-set1")
print(default_config_path())
"""

pytestmark = pytest.mark.xdist_group("wheel")


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed, with `path` before installed packages."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | ({"PYTHONPATH": str(path)} if path else {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel's contents and scripts, without its dependencies."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "install", "--no-deps", "--no-index", "--target", target, wheel, cwd=target)
    return target


def test_wheel_holds_settings_presets_sample_and_styles(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    def shipped(pattern: str) -> set[str]:
        return {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)}

    wanted = {"engine/config/config.toml"}
    for pattern in (
        "engine/config/rigs/*.toml",
        "replay/sample/*.tar.*",
        "replay/sample/*.md",
        "tui/**/*.tcss",
    ):
        wanted |= shipped(pattern)
    for room in ("replay", "engine", "tui"):
        wanted |= shipped(f"{room}/**/*.py")
    assert wanted - names == set()


def test_wheel_holds_no_tests_no_benchmarks_and_no_leftovers(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    rooms = {name.split("/")[0] for name in names}
    assert {room for room in rooms if not room.endswith(".dist-info")} == {"replay", "engine", "tui"}
    assert [name for name in names if name.endswith((".pyc", ".log", ".sqlite"))] == []


def test_installed_settings_are_the_annotated_defaults(installed: Path, tmp_path: Path) -> None:
    done = run(sys.executable, "-c", SETTINGS, cwd=tmp_path, path=installed)
    path = Path(done.stdout.strip())
    assert path == installed / "engine" / "config" / "config.toml"
    assert path.read_bytes() == (ROOT / "config.toml").read_bytes()


@pytest.mark.long
def test_installed_raceway_scores_the_bundled_sample(installed: Path, tmp_path: Path) -> None:
    sample, package = run(sys.executable, "-c", SAMPLE_PATH, cwd=tmp_path, path=installed).stdout.split("\n")[
        :2
    ]
    assert Path(package).is_relative_to(installed)
    raceway = installed / "bin" / "raceway"
    out = tmp_path / "out"
    run(sys.executable, raceway, "score", sample, "--out", out, cwd=tmp_path, path=installed)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["snapshots"] == 141
    assert (out / "scores.csv").stat().st_size > 0
    assert (out / "alarms.csv").stat().st_size > 0
