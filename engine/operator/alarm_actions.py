"""Operator actions on alarms: each is one durable transaction, and the first of two operators wins.

The second operator gets the name of the first. These events belong to their session; only the fold of alarms
reads them, and they never decide what rings.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from engine.alarms.alarm import Alarm
from engine.alarms.shelving import place_of, retired_at, shelves_of, words_of
from engine.clock import live_time, shifted
from engine.errors import UnusableError
from engine.operator.closing import outcome_fault
from engine.operator.operator import Act, worded
from engine.records.assessment import Assessment
from engine.records.events import OPERATOR_KINDS, RINGS, Acknowledged, Action, Event, EventKind, NewEvent
from engine.records.outcome import AlarmOutcome
from engine.store.store import Store
from replay.recording import clean_text

RELEARN = (
    "if a part was replaced, the baseline no longer fits: learn again from healthy snapshots"
    " (raceway learn) and score with that bundle; until then its alarms are doubtful"
)
"""Advice for the return of a component to service."""

RENEWAL = (
    "a new baseline of this component begins: once enough snapshots have come (watch.gather), the engine"
    " learns it beside the one in use; then switch to it (raceway engine bundles, switch)"
)
"""Advice for the replacement of a component."""

SHELF_KINDS = frozenset({*RINGS, EventKind.SHELVED, EventKind.UNSHELVED})
SERVICE_KINDS = frozenset({EventKind.RETIRED, EventKind.REINSTATED})
"""Events that decide whether an alarm is shelved, and whether a component is out of service."""


class OperatingError(UnusableError):
    """An action that is impossible in the present state; the message gives the reason and the remedy."""


def playhead_of(
    store: Store, assessment: Assessment, events: Iterable[Event], now: datetime
) -> datetime | None:
    """Return the playhead of a command without a console, in recording time; None if nothing is stored.

    For a finished run it is the last snapshot. For a live machine it is the newest stamp plus the wall time
    since its arrival in the ledger; before the first file, the same of the engine's events.

    Args:
        store: holds the assessment.
        assessment: the assessment of the playhead.
        events: its events.
        now: wall clock.
    """
    with store.reading():
        stamp = store.newest_time(assessment)
        came = store.last_taken(assessment.machine_id) if assessment.live else None
    return playhead_from(assessment, stamp, came, events, now)


def playhead_from(
    assessment: Assessment,
    stamp: datetime | None,
    came: tuple[datetime, datetime] | None,
    events: Iterable[Event],
    now: datetime,
) -> datetime | None:
    """Return the playhead of `playhead_of` from facts that were read.

    Args:
        assessment: the assessment of the playhead.
        stamp: its newest recording time, None without a snapshot.
        came: newest recording time in the machine's ledger, and when it came; None without one.
        events: those of the assessment.
        now: wall clock.
    """
    live = assessment.live
    if live and came is not None:
        known = [live_time(*came, now)]
    else:
        told = [event for event in events if event.kind not in OPERATOR_KINDS]
        known = [live_time(event.at, event.recorded_at, now) if live else event.at for event in told]
    return max([*known, *([] if stamp is None else [stamp])], default=None)


def acknowledge(
    store: Store,
    assessment: Assessment,
    ring: Event,
    act: Act,
    comment: str = "",
) -> Acknowledged:
    """Acknowledge a ring.

    Args:
        store: holds the assessment.
        assessment: the assessment of the ring.
        ring: `Alarm.ring`: a raise, an escalation, or an expired shelf.
        act: the operator, session and times.
        comment: an optional comment.
    """
    fact = _fact(EventKind.ACKNOWLEDGED, act, ring, comment=worded(comment))

    def decision(earlier: tuple[Event, ...]) -> Event | Sequence[NewEvent]:
        return earlier[0] if earlier else (fact,)

    return _store(store, assessment, {EventKind.ACKNOWLEDGED}, act, decision, ring.seq)


def note(
    store: Store,
    assessment: Assessment,
    alarm: Alarm,
    text: str,
    act: Act,
) -> Acknowledged:
    """Add a note to an alarm; an alarm can have many notes.

    Args:
        store: holds the assessment.
        assessment: the assessment of the alarm.
        alarm: the alarm of the note.
        text: the note.
        act: the operator, session and times.

    Raises:
        OperatingError: the note is empty.
    """
    words = worded(text)
    if not words:
        raise OperatingError("a note needs words")
    fact = _fact(EventKind.NOTED, act, alarm.ring, text=words)

    return _store(store, assessment, (), act, lambda _: (fact,))


def close(
    store: Store,
    assessment: Assessment,
    alarm: Alarm,
    outcome: AlarmOutcome,
    act: Act,
) -> Acknowledged:
    """Close an alarm with an outcome, which acknowledges its ring; a later outcome corrects an earlier one.

    Where a part was replaced, the engine is asked to learn a new baseline of the component from the snapshots
    to come. Closing silences nothing: an alarm that stands stands on, and a later ring asks for an
    acknowledgement.

    Args:
        store: holds the assessment.
        assessment: the assessment of the alarm.
        alarm: the alarm that was looked into.
        outcome: what was found.
        act: the operator, session and times.

    Raises:
        OperatingError: the outcome contradicts itself, or does not fit the alarm.
    """
    said = replace(outcome, note=worded(outcome.note), photo=worded(outcome.photo))
    fault = outcome_fault(said, alarm.component)
    if fault:
        raise OperatingError(fault)
    fact = _fact(EventKind.CLOSED, act, alarm.ring, **said.to_detail())

    answer = _store(store, assessment, (), act, lambda _: (fact,))
    if said.replaced and begins_baseline(assessment, act):
        detail = {"component": alarm.component, "since": act.at.isoformat()}
        store.request(assessment, Action.RELEARN, by=act.who.by, now=act.now, at=act.at, detail=detail)
    return answer


def begins_baseline(assessment: Assessment, act: Act) -> bool:
    """Return whether a replaced part begins a new baseline: that of a watched machine, not of a replay."""
    return assessment.live and not act.session


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
    """Shelve an alarm for some recording time from the playhead on.

    Args:
        store: holds the assessment.
        assessment: the assessment of the alarm.
        alarm: the alarm to shelve.
        span: the duration.
        reason: the reason in words, which is required.
        act: the operator, session and times.
        longest: the longest span that the settings allow.

    Raises:
        OperatingError: there is no reason, or the span is too long.
    """
    words = worded(reason)
    if not words:
        raise OperatingError("a shelf needs a reason (--reason), so that the next operator knows it")
    if not timedelta(0) < span <= longest:
        raise OperatingError(
            f"an alarm may be shelved for at most {longest.total_seconds() / 3600:g} h (alarms.shelf_hours)"
        )
    until = shifted(act.at, span).isoformat()
    fact = _fact(EventKind.SHELVED, act, alarm.ring, reason=words, until=until)
    place = place_of(alarm.ring.alarm)

    def decision(earlier: tuple[Event, ...]) -> Event | Sequence[NewEvent]:
        holding = (shelf.event for shelf in shelves_of(earlier).get(place, ()) if shelf.holds(act.at))
        return next(holding, None) or (fact,)

    return _store(store, assessment, SHELF_KINDS, act, decision)


def unshelve(
    store: Store,
    assessment: Assessment,
    alarm: Alarm,
    act: Act,
) -> Acknowledged:
    """Unshelve an alarm, which acknowledges its ring.

    Args:
        store: holds the assessment.
        assessment: the assessment of the alarm.
        alarm: the shelved alarm.
        act: the operator, session and times.

    Raises:
        OperatingError: it is not shelved.
    """
    place = place_of(alarm.ring.alarm)

    def decision(earlier: tuple[Event, ...]) -> Event | Sequence[NewEvent]:
        shelves = shelves_of(earlier).get(place, ())
        holding = [shelf.event for shelf in shelves if shelf.holds(act.at)]
        known = {shelf.event.seq for shelf in shelves}
        first = next((event for event in reversed(earlier) if event.detail.get("shelf") in known), None)
        if holding:
            return [_fact(EventKind.UNSHELVED, act, alarm.ring, shelf=shelf.seq) for shelf in holding]
        if first is None:
            raise OperatingError(f"the alarm {clean_text(words_of(alarm.key))} is not shelved")
        return first

    return _store(store, assessment, SHELF_KINDS, act, decision)


def retire(
    store: Store,
    assessment: Assessment,
    component: str,
    reason: str,
    act: Act,
) -> Acknowledged:
    """Take a component out of service: scoring continues, but its alarms need no acknowledgement.

    Args:
        store: holds the assessment.
        assessment: the assessment of the component.
        component: its name.
        reason: the reason in words, which is required.
        act: the operator, session and times.

    Raises:
        OperatingError: there is no reason, or the component is unknown.
    """
    words = worded(reason)
    if not words:
        raise OperatingError("taking a component out of service needs a reason (--reason)")
    _known(assessment, component)
    detail = {**act.who.plain(), "reason": words}
    fact = NewEvent(EventKind.RETIRED, act.at, "component", component, session=act.session, detail=detail)

    def decision(earlier: tuple[Event, ...]) -> Event | Sequence[NewEvent]:
        return retired_at(earlier, act.at).get(component) or (fact,)

    return _store(store, assessment, SERVICE_KINDS, act, decision)


def reinstate(
    store: Store,
    assessment: Assessment,
    component: str,
    act: Act,
) -> Acknowledged:
    """Return a component to service; `RELEARN` is the advice for that.

    Args:
        store: holds the assessment.
        assessment: the assessment of the component.
        component: its name.
        act: the operator, session and times.

    Raises:
        OperatingError: the component is not out of service, or it is unknown.
    """
    _known(assessment, component)

    def decision(earlier: tuple[Event, ...]) -> Event | Sequence[NewEvent]:
        own = [event for event in earlier if event.component == component]
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
        return facts or back[out[-1].seq]

    return _store(store, assessment, SERVICE_KINDS, act, decision)


def _known(assessment: Assessment, component: str) -> None:
    if component not in assessment.components:
        names = ", ".join(assessment.components)
        raise OperatingError(
            f"{clean_text(component)!r} is not a component of {assessment.machine}; it has"
            f" {clean_text(names)}"
        )


def _fact(kind: EventKind, act: Act, ring: Event, **detail: object) -> NewEvent:
    told = {**act.who.plain(), **detail}
    return NewEvent(kind, act.at, ring.source, ring.component, ring.alarm, ring.seq, act.session, told)


def _store(
    store: Store,
    assessment: Assessment,
    kinds: Iterable[EventKind],
    act: Act,
    decision: Callable[[tuple[Event, ...]], Event | Sequence[NewEvent]],
    ring: int | None = None,
) -> Acknowledged:
    """Store the new events of a decision, or return the operator who was first."""
    first = store.decide(assessment, kinds, act.session, decision, act.now, ring=ring)
    if first is None:
        return Acknowledged(True, act.who.by, act.at, act.now)
    return Acknowledged(False, str(first.detail.get("by", "")), first.at, first.recorded_at)
