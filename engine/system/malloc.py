"""Keeps freed memory for the next snapshot, which needs the same arrays as the one before.

Giving it back to the system and asking again took a third of the time of a snapshot.
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's `mallopt`, from its malloc.h."""

KEPT = 128 * 2**20
"""Bytes of freed memory that a heap keeps."""

LARGEST_FROM_HEAP = 32 * 2**20
"""Bytes up to which an array comes from a heap instead of from the system; glibc allows no more."""


def keep_freed_memory() -> None:
    """Tell the C library of this process, where it is one that can be told."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(_MMAP_THRESHOLD, LARGEST_FROM_HEAP)
    mallopt(_TRIM_THRESHOLD, KEPT)
