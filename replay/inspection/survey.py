"""What a place of recordings holds: which files are meant, how they are named and written."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from replay.archives import UnpackError
from replay.entries import listing_of
from replay.extract import LeftOut, unpacked
from replay.folders import FolderError
from replay.inspection.channel_files import ChannelFiles, channel_files_of
from replay.inspection.contents import Content, look
from replay.inspection.lines.changes import march_of_times
from replay.inspection.lines.raw import RawNumbers, check_raw, command_of_raw, head_of_raw
from replay.inspection.name_numbers import NameTimes
from replay.inspection.names import shape_of, times_of_names
from replay.name_pattern import time_in
from replay.recording import RecordingError, clean_text
from replay.run import RunError, is_archive

LOOKED_AT = 5
"""Files of a group that are read, spread over its names."""

MOST_SHAPES = 8
"""Shapes of names above which names differ by serial numbers rather than by recorders."""

MOST_SIZES = 2000
"""Files whose sizes are looked at."""

_LARGEST_MEMBER = 2**33
_SHOWN = 3
_PACKED = ("gz", "bz2", "xz", "zst")
# Share of the usual size of a file below which it holds no recording.
_SMALL = 0.25


@dataclass(frozen=True, slots=True)
class Group:
    """Files whose names end alike, and the shape of their names.

    Attributes:
        glob: a pattern of their names.
        names: in order.
        fault: why none of those looked at can be read; empty where one can.
    """

    glob: str
    names: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What a place holds.

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
        changed_at_once: whether files have one time of modification, as copies and unpacked files may.
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
    """What a person states about raw binary files; None for other files."""

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
        raise RunError(f"{shown} is empty: it holds no files")
    groups, contents, faults = _looked_into(folder, _groups(names), raw)
    meant = groups[0]
    if not contents:
        count = "1 file" if len(names) == 1 else f"{len(names)} files"
        reason = f"{shown} holds no file of numbers that can be read ({count}). {_reasons(faults)}"
        if (head := head_of_raw(folder, [name for name, _ in faults])) and raw is None:
            raise RawFilesError(f"{reason}. {command_of_raw(path, head)}", faults, head)
        raise UnreadableError(reason, faults)
    channels = channel_files_of(meant.names) if len(meant.names) > 1 else None
    if channels is not None and any(len(one.names) > 1 for one in contents):
        # Files with several columns each are recordings of several machines, or of several kinds.
        channels = None
    if channels is None:
        meant, others = _of_one_recorder(meant, folder)
        groups = [meant, *others, *groups[1:]]
        contents = tuple(one for one in contents if one.name in {clean_text(name) for name in meant.names})
        contents = contents or _read(folder, meant.names, raw)[0]
    recordings = channels.first if channels else meant.names
    modified, since, at_once = march_of_times(folder, recordings)
    return Survey(
        path=path,
        folder=folder,
        meant=meant,
        others=tuple(groups[1:]),
        depth=max(name.count("/") for name in meant.names),
        contents=contents,
        faults=faults,
        channels=channels,
        times=times_of_names(recordings),
        modified=modified,
        since=since,
        changed_at_once=at_once,
        left_out=left_out,
        single=single,
        raw=raw,
    )


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


def _groups(names: Iterable[str]) -> list[Group]:
    """Return files by the ends of their names, the largest group first.

    A recorder may pack its older files, and number the ends of its channels' files.
    """
    by_end: dict[str, list[str]] = {}
    for name in sorted(names):
        by_end.setdefault(_ending(name).lower(), []).append(name)
    packed = [end for end in by_end if end.rsplit(".", 1)[-1] in _PACKED and end.rsplit(".", 1)[0] in by_end]
    globs = {end: _glob_of_ending({_ending(name) for name in found}) for end, found in by_end.items()}
    for end in packed:
        plain = end.rsplit(".", 1)[0]
        by_end[plain] = sorted([*by_end[plain], *by_end.pop(end)])
        globs[plain] = f"*{plain}*"
    for shape, ends in _numbered_ends(by_end).items():
        by_end[ends[0]] = sorted(name for end in ends for name in by_end.pop(end))
        globs[ends[0]] = f"*{shape.replace('#', '*')}"
    # Endings that are numbers are those of names without one, such as 2004.02.12.10.32.39.
    groups = [Group(globs[ending], tuple(found)) for ending, found in by_end.items()]
    return sorted(groups, key=lambda one: (-len(one.names), one.glob))


def _glob_of_ending(ends: set[str]) -> str:
    """Return a pattern of endings that differ by their case alone."""
    first = min(ends)
    if len(ends) == 1:
        return f"*{first}"
    return "*" + "".join(f"[{one.lower()}{one.upper()}]" if one.isalpha() else one for one in first)


def _numbered_ends(by_end: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return endings that differ by a number alone and have as many files each, such as .ch1 and .ch2."""
    shapes: dict[str, list[str]] = {}
    for end in by_end:
        shapes.setdefault(shape_of(end), []).append(end)
    return {
        shape: ends
        for shape, ends in shapes.items()
        if "#" in shape and len(ends) > 1 and len({len(by_end[end]) for end in ends}) == 1
    }


def _ending(name: str) -> str:
    last = name.rsplit("/", 1)[-1]
    parts = last.lower().split(".")
    if len(parts) > 2 and parts[-1] in _PACKED:
        return last[-len(parts[-1]) - len(parts[-2]) - 2 :]
    is_ending = len(parts) > 1 and not parts[-1].isdecimal() and 0 < len(parts[-1]) <= 8
    return last[-len(parts[-1]) - 1 :] if is_ending else ""


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


def _of_one_recorder(group: Group, folder: Path) -> tuple[Group, list[Group]]:
    """Return the files of the recorder with the most files, and those of others, by the shapes of names.

    Of recorders with as many files that with the clearly largest ones is meant: vibration has more numbers.
    """
    shapes = Counter(_unpacked_shape(name) for name in group.names)
    common = {shape: count for shape, count in shapes.items() if count >= 0.1 * len(group.names)}
    if (
        not common
        or max(common.values()) == 1
        or len(common) > MOST_SHAPES
        or len(shapes) > MOST_SHAPES
        or len(shapes) == 1
    ):
        return group, []
    times = {
        shape: times_of_names([n for n in group.names if _unpacked_shape(n) == shape]) for shape in common
    }
    if len({(one.mode, one.pattern) for one in times.values()}) == 1 and _is_one_march(group.names):
        return group, []
    sizes = {shape: _size_of_one(folder, group.names, shape) for shape in common}
    first = max(common, key=lambda shape: (common[shape], sizes[shape], shape < max(common)))
    pattern = times[first].pattern if times[first].mode == "name" else ""
    chosen = [name for name in group.names if _is_meant(_unpacked_shape(name), name, first, common, pattern)]
    kept = {*chosen}
    rest = tuple(name for name in group.names if name not in kept)
    if not rest:
        return group, []
    return Group(_glob_of(first, rest), tuple(chosen)), [Group("others", rest)]


def _size_of_one(folder: Path, names: Sequence[str], shape: str) -> int:
    """Return the size of a file of a shape, as a power of two."""
    name = next(one for one in names if _unpacked_shape(one) == shape)
    try:
        return (folder / name).stat().st_size.bit_length()
    except OSError:
        return 0


def _unpacked_shape(name: str) -> str:
    """Return a name's shape without its ending, if that says how the file is packed."""
    plain, _, end = name.rpartition(".")
    if end.lower() in _PACKED and "." in plain:
        return shape_of(plain)
    return shape_of(f"{plain}.{end.lower()}" if plain else name)


def _is_meant(shape: str, name: str, first: str, common: Mapping[str, int], pattern: str) -> bool:
    """Return whether a file has the first shape, or a rare one and a time like it (other months)."""
    if shape == first or shape in common or not pattern:
        return shape == first
    try:
        return time_in(name, pattern) is not None
    except ValueError:
        return False


def _is_one_march(names: Sequence[str]) -> bool:
    """Return whether one pattern reads all names."""
    times = times_of_names(names)
    return times.share > 0.95 and (times.mode == "name" or times.share == 1.0)


def _glob_of(shape: str, others: Sequence[str]) -> str:
    """Return a pattern of a shape: of a file's name alone, with its folder where others are named alike."""
    pattern = shape.replace("[", "?").replace("#", "*")
    name = pattern.rsplit("/", 1)[-1]
    return pattern if any(fnmatchcase(one.rsplit("/", 1)[-1], name) for one in others) else name
