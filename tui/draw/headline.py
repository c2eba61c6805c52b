"""The headline: in one line, what is worst and since when; or that all is well, or that nobody watches."""

from datetime import tzinfo

from engine.alarms import Alarm, AlarmState
from engine.records import Priority, Quality
from tui.draw.alarms import alarm_glyph
from tui.draw.status import EngineStatus
from tui.draw.text import Lines, Role, Span, pick
from tui.draw.words import reason, severity_text, short_time, state_of, subject
from tui.frame import Condition, Frame

LOUDNESS = {Priority.LOW: "advisory", Priority.MEDIUM: "ALARM", Priority.HIGH: "SEVERE"}


def headline_lines(
    width: int, _height: int, frame: Frame | None, status: EngineStatus, zone: tzinfo
) -> Lines:
    """The headline, as wide as the screen where somebody has to act.

    Args:
        width: cells.
        frame: what is shown, None before there is anything.
        status: of the engine; without it, that all is well would be a guess.
        zone: of recording times.
    """
    if frame is None or frame.index < 0:
        return [(Span(pick(width, " ○ nothing is scored yet", " ○"), Role.DIM),)]
    open_ones = [alarm for alarm in frame.alarms if alarm.state is not AlarmState.NORMAL]
    loud = [alarm for alarm in open_ones if not alarm.put_away]
    blind = status.stale is not None and frame.view.assessment.expected == 0
    if loud:
        alarm = loud[0]
        role = Role.RINGING if alarm.needs_acknowledgement else Role.WARNING
        lead = "NOT WATCHED; " if blind else ""
        return [(Span(pick(width, *alarm_texts(alarm, frame, len(loud) - 1, lead, zone)), role),)]
    if blind:
        return [
            (Span(pick(width, " ✕ NOT WATCHED: the engine is not there", " ✕ NOT WATCHED"), Role.RINGING),)
        ]
    return [well(width, frame.conditions, len(open_ones))]


def alarm_texts(alarm: Alarm, frame: Frame, more: int, lead: str, zone: tzinfo) -> list[str]:
    """The worst alarm, from the longest way of saying it to the shortest."""
    names = frame.view.assessment.components
    now = frame.conditions[names.index(alarm.component)].severity if alarm.component in names else None
    severity = f"severity {severity_text(now)}" if severity_text(now) != "–" else ""
    acked = "UNACKNOWLEDGED" if alarm.needs_acknowledgement else "acknowledged"
    gone = "" if alarm.stands else "returned"
    since = f"since {short_time(alarm.raised.at, zone)}"
    rest = f"and {more} more" if more else ""
    head = f" {alarm_glyph(alarm)} {lead}{subject(alarm)}: {LOUDNESS[alarm.priority]}"
    short = "UNACK" if alarm.needs_acknowledgement else "acked"
    variants = (
        (acked, gone, reason(alarm), severity, since, rest),
        (acked, gone, reason(alarm), since, rest),
        (short, gone, reason(alarm), since, rest),
        (short, gone, since, rest),
        (short, since),
    )
    return [", ".join([head, *(part for part in parts if part)]) for parts in variants]


def well(width: int, conditions: tuple[Condition, ...], put_away: int) -> tuple[Span, ...]:
    """Said where no alarm asks for anything."""
    states = [state_of(condition) for condition in conditions]
    aside = f", {put_away} alarm{'s' * (put_away > 1)} put away" if put_away else ""
    for state in states:
        if state.role in (Role.RINGING, Role.WARNING) and state.word != "normal":
            number = states.index(state)
            name = conditions[number].name
            return (Span(pick(width, f" {state.glyph} {name}: {state.word}{aside}"), Role.WARNING),)
    running = [condition.quality is Quality.RUNNING for condition in conditions]
    if all(condition.baseline for condition in conditions):
        return (Span(pick(width, " ○ baseline: what is learned from, nothing is judged yet"), Role.DIM),)
    if all(running):
        text = f" ● all {len(conditions)} normal, no alarm{aside}"
        return (Span(pick(width, text), Role.GOOD),)
    glyph, word = states[running.index(False)].glyph, states[running.index(False)].word
    return (Span(pick(width, f" {glyph} {word}, no alarm{aside}"), Role.DIM),)
