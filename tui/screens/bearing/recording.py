"""The recording of a snapshot, read again for its waveform, or the reason why it cannot be read."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.clock import moment
from engine.records.assessment import Assessment

if TYPE_CHECKING:
    from replay.recording import RecordingFormat


@dataclass(frozen=True, slots=True, eq=False)
class Waveform:
    """A recording, or the reason why there is none.

    `signal` is float32 (rows, channels) in units, empty where `why_not` is a sentence; `sample_rate` in Hz.
    """

    name: str
    sample_rate: float
    signal: NDArray[np.float32]
    why_not: str = ""


def no_waveform(name: str, why_not: str) -> Waveform:
    """Return the reason in place of a recording."""
    return Waveform(name, 0.0, np.zeros((0, 0), np.float32), why_not)


def read_waveform(assessment: Assessment, name: str, at: int) -> Waveform:
    """Read the recording of a snapshot. It may take long: never on the thread that draws.

    Args:
        assessment: that the snapshot belongs to.
        name: of its file.
        at: its instant.
    """
    # Reading needs more than the console does to start.
    from replay.extract import is_unpacked
    from replay.folders import FolderError
    from replay.recording import RecordingError
    from replay.run import Entry, Run, RunError, open_run

    place = Path(assessment.run)
    try:
        form, sensitivity, offset = form_of(assessment)
    except ValueError:
        return no_waveform(name, "the settings of this assessment do not tell how its recordings are read")
    try:
        if place.is_dir():
            snapshot = Run(place, place, form, (Entry(name, moment(at)),), ()).read(0)
        elif not place.exists():
            return no_waveform(name, f"the recordings are not reachable from here: {place} does not exist")
        elif not is_unpacked(place):
            return no_waveform(
                name, f"the recordings are packed in {place}; unpack it to see their waveforms"
            )
        else:
            run = open_run(place, form)
            found = next((number for number, one in enumerate(run.entries) if one.name == name), None)
            if found is None:
                return no_waveform(name, f"{place} holds no recording called {name}")
            snapshot = run.read(found)
    except (RecordingError, RunError, FolderError, OSError, ValueError) as error:
        return no_waveform(name, f"the recording cannot be read: {error}")
    signal = ((snapshot.signal - offset) / sensitivity).astype(np.float32)
    return Waveform(name, snapshot.sample_rate, signal)


def form_of(assessment: Assessment) -> "tuple[RecordingFormat, NDArray[np.float32], NDArray[np.float32]]":
    """Return the file format of a machine, and the sensitivity and offset of each column.

    Taken from the settings as they were stored, which may be those of another Raceway.

    Raises:
        ValueError: they do not tell.
    """
    from replay.recording import format_of

    machine, recording = assessment.settings.machine, assessment.settings.recording
    parts = assessment.settings.parts
    if machine is None or not machine.sample_rate or recording is None:
        raise ValueError("the layout of the recordings is not known")
    if not parts or not all(part.channels for part in parts):
        raise ValueError("the channels of the components are not known")
    table = recording.table
    names = table.get("names")
    named = len(names) if isinstance(names, list | tuple) else 0
    columns = named or recording.columns or max(max(part.channels) for part in parts)
    sensitivity, offset = np.ones(columns, np.float32), np.zeros(columns, np.float32)
    for part in parts:
        zeros = part.offset or (0.0,) * len(part.channels)
        for channel, factor, zero in zip(part.channels, part.sensitivity, zeros, strict=True):
            sensitivity[channel - 1], offset[channel - 1] = factor, zero
    form = format_of(
        table,
        machine=assessment.machine,
        sample_rate=machine.sample_rate,
        columns=columns,
        watched=frozenset(channel for part in parts for channel in part.channels),
    )
    return form, sensitivity, offset
