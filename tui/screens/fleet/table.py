"""The table of machines: a row for each, the worst first."""

from datetime import datetime, tzinfo

from rich.cells import cell_len

from engine.alarms.alarm import AlarmState
from engine.clock import microseconds
from engine.records.progress import Phase
from engine.reports.latest import NEVER
from tui.data.fleet import Standing
from tui.draw.alarm_rows import alarm_glyph
from tui.draw.banner import Banner
from tui.draw.bearing_rows import NOW, NUMBER_WIDTH
from tui.draw.format import QUALITIES, SHELVED, STANDING, short_time
from tui.draw.mode import since_text
from tui.draw.severity import severity_text
from tui.draw.status import EngineStatus
from tui.draw.text import Line, Lines, Role, Span, clean, fit, title, window

WIDE = 90
"""Columns from which a machine has one row; below, the second tells of its engine."""

STATE = 17
"""Cells of the state: `advisory, 9 UNACK`."""


def fleet_lines(
    width: int,
    height: int,
    fleet: tuple[Standing, ...],
    selected: str,
    now: datetime,
    zone: tzinfo,
    wall: tzinfo,
) -> Lines:
    """Return a heading, the names of the columns, and the machines.

    Args:
        width: cells.
        height: lines.
        fleet: the machines, the worst first.
        selected: name of the selected one.
        now: wall clock.
        zone: of recording times.
        wall: of the wall clock.
    """
    waiting = sum(one.waiting for one in fleet)
    heading = title(f"Machines: {len(fleet)}, {waiting} alarms unacknowledged", width, "Enter opens")
    longest = max((cell_len(clean(one.assessment.machine)) for one in fleet), default=7)
    wide = width >= WIDE
    name = min(max(longest, 7), 20)
    columns = f"   {'machine':<{name}} {'worst':<10} {'sev.':>{NUMBER_WIDTH}} {'state':<{STATE}}"
    if wide:
        columns += f" {'raised':<11} engine"
    lines: Lines = [heading, (Span(fit(columns, width), Role.DIM),)]
    names = [one.assessment.machine for one in fleet]
    place = names.index(selected) if selected in names else 0
    for number in window(len(fleet), place, (height - 2) // (1 if wide else 2)):
        lines.extend(_rows(width, fleet[number], name, now, zone, wall, chosen=number == place))
    return lines[:height]


def fleet_banner(fleet: tuple[Standing, ...], now: datetime, wall: tzinfo) -> Banner:
    """Return the lines on top of the list: how many machines, and whether their engines work.

    Args:
        fleet: the machines, empty before they were read.
        now: wall clock.
        wall: time zone of the wall clock.
    """
    broken = [clean(one.assessment.machine) for one in fleet if engine_text(one, now, wall)[1] is Role.ALARM]
    if not fleet:
        status = EngineStatus("Reading the store …", Role.DIM)
    elif broken:
        words = f"✕ {len(broken)} of {len(fleet)} engines not working: {', '.join(broken)}"
        status = EngineStatus(words, Role.ALARM)
    else:
        status = EngineStatus("All engines work or have finished", Role.PLAIN)
    machines = f"{len(fleet)} machine{'s' * (len(fleet) != 1)}" if fleet else "machines"
    return Banner(machines, Span("NOW", Role.STRONG), microseconds(now.replace(microsecond=0)), status)


def engine_text(standing: Standing, now: datetime, wall: tzinfo) -> tuple[str, Role]:
    """Return the work of a machine's engine, or since when it is stale."""
    beat = standing.heartbeat
    live = standing.assessment.live
    if beat is None:
        return "no engine yet", Role.DIM
    if beat.phase is Phase.FAILED:
        return f"✕ FAILED {since_text(beat.beat_at, now, wall)}", Role.ALARM
    if beat.phase in (Phase.FINISHED, Phase.ENDED):
        return (
            (f"✕ ENDED {since_text(beat.beat_at, now, wall)}", Role.ALARM) if live else ("scored", Role.PLAIN)
        )
    if beat.is_silent(now):
        return f"✕ STALE {since_text(beat.beat_at, now, wall)}", Role.ALARM
    return beat.phase.value, Role.PLAIN


def state_text(standing: Standing) -> tuple[str, str, Role]:
    """Return glyph, words and role of the worst alarm, and the number of unacknowledged others."""
    alarm = standing.alarm
    if alarm is None:
        if standing.latest.silent:
            return "?", "NO DATA", Role.WARNING
        if standing.latest.quality in QUALITIES:
            return QUALITIES[standing.latest.quality]
        return ("●", "no alarm", Role.GOOD) if standing.worst else ("○", "no score yet", Role.DIM)
    if alarm.put_away:
        return SHELVED, "put away", Role.WARNING
    if alarm.state is AlarmState.RETURNED:
        return "▽", "returned UNACK", Role.WARNING
    word = STANDING[alarm.priority]
    if alarm.needs_acknowledgement:
        return alarm_glyph(alarm), f"{word} UNACK", Role.RINGING
    if standing.waiting:
        return alarm_glyph(alarm), f"{word}, {standing.waiting} UNACK", Role.RINGING
    return alarm_glyph(alarm), f"{word} acked", Role.WARNING


def _severity(one: Standing) -> str:
    """Return the severity of the worst component, or why there is none."""
    if one.latest.severity is not None or one.latest == NEVER:
        return severity_text(one.latest.severity)
    return NOW.get(one.latest.quality, "?")


def _rows(
    width: int, one: Standing, name: int, now: datetime, zone: tzinfo, wall: tzinfo, *, chosen: bool
) -> Lines:
    """Return the row of a machine; on narrow screens time and engine stand in a second row."""
    glyph, word, role = state_text(one)
    engine, engine_role = engine_text(one, now, wall)
    raised = "" if one.alarm is None else short_time(one.alarm.raised.at, zone)
    first: Line = (
        Span("›" if chosen else " ", Role.STRONG),
        Span(glyph, role),
        Span(" " + fit(one.assessment.machine, name) + " ", Role.STRONG if chosen else Role.PLAIN),
        Span(f"{fit(one.worst, 10)} {_severity(one):>{NUMBER_WIDTH}} "),
        Span(fit(word, STATE).rstrip(), role),
    )
    waiting = f", {one.waiting} unacknowledged" if one.waiting else ""
    if width < WIDE:
        lead = f"     raised {raised}{waiting}; engine " if raised else "     engine "
        return [first, (Span(lead, Role.DIM), Span(fit(engine, max(width - len(lead), 0)), engine_role))]
    gap = " " * (STATE - min(cell_len(word), STATE))
    used = 3 + name + 1 + 10 + 1 + NUMBER_WIDTH + 1 + STATE + 1 + 11 + 1
    tail = f"{engine}{waiting}"
    return [(*first, Span(f"{gap} {raised:<11} "), Span(fit(tail, max(width - used, 0)), engine_role))]
