"""A finished run: a folder, a .zip or a .tar.* of recordings, ordered by time, read one by one in any order.

An archive is unpacked once into the cache directory and then read as a folder, because compressed tar files
allow no random access. The folder becomes visible only when it is complete (unpacked beside, then renamed).
It is checked against its manifest before each later use, since caches get cleaned.
"""

import contextlib
import errno
import os
import stat
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from replay.archives import UnpackError, foreign_kind, head_of, is_tar, packed_kind
from replay.bounded_read import IrregularError, OversizedError, read_bounded
from replay.entries import Entry, Listing, Rejection, listing_of, time_of_file, timed
from replay.extract import LeftOut, unpacked
from replay.folders import FolderError, cache_folder
from replay.formats.facts import speed_at
from replay.formats.gathering import read_named
from replay.formats.packed import head_of_packed
from replay.formats.reading import Whole, read_whole, snapshot_of
from replay.formats.sniff import ARCHIVES, HEAD_BYTES, PACKED, Kind, identify
from replay.parts import channel_file, cuts_of, part_name, split_part
from replay.recording import RecordingError, RecordingFormat, Snapshot, clean_text
from replay.rows.slow import with_slow_values
from replay.rows.table import Version, table_of, versions_of

__all__ = ["Entry", "Rejection", "Run", "RunError", "open_run"]

# Number of names that an error quotes.
_EXAMPLES = 4
# Number of files that are checked for an archive where a run has no recordings.
_LOOKED_INTO = 100
# Longest name from an archive in a message, in characters.
_LONGEST_SHOWN = 120


class RunError(Exception):
    """A run that cannot be opened; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run. Immutable and picklable: threads and worker processes may share it.

    Attributes:
        path: absolute path of the folder or archive.
        folder: the folder of its files; `path` itself unless that is an archive.
        form: the expected format of the files.
        entries: the recordings, ordered by time.
        rejected: the files that are not recordings, ordered by name.
        follows: whether links to files are followed, as in a folder that a person named.
        tables: texts with rows of slow sensors, and their versions.
    """

    path: Path
    folder: Path
    form: RecordingFormat
    entries: tuple[Entry, ...]
    rejected: tuple[Rejection, ...]
    follows: bool = False
    tables: tuple[Version, ...] = field(default=(), kw_only=True)

    def __len__(self) -> int:
        return len(self.entries)

    def location(self, index: int) -> Path:
        """Return the path of an entry's file: of several files that of the first channel."""
        name = self.entries[index].name
        return self.folder / (split_part(name)[0] if self.form.cut else name)

    def stamp(self, index: int) -> tuple[int, int] | None:
        """Return the size of an entry's files [bytes] and when they last changed [ns]; None without a file.

        The time is that of the inode, which a program cannot set: a file with an equal stamp is equal.
        """
        try:
            found = self.location(index).stat(follow_symlinks=self.follows)
            channels = None if self.form.cut else channel_file(self.entries[index].name, self.form)
        except (OSError, RecordingError):
            return None
        size, changed = found.st_size, found.st_ctime_ns
        for name in channels.names if channels else ():
            with contextlib.suppress(OSError):
                other = (self.folder / name).stat(follow_symlinks=self.follows)
                size, changed = size + other.st_size, max(changed, other.st_ctime_ns)
        return size, changed

    def read(self, index: int) -> Snapshot:
        """Read the recording at this position in time order.

        Raises:
            RecordingError: the file cannot be read, or is not a valid recording.
            IndexError: no entry has this position.
        """
        entry = self.entries[index]
        if self.form.table:
            return table_of(self.folder, self.tables, self.form).window(entry.name, self.form)
        if self.form.cut:
            whole = _whole(self.location(index), self.form, self.follows)
            snapshot = snapshot_of(whole, entry.name, self.form, entry.time)
        else:
            snapshot = read_named(self._load, entry.name, self.form, entry.time)
        if self.form.speed_file:
            snapshot = replace(snapshot, speed=speed_at(entry.time, self.folder, self.form))
        return with_slow_values(snapshot, self.folder, self.form)

    def content(self, index: int) -> bytes:
        """Return the raw bytes of the file at this position in time order.

        Raises:
            RecordingError: the file cannot be read, or is far too large.
            IndexError: no entry has this position.
        """
        return _content(self.location(index), self.entries[index].name, self.form, self.follows)

    def _load(self, name: str) -> bytes | None:
        path = self.folder / name
        return _content(path, name, self.form, self.follows) if path.exists() else None


def open_run(path: Path, form: RecordingFormat, cache: Path | None = None) -> Run:
    """Find the recordings of a run. No recording is read yet.

    Hidden files, pipes and devices are skipped silently. Links to files are followed: a person named the run.

    Args:
        path: a folder with recordings; a .zip or .tar archive, compressed or not, that holds such a folder
            at any depth; or one recording, which is cut into snapshots if it is long.
        form: the expected format of the files.
        cache: folder for unpacked archives; default: `replay.folders.cache_folder`.

    Raises:
        RunError: the run does not exist, is damaged, or holds no recording.
    """
    path = path.absolute()
    shown = clean_text(str(path))
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise RunError(f"{shown} does not exist") from None
        raise RunError(f"{shown} cannot be opened: {_cause(error)}") from None
    except ValueError:
        raise RunError(f"{shown} is not a path") from None
    if stat.S_ISDIR(mode):
        found = _listing(path, shown, form)
        if not found.files and not found.broken:
            within = f"; it holds folders: {_some(found.folders)}" if found.folders else ""
            raise RunError(f"{shown} holds no recordings{within}")
        return _run(path, path, found, form, shown)
    if not stat.S_ISREG(mode):
        raise RunError(f"{shown} is neither a folder nor an archive")
    if not is_archive(path):
        return _single(path, form, shown)
    try:
        content = unpacked(path, form.largest_file, cache)
    except UnpackError as error:
        raise RunError(f"{shown} {error}") from None
    except FolderError as error:
        raise RunError(f"{shown} cannot be unpacked: {error}") from None
    except OSError as error:
        if error.filename == str(path):
            raise RunError(f"{shown} cannot be read: {_cause(error)}") from None
        place = clean_text(str(cache or cache_folder()))
        raise RunError(
            f"{shown} cannot be unpacked into {place} (RACEWAY_CACHE names another place): {_cause(error)}"
        ) from None
    folder = _folder_of_recordings(content.folder, content.left_out, form, shown)
    return _run(path, folder, _listing(folder, shown, form), form, shown, content.left_out)


def _run(
    path: Path,
    folder: Path,
    found: Listing,
    form: RecordingFormat,
    shown: str,
    left_out: Sequence[LeftOut] = (),
) -> Run:
    """Order the files by time; reject those without a valid time."""
    broken = [clean_text(name) for name in found.broken if not form.excludes(name)]
    rejected = [Rejection(name, "it is a link that leads to no file") for name in broken]
    rejected += [Rejection(_short(one.name), one.reason) for one in left_out]
    meant = [name for name in found.files if not form.excludes(name)]
    if form.table:
        return _table_run(path, folder, meant, form, rejected)
    times = timed(folder, meant, form, rejected)
    entries = _cut(folder, times, form, rejected) if form.cut else times
    at: dict[datetime, str] = {}
    for name, time in entries.items():
        if time in at:
            rejected.append(Rejection(clean_text(name), f"it has the same time as {at[time]}"))
        else:
            at[time] = name
    if not at:
        _refuse_packed(folder, found.files, shown)
        if not rejected:
            deeper = f"; it holds folders: {_some(found.folders)}" if found.folders else ""
            raise RunError(f"{shown} holds no recordings: recording.files or ignore leave out all{deeper}")
        raise RunError(f"{shown} holds no recordings: {rejected[0].name}: {rejected[0].reason}")
    rejected.sort(key=lambda one: one.name)
    ordered = tuple(Entry(at[time], time) for time in sorted(at))
    return Run(path, folder, form, ordered, tuple(rejected), follows=True)


def _table_run(
    path: Path, folder: Path, names: Sequence[str], form: RecordingFormat, rejected: Sequence[Rejection] = ()
) -> Run:
    """Open texts with rows of slow sensors: each window of rows is a recording."""
    versions = versions_of(folder, names)
    table = table_of(folder, versions, form)
    refused = sorted([*rejected, *table.rejected], key=lambda one: one.name)
    if not table.entries:
        first = f": {refused[0].name}: {refused[0].reason}" if refused else ""
        raise RunError(f"{clean_text(str(path))} holds no window of {form.rows} rows{first}")
    return Run(path, folder, form, table.entries, tuple(refused), follows=True, tables=versions)


def _single(path: Path, form: RecordingFormat, shown: str) -> Run:
    """Open one recording, which is cut into snapshots if it is longer than one."""
    name = path.name
    if form.table:
        return _table_run(path, path.parent, [name], form)
    try:
        time = time_of_file(path.parent, name, form)
    except RecordingError:
        time = form.beginning
    try:
        rows = len(_whole(path, replace(form, cut=True), follows=True).signal)
    except RecordingError as error:
        raise RunError(f"{shown} cannot be read as a recording: {error.reason}") from None
    if rows <= form.most and not form.cut:
        return Run(path, path.parent, form, (Entry(name, time),), (), follows=True)
    form = replace(form, cut=True)
    rejected: list[Rejection] = []
    parts = _cut(path.parent, {name: time}, form, rejected)
    if not parts:
        raise RunError(f"{shown} holds no snapshot: {rejected[0].reason}")
    entries = tuple(Entry(part, when) for part, when in parts.items())
    return Run(path, path.parent, form, entries, (), follows=True)


def _cut(
    folder: Path, times: Mapping[str, datetime], form: RecordingFormat, rejected: list[Rejection]
) -> dict[str, datetime]:
    """Return the snapshots that long files are cut into, with their times."""
    parts: dict[str, datetime] = {}
    for name, time in times.items():
        try:
            rows = len(_whole(folder / name, form, follows=True).signal)
        except RecordingError as error:
            rejected.append(Rejection(clean_text(name), error.reason))
            continue
        cuts = cuts_of(rows, form)
        if not cuts.count:
            reason = f"it has {rows} rows, and a snapshot has {form.rows} (recording.rows)"
            rejected.append(Rejection(clean_text(name), reason))
        for number in range(1, cuts.count + 1):
            parts[part_name(name, number)] = time + cuts.delay(number, form.sample_rate)
    return parts


_READING = threading.Lock()


def _whole(path: Path, form: RecordingFormat, follows: bool) -> Whole:
    """Read a long file, or return it as it was read for the snapshot before."""
    try:
        state = path.stat()
    except OSError as error:
        raise RecordingError(path.name, f"it cannot be read: {_cause(error)}") from None
    with _READING:
        return _read_once(path, (state.st_mtime_ns, state.st_size, state.st_ino), form, follows)


@lru_cache(maxsize=2)
def _read_once(path: Path, _stamp: tuple[int, int, int], form: RecordingFormat, follows: bool) -> Whole:
    name = clean_text(path.name)
    return read_whole(_content(path, name, form, follows), name, form, form.beginning)


def is_archive(path: Path) -> bool:
    """Return whether a file is an archive of several files, or packed in a way that is not opened.

    Raises:
        RunError: it cannot be read.
    """
    try:
        head = head_of(path)
        kind = identify(head, path.name)
        if kind in PACKED:
            return is_tar(path) or ".tar" in path.name.lower() or _holds_archive(path, kind)
        unsure = (Kind.UNKNOWN, Kind.EMPTY, Kind.TEXT)
        return kind in ARCHIVES or (kind in unsure and (foreign_kind(head) is not None or is_tar(path)))
    except OSError as error:
        raise RunError(f"{clean_text(str(path))} cannot be read: {_cause(error)}") from None


def _holds_archive(path: Path, kind: Kind) -> bool:
    with path.open("rb") as file:
        packed = file.read(HEAD_BYTES)
    try:
        return identify(head_of_packed(packed, kind, path.name)) in ARCHIVES
    except RecordingError:
        # Its library is missing: the sentence about archives says how to unpack it.
        return True


def _listing(folder: Path, shown: str, form: RecordingFormat) -> Listing:
    try:
        return listing_of(folder, form.depth)
    except OSError as error:
        raise RunError(f"{shown} cannot be listed: {_cause(error)}") from None


def _refuse_packed(root: Path, names: Sequence[str], shown: str) -> None:
    """Refuse a run that holds archives instead of recordings.

    Raises:
        RunError: one of the first files, relative to `root`, is an archive.
    """
    for name in sorted(names)[:_LOOKED_INTO]:
        # A recording that is packed by itself is read.
        if (kind := packed_kind(root / name)) and is_archive(root / name):
            packed = clean_text(name)
            raise RunError(
                f"{shown} holds {packed}, which is {kind.name}: unpack it first"
                f" ({kind.unpack_line(packed)}) and name the folder of the recordings"
            )


def _folder_of_recordings(root: Path, left_out: Sequence[LeftOut], form: RecordingFormat, shown: str) -> Path:
    """Find the only folder of an unpacked archive with files named like recordings."""
    found: dict[Path, None] = {}
    other = ""
    names = [name for name in listing_of(root, -1).files if not form.excludes(name)]
    for name in names:
        try:
            time_of_file(root, name, form)
        except RecordingError as error:
            other = other or f": {error.name.rsplit('/', 1)[-1]}: {error.reason}"
        else:
            place = Path(name).parent
            for _ in range(form.depth if form.depth >= 0 else form.folders_of_pattern):
                place = place.parent
            found[place] = None
    if not found:
        _refuse_packed(root, listing_of(root, -1).files, shown)
        if not other and left_out:
            other = f": {_short(left_out[0].name)}: {left_out[0].reason}"
        raise RunError(f"{shown} holds no recordings{other}")
    if form.depth < 0:
        return root / os.path.commonpath([str(place) for place in found])
    if len(found) > 1:
        folders = _some([str(place) for place in found])
        raise RunError(
            f"{shown} holds recordings in more than one folder ({folders}): unpack it and name one"
        )
    return root / next(iter(found))


def _short(name: str) -> str:
    """Return a name from an archive for a message; only the end of a very long name."""
    text = clean_text(name)
    return text if len(text) <= _LONGEST_SHOWN else f"...{text[3 - _LONGEST_SHOWN :]}"


def _content(path: Path, name: str, form: RecordingFormat, follows: bool) -> bytes:
    """Read a whole regular file; something else may have taken its place since the run was opened.

    Raises:
        RecordingError: it cannot be read, or is not a regular file.
    """
    try:
        return read_bounded(path, form.largest_file, follow=follows)
    except IrregularError:
        raise RecordingError(name, "it is not a regular file") from None
    except OversizedError as error:
        raise RecordingError(name, f"it is far too large for a recording ({error.size} bytes)") from None
    except OSError as error:
        raise RecordingError(name, f"it cannot be read: {_cause(error)}") from None


def _cause(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "it is a link"
    return (error.strerror or str(error)).lower()


def _some(names: Sequence[str]) -> str:
    """Quote the first few names."""
    shown = [clean_text(name) for name in sorted(names)[:_EXAMPLES]]
    return ", ".join(shown) + (", ..." if len(names) > _EXAMPLES else "")
