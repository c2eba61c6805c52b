"""Safe opening of files in folders that other users can write to: no link in their place is followed."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import FailedError

_ATTEMPTS = 5
"""Attempts, because a file can vanish between its check and its opening."""


class PlantedError(FailedError):
    """Something else is in the place of a file of Raceway; one sentence with the remedy."""

    def __init__(self, path: Path, words: str) -> None:
        """Keep the place and a description of the thing in it."""
        super().__init__(f"{path}: {words}; find out who put it there, and remove it")


@contextmanager
def plain_folder(path: Path) -> Iterator[int]:
    """Open a folder, by descriptor, during the block.

    A link in its place is followed only if this user or root made it.

    Raises:
        PlantedError: it is another user's link.
        OSError: it cannot be opened.
    """
    found = path.lstat()
    is_link = stat.S_ISLNK(found.st_mode)
    if is_link and found.st_uid not in (0, os.geteuid()):
        raise PlantedError(path, f"is a link of another user ({found.st_uid}), which is not followed")
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    folder = os.open(path, flags if is_link else flags | os.O_NOFOLLOW)
    try:
        yield folder
    finally:
        os.close(folder)


@contextmanager
def plain_file(path: Path, *, write: bool = False, create: bool = False, look: bool = False) -> Iterator[int]:
    """Open a regular file with one name, by descriptor, during the block.

    Args:
        path: of the file; it is opened by way of its folder, and not if it is a link.
        write: open it for writing too, without truncation.
        create: make it if missing, for its owner alone.
        look: open it for its attributes alone. Closing a database file releases the locks that SQLite holds
            on it in the same process (https://sqlite.org/howtocorrupt.html, section 2.2).

    Raises:
        PlantedError: it is a link, a folder or a pipe; or, for writing, it has a second name.
        OSError: it cannot be opened.
    """
    flags = (os.O_RDWR if write else os.O_RDONLY) | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    if look:
        flags |= getattr(os, "O_PATH", 0)
    with plain_folder(path.parent) as folder:
        file = _opened(path, folder, flags, create)
        try:
            found = os.fstat(file)
            # If only the attributes are needed, a link is opened and not followed.
            if stat.S_ISLNK(found.st_mode):
                raise PlantedError(path, "is a symbolic link, which is not followed")
            if not stat.S_ISREG(found.st_mode):
                raise PlantedError(path, "is not a regular file")
            if (write or create) and found.st_nlink > 1:
                raise PlantedError(path, "has a second name (a hard link), by which others could reach it")
            yield file
        finally:
            os.close(file)


def _opened(path: Path, folder: int, flags: int, create: bool) -> int:
    for _ in range(_ATTEMPTS):
        try:
            return os.open(path.name, flags, dir_fd=folder)
        except FileNotFoundError:
            if not create:
                raise
        except OSError as error:
            raise _explained(error, path) from error
        try:
            # Exclusively: the kernel then follows no link, and opens no file that came in between.
            os.close(os.open(path.name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder))
        except FileExistsError:
            pass
        except OSError as error:
            raise _explained(error, path) from error
    raise PlantedError(path, "appears and disappears")


def _explained(error: OSError, path: Path) -> OSError | PlantedError:
    match error.errno:
        case errno.ELOOP | errno.EMLINK:
            return PlantedError(path, "is a symbolic link, which is not followed")
        case errno.EISDIR | errno.ENXIO:
            return PlantedError(path, "is not a regular file")
        case _:
            return type(error)(error.errno, error.strerror, str(path))


def is_planted_owner(owner: int, folder: Path) -> bool:
    """Return whether a file in a folder belongs to a user who has no right to put files there.

    The owner of the folder, this user and root have that right; no other user in a folder open to all.
    """
    found = folder.stat()
    is_open = bool(found.st_mode & stat.S_IWOTH)
    return is_open and owner not in (0, os.geteuid(), found.st_uid)
