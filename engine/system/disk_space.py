"""Free disk space: intake stops early enough that acknowledgements still fit."""

import errno
import shutil
from pathlib import Path

MEGABYTE = 1_000_000

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Error numbers of a disk, or a user's share of it, that is full."""

RESUME_PERCENT = 110
"""Paused intake resumes only above this multiple of the floor, so that it does not start and stop."""


def has_room(free: int, floor: int, *, paused: bool = False) -> bool:
    """Return whether intake may continue.

    Args:
        free: bytes free on the disk.
        floor: [store] minimum_free, in megabytes; with 0 intake continues to the last byte.
        paused: whether intake is paused because the disk is low.
    """
    return 100 * free >= floor * MEGABYTE * (RESUME_PERCENT if paused else 100)


def free_bytes(folder: Path) -> int:
    """Return the bytes that a user without privileges can still write on the disk of this folder.

    Raises:
        OSError: the folder is missing.
    """
    return shutil.disk_usage(folder).free
