"""A program in a pseudo-terminal: takes keys, returns its screen and bytes, over a link of any speed."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from engine.system.processes.child_process import environment

COLUMNS, ROWS = 80, 24
PATIENCE_SECONDS = 120.0
SLICE_SECONDS = 0.01
"""Time step of a slow link [s]."""

RACEWAY = ("-P", "-c", "from tui.cli import main; main()")

ASKS_SYNCHRONISED, KNOWS_SYNCHRONISED = "\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Query for synchronised output, and the answer; with it the program marks the begin and end of frames."""

FRAME_BEGINS, FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"


COMPILED = Path(tempfile.gettempdir()) / "raceway-bench-compiled"
"""Folder of the compiled modules: an installed program has them, a checkout of a bench may not keep any."""


def compiled() -> dict[str, str]:
    """Return an environment in which a program keeps its compiled modules for its next start."""
    kept = {**environment(), "PYTHONPYCACHEPREFIX": str(COMPILED)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


class Grid:
    """The characters on a terminal of this size, without colours."""

    def __init__(self, columns: int, rows: int) -> None:
        """Start with a blank screen."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, data: bytes) -> None:
        """Process the program's output, in any portions."""
        self._stream.feed(data)

    def __str__(self) -> str:
        """Return the screen as lines."""
        return "\n".join(line.rstrip() for line in self._screen.display)


@dataclass(slots=True)
class Traffic:
    """Traffic over the link within some seconds; `frames` are the bytes of each whole frame."""

    seconds: float = 0.0
    sent: int = 0
    cpu_seconds: float = 0.0
    frames: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return bytes per second."""
        return self.sent / self.seconds

    @property
    def cpu(self) -> float:
        """Return the share of a core."""
        return self.cpu_seconds / self.seconds


class Terminal:
    """Runs a program and simulates its terminal and the link. As a context manager it ends the program.

    Only methods that take time read output. Between them the output waits in the kernel, as in a link.

    Attributes:
        began: start of the program, on `time.perf_counter`.
        received: when the last output came, before the emulator processed it.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        columns: int = COLUMNS,
        rows: int = ROWS,
        bytes_a_second: float | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start the program.

        Args:
            arguments: arguments of `raceway`.
            columns: width of the terminal.
            rows: height of the terminal.
            bytes_a_second: capacity of the link; None for no limit.
            folder: replaces the user's state and configuration folders, so that no preferences are kept.
        """
        self.grid = Grid(columns, rows)
        self.bytes_a_second = bytes_a_second
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        own = {"XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)} if folder is not None else {}
        self.began = time.perf_counter()
        self._child = subprocess.Popen(
            [sys.executable, *RACEWAY, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**compiled(), "TERM": "xterm-256color", "COLORTERM": "truecolor", **own},
            start_new_session=True,
        )
        os.close(theirs)
        self._ours = ours
        self.traffic = Traffic()
        self._frame = b""
        self._due = self.received = time.perf_counter()
        self._asked = ""

    @property
    def pid(self) -> int:
        """Return the process id of the program."""
        return self._child.pid

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up, and wait for the end of the program."""
        self._child.send_signal(signal.SIGHUP)
        self.bytes_a_second = None
        deadline = time.perf_counter() + 30
        while self._child.poll() is None and time.perf_counter() < deadline:
            self._take(0.05)
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        os.close(self._ours)

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self._ours, keys.encode())

    def measure(self, seconds: float) -> Traffic:
        """Let the program run for some seconds; return its traffic and processor time."""
        self.traffic = Traffic()
        before, began = cpu_seconds(self.pid), time.perf_counter()
        while (left := began + seconds - time.perf_counter()) > 0:
            self._take(left)
        self.traffic.seconds = time.perf_counter() - began
        self.traffic.cpu_seconds = cpu_seconds(self.pid) - before
        return self.traffic

    def until(self, test: Callable[[str], bool], patience: float = PATIENCE_SECONDS) -> float:
        """Wait until the screen passes a test; return the seconds until its last bytes came.

        The emulator's time does not count: it works more slowly than a terminal.

        Raises:
            TimeoutError: it did not in time; the message holds the screen.
        """
        began = self.received = time.perf_counter()
        while not test(str(self.grid)):
            left = began + patience - time.perf_counter()
            if left < 0 or self._child.poll() is not None:
                raise TimeoutError(f"not within {patience:.0f} s:\n{self.grid}")
            self._take(min(left, 0.2))
        return self.received - began

    def settle(self, quiet: float = 0.6, most: float = 10.0) -> None:
        """Wait until output pauses, or until a timeout."""
        deadline = time.perf_counter() + most
        while self._take(quiet) and time.perf_counter() < deadline:
            pass

    def _take(self, patience: float) -> bool:
        """Read output at the speed of the link; return whether there was any."""
        size = 65536
        if self.bytes_a_second is not None:
            if (wait := self._due - time.perf_counter()) > 0:
                time.sleep(wait)
            size = max(int(self.bytes_a_second * SLICE_SECONDS), 1)
        ready, _, _ = select.select([self._ours], [], [], patience)
        if not ready:
            return False
        try:
            data = os.read(self._ours, size)
        except OSError:
            # The program has closed its end.
            time.sleep(0.01)
            return False
        self.received = time.perf_counter()
        if self.bytes_a_second is not None:
            self._due = max(self._due, time.perf_counter()) + len(data) / self.bytes_a_second
        self.traffic.sent += len(data)
        self._count_frames(data)
        self.grid.feed(data)
        self._answer(data)
        return bool(data)

    def _count_frames(self, data: bytes) -> None:
        self._frame += data
        while (end := self._frame.find(FRAME_ENDS)) >= 0:
            begin = self._frame.rfind(FRAME_BEGINS, 0, end)
            if begin >= 0:
                self.traffic.frames.append(end + len(FRAME_ENDS) - begin)
            self._frame = self._frame[end + len(FRAME_ENDS) :]

    def _answer(self, data: bytes) -> None:
        self._asked = (self._asked + data.decode("latin-1"))[-200:]
        if ASKS_SYNCHRONISED in self._asked:
            self._asked = ""
            os.write(self._ours, KNOWS_SYNCHRONISED)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, all threads, without its children [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Return the resident memory of a process [MB]; 0 after its end."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def children(pid: int) -> list[int]:
    """Return the process ids of a process's children, of all its threads."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:
        return []
