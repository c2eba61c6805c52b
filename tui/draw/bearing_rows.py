"""The table of components: state, severity over time and now, since when, and why."""

import math
from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len

from engine.records.assessment import Quality
from tui.data.frame import Condition, Frame
from tui.draw.format import STANDING, State, reasons, short_time, state_of
from tui.draw.glyphs import ARROWS
from tui.draw.severity import severity_text
from tui.draw.sparkline import resample, sparkline, tall_sparkline
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title, window

STATE_WIDTH = 14
SINCE_WIDTH = 11
NUMBER_WIDTH = 6
LEGEND = ("severity: ▁▂ below limit, ▄▅▇█ above; times: raised", "severity: ▁▂ below limit, ▄▅▇█ above")
TALL_LEGEND = (
    "bar: severity, line: limit; times: raised",
    "bar: severity, line: limit",
)
NOW = {
    None: "? none",
    Quality.STOPPED: "■ stop",
    Quality.DEAD: "✕ dead",
    Quality.CLIPPED: "✕ clip",
    Quality.INVALID: "✕ inv.",
}
"""Words in place of a severity that does not exist any more."""
NUMBER_ROLES = {Role.RINGING: Role.ALARM, Role.WARNING: Role.WARNING}


def bearing_lines(width: int, height: int, frame: Frame, selected: int, zone: tzinfo) -> Lines:
    """Return a heading and a row for each component, or three or six rows if they fit.

    Args:
        width: cells.
        height: lines, the heading included; the selected row is always among those shown.
        frame: the record as of the playhead.
        selected: index of the selected component.
        zone: of the times shown.
    """
    conditions = frame.conditions
    rows = rows_each(len(conditions), height)
    tall = rows > 1
    room = height - 1 if len(conditions) <= height - 1 else height - 2
    shown = window(len(conditions), selected, len(conditions) if tall else room)
    # At rest the last severities are shown, so that no column is empty without a reason.
    rests = all(condition.quality is Quality.STOPPED for condition in conditions)
    heading = title(f"Bearings{': machine stopped' * rests}", width, *(TALL_LEGEND if tall else LEGEND))
    lines = [heading]
    alarms = [one.alarm for one in conditions if one.alarm is not None]
    why = max((cell_len(reasons(alarm, frame.playhead.at)[-1]) for alarm in alarms), default=0)
    columns = widths(width, conditions, why)
    for number in shown:
        lines.extend(_row(columns, frame, number, zone, chosen=number == selected, rows=rows))
    hidden = [condition for number, condition in enumerate(conditions) if number not in shown]
    if hidden and height > 1:
        lines.append(_hidden(width, hidden))
    return lines[:height]


def rows_each(components: int, height: int) -> int:
    """Return the number of rows for each component in a height that includes the heading."""
    return next((rows for rows in (6, 3) if height - 1 >= rows * components), 1)


@dataclass(frozen=True, slots=True)
class Widths:
    """Widths of the columns in cells; narrow screens have no reason."""

    name: int
    spark: int
    number: int
    state: int
    cause: int


def widths(width: int, conditions: tuple[Condition, ...], reasons: int) -> Widths:
    """Return the widths for all rows; a long reason and last severities take room from the sparkline.

    Args:
        width: cells.
        conditions: of all components.
        reasons: cells of the longest reason of an alarm.
    """
    longest = max((cell_len(clean(one.name)) for one in conditions), default=0)
    quiet = any(_last(one) is not None for one in conditions)
    name = min(longest, 10 if width < 70 else 16)
    number = len("■ last 42.1") if quiet and width < 70 else NUMBER_WIDTH
    state = max((len(state_of(one).word) for one in conditions), default=0)
    state = max(state, STATE_WIDTH)
    room = 18 if quiet else min(max(reasons, 14), 18)
    cause = 0 if width < 70 else room if width < 100 else 24
    rest = width - 3 - name - 1 - 1 - number - 1 - state - 1 - SINCE_WIDTH
    spark = rest - (cause + 1 if cause else 0)
    return Widths(name, max(spark, 0), number, state, cause)


def _last(condition: Condition) -> tuple[float, int] | None:
    """Return the last severity and its time if there is no severity now."""
    return None if math.isfinite(condition.severity) else condition.last


def _row(columns: Widths, frame: Frame, number: int, zone: tzinfo, *, chosen: bool, rows: int) -> Lines:
    condition = frame.conditions[number]
    state = state_of(condition)
    series, count = frame.view.series, frame.index + 1
    history = resample(
        series.at[:count],
        frame.severities(number),
        series.baseline[:count],
        frame.extent,
        frame.holds[:count],
        columns.spark,
    )
    drawn = tall_sparkline(history, rows) if rows > 1 else [sparkline(history)]
    head = (
        Span("›" if chosen else " ", Role.STRONG),
        Span(state.glyph, state.role),
        Span(" "),
        Span(fit(condition.name, columns.name) + " ", Role.STRONG if chosen else Role.PLAIN),
    )
    lines: Lines = [(*head, *drawn[0], *_tail(frame, condition, state, columns, zone))]
    lines.extend((Span(" " * (4 + columns.name)), *row) for row in drawn[1:])
    alarm = condition.alarm
    if len(lines) > 1 and alarm is not None and alarm.reached is not alarm.raised:
        gap = " " * (columns.number + 2)
        reached = f"{STANDING[alarm.priority]} since {short_time(alarm.reached.at, zone)}"
        lines[1] = (*lines[1], Span(gap), Span(reached, NUMBER_ROLES.get(state.role, Role.PLAIN)))
    return lines


def _tail(frame: Frame, condition: Condition, state: State, columns: Widths, zone: tzinfo) -> Line:
    alarm, here = condition.alarm, frame.playhead.at
    number = severity_text(condition.severity)
    figure = f"{number:>4} {' ' if number == '–' else ARROWS[condition.trend]}"
    since = short_time(alarm.raised.at, zone) if alarm is not None else ""
    why = "" if alarm is None else pick(columns.cause, *reasons(alarm, here))
    last = _last(condition)
    if last is not None and here is not None:
        # The alarm keeps the state column; that there is no severity any more is said where it was.
        now = NOW.get(condition.quality, "")
        told = f"last {severity_text(last[0])}"
        figure = now if columns.cause else f"{now[:1]} {told}"
        at, today = short_time(last[1], zone), short_time(here, zone)
        day, _, clock = at.partition(" ")
        why = pick(columns.cause, f"{told} at {at}", f"{told} at {clock if today.startswith(day) else day}")
    return (
        Span(f" {fit(figure, columns.number)} ", NUMBER_ROLES.get(state.role, Role.PLAIN)),
        Span(state.word, state.role),
        Span(" " * (columns.state - len(state.word) + 1) + fit(since, SINCE_WIDTH)),
        Span(" " + fit(why, columns.cause) if columns.cause else ""),
    )


def _hidden(width: int, hidden: list[Condition]) -> Line:
    loud = sum(state_of(condition).role is Role.RINGING for condition in hidden)
    text = f"   {len(hidden)} more, {loud} with an unacknowledged alarm"
    return (Span(fit(text, width), Role.ALARM if loud else Role.DIM),)
