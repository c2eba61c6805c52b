"""Standard output and standard error: no letter and no full disk makes them fail."""

import io
import os
import sys
from contextlib import suppress
from pathlib import Path


def replace_unencodable() -> None:
    """Print a question mark for each letter that the encoding of the terminal or the log lacks.

    Python raises an error instead, in the middle of a line, and the exit code of the command is lost.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def printed(text: str) -> bool:
    """Print text on standard output; return False where it takes none (a full disk, a reader that left).

    An exit code then still has its meaning: Python would end with a code of its own.
    """
    try:
        print(text, flush=True)
    except OSError:
        # Buffered text would fail once more at the end.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return False
    return True


def complain(text: str) -> None:
    """Print text on standard error; ignore a failure, as on a full disk, because the exit code remains."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)
