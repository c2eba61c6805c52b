"""The bearings, one line each: state, severity over time and now, whether it rises, and why."""

import math
from dataclasses import dataclass
from datetime import tzinfo

from rich.cells import cell_len

from engine.alarms.alarm import Alarm
from engine.records.assessment import Quality
from tui.data.frame import Condition, Frame
from tui.draw.charts.sparkline import resample, severity_role, sparkline
from tui.draw.format import (
    PRIORITY_ROLES,
    STANDING,
    State,
    alarm_glyph,
    alarm_roles,
    reasons,
    short_time,
    state_of,
    subject,
)
from tui.draw.glyphs import ARROWS
from tui.draw.severity import severity_text
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title, window

STATE_WIDTH = 12
SINCE_WIDTH = 12
NUMBER_WIDTH = 6

BROAD = 100
"""Cells from which a row says since when its alarm stands."""

LEGEND = ("severity, limit 1.0: ▁▂ below, ▄▅▇█ above", "▁▂ below the limit, ▄▅▇█ above")

NOW = {
    None: "? none",
    Quality.STOPPED: "◌ stop",
    Quality.DEAD: "✕ dead",
    Quality.CLIPPED: "✕ clip",
    Quality.INVALID: "✕ inv.",
}
"""Words in place of a severity that does not exist any more; the glyph stands beside the last one."""


def bearing_lines(width: int, height: int, frame: Frame, selected: int, zone: tzinfo) -> Lines:
    """Return a heading, a row for each component, and one for each alarm of machine, sensor or engine.

    Args:
        width: cells.
        height: lines, the heading included; the selected row is always among those shown.
        frame: the record as of the playhead.
        selected: index of the selected component.
        zone: of the times shown.
    """
    conditions, others = frame.conditions, other_alarms(frame)
    wanted = len(conditions) + len(others)
    lines: Lines = []
    # With a heading, that says from when the severities are.
    common = common_last(frame) if height > wanted else None
    if height > wanted:
        lines.append(title(_heading(frame, zone), width, *LEGEND))
    room = height - len(lines)
    others = others[: max(room - min(len(conditions), 2), 0)]
    room -= len(others)
    shown = window(len(conditions), selected, room if len(conditions) <= room else max(room - 1, 1))
    columns = widths(width, frame, common)
    for number in shown:
        lines.append(_row(columns, frame, number, zone, chosen=number == selected))
    hidden = [condition for number, condition in enumerate(conditions) if number not in shown]
    if hidden and height > 1:
        lines.append(_hidden(width, hidden, parts_word(frame)))
    lines += [_other(columns, frame, alarm) for alarm in others]
    return lines[:height]


def _heading(frame: Frame, zone: tzinfo) -> str:
    """Return the heading; while nothing is judged it says why, and from when the severities are."""
    conditions = frame.conditions
    stopped = all(condition.quality is Quality.STOPPED for condition in conditions)
    why = ": machine stopped" if stopped else ": no data" if frame.silent else ""
    since = common_last(frame)
    if not why or since is None:
        return f"{parts_word(frame).capitalize()}{why}"
    return f"{parts_word(frame).capitalize()}{why}, severities of {short_time(since, zone).strip()}"


def parts_word(frame: Frame) -> str:
    """Return "bearings", or "components" for a machine with motors or slow sensors too."""
    kinds = {part.kind for part in frame.view.assessment.settings.parts}
    return "bearings" if kinds <= {"bearing"} else "components"


def common_last(frame: Frame) -> int | None:
    """Return the instant of the last severities if no bearing has one now and all are of one snapshot."""
    lasts = [_last(condition) for condition in frame.conditions]
    instants = {last[1] for last in lasts if last is not None}
    return instants.pop() if all(last is not None for last in lasts) and len(instants) == 1 else None


def rows_wanted(frame: Frame) -> int:
    """Return the lines that all rows need, the heading included."""
    return 1 + len(frame.conditions) + len(other_alarms(frame))


def other_alarms(frame: Frame) -> list[Alarm]:
    """Return the alarms that no bearing's row shows: of the machine, a sensor or the engine."""
    names = frame.view.assessment.components
    shown = {one.alarm.key for one in frame.conditions if one.alarm is not None}
    return [
        alarm
        for alarm in frame.alarms
        if (alarm.component not in names or (alarm.source == "channel" and alarm.key not in shown))
        and not alarm.put_away
        and (alarm.stands or alarm.unanswered)
    ]


@dataclass(frozen=True, slots=True)
class Widths:
    """Widths of the columns in cells; `since` is 0 where it is narrow.

    `common` is the instant of all last severities where the heading tells it, else None.
    """

    name: int
    spark: int
    number: int
    state: int
    since: int
    cause: int
    common: int | None = None


def widths(width: int, frame: Frame, common: int | None) -> Widths:
    """Return the widths for all rows: the reason gets what it needs, the sparkline the rest."""
    conditions = frame.conditions
    longest = max((cell_len(clean(one.name)) for one in conditions), default=0)
    name = min(longest, width // 3 if width >= BROAD else width // 4)
    quiet = common is None and any(_last(one) is not None for one in conditions)
    state = max(STATE_WIDTH, *(cell_len(state_of(one).word) for one in conditions))
    since = SINCE_WIDTH if width >= BROAD else 0
    rest = width - 3 - name - 1 - 1 - NUMBER_WIDTH - 1 - state - 1 - (since + 1 if since else 0)
    alarms = [one.alarm for one in conditions if one.alarm is not None]
    at = frame.playhead.at
    wording = 0 if width >= BROAD else -1
    needed = max((cell_len(reasons(alarm, at)[wording]) for alarm in alarms), default=0)
    if quiet:
        needed = max(needed, len("last 42.1 at 16 Feb 03:52" if width >= 70 else "last 42.1 03:52"))
    cause = min(needed, max(rest * 2 // 3, rest - 24), rest)
    return Widths(name, max(rest - cause, 0), NUMBER_WIDTH, state, since, max(cause, 0), common)


def _last(condition: Condition) -> tuple[float, int] | None:
    """Return the last severity and its time if there is no severity now."""
    return None if math.isfinite(condition.severity) else condition.last


def _row(columns: Widths, frame: Frame, number: int, zone: tzinfo, *, chosen: bool) -> Line:
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
    glyph = state.role if condition.alarm is None else PRIORITY_ROLES[condition.alarm.priority]
    return (
        Span("›" if chosen else " ", Role.STRONG),
        Span(state.glyph, glyph),
        Span(" "),
        Span(fit(condition.name, columns.name) + " ", Role.STRONG if chosen else Role.PLAIN),
        *sparkline(history),
        *_tail(frame, condition, state, columns, zone),
    )


def _tail(frame: Frame, condition: Condition, state: State, columns: Widths, zone: tzinfo) -> Line:
    alarm, here = condition.alarm, frame.playhead.at
    number = severity_text(condition.severity)
    figure = f"{number:>4} {' ' if number == '–' else ARROWS[condition.trend]}"
    role = severity_role(condition.severity) if math.isfinite(condition.severity) else Role.PLAIN
    why = "" if alarm is None else pick(columns.cause, *reasons(alarm, here))
    last = _last(condition)
    if last is not None and columns.common is not None:
        # The heading says from when it is.
        figure, role = f"{severity_text(last[0]):>4} {NOW[condition.quality][0]}", Role.DIM
    elif last is not None and here is not None:
        # The alarm keeps the state column; that there is no severity any more is said where it was.
        figure, role = NOW.get(condition.quality, ""), Role.PLAIN
        told = f"last {severity_text(last[0])}"
        at, today = short_time(last[1], zone), short_time(here, zone)
        short = at[7:] if today[:6] == at[:6] else at[:6]
        why = pick(columns.cause, f"{told} at {at.strip()}", f"{told} {short.strip()}", told)
    since = short_time(alarm.raised.at, zone) if alarm is not None else ""
    return (
        Span(f" {fit(figure, columns.number)} ", role),
        Span(state.word, state.role),
        Span(" " * (columns.state - cell_len(state.word) + 1)),
        Span(fit(since, columns.since) + " " if columns.since else "", Role.DIM),
        Span(fit(why, columns.cause) if columns.cause else ""),
    )


def _other(columns: Widths, frame: Frame, alarm: Alarm) -> Line:
    """Return the row of an alarm that belongs to no bearing."""
    role, state_role = alarm_roles(alarm)
    word = STANDING[alarm.priority] + (" UNACK" if alarm.needs_acknowledgement else " acked")
    left = columns.name + 1 + columns.spark + 1 + columns.number + 1
    name = fit(f"{subject(alarm)}: {reasons(alarm, frame.playhead.at)[0]}", left)
    line: Line = (Span(" "), Span(alarm_glyph(alarm), role), Span(f" {name}", role))
    return (*line, Span(word, state_role))


def _hidden(width: int, hidden: list[Condition], word: str) -> Line:
    loud = sum(one.alarm is not None and one.alarm.needs_acknowledgement for one in hidden)
    text = f"   {len(hidden)} more {word}" + (f", {loud} with an unacknowledged alarm" if loud else "")
    return (Span(fit(text, width), Role.ALARM if loud else Role.DIM),)
