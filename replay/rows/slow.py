"""Rows of slow sensors beside the recordings of a machine: the values known at the time of each recording.

A recording takes the last row at or before its time. Later rows never count, so that a finished run and a
watched folder find the same values.
"""

import time
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import numpy as np

from replay.bounded_read import HIDDEN
from replay.recording import RecordingFormat, Snapshot
from replay.rows.clock import microseconds
from replay.rows.table import Version, versions_of
from replay.rows.tail import Tails

SECOND = 1_000_000
"""Microseconds."""

FORMATS_KEPT = 8
"""Formats of rows that stay in memory, one for each machine of a process."""


def with_slow_values(snapshot: Snapshot, folder: Path, form: RecordingFormat) -> Snapshot:
    """Return a recording with the values of the slow sensors at its time, and the shaft's speed where known.

    Args:
        snapshot: the recording.
        folder: of the recordings.
        form: of the recordings.
    """
    slow = form.slow
    if slow is None:
        return snapshot
    values = slow_values(snapshot.time, folder, form)
    speed = snapshot.speed
    if slow.speed:
        column = slow.channels.index(slow.speed)
        told = abs(values[column]) / (60.0 if form.speed_unit == "rpm" else 1.0)
        is_known = np.isfinite(told) and told > 0 and slow.is_valid(column, values[column])
        speed = told if is_known else speed
    return replace(snapshot, slow=values, speed=speed)


def slow_values(at: datetime, folder: Path, form: RecordingFormat) -> tuple[float, ...]:
    """Return the values in the last row at or before a time; NaN where missing, or where the row is too old.

    Args:
        at: of the recording.
        folder: of the recordings.
        form: of the recordings; its `slow` says where the rows are.
    """
    assert form.slow is not None
    stamp, best = microseconds(at), None
    for version in _versions(folder, form):
        rows = _TAILS.rows(_place(folder, form), version, _row_format(form))
        last = int(np.searchsorted(rows.times, stamp, side="right")) - 1
        if last >= 0 and (best is None or rows.times[last] > best[0]):
            best = int(rows.times[last]), rows.values[last]
    if best is None or stamp - best[0] > form.slow.age * SECOND:
        return (float("nan"),) * len(form.slow.channels)
    return tuple(float(one) for one in best[1])


def is_row_awaited(at: datetime, modified_ns: int, folder: Path, form: RecordingFormat) -> bool:
    """Return whether a watched recording waits for a row as late as itself.

    Before that row is written, the last row before the recording is not final. The wait is bounded.

    Args:
        at: time of the recording.
        modified_ns: when its file was written [ns since 1970].
        folder: of the recordings.
        form: of the recordings.
    """
    if form.slow is None or time.time() - modified_ns / 1e9 >= form.slow.wait:
        return False
    stamp = microseconds(at)
    place, rows = _place(folder, form), _row_format(form)
    newest = (_TAILS.rows(place, version, rows).times[-1:] for version in _versions(folder, form))
    return not any(len(one) and one[0] >= stamp for one in newest)


def _path(folder: Path, form: RecordingFormat) -> Path:
    assert form.slow is not None
    path = Path(form.slow.rows).expanduser()
    return path if path.is_absolute() else folder / path


def _place(folder: Path, form: RecordingFormat) -> Path:
    path = _path(folder, form)
    return path if path.is_dir() else path.parent


def _versions(folder: Path, form: RecordingFormat) -> tuple[Version, ...]:
    """Return the files of rows as they are now; none where they cannot be listed."""
    path = _path(folder, form)
    try:
        names = [one.name for one in path.iterdir() if one.is_file()] if path.is_dir() else [path.name]
    except OSError:
        return ()
    return versions_of(_place(folder, form), [name for name in names if not name.startswith(HIDDEN)])


_TAILS = Tails()
"""Rows of the files of all machines of a process."""


@lru_cache(maxsize=FORMATS_KEPT)
def _row_format(form: RecordingFormat) -> RecordingFormat:
    """Return the format of the rows: their columns by name, times and separator by content."""
    assert form.slow is not None
    return RecordingFormat(
        machine=form.machine,
        sample_rate=1.0,
        columns=len(form.slow.channels),
        rows=2,
        names=form.slow.channels,
        timezone=form.timezone,
        separator="auto",
        time="column",
        start=form.start,
        every=form.every,
        table=True,
    )
