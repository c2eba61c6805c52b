"""The files of one recorder among those of several, by the shapes of their names."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from replay.inspection.groups.endings import PACKED_ENDINGS, Group
from replay.inspection.names import shape_of, times_of_names
from replay.name_pattern import time_in

_WORDS = re.compile(r"[^\W\d_]+|#|[\W_]")
_NUMBERS = re.compile(r"[0-9]+")
_VIBRATION = re.compile(r"(?i)(?:^|[^a-z])(?:vib|acc|schwing|beschl)")
# Words for a state of one machine, which its recordings alternate between, and short days of the week.
_STATES = re.compile(
    "before|after|vorher|nachher|vor|nach|avant|apres|antes|despues|prima|dopo|idle|load|loaded|unloaded|noload"
    "|full|peak|run|running|start|stop|on|off|last|leerlauf|ok|nok|good|bad|normal|alarm|warning|auto|manual"
    "|mon?|tue?|wed|thu|fri|sat?|sun|di|mi|do|fr|so|lun|mar|mer|mi[eé]|jeu|jue|gio|ven|vie|sam|s[aá]b|dim|dom"
    "|ma|wo|vr|za|zo|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch",
    re.IGNORECASE,
)
_ALIKE = 0.8
# Recordings of the shortest run that counts anew.
_FEWEST_OF_A_RUN = 4

MOST_SHAPES = 8
"""Shapes of names above which names differ by serial numbers rather than by recorders."""


def of_one_recorder(group: Group, folder: Path) -> tuple[Group, list[Group]]:
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
    if _is_one_in_states(common, group.names):
        return group, []
    sizes = {shape: _size_of_one(folder, group.names, shape) for shape in sorted(common)}
    first = max(common, key=lambda shape: (common[shape], _is_vibration(shape), sizes[shape]))
    pattern = times[first].pattern if times[first].mode == "name" else ""
    chosen = [name for name in group.names if _is_meant(_unpacked_shape(name), name, first, common, pattern)]
    kept = {*chosen}
    rest = tuple(name for name in group.names if name not in kept)
    if not rest:
        return group, []
    return Group(_glob_of(first, rest), tuple(chosen)), [Group("others", rest)]


def _is_vibration(shape: str) -> bool:
    return _VIBRATION.search(shape.rsplit("/", 1)[-1]) is not None


def _is_one_in_states(shapes: Iterable[str], names: Sequence[str]) -> bool:
    """Return whether names differ by words for states of one machine, such as "before", or for days."""
    split = [_WORDS.findall(shape) for shape in shapes]
    plain = {"".join("*" if _STATES.fullmatch(word) else word for word in words) for words in split}
    if len(plain) > 1 or "*" not in next(iter(plain)):
        return False
    times = times_of_names(names)
    return times.mode == "name" and times.share > _ALIKE


def runs_of(group: Group) -> tuple[Group, list[Group]]:
    """Return the first of several runs whose numbers begin again, and the others.

    The runs of a test differ by their folders, or by other numbers in their names: of the speed, of the load.
    """
    runs: dict[str, list[str]] = {}
    for name in group.names:
        folder, slash, last = name.rpartition("/")
        found = [*_NUMBERS.finditer(last.split(".", 1)[0])]
        if not found:
            return group, []
        start, end = found[-1].span()
        runs.setdefault(f"{folder}{slash}{last[:start]}\0{last[end:]}", []).append(name)
    counted = [run for run, names in runs.items() if len(names) >= _FEWEST_OF_A_RUN]
    if len(runs) < 2 or sum(len(runs[run]) for run in counted) < _ALIKE * len(group.names):
        return group, []
    most = max(map(len, runs.values()))
    first = min(run for run in counted if len(runs[run]) >= _ALIKE * most)
    kept = {*runs[first]}
    rest = tuple(name for name in group.names if name not in kept)
    return Group(first.replace("[", "?").replace("\0", "*"), tuple(runs[first])), [Group("others", rest)]


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
    if end.lower() in PACKED_ENDINGS and "." in plain:
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
