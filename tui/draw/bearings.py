"""The table of components: state, severity over time and now, since when, and why."""

from datetime import tzinfo

from rich.cells import cell_len

from engine.records import Quality
from tui.draw.spark import resample, sparkline, tall_sparkline
from tui.draw.text import Line, Lines, Role, Span, clean, fit, title, window
from tui.draw.words import ARROWS, State, reason, severity_text, short_time, state_of
from tui.frame import Condition, Frame

STATE_WIDTH = 14
SINCE_WIDTH = 11
NUMBER_WIDTH = 6
LEGEND = "▁▂ below limit, ▄▅▇█ above"
TALL_LEGEND = "severity 0.25–16, the rule is the limit 1.0"
NOW = {
    Quality.STOPPED: "■ stop",
    Quality.DEAD: "✕ dead",
    Quality.CLIPPED: "✕ clip",
    Quality.INVALID: "✕ inv.",
}
NUMBER_ROLES = {Role.RINGING: Role.ALARM, Role.WARNING: Role.WARNING}


def bearing_lines(width: int, height: int, frame: Frame, selected: int, zone: tzinfo) -> Lines:
    """A heading and one row for each component, three or six where there is room.

    Args:
        width: cells.
        height: lines, the heading included; the selected row is always among those shown.
        frame: what to show.
        selected: index of the selected component.
        zone: of the times shown.
    """
    conditions = frame.conditions
    rows = rows_each(len(conditions), height)
    tall = rows > 1
    room = height - 1 if len(conditions) <= height - 1 else height - 2
    shown = window(len(conditions), selected, len(conditions) if tall else room)
    heading = title("Bearings", width, TALL_LEGEND if tall else f"severity: {LEGEND}")
    lines = [heading]
    for number in shown:
        lines.extend(_row(width, frame, number, zone, chosen=number == selected, rows=rows))
    hidden = [condition for number, condition in enumerate(conditions) if number not in shown]
    if hidden and height > 1:
        lines.append(_hidden(width, hidden))
    return lines[:height]


def rows_each(components: int, height: int) -> int:
    """How many rows each component gets in so many lines, the heading included."""
    return next((rows for rows in (6, 3) if height - 1 >= rows * components), 1)


def widths(width: int, names: list[str]) -> tuple[int, int, int]:
    """How wide the name, the sparkline and the reason are; the reason is left out when it is narrow."""
    longest = max((cell_len(clean(name)) for name in names), default=0)
    name = min(longest, 10 if width < 70 else 16)
    cause = 0 if width < 70 else 14 if width < 100 else 24
    rest = width - 3 - name - 1 - 1 - NUMBER_WIDTH - 1 - STATE_WIDTH - 1 - SINCE_WIDTH
    spark = rest - (cause + 1 if cause else 0)
    return name, max(spark, 0), cause


def _row(width: int, frame: Frame, number: int, zone: tzinfo, *, chosen: bool, rows: int) -> Lines:
    condition = frame.conditions[number]
    state = state_of(condition)
    name, spark, cause = widths(width, [one.name for one in frame.conditions])
    series, count = frame.view.series, frame.index + 1
    columns = resample(
        series.at[:count],
        frame.severities(number),
        series.baseline[:count],
        frame.extent,
        frame.holds[:count],
        spark,
    )
    drawn = tall_sparkline(columns, rows) if rows > 1 else [sparkline(columns)]
    head = (
        Span("›" if chosen else " ", Role.STRONG),
        Span(state.glyph, state.role),
        Span(" "),
        Span(fit(condition.name, name) + " ", Role.STRONG if chosen else Role.PLAIN),
    )
    lines: Lines = [(*head, *drawn[0], *_tail(condition, state, cause, zone))]
    lines.extend((Span(" " * (4 + name)), *row) for row in drawn[1:])
    return lines


def _tail(condition: Condition, state: State, cause: int, zone: tzinfo) -> Line:
    alarm = condition.alarm
    number = severity_text(condition.severity)
    arrow = " " if number == "–" else ARROWS[condition.trend]
    figure = f" {number:>4} {arrow} "
    since = short_time(alarm.raised.at, zone) if alarm is not None else ""
    why = "" if alarm is None else reason(alarm)
    quiet = alarm is not None and number == "–"
    if quiet and condition.quality is not None:
        # The alarm keeps the state column; that the machine no longer runs is said beside it.
        why = f"now {condition.quality.value}"
        # Where there is no room for the reason, the severity's column says it: there is no severity.
        figure = figure if cause else f" {fit(NOW.get(condition.quality, ''), NUMBER_WIDTH)} "
    return (
        Span(figure, NUMBER_ROLES.get(state.role, Role.PLAIN)),
        Span(state.word, state.role),
        Span(" " * (STATE_WIDTH - len(state.word))),
        Span(" " + fit(since, SINCE_WIDTH)),
        Span(" " + fit(why, cause) if cause else ""),
    )


def _hidden(width: int, hidden: list[Condition]) -> Line:
    loud = sum(state_of(condition).role is Role.RINGING for condition in hidden)
    text = f"   {len(hidden)} more, {loud} with an unacknowledged alarm"
    return (Span(fit(text, width), Role.ALARM if loud else Role.DIM),)
