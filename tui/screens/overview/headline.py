"""The headline: the worst alarm and since when, or that all is well, or that no engine watches."""

import math
from datetime import tzinfo

from rich.cells import cell_len

from engine.alarms.alarm import Alarm, AlarmState
from engine.alarms.peak import badness
from engine.records.assessment import Quality
from tui.data.frame import Condition, Frame
from tui.draw.alarm_rows import alarm_glyph
from tui.draw.format import STANDING, reason, short_time, since_texts, state_of, subject
from tui.draw.severity import severity_text
from tui.draw.status import EngineStatus
from tui.draw.text import Line, Lines, Role, Span, fit, pick


def headline_lines(
    width: int, _height: int, frame: Frame | None, status: EngineStatus, zone: tzinfo
) -> Lines:
    """Return the headline, as wide as the screen if an operator has to act.

    Args:
        width: cells.
        frame: the record as of the playhead, None before there is one.
        status: of the engine; without it, that all is well would be a guess.
        zone: of recording times.
    """
    if frame is None or frame.index < 0:
        return [(Span(pick(width, " ○ nothing is scored yet", " ○"), Role.DIM),)]
    open_ones = [alarm for alarm in frame.alarms if alarm.state is not AlarmState.NORMAL]
    loud = [alarm for alarm in open_ones if not alarm.put_away]
    blind = status.stale is not None and frame.view.assessment.live
    if loud:
        return [alarm_line(width, loud, frame, "NOT WATCHED; " if blind else "", zone)]
    if blind:
        return [
            (Span(pick(width, " ✕ NOT WATCHED: the engine is not there", " ✕ NOT WATCHED"), Role.RINGING),)
        ]
    return [well(width, frame.conditions, len(open_ones))]


def alarm_line(width: int, loud: list[Alarm], frame: Frame, lead: str, zone: tzinfo) -> Line:
    """Return the worst alarm, and the count of the others with the first that is unacknowledged.

    Args:
        width: cells.
        loud: alarms that are neither over nor put away, the most urgent first; at least one.
        frame: the record as of the playhead.
        lead: text before it.
        zone: of recording times.
    """
    first = min(loud, key=lambda alarm: badness(alarm, frame.peak(alarm).severity))
    others = [alarm for alarm in loud if alarm is not first]
    heads, tails = first_texts(first, frame, lead, zone), rest_texts(first, others)
    steps = ((0, 0), (1, 0), (2, 0), (2, 1), (3, 1), (4, 1), (4, 2))
    fitting = ((heads[one], tails[other]) for one, other in steps)
    head, tail = next(
        (pair for pair in fitting if cell_len("".join(pair)) <= width),
        (fit(heads[-1], width - cell_len(tails[2])).rstrip(), tails[2]),
    )
    rest = fit(tail, width - cell_len(head))
    if first.needs_acknowledgement:
        return (Span(head + rest, Role.RINGING),)
    waits = any(alarm.needs_acknowledgement for alarm in others)
    return (Span(head, Role.WARNING), Span(rest, Role.RINGING if waits else Role.WARNING))


def first_texts(alarm: Alarm, frame: Frame, lead: str, zone: tzinfo) -> list[str]:
    """Return the worst alarm in words, from the longest wording to the shortest."""
    waits = alarm.needs_acknowledgement
    later = " later" if alarm.acknowledged_later else ""
    acked, short = ("UNACKNOWLEDGED", "UNACK") if waits else (f"acknowledged{later}", f"acked{later}")
    gone = "" if alarm.stands else "returned"
    whole, since = since_texts(alarm, lambda at: short_time(at, zone))
    why = reason(alarm, frame.playhead.at)
    head = f" {alarm_glyph(alarm)} {lead}{subject(alarm)}: {STANDING[alarm.priority]}"
    variants = (
        (acked, gone, why, now_text(alarm, frame), whole),
        (acked, gone, why, now_text(alarm, frame), since),
        (acked, gone, why, since),
        (short, gone, why, since),
        (short, gone, since),
    )
    return [", ".join([head, *(part for part in parts if part)]) for parts in variants]


def now_text(alarm: Alarm, frame: Frame) -> str:
    """Return the severity of the component, or the last one and why there is none now."""
    condition = next((one for one in frame.conditions if one.name == alarm.component), None)
    if condition is None:
        return ""
    if math.isfinite(condition.severity):
        return f"severity {severity_text(condition.severity)}"
    if condition.last is None:
        return ""
    word = "no data" if condition.quality is None else condition.quality.value
    return f"{word}, last severity {severity_text(condition.last[0])}"


def rest_texts(first: Alarm, others: list[Alarm]) -> list[str]:
    """Return the count of the other alarms, from the longest wording to the shortest."""
    waiting = [alarm for alarm in others if alarm.needs_acknowledgement]
    acked = len(others) - len(waiting)
    if not waiting:
        return [f", and {acked} more acknowledged", f", and {acked} acked", ""] if acked else ["", "", ""]
    if first.needs_acknowledgement:
        count = len(waiting)
        aside = f", {acked} acknowledged" if acked else ""
        return [
            f", and {count} more unacknowledged{aside}",
            f", and {count} more UNACK{f', {acked} acked' if acked else ''}",
            f", +{count} UNACK",
        ]
    named = waiting[0]
    loudness = STANDING[named.priority]
    whole = f"; {alarm_glyph(named)} {subject(named)}: {loudness}, UNACKNOWLEDGED"
    whole += "" if named.stands else ", returned"
    counts = [f"{len(waiting) - 1} more unacknowledged"] if len(waiting) > 1 else []
    counts += [f"{acked} acknowledged"] if acked else []
    short = f"; {alarm_glyph(named)} {len(waiting)} UNACK"
    return [
        f"{whole}{', and ' if counts else ''}{', '.join(counts)}",
        f"{short}: {subject(named)} {loudness}",
        short,
    ]


def well(width: int, conditions: tuple[Condition, ...], put_away: int) -> tuple[Span, ...]:
    """Return the headline without an alarm."""
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
