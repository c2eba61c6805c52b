"""The notice line: the latest event or answer, in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len, chop_cells

from engine.alarms.alarm import Alarm
from engine.clock import microseconds
from engine.records.events import Acknowledged, Event, EventKind
from engine.records.payloads import Ring
from tui.data.crossings import Crossing
from tui.data.view import View
from tui.draw.format import STANDING, acknowledged_by, reason, short_time, subject, wall_time
from tui.draw.severity import severity_text
from tui.draw.text import Lines, Role, Span, clean, fit

LINES = 2
LINES_WHOLE = 4
"""Lines that a notice may take; and one that has to be whole."""

NAMED = 3
"""Rings and alarms named one by one in a notice; the alarm list has them all."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the operator. A lasting notice stays until another replaces it.

    `about` is the instant of its event, if any: the notice goes when the playhead is before it. `rings` are
    its rings: it goes when all are acknowledged. `brief` replaces a text that does not fit and cannot be cut.
    """

    text: str = ""
    role: Role = Role.PLAIN
    lasting: bool = False
    about: int | None = None
    brief: str = ""
    rings: tuple[Event, ...] = ()


def notice_lines(width: int, height: int, notice: Notice) -> Lines:
    """Return the sentence, broken between words into the lines of the panel."""
    rows = notice_rows(width, height, notice)
    return [(Span(" " + fit(row, width - 1), notice.role),) for row in rows]


def notice_rows(width: int, height: int, notice: Notice) -> list[str]:
    """Return the rows of a notice: of its text, or of the brief text if that does not fit."""
    room = max(width - 1, 1)
    rows = wrapped(notice.text, room, height)
    if notice.brief and any(cell_len(row) > room for row in rows):
        return wrapped(notice.brief, room, height)
    return rows


def wrapped(text: str, width: int, height: int) -> list[str]:
    """Break text between words into at most so many lines of so many cells; the rest is cut off.

    A word that is wider than a line is broken anywhere, so that none of it is lost.
    """
    rows: list[str] = []
    row = ""
    for word in (part for whole in clean(text).split() for part in chop_cells(whole, max(width, 1))):
        longer = f"{row} {word}" if row else word
        if row and cell_len(longer) > width and len(rows) < height - 1:
            rows.append(row)
            row = word
        else:
            row = longer
    return [*rows, row]


def rings_notice(rings: tuple[Event, ...], zone: tzinfo, *, ahead: str = "") -> Notice:
    """Return the notice of rings.

    Args:
        rings: at least one.
        zone: of recording times.
        ahead: the key that follows, where they rang after the playhead of a screen that does not.
    """
    about = None if ahead else max(microseconds(ring.at) for ring in rings)
    tail = f"; the screen shows an earlier time, {ahead} goes there" if ahead else ""
    if len(rings) == 1:
        ring = rings[0]
        what = "Alarm" if ring.kind is EventKind.RAISED else "Alarm escalated"
        payload = Ring.from_detail(ring.detail)
        parts = [_who(ring), clean(payload.surface or payload.cause)]
        if payload.severity is not None:
            parts.append(f"severity {severity_text(payload.severity)}")
        told = ", ".join(part for part in parts if part)
        text = f"{what}: {told}, at {short_time(ring.at, zone)}{tail}"
        return Notice(text, Role.ALARM, True, about, rings=rings)
    named = ", ".join(f"{_who(ring)} {short_time(ring.at, zone)}" for ring in rings[:NAMED])
    more = " and more" if len(rings) > NAMED else ""
    count = len({ring.alarm for ring in rings})
    # An alarm rings again when it escalates.
    times = f" {len(rings)} times" if count < len(rings) else ""
    what = f"{count} alarm{'s' * (count > 1)} rang{times}"
    return Notice(f"{what}: {named}{more}{tail}", Role.ALARM, True, about, rings=rings)


def acknowledged_notice(
    alarm: Alarm, answer: Acknowledged, newest: int, zone: tzinfo, wall_zone: tzinfo
) -> Notice:
    """Return the answer to an acknowledgement.

    Args:
        alarm: as it was on the screen.
        answer: of the store.
        newest: the newest instant there is.
        zone: of recording times.
        wall_zone: of the wall clock.
    """
    what = f"{subject(alarm)}, {reason(alarm)}, rang {short_time(alarm.ring.at, zone)}"
    if not answer.stored:
        when = wall_time(answer.recorded_at, wall_zone)
        return Notice(f"Another was first: {clean(answer.by)} at {when} acknowledged {what}", Role.WARNING)
    return Notice(f"Acknowledged by {clean(answer.by)}: {what}{_past(answer.at, newest, zone)}", Role.GOOD)


def all_acknowledged_notice(
    answers: Sequence[tuple[Alarm, Acknowledged | str]], newest: int, zone: tzinfo
) -> Notice:
    """Return the answer to several acknowledgements; those that were not stored come first.

    Args:
        answers: for each alarm that of the store, or why nothing was stored.
        newest: the newest instant there is.
        zone: of recording times.
    """
    refused: dict[str, list[Alarm]] = {}
    others: dict[str, list[Alarm]] = {}
    own: list[tuple[Alarm, Acknowledged]] = []
    for alarm, answer in answers:
        if isinstance(answer, str):
            refused.setdefault(answer, []).append(alarm)
        elif answer.stored:
            own.append((alarm, answer))
        else:
            others.setdefault(answer.by, []).append(alarm)
    told = [f"NOT ACKNOWLEDGED, {_counted(alarms)}; {clean(why)}" for why, alarms in refused.items()]
    told += [f"{clean(by)} was first on {_counted(alarms)}" for by, alarms in others.items()]
    if own:
        by, at = clean(own[0][1].by), own[0][1].at
        told.append(f"{by} acknowledged {_counted([alarm for alarm, _ in own])}{_past(at, newest, zone)}")
    role = Role.ALARM if refused else Role.WARNING if others else Role.GOOD
    return Notice(". ".join(told), role, lasting=bool(refused))


def _counted(alarms: Sequence[Alarm]) -> str:
    """Return the number of alarms, and the names of the first."""
    named = ", ".join(f"{subject(alarm)} {reason(alarm)}" for alarm in alarms[:NAMED])
    more = f" and {len(alarms) - NAMED} more" if len(alarms) > NAMED else ""
    return f"{len(alarms)} alarm{'s' * (len(alarms) > 1)}: {named}{more}"


def acted_notice(
    what: str, about: str, answer: Acknowledged, newest: int, zone: tzinfo, wall_zone: tzinfo
) -> Notice:
    """Return the answer to another act, `what`, on the alarm or bearing `about`.

    Args:
        what: the act.
        about: the alarm or bearing.
        answer: of the store.
        newest: instant of the newest snapshot [microseconds since 1970].
        zone: of recording times.
        wall_zone: of the wall clock.
    """
    if not answer.stored:
        when = wall_time(answer.recorded_at, wall_zone)
        return Notice(f"Another was first: {clean(answer.by)} at {when}; {clean(about)}", Role.WARNING)
    text = f"{clean(what)}: {clean(about)}; by {clean(answer.by)}"
    return Notice(f"{text}{_past(answer.at, newest, zone)}", Role.GOOD)


def service_notice(
    name: str, what: str, answer: Acknowledged, newest: int, zone: tzinfo, wall_zone: tzinfo
) -> Notice:
    """Return the answer to taking a bearing out of service or returning it.

    Args:
        name: of the bearing.
        what: the act, in words.
        answer: of the store.
        newest: instant of the record, in microseconds since 1970.
        zone: of recording times.
        wall_zone: of the wall clock.
    """
    if not answer.stored:
        return acted_notice(name, f"{name} {what}", answer, newest, zone, wall_zone)
    text = f"{clean(name)} {what} by {clean(answer.by)}"
    return Notice(f"{text}{_past(answer.at, newest, zone)}", Role.GOOD)


def refused_notice(about: str, why: str) -> Notice:
    """Return the notice that an act was not stored."""
    return Notice(f"NOT DONE: {clean(about)}; {clean(why)}", Role.ALARM, lasting=True)


def _past(at: datetime, newest: int, zone: tzinfo) -> str:
    if microseconds(at) >= newest:
        return ""
    return f" (seen as of {short_time(at, zone)}, the record goes to {short_time(newest, zone)})"


def already_notice(alarm: Alarm, zone: tzinfo) -> Notice:
    """Return the notice that an alarm needs no acknowledgement."""
    if alarm.retired is not None:
        return Notice(
            f"{subject(alarm)} is out of service, by {clean(str(alarm.retired.detail.get('by', '')))}"
        )
    if alarm.shelf is not None and alarm.shelved_until is not None:
        why = f": {clean(alarm.shelved_for)}" if alarm.shelved_for else ""
        until = short_time(alarm.shelved_until, zone)
        return Notice(f"{subject(alarm)}: shelved by {clean(alarm.shelved_by)} until {until}{why}")
    later = " later," if alarm.acknowledged_later else ""
    given = alarm.acknowledgement
    when = "" if given is None else f" as of {short_time(given.at, zone)}"
    return Notice(f"{subject(alarm)}: already acknowledged{later} by {acknowledged_by(alarm)}{when}")


def unseen_notice(alarm: Alarm, key: str) -> Notice:
    """Return the answer to a key that came before its operator can have seen the ring.

    Args:
        alarm: whose ring has just come onto the screen.
        key: that acknowledges, as it is written for a reader.
    """
    return Notice(
        f"New on the screen: {subject(alarm)}, {reason(alarm)}, {STANDING[alarm.priority]}."
        f" Press {key} again to acknowledge it.",
        Role.WARNING,
    )


def failed_notice(alarm: Alarm, reason_text: str) -> Notice:
    """Return the notice that an acknowledgement was not stored."""
    return Notice(
        f"NOT ACKNOWLEDGED: {subject(alarm)} stays unacknowledged; {clean(reason_text)}",
        Role.ALARM,
        lasting=True,
    )


def crossing_notice(view: View, crossings: tuple[Crossing, ...], zone: tzinfo) -> Notice:
    """Return the notice of the crossings, at least one, that the playhead went to."""
    told = [
        f"{clean(view.assessment.components[one.component])} {'rose above' if one.up else 'fell below'}"
        for one in crossings
    ]
    return Notice(f"{', '.join(told)} the limit at {short_time(crossings[0].at, zone)}")


def _who(event: Event) -> str:
    return clean(event.component or event.source)
