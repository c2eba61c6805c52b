"""Recordings for tests: a small made-up format, and real ones if RACEWAY_DATA is set."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from replay.recording import RecordingFormat
from tests.replay.watched_folder import Rig

ROWS, COLUMNS = 6, 3


@pytest.fixture
def form() -> RecordingFormat:
    """Return a format of six rows and three channels, small enough to write out in a test."""
    return RecordingFormat("rig", sample_rate=1000.0, columns=COLUMNS, rows=ROWS)


@pytest.fixture
def recordings() -> Callable[[str], Path]:
    """Return the folder of a real recording by its name."""

    def folder(name: str) -> Path:
        root = os.environ.get("RACEWAY_DATA")
        if not root:
            pytest.skip("RACEWAY_DATA is not set: it names the folder that holds the full recordings")
        path = Path(root) / name
        if not path.is_dir():
            pytest.skip(f"RACEWAY_DATA holds no {name}")
        return path

    return folder


@pytest.fixture
def rig(tmp_path: Path, form: RecordingFormat) -> Rig:
    (tmp_path / "in").mkdir()
    return Rig(tmp_path / "in", form)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"
