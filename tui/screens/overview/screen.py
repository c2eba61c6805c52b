"""The overview: the worst alarm, a line for each bearing, and charts of the selected bearing."""

from functools import partial

from textual.app import ComposeResult

from engine.clock import SECOND
from engine.records.progress import source_of
from tui.data.evidence import Evidence, LinesLook, UsualLines
from tui.data.frame import Frame
from tui.data.view import Look
from tui.draw.bearing_rows import bearing_lines, rows_wanted
from tui.draw.charts.timeline import timeline_lines
from tui.draw.frames import Draw
from tui.screens.base import ConsoleScreen, waiting_lines
from tui.screens.overview.card import LEARNS, Card, card_lines
from tui.screens.overview.charts import TREND_LEAST, Charted, chart_lines
from tui.screens.overview.levels import LevelGauge, Levels, LevelsLook
from tui.screens.panel import Panel
from tui.screens.state import Shown

CARD_MOST, CARD_LEAST = 8, 5
"""Lines of the card: both borders, and what it is, what to do in one to three lines, and since when."""

ROOM_FOR_TIMELINE = 12
"""Lines below the rows from which two of them show the whole run."""


class OverviewScreen(ConsoleScreen):
    """The card on top, below it the bearings, the charts, and the timeline of a replay."""

    PLACE = "overview"

    def __init__(self) -> None:
        """Start without evidence."""
        super().__init__()
        self._usual = UsualLines()
        self._gauge = LevelGauge()
        self._carded: tuple[object, ...] = ()
        """The values that the card's height was reckoned for."""

    def compose(self) -> ComposeResult:
        """Yield the panels from top to bottom."""
        yield Panel(id="banner")
        yield Panel(id="card")
        yield Panel(id="bearings")
        yield Panel(id="charts")
        yield Panel(id="timeline")
        yield Panel(id="notice")
        yield Panel(id="keys")

    def look(self, frame: Frame, component: int) -> Look | None:
        """Return the look that reads the fault lines of the snapshot whose picture was read.

        While a baseline is learned, it reads the levels of the recordings.
        """
        beat = frame.view.heartbeat
        if frame.index < 0 and beat is not None and beat.phase in LEARNS:
            return LevelsLook(beat.phase, beat.done, source_of(beat.message), self._gauge)
        if frame.view.picture_position is None:
            return None
        return LinesLook(component, None, None, self._usual)

    def draw(self, shown: Shown) -> None:
        """Give each panel its lines."""
        frame = shown.frame
        width, height = self.size
        card = Card(
            frame,
            shown.banner.status,
            shown.zone,
            shown.keymap.keys_of,
            shown.alarm,
            shown.waiting,
            shown.per_item,
        )
        top = self.query_one("#card", Panel)
        rows = 0 if frame is None else rows_wanted(frame)
        around = self.query_one("#banner", Panel).wanted + self.query_one("#notice", Panel).wanted + 1
        most = min(max(height - around - rows, CARD_LEAST), CARD_MOST)
        key = (width, most, *self._card_key(shown, frame))
        if key != self._carded:
            self._carded = key
            top.wanted = len(card_lines(width, most, card))
        top.show(partial(card_lines, card=card), key=key)
        bearings, charts = self.query_one("#bearings", Panel), self.query_one("#charts", Panel)
        timeline = self.query_one("#timeline", Panel)
        if frame is None or frame.index < 0:
            timeline.display, charts.display = False, True
            bearings.wanted = 0
            bearings.show(partial(waiting_lines, heading="Bearings", text=""))
            charts.show(self._before(shown))
            return
        rest = height - around - top.wanted
        bearings.wanted = min(rows, max(rest, 3))
        bearings.show(partial(bearing_lines, frame=frame, selected=shown.component, zone=shown.zone))
        spare = rest - bearings.wanted
        timeline.display = 2 <= spare < TREND_LEAST or (
            spare >= ROOM_FOR_TIMELINE and not frame.playhead.following
        )
        # A panel without room would push the line of keys off the screen.
        charts.display = spare > 2 * timeline.display
        timeline.show(partial(timeline_lines, frame=frame, zone=shown.zone))
        charted = Charted(
            frame,
            shown.component,
            self._evidence(shown, frame),
            shown.zone,
            self.glyphs,
            shown.alarm,
        )
        charts.show(partial(chart_lines, charted=charted), key=self._key(shown, frame, charted))

    def _before(self, shown: Shown) -> Draw:
        """Return the function that draws below the card before anything is judged."""
        if shown.frame is None:
            return partial(waiting_lines, heading="Bearings", text="nothing is judged yet")
        # Needed only while a baseline is learned.
        from tui.screens.overview.learning import Learned, learning_charts

        levels = shown.extra if isinstance(shown.extra, Levels) else None
        learned = Learned(shown.frame, levels, shown.zone, self.glyphs)
        return partial(learning_charts, learned=learned)

    def _evidence(self, shown: Shown, frame: Frame) -> Evidence | None:
        evidence = shown.extra if isinstance(shown.extra, Evidence) else None
        current = evidence is not None and evidence.position == frame.view.picture_position
        return evidence if current else None

    def _card_key(self, shown: Shown, frame: Frame | None) -> tuple[object, ...]:
        """Return the values that the card depends on; of the time its minute, which is what it writes."""
        common = (shown.banner.status, shown.zone, shown.alarm, shown.waiting, shown.per_item, shown.keymap)
        if frame is None:
            return common
        view = frame.view
        return (
            *common,
            view.assessment.id,
            frame.index,
            frame.alarms,
            frame.silent,
            (frame.playhead.at or 0) // (60 * SECOND),
            len(view.events),
            len(view.epochs),
            view.heartbeat if frame.index < 0 else None,
        )

    def _key(self, shown: Shown, frame: Frame, charted: Charted) -> tuple[object, ...]:
        """Return the values that the charts depend on."""
        return (
            frame.view.assessment.id,
            shown.component,
            shown.zone,
            shown.alarm,
            frame.index,
            len(frame.view.series),
            len(frame.view.events),
            frame.view.picture_position,
            charted.evidence is not None,
        )
