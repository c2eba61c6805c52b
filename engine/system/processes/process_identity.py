"""Identity of a process beyond its number: containers have separate numbers, and numbers are reused."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

_START_FIELD = 22
"""Field of /proc/PID/stat with the start of the process, in ticks since the computer's start (proc(5))."""

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, unique among all computers and times.

    Attributes:
        pid: its number.
        space: its PID namespace, of one start of one computer; "" if unknown.
        started: ticks from the start of the computer to that of the process; 0 if unknown.
    """

    pid: int
    space: str
    started: int


def own_identity() -> ProcessIdentity:
    """Return the identity of this process."""
    pid = os.getpid()
    return ProcessIdentity(pid, own_space(), start_of(pid))


def own_space() -> str:
    """Return the PID namespace of this process; "" if unknown."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{(_PROC / 'self/ns/pid').readlink()} {boot}"
    except (OSError, ValueError):
        return ""


def start_of(pid: int) -> int:
    """Return when a process started; 0 without such a process, or if unknown."""
    try:
        told = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
        # The name of the program comes second, in brackets, and can hold any character.
        return int(told.rpartition(")")[2].split()[_START_FIELD - 3])
    except (OSError, ValueError, IndexError):
        return 0


def is_within_reach(process: ProcessIdentity) -> bool:
    """Return whether exactly this process runs now, with the same number in this namespace."""
    return process.pid > 0 and process.space == own_space() and process.started == start_of(process.pid)


def ask_to_end(process: ProcessIdentity) -> None:
    """Send SIGTERM to a process, and never to another one with its number.

    Raises:
        ProcessLookupError: it has ended, or is not within reach.
        PermissionError: it belongs to another user.
    """
    if not is_within_reach(process):
        raise ProcessLookupError(process.pid)
    if not hasattr(os, "pidfd_open"):
        os.kill(process.pid, signal.SIGTERM)
        return
    handle = os.pidfd_open(process.pid)
    try:
        # Checked again while the handle reserves the number.
        if not is_within_reach(process):
            raise ProcessLookupError(process.pid)
        signal.pidfd_send_signal(handle, signal.SIGTERM)
    finally:
        os.close(handle)
