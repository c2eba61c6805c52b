"""Proposals to learn again: a pure fold over events, and what a proposal says of the alarms since.

A proposal is a bundle beside the one in use. It never rings: its raises and returns are events of the kind
"proposal", and no alarm is folded from them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.records.events import Cause, Event, EventKind, NewEvent
from engine.records.payloads import Ring
from engine.records.stored_values import integer, words


class Step(StrEnum):
    """Step in the life of a proposal: an event's `step`."""

    BEGUN = "begun"
    LEARNED = "learned"
    FAILED = "failed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RAISES = "would raise"
    CLEARS = "would clear"


ENDS = frozenset({Step.FAILED, Step.ACCEPTED, Step.REFUSED, Step.WITHDRAWN})
OPEN = frozenset({Step.BEGUN, Step.LEARNED})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as of its newest event.

    Attributes:
        first: recording time of the first snapshot that it is learned from.
        last: recording time of the last one.
        snapshots: how many there are.
        reason: why it was begun, in words.
        step: the newest step of its life.
        begun: its first event.
        learned: the event that named its bundle, None before.
        ended: the event that ended it, None while it stands.
    """

    first: datetime
    last: datetime
    snapshots: int
    reason: str
    step: Step
    begun: Event
    learned: Event | None = None
    ended: Event | None = None

    @property
    def bundle(self) -> str:
        """Return the digest of its bundle, "" before it is learned."""
        return "" if self.learned is None else words(self.learned.detail.get("bundle"))

    @property
    def name(self) -> str:
        """Return the name of its bundle in the state folder, "" before it is learned."""
        return "" if self.learned is None else words(self.learned.detail.get("name"))

    @property
    def stands(self) -> bool:
        """Return whether it is learned and waits for a person."""
        return self.step is Step.LEARNED


@dataclass(frozen=True, slots=True)
class Verdict:
    """A proposal beside the alarms since it was begun: names of components, sorted.

    Attributes:
        raised: components on which the proposal alone would have raised an alarm.
        silenced: components whose alarm it would not have raised.
        standing: of these, components whose alarm stands now.
        both: components on which both raised an alarm.
    """

    raised: tuple[str, ...]
    silenced: tuple[str, ...]
    standing: tuple[str, ...]
    both: tuple[str, ...]


@dataclass(slots=True)
class _Episode:
    component: str
    begin: int
    end: int | None = None


def step_of(event: Event) -> Step | None:
    """Return the step that an event states, None for another event or an unknown step."""
    if event.kind is not EventKind.PROPOSAL:
        return None
    text = words(event.detail.get("step"))
    return Step(text) if text in set(Step) else None


def proposals_of(events: Iterable[Event]) -> tuple[Proposal, ...]:
    """Return the proposals of a record, oldest first; at most the last one is open.

    Args:
        events: of the record, in any order. Damaged ones are passed over.
    """
    found: list[Proposal] = []
    for event in sorted(events, key=lambda one: one.seq):
        step = step_of(event)
        if step is Step.BEGUN:
            begun = _begun(event)
            if begun is not None:
                found.append(begun)
        elif step is Step.LEARNED and found and found[-1].step is Step.BEGUN:
            found[-1] = replace(found[-1], step=step, learned=event)
        elif step in ENDS and found and found[-1].step in OPEN:
            found[-1] = replace(found[-1], step=step, ended=event)
    return tuple(found)


def _begun(event: Event) -> Proposal | None:
    try:
        first = datetime.fromisoformat(words(event.detail.get("from")))
        last = datetime.fromisoformat(words(event.detail.get("until")))
    except ValueError:
        return None
    if first.tzinfo is None or last.tzinfo is None:
        return None
    count = integer(event.detail.get("snapshots")) or 0
    return Proposal(first, last, count, words(event.detail.get("reason")), Step.BEGUN, event)


def open_proposal(events: Iterable[Event]) -> Proposal | None:
    """Return the proposal that is being learned or waits for a person, None without one."""
    found = proposals_of(events)
    return found[-1] if found and found[-1].step in OPEN else None


def barred(events: Iterable[Event], bundle: str) -> str:
    """Return why an operator may not switch to a bundle without accepting it; "" where he may.

    Args:
        events: of the record.
        bundle: its digest.
    """
    for proposal in reversed(proposals_of(events)):
        if proposal.bundle != bundle:
            continue
        if proposal.stands:
            return "this bundle is a proposal that nobody accepted (raceway engine proposal accept)"
        if proposal.step is Step.REFUSED and proposal.ended is not None:
            by = words(proposal.ended.detail.get("by")) or "an operator"
            return f"{by} refused this bundle as a proposal; learn another (raceway engine relearn)"
        return ""
    return ""


def verdict_on(proposal: Proposal, events: Iterable[Event]) -> Verdict:
    """Return what a proposal would have silenced and raised.

    An alarm of the present bundle counts as silenced unless an alarm of the proposal stood at the same time.

    Args:
        proposal: learned.
        events: of the record up to the playhead.
    """
    until = None if proposal.ended is None else proposal.ended.seq
    ordered = [
        event
        for event in sorted(events, key=lambda one: one.seq)
        if event.seq > proposal.begun.seq and (until is None or event.seq < until)
    ]
    present, shadow = _present(ordered), _shadow(ordered)
    silenced = [one for one in present if not any(_meet(one, other) for other in shadow)]
    standing = [
        one
        for one in present
        if one.end is None
        and not any(other.component == one.component and other.end is None for other in shadow)
    ]
    raised = [one for one in shadow if not any(_meet(one, other) for other in present)]
    both = [one for one in present if any(_meet(one, other) for other in shadow)]
    return Verdict(*(_names(some) for some in (raised, [*silenced, *standing], standing, both)))


def _present(ordered: Sequence[Event]) -> list[_Episode]:
    episodes: dict[str, _Episode] = {}
    for event in ordered:
        if event.kind is EventKind.RAISED and event.component:
            if Ring.from_detail(event.detail).cause == Cause.LIMIT:
                episodes[event.alarm] = _Episode(event.component, event.seq)
        elif event.kind is EventKind.CLEARED and event.alarm in episodes:
            episodes[event.alarm].end = event.seq
    return list(episodes.values())


def _shadow(ordered: Sequence[Event]) -> list[_Episode]:
    episodes: dict[str, _Episode] = {}
    for event in ordered:
        step, key = step_of(event), words(event.detail.get("alarm"))
        if step is Step.RAISES:
            episodes[key] = _Episode(words(event.detail.get("component")), event.seq)
        elif step is Step.CLEARS and key in episodes:
            episodes[key].end = event.seq
    return list(episodes.values())


def _meet(one: _Episode, other: _Episode) -> bool:
    """Whether two episodes of one component stood at the same time."""
    return (
        one.component == other.component
        and (one.end is None or other.begin <= one.end)
        and (other.end is None or one.begin <= other.end)
    )


def _names(episodes: Iterable[_Episode]) -> tuple[str, ...]:
    return tuple(sorted({one.component for one in episodes}))


def closed_by_hand(events: Iterable[Event]) -> tuple[tuple[Event, str], ...]:
    """Return the raises that an accepted proposal left standing and a person closed, with that person.

    No rule follows such an alarm any more: the state that knew it was of the bundle before.

    Args:
        events: of the record.
    """
    ordered = sorted(events, key=lambda one: one.seq)
    accepted = max((one.seq for one in ordered if step_of(one) is Step.ACCEPTED), default=0)
    raised: dict[str, Event] = {}
    closed: dict[str, str] = {}
    for event in ordered:
        if event.kind is EventKind.RAISED and event.component and event.seq < accepted:
            raised[event.alarm] = event
        elif event.kind is EventKind.CLEARED:
            raised.pop(event.alarm, None)
        elif event.kind is EventKind.CLOSED:
            closed[event.alarm] = words(event.detail.get("by")) or "somebody"
    return tuple((event, closed[key]) for key, event in raised.items() if key in closed)


def proposal_event(step: Step, at: datetime, **detail: object) -> NewEvent:
    """Return the event of a step.

    Args:
        step: the step.
        at: recording time.
        detail: further values, in JSON types; its `message` is shown in the log.
    """
    return NewEvent(EventKind.PROPOSAL, at, "engine", detail={"step": step.value, **detail})


def shadow_events(events: Iterable[NewEvent], standing: frozenset[str]) -> tuple[NewEvent, ...]:
    """Return the raises and returns by the limit that a proposal would have, as events that never ring.

    Args:
        events: that the alarm rules decided on the proposal's scores.
        standing: keys of the alarms that stand in the proposal's state before.
    """
    found = []
    known = set(standing)
    for event in events:
        if event.kind is EventKind.RAISED and event.component:
            ring = Ring.from_detail(event.detail)
            if ring.cause == Cause.LIMIT:
                known.add(event.alarm)
                message = f"the proposed baseline would raise an alarm on {event.component}"
                found.append(_told(Step.RAISES, event, message))
        elif event.kind is EventKind.CLEARED and event.alarm in known and event.component:
            message = f"the proposed baseline would clear its alarm on {event.component}"
            found.append(_told(Step.CLEARS, event, message))
    return tuple(found)


def _told(step: Step, event: NewEvent, message: str) -> NewEvent:
    return proposal_event(step, event.at, component=event.component, alarm=event.alarm, message=message)


def listed(names: Sequence[str]) -> str:
    """Return names as words: "A", "A and B", "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def in_words(verdict: Verdict) -> tuple[str, ...]:
    """Return sentences about a verdict; the one about standing alarms comes first."""
    told = []
    if verdict.standing:
        told.append(f"WOULD SILENCE the alarm on {listed(verdict.standing)}, which still stands")
    past = tuple(name for name in verdict.silenced if name not in verdict.standing)
    if past:
        told.append(f"would have silenced an alarm on {listed(past)} since")
    if verdict.raised:
        told.append(f"would have raised an alarm on {listed(verdict.raised)} that does not exist now")
    if verdict.both:
        told.append(f"raised an alarm on {listed(verdict.both)}, like the present baseline")
    return tuple(told) or ("would have raised and silenced the same alarms as the present baseline",)
