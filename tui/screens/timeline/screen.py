"""The timeline screen: the whole run in strips, and its events."""

from functools import partial

from textual.app import ComposeResult

from tui.draw.frames import LEAST, Draw, framed
from tui.draw.text import Lines
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.bearing.trend import trend_lines
from tui.screens.paned import ROOM_FOR_FRAMES
from tui.screens.panel import Panel
from tui.screens.state import Shown
from tui.screens.timeline.strips import (
    AROUND,
    DEEP,
    Happened,
    beside,
    happening_lines,
    happenings,
    strip_lines,
)

CHART_LEAST = 9
"""Lines that a chart below the events needs to be of use."""

ROOM_FOR_DEEP = 0.35
"""Share of the screen that the strips may take with several lines each; else they get one."""


def above_chart(upper: Draw, lines: int, chart: Draw) -> Draw:
    """Return a function that draws a list, and a chart in the room that its rows leave.

    Args:
        upper: draws the list.
        lines: that the list needs, its frame included.
        chart: draws the chart.
    """

    def drawn(width: int, height: int) -> Lines:
        needed = max(lines, LEAST[1])
        if height - needed < CHART_LEAST:
            return upper(width, height)
        return [*upper(width, needed), *chart(width, height - needed)]

    return drawn


class TimelineScreen(ConsoleScreen):
    """Strips above, events below."""

    PLACE = "timeline"

    def __init__(self) -> None:
        """Start without a chosen event."""
        super().__init__()
        self._chosen: Happened | None = None

    def action_event(self, by: int) -> None:
        """Choose the next or previous event."""
        shown = self.shown
        if shown is None or shown.frame is None:
            return
        here = shown.frame.playhead.at or 0
        self._chosen = beside(happenings(shown.frame, shown.zone), self._chosen, here, by)
        self.show(shown)

    @property
    def chosen_event(self) -> Happened | None:
        """The event that was chosen, None where none is, or it is told no longer."""
        shown = self.shown
        if shown is None or shown.frame is None or self._chosen is None:
            return None
        return self._chosen if self._chosen in happenings(shown.frame, shown.zone) else None

    def compose(self) -> ComposeResult:
        """Yield the panels from top to bottom."""
        yield Panel(id="banner")
        yield Panel(id="strips")
        yield Panel(id="happened")
        yield Panel(id="notice")
        yield Panel(id="keys")

    def draw(self, shown: Shown) -> None:
        """Give each panel its lines."""
        frame = shown.frame
        strips, happened = self.query_one("#strips", Panel), self.query_one("#happened", Panel)
        if frame is None:
            strips.wanted = 4
            strips.show(partial(waiting_lines, heading="Run", text=shown.waiting))
            happened.show(partial(waiting_lines, heading="Events", text=""))
            return
        count = len(frame.view.assessment.components)
        deep = DEEP * count + AROUND
        columns, rows = ROOM_FOR_FRAMES
        roomy = self.size.width >= columns and self.size.height >= rows
        strips.wanted = (deep if deep <= ROOM_FOR_DEEP * self.size.height else count + AROUND) + roomy
        run: Draw = partial(
            strip_lines, glyphs=self.glyphs, frame=frame, selected=shown.component, zone=shown.zone
        )
        events: Draw = partial(
            happening_lines, glyphs=self.glyphs, frame=frame, zone=shown.zone, chosen=self.chosen_event
        )
        if roomy:
            keys = shown.keymap.keys_of
            run = framed(run, f"{keys('play')} play  {keys('bookmark')} bookmark")
            events = framed(
                events, f"{keys('event-back')} {keys('event-on')} event  {keys('event')} go there"
            )
            trend = framed(
                partial(
                    trend_lines,
                    frame=frame,
                    component=shown.component,
                    zone=shown.zone,
                    glyphs=self.glyphs,
                )
            )
            events = above_chart(events, len(happenings(frame, shown.zone)) + 2, trend)
        strips.show(run)
        happened.show(events)
