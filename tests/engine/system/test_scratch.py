"""Temporary folders leave nothing behind, even after a killed process."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine.system.processes.child_process import environment
from engine.system.scratch import scratch, sweep

WORK = """
import sys
from pathlib import Path
from engine.system.scratch import scratch
with scratch("work-", Path(sys.argv[1])) as place:
    (place / "vectors.npz").touch()
    print(place, flush=True)
    sys.stdin.read()
"""


def test_folder_is_empty_and_gone_afterwards_whatever_happens(tmp_path: Path) -> None:
    def fail() -> None:
        with scratch("work-", tmp_path) as place:
            assert list(place.iterdir()) == []
            (place / "half a network").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_was_renamed_stays(tmp_path: Path) -> None:
    with scratch("work-", tmp_path) as place:
        (place / "network").touch()
        place.rename(tmp_path / "bundle")
    assert [path.name for path in tmp_path.rglob("*")] == ["bundle", "network"]


def test_killed_process_is_cleared_up_after_and_a_running_one_is_left_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WORK, str(tmp_path)]
    child = subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        try:
            theirs = Path(child.stdout.readline().strip())
            with scratch("work-", tmp_path):
                assert (theirs / "vectors.npz").exists()
        finally:
            child.kill()
            child.wait()
    assert theirs.exists()
    with scratch("work-", tmp_path) as place:
        assert list(tmp_path.iterdir()) == [place]


def test_only_folders_of_its_kind_are_swept_and_no_link_is_followed(tmp_path: Path) -> None:
    for kept in ("work", "other-1", "elsewhere"):
        (tmp_path / kept).mkdir()
    (tmp_path / "work-file").touch()
    (tmp_path / "work-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "work-1").mkdir()
    sweep(tmp_path, "work-")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "elsewhere",
        "other-1",
        "work",
        "work-file",
        "work-link",
    ]
