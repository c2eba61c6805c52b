"""Standard output and standard error, whatever letters they can show."""

import io
import sys


def replace_unencodable() -> None:
    """Print a question mark for each letter that the encoding of the terminal or the log lacks.

    Python raises an error instead, in the middle of a line, and the exit code of the command is lost.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
