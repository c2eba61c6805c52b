"""Leases: a kernel file lock lets one engine at a time work on an assessment; it ends with its process."""

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
    """Another engine holds the lease; the message is one sentence."""


@contextmanager
def lease(
    folder: Path, name: str, access: Access = PRIVATE, what: str = "assessing this run"
) -> Iterator[None]:
    """Hold the lease of this name during the block.

    Args:
        folder: the folder of leases; made if missing.
        name: of the lease.
        access: rights of the lease's file.
        what: the work of the holder, for the message.

    Raises:
        LeaseTakenError: another process holds it.
        OSError: the folder cannot be written.
    """
    make_folder(folder, access)
    place = folder / f"{name}.lock"
    make_file(place, access)
    with place.open("r+") as file:
        # A query by `is_taken` holds it for an instant: not every refusal is another engine.
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
    """Return whether some process holds the lease of this name now."""
    return _holder(folder, name) is not None


def holder(folder: Path, name: str) -> int | None:
    """Return the process id of the holder of a lease; None without a holder, or before it wrote its id."""
    return _holder(folder, name) or None


def _holder(folder: Path, name: str) -> int | None:
    """Return the process id of the holder of a lease, 0 before it wrote its id, None without a holder."""
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
    """Return the name of the lease on a machine: one engine watches it, whatever its settings."""
    return lease_name(settings.machine.name)


def lease_name(machine: str) -> str:
    """Return the name of the lease on the machine of this name, valid as a file name for any machine."""
    return "machine-" + hashlib.sha256(machine.encode()).hexdigest()[:16]
