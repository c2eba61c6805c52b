"""Folders to work in, gone afterwards: what a killed process left behind, the next to work there clears away.

Whoever works in one holds a kernel lock on it, which ends with the process. So what nobody holds is a
leftover, and the work of another running process is never taken for one.
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
    """Make an empty folder, removed in the end unless it was renamed; sweep leftovers of its kind first.

    Args:
        prefix: of its name; tells its kind.
        parent: where to make it; where the system keeps temporary files if not given.

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
    """Remove this user's folders with that prefix in which nobody works any more."""
    for place in within.glob(f"{prefix}*"):
        # Removed meanwhile, not a folder, of another user, or in use: all the same here.
        with suppress(OSError):
            opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(opened).st_uid == os.geteuid():
                    fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(place)
            finally:
                os.close(opened)


def _held(within: Path, prefix: str) -> tuple[Path, int]:
    """Make a folder and lock it: again, should somebody sweep it away in between."""
    while True:
        place = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
        with suppress(FileNotFoundError):
            opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
            # Where there are no locks, nothing is swept either.
            with suppress(OSError):
                fcntl.flock(opened, fcntl.LOCK_SH)
            if place.exists():
                return place, opened
            os.close(opened)
