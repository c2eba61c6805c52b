"""Makes small runs: as folders, and packed."""

import io
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from replay.recording import RecordingFormat
from replay.run import Run, RunError, open_run

NAMES = ["2004.02.12.10.32.39", "2004.02.12.10.42.39", "2004.02.12.10.52.39"]


def content(seed: int) -> bytes:
    """Return six rows of three numbers, which depend on the seed."""
    values = np.random.default_rng(seed).normal(size=(6, 3))
    return "".join("\t".join(f"{value:.3f}" for value in row) + "\n" for row in values).encode()


FILES = {name: content(seed) for seed, name in enumerate(NAMES)}


def folder_of(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / name).write_bytes(data)
    return path


def tar_of(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def zip_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return path


def names_of(run: Run) -> list[str]:
    return [entry.name for entry in run.entries]


def sentence(path: Path, form: RecordingFormat, cache: Path) -> str:
    """Return the sentence that refuses an unusable run, without its path."""
    with pytest.raises(RunError) as caught:
        open_run(path, form, cache)
    text = str(caught.value)
    assert text.startswith(f"{path} ")
    assert "\n" not in text
    return text.removeprefix(f"{path} ")
