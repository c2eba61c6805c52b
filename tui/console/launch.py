"""Launch: makes the options of a console from settings, operator and environment, and runs it."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FailedError, StoreError, UnusableError
from tui.terminal import curtain

if TYPE_CHECKING:
    from engine.config.sections.core import ConsoleSettings
    from engine.config.settings import Settings
    from engine.config.viewing import ConsoleDefaults, Viewing
    from engine.records.assessment import Assessment
    from engine.store.store import Store
    from tui.console.app import Console
    from tui.console.options import Appearance, ConsoleOptions

TEXTUAL = "TEXTUAL"
"""Prefix of the variables of the screen's library: by them the environment could import a module, write
files, press keys or flood a slow line."""

KEPT = frozenset({"TEXTUAL_SNAPSHOT_TEMPDIR"})
"""Read by a plugin for tests, never by the library."""


def nothing() -> None:
    """Start no engine."""


def by_key(
    key: Callable[[], str], last_words: Callable[[], str] = str
) -> "Callable[[Store], Assessment | None]":
    """Return a function that picks the assessment of a key.

    Args:
        key: returns that of the assessment; called once the store is there.
        last_words: the message of the engine beside the console if it failed, "" otherwise.
    """

    def choose(store: "Store") -> "Assessment | None":
        from engine.records.picker import with_key

        found = with_key(store.assessments(), key())
        if found is None and (words := last_words()):
            raise StoreError(words)
        return found

    return choose


def on_terminal() -> bool:
    """Return whether standard input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def run_console(console: "Console", settings: "Settings | Viewing") -> None:
    """Show a console on this terminal until it is left.

    Raises:
        UnusableError: the store does not hold the assessment.
        FailedError: the store cannot be opened, or the console failed.
    """
    if not on_terminal():
        raise UnusableError("the console needs a terminal; raceway score and raceway snapshot do without one")
    console.run(mouse=settings.console.mouse)
    curtain.forget()
    if console.refused is not None:
        raise console.refused
    if console.return_code:
        raise FailedError(
            "the console ended by a fault of its own; engines go on, and what is stored stays. Open it again"
            " (raceway attach), and report the lines above"
        )


def console_options(
    folder: Path,
    settings: "Settings | Viewing",
    choose: "Callable[[Store], Assessment | None]",
    *,
    name: str | None = None,
    read_only: bool = False,
    config: Path | None = None,
    begin: Callable[[], None] = nothing,
    last_words: Callable[[], str] = str,
) -> "ConsoleOptions":
    """Return the options that settings, operator and environment give; a command changes some of them.

    Args:
        folder: of the store.
        settings: of the console.
        choose: picks the assessment to show, None while the engine has not begun one yet.
        name: of the operator, None for that of the account.
        read_only: whether this console can store nothing.
        config: file of settings for reports, None for the defaults.
        begin: starts the engine beside the console, if any; called before the store is opened.
        last_words: the message of the engine beside the console if it failed, "" otherwise.
    """
    clean_environment()
    from engine.operator.operator import operator_of
    from engine.system.account import account_name
    from tui.command_lines import program_line
    from tui.console.options import Appearance, ConsoleOptions
    from tui.console.preferences import themes_path
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
    return ConsoleOptions(
        open_store=open_store,
        choose=choose,
        operator=operator_of(account_name(), name, os.environ),
        pace=shown.pace,
        read_only=read_only,
        appearance=Appearance(
            theme_of(shown.theme, os.environ),
            glyphs_of(shown.glyphs, os.environ),
            shown.bell,
            themes_path(),
        ),
        keymap=keymap_of(settings.keys),
        exports=shown.exports_folder,
        report=tuple(program_line("report", state=folder, config=config)),
        clipboard=shown.clipboard,
        zone=local if shown.time_zone == "local" else UTC,
        wall_zone=local,
    )


def picture_appearance(shown: "ConsoleSettings | ConsoleDefaults") -> "Appearance":
    """Return the theme and glyphs of a picture: those of the settings, the full ones for "auto"."""
    from tui.console.options import Appearance
    from tui.console.preferences import themes_path
    from tui.draw.glyphs import Glyphs

    return Appearance(
        "dark" if shown.theme == "auto" else shown.theme,
        Glyphs.UNICODE if shown.glyphs == "auto" else Glyphs(shown.glyphs),
        themes=themes_path(),
    )


def clean_environment() -> None:
    """Drop the variables that would change the console; its library reads them when it is imported."""
    for name in [one for one in os.environ if one.startswith(TEXTUAL) and one not in KEPT]:
        del os.environ[name]
    if os.environ.get("NO_COLOR") == "":
        # Unset and empty are one (no-color.org); Textual takes the empty one for set.
        del os.environ["NO_COLOR"]


def make_console(options: "ConsoleOptions") -> "Console":
    """Return a console that has yet to be run."""
    clean_environment()
    from tui.console.app import Console

    return Console(options)
