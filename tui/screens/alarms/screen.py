"""The alarm screen: the list of alarms, and the story of the selected alarm."""

from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.alarms.alarm import Alarm
from tui.draw.frames import LIST, framed
from tui.screens.alarms.list import alarm_list_lines
from tui.screens.alarms.story import story_lines
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.panel import Panel
from tui.screens.state import Rows, Shown

SIDE_BY_SIDE, ROOMY = 120, 30
"""Columns from which list and story stand side by side, and lines from which both have frames."""

NEVER = (1000, 1000)
"""A size that no terminal has."""

PAGE = 5
"""Rows of the story that one key scrolls."""


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
        listing.show(framed(drawn, hints, least))
        if shown.alarm != self._about:
            self._about, self._first = shown.alarm, 0
        alarm: Alarm | None = next((one for one in alarms if one.key == shown.alarm), None)
        told = partial(story_lines, frame=frame, alarm=alarm, zone=shown.zone, first=self._first)
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
