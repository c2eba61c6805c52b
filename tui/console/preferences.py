"""Preferences: how the operator left the console, for each machine. Nothing here makes the console fail."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.records.events import Priority
from engine.system.whole_file import write_whole
from replay.folders import FolderError, config_folder, state_folder
from tui.data.alarm_filter import AlarmFilter, Listing

MOST = 200
"""Machines remembered; the first to be forgotten is the one left longest ago."""


@dataclass(frozen=True, slots=True)
class Left:
    """The state in which the console of a machine was left.

    `theme` is empty where none but that of the settings was chosen. Words that the alarm list was searched
    for are forgotten: nobody remembers them in the morning.
    """

    screen: str = "overview"
    component: str = ""
    listing: str = Listing.ACTIVE.value
    priority: str = ""
    pace: float = 0.0
    theme: str = ""

    @property
    def alarm_filter(self) -> AlarmFilter:
        """The alarm list as it was left; unknown lists and priorities count as none."""
        listing = Listing(self.listing) if self.listing in set(Listing) else Listing.ACTIVE
        return AlarmFilter(listing, priority=self.priority if self.priority in set(Priority) else "")


def memory_path() -> Path | None:
    """Return the file, in the platform's folder for application state; None for an account without one."""
    try:
        return state_folder() / "console.json"
    except FolderError:
        return None


def themes_path() -> Path | None:
    """Return the folder of the user's own themes; None for an account without one."""
    try:
        return config_folder() / "themes"
    except FolderError:
        return None


def is_kept(path: Path) -> bool:
    """Return whether anything is remembered; False too if this account may not read the folder."""
    try:
        return path.exists()
    except OSError:
        return False


def recall(path: Path) -> dict[str, Left]:
    """Return the memory of each machine; empty if the file cannot be read."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    machines = held.get("machines") if isinstance(held, dict) else None
    return {} if not isinstance(machines, dict) else {name: _left(one) for name, one in machines.items()}


def keep(path: Path, machine: str, left: Left) -> None:
    """Remember how a machine's console was left, readable by its owner alone, if possible."""
    held = recall(path)
    held.pop(machine, None)
    held[machine] = left
    newest = dict(list(held.items())[-MOST:])
    text = json.dumps({"machines": {name: asdict(one) for name, one in newest.items()}})
    # A full or forbidden folder must not keep anybody from leaving.
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, text, mode=0o600)


def _left(held: object) -> Left:
    if not isinstance(held, Mapping):
        return Left()
    words = {
        key: value
        for key in ("screen", "component", "listing", "priority", "theme")
        if isinstance(value := held.get(key), str)
    }
    pace = held.get("pace")
    number = float(pace) if isinstance(pace, int | float) and not isinstance(pace, bool) and pace > 0 else 0.0
    return Left(**words, pace=number)
