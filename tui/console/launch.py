"""Opens the console on a store: joins settings, operator and environment to what the console is made of."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import StoreError, UnusableError
from engine.records.picker import with_key

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from engine.records.assessment import Assessment
    from engine.store.store import Store
    from tui.console.app import Console

HARMFUL = (
    "TEXTUAL_DRIVER",
    "TEXTUAL_LOG",
    "TEXTUAL_PRESS",
    "TEXTUAL_SCREENSHOT",
    "TEXTUAL_SCREENSHOT_LOCATION",
    "TEXTUAL_SCREENSHOT_FILENAME",
    "TEXTUAL_FPS",
)
"""With these the environment could import a module, write files, press keys or flood a slow line."""


def nothing() -> None:
    """Start no engine."""


def by_key(key: str, last_words: Callable[[], str] = str) -> "Callable[[Store], Assessment | None]":
    """Picks the assessment of this key.

    Args:
        key: of the assessment.
        last_words: what the engine that was to begin it said before it failed.
    """

    def choose(store: "Store") -> "Assessment | None":
        found = with_key(store.assessments(), key)
        if found is None and (words := last_words()):
            raise StoreError(words)
        return found

    return choose


def on_terminal() -> bool:
    """Whether there is somebody to see a screen and press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def run_console(console: "Console", settings: "Settings") -> None:
    """Show a console on this terminal until it is left.

    Raises:
        UnusableError: there is nothing in the store of what was asked for.
        FailedError: the store cannot be opened.
    """
    if not on_terminal():
        raise UnusableError("the console needs a terminal; raceway score and raceway snapshot do without one")
    console.run(mouse=settings.console.mouse)
    if console.refused is not None:
        raise console.refused


def make_console(
    folder: Path,
    settings: "Settings",
    *,
    choose: "Callable[[Store], Assessment | None]",
    insists: bool = False,
    session: str = "",
    pace: float | None = None,
    begin: Callable[[], None] = nothing,
    last_words: Callable[[], str] = str,
    at_newest: bool = False,
    read_only: bool = False,
    name: str | None = None,
    start: Callable[[], str] = str,
    remember: bool = False,
) -> "Console":
    """Make a console that has yet to be run.

    Args:
        folder: of the store.
        settings: of the console.
        choose: picks the assessment to show, None where the engine has not begun one yet.
        insists: whether it ends where the store cannot be opened, or holds nothing to show.
        session: of a replay, "" for the live record.
        pace: that was asked for, None for the one that is remembered or set.
        begin: starts the engine beside it, if there is to be one; called before the store is opened.
        last_words: what the engine beside it said before it failed.
        at_newest: begin at what is newest.
        read_only: whether nothing can be stored from it.
        name: what the operator calls themselves.
        start: gives the id of the screen to begin with, once there is something to show.
        remember: whether it takes up, and leaves behind, how it was left.
    """
    for variable in HARMFUL:
        os.environ.pop(variable, None)
    if os.environ.get("NO_COLOR") == "":
        # Unset and empty are one (no-color.org); Textual takes the empty one for set.
        del os.environ["NO_COLOR"]
    from engine.operator.operator import operator_of
    from engine.system.account import account_name
    from tui.console.app import Console
    from tui.console.preferences import memory_path
    from tui.console.themes import Outfit
    from tui.draw.glyphs import glyphs_of, theme_of
    from tui.keys.actions import keymap_of

    def open_store() -> "Store":
        from engine.store.store import Store

        begin()
        if words := last_words():
            raise StoreError(words)
        return Store.open(folder, read_only=read_only)

    shown = settings.console
    local = datetime.now().astimezone().tzinfo or UTC
    outfit = Outfit(theme_of(shown.theme, os.environ), glyphs_of(shown.glyphs, os.environ), shown.bell)
    return Console(
        open_store=open_store,
        choose=choose,
        insists=insists,
        session=session,
        operator=operator_of(account_name(), name, os.environ),
        pace=pace or shown.pace,
        paced=pace is not None or bool(last_words()),
        read_only=read_only,
        outfit=outfit,
        keymap=keymap_of(settings.keys),
        zone=local if shown.time_zone == "local" else UTC,
        wall_zone=local,
        at_newest=at_newest,
        memory=memory_path() if remember else None,
        start=start,
    )
