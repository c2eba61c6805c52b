"""Arguments of a command line, decoded as UTF-8 where the locale has no letters beyond ASCII."""

import os
import sys


def decode_arguments() -> None:
    """Start this Python again in its UTF-8 mode if it decodes arguments and file names as ASCII.

    Python does so in the locale C (or POSIX) with PYTHONUTF8=0. A name such as "Лагер" then arrives as
    undecodable bytes and equals no stored name. The arguments are passed on byte for byte; the process number
    stays.
    """
    if sys.getfilesystemencoding().lower() not in ("ascii", "us-ascii", "646", "ansi_x3.4-1968"):
        return
    if os.environ.get("PYTHONUTF8") == "1":
        # An option of Python itself forbids the mode: a second start would change nothing.
        return
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONUTF8": "1"})
