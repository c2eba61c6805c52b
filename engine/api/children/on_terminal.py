"""Takes the terminal on standard input for this session, then becomes the command of the arguments.

Run as `python -m engine.api.children.on_terminal COMMAND...` by a starter that gave it a new session.
Without a controlling terminal, a command gets no signal when the terminal changes its size or goes away.
"""

import fcntl
import os
import sys
import termios


def main() -> None:
    """Take the terminal, and run the command in place of this process."""
    fcntl.ioctl(sys.stdin.fileno(), termios.TIOCSCTTY, 0)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
