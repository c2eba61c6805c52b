"""The open alarms of all machines, a row each."""

from datetime import tzinfo

from rich.cells import cell_len

from tui.data.fleet_view import FleetAlarm
from tui.draw.format import (
    PRIORITY_ROLES,
    RINGING_ROLES,
    STANDING,
    alarm_glyph,
    reasons,
    sentence_time,
    subject,
)
from tui.draw.glyphs import Glyphs, finished
from tui.draw.severity import severity_text
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title, window
from tui.screens.machines.table import more_line

STATE = 14
"""Cells of the state."""


def fleet_alarm_lines(
    width: int,
    height: int,
    alarms: tuple[FleetAlarm, ...],
    selected: str | None,
    zone: tzinfo,
    keys: str = "a acknowledges, v lists the machines",
) -> Lines:
    """Return the open alarms of all machines, the unacknowledged first.

    Args:
        width: cells.
        height: lines.
        alarms: of all machines.
        selected: key of the selected one, None where none can be.
        zone: of recording times.
        keys: what keys do, for the heading.
    """
    waiting = sum(one.alarm.needs_acknowledgement for one in alarms)
    heading = f"Alarms of all machines: {len(alarms)}, {waiting} unacknowledged"
    lines: Lines = [title(heading, width, keys, "")]
    if not alarms:
        return [*lines, (Span(fit("  no alarm is open on any machine", width), Role.DIM),)][:height]
    names = [one.key for one in alarms]
    place = names.index(selected) if selected in names else 0
    room = height - 1 if len(alarms) <= height - 1 else height - 2
    shown = window(len(alarms), place, room)
    longest = max(cell_len(clean(one.standing.assessment.machine)) for one in alarms)
    name = min(longest, max(width // 3, 8))
    for number in shown:
        chosen = number == place and selected is not None
        lines.append(_alarm_row(width, alarms[number], name, zone, chosen=chosen))
    lines += more_line(width, shown, [one.alarm.needs_acknowledgement for one in alarms])
    return finished(lines, width, height, Glyphs.UNICODE)


def _alarm_row(width: int, one: FleetAlarm, name: int, zone: tzinfo, *, chosen: bool) -> Line:
    alarm = one.alarm
    waits = alarm.needs_acknowledgement
    role = RINGING_ROLES[alarm.priority] if waits else Role.WARNING if not alarm.put_away else Role.DIM
    word = f"{STANDING[alarm.priority]}{' UNACK' if waits else ' shelved' if alarm.put_away else ''}"
    mark = PRIORITY_ROLES[alarm.priority] if waits else role
    state = fit(word, STATE)
    severity = "" if alarm.severity is None else severity_text(alarm.severity)
    rang, why = sentence_time(alarm.ring.at, zone), reasons(alarm)
    used = 3 + name + 1 + STATE + 1
    over = "" if alarm.stands else ", returned"
    texts = [f"{subject(alarm)}: {one}, rang {rang}" for one in why]
    brief = [f"{subject(alarm)}: {one}, {rang}" for one in why]
    # A number alone could be the severity now.
    whole = [f"{text}, severity {severity}{over}" for text in texts] if severity else []
    text = pick(max(width - used, 0), *whole, *(f"{text}{over}" for text in texts), *brief)
    return (
        Span("›" if chosen else " ", Role.STRONG),
        Span(alarm_glyph(alarm), mark),
        Span(" " + fit(one.standing.assessment.machine, name) + " ", Role.STRONG if chosen else Role.PLAIN),
        Span(state.rstrip(), role),
        Span(" " * (STATE - len(state.rstrip()) + 1)),
        Span(fit(text, max(width - used, 0)), Role.STRONG if chosen else Role.PLAIN),
    )
