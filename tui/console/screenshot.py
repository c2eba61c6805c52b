"""Screenshots: a frame of the console without a terminal, as text or as a picture in SVG or PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from engine.errors import UnusableError
from tui.console.app import Console
from tui.draw.text import fit
from tui.screens.panel import Panel
from tui.terminal.png import lacking, png_of
from tui.terminal.svg import svg_of


class StillError(UnusableError):
    """The frame does not exist; the message says why."""


class Kind(StrEnum):
    """The kinds of a picture, by the suffixes of their files."""

    SVG = "svg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A screen as it was drawn: its lines from top to bottom, cells a line, and the default colours."""

    rows: Sequence[Sequence[Segment]]
    width: int
    base: Style

    def text(self) -> str:
        """Return the text, line by line, without trailing blanks."""
        lines = ("".join(segment.text for segment in row) for row in self.rows)
        return "\n".join(fit(line, self.width).rstrip() for line in lines)

    def picture(self, kind: Kind) -> str | bytes:
        """Return a picture.

        Raises:
            MissingPillowError: a PNG picture needs a library that is not installed.
        """
        if kind is Kind.PNG:
            return png_of(self.rows, self.width, self.base)
        return svg_of(self.rows, self.width, self.base, "Raceway")

    def lacking(self) -> str:
        """Return why letters are boxes in a PNG picture, "" where none is.

        Raises:
            MissingPillowError: a PNG picture needs a library that is not installed.
        """
        return lacking(self.rows)


def still(console: Console, size: tuple[int, int], place: str, *, at: str = "") -> Drawn:
    """Draw a screen once and return it.

    Args:
        console: that has not been run.
        size: columns and rows.
        place: id of the screen.
        at: time or number of the snapshot as an operator types it, "" for the newest.

    Raises:
        StillError: the record holds nothing at that time.
    """
    drawn: list[Drawn] = []
    wrong = ""

    async def shoot(pilot: Pilot[object]) -> None:
        nonlocal wrong
        await _settled(pilot)
        wrong = console.controller.navigation.go_to(at) if at else ""
        if wrong:
            console.exit()
            return
        console.show_place(place)
        await _settled(pilot)
        drawn.append(drawn_of(console.screen, size))
        console.exit()

    console.run(headless=True, size=size, auto_pilot=shoot)
    if wrong:
        raise StillError(f"--at {at!r}: {wrong}")
    return drawn[0] if drawn else Drawn((), size[0], Style.null())


def drawn_of(screen: Screen[Any], size: tuple[int, int]) -> Drawn:
    """Return a screen as it is drawn."""
    return Drawn([list(row) for row in rows_of(screen, size)], size[0], screen.rich_style)


def rows_of(screen: Screen[Any], size: tuple[int, int]) -> list[Strip]:
    """Return the lines of a screen's panels, side by side."""
    rows = [Strip([])] * size[1]
    panels = [panel for panel in screen.query(Panel) if panel.region.area]
    for panel in sorted(panels, key=lambda panel: panel.region.x):
        for y in range(panel.region.height):
            place = panel.region.y + y
            if place < len(rows):
                row = rows[place]
                gap = Strip([Segment(" " * (panel.region.x - row.cell_length))])
                rows[place] = Strip.join([row, gap, panel.render_line(y)])
    return rows


async def _settled(pilot: Pilot[object]) -> None:
    """Wait until nothing is being read or drawn."""
    for _ in range(2):
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()
