"""After an engine is killed, the store opens, and another engine continues to the same rows."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.store.location import FILE_NAME
from engine.store.store import Store, StoreError
from engine.system.processes.child_process import command, environment
from replay.run import Run
from tests.engine.rigs import bundle_folder, facts_of, only_assessment

PATIENCE = 60.0
POLL = 0.002


def stored(state: Path) -> int:
    """Return the number of stored snapshots; -1 without a store."""
    try:
        with Store.open(state) as store:
            resume = store.resume_point(only_assessment(store))
    except (StoreError, ValueError):
        return -1
    return 0 if resume is None else resume[0] + 1


def is_committing(state: Path) -> bool:
    """Return whether a transaction is in progress: the rollback journal is not empty."""
    try:
        return (state / f"{FILE_NAME}-journal").stat().st_size > 0
    except FileNotFoundError:
        return False


def killed_when(ready: Callable[[], bool], engine: list[str]) -> bool:
    """Start an engine and kill it at a condition; return False if it finished before."""
    child = subprocess.Popen(engine, env=environment(), stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while child.poll() is None and not ready():
            assert time.monotonic() < deadline, "the engine made no progress"
            time.sleep(POLL)
    finally:
        child.send_signal(signal.SIGKILL)
        code = child.wait()
    return code == -signal.SIGKILL


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes as POSIX does")
def test_engine_killed_at_any_moment_goes_on_to_the_same_rows(
    assessed_sample: Path, sample_run: Run, tmp_path: Path
) -> None:
    bundle = bundle_folder(assessed_sample)
    options = ["--state", str(tmp_path), "--bundle", str(bundle)]
    engine = command("engine", "score", str(sample_run.path), *options)
    moments: list[Callable[[], bool]] = [
        (tmp_path / FILE_NAME).exists,
        lambda: is_committing(tmp_path),
        lambda: stored(tmp_path) > 0,
        lambda: is_committing(tmp_path) and stored(tmp_path) > 0,
    ]
    killed, rows = 0, [0]
    for moment in moments:
        killed += killed_when(moment, engine)
        rows.append(max(0, stored(tmp_path)))
        if rows[-1]:
            whole = facts_of(assessed_sample)
            part = facts_of(tmp_path)
            assert part["snapshots"] == whole["snapshots"][: rows[-1]]
            assert part["scores"] == whole["scores"][: 4 * rows[-1]]
    assert rows == sorted(rows)
    assert killed >= 3, "the engine was too fast to be killed"
    done = subprocess.run(engine, env=environment(), check=False, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert facts_of(tmp_path) == facts_of(assessed_sample)
