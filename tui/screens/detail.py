"""One bearing in detail: its severity over time, its spectrum, its condition figures."""

from functools import partial

from textual.app import ComposeResult

from engine.records import Quality
from engine.remedies import advice_for
from tui.draw.plots import figure_lines, spectrum_lines, trend_lines
from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of
from tui.draw.words import ARROWS, reason, severity_text, short_time, state_of
from tui.frame import Frame
from tui.screens.common import ConsoleScreen, waiting_lines
from tui.screens.shown import Shown
from tui.widgets.panel import Panel


class DetailScreen(ConsoleScreen):
    """The selected bearing; up and down go to the others, stepping moves through its snapshots."""

    PLACE = "bearing"

    def compose(self) -> ComposeResult:
        """The panels from top to bottom."""
        yield Panel(id="banner")
        yield Panel(id="head")
        yield Panel(id="trend")
        yield Panel(id="spectrum")
        yield Panel(id="figures")
        yield Panel(id="notice")
        yield Panel(id="keys")

    def draw(self, shown: Shown) -> None:
        """Give each panel its part."""
        frame = shown.frame
        head, trend = self.query_one("#head", Panel), self.query_one("#trend", Panel)
        spectrum, figures = self.query_one("#spectrum", Panel), self.query_one("#figures", Panel)
        if frame is None:
            head.show(partial(waiting_lines, heading="Detail", text=shown.waiting))
            return
        view = frame.view
        channels = view.assessment.channels[shown.component]
        head.wanted = 1 + bool(advice_line(shown, frame))
        head.show(partial(head_lines, shown=shown, frame=frame))
        # A plot costs milliseconds: it is drawn again only for another snapshot, picture or bearing.
        trend.show(
            partial(trend_lines, frame=frame, component=shown.component, zone=shown.zone),
            key=(len(view.series), frame.index, shown.component),
        )
        known = view.picture_position is not None and view.picture_position in view.series.positions
        when = ""
        if known:
            # The picture arrives a moment after a step: it says itself of which snapshot it is.
            place = int((view.series.positions == view.picture_position).argmax())
            when = f"at {short_time(int(view.series.at[place]), shown.zone)}"
        spectrum.show(
            partial(spectrum_lines, picture=view.picture, channels=channels, when=when),
            key=(view.picture_position, channels),
        )
        figures.wanted = 1 + len(channels)
        figures.show(
            lambda width, _height: figure_lines(
                width, view.series, frame.index, channels, view.assessment.units
            )
        )


def head_lines(width: int, height: int, shown: Shown, frame: Frame) -> Lines:
    """Name, state, severity and snapshot of the bearing in one line; what to do in another."""
    condition = frame.conditions[shown.component]
    state = state_of(condition)
    alarm = condition.alarm
    parts = [f"severity {severity_text(condition.severity)} {ARROWS[condition.trend]}"]
    if condition.quality is not None and condition.quality is not Quality.RUNNING:
        parts[0] = f"now {condition.quality}"
    if alarm is not None:
        parts.append(f"{reason(alarm)} since {short_time(alarm.raised.at, shown.zone)}")
    if frame.index >= 0:
        parts.append(frame.view.series.names[frame.index])
    line: Line = (
        Span(" "),
        Span(state.glyph, state.role),
        Span(f" {clean(condition.name)}  ", Role.STRONG),
        Span(state.word, state.role),
    )
    used = width_of(line)
    rest = ""
    for part in parts:
        if used + len(rest) + len(part) + 2 <= width:
            rest += f"  {part}"
    lines: Lines = [(*line, Span(fit(rest, width - used)))]
    advice = advice_line(shown, frame)
    if advice:
        lines.append((Span(fit(f" {advice}", width), Role.STRONG),))
    return lines[:height]


def advice_line(shown: Shown, frame: Frame) -> str:
    """What to do about the bearing's alarm and how soon, "" where there is none that stands."""
    alarm = frame.conditions[shown.component].alarm
    if alarm is None or not alarm.stands:
        return ""
    return advice_for(alarm, frame.view.assessment.settings.get("advice"))
