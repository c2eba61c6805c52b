"""Groups of files by the ends of their names."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from replay.inspection.names import shape_of

PACKED_ENDINGS = ("gz", "bz2", "xz", "zst")
"""Endings of files that are packed by themselves."""


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


def groups_by_ending(names: Iterable[str]) -> list[Group]:
    """Return files by the ends of their names, the largest group first.

    A recorder may pack its older files in several ways, and number the ends of its channels' files.
    """
    by_end: dict[str, list[str]] = {}
    for name in sorted(names):
        by_end.setdefault(_ending(name).lower(), []).append(name)
    plains = Counter(end.rsplit(".", 1)[0] for end in by_end if end.rsplit(".", 1)[-1] in PACKED_ENDINGS)
    packed = [
        end
        for end in by_end
        if end.rsplit(".", 1)[-1] in PACKED_ENDINGS
        and (end.rsplit(".", 1)[0] in by_end or plains[end.rsplit(".", 1)[0]] > 1)
    ]
    globs = {end: _glob_of_ending({_ending(name) for name in found}) for end, found in by_end.items()}
    for end in packed:
        plain = end.rsplit(".", 1)[0]
        by_end[plain] = sorted([*by_end.get(plain, ()), *by_end.pop(end)])
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
    if len(parts) > 2 and parts[-1] in PACKED_ENDINGS:
        return last[-len(parts[-1]) - len(parts[-2]) - 2 :]
    is_ending = len(parts) > 1 and not parts[-1].isdecimal() and 0 < len(parts[-1]) <= 8
    return last[-len(parts[-1]) - 1 :] if is_ending else ""
