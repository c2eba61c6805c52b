"""Writes a whole recording under the name of its time, once."""

from datetime import datetime, timedelta
from pathlib import Path

from replay.recorder.recorder import shortest_interval, write_recording
from replay.recording import RecordingFormat, zone_of


class OccupiedError(Exception):
    """Another recording of the same time is there already; the message is a reason."""


def write_once(folder: Path, form: RecordingFormat, at: datetime, text: bytes) -> bool:
    """Write a recording; return False where the same one is there already.

    Another one of its time is written under the next name.

    Args:
        folder: made if missing.
        form: the format, with the pattern of names.
        at: time of the first row.
        text: content of the file.

    Raises:
        OccupiedError: the next name is taken too.
        OSError: the file cannot be written.
    """
    step = timedelta(seconds=shortest_interval(form.time_pattern))
    place = folder
    for moment in (at, at + step):
        place = folder / moment.astimezone(zone_of(form.timezone)).strftime(form.time_pattern)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_recording(place, text)
        except FileExistsError:
            if place.read_bytes() == text:
                return False
            continue
        return True
    raise OccupiedError(f"another recording of its time is there already ({place.name})")
