"""Could more bytes at its end still make a recording of this file, or is it bad for good?

A recorder that writes under the final name, or a copy under way, shows a file that ends anywhere. Such a file
deserves patience; one whose faults lie before its end does not.
"""

import re
from dataclasses import replace

from replay.ims import read_ims
from replay.recording import RecordingError, RecordingFormat

# Bytes at the end of a file that show how its numbers are written: some thirty rows.
_TAIL = 1024
_FIXED = re.compile(rb"[+-]?\d*\.(\d+)")


def may_still_grow(data: bytes, name: str, form: RecordingFormat) -> bool:
    """Whether a recorder that goes on writing at the end could make a whole recording of it.

    So it is while its whole lines are as they should be and some are missing; and while its last line has no
    end, unless every number near it has as many decimals and the last one has them too. Zero bytes are
    space that was set aside, or whose content a network file system has not brought yet.

    Args:
        data: the file as it is now, which `read_ims` refuses or which ends without a newline.
        name: its name, which holds its time.
        form: what is expected of it.
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
    """Whether so many whole lines are rows as expected."""
    try:
        read_ims(lines, name, replace(form, rows=count))
    except RecordingError:
        return False
    return True


def _is_finished(data: bytes, last: bytes, form: RecordingFormat) -> bool:
    """Whether a last row without a newline is surely whole: its numbers end as all those near it do."""
    separator = form.separator.encode()
    if last.count(separator) + 1 != form.columns:
        return False
    numbers = data[-_TAIL:].replace(separator, b"\n").split(b"\n")
    # The first of them may have been cut by the look at the tail alone.
    ends = [_FIXED.fullmatch(number.strip()) for number in numbers[1 if len(data) > _TAIL else 0 :]]
    return len({end and len(end[1]) for end in ends}) == 1 and ends[0] is not None
