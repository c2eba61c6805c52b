"""The first words on the terminal, shown while the program of the screens is still being loaded.

Loading takes about half a second. Until then an operator would look at the shell's prompt and press keys.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ENTER = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l"
"""Alternate screen, cleared, the cursor hidden."""

LEAVE = "\x1b[?25h\x1b[?1049l"

WORDS = " Raceway\r\n\r\n Bearings: reading the store ..."
"""In ASCII: which glyphs the terminal shows is not known yet."""

_hanging: list[bool] = []
"""Not empty while the first words may be on the terminal."""


@contextmanager
def curtain() -> Iterator[None]:
    """Show the first words until the console draws; take them away if it does not come to that."""
    if not _can_show():
        yield
        return
    _write(ENTER + WORDS)
    _hanging.append(True)
    try:
        yield
    except BaseException:
        lift()
        raise
    finally:
        _hanging.clear()


def lift() -> None:
    """Take the first words away: a sentence that says why belongs on the shell's screen."""
    if _hanging:
        _hanging.clear()
        _write(LEAVE)


def forget() -> None:
    """Note that the console came and left: to leave its screen once more would write over what it said."""
    _hanging.clear()


def _can_show() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):
        # A terminal that is gone is noticed where the console is run.
        return
