"""A kernel file lock: one engine at a time for one assessment, released when its process ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.access import PRIVATE, Access, make_file, make_folder
from engine.errors import FailedError


class LeaseTakenError(FailedError):
    """Another engine has the lease; the message says so in one sentence."""


@contextmanager
def lease(
    folder: Path, name: str, access: Access = PRIVATE, what: str = "assessing this run"
) -> Iterator[None]:
    """Hold the lease of this name while the block runs; `access` says who else may ask for it.

    Raises:
        LeaseTakenError: another process holds it.
        OSError: the folder cannot be written.
    """
    make_folder(folder, access)
    place = folder / f"{name}.lock"
    make_file(place, access)
    with place.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LeaseTakenError(
                f"another engine is already {what} in {folder.parent}; attach to it, or stop it"
            ) from None
        yield
