"""Runs a command once: within a time, with bounded output, and with an end to all that it started."""

import os
import signal
import subprocess
import threading
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.system.processes.child_death import death_of
from replay.recording import clean_text

TAIL_BYTES = 600
"""Bytes kept of a command's standard error."""

READ_AT_ONCE = 65_536

LAST_WORDS_SECONDS = 0.5
"""Wait for the end of the standard error after the command ended; its children may hold it open for long."""

MARKER = "RACEWAY_RUN"
"""Variable in the environment of a command, by which its descendants are known in any session or group."""

KILL_ROUNDS = 3
"""Rounds of killing, since a process may start another one while it is looked for."""


@dataclass(frozen=True, slots=True)
class Ran:
    """Result of one run: exit code (None where it was killed or not started), and the error."""

    code: int | None
    error: str = ""


def run_command(command: Sequence[str], payload: bytes, timeout: float) -> Ran:
    """Run a command once, without a shell; at its time limit kill it and all that it started.

    Args:
        command: program and arguments.
        payload: its standard input.
        timeout: limit in seconds.
    """
    marker = uuid.uuid4().hex
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, MARKER: marker},
        )
    except OSError as error:
        return Ran(None, f"{command[0]} cannot be started ({error.strerror})")
    errors, process.stderr = _Tail(process), None
    try:
        process.communicate(payload, timeout)
    except subprocess.TimeoutExpired:
        _kill_all(process, marker)
        return Ran(None, f"killed after {timeout:g} s")
    if process.returncode == 0:
        return Ran(0)
    words = errors.words()
    if process.returncode < 0 or not words:
        words = f"it {death_of(process.returncode, words, 'the command').words}"
    return Ran(process.returncode, words)


class _Tail:
    """The end of what a process writes to its standard error; the rest is read and forgotten."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._stream, self._tail = process.stderr, b""
        # A child that outlives the command may write on: it must not meet a closed pipe.
        self._thread = threading.Thread(target=self._drain, name="raceway-errors", daemon=True)
        self._thread.start()

    def words(self) -> str:
        """Return the last words in one line."""
        self._thread.join(LAST_WORDS_SECONDS)
        return clean_text(" ".join(self._tail.decode(errors="replace").split()))

    def _drain(self) -> None:
        if self._stream is None:
            return
        with self._stream as stream:
            while portion := os.read(stream.fileno(), READ_AT_ONCE):
                self._tail = (self._tail + portion)[-TAIL_BYTES:]


def _kill_all(process: subprocess.Popen[bytes], marker: str) -> None:
    """Kill a command, its group, and its descendants that left the group or the session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for _ in range(KILL_ROUNDS):
        found = _descendants(marker)
        for number in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        if not found:
            break
    process.wait()


def _descendants(marker: str) -> list[int]:
    """Return the processes with the marker in their environment; none on a system without /proc."""
    wanted, found = f"{MARKER}={marker}".encode(), []
    for place in Path("/proc").glob("[0-9]*"):
        # Of another user, or ended meanwhile.
        with suppress(OSError):
            if wanted in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
    return found
