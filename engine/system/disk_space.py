"""Whether the disk has room for more: intake stops early enough that acknowledgements still fit."""

import shutil
from pathlib import Path

MEGABYTE = 1_000_000

RESUME_PERCENT = 110
"""Intake that was paused resumes only above so much of the floor, so that it does not start and stop."""


def has_room(free: int, floor: int, *, paused: bool = False) -> bool:
    """Whether intake may go on.

    Args:
        free: bytes free on the disk.
        floor: [store] minimum_free, in megabytes; 0 = take in to the last byte.
        paused: whether intake stands still for want of room.
    """
    return 100 * free >= floor * MEGABYTE * (RESUME_PERCENT if paused else 100)


def free_bytes(folder: Path) -> int:
    """Bytes that a user without privileges may still write on the disk of this folder.

    Raises:
        OSError: the folder is not there.
    """
    return shutil.disk_usage(folder).free
