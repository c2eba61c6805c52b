"""Times of change of files: whether they come evenly, or all at once as those of copies."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path


def march_of_times(folder: Path, names: Sequence[str]) -> tuple[float | None, datetime | None, bool]:
    """Return seconds between files by even times of change, the first, and whether all are of one copy."""
    try:
        stamps = [(folder / name).stat().st_mtime for name in _by_number(names)[:50]]
    except OSError:
        return None, None, False
    if len(stamps) < 3:
        return None, None, False
    # A recorder that writes files of a second each does not write several in one.
    at_once = len(set(stamps)) < 0.9 * len(stamps) or max(stamps) - min(stamps) < len(stamps) - 1
    steps = [after - before for before, after in pairwise(stamps)]
    usual = sorted(steps)[len(steps) // 2]
    even = usual >= 1 and sum(abs(step - usual) <= 0.2 * usual for step in steps) > 0.8 * len(steps)
    if not even:
        return None, None, at_once
    return round(usual), datetime.fromtimestamp(int(stamps[0]), UTC), at_once


def _by_number(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: (len(name), name))
