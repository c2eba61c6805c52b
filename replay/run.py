"""A finished run: a folder, a .zip or a .tar.* of recordings, ordered by time, read one by one in any order.

An archive is unpacked once into the cache directory and then read as a folder, because compressed tar files
allow no random access. The folder becomes visible only when it is complete (unpacked beside, then renamed).
It is checked against its manifest before each later use, since caches get cleaned.
"""

import errno
import io
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from replay.archives import UnpackError, packed_kind
from replay.extract import LeftOut, unpacked
from replay.folders import FolderError, cache_folder
from replay.ims import read_ims
from replay.recording import LINK, RecordingError, RecordingFormat, Snapshot, clean_text, time_of

# Number of names that an error quotes.
_EXAMPLES = 4
# Number of files that are checked for an archive where a run has no recordings.
_LOOKED_INTO = 100
# Longest name from an archive in a message, in characters.
_LONGEST_SHOWN = 120


class RunError(Exception):
    """A run that cannot be opened; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording of a run: its file's name, and its time in UTC."""

    name: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Rejection:
    """A file of a run that is not a recording, with the reason in one sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run. Immutable and picklable: threads and worker processes may share it.

    Attributes:
        path: absolute path of the folder or archive.
        folder: the folder of its files; `path` itself unless that is an archive.
        form: the expected format of the files.
        entries: the recordings, ordered by time.
        rejected: the files with names that are not recordings, ordered by name.
    """

    path: Path
    folder: Path
    form: RecordingFormat
    entries: tuple[Entry, ...]
    rejected: tuple[Rejection, ...]

    def __len__(self) -> int:
        return len(self.entries)

    def location(self, index: int) -> Path:
        """Return the path of an entry's file."""
        return self.folder / self.entries[index].name

    def stamp(self, index: int) -> tuple[int, int] | None:
        """Return the size of an entry's file [bytes] and when it was last changed [ns]; None without a file.

        The time is that of the inode, which a program cannot set: a file with an equal stamp is equal.
        """
        try:
            found = self.location(index).stat(follow_symlinks=False)
        except OSError:
            return None
        return found.st_size, found.st_ctime_ns

    def read(self, index: int) -> Snapshot:
        """Read the recording at this position in time order.

        Raises:
            RecordingError: the file cannot be read, or is not a valid recording.
            IndexError: no entry has this position.
        """
        return read_ims(self.content(index), self.entries[index].name, self.form)

    def content(self, index: int) -> bytes:
        """Return the raw bytes of the file at this position in time order.

        Raises:
            RecordingError: the file cannot be read, or is far too large.
            IndexError: no entry has this position.
        """
        name = self.entries[index].name
        return _content(self.folder / name, name, self.form.largest_file)


@dataclass(frozen=True, slots=True)
class _Listing:
    """Names of the entries of a folder, unordered."""

    files: Sequence[str]
    folders: Sequence[str]
    links: Sequence[str]


def open_run(path: Path, form: RecordingFormat, cache: Path | None = None) -> Run:
    """Find the recordings of a run. No recording is read yet.

    Hidden files, sub-folders, pipes and devices are skipped silently. Links are rejected by name.

    Args:
        path: a folder with recordings directly in it; or a .zip or .tar archive, compressed or not, that
            holds them in one folder at any depth.
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
        found = _listing(path, shown)
        if not found.files and not found.links:
            within = f"; it holds folders: {_some(found.folders)}" if found.folders else ""
            raise RunError(f"{shown} holds no recordings{within}")
        return _run(path, path, found, form, shown)
    if not stat.S_ISREG(mode):
        raise RunError(f"{shown} is neither a folder nor an archive")
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
    return _run(path, folder, _listing(folder, shown), form, shown, content.left_out)


def _run(
    path: Path,
    folder: Path,
    found: _Listing,
    form: RecordingFormat,
    shown: str,
    left_out: Sequence[LeftOut] = (),
) -> Run:
    """Order the files by time; reject those without a valid time."""
    at: dict[datetime, str] = {}
    rejected = [Rejection(clean_text(name), LINK) for name in found.links if not form.excludes(name)]
    rejected += [Rejection(_short(one.name), one.reason) for one in left_out]
    meant = [name for name in sorted(found.files) if not form.excludes(name)]
    for name in meant:
        try:
            time = time_of(name, form)
        except RecordingError as error:
            rejected.append(Rejection(error.name, error.reason))
            continue
        if time in at:
            rejected.append(Rejection(name, f"it has the same time as {at[time]}"))
        else:
            at[time] = name
    if not at:
        _refuse_packed(folder, found.files, shown)
        if not rejected:
            raise RunError(f"{shown} holds no recordings: recording.files and recording.ignore leave out all")
        raise RunError(f"{shown} holds no recordings: {rejected[0].name}: {rejected[0].reason}")
    rejected.sort(key=lambda one: one.name)
    return Run(path, folder, form, tuple(Entry(at[time], time) for time in sorted(at)), tuple(rejected))


def _listing(folder: Path, shown: str) -> _Listing:
    """List the visible entries directly in a folder."""
    files, folders, links = [], [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_symlink():
                    links.append(entry.name)
                elif entry.is_file(follow_symlinks=False):
                    files.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
    except OSError as error:
        raise RunError(f"{shown} cannot be listed: {_cause(error)}") from None
    return _Listing(files, folders, links)


def _refuse_packed(root: Path, names: Sequence[str], shown: str) -> None:
    """Refuse a run that holds archives instead of recordings.

    Raises:
        RunError: one of the first files, relative to `root`, is an archive.
    """
    for name in sorted(names)[:_LOOKED_INTO]:
        if kind := packed_kind(root / name):
            packed = clean_text(name)
            raise RunError(
                f"{shown} holds {packed}, which is {kind.name}: unpack it first"
                f" ({kind.unpack_line(packed)}) and name the folder of the recordings"
            )


def _folder_of_recordings(root: Path, left_out: Sequence[LeftOut], form: RecordingFormat, shown: str) -> Path:
    """Find the only folder of an unpacked archive with files named like recordings."""
    found, other = [], ""
    files: list[str] = []
    for place, _, names in os.walk(root):
        files += [os.path.relpath(Path(place, name), root) for name in names]
        for name in sorted(name for name in names if not form.excludes(name)):
            try:
                time_of(name, form)
            except RecordingError as error:
                other = other or f": {error.name}: {error.reason}"
            else:
                found.append(Path(place))
                break
    if not found:
        _refuse_packed(root, files, shown)
        if not other and left_out:
            other = f": {_short(left_out[0].name)}: {left_out[0].reason}"
        raise RunError(f"{shown} holds no recordings{other}")
    if len(found) > 1:
        folders = _some([str(folder.relative_to(root)) for folder in found])
        raise RunError(
            f"{shown} holds recordings in more than one folder ({folders}): unpack it and name one"
        )
    return found[0]


def _short(name: str) -> str:
    """Return a name from an archive for a message; only the end of a very long name."""
    text = clean_text(name)
    return text if len(text) <= _LONGEST_SHOWN else f"...{text[3 - _LONGEST_SHOWN :]}"


def _content(path: Path, name: str, largest: int) -> bytes:
    """Read a whole regular file; something else may have taken its place since the run was opened.

    Raises:
        RecordingError: it cannot be read, or is no regular file.
    """
    try:
        with io.FileIO(path, "rb", opener=_open_plainly) as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise RecordingError(name, "it is not a regular file")
            if state.st_size > largest:
                raise RecordingError(name, f"it is far too large for a recording ({state.st_size} bytes)")
            return file.read()
    except OSError as error:
        raise RecordingError(name, f"it cannot be read: {_cause(error)}") from None


def _open_plainly(path: str, flags: int) -> int:
    """Open without following a link and without blocking on a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _cause(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "it is a link"
    return (error.strerror or str(error)).lower()


def _some(names: Sequence[str]) -> str:
    """Quote the first few names."""
    shown = [clean_text(name) for name in sorted(names)[:_EXAMPLES]]
    return ", ".join(shown) + (", ..." if len(names) > _EXAMPLES else "")
