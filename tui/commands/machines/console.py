"""`raceway attach` and `raceway snapshot`: the console on an existing store, interactive or as one frame."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import wall_clock
from engine.records.picker import PickError, newest_of_each, of_machine
from engine.system.output import complain
from tui.commands.options import (
    UNUSABLE,
    As,
    Config,
    Machine,
    Session,
    State,
    fail,
    sentences,
    viewing_of,
    warn_of_damage,
)
from tui.commands.records import look_for_session, picked
from tui.terminal.curtain import curtain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.records.assessment import Assessment
    from engine.records.plants.report import Unrecorded
    from engine.store.store import Store


LEAST, MOST = (20, 6), (500, 200)
"""Least and largest size of a frame, in columns and rows."""


class Choice:
    """Picks the record to show: of the named machine, else the newest of all."""

    def __init__(self, folder: Path, machine: str | None, session: str = "") -> None:
        """Start without a choice.

        Args:
            folder: of the store.
            machine: its name; None for the machine with the newest record.
            session: name of the session, "" for none.
        """
        self._folder, self._machine, self._session = folder, machine, session
        self.several = False
        """Whether the store held several machines."""

    def __call__(self, store: "Store") -> "Assessment":
        """Return the record to show.

        Raises:
            UnusableError: there is no record, or it has no such session.
        """
        known = store.assessments()
        missing = [
            one for one in store.unrecorded(wall_clock()) if self._machine in (None, one.assessment.machine)
        ]
        if missing and not any(self._machine in (None, one.machine) for one in known):
            raise PickError(f"{self._folder}: {_without_record(missing)}")
        fitting = newest_of_each(of_machine(known, self._machine, self._folder))
        self.several = len({one.machine for one in (*fitting, *(each.assessment for each in missing))}) > 1
        chosen = max(fitting, key=lambda one: one.id)
        look_for_session(store, chosen, self._session)
        return chosen


def _without_record(missing: "Sequence[Unrecorded]") -> str:
    """Return in words that no machine has a record yet, and why the first has none."""
    first, more = missing[0], len(missing) - 1
    why = first.heartbeat.message or "its engine has not begun to watch it"
    others = f", and {more} more" if more else ""
    return f"{first.assessment.machine} has no record yet ({why}){others}; raceway status has the reasons"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(attach)
    app.command()(snapshot)


def attach(
    state: State = None,
    config: Config = None,
    machine: Machine = None,
    session: Session = None,
    name: As = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="View only: this console stores nothing.")
    ] = False,
) -> None:
    """Open a console on an existing store; with several machines it lists them first."""
    with sentences(), curtain():
        settings = viewing_of(config)
        folder = state or settings.folder
        from engine.store.location import look_for
        from tui.console.launch import console_options, make_console, run_console
        from tui.console.preferences import memory_path

        # Fast checks come before the screen; the rest must not delay the first paint.
        look_for(folder)
        choice = Choice(folder, machine, session or "")
        options = replace(
            console_options(folder, settings, choice, name=name, read_only=read_only, config=config),
            insists=True,
            session=session or "",
            at_newest=True,
            start=lambda: "machines" if choice.several else "",
            memory=memory_path(),
        )
        run_console(make_console(options), settings)


def snapshot(
    state: State = None,
    config: Config = None,
    machine: Machine = None,
    session: Session = None,
    screen: Annotated[str, typer.Option(help="Name of the screen, as in the help.")] = "overview",
    at: Annotated[
        str,
        typer.Option(
            help="Number of the snapshot, from 0, or a recording time such as"
            " 2004-02-16T05:12, 2004-02-16 or 05:12 (of the newest day). The newest by default.",
            show_default=False,
        ),
    ] = "",
    size: Annotated[str, typer.Option(help="Columns and rows.")] = "80x24",
    svg: Annotated[
        Path | None, typer.Option(help="Write a picture in SVG to this file instead.", show_default=False)
    ] = None,
    png: Annotated[
        Path | None, typer.Option(help="Write a picture in PNG to this file instead.", show_default=False)
    ] = None,
) -> None:
    """Print one frame of the console as text, or write it as a picture, for a report or an e-mail."""
    with sentences():
        settings = viewing_of(config)
        folder = state or settings.folder
        columns, rows = _size(size)
        from tui.keys.places import PLACES, present_id
        from tui.screens.registry import SCREENS
        from tui.screens.state import Rows

        by_word = {place.word: place.id for place in PLACES}
        screen = present_id(by_word.get(screen, screen))
        if screen not in SCREENS:
            fail(f"--screen {screen!r} is not a screen; the screens are {', '.join(by_word)}", UNUSABLE)
        from engine.store.store import Store
        from engine.system.whole_file import write_whole
        from tui.console.launch import console_options, make_console, picture_appearance
        from tui.console.screenshot import Kind, still

        choice = Choice(folder, machine, session or "")
        with Store.open(folder, read_only=True) as store:
            if SCREENS[screen].ROWS is not Rows.MACHINES:
                # A report must not show a machine that was picked by chance.
                picked(store, machine, folder)
            choice(store)
        options = console_options(folder, settings, choice, read_only=True)
        if svg is not None or png is not None:
            # A picture is for a viewer of pictures, whatever the terminal can show.
            options = replace(options, appearance=picture_appearance(settings.console))
        console = make_console(replace(options, session=session or "", at_newest=True))
        drawn = still(console, (columns, rows), screen, at=at)
        warn_of_damage(folder, console.controller.feed.reading.damage)
        files = [(kind, file) for kind, file in ((Kind.SVG, svg), (Kind.PNG, png)) if file is not None]
        for kind, file in files:
            write_whole(file, drawn.picture(kind))
            print(f"{file}: written")
            if kind is Kind.PNG and (boxes := drawn.lacking()):
                complain(f"{file}: {boxes}")
        if not files:
            print(drawn.text())


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,4})[x×](\d{1,4})", text.strip())
    if found is None:
        fail(f"--size {text!r} is not a size; write columns and rows like 80x24", UNUSABLE)
    columns, rows = int(found[1]), int(found[2])
    if not (LEAST[0] <= columns <= MOST[0] and LEAST[1] <= rows <= MOST[1]):
        fail(f"--size {text!r}: from {LEAST[0]}x{LEAST[1]} to {MOST[0]}x{MOST[1]}", UNUSABLE)
    return columns, rows
