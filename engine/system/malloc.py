"""The C library's allocator: it keeps freed memory for the next snapshot, which needs the same arrays.

Returning memory to the system and requesting it again took a third of the time of a snapshot.
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of glibc's `mallopt`, from its malloc.h."""

KEPT = 128 * 2**20
"""Freed memory that a heap keeps [bytes]."""

LARGEST_FROM_HEAP = 32 * 2**20
"""Largest array that comes from a heap instead of the system [bytes]; glibc allows no more."""


def keep_freed_memory() -> None:
    """Set the allocator of this process, if its C library is glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(_MMAP_THRESHOLD, LARGEST_FROM_HEAP)
    mallopt(_TRIM_THRESHOLD, KEPT)


HEAPS = 2
"""Heaps of a process with many threads; glibc would take eight for each core, and each keeps freed memory."""


def share_few_heaps() -> None:
    """Let the threads of this process share few heaps, if its C library is glibc."""
    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, HEAPS)
    except (AttributeError, OSError):
        return
