"""One engine at a time, with its process id."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.system.child_process import environment
from engine.system.lease import LeaseTakenError, holder, is_taken, lease

HOLD = """
import sys
from pathlib import Path
from engine.system.lease import lease
with lease(Path(sys.argv[1]), "press"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_lease_is_free_until_it_is_held_and_free_again_after(tmp_path: Path) -> None:
    assert (is_taken(tmp_path, "press"), holder(tmp_path, "press")) == (False, None)
    with lease(tmp_path, "press"):
        assert (is_taken(tmp_path, "press"), holder(tmp_path, "press")) == (True, os.getpid())
        assert not is_taken(tmp_path, "lathe")
    assert (is_taken(tmp_path, "press"), holder(tmp_path, "press")) == (False, None)


def test_lease_of_a_process_that_is_killed_is_free_and_names_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    child = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"held\n"
        assert holder(tmp_path, "press") == child.pid
        with (
            pytest.raises(LeaseTakenError, match="another engine is already watching the press in"),
            lease(tmp_path, "press", what="watching the press"),
        ):
            pass
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    # The number is still in the file, but must not be reported.
    assert (tmp_path / "press.lock").read_text() == str(child.pid)
    assert holder(tmp_path, "press") is None
    with lease(tmp_path, "press"):
        assert holder(tmp_path, "press") == os.getpid()
