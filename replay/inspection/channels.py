"""The channels of recordings whose settings name no component: one a column of sensors."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from replay.archives import UnpackError
from replay.entries import listing_of, time_of_file
from replay.extract import unpacked
from replay.folders import FolderError
from replay.formats.text_cells import is_like
from replay.inspection.contents import Content, look
from replay.parts import channel_file, is_file_a_channel
from replay.recording import RecordingError, RecordingFormat
from replay.run import RunError, is_archive

MOST_CHANNELS = 64
"""Channels that are named without a person's word: a table of more columns is hardly one of sensors."""

_LOOKED_AT = 50
_DIGITS = re.compile(r"\d+")
_PARTS = re.compile(r"\d+|\D+")
_MOSTLY = 0.6


def names_of_channels(path: Path, form: RecordingFormat) -> tuple[str, ...]:
    """Return a name for each channel of the recordings in a place: from the header, else "Channel N".

    Args:
        path: a folder, an archive, or one recording.
        form: the settings, apart from the number of columns.

    Returns:
        The names, in the order of the columns; empty where nothing there can be read.
    """
    try:
        folder, names, form = _place(path, form)
        if is_file_a_channel(replace(form, columns=2)):
            return numbered(_channel_files(names, replace(form, columns=MOST_CHANNELS)))
        first = next(_readable(folder, names, form), None)
    except (OSError, ValueError, UnpackError, FolderError, RunError):
        return ()
    return distinct(first.names[:MOST_CHANNELS]) if first is not None else ()


def numbered(count: int) -> tuple[str, ...]:
    """Return "Channel 1", "Channel 2" ... for channels without names."""
    return tuple(f"Channel {number}" for number in range(1, count + 1))


def distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that differ: one that is empty, too long or there already becomes "Channel N"."""
    found: list[str] = []
    for name, other in zip(names, numbered(len(names)), strict=True):
        is_fit = name.strip() and name.isprintable() and len(name) <= 100 and name not in found
        found.append(name.strip() if is_fit else other)
    return tuple(found) if len(set(found)) == len(found) else numbered(len(names))


def shared_names(files: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the channels that all files name: their name in the first file, and a pattern that fits all.

    Numbers may differ from file to file, as in X097_DE_time and X098_DE_time. A few files may hold several
    channels of a pattern; they are refused when they are read.

    Args:
        files: names of the sensor columns of each file.

    Returns:
        Names and patterns; empty where the columns of the first file have no names of their own, or most of
        these are not shared.
    """
    first = files[0]
    if not all(first) or len(set(first)) < len(first):
        return {}
    found: dict[str, str] = {}
    for index, name in enumerate(first):
        if all(name in one for one in files):
            found[name] = name
            continue
        if narrow := _narrow_pattern(index, files):
            found[name] = narrow
            continue
        pattern = _DIGITS.sub("*", name)
        counts = [len([one for one in names if _DIGITS.sub("*", one) == pattern]) for names in files]
        if "*" in pattern and min(counts) > 0 and counts.count(1) > _MOSTLY * len(counts):
            found[name] = pattern
    is_clear = len(set(found.values())) == len(found) and 2 * len(found) >= len(first)
    return found if is_clear else {}


def _narrow_pattern(index: int, files: Sequence[Sequence[str]]) -> str:
    """Return a pattern of the names at one place in which only the numbers that differ are left open.

    Empty where files have other columns, or where the pattern fits several names of a file.
    """
    if len({len(names) for names in files}) > 1:
        return ""
    split = [_PARTS.findall(names[index]) for names in files]
    if len({tuple(part for part in parts if not part.isdecimal()) for parts in split}) > 1:
        return ""
    if len({len(parts) for parts in split}) > 1:
        return ""
    places = zip(*split, strict=True)
    pattern = "".join(parts[0] if len({*parts}) == 1 else "*" for parts in places)
    is_one = all(sum(is_like(name, pattern) for name in names) == 1 for names in files)
    return pattern if is_one else ""


def plain_words(pattern: str) -> str:
    """Return the words of a pattern of names: X*_DE_time becomes DE_time."""
    words = [one.strip("_-. ") for one in pattern.split("*")]
    return max(words, key=len) or pattern


def _place(path: Path, form: RecordingFormat) -> tuple[Path, list[str], RecordingFormat]:
    """Return the folder of the files and their names, with folders below it."""
    if path.is_dir():
        return path, list(listing_of(path, form.depth).files), form
    if is_archive(path):
        folder = unpacked(path, form.largest_file).folder
        return folder, list(listing_of(folder, -1).files), form
    return path.parent, [path.name], form


def _channel_files(names: list[str], form: RecordingFormat) -> int:
    columns = []
    for name in names:
        try:
            found = None if form.excludes(name) else channel_file(name, form)
        except RecordingError:
            continue
        if found is not None:
            columns.append(found.column)
    return max(columns, default=0)


def _readable(folder: Path, names: list[str], form: RecordingFormat) -> Iterator[Content]:
    """Yield the content of files that can be read, those with a valid time first."""
    meant = [name for name in sorted(names) if not form.excludes(name)][: 20 * _LOOKED_AT]
    for name in sorted(meant, key=lambda one: not _has_time(folder, one, form))[:_LOOKED_AT]:
        try:
            yield look(folder / name, name, form)
        except (RecordingError, OSError):
            continue


def _has_time(folder: Path, name: str, form: RecordingFormat) -> bool:
    try:
        time_of_file(folder, name, form)
    except RecordingError:
        return False
    return True
