"""Which process a number means: containers number their processes anew, and numbers are used again."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

_START_FIELD = 22
"""Of /proc/PID/stat: when the process started, in ticks since the computer did (proc(5))."""

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process among all there ever were.

    Attributes:
        pid: its number.
        space: the numbering it belongs to, a PID namespace of one start of one computer; "" if not known.
        started: ticks from the start of the computer to that of the process; 0 if not known.
    """

    pid: int
    space: str
    started: int


def own_identity() -> ProcessIdentity:
    """Return the identity of this process."""
    pid = os.getpid()
    return ProcessIdentity(pid, own_space(), start_of(pid))


def own_space() -> str:
    """Return the numbering that this process sees others by; "" where the system does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{(_PROC / 'self/ns/pid').readlink()} {boot}"
    except (OSError, ValueError):
        return ""


def start_of(pid: int) -> int:
    """Return when a process started; 0 where there is none, or the system does not tell."""
    try:
        told = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
        # The name of the program comes second, in brackets, and may hold anything.
        return int(told.rpartition(")")[2].split()[_START_FIELD - 3])
    except (OSError, ValueError, IndexError):
        return 0


def is_within_reach(process: ProcessIdentity) -> bool:
    """Return whether this very process runs now, under the same number from here."""
    return process.pid > 0 and process.space == own_space() and process.started == start_of(process.pid)


def ask_to_end(process: ProcessIdentity) -> None:
    """Send SIGTERM to a process, and never to another that got its number meanwhile.

    Raises:
        ProcessLookupError: it does not run any more, or not within reach.
        PermissionError: it is another user's.
    """
    if not is_within_reach(process):
        raise ProcessLookupError(process.pid)
    if not hasattr(os, "pidfd_open"):
        os.kill(process.pid, signal.SIGTERM)
        return
    handle = os.pidfd_open(process.pid)
    try:
        # Looked at again while the handle holds the number.
        if not is_within_reach(process):
            raise ProcessLookupError(process.pid)
        signal.pidfd_send_signal(handle, signal.SIGTERM)
    finally:
        os.close(handle)
