"""Settings of the interpreter for a process that answers small requests while it scores large ones."""

import gc
import sys

SWITCH = 0.0005
"""Time after which a computing thread passes the GIL to one that waits [s]; 5 ms by default.

A small request takes the GIL several times, and waits for each computing thread every time.
"""


def tune() -> None:
    """Set up this process for serving; called once, when everything is loaded."""
    sys.setswitchinterval(SWITCH)
    # A full collection looks at every object of the libraries, and holds the GIL for 50 ms or more.
    gc.collect()
    gc.freeze()
