"""The time of a recording by its file's name."""

import re
from datetime import UTC, datetime, timedelta

from replay.name_pattern import counted_in, example_of, has_counter, time_in
from replay.parts import first_channel_name, is_file_a_channel, without_channel
from replay.recording import RecordingError, RecordingFormat, clean_text, zone_of
from replay.recording_errors import ForeignNameError

_NUMBERS = re.compile(r"[0-9]{1,15}")

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""A recording's time lies between them: others are faults, and sums overflow at the ends of the calendar."""


def readings_of(name: str, form: RecordingFormat) -> tuple[datetime, ...]:
    """Read a recording's time from its file's name.

    Returns:
        The time, aware, in UTC. Two of them, ascending, in the hour that a local clock shows twice (summer
        time ends).

    Raises:
        RecordingError: the name does not follow `form.time_pattern`, or its time cannot be a recording's.
    """
    if form.time == "number":
        return (_numbered(name, form),)
    if form.time != "name":
        raise RecordingError(
            clean_text(name), f"its time is not in its name (recording.time = {form.time!r})"
        )
    # Digits of every script are decimal for Python, but they look alike and sort elsewhere.
    if any(one.isdecimal() and not one.isascii() and one not in form.time_pattern for one in name):
        raise RecordingError(clean_text(name), "its name has digits other than 0 to 9")
    if name == clean_text(name):
        try:
            time = time_in(name, form.time_pattern)
            if time is None and is_file_a_channel(form):
                time = time_in(first_channel_name(name, form), form.time_pattern)
            if time is not None:
                if time.tzinfo is None:
                    time = time.replace(tzinfo=zone_of(form.timezone))
                first, second = time.astimezone(UTC), time.replace(fold=1).astimezone(UTC)
        except (ValueError, OverflowError):
            time = None
        if time is not None:
            _check_year(name, first)
            # In the hour that a local clock leaves out, the second reading is the earlier one.
            return (first, second) if first < second else (first,)
    example = example_of(form.time_pattern, datetime(2004, 2, 12, 10, 32, 39))
    raise ForeignNameError(
        clean_text(name), f"its name is not a time like {example} (recording.time_pattern)"
    )


def _check_year(name: str, time: datetime) -> None:
    if not EARLIEST <= time < LATEST:
        raise RecordingError(
            name, f"its time {time:%Y-%m-%d %H:%M:%S} UTC cannot be right; set the recorder's clock"
        )


def _numbered(name: str, form: RecordingFormat) -> datetime:
    """Return the time of a numbered recording: of the last number in its file's name."""
    number, start = _number_in(name, form)
    try:
        time = start + timedelta(seconds=number * form.every)
    except OverflowError:
        time = LATEST
    if not EARLIEST <= time < LATEST:
        raise RecordingError(
            clean_text(name),
            f"its number {number} leads beyond the calendar (recording.start and every)",
        )
    return time


def _number_in(name: str, form: RecordingFormat) -> tuple[int, datetime]:
    """Return the number of a recording, and the time of number 0.

    Raises:
        ForeignNameError: its name has none.
    """
    if has_counter(form.time_pattern):
        try:
            found = counted_in(first_channel_name(name, form), form.time_pattern)
        except (ValueError, OverflowError):
            found = None
        if found is None:
            raise ForeignNameError(
                clean_text(name), f"its name is not like {form.time_pattern} (recording.time_pattern)"
            )
        number, date = found
        return number, date.replace(tzinfo=zone_of(form.timezone)).astimezone(UTC) if date else form.beginning
    # The channel's own number is not the recording's.
    stem = without_channel(name, form).rsplit("/", 1)[-1]
    stem = stem.split(".", 1)[0] or stem
    numbers = _NUMBERS.findall(stem)
    if not numbers and form.cut:
        # One long file needs no number.
        numbers = ["0"]
    if not numbers:
        raise ForeignNameError(clean_text(name), "its name holds no number (recording.time = 'number')")
    return int(numbers[-1]), form.beginning


def time_of(name: str, form: RecordingFormat) -> datetime:
    """Read a recording's time from its file's name: of an hour that the clock shows twice, the first.

    Raises:
        RecordingError: as for `readings_of`.
    """
    return readings_of(name, form)[0]
