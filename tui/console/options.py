"""The options of a console: one value with everything that reaches outside it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from engine.clock import wall_clock
from engine.operator.operator import Operator
from tui.draw.glyphs import Glyphs
from tui.keys.actions import DEFAULT
from tui.keys.keymap import Keymap

if TYPE_CHECKING:
    from engine.records.assessment import Assessment
    from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class Appearance:
    """The console's look and sound: theme, glyphs, bell, and the folder of the user's own themes."""

    theme: str = "dark"
    glyphs: Glyphs = Glyphs.UNICODE
    bell: bool = False
    themes: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ConsoleOptions:
    """The options of a console.

    Attributes:
        open_store: opens the store; called on the threads that use it, again after a StoreError.
        choose: picks the assessment to show, None while the engine has not begun one yet.
        operator: the person who acknowledges.
        session: name of the replay, "" for the live record.
        pace: recording seconds per wall second.
        pace_given: whether the command line gave the pace, so that the pace remembered is not used.
        playing: whether the playhead moves from the start.
        at_newest: start at the newest snapshot and follow it, instead of at the first snapshot.
        insists: whether the console ends if the store cannot be opened or holds nothing to show, with the
            reason in `refused`; otherwise it tries again.
        read_only: whether this console can store nothing.
        start: gives the id of the first screen, "" for the screen used last; called when there is data.
        memory: file that remembers how the operator left the console, None to remember nothing.
        exports: folder of exports, None for one in the working directory.
        report: command line that writes reports of this store, without its options; empty for none.
        clipboard: whether the terminal may be asked to copy.
        appearance: theme, glyphs and bell.
        keymap: the keys in force.
        zone: time zone of recording times.
        wall_zone: time zone of wall-clock times, `zone` if None.
        now: the wall clock.
        clock: seconds that never go back.
    """

    open_store: "Callable[[], Store]"
    choose: "Callable[[Store], Assessment | None]"
    operator: Operator
    session: str = ""
    pace: float = 1.0
    pace_given: bool = False
    playing: bool = True
    at_newest: bool = False
    insists: bool = False
    read_only: bool = False
    start: Callable[[], str] = str
    memory: Path | None = None
    exports: Path | None = None
    report: tuple[str, ...] = ()
    clipboard: bool = False
    appearance: Appearance = Appearance()
    keymap: Keymap = DEFAULT
    zone: tzinfo = UTC
    wall_zone: tzinfo | None = None
    now: Callable[[], datetime] = wall_clock
    clock: Callable[[], float] = time.monotonic

    @property
    def wall(self) -> tzinfo:
        """The time zone of wall-clock times."""
        return self.wall_zone or self.zone
