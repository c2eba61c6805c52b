"""The notice line: what just happened, in a sentence."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len

from engine.alarms import Alarm
from engine.records import Acknowledged, Event, EventKind
from tui.draw.text import Lines, Role, Span, clean, fit
from tui.draw.words import acknowledged_by, reason, severity_text, short_time, subject, wall_time
from tui.reading import Crossing, View

NAMED = 3
"""Rings named one by one in a notice; the alarm list has them all."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the operator. One that lasts stays until another takes its place."""

    text: str = ""
    role: Role = Role.PLAIN
    lasting: bool = False


def notice_lines(width: int, height: int, notice: Notice) -> Lines:
    """The sentence, broken between words into as many lines as there are."""
    return [
        (Span(" " + fit(row, width - 1), notice.role),) for row in wrapped(notice.text, width - 1, height)
    ]


def wrapped(text: str, width: int, height: int) -> list[str]:
    """Break text between words into at most so many lines of so many cells; the rest is cut off."""
    rows: list[str] = []
    row = ""
    for word in clean(text).split():
        longer = f"{row} {word}" if row else word
        if row and cell_len(longer) > width and len(rows) < height - 1:
            rows.append(row)
            row = word
        else:
            row = longer
    return [*rows, row]


def rings_notice(rings: tuple[Event, ...], zone: tzinfo) -> Notice:
    """Which alarms rang since the last frame."""
    if len(rings) == 1:
        ring = rings[0]
        what = "Alarm" if ring.kind is EventKind.RAISED else "Alarm escalated"
        parts = [_who(ring), _detail(ring, "surface") or _detail(ring, "cause")]
        severity = ring.detail.get("severity")
        if isinstance(severity, int | float):
            parts.append(f"severity {severity_text(severity)}")
        told = ", ".join(part for part in parts if part)
        return Notice(f"{what}: {told}, at {short_time(ring.at, zone)}", Role.ALARM, lasting=True)
    named = ", ".join(f"{_who(ring)} {short_time(ring.at, zone)}" for ring in rings[:NAMED])
    more = " and more" if len(rings) > NAMED else ""
    return Notice(f"{len(rings)} alarms rang: {named}{more}", Role.ALARM, lasting=True)


def acknowledged_notice(
    alarm: Alarm, answer: Acknowledged, newest: datetime, zone: tzinfo, wall_zone: tzinfo
) -> Notice:
    """What became of an acknowledgement.

    Args:
        alarm: as it was on the screen.
        answer: of the store.
        newest: instant of the newest snapshot stored.
        zone: of recording times.
        wall_zone: of the wall clock.
    """
    what = f"{subject(alarm)}, {reason(alarm)}, rang {short_time(alarm.ring.at, zone)}"
    if not answer.stored:
        when = wall_time(answer.recorded_at, wall_zone)
        return Notice(f"Another was first: {clean(answer.by)} at {when} acknowledged {what}", Role.WARNING)
    past = f" (seen as of {short_time(answer.at, zone)}, the record goes to {short_time(newest, zone)})"
    return Notice(
        f"Acknowledged by {clean(answer.by)}: {what}{past if answer.at < newest else ''}", Role.GOOD
    )


def already_notice(alarm: Alarm, zone: tzinfo) -> Notice:
    """Said where there is nothing left to acknowledge in an alarm."""
    if alarm.retired is not None:
        return Notice(f"{subject(alarm)} is out of service; raceway alarms reinstate returns it")
    if alarm.shelf is not None and alarm.shelved_until is not None:
        why = f": {clean(alarm.shelved_for)}" if alarm.shelved_for else ""
        until = short_time(alarm.shelved_until, zone)
        return Notice(f"{subject(alarm)}: shelved by {clean(alarm.shelved_by)} until {until}{why}")
    later = " later," if alarm.acknowledged_later else ""
    given = alarm.acknowledgement
    when = "" if given is None else f" as of {short_time(given.at, zone)}"
    return Notice(f"{subject(alarm)}: already acknowledged{later} by {acknowledged_by(alarm)}{when}")


def failed_notice(alarm: Alarm, reason_text: str) -> Notice:
    """Said where an acknowledgement could not be stored."""
    return Notice(
        f"NOT ACKNOWLEDGED: {subject(alarm)} stays unacknowledged; {clean(reason_text)}",
        Role.ALARM,
        lasting=True,
    )


def crossing_notice(view: View, crossings: tuple[Crossing, ...], zone: tzinfo) -> Notice:
    """Which crossings lie at the instant that the playhead has gone to; at least one."""
    told = [
        f"{clean(view.assessment.components[one.component])} {'rose above' if one.up else 'fell below'}"
        for one in crossings
    ]
    return Notice(f"{', '.join(told)} the limit at {short_time(crossings[0].at, zone)}")


def _who(event: Event) -> str:
    return clean(event.component or event.source)


def _detail(event: Event, key: str) -> str:
    return clean(str(event.detail.get(key, "")))
