"""Writes what operators do about alarms: each act one durable transaction, the first of two wins.

Whoever comes second is told who was first. Nothing here decides what rings: these events belong to the
session in which they were written and are read by the fold alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select

from engine.alarms.alarm import Alarm
from engine.alarms.shelving import place_of, retired_at, shelves_of
from engine.errors import UnusableError
from engine.operator.operator import Act, worded
from engine.records.assessment import Assessment
from engine.records.events import OPERATOR_KINDS, RINGS, Acknowledged, Event, EventKind, NewEvent
from engine.store import schema
from engine.store.rows import event_of, event_row
from engine.store.store import Store
from replay.recording import clean_text

RELEARN = (
    "if a part was changed, the baseline is no longer this machine's: learn again from healthy snapshots"
    " (raceway learn) and score with that bundle; until then take its alarms with care"
)
"""Said where a component returns to service."""


class OperatingError(UnusableError):
    """An act that makes no sense as things stand; the message says why, and what to do."""


def playhead_of(
    store: Store, assessment: Assessment, events: Iterable[Event], now: datetime
) -> datetime | None:
    """The instant in recording time at which somebody without a console looks; None where nothing is stored.

    Of a finished run it is the last snapshot. Of a machine watched live it is the newest stamp plus the
    wall time since it came, which the ledger of its files tells; before the first file, the engine's events.
    """
    assessed, snapshot, intake = schema.assessed.c, schema.snapshot.c, schema.intake.c
    newest = select(func.max(snapshot.at)).join_from(schema.assessed, schema.snapshot)
    taken = (
        select(intake.at, intake.recorded_at)
        .where(intake.machine_id == assessment.machine_id, schema.WAS_TAKEN)
        .order_by(intake.at.desc())
        .limit(1)
    )
    live = assessment.live
    with store.reading() as connection:
        stamp = connection.scalar(newest.where(assessed.assessment_id == assessment.id))
        came = connection.execute(taken).one_or_none() if live else None
    if came is not None:
        known = [came.at + max(now - came.recorded_at, timedelta(0))]
    else:
        told = [event for event in events if event.kind not in OPERATOR_KINDS]
        passed = [max(now - event.recorded_at, timedelta(0)) if live else timedelta(0) for event in told]
        known = [event.at + waited for event, waited in zip(told, passed, strict=True)]
    return max([*known, *([] if stamp is None else [stamp])], default=None)


def acknowledge(
    store: Store,
    assessment: Assessment,
    ring: Event,
    act: Act,
    comment: str = "",
) -> Acknowledged:
    """Acknowledge the ring that was seen.

    Args:
        store: holds the assessment.
        assessment: that the ring belongs to.
        ring: `Alarm.ring`: a raise, an escalation, or a shelf that ran out.
        act: who acts, where and when.
        comment: optional words.
    """
    fact = _fact(EventKind.ACKNOWLEDGED, act, ring, comment=worded(comment))

    def work(connection: Connection) -> Acknowledged:
        done = _events(connection, assessment, act.session, {EventKind.ACKNOWLEDGED}, ring.seq)
        return _first(next(iter(done), None)) or _append(connection, assessment, [fact], act)

    return store.write(work)


def note(
    store: Store,
    assessment: Assessment,
    alarm: Alarm,
    text: str,
    act: Act,
) -> Acknowledged:
    """Write words beside an alarm; notes are many, none comes second."""
    words = worded(text)
    if not words:
        raise OperatingError("a note needs words")
    fact = _fact(EventKind.NOTED, act, alarm.ring, text=words)

    def work(connection: Connection) -> Acknowledged:
        return _append(connection, assessment, [fact], act)

    return store.write(work)


def shelve(
    store: Store,
    assessment: Assessment,
    alarm: Alarm,
    span: timedelta,
    reason: str,
    act: Act,
    *,
    longest: timedelta,
) -> Acknowledged:
    """Put an alarm on the shelf for a while, in recording time from the playhead on.

    Args:
        store: holds the assessment.
        assessment: that the alarm belongs to.
        alarm: as it was seen.
        span: for how long.
        reason: why, in words; a shelf without one is refused.
        act: who acts, where and when.
        longest: the longest span that the settings allow.

    Raises:
        OperatingError: no reason, or too long.
    """
    words = worded(reason)
    if not words:
        raise OperatingError("a shelf needs a reason: whoever comes next has to know why (--reason)")
    if not timedelta(0) < span <= longest:
        raise OperatingError(
            f"an alarm may be shelved for at most {longest.total_seconds() / 3600:g} h (alarms.shelf_hours)"
        )
    until = (act.at + span).isoformat()
    fact = _fact(EventKind.SHELVED, act, alarm.ring, reason=words, until=until)
    place = place_of(alarm.ring.alarm)

    def work(connection: Connection) -> Acknowledged:
        told = _events(connection, assessment, act.session, {*RINGS, EventKind.SHELVED, EventKind.UNSHELVED})
        holding = [shelf.event for shelf in shelves_of(told).get(place, ()) if shelf.holds(act.at)]
        return _first(next(iter(holding), None)) or _append(connection, assessment, [fact], act)

    return store.write(work)


def unshelve(
    store: Store,
    assessment: Assessment,
    alarm: Alarm,
    act: Act,
) -> Acknowledged:
    """Take an alarm off its shelf by hand, which acknowledges the ring that was seen.

    Raises:
        OperatingError: it is not shelved.
    """
    place = place_of(alarm.ring.alarm)

    def work(connection: Connection) -> Acknowledged:
        told = _events(connection, assessment, act.session, {*RINGS, EventKind.SHELVED, EventKind.UNSHELVED})
        shelves = shelves_of(told).get(place, ())
        holding = [shelf.event for shelf in shelves if shelf.holds(act.at)]
        own = {shelf.event.seq for shelf in shelves}
        first = next((event for event in reversed(told) if event.detail.get("shelf") in own), None)
        if holding:
            facts = [_fact(EventKind.UNSHELVED, act, alarm.ring, shelf=shelf.seq) for shelf in holding]
            return _append(connection, assessment, facts, act)
        if first is None:
            raise OperatingError(f"the alarm {clean_text(alarm.key)} is not shelved")
        return _refused(first)

    return store.write(work)


def retire(
    store: Store,
    assessment: Assessment,
    component: str,
    reason: str,
    act: Act,
) -> Acknowledged:
    """Take a component out of service: it is scored on, and its alarms ask nobody for anything.

    Raises:
        OperatingError: no reason, or there is no such component.
    """
    words = worded(reason)
    if not words:
        raise OperatingError("taking a component out of service needs a reason (--reason)")
    _known(assessment, component)
    detail = {**act.who.plain(), "reason": words}
    fact = NewEvent(EventKind.RETIRED, act.at, "component", component, session=act.session, detail=detail)

    def work(connection: Connection) -> Acknowledged:
        told = _events(connection, assessment, act.session, {EventKind.RETIRED, EventKind.REINSTATED})
        first = retired_at(told, act.at).get(component)
        return _first(first) or _append(connection, assessment, [fact], act)

    return store.write(work)


def reinstate(
    store: Store,
    assessment: Assessment,
    component: str,
    act: Act,
) -> Acknowledged:
    """Return a component to service; `RELEARN` says what to think of then.

    Raises:
        OperatingError: it is not out of service, or there is no such component.
    """
    _known(assessment, component)

    def work(connection: Connection) -> Acknowledged:
        told = _events(connection, assessment, act.session, {EventKind.RETIRED, EventKind.REINSTATED})
        own = [event for event in told if event.component == component]
        back = {event.ring: event for event in own if event.kind is EventKind.REINSTATED}
        out = [event for event in own if event.kind is EventKind.RETIRED and event.at <= act.at]
        if not out:
            raise OperatingError(f"{clean_text(component)} is not out of service")
        detail = {**act.who.plain(), "message": RELEARN}
        facts = [
            NewEvent(
                EventKind.REINSTATED,
                act.at,
                "component",
                component,
                ring=event.seq,
                session=act.session,
                detail=detail,
            )
            for event in out
            if event.seq not in back
        ]
        return _append(connection, assessment, facts, act) if facts else _refused(back[out[-1].seq])

    return store.write(work)


def _known(assessment: Assessment, component: str) -> None:
    if component not in assessment.components:
        names = ", ".join(assessment.components)
        raise OperatingError(
            f"{clean_text(component)!r} is no component of {assessment.machine}; it has {clean_text(names)}"
        )


def _fact(kind: EventKind, act: Act, ring: Event, **detail: object) -> NewEvent:
    told = {**act.who.plain(), **detail}
    return NewEvent(kind, act.at, ring.source, ring.component, ring.alarm, ring.seq, act.session, told)


def _events(
    connection: Connection,
    assessment: Assessment,
    session: str,
    kinds: Iterable[EventKind],
    ring: int | None = None,
) -> tuple[Event, ...]:
    """Events of these kinds, operators' of this session alone, in order of seq, as the lock shows them.

    With a `ring` only those that name it.
    """
    columns = schema.event.c
    query = (
        select(schema.event)
        .where(
            columns.assessment_id == assessment.id,
            columns.session.in_({"", session}),
            columns.kind.in_([kind.value for kind in kinds]),
        )
        .order_by(columns.seq)
    )
    if ring is not None:
        query = query.where(columns.ring == ring)
    events = (event_of(row) for row in connection.execute(query))
    return tuple(one for one in events if one.session == session or one.kind not in OPERATOR_KINDS)


def _append(
    connection: Connection, assessment: Assessment, facts: Sequence[NewEvent], act: Act
) -> Acknowledged:
    connection.execute(insert(schema.event), [event_row(assessment, fact, act.now) for fact in facts])
    return Acknowledged(True, act.who.by, act.at, act.now)


def _first(event: Event | None) -> Acknowledged | None:
    return None if event is None else _refused(event)


def _refused(event: Event) -> Acknowledged:
    return Acknowledged(False, str(event.detail.get("by", "")), event.at, event.recorded_at)
