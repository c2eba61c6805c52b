"""The overview: the bearings, reasons, alarms and timeline of a machine."""

from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.draw.alarm_rows import alarm_lines
from tui.draw.bearing_rows import bearing_lines, rows_each
from tui.draw.timeline import timeline_lines
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.overview.headline import headline_lines
from tui.screens.overview.why import why_lines
from tui.screens.panel import Panel
from tui.screens.state import Shown

ROOM_FOR_TALL = 0.45
"""Share of the screen that the bearings may take with several rows each; else they get one."""


class OverviewScreen(ConsoleScreen):
    """Bearings on top, below them the contributions and the alarms, at the bottom the timeline."""

    PLACE = "overview"

    def compose(self) -> ComposeResult:
        """Yield the panels from top to bottom."""
        yield Panel(id="banner")
        yield Panel(id="headline")
        yield Panel(id="bearings")
        with Horizontal(id="middle"):
            yield Panel(id="why")
            yield Panel(id="alarms")
        yield Panel(id="timeline")
        yield Panel(id="notice")
        yield Panel(id="keys")

    def draw(self, shown: Shown) -> None:
        """Give each panel its lines."""
        bearings = self.query_one("#bearings", Panel)
        why, alarms = self.query_one("#why", Panel), self.query_one("#alarms", Panel)
        timeline = self.query_one("#timeline", Panel)
        frame = shown.frame
        headline = partial(headline_lines, frame=frame, status=shown.banner.status, zone=shown.zone)
        self.query_one("#headline", Panel).show(headline)
        if frame is None:
            bearings.wanted = 4
            bearings.show(partial(waiting_lines, heading="Bearings", text=shown.waiting))
            for panel, heading in ((why, "Why"), (alarms, "Alarms"), (timeline, "Timeline")):
                panel.show(partial(waiting_lines, heading=heading, text=""))
            return
        count = len(frame.view.assessment.components)
        bearings.wanted = rows_each(count, int(ROOM_FOR_TALL * self.size.height)) * count + 1
        bearings.show(partial(bearing_lines, frame=frame, selected=shown.component, zone=shown.zone))
        why.show(partial(why_lines, frame=frame, selected=shown.component))
        alarms.show(
            partial(
                alarm_lines,
                frame=frame,
                selected=frame.view.assessment.components[shown.component],
                zone=shown.zone,
                pointed=shown.alarm,
            )
        )
        timeline.show(partial(timeline_lines, frame=frame, zone=shown.zone))
