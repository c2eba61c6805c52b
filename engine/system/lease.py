"""A kernel file lock: one engine at a time for one assessment, released when its process ends."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.config.settings import Settings
from engine.errors import FailedError
from engine.system.permissions import PRIVATE, Access, make_file, make_folder

ATTEMPTS, PAUSE_SECONDS = 4, 0.05


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
        # Whoever asks whether it is taken holds it for an instant: not every refusal is another engine.
        for attempt in range(ATTEMPTS):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == ATTEMPTS - 1:
                    raise LeaseTakenError(
                        f"another engine is already {what} in {folder.parent}; attach to it, or stop it"
                    ) from None
                time.sleep(PAUSE_SECONDS)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_taken(folder: Path, name: str) -> bool:
    """Whether some process holds the lease of this name now."""
    return _holder(folder, name) is not None


def holder(folder: Path, name: str) -> int | None:
    """The process that holds the lease of this name now; None if none does, or it has yet to say which."""
    return _holder(folder, name) or None


def _holder(folder: Path, name: str) -> int | None:
    """The process that holds a lease, 0 if it has yet to say which it is; None if none does."""
    try:
        with (folder / f"{name}.lock").open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                said = file.read()
                return int(said) if said.isdecimal() else 0
    except FileNotFoundError:
        pass
    return None


def machine_lease(settings: Settings) -> str:
    """The name of the lease on a machine: one engine watches it, whatever its settings."""
    return lease_name(settings.machine.name)


def lease_name(machine: str) -> str:
    """The name of the lease on the machine of this name; a file can be called so, whatever the machine is."""
    return "machine-" + hashlib.sha256(machine.encode()).hexdigest()[:16]
