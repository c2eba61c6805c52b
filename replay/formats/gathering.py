"""Reads a recording by its name: one file, a part of a file, or a file for each channel."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from replay.formats.base import fitted
from replay.formats.reading import course_of, read_recording, read_whole
from replay.parts import channel_file
from replay.recording import RecordingError, RecordingFormat, Snapshot
from replay.recording_errors import ColumnCountError

Load = Callable[[str], bytes | None]
"""Returns the bytes of a file by its name, None where there is none; RecordingError: it cannot be read."""


def read_named(load: Load, name: str, form: RecordingFormat, time: datetime) -> Snapshot:
    """Read one recording, from as many files as it has.

    A channel whose file is missing or faulty is NaN in every row, as long as another one can be read.

    Args:
        load: reads a file.
        name: of the recording: that of its file, or of its first channel's.
        form: the expected format.
        time: of the recording, UTC.

    Raises:
        RecordingError: it cannot be read.
    """
    channels = channel_file(name, form)
    if channels is None:
        return read_recording(_content(load, name), name, form, time)
    contents = [load(one) if one != name else _content(load, name) for one in channels.names]
    if not form.channel_pattern and sum(one is not None for one in contents) == 1:
        # A name with "ch1" need not mean that each channel has a file.
        try:
            return read_recording(_content(load, name), name, form, time)
        except ColumnCountError as error:
            if error.found != 1:
                raise
    return _joined(contents, channels.names, name, form, time)


def _joined(
    contents: list[bytes | None], names: tuple[str, ...], name: str, form: RecordingFormat, time: datetime
) -> Snapshot:
    own = replace(form, columns=1, names=(), watched=frozenset())
    signal: NDArray[np.float32] = np.full((form.rows, len(names)), np.nan, np.float32, order="F")
    speeds: list[float] = []
    course: NDArray[np.float32] | None = None
    first_fault: RecordingError | None = None
    for column, (content, file) in enumerate(zip(contents, names, strict=True)):
        if content is None:
            continue
        try:
            whole = read_whole(content, file, own, time)
            signal[:, column] = fitted(whole.signal, file, own)[:, 0]
            speeds += whole.speeds[np.isfinite(whole.speeds)].tolist()
            if course is None and len(whole.speeds) == form.rows:
                course = course_of(whole.speeds)
        except RecordingError as error:
            first_fault = first_fault or error
    readable = [
        form.watches(column + 1) and bool(np.isfinite(signal[0, column])) for column in range(len(names))
    ]
    if not any(readable):
        raise first_fault or RecordingError(name, "none of the files of its channels can be read")
    speed = float(np.mean(speeds)) if speeds else None
    return Snapshot(form.machine, name, time, form.sample_rate, signal, speed, course=course)


def _content(load: Load, name: str) -> bytes:
    content = load(name)
    if content is None:
        raise RecordingError(name, "it cannot be read: no such file or directory")
    return content
