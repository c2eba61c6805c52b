"""The recordings in a folder or archive: which files belong together, and when each was recorded."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from replay.archives import DEEPEST
from replay.bounded_read import HIDDEN
from replay.file_times import readings_of
from replay.formats.facts import time_inside
from replay.formats.packed import head_of_packed
from replay.formats.reading import content_of, read_table
from replay.formats.sniff import HEAD_BYTES, PACKED, Kind, identify
from replay.parts import channel_file, is_file_a_channel
from replay.recording import RecordingError, RecordingFormat, clean_text

# Difference of the clocks of a recorder and of the disk it writes to.
_CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording of a run: its file's name, with the folders below that of the run, and its time in UTC."""

    name: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Rejection:
    """A file of a run that is not a recording, with the reason in one sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Names in a folder, with the folders below it; unordered.

    Attributes:
        files: regular files, and links to them where links are followed.
        folders: below the folder itself.
        broken: links that lead to no file.
    """

    files: Sequence[str]
    folders: Sequence[str]
    broken: Sequence[str]


def listing_of(folder: Path, depth: int) -> Listing:
    """List the visible files of a folder that a person named; links are followed.

    Args:
        folder: the folder.
        depth: folders within one another that are searched; -1 for any number.

    Raises:
        OSError: it cannot be listed.
    """
    files: list[str] = []
    folders: list[str] = []
    broken: list[str] = []
    seen = {os.path.realpath(folder)}

    def look(place: Path, prefix: str, left: int) -> None:
        with os.scandir(place) as entries:
            found = sorted(entries, key=lambda one: one.name)
        for entry in found:
            name = prefix + entry.name
            if entry.name.startswith(HIDDEN):
                continue
            if entry.is_file():
                files.append(name)
            elif entry.is_dir():
                folders.append(name)
                real = os.path.realpath(entry.path)
                if left and real not in seen:
                    seen.add(real)
                    look(Path(entry.path), f"{name}/", left - 1)
            elif entry.is_symlink():
                broken.append(name)

    look(folder, "", DEEPEST if depth < 0 else min(depth, DEEPEST))
    return Listing(files, folders, broken)


def timed(
    folder: Path, names: Iterable[str], form: RecordingFormat, rejected: list[Rejection]
) -> dict[str, datetime]:
    """Return the time of each file; a file of several channels stands for the others of its recording.

    Args:
        folder: the folder of the files.
        names: of the files that are meant.
        form: the expected format.
        rejected: gets the files without a time.
    """
    times: dict[str, datetime] = {}
    for name in firsts(names, form, rejected):
        try:
            times[name] = time_of_file(folder, name, form)
        except RecordingError as error:
            rejected.append(Rejection(clean_text(name), error.reason))
    return _apart(times) if form.time == "modified" else times


def _apart(times: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return times of modification, none twice: files that were unpacked or copied together share one.

    Such files follow each other by name, a microsecond apart.
    """
    found: dict[str, datetime] = {}
    last: datetime | None = None
    for name in sorted(times, key=lambda name: (times[name], name)):
        last = times[name] if last is None else max(times[name], last + timedelta(microseconds=1))
        found[name] = last
    return found


def firsts(names: Iterable[str], form: RecordingFormat, rejected: list[Rejection]) -> list[str]:
    """Return one name a recording, in order: where each channel has a file, that of the first one there."""
    ordered = sorted(names)
    if not is_file_a_channel(form):
        return ordered
    there = set(ordered)
    kept = []
    for name in ordered:
        try:
            file = channel_file(name, form)
        except RecordingError as error:
            rejected.append(Rejection(error.name, error.reason))
            continue
        if file is None or next(one for one in file.names if one in there) == name:
            kept.append(name)
    return kept


def time_of_file(folder: Path, name: str, form: RecordingFormat) -> datetime:
    """Return the time of a recording, UTC, from where `form.time` says.

    Raises:
        RecordingError: it has none.
    """
    if form.time in ("name", "number"):
        readings = readings_of(name, form)
        return readings[0] if len(readings) == 1 else _reading_by_change(folder / name, readings)
    try:
        if form.time == "modified":
            return datetime.fromtimestamp((folder / name).stat().st_mtime, UTC)
        with (folder / name).open("rb") as file:
            head = file.read(HEAD_BYTES)
            kind = identify(head, name)
            inner = head_of_packed(head, kind, name) if kind in PACKED else head
            if identify(inner, name) not in (Kind.TEXT, Kind.EMPTY):
                return _time_of_table(head + file.read(form.largest_file), name, form)
            head = inner
    except OSError as error:
        raise RecordingError(clean_text(name), f"it cannot be read: {error.strerror or error}") from None
    return time_inside(head, clean_text(name), form)


def _reading_by_change(path: Path, readings: tuple[datetime, ...]) -> datetime:
    """Return the reading of a time that a local clock shows twice: the second, if the file was written then.

    The file of a copy was written at another time: then it is the first.
    """
    first, second = readings
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return first
    is_second = second - _CLOCKS_DIFFER <= written < second + (second - first) / 2
    return second if is_second else first


def _time_of_table(data: bytes, name: str, form: RecordingFormat) -> datetime:
    content, kind = content_of(data, clean_text(name), form)
    time = read_table(content, kind, clean_text(name), form).time
    if time is None:
        raise RecordingError(clean_text(name), f"it is {kind.words} that tells no time (recording.time)")
    return time.astimezone(UTC)
