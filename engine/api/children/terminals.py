"""Consoles for visitors: one process on a pseudo-terminal each, bounded in number, ended when idle."""

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.api.faults import FaultError
from engine.api.tokens import Caller
from engine.system.processes.child_process import command, environment

CHUNK = 65536
"""Bytes of output that are sent at once, at most."""

SMALLEST, LARGEST = (20, 6), (500, 200)
"""Columns and rows of a terminal."""

ENDING = 5.0
"""Time for a console to end after its terminal went away [s]."""


OF_TERMINAL = frozenset({"COLUMNS", "LINES"})
"""Size of the terminal that the service was started from; a program would take it for its own."""


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """How consoles are started.

    Attributes:
        command: returns the command line of a console for a caller, read-only where the role is too low.
        most: consoles at once.
        idle: a console without a key for so long is ended [s].
        opening: time for the first message of a visitor [s].
    """

    command: Callable[[Caller], list[str]]
    most: int = 8
    idle: float = 1800.0
    opening: float = 10.0


class Terminal:
    """A process on a pseudo-terminal."""

    def __init__(self, words: list[str], columns: int, rows: int, origin: str) -> None:
        """Start a command.

        Args:
            words: its command line.
            columns: of the terminal.
            rows: of the terminal.
            origin: address of the visitor; the console stores it with an acknowledgement, as under sshd.
        """
        self._master, slave = os.openpty()
        os.set_blocking(self._master, False)
        self.resize(columns, rows)
        kept = {
            name: value
            for name, value in environment().items()
            if not name.startswith("SSH_") and name not in OF_TERMINAL
        }
        kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "SSH_CONNECTION": origin}
        try:
            self._process = subprocess.Popen(
                command("engine.api.children.on_terminal", *words),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env=kept,
            )
        except OSError:
            os.close(self._master)
            raise
        finally:
            os.close(slave)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the process notices by a signal."""
        columns = min(max(columns, SMALLEST[0]), LARGEST[0])
        rows = min(max(rows, SMALLEST[1]), LARGEST[1])
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def read(self) -> bytes:
        """Return the next output; nothing once the process has ended."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return os.read(self._master, CHUNK)
            except BlockingIOError:
                await _ready(self._master, loop.add_reader, loop.remove_reader)
            except OSError:
                # Linux reports the end of a pseudo-terminal as an error.
                return b""

    async def write(self, keys: bytes) -> None:
        """Send keys; waits while the process reads none. Keys for a process that has ended are lost."""
        loop = asyncio.get_running_loop()
        while keys:
            try:
                keys = keys[os.write(self._master, keys) :]
            except BlockingIOError:
                await _ready(self._master, loop.add_writer, loop.remove_writer)
            except OSError:
                return

    async def close(self) -> None:
        """Take the terminal away, and wait for the end of the process; it is killed if it stays."""
        os.close(self._master)
        for number in (signal.SIGHUP, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._process.wait, ENDING)
                return


class Terminals:
    """The consoles of all visitors."""

    def __init__(self, options: ConsoleOptions) -> None:
        """Start with none."""
        self.options = options
        self._open = 0

    @asynccontextmanager
    async def opened(self, caller: Caller, columns: int, rows: int, origin: str) -> AsyncIterator[Terminal]:
        """Run a console for a visitor.

        Args:
            caller: the visitor.
            columns: of the page.
            rows: of the page.
            origin: address of the visitor.

        Raises:
            FaultError: there are too many consoles, or this computer cannot start another (503).
        """
        if self._open >= self.options.most:
            raise FaultError(503, f"{self._open} consoles are open already; close one, or come back later")
        self._open += 1
        try:
            terminal = self._started(caller, columns, rows, origin)
            try:
                yield terminal
            finally:
                # An end by the service must not leave a process behind.
                await asyncio.shield(terminal.close())
        finally:
            self._open -= 1

    def _started(self, caller: Caller, columns: int, rows: int, origin: str) -> Terminal:
        try:
            return Terminal(self.options.command(caller), columns, rows, origin)
        except OSError as error:
            raise FaultError(503, f"no console could be started: {error.strerror or error}") from error


async def _ready(
    descriptor: int, add: Callable[[int, Callable[[], None]], None], remove: Callable[[int], bool]
) -> None:
    """Wait until a descriptor can be read or written."""
    ready = asyncio.Event()
    add(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        remove(descriptor)
