"""The alarm screen: the list of alarms, and the story of the selected alarm."""

from datetime import tzinfo
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.alarms.alarm import Alarm
from tui.data.frame import Frame
from tui.draw.frames import LIST, Draw, framed
from tui.draw.glyphs import Glyphs
from tui.draw.text import Lines
from tui.screens.alarms.list import alarm_list_lines
from tui.screens.alarms.story import story_lines
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.bearing.trend import trend_lines
from tui.screens.panel import Panel
from tui.screens.state import Rows, Shown

SIDE_BY_SIDE, ROOMY = 120, 30
"""Columns from which list and story stand side by side, and lines from which both have frames."""

FRAME_OF_LIST = 4
"""Lines of the list besides the alarms: both borders, the names of the columns, and a blank line."""

HEAD_OF_LIST = 2
"""Lines above the alarms of a list without a frame."""

STORY_LEAST = 5
"""Lines below the list from which they show the beginning of the story, where it has no place of its own."""

TREND_LEAST = 10
"""Lines below the list from which they show the trend of the selected alarm's bearing."""

NEVER = (1000, 1000)
"""A size that no terminal has."""

PAGE = 5
"""Rows of the story that one key scrolls."""


def with_story(listing: Draw, rows: int, story: Draw) -> Draw:
    """Return a function that draws the list, and in spare room below it the story, where both have one place.

    Args:
        listing: draws the list.
        rows: that the list needs, without a frame.
        story: draws the story.
    """

    def drawn(width: int, height: int) -> Lines:
        if height - rows < STORY_LEAST:
            return listing(width, height)
        return [*listing(width, rows), *story(width, height - rows)]

    return drawn


def with_trend(
    listing: Draw, rows: int, frame: Frame, alarm: Alarm | None, zone: tzinfo, glyphs: Glyphs
) -> Draw:
    """Return a function that draws the list, and in spare room below it the trend of the alarm's bearing.

    Args:
        listing: draws the list.
        rows: that the list needs.
        frame: the record as of the playhead.
        alarm: the selected one, None for none.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    names = frame.view.assessment.components
    if alarm is None or alarm.component not in names or frame.index < 0:
        return listing
    trend = framed(
        partial(trend_lines, frame=frame, component=names.index(alarm.component), zone=zone, glyphs=glyphs)
    )

    def drawn(width: int, height: int) -> Lines:
        if height - rows < TREND_LEAST:
            return listing(width, height)
        upper = listing(width, rows)
        return [*upper, *[()] * (rows - len(upper)), *trend(width, height - rows)]

    return drawn


class AlarmScreen(ConsoleScreen):
    """The list of alarms, and beside it or in its place the story of an alarm."""

    PLACE = "alarms"
    ROWS = Rows.ALARMS

    def __init__(self) -> None:
        """Start with the list."""
        super().__init__()
        self._first = 0
        self._about: str | None = None

    def compose(self) -> ComposeResult:
        """Yield the panels from top to bottom."""
        yield Panel(id="banner")
        with Horizontal(id="both"):
            yield Panel(id="list")
            yield Panel(id="story")
        yield Panel(id="notice")
        yield Panel(id="keys")

    def draw(self, shown: Shown) -> None:
        """Give each panel its lines."""
        listing, story = self.query_one("#list", Panel), self.query_one("#story", Panel)
        frame = shown.frame
        if frame is None:
            listing.show(partial(waiting_lines, heading="Alarms", text=shown.waiting))
            story.show(partial(waiting_lines, heading="Story", text=""))
            return
        alarms = shown.listed
        drawn = partial(
            alarm_list_lines,
            frame=frame,
            shown=alarms,
            chosen=shown.alarm_filter,
            selected=shown.alarm,
            zone=shown.zone,
        )
        keys = shown.keymap.keys_of
        hints = f"{keys('jump')} to its time  {keys('listing')} other list  {keys('search')} search"
        # Where the two stand one above the other, frames would take rows that the story needs.
        least = LIST if self.size.width >= SIDE_BY_SIDE or self.size.height >= ROOMY else NEVER
        alarm: Alarm | None = next((one for one in alarms if one.key == shown.alarm), None)
        rows = max(len(alarms) + FRAME_OF_LIST, LIST[1])
        if shown.alarm != self._about:
            self._about, self._first = shown.alarm, 0
        told = partial(story_lines, frame=frame, alarm=alarm, zone=shown.zone, first=self._first)
        if story.display or alarm is None:
            listed = with_trend(framed(drawn, hints, least), rows, frame, alarm, shown.zone, self.glyphs)
        else:
            listed = with_story(drawn, len(alarms) + HEAD_OF_LIST, told)
        listing.show(listed)
        scroll = f"{keys('story-back')} {keys('story-on')} scroll"
        story.show(framed(told, scroll, least))

    def action_story(self) -> None:
        """Show the story in place of the list, or the list again, if both do not fit."""
        self.toggle_class("story")
        if self.shown is not None:
            self.show(self.shown)

    def action_scroll_story(self, by: int) -> None:
        """Scroll the story by so many pages."""
        self._first = max(self._first + by * PAGE, 0)
        if self.shown is not None:
            self.show(self.shown)
