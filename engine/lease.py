"""A kernel file lock: one engine at a time for one assessment, released when its process ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import FailedError


class LeaseTakenError(FailedError):
    """Another engine has the lease; the message says so in one sentence."""


@contextmanager
def lease(folder: Path, name: str) -> Iterator[None]:
    """Hold the lease of this name while the block runs.

    Raises:
        LeaseTakenError: another process holds it.
        OSError: the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LeaseTakenError(
                f"another engine is already assessing this run in {folder.parent}; attach to it, or stop it"
            ) from None
        yield
