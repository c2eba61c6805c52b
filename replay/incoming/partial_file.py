"""Decides whether an incomplete file can still become a recording, or is faulty.

A recorder that writes under the final name, or a copy in progress, shows a file that ends anywhere. Such a
file gets more time. A file with a fault before its end does not.
"""

import re
from dataclasses import replace

from replay.ims import read_ims
from replay.recording import RecordingError, RecordingFormat

# Bytes at the end of a file that show the notation of its numbers: about thirty rows.
_TAIL = 1024
_FIXED = re.compile(rb"[+-]?\d*\.(\d+)")


def may_still_grow(data: bytes, name: str, form: RecordingFormat) -> bool:
    """Return whether further bytes at the end could complete the recording.

    That is so while all complete lines are correct and some are missing. It is also so while the last line
    has no end, unless its last number has as many decimals as all numbers near it. Zero bytes are reserved
    space, or content that a network file system has not delivered yet.

    Args:
        data: the present content, which `read_ims` refuses or which ends without a newline.
        name: its name, which holds its time.
        form: the expected format.
    """
    if b"\0" in data:
        return True
    lines, newline, rest = data.rpartition(b"\n")
    count = lines.count(b"\n") + 1 if newline else 0
    if count >= form.rows:
        return False
    if count and not _is_right(lines + newline, count, name, form):
        return False
    return not rest or count < form.rows - 1 or not _is_finished(data, rest, form)


def _is_right(lines: bytes, count: int, name: str, form: RecordingFormat) -> bool:
    """Return whether this number of complete lines are correct rows."""
    try:
        read_ims(lines, name, replace(form, rows=count))
    except RecordingError:
        return False
    return True


def _is_finished(data: bytes, last: bytes, form: RecordingFormat) -> bool:
    """Return whether a last row without a newline is complete: its numbers end like those near it."""
    separator = form.separator.encode()
    if last.count(separator) + 1 != form.columns:
        return False
    numbers = data[-_TAIL:].replace(separator, b"\n").split(b"\n")
    # The first number may be cut, because only the tail was read.
    ends = [_FIXED.fullmatch(number.strip()) for number in numbers[1 if len(data) > _TAIL else 0 :]]
    return len({end and len(end[1]) for end in ends}) == 1 and ends[0] is not None
