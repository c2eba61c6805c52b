"""Hang-up: ends the console if its terminal goes away."""

import asyncio
import signal
import sys
import termios
from collections.abc import Callable
from contextlib import suppress


class Terminal:
    """The terminal of the console, if it runs on one."""

    def __init__(self, leave: Callable[[], None]) -> None:
        """Call `leave` on a hang-up."""
        # A handler also undoes an inherited "ignore", with which Textual would read a dead terminal in a
        # busy loop for ever.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            with suppress(ValueError, RuntimeError):
                loop.add_signal_handler(number, leave)
        self._number: int | None = None
        if sys.__stdin__ is not None and sys.__stdin__.isatty():
            self._number = sys.__stdin__.fileno()

    def has_gone(self) -> bool:
        """Return whether the terminal went away since the last call."""
        if self._number is None:
            return False
        try:
            termios.tcgetattr(self._number)
        except (termios.error, OSError):
            self._number = None
            return True
        return False
