"""Reads regular files whole, up to a size; a pipe or a device in the place of one holds up nobody."""

import errno
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

HIDDEN = (".", "~$", "Thumbs.db", "desktop.ini")
"""Beginnings of the names of hidden files, and of those that Windows and office programs write unasked."""


class IrregularError(OSError):
    """A pipe, a device, a folder or a socket in place of a file."""

    def __init__(self, path: Path) -> None:
        """Name the place."""
        super().__init__(errno.EINVAL, "it is not a regular file", str(path))


class OversizedError(OSError):
    """A file that is larger than any file of its kind; `size` is in bytes, at least."""

    def __init__(self, path: Path, size: int) -> None:
        """Name the place and the size."""
        super().__init__(errno.EFBIG, "it is far too large", str(path))
        self.size = size


def read_bounded(
    path: Path,
    most: int,
    *,
    follow: bool = True,
    check: Callable[[os.stat_result], None] | None = None,
) -> bytes:
    """Read a regular file whole.

    Args:
        path: of the file.
        most: bytes that it may have.
        follow: whether a link in its place is followed.
        check: takes the attributes of the open file before anything is read; it raises to refuse it.

    Raises:
        IrregularError: it is not a regular file.
        OversizedError: it has more bytes, also where it grows meanwhile.
        OSError: it cannot be read, or is a link that is not followed (ELOOP).
        ValueError: the path has a NUL byte.
    """
    more = os.O_NONBLOCK if follow else os.O_NONBLOCK | os.O_NOFOLLOW
    with io.FileIO(path, "rb", opener=lambda name, flags: os.open(name, flags | more)) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise IrregularError(path)
        if check is not None:
            check(found)
        size = found.st_size
        if size > most:
            raise OversizedError(path, size)
        # A buffer as large as the file: with room for `most` each read would cost that memory.
        data = file.read(size + 1)
        while len(data) > size and len(data) <= most and (piece := file.read(most + 1 - len(data))):
            data += piece
    if len(data) > most:
        raise OversizedError(path, len(data))
    return data
