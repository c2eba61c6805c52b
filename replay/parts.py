"""Recordings that are not one file each: a file a channel, or several snapshots in one file."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from replay.recording import RecordingError, RecordingFormat, clean_text

MOST_PARTS = 1_000_000
"""Snapshots that one file is cut into at most."""

_PART = re.compile(r"(.+)#(\d{5,10})", re.DOTALL)
# A channel number 1 in a time pattern, behind a word for a channel.
_FIRST_CHANNEL = re.compile(r"(?i)(?:channel|chan|ch|kanal|canal|voie|sensor)[ _-]?0*1(?!\d)")


def part_name(file: str, number: int) -> str:
    """Return the name of a snapshot, counted from 1, that is cut out of a file."""
    return f"{file}#{number:05d}"


def split_part(name: str) -> tuple[str, int]:
    """Return the file of a snapshot and its number in it, counted from 1; 0 for a whole file."""
    found = _PART.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, 0)


@dataclass(frozen=True, slots=True)
class Cuts:
    """The snapshots that a long file is cut into.

    Attributes:
        rows: of each.
        step: rows from the start of one to the start of the next.
        count: number of them; 0 where the file is shorter than one.
    """

    rows: int
    step: int
    count: int

    def first_row(self, number: int) -> int:
        """Return the first row of a snapshot, counted from 1 (its rows from 0)."""
        return (number - 1) * self.step

    def delay(self, number: int, sample_rate: float) -> timedelta:
        """Return the time from the start of the file to that of a snapshot."""
        return timedelta(seconds=self.first_row(number) / sample_rate)


def cuts_of(rows: int, form: RecordingFormat) -> Cuts:
    """Return how a file of so many rows is cut."""
    step = max(1, round(form.rows * (1 - form.overlap)) + round(form.gap * form.sample_rate))
    count = 0 if rows < form.rows else min(1 + (rows - form.rows) // step, MOST_PARTS)
    return Cuts(form.rows, step, count)


@dataclass(frozen=True, slots=True)
class ChannelFile:
    """A file that holds one channel of a recording.

    Attributes:
        column: the channel, counted from 1.
        names: of the files of all channels of that recording, in order.
    """

    column: int
    names: tuple[str, ...]


def is_file_a_channel(form: RecordingFormat) -> bool:
    """Return whether each channel may have a file of its own."""
    return _channel_expression(form.channel_pattern, form.time_pattern, form.columns) is not None


def channel_file(name: str, form: RecordingFormat) -> ChannelFile | None:
    """Return the channel that a file's name tells; None where it tells none.

    Raises:
        RecordingError: its channel is none of those that are expected.
    """
    found = _found(name, form)
    if found is None:
        return None
    token = found["channel"]
    tokens = _tokens(token, form)
    known = [one.casefold() for one in tokens]
    if token.casefold() not in known:
        if not form.channel_pattern:
            return None
        raise RecordingError(
            clean_text(name),
            f"its channel {token} is none of {tokens[0]} to {tokens[-1]}; name the channels as the files do:"
            f' channels = ["{token}", ...] in [[component]]',
        )
    start, end = found.span("channel")
    names = tuple(name[:start] + one + name[end:] for one in tokens)
    return ChannelFile(known.index(token.casefold()) + 1, names)


def first_channel_name(name: str, form: RecordingFormat) -> str:
    """Return the name of the first channel's file of the same recording, whose time the pattern finds."""
    try:
        file = channel_file(name, form)
    except RecordingError:
        return name
    return name if file is None else file.names[0]


def without_channel(name: str, form: RecordingFormat) -> str:
    """Return a file's name without the part that tells its channel."""
    found = _found(name, form)
    return name if found is None else name[: found.start()] + "." + name[found.end() :]


def _tokens(token: str, form: RecordingFormat) -> tuple[str, ...]:
    if form.names:
        return form.names
    width = len(token) if token.isdecimal() else 0
    return tuple(str(number).zfill(width) for number in range(1, form.columns + 1))


def _found(name: str, form: RecordingFormat) -> re.Match[str] | None:
    """Return where a name tells a channel: the last place with one that is expected, else the last."""
    expression = _channel_expression(form.channel_pattern, form.time_pattern, form.columns)
    places = [] if expression is None else list(expression.finditer(name))
    for place in reversed(places):
        token = place["channel"]
        if token.casefold() in (one.casefold() for one in _tokens(token, form)):
            return place
    return places[-1] if places else None


@lru_cache(maxsize=64)
def _channel_expression(pattern: str, time_pattern: str, columns: int) -> re.Pattern[str] | None:
    """Return the expression for the channel in a name: as set, or a channel 1 that the time pattern names."""
    if not pattern:
        found = _FIRST_CHANNEL.search(time_pattern)
        if found is None or columns < 2:
            return None
        word = found[0].rstrip("1").rstrip("0")
        pattern = f"{word}*"
    before, _, after = pattern.partition("*")
    token = r"(?P<channel>[0-9]+|[A-Za-z][A-Za-z0-9]*)"
    start = re.escape(before) or r"(?<![A-Za-z0-9])"
    return re.compile(start + token + (re.escape(after) or r"(?![A-Za-z0-9])"), re.IGNORECASE)
