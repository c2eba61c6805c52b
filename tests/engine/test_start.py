"""The engine as a process: how it starts on a full disk."""

import errno
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import __main__ as program
from engine.errors import StoreError, StoreFullError


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Leave the handlers of this process as they were."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *faults: Exception) -> tuple[int, int]:
    """Start an engine that meets these faults one after the other; its exit code, and how often it tried."""
    left, tries = list(faults), 0

    def once(_given: Any, _settings: Any, _stop: threading.Event) -> None:
        nonlocal tries
        tries += 1
        if left:
            raise left.pop(0)

    monkeypatch.setattr("engine.live.watcher.RECOVERY_SECONDS", 0.0)
    monkeypatch.setattr(program, "_watch_once", once)
    monkeypatch.setattr("sys.argv", ["engine", "watch", str(tmp_path / "in"), "--state", str(tmp_path)])
    return program.main(), tries


@pytest.mark.parametrize(
    "fault",
    [
        StoreFullError("raceway.db: there is no room to store anything"),
        OSError(errno.ENOSPC, "No space left on device", "machine.lock"),
        OSError(errno.EDQUOT, "Disk quota exceeded", "bundle"),
    ],
    ids=["store", "lease", "quota"],
)
def test_engine_that_starts_on_a_full_disk_waits_for_room_and_says_so_once(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert started(monkeypatch, tmp_path, fault, fault, fault) == (0, 4)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("the engine waits until there is room")


@pytest.mark.parametrize(
    "fault", [StoreError("it is of another version"), PermissionError(errno.EACCES, "Permission denied")]
)
def test_other_faults_end_it_at_once(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert started(monkeypatch, tmp_path, fault) == (1, 1)
    assert capsys.readouterr().err.strip() == str(fault)


def test_engine_that_waits_for_room_ends_when_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(_given: Any, _settings: Any, stop: threading.Event) -> None:
        # As SIGTERM does, between two tries.
        threading.Timer(0.05, stop.set).start()
        raise StoreFullError("raceway.db: there is no room")

    monkeypatch.setattr("engine.live.watcher.RECOVERY_SECONDS", 600.0)
    monkeypatch.setattr(program, "_watch_once", once)
    monkeypatch.setattr("sys.argv", ["engine", "watch", str(tmp_path / "in"), "--state", str(tmp_path)])
    assert program.main() == 0
