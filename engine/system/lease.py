"""Leases: a kernel file lock lets one engine at a time work on an assessment; it ends with its process."""

import errno
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FailedError, StoreError
from engine.system.permissions import PRIVATE, Access, make_file, make_folder
from engine.system.plain_file import PlantedError, plain_file
from engine.system.processes.process_identity import ProcessIdentity, own_identity

if TYPE_CHECKING:
    from engine.config.settings import Settings

ATTEMPTS, PAUSE_SECONDS = 4, 0.05
"""Attempts to take a lease, and the pause between them [s]: a look of `is_taken` holds it for a moment."""

MOST_BYTES = 1000
"""Most bytes of a lease file: a number, the name of a namespace and a time."""


class LeaseTakenError(FailedError):
    """Another engine holds the lease; the message is one sentence."""


class LeaseLostError(FailedError):
    """The lease of this engine is lost; it must store nothing more under it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a lease: a process, None before it wrote its identity, or if it cannot be trusted.

    `shared` tells whether the process watches other machines too.
    """

    process: ProcessIdentity | None
    shared: bool = False


@contextmanager
def lease(
    folder: Path,
    name: str,
    access: Access = PRIVATE,
    what: str = "assessing this run",
    *,
    shared: bool = False,
) -> Iterator[None]:
    """Hold the lease of this name during the block.

    Args:
        folder: the folder of leases; made if missing.
        name: of the lease.
        access: rights of the lease's file.
        what: the work of the holder, for the message.
        shared: whether the process holds the leases of other machines too; a signal would end them all.

    Raises:
        LeaseTakenError: another process holds it.
        PlantedError: a link, or anything else that is not a lease, is in its place.
        StoreError: this user may not write there.
        OSError: the folder cannot be written.
    """
    with ExitStack() as held:
        with _explained(folder):
            make_folder(folder, access)
        for attempt in range(ATTEMPTS):
            with _explained(folder):
                file = _take(folder / f"{name}.lock", access, held)
            if file is not None:
                break
            if attempt < ATTEMPTS - 1:
                time.sleep(PAUSE_SECONDS)
        else:
            raise LeaseTakenError(
                f"another engine is already {what} in {folder.parent}; attach to it, or stop it"
            )
        os.ftruncate(file, 0)
        os.pwrite(file, json.dumps({**asdict(own_identity()), "shared": shared}).encode(), 0)
        yield


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Say in a sentence that this user may not write a lease."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise StoreError(
            f"{folder}: you may not write to it ({error.strerror}); start the engine as the owner of the"
            " store, or share the store ([store] group)"
        ) from error


def _take(place: Path, access: Access, held: ExitStack) -> int | None:
    """Try to take a lease; return its open file, which `held` closes, or None if it is taken.

    A query by `is_taken` holds it for an instant: not every refusal is another engine.
    """
    make_file(place, access)
    with ExitStack() as attempt:
        file = attempt.enter_context(plain_file(place, write=True))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        if not _is_believed(file, place.parent.parent):
            # The leftover of another user, whose content cannot be trusted: a new file replaces it.
            place.unlink()
            return None
        if not os.path.samestat(os.fstat(file), place.lstat()):
            return None
        held.push(attempt.pop_all())
        return file


def _is_believed(file: int, state: Path) -> bool:
    """Return whether an open file belongs to this user, to root, or to the owner of the store's folder."""
    return os.fstat(file).st_uid in (0, os.geteuid(), state.stat().st_uid)


def is_taken(folder: Path, name: str) -> bool:
    """Return whether some process holds the lease of this name now."""
    return holder(folder, name) is not None


def any_taken(folder: Path) -> bool:
    """Return whether some process holds any lease of a folder now; a missing folder has none."""
    return any(is_taken(folder, place.stem) for place in folder.glob("*.lock"))


def holder(folder: Path, name: str) -> Holder | None:
    """Return the holder of the lease of this name now; None without one.

    Anything else in the place of a lease, such as a link, has no holder.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with plain_file(folder / f"{name}.lock") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _read(file, folder.parent)
    except (FileNotFoundError, PlantedError):
        pass
    return None


def _read(file: int, state: Path) -> Holder:
    """Read the holder of a lease; a file of any other user is not trusted."""
    process, shared = None, False
    if _is_believed(file, state):
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(os.pread(file, MOST_BYTES, 0))
            process = ProcessIdentity(int(told["pid"]), str(told["space"]), int(told["started"]))
            shared = told.get("shared") is True
    return Holder(process, shared)


def machine_lease(settings: "Settings") -> str:
    """Return the name of the lease on a machine: one engine watches it, whatever its settings."""
    return lease_name(settings.machine.name)


def lease_name(machine: str) -> str:
    """Return the name of the lease on the machine of this name, valid as a file name for any machine."""
    return "machine-" + hashlib.sha256(machine.encode()).hexdigest()[:16]
