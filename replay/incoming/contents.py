"""Reads the recording of a candidate: one file, a file for each channel, or a part of a long file."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from replay.formats.base import MissingExtraError
from replay.formats.facts import speed_at
from replay.formats.gathering import read_named
from replay.formats.reading import Whole, read_whole, snapshot_of
from replay.formats.sniff import HEAD_BYTES, Kind, identify
from replay.incoming.candidates import Candidate
from replay.incoming.folder import Found, Listing, Stamp, UnsettledError, read_unchanged, shown_name
from replay.incoming.partial_file import may_still_grow, rows_so_far
from replay.parts import channel_file, cuts_of, is_file_a_channel, part_name, split_part
from replay.recording import RecordingError, RecordingFormat, Snapshot
from replay.rows.slow import is_row_awaited, with_slow_values


class FaultyContentError(Exception):
    """A file whose present content is not a recording.

    Attributes:
        data: the content.
        fault: why it is none.
    """

    def __init__(self, data: bytes, fault: RecordingError) -> None:
        super().__init__(data, fault)
        self.data = data
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Read:
    """A recording that was read.

    Attributes:
        snapshot: the recording.
        data: the content of its first file.
        doubt: why it may be unfinished; empty for a finished one.
        short: whether the doubt is that it has fewer rows than a snapshot, though enough.
    """

    snapshot: Snapshot
    data: bytes
    doubt: str = ""
    short: bool = False


def is_glance_enough(form: RecordingFormat) -> bool:
    """Return whether hinted and waiting files tell all: not where files belong together or lie deeper."""
    return form.depth == 0 and not form.cut and not is_file_a_channel(form)


def grouped(listing: Listing, form: RecordingFormat) -> Listing:
    """Return a listing in which the first file of a recording stands for those of its other channels."""
    files: dict[bytes, Found] = {}
    for raw, found in listing.files.items():
        try:
            channels = channel_file(os.fsdecode(raw), form)
        except RecordingError:
            channels = None
        if channels is None or form.excludes(os.fsdecode(raw)):
            files[raw] = found
            continue
        there = [name for name in map(os.fsencode, channels.names) if name in listing.files]
        if there[0] != raw:
            continue
        members = tuple((name, listing.files[name].stamp) for name in there)
        stamps = [stamp for _, stamp in members]
        whole = Stamp(
            sum(one.size for one in stamps), max(one.modified_ns for one in stamps), stamps[0].inode
        )
        is_link = any(listing.files[name].is_link for name in there)
        files[raw] = Found(whole if len(members) > 1 else found.stamp, is_link, members)
    return replace(listing, files=files)


def read_candidate(folder: Path, candidate: Candidate, form: RecordingFormat) -> Read:
    """Read a candidate's recording.

    Raises:
        FaultyContentError: its content is not a recording now.
        MissingExtraError: the library that reads it is not installed.
        UnsettledError: it has changed, or cannot be read now.
    """
    contents: dict[str, bytes] = {}
    stamps = dict(candidate.files or ((candidate.raw, candidate.stamp),))

    def load(name: str) -> bytes | None:
        raw = os.fsencode(name)
        if raw not in stamps:
            return None
        contents[name] = _content(folder, raw, stamps[raw], form)
        return contents[name]

    try:
        if form.cut:
            snapshot = _part(folder, candidate, form)
        else:
            snapshot = read_named(load, os.fsdecode(candidate.raw), form, candidate.time)
        if form.speed_file:
            snapshot = replace(snapshot, speed=speed_at(candidate.time, folder, form))
        if is_row_awaited(candidate.time, candidate.stamp.modified_ns, folder, form):
            raise UnsettledError("it waits for a row of the slow sensors that is as late as itself")
        snapshot = with_slow_values(snapshot, folder, form)
    except MissingExtraError:
        raise
    except RecordingError as error:
        raise FaultyContentError(next(iter(contents.values()), b""), error) from None
    snapshot = replace(snapshot, name=candidate.name)
    data = next(iter(contents.values()), b"")
    if form.cut:
        return Read(snapshot, data)
    if len(candidate.files) > 1:
        doubt = _doubt_about_channels(snapshot, contents, os.fsdecode(candidate.raw), form)
        return Read(snapshot, data, doubt, short=bool(doubt))
    return _doubted(snapshot, data, form)


def _doubt_about_channels(
    snapshot: Snapshot, contents: Mapping[str, bytes], name: str, form: RecordingFormat
) -> str:
    """Return why the file of a channel may be unfinished; empty where none may."""
    file = channel_file(name, form)
    own = replace(form, columns=1, names=(), watched=frozenset())
    for column, one in enumerate(file.names if file else ()):
        content = contents.get(one, b"")
        is_whole = content.endswith((b"\n", b"\n\0", b"\r")) or _is_binary(content, one)
        is_read = not np.isnan(snapshot.signal[0, column])
        if one in contents and not (is_whole and is_read) and may_still_grow(content, one, own):
            return f"its file {shown_name(os.fsencode(one))} may be unfinished"
    return ""


def _is_binary(content: bytes, name: str) -> bool:
    """Return whether a content is not text: such files say themselves where they end."""
    return identify(content[:HEAD_BYTES], name) is not Kind.TEXT


def parts_of(folder: Path, candidate: Candidate, form: RecordingFormat) -> tuple[Candidate, ...] | str:
    """Return the snapshots that a long file is cut into; the reason why there are none.

    A snapshot keeps its version while its file grows, so that a file that is written for days is judged
    meanwhile.
    """
    try:
        whole = _whole(folder, candidate.raw, candidate.stamp, form)
    except UnsettledError as error:
        return str(error)
    except RecordingError as error:
        return error.reason
    cuts = cuts_of(len(whole.signal), form)
    if not cuts.count:
        return f"it has {len(whole.signal)} rows, and a snapshot has {form.rows} (recording.rows)"
    return tuple(
        replace(
            candidate,
            name=part_name(candidate.name, number),
            raw=os.fsencode(part_name(os.fsdecode(candidate.raw), number)),
            stamp=Stamp(number, 0, candidate.stamp.inode),
            time=candidate.time + cuts.delay(number, form.sample_rate),
            files=((candidate.raw, candidate.stamp),),
        )
        for number in range(1, cuts.count + 1)
    )


def _part(folder: Path, candidate: Candidate, form: RecordingFormat) -> Snapshot:
    raw, stamp = candidate.files[0]
    whole = _whole(folder, raw, stamp, form)
    return snapshot_of(whole, os.fsdecode(candidate.raw), form, candidate.time)


_READING = threading.Lock()


def _whole(folder: Path, raw: bytes, stamp: Stamp, form: RecordingFormat) -> Whole:
    with _READING:
        return _read_once(folder, raw, stamp, form)


@lru_cache(maxsize=2)
def _read_once(folder: Path, raw: bytes, stamp: Stamp, form: RecordingFormat) -> Whole:
    name = shown_name(split_part(os.fsdecode(raw))[0].encode())
    return read_whole(_content(folder, raw, stamp, form), name, form, form.beginning)


def _content(folder: Path, raw: bytes, stamp: Stamp, form: RecordingFormat) -> bytes:
    if stamp.size > form.largest_file:
        raise RecordingError(shown_name(raw), f"it is far too large for a recording ({stamp.size} bytes)")
    return read_unchanged(folder, raw, stamp)


def _doubted(snapshot: Snapshot, data: bytes, form: RecordingFormat) -> Read:
    """Say why a text that was read may be unfinished: a last line without an end, or a few rows fewer.

    Packed files and binary ones say themselves where they end.
    """
    has_end = data.endswith((b"\n", b"\n\0", b"\r"))
    if has_end and form.fewest == form.rows:
        return Read(snapshot, data)
    if _is_binary(data, snapshot.name):
        return Read(snapshot, data)
    rows = rows_so_far(data, snapshot.name, form) if form.fewest < form.rows else None
    if rows is not None and rows < form.rows:
        return Read(snapshot, data, f"it has {rows} rows where {form.rows} are expected", short=True)
    return Read(snapshot, data, "" if has_end else "its last line has no end")
