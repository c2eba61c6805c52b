"""Decides whether an incomplete file can still become a recording, or is faulty.

A recorder that writes under the final name, or a copy in progress, shows a file that ends anywhere. Such a
file gets more time. A text with a fault before its end does not.
"""

import re
from dataclasses import replace

from replay.formats.sniff import ARCHIVES, HEAD_BYTES, Kind, identify
from replay.formats.text import Plain, layout_for, plain_of
from replay.ims import read_ims
from replay.recording import RecordingError, RecordingFormat

# Bytes at the end of a file that show the notation of its numbers: about thirty rows.
_TAIL = 1024
_FIXED = re.compile(rb"[+-]?\d*\.(\d+)")
_NEVER = ARCHIVES | {Kind.EXCEL, Kind.PDF, Kind.PICTURE}
# Lines above the numbers of a text that has no row of numbers yet.
_PREAMBLE = 60


def may_still_grow(data: bytes, name: str, form: RecordingFormat) -> bool:
    """Return whether further bytes at the end could complete the recording.

    For a text that is so while all complete lines are correct and some are missing. It is also so while the
    last line has no end, unless its last number has as many decimals as all numbers near it. Zero bytes are
    reserved space, or content that a network file system has not delivered yet. Files of other
    kinds, and channels one below another, show it only by time.

    Args:
        data: the present content, which is refused or which ends without a newline.
        name: its name.
        form: the expected format.
    """
    if b"\0" in data or not data or form.stacked:
        return True
    kind = identify(data[:HEAD_BYTES], name)
    if kind is not Kind.TEXT:
        return kind not in _NEVER
    plain = _plain(data, name, form)
    if plain is None:
        return False
    if isinstance(plain, bool):
        return plain
    lines, newline, rest = plain.body.rpartition(b"\n")
    count = lines.count(b"\n") + 1 if newline else 0
    if count >= form.rows and (not rest or count >= form.most):
        return False
    if count and not _is_right(lines + newline, count, name, plain.form):
        return False
    return not rest or count < form.rows - 1 or not _is_finished(plain.body, rest, plain.form)


def rows_so_far(data: bytes, name: str, form: RecordingFormat) -> int | None:
    """Return the rows of a text; None where it has none."""
    plain = _plain(data, name, form)
    return plain.form.rows if isinstance(plain, Plain) else None


def _plain(data: bytes, name: str, form: RecordingFormat) -> Plain | bool | None:
    """Return a text as plain rows; whether it may get rows, where it has none yet."""
    layout = layout_for(data, form)
    if layout is None and b"\n" in data:
        # The last line may be cut within a number, a word or a quote.
        whole = data[: data.rfind(b"\n") + 1]
        layout = layout_for(whole, form)
    if layout is None:
        loose = replace(form, separator="auto", decimal="auto", comment="auto", header="auto", skip=0)
        return data.count(b"\n") < _PREAMBLE and layout_for(data, loose) is None
    try:
        return plain_of(data, name, form, layout)
    except RecordingError:
        # A single line without an end may lack columns.
        return b"\n" not in data.strip()


def _is_right(lines: bytes, count: int, name: str, form: RecordingFormat) -> bool:
    """Return whether this number of complete lines are correct rows."""
    try:
        read_ims(lines, name, replace(form, rows=count), form.beginning)
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
