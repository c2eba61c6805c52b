"""A command is bounded in time, in its children and in its words."""

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from engine.system.processes.bounded_run import TAIL_BYTES, Ran, run_command

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        with open({fifo!r}, "w") as fifo:
            fifo.write("x")
            fifo.flush()
            time.sleep(60)
    os._exit(0)
time.sleep(60)
"""
"""Leaves its group, its session, and its parent."""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_child_in_a_session_of_its_own_is_killed_too(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    # The child holds the pipe open: the reader meets its end when the child is dead.
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    code = DAEMON.format(fifo=str(fifo))
    began = time.monotonic()
    assert run_command([sys.executable, "-c", code], b"{}", 3.0) == Ran(None, "killed after 3 s")
    assert os.read(reader, 10) == b"x"
    os.set_blocking(reader, True)
    assert os.read(reader, 10) == b""
    os.close(reader)
    assert time.monotonic() - began < 50


def test_flood_of_error_output_fills_neither_memory_nor_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_arguments: object, **_named: object) -> None:
        raise AssertionError("output goes to the disk")

    monkeypatch.setattr(tempfile, "TemporaryFile", forbidden)
    flood = "import sys\nfor _ in range(2000): sys.stderr.write('x' * 10_000)\nsys.exit('the last words')"
    ran = run_command([sys.executable, "-c", flood], b"{}", 60.0)
    assert ran.code == 1
    assert ran.error.endswith("the last words")
    assert len(ran.error) <= TAIL_BYTES


def test_child_that_outlives_the_command_keeps_its_error_output(tmp_path: Path) -> None:
    done = tmp_path / "done"
    script = f"(sleep 1; echo late >&2 && touch {done}) & exit 0"
    assert run_command(["sh", "-c", script], b"{}", 30.0) == Ran(0)
    deadline = time.monotonic() + 30
    while not done.exists():
        assert time.monotonic() < deadline
