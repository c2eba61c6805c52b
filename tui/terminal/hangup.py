"""Minds the terminal: a hang-up ends the console cleanly, and a terminal that has gone is noticed."""

import asyncio
import signal
import sys
import termios
from collections.abc import Callable
from contextlib import suppress


class Terminal:
    """The terminal that the console runs on, if it does."""

    def __init__(self, leave: Callable[[], None]) -> None:
        """Leave when told to."""
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
        """Whether it was there and is no more; said once."""
        if self._number is None:
            return False
        try:
            termios.tcgetattr(self._number)
        except (termios.error, OSError):
            self._number = None
            return True
        return False
