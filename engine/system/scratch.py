"""Temporary folders; leftovers of killed processes are removed on next use.

A process holds a kernel lock on its folder, which ends with the process. So a folder without a lock is a
leftover, and the folder of a running process never is.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def scratch(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """Make an empty folder, and remove it at the end unless it was renamed; first remove leftovers.

    Args:
        prefix: of its name; leftovers are known by it.
        parent: the folder to make it in; the system's folder for temporary files by default.

    Raises:
        OSError: it cannot be made.
    """
    within = parent or Path(tempfile.gettempdir())
    sweep(within, prefix)
    place, held = _held(within, prefix)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)


def sweep(within: Path, prefix: str) -> None:
    """Remove this user's folders with that prefix that no process uses any more."""
    for place in within.glob(f"{prefix}*"):
        # Ignored: removed meanwhile, not a folder, of another user, or in use.
        with suppress(OSError):
            opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(opened).st_uid == os.geteuid():
                    fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(place)
            finally:
                os.close(opened)


def _held(within: Path, prefix: str) -> tuple[Path, int]:
    """Make a folder and lock it; repeat if another process removed it in between."""
    while True:
        place = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
        with suppress(FileNotFoundError):
            opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            # Without locks on this file system nothing is removed either.
            with suppress(OSError):
                fcntl.flock(opened, fcntl.LOCK_SH)
            if place.exists():
                return place, opened
            os.close(opened)
