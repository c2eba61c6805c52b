"""The alarm list: unacknowledged alarms first, then other events."""

from datetime import tzinfo

from rich.cells import cell_len

from engine.alarms.alarm import Alarm
from engine.explanation.wording import standing as state_texts
from engine.records.events import Event, EventKind, Priority
from tui.data.frame import Frame
from tui.draw.format import alarm_glyph, alarm_roles, reasons, short_time, subject
from tui.draw.severity import severity_text
from tui.draw.text import Line, Lines, Role, Span, clean, fit, pick, title

PRIORITIES = {Priority.LOW: "low", Priority.MEDIUM: "MED", Priority.HIGH: "HIGH"}

BROAD = 90
"""Cells from which the rows of the list are as wide as the widest of them."""

PEAK = ("raised, peak severity", "raised, peak sev.", "peak severity")
"""The meaning of time and number in a row."""

SHORTEST = 5
"""Cells that are kept at least for how an alarm stands: `UNACK`."""

FACTS = frozenset(
    {
        EventKind.LEARNED,
        EventKind.STARTED,
        EventKind.FINISHED,
        EventKind.FAILED,
        EventKind.STOPPED,
        EventKind.RESTARTED,
        EventKind.CONDITION,
        EventKind.DRIFTED,
        EventKind.BUNDLE,
        EventKind.ACCEPTED,
        EventKind.RETIRED,
        EventKind.REINSTATED,
        EventKind.RENAMED,
        EventKind.PROPOSAL,
    }
)
"""Events listed below the alarms; the events of an alarm are in its row."""


def alarm_lines(
    width: int, height: int, frame: Frame, selected: str, zone: tzinfo, pointed: str | None = None
) -> Lines:
    """Return a heading with the count of unacknowledged alarms, the alarms, and other events below.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        selected: name of the selected component; its alarms stand out.
        zone: of the times shown.
        pointed: key of the alarm that the keys mean, which is marked.
    """
    alarms = frame.alarms
    waiting = sum(alarm.needs_acknowledgement for alarm in alarms)
    heading = f"Alarms: {waiting} unacknowledged" if waiting else "Alarms: none unacknowledged"
    lines: Lines = [title(heading, width, *PEAK if alarms else ())]
    room = height - 1
    shown = rows_shown(alarms, room if len(alarms) <= room else room - 1, selected, pointed)
    name = max((cell_len(subject(alarms[number])) for number in shown), default=0)
    # If there is room, the parts after the reason stand in columns.
    lengths = [len(reasons(alarms[number], frame.playhead.at)[-1]) for number in shown]
    cause = max(lengths, default=0) if width >= BROAD else 0
    lines.extend(
        _row(
            width,
            frame,
            alarms[number],
            min(name, 16 if width >= 60 else 10),
            max(cause, 6),
            zone,
            mark="›" if alarms[number].key == pointed else " ",
            chosen=alarms[number].component == selected,
        )
        for number in shown
    )
    if len(shown) < len(alarms) and room > 0:
        rest = [alarms[number] for number in range(len(alarms)) if number not in shown]
        loud = sum(alarm.needs_acknowledgement for alarm in rest)
        text = f"   {len(rest)} more, {loud} unacknowledged"
        lines.append((Span(fit(text, width), Role.ALARM if loud else Role.DIM),))
    facts = [event for event in frame.events if is_fact(event) or _untold(event)]
    lines.extend(_fact(width, event, zone) for event in facts)
    if not alarms and not facts:
        lines.append((Span(fit("   nothing yet", width), Role.DIM),))
    return lines[:height]


def rows_shown(alarms: tuple[Alarm, ...], room: int, selected: str, pointed: str | None) -> list[int]:
    """Return the alarms to show in too little room: unacknowledged first, then standing, then selected."""
    order = sorted(
        range(len(alarms)),
        key=lambda number: (
            not alarms[number].needs_acknowledgement,
            alarms[number].key != pointed,
            not alarms[number].stands,
            alarms[number].component != selected,
        ),
    )
    return sorted(order[: max(room, 0)])


def standing(alarm: Alarm, zone: tzinfo) -> tuple[str, ...]:
    """Return the state of an alarm in words, from the longest wording to the shortest."""
    return state_texts(alarm, lambda at: short_time(at, zone))


def _row(
    width: int, frame: Frame, alarm: Alarm, name: int, least: int, zone: tzinfo, *, mark: str, chosen: bool
) -> Line:
    """Return the row of an alarm. The parameters are the plain values that the row draws."""
    quiet = alarm.put_away or not alarm.stands
    role, state_role = alarm_roles(alarm)
    fixed = 3 + 13 + name + 1 + 5
    variants = standing(alarm, zone)
    words = reasons(alarm, frame.playhead.at)
    why = words[-1]
    number = f"{'peak ' * (width >= 64)}{severity_text(frame.peak(alarm).severity):>4} "
    # Where it is narrow, of what is over, put away or answered later its state says more than its peak; of an
    # advisory its reason does; and a reason is not cut for a peak.
    more = alarm.priority is Priority.LOW or (quiet and not alarm.needs_acknowledgement)
    shortest = max(len(variants[-1]), SHORTEST)
    cut = fixed + len(why) + 1 + len(number) + shortest > width
    if width < 60 and (more or cut or shortest > SHORTEST):
        number = ""
    cause = min(width - fixed - len(number) - shortest - 1, 24, max(len(why), least))
    tail = width - fixed - len(number) - max(cause + 1, 0)
    said = pick(tail, *variants).rstrip()
    return (
        Span(mark, Role.STRONG),
        Span(f"{alarm_glyph(alarm)} {short_time(alarm.raised.at, zone)} ", role),
        Span(fit(subject(alarm), name) + " ", Role.STRONG if chosen else role),
        Span(f"{PRIORITIES[alarm.priority]:<5}", role),
        Span(pick(cause, *words) + " " if cause > 0 else "", role),
        Span(number, role),
        Span(said, state_role),
    )


def is_fact(event: Event) -> bool:
    """Return whether an event is listed below the alarms; alarms of a proposal are not: they never rang."""
    if event.kind is not EventKind.PROPOSAL:
        return event.kind in FACTS
    from engine.alarms.proposals import Step, step_of

    return event.kind in FACTS and step_of(event) not in (Step.RAISES, Step.CLEARS)


def _untold(event: Event) -> bool:
    """Return whether the `on_ring` command failed and is not tried again."""
    return event.kind is EventKind.NOTIFIED and bool(event.detail.get("given_up"))


def _fact(width: int, event: Event, zone: tzinfo) -> Line:
    message = clean(str(event.detail.get("message") or event.detail.get("reason") or ""))
    who = event.component or event.source
    # "engine started" says as much as "engine engine started".
    if event.kind is EventKind.DRIFTED:
        what = f"{who} has changed since the baseline"
    else:
        what = event.kind.value if event.kind.value.startswith(who) else f"{who} {event.kind.value}"
    text = f" · {short_time(event.at, zone)} {what}{': ' + message if message else ''}"
    bad = event.kind is EventKind.FAILED or _untold(event)
    return (Span(fit(text, width), Role.WARNING if bad else Role.DIM),)
