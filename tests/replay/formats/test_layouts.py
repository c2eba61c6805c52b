"""Every layout is read to the same numbers and times: from a folder and from archives."""

import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.config.settings import Settings, load_settings
from replay.run import Run, open_run
from tests.replay.formats.layouts import COUNT, LAYOUTS, RATE, ROWS, Layout, at, signals

MACHINE = f"""
[machine]
name = "rig"
sample_rate = {RATE}
shaft_speed = 0.0
mains_frequency = 0.0
[[component]]
name = "Drive end"
channels = [1]
[[component]]
name = "Fan end"
channels = [2]
[recording]
rows = {ROWS}
"""


def settings_of(folder: Path, recording: str) -> Settings:
    path = folder / "machine.toml"
    path.write_text(MACHINE + recording + "\n")
    return load_settings(path)


def check(run: Run) -> None:
    assert [(one.name, one.reason) for one in run.rejected] == []
    assert [entry.time for entry in run.entries] == [at(index) for index in range(COUNT)]
    for index, signal in enumerate(signals()):
        np.testing.assert_array_equal(run.read(index).signal, signal.astype(np.float32))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_layout_is_read_with_its_documented_lines(layout: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    layout.write(folder, signals())
    check(open_run(folder, settings_of(tmp_path, layout.settings).recording_format()))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_layout_is_read_from_an_archive(layout: Layout, kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    layout.write(folder, signals())
    archive = tmp_path / f"run.{kind}"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as bundle:
            for path in files:
                # As Windows tools write it.
                bundle.write(path, str(path.relative_to(tmp_path)).replace("/", "\\"))
    else:
        with tarfile.open(archive, "w:gz") as tar:
            for path in files:
                tar.add(path, str(path.relative_to(tmp_path)))
    form = settings_of(tmp_path, layout.settings).recording_format()
    check(open_run(archive, form, tmp_path / "cache"))
