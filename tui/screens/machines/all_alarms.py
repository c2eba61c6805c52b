"""The open alarms of all machines, a row each."""

from collections.abc import Sequence
from datetime import tzinfo

from rich.cells import cell_len

from engine.alarms.alarm import Alarm
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
    used = 3 + name + 1 + STATE + 1
    texts = row_texts(max(width - used, 0), [alarms[number].alarm for number in shown], zone)
    for number, text in zip(shown, texts, strict=True):
        chosen = number == place and selected is not None
        lines.append(_alarm_row(alarms[number], name, text, chosen=chosen))
    loud = [one.alarm.needs_acknowledgement for one in alarms]
    lines += more_line(width, shown, loud, "unacknowledged")
    return finished(lines, width, height, Glyphs.UNICODE)


def row_texts(room: int, alarms: Sequence[Alarm], zone: tzinfo) -> list[str]:
    """Return subject, reason, and time and severity of the latest ring of each alarm.

    The rows of a list have the same words: the most for which each of them has room.

    Args:
        room: cells.
        alarms: of the rows.
        zone: of recording times.
    """
    for texts in (_whole, _timed, _brief):
        rows = [texts(alarm, sentence_time(alarm.ring.at, zone)) for alarm in alarms]
        if all(any(cell_len(text) <= room for text in row) for row in rows):
            break
    return [pick(room, *row) for row in rows]


def _whole(alarm: Alarm, rang: str) -> list[str]:
    # A number alone could be the severity now.
    severity = "" if alarm.severity is None else f", severity {severity_text(alarm.severity)}"
    return [f"{text}{severity}{_over(alarm)}" for text in _sentences(alarm, f"rang {rang}")]


def _timed(alarm: Alarm, rang: str) -> list[str]:
    return [f"{text}{_over(alarm)}" for text in _sentences(alarm, f"rang {rang}")]


def _brief(alarm: Alarm, rang: str) -> list[str]:
    return _sentences(alarm, rang)


def _sentences(alarm: Alarm, rang: str) -> list[str]:
    return [f"{subject(alarm)}: {why}, {rang}" for why in reasons(alarm)]


def _over(alarm: Alarm) -> str:
    return "" if alarm.stands else ", returned"


def _alarm_row(one: FleetAlarm, name: int, text: str, *, chosen: bool) -> Line:
    alarm = one.alarm
    waits = alarm.needs_acknowledgement
    role = RINGING_ROLES[alarm.priority] if waits else Role.WARNING if not alarm.put_away else Role.DIM
    word = f"{STANDING[alarm.priority]}{' UNACK' if waits else ' shelved' if alarm.put_away else ''}"
    mark = PRIORITY_ROLES[alarm.priority] if waits else role
    state = fit(word, STATE).rstrip()
    return (
        Span("›" if chosen else " ", Role.STRONG),
        Span(alarm_glyph(alarm), mark),
        Span(" " + fit(one.standing.assessment.machine, name) + " ", Role.STRONG if chosen else Role.PLAIN),
        Span(state, role),
        Span(" " * (STATE - len(state) + 1)),
        Span(text, Role.STRONG if chosen else Role.PLAIN),
    )
