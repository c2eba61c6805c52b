"""Further actions of the console: export and copy, bookmarks, events of the timeline, other machines."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.clock import moment
from engine.operator.operator import Act
from engine.records.bookmarks import Bookmark
from engine.records.events import Acknowledged
from tui.console.further.closing import ClosingAction
from tui.console.further.fleet import FleetActions
from tui.console.further.report import ReportAction
from tui.console.further.sensors import SensorSearch
from tui.console.host import Acts, Do
from tui.console.options import ConsoleOptions
from tui.data.frame import Frame
from tui.draw.format import short_time
from tui.draw.notice import Notice
from tui.draw.text import Role, clean
from tui.screens.base import ConsoleScreen
from tui.screens.dialog import Field, Question, needed
from tui.screens.numbers import Numbers

if TYPE_CHECKING:
    from engine.store.store import Store
    from tui.console.controller import Controller
    from tui.console.screenshot import Drawn

CLIPBOARD = 50_000
"""Characters that most terminals take for their clipboard; xterm takes 75,000 bytes of base64."""

FOLDER = "raceway-exports"
"""Folder of the exports in the working directory, where none is set."""


class Window(Protocol):
    """The application as these actions see it."""

    @property
    def console_screen(self) -> ConsoleScreen | None:
        """The screen on top, or the one under a dialog."""

    def copy_to_clipboard(self, text: str) -> None:
        """Ask the terminal to put text on its clipboard (OSC 52)."""

    def spawn(self, work: Callable[[], Coroutine[object, object, None]], group: str) -> None:
        """Run a coroutine function on the event loop."""


class FurtherActions:
    """The actions by their names in the registry."""

    def __init__(self, window: Window, controller: "Controller", options: ConsoleOptions) -> None:
        """Act on the window's screen and the controller's record."""
        self._window, self._controller, self._options = window, controller, options
        self._acts, self._fleet = Acts(controller, options), FleetActions(controller, options)
        self._actions: dict[str, Callable[[], None]] = {
            "export": self.export,
            "copy": self.copy,
            "bookmark": self.bookmark,
            "event": self.event,
            "only": controller.navigation.narrow,
            "next-machine": lambda: self._beside(1),
            "previous-machine": lambda: self._beside(-1),
            "report": ReportAction(window, controller, options, self._folder).write,
            "accept-proposal": controller.models.proposals.accept,
            "refuse-proposal": controller.models.proposals.refuse,
            "sensor-search": SensorSearch(controller, lambda: window.console_screen).ask,
            "close-alarm": ClosingAction(controller, options).close,
            **self._fleet.actions,
        }

    @property
    def _folder(self) -> Path:
        """The folder of exports and reports."""
        return self._options.exports or Path.cwd() / FOLDER

    def do(self, what: str) -> None:
        """Run an action."""
        self._actions[what]()

    def drawn(self) -> None:
        """Note what has been drawn."""
        self._fleet.drawn()

    def _beside(self, by: int) -> None:
        """Show the next or previous machine."""
        self._window.spawn(partial(self._fleet.open_beside, by), "reading")

    # The timeline.

    def event(self) -> None:
        """Go to the chosen event of the timeline, and pause there."""
        # Only screens in use are loaded.
        from tui.screens.timeline.screen import TimelineScreen

        screen = self._window.console_screen
        chosen = screen.chosen_event if isinstance(screen, TimelineScreen) else None
        if chosen is None:
            self._controller.tell(Notice("No event is chosen; PgUp and PgDn choose one."))
            return
        self._controller.navigation.go_at(chosen.at)
        self._controller.tell(Notice(chosen.text))

    def bookmark(self) -> None:
        """Ask for the name of a bookmark at the playhead; remove one that is there."""
        frame = self._acts.frame()
        if frame is None or frame.playhead.at is None:
            return
        told = short_time(frame.playhead.at, self._options.zone)
        here = moment(frame.playhead.at)
        there = next((one for one in frame.view.bookmarks if one.at == here), None)
        if there is not None:
            ask = Question(f"Remove the bookmark {clean(there.name)}?", (told,), "y removes it, Esc cancels")
            self._acts.confirm(ask, lambda: self._remove(frame, there))
            return
        ask = Question("Bookmark", (f"{told}, for everybody who looks at this machine.",))
        field = Field("Name", check=needed("A bookmark needs a name."))
        self._controller.ask(ask, [field], lambda texts: self._bookmark(frame, texts[0]))

    def _bookmark(self, frame: Frame, name: str) -> None:
        def do(store: "Store", act: Act) -> Acknowledged:
            from engine.operator.bookmarks import add_bookmark

            return add_bookmark(store, frame.view.assessment, name, act)

        self._store(frame, ("bookmark", frame.playhead.at), do, f"Bookmarked: {clean(name)}")

    def _remove(self, frame: Frame, bookmark: Bookmark) -> None:
        def do(store: "Store", act: Act) -> Acknowledged:
            from engine.operator.bookmarks import remove_bookmark

            return remove_bookmark(store, frame.view.assessment, bookmark, act)

        self._store(frame, ("bookmark", bookmark.seq), do, f"Bookmark removed: {clean(bookmark.name)}")

    def _store(self, frame: Frame, key: Hashable, do: Do, told: str) -> None:
        self._acts.store(
            frame,
            key,
            do,
            lambda answer: Notice(
                told if answer.stored else f"Another was first: {clean(answer.by)}", Role.GOOD
            ),
            lambda why: Notice(f"Nothing was stored: {why}", Role.ALARM),
        )

    # Export.

    def export(self) -> None:
        """Write the screen as a picture, and its plotted numbers, to files."""
        from engine.reports.screen_export import safe_name

        # A screenshot needs the application, which is made of these actions.
        from tui.console.screenshot import drawn_of

        screen = self._window.console_screen
        if screen is None:
            return
        numbers, frame = screen.numbers(), self._controller.frame
        machine = "" if frame is None or screen.PLACE == "machines" else frame.view.assessment.machine
        at = None if frame is None else frame.playhead.at
        stamp = "" if at is None else f"{moment(at):%Y%m%dT%H%M%SZ}"
        name = safe_name(machine, screen.PLACE, "" if numbers is None else numbers.name, stamp)
        drawn = drawn_of(screen, (screen.size.width, screen.size.height))
        self._controller.tell(Notice("Exporting …"))
        self._window.spawn(partial(self._export, name, drawn, numbers), "exporting")

    async def _export(self, name: str, drawn: "Drawn", numbers: Numbers | None) -> None:
        from engine.reports.screen_export import write_export

        folder = self._folder
        table = ((), ()) if numbers is None else (numbers.header, numbers.rows)
        pictures, missing = await asyncio.to_thread(pictures_of, drawn)
        try:
            files = await asyncio.to_thread(write_export, folder, name, pictures, *table)
        except OSError as error:
            place = error.filename or folder
            self._controller.tell(Notice(f"Nothing exported: {place}: {error.strerror}", Role.ALARM))
            return
        self._controller.tell(Notice(exported(folder, files, numbers is not None, missing), Role.GOOD))

    def copy(self) -> None:
        """Copy the plotted numbers to the clipboard of the terminal, if the settings allow it."""
        screen = self._window.console_screen
        numbers = None if screen is None else screen.numbers()
        if not self._options.clipboard:
            words = "Copying is off. Set clipboard = true in [console] to allow it."
            self._controller.tell(Notice(words))
        elif numbers is None:
            self._controller.tell(Notice("This screen plots no numbers to copy."))
        elif len(text := numbers.text()) > CLIPBOARD:
            words = (
                f"{len(numbers.rows)} rows are too many for a terminal's clipboard; zoom in, or export them."
            )
            self._controller.tell(Notice(words))
        else:
            self._window.copy_to_clipboard(text)
            words = f"Copied {len(numbers.rows)} rows ({numbers.name}) to the clipboard of the terminal."
            self._controller.tell(Notice(words, Role.GOOD))


def pictures_of(drawn: "Drawn") -> tuple[dict[str, str | bytes], str]:
    """Return the pictures of a screen by suffix, and the trouble of the PNG, "" for none."""
    from tui.console.screenshot import Kind
    from tui.terminal.png import MissingPillowError

    pictures = {Kind.SVG.value: drawn.picture(Kind.SVG)}
    try:
        pictures[Kind.PNG.value] = drawn.picture(Kind.PNG)
        return pictures, drawn.lacking()
    except MissingPillowError as error:
        return pictures, str(error)


def exported(folder: Path, files: tuple[Path, ...], numbers: bool, missing: str) -> str:
    """Return the sentence about an export; files of one name are written once with their suffixes.

    The path comes last, since it may be too long for the notice.
    """
    *before, last = [file.suffix for file in files]
    kinds = f"{', '.join(before)} and {last}" if before else last
    words = f"Exported as {kinds}: {folder / files[0].name}"
    words += "" if numbers else "; this screen plots no numbers"
    return f"{words}; {missing}" if missing else words
