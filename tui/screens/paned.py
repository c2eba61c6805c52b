"""A screen with panes: a key chooses one, and others are shown below it if they fit."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult

from tui.data.frame import Frame
from tui.draw.frames import LEAST, framed
from tui.draw.text import Lines, Role, Span
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.panel import Draw, Panel
from tui.screens.state import Shown

PANE_HEIGHT = 11
"""Lines that a pane wants; where there are more for another one, another one is shown."""

SLOTS = ("first", "second", "third", "fourth")

ROOM_FOR_FOURTH = 57
"""Lines of the screen from which there is a fourth: below it three are better drawn larger."""


ROOM_FOR_FRAMES = (100, 30)
"""Columns and lines of the screen from which panes have frames."""


class PanedScreen(ConsoleScreen):
    """Tabs, and below them the chosen pane and those that go with it."""

    PANES: ClassVar[tuple[str, ...]] = ()
    """Their names, in the order in which they are gone through."""

    BESIDE: ClassVar[tuple[str, ...]] = ()
    """Panes that fill the room below the chosen one, in order of need."""

    TEXTS: ClassVar[frozenset[str]] = frozenset()
    """Panes of words: those above others get the lines that they fill, so that the others get the rest."""

    def __init__(self) -> None:
        """Start with the first pane."""
        super().__init__()
        self.pane = self.PANES[0]
        self._drawn: dict[int, str] = {}
        """The pane that each slot drew last."""

    def compose(self) -> ComposeResult:
        """Yield the panels from top to bottom."""
        yield Panel(id="banner")
        yield Panel(id="head")
        yield Panel(id="tabs")
        for slot in SLOTS:
            yield Panel(id=slot)
        yield Panel(id="notice")
        yield Panel(id="keys")

    def action_pane(self, which: str) -> None:
        """Show a pane, by name, or the `next` or `previous` one."""
        step = {"next": 1, "previous": -1}.get(which)
        place = self.PANES.index(self.pane)
        self.pane = which if step is None else self.PANES[(place + step) % len(self.PANES)]
        self.again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether this screen has the action; panes of other screens are not its own."""
        if action == "pane" and not set(parameters) <= {"next", "previous", *self.PANES}:
            return False
        return super().check_action(action, parameters)

    def panes_shown(self) -> tuple[str, ...]:
        """Return the panes that fit, from top to bottom."""
        most = len(SLOTS) - (self.size.height < ROOM_FOR_FOURTH)
        # Below a few words, one line less is better than emptiness.
        chart = PANE_HEIGHT - (self.pane in self.TEXTS)
        room = self.size.height - 5
        names: list[str] = []
        for name in (self.pane, *(name for name in self.BESIDE if name != self.pane)):
            room -= min(self.lines_of(name), PANE_HEIGHT) if name in self.TEXTS else chart
            if names and (room < 0 or len(names) == most):
                break
            names.append(name)
        return tuple(names)

    def lines_of(self, name: str) -> int:
        """Return the lines that a pane of words fills, its frame included."""
        shown = self.shown
        if shown is None or shown.frame is None:
            return PANE_HEIGHT
        border = 1 if self.is_roomy else 0
        drawn = self.drawing(name, shown, shown.frame)(self.size.width - 2 * border, self.size.height)
        return max(len(drawn) + border, LEAST[1] * border)

    def drawing(self, name: str, shown: Shown, frame: Frame) -> Draw:
        """Return the function that draws a pane."""
        raise NotImplementedError

    def key(self, name: str, shown: Shown, frame: Frame) -> tuple[object, ...]:
        """Return the values that a pane depends on: it is drawn again only if one of them changed."""
        raise NotImplementedError

    def is_awaited(self, name: str, shown: Shown, frame: Frame) -> bool:
        """Return whether what a pane draws comes in a moment, so that its last lines stay until then."""
        return False

    def tabs(self, shown: Shown, frame: Frame) -> tuple[str, ...]:
        """Return the names of the panes as the tabs show them."""
        return self.PANES

    def draw_head(self, shown: Shown, frame: Frame) -> None:
        """Draw the line above the tabs; without an own line it is hidden."""
        self.query_one("#head", Panel).display = False

    def draw(self, shown: Shown) -> None:
        """Give each panel its lines."""
        frame = shown.frame
        panels = [self.query_one(f"#{slot}", Panel) for slot in SLOTS]
        if frame is None:
            head = self.query_one("#head", Panel)
            head.display, head.wanted = True, 4
            head.show(partial(waiting_lines, heading=self.PLACE.capitalize(), text=shown.waiting))
            for panel in panels:
                panel.display = False
            return
        self.draw_head(shown, frame)
        tabs = self.tabs(shown, frame)
        chosen = tabs[self.PANES.index(self.pane)]
        self.query_one("#tabs", Panel).show(partial(tab_lines, names=tabs, chosen=chosen))
        names = self.panes_shown()
        for place, panel in enumerate(panels):
            panel.display = place < len(names)
            if panel.display:
                name = names[place]
                if self._drawn.get(place) == name and self.is_awaited(name, shown, frame):
                    continue
                self._drawn[place] = name
                panel.set_class(name == "strip", "-strip")
                panel.set_class(name == self.pane and len(names) > 1, "-chosen")
                draw, roomy = self.drawing(name, shown, frame), self.is_roomy
                above = place < len(names) - 1
                panel.styles.height = self.height_of(name, len(names)) if above else None
                if roomy and name != "strip":
                    draw = framed(draw, self.pane_keys(shown) if name == self.pane else "")
                panel.show(draw, key=(name, roomy, self.pane, *self.key(name, shown, frame)))

    def height_of(self, name: str, panes: int) -> int | None:
        """Return the lines of a pane that has others below it; None for a share of the room.

        A pane of words gets what it fills, but leaves each of the others its own.
        """
        if name not in self.TEXTS:
            return None
        room = self.size.height - 5
        return min(self.lines_of(name), max(room - (panes - 1) * PANE_HEIGHT, room // panes))

    @property
    def is_roomy(self) -> bool:
        """Whether there is room for frames around the panes."""
        columns, rows = ROOM_FOR_FRAMES
        return self.size.width >= columns and self.size.height >= rows

    def pane_keys(self, shown: Shown) -> str:
        """Return the hint of keys in the border of the chosen pane."""
        return f"{shown.keymap.keys_of('next-pane')} next pane"


def tab_lines(width: int, _height: int, names: Sequence[str], chosen: str) -> Lines:
    """Return the names in a row, the chosen one in brackets; if they do not fit, those around it."""
    place = names.index(chosen)
    # The one after the chosen is in sight as well, so that Tab leads to what is seen.
    seen = min(place + 2, len(names))
    first, last = 0, seen
    while first < place and _tabs_width(names[first:seen]) > width:
        first += 1
    while last < len(names) and _tabs_width(names[first : last + 1]) <= width:
        last += 1
    spans = [Span("‹", Role.DIM) if first > 0 else Span(" ")]
    for name in names[first:last]:
        if name == chosen:
            spans.append(Span(f"[{name}]", Role.STRONG))
        else:
            spans.append(Span(f" {name} ", Role.DIM))
    if last < len(names):
        spans.append(Span("›", Role.DIM))
    return [tuple(spans)]


def _tabs_width(names: Sequence[str]) -> int:
    """Return the cells of tabs with a mark at either end for those that are left out."""
    return sum(len(name) + 2 for name in names) + 2
