"""The survey of a place of recordings: which files are meant, how they are named and written."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from replay.archives import UnpackError
from replay.entries import listing_of
from replay.extract import LeftOut, unpacked
from replay.folders import FolderError
from replay.inspection.channel_files import ChannelFiles, channel_files_of, channels_of_one
from replay.inspection.contents import Content, look
from replay.inspection.groups.endings import Group, groups_by_ending
from replay.inspection.groups.recorders import of_one_recorder, runs_of
from replay.inspection.line_rates import SLOWEST
from replay.inspection.lines.changes import march_of_times
from replay.inspection.lines.raw import RawNumbers, check_raw, command_of_raw, head_of_raw
from replay.inspection.name_numbers import NameTimes
from replay.inspection.names import times_of_names
from replay.inspection.slow_rows import slow_rows
from replay.recording import RecordingError, clean_text
from replay.run import RunError, is_archive

LOOKED_AT = 5
"""Files of a group that are read, spread over its names."""

MOST_SIZES = 2000
"""Files whose sizes are looked at."""

_LARGEST_MEMBER = 2**33
_SHOWN = 3
# Share of the usual size of a file below which it holds no recording.
_SMALL = 0.25
# Rows of one channel beside those of another above which they are no channels of one recording.
_SAME_LENGTH = 2


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The recordings of a place, and how they are named and written.

    Attributes:
        path: the place that a person named.
        folder: of the files: that of an archive in the cache, that of a single file.
        meant: the files of one recorder.
        others: groups of other files.
        depth: folders between the place and its files.
        contents: of some meant files, in order of their names.
        faults: names and reasons of those that cannot be read.
        channels: how names tell channels, where each has a file.
        times: how names tell times.
        modified: seconds between two files, by their times of modification; None where these are uneven.
        since: time of modification of the first file.
        changed_at_once: whether files were changed at one time, or faster than any recorder writes them.
        left_out: members of an archive that were not unpacked.
        single: whether the place is one file.
    """

    path: Path
    folder: Path
    meant: Group
    others: tuple[Group, ...]
    depth: int
    contents: tuple[Content, ...]
    faults: tuple[tuple[str, str], ...]
    channels: ChannelFiles | None
    times: NameTimes
    modified: float | None
    since: datetime | None
    changed_at_once: bool
    left_out: tuple[LeftOut, ...]
    single: bool
    raw: RawNumbers | None = None
    """The statements of a person about raw binary files; None for other files."""

    @property
    def recordings(self) -> tuple[str, ...]:
        """Return one name a recording."""
        return self.channels.first if self.channels else self.meant.names


class UnreadableError(RunError):
    """A place without a file of numbers that can be read.

    Attributes:
        faults: names and reasons of the files that were looked at.
    """

    def __init__(self, reason: str, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(reason)
        self.faults = tuple(faults)


class RawFilesError(UnreadableError):
    """A place of binary files of an unknown kind, whose numbers a person may state.

    Attributes:
        head: the first bytes of one of them.
    """

    def __init__(self, reason: str, faults: Sequence[tuple[str, str]], head: bytes) -> None:
        super().__init__(reason, faults)
        self.head = head


def survey(path: Path, cache: Path | None = None, raw: RawNumbers | None = None) -> Survey:
    """Look at a place. Nothing is written there; an archive is unpacked into the cache.

    Args:
        path: a folder, an archive, or a file.
        cache: where archives are unpacked.
        raw: what a person states about raw binary files.

    Raises:
        RawFilesError: it holds binary files of an unknown kind.
        RunError: it does not exist or is empty.
        UnreadableError: it holds no file of numbers; it says what it holds.
    """
    path = path.absolute()
    shown = clean_text(str(path))
    left_out: tuple[LeftOut, ...] = ()
    single = False
    try:
        if path.is_dir():
            folder, names = path, list(listing_of(path, -1).files)
        elif is_archive(path):
            content = unpacked(path, _LARGEST_MEMBER, cache)
            folder, left_out = content.folder, content.left_out
            names = list(listing_of(folder, -1).files)
        else:
            folder, names, single = path.parent, [path.name], True
            path.stat()
    except FileNotFoundError:
        raise RunError(f"{shown} does not exist") from None
    except (UnpackError, FolderError) as error:
        raise RunError(f"{shown} {error}") from None
    except OSError as error:
        raise RunError(f"{shown} cannot be read: {(error.strerror or str(error)).lower()}") from None
    return _surveyed(path, folder, names, left_out, single=single, raw=raw)


def _surveyed(
    path: Path,
    folder: Path,
    names: Sequence[str],
    left_out: tuple[LeftOut, ...],
    *,
    single: bool,
    raw: RawNumbers | None,
) -> Survey:
    shown = clean_text(str(path))
    if not names:
        if left_out:
            first = f"{clean_text(left_out[0].name)}: {left_out[0].reason}"
            raise RunError(f"{shown} holds no file that is unpacked; {first}")
        raise RunError(f"{shown} is empty: it holds no files")
    groups, contents, faults = _looked_into(folder, groups_by_ending(names), raw)
    meant = groups[0]
    if not contents:
        count = "1 file" if len(names) == 1 else f"{len(names)} files"
        reason = f"{shown} holds no file of numbers that can be read ({count}). {_reasons(faults)}"
        if (head := head_of_raw(folder, [name for name, _ in faults])) and raw is None:
            raise RawFilesError(f"{reason}. {command_of_raw(path, head)}", faults, head)
        raise UnreadableError(reason, faults)
    _refuse_slow(contents)
    channels = channel_files_of(meant.names) if len(meant.names) > 1 else None
    if channels is not None and not _are_channels(channels, contents):
        channels = None
    others: list[Group] = []
    if channels is None:
        meant, others = _of_one_channel(meant) or of_one_recorder(meant, folder)
    recordings = channels.first if channels else meant.names
    modified, since, at_once = march_of_times(folder, recordings)
    times = times_of_names(recordings)
    if channels is None and not times.mode and (at_once or modified is None):
        meant, more = runs_of(meant)
        if more:
            others, recordings, times = [*more, *others], meant.names, times_of_names(meant.names)
            modified, since, at_once = march_of_times(folder, recordings)
    if channels is None:
        groups = [meant, *others, *groups[1:]]
        kept = tuple(one for one in contents if one.name in {clean_text(name) for name in meant.names})
        # Several files show which parts of the names of their channels are their own.
        contents = kept if len(kept) == len(contents) else _read(folder, meant.names, raw)[0]
    return Survey(
        path=path,
        folder=folder,
        meant=meant,
        others=tuple(groups[1:]),
        depth=max(name.count("/") for name in meant.names),
        contents=contents,
        faults=faults,
        channels=channels,
        times=times,
        modified=modified,
        since=since,
        changed_at_once=at_once,
        left_out=left_out,
        single=single,
        raw=raw,
    )


def _refuse_slow(contents: Sequence[Content]) -> None:
    """Refuse rows that come more slowly than any vibration and tell no date.

    Raises:
        UnreadableError: it says how slowly, and what to do.
    """
    slow = [one for one in contents if one.sample_rate is not None and one.sample_rate < SLOWEST]
    if slow and len(slow) == len(contents) and slow_rows(contents) is None:
        step = f"its rows come {1 / (slow[0].sample_rate or 1):.4g} s apart"
        reason = f"{step}, too slowly for vibration, and tell no date; write the date and time of each row"
        raise UnreadableError(f"{slow[0].name}: {reason} (docs/process.md)", [(slow[0].name, reason)])


def _of_one_channel(group: Group) -> tuple[Group, list[Group]] | None:
    """Return the file of the first channel, and those of the others, of one recording; None for others."""
    found = channels_of_one(group.names)
    if found is None:
        return None
    first, rest = found
    why = "channels of one recording with a file each, which is not cut; write a file with a column for each"
    return Group(first.replace("[", "?"), (first,)), [Group("others", rest, why)]


def _are_channels(channels: ChannelFiles, contents: Sequence[Content]) -> bool:
    """Return whether files hold one column each, and those of the first channel as many rows as others.

    Files with several columns each are recordings of several machines, or of several kinds.
    """
    first = {clean_text(name) for name in channels.first}
    own = [one.rows for one in contents if one.name in first]
    others = [one.rows for one in contents if one.name not in first]
    if any(len(one.names) > 1 for one in contents):
        return False
    if not own or not others:
        return True
    return max(median(own), median(others)) <= _SAME_LENGTH * min(median(own), median(others))


def _reasons(faults: Sequence[tuple[str, str]]) -> str:
    """Return the first reasons, each with the first file that has it."""
    first: dict[str, list[str]] = {}
    for name, reason in faults:
        first.setdefault(reason, []).append(clean_text(name))
    shown = []
    for reason, names in [*first.items()][:_SHOWN]:
        others = f" and {len(names) - 1} more that were looked at" if len(names) > 1 else ""
        shown.append(f"{names[0]}{others}: {reason}")
    return "; ".join(shown)


def _looked_into(
    folder: Path, groups: Sequence[Group], raw: RawNumbers | None
) -> tuple[list[Group], tuple[Content, ...], tuple[tuple[str, str], ...]]:
    """Read some files of each group until one group can be read; put that group first."""
    faults: list[tuple[str, str]] = []
    kept: list[Group] = []
    for number, group in enumerate(groups):
        contents, refused = _read(folder, group.names, raw)
        faults += refused
        if contents:
            rest = [*kept, *groups[number + 1 :]]
            return [group, *rest], contents, tuple(refused)
        kept.append(Group(group.glob, group.names, refused[0][1] if refused else ""))
    return kept, (), tuple(faults)


def _read(
    folder: Path, names: Sequence[str], raw: RawNumbers | None
) -> tuple[tuple[Content, ...], list[tuple[str, str]]]:
    form = None if raw is None else raw.form()
    step = max(1, (len(names) - 1) / max(LOOKED_AT - 1, 1))
    spread = [names[min(round(step * index), len(names) - 1)] for index in range(LOOKED_AT)]
    contents, refused = [], []
    for name in sorted({*spread, *_smallest_and_largest(folder, names)}):
        try:
            if form is not None:
                check_raw(folder / name, name)
            contents.append(look(folder / name, name, form))
        except RecordingError as error:
            refused.append((name, error.reason))
        except OSError as error:
            refused.append((name, f"it cannot be read: {(error.strerror or str(error)).lower()}"))
    return tuple(contents), refused


def _smallest_and_largest(folder: Path, names: Sequence[str]) -> list[str]:
    """Return the files with the fewest and the most bytes, which have the fewest and the most rows."""
    sizes = {}
    for name in names[:MOST_SIZES]:
        with contextlib.suppress(OSError):
            sizes[name] = (folder / name).stat().st_size
    if not sizes:
        return []
    usual = sorted(sizes.values())[len(sizes) // 2]
    whole = [name for name, size in sizes.items() if _SMALL * usual <= size]
    return [min(whole, key=sizes.__getitem__), max(whole, key=sizes.__getitem__)]
