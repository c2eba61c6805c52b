"""Starts `raceway demo` in a pseudo-terminal: time to first paint and first score, resident memory."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from bench.recordings import fresh_state

COLUMNS, ROWS = 80, 24
FIRST_SCORE = re.compile(rb"baseline +\xe2|\d\.\d\d ")
PATIENCE_SECONDS = 120.0


def main() -> None:
    """Measure one start and print it."""
    with fresh_state() as state:
        child, terminal = start(state)
        began = time.perf_counter()
        try:
            painted, _ = wait_for(terminal, re.compile(rb"Bearing 1"), began)
            memory = Memory(child.pid)
            scored, engine = wait_for(terminal, FIRST_SCORE, began, memory)
            settled = time.perf_counter() + 5.0
            while time.perf_counter() < settled:
                drain(terminal, memory)
            print(
                f"first paint {painted:.2f} s, first score on the screen {scored:.1f} s ({engine.decode()!r})"
            )
            print(
                f"peak resident memory: console {memory.console:.0f} MB, engine {memory.engine:.0f} MB,"
                f" training process {memory.training:.0f} MB"
            )
        finally:
            child.send_signal(signal.SIGHUP)
            child.wait(30)
            os.close(terminal)


def start(state: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the demo; return the process and our end of its terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = [sys.executable, "-c", "from tui.cli import main; main()", "demo", "--state", str(state)]
    environment = {**os.environ, "TERM": "xterm-256color"}
    child = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    return child, ours


class Memory:
    """Peak resident memory of the console and of the processes below it, in MB."""

    def __init__(self, console: int) -> None:
        """Watch a console by its process id."""
        self._pid = console
        self.console = self.engine = self.training = 0.0

    def look(self) -> None:
        """Take in how much each holds now."""
        self.console = max(self.console, resident(self._pid))
        for engine in children(self._pid):
            self.engine = max(self.engine, resident(engine))
            for training in children(engine):
                self.training = max(self.training, resident(training))


def resident(pid: int) -> float:
    """Resident memory of a process in MB; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def children(pid: int) -> list[int]:
    """Process ids of a process's children."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def drain(terminal: int, memory: Memory | None) -> bytes:
    """Take what the program wrote within a moment."""
    if memory:
        memory.look()
    ready, _, _ = select.select([terminal], [], [], 0.05)
    return os.read(terminal, 65536) if ready else b""


def wait_for(
    terminal: int, wanted: re.Pattern[bytes], began: float, memory: Memory | None = None
) -> tuple[float, bytes]:
    """Seconds until the program has written something, and what."""
    seen = b""
    while time.perf_counter() - began < PATIENCE_SECONDS:
        seen += drain(terminal, memory)
        if found := wanted.search(seen):
            return time.perf_counter() - began, found[0]
    sys.exit(f"no {wanted.pattern!r} within {PATIENCE_SECONDS:.0f} s")


if __name__ == "__main__":
    main()
