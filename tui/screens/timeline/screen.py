"""The timeline screen: the whole run in strips, and its events."""

from functools import partial

from textual.app import ComposeResult

from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.panel import Panel
from tui.screens.state import Shown
from tui.screens.timeline.strips import AROUND, DEEP, happening_lines, strip_lines

ROOM_FOR_DEEP = 0.35
"""Share of the screen that the strips may take with several lines each; else they get one."""


class TimelineScreen(ConsoleScreen):
    """Strips above, events below."""

    PLACE = "timeline"

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
            happened.show(partial(waiting_lines, heading="What happened", text=""))
            return
        count = len(frame.view.assessment.components)
        deep = DEEP * count + AROUND
        strips.wanted = deep if deep <= ROOM_FOR_DEEP * self.size.height else count + AROUND
        strips.show(
            partial(strip_lines, glyphs=self.glyphs, frame=frame, selected=shown.component, zone=shown.zone)
        )
        happened.show(partial(happening_lines, glyphs=self.glyphs, frame=frame, zone=shown.zone))
