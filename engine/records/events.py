"""Events: plain frozen values that the store keeps and returns.

Times are aware UTC datetimes. `at` is recording time, `recorded_at` is the wall clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """Kind of an event. A raise and an escalation ring."""

    LEARNED = "baseline learned"
    RAISED = "raised"
    ESCALATED = "escalated"
    CLEARED = "cleared"
    DIAGNOSED = "diagnosed"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    CLOSED = "closed"
    ACCEPTED = "baseline accepted"
    STARTED = "engine started"
    FINISHED = "engine finished"
    FAILED = "engine failed"
    STOPPED = "machine stopped"
    RESTARTED = "machine running"
    CONDITION = "condition changed"
    DRIFTED = "errors drifted"
    BUNDLE = "bundle in use"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    RETIRED = "out of service"
    REINSTATED = "returned to service"
    REQUESTED = "requested"
    ANSWERED = "answered"
    NOTIFIED = "notified"
    SENSOR_NOTES = "sensor notes"
    INTAKE_PAUSED = "intake paused"
    INTAKE_RESUMED = "intake resumed"
    BOOKMARKED = "bookmarked"
    RENAMED = "renamed"
    PROPOSAL = "proposal"


RINGS = frozenset({EventKind.RAISED, EventKind.ESCALATED})

OPERATOR_KINDS = frozenset(
    {
        EventKind.ACKNOWLEDGED,
        EventKind.NOTED,
        EventKind.CLOSED,
        EventKind.SHELVED,
        EventKind.UNSHELVED,
        EventKind.RETIRED,
        EventKind.REINSTATED,
    }
)
"""Actions of operators on alarms. Each belongs to the session in which it was done, and to no other."""


class Action(StrEnum):
    """Request of an operator to the engine."""

    ACCEPT = "accept"
    RELEARN = "relearn"
    ACCEPT_PROPOSAL = "accept the proposal"
    REFUSE_PROPOSAL = "refuse the proposal"
    SWITCH = "switch"
    RENAME = "rename"
    RETRY = "retry"
    STOP = "stop"


class Priority(StrEnum):
    """How soon somebody must act, in order: low is an advisory, medium a limit crossed, high severe.

    Members compare by urgency with <, <=, >, >=, max and sorted; not by their letters as other text does.
    """

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Return the urgency as a number, 0 for the lowest: for sort keys with the most urgent first."""
        return _RANKS[self]

    def __lt__(self, other: str) -> bool:
        return self.rank < Priority(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Priority(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Priority(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Priority(other).rank


_RANKS = {priority: rank for rank, priority in enumerate(Priority)}


class Cause(StrEnum):
    """Cause of an alarm."""

    LIMIT = "limit"
    TREND = "trend"
    SENSOR_DEAD = "sensor dead"
    SENSOR_CLIPPED = "sensor clipped"
    STOPPED = "stopped"
    NO_DATA = "no data"
    REFUSED = "recordings refused"
    CONDITION = "condition changed"
    ENGINE_FAILED = "engine failed"
    RECORDER_CLOCK = "recorder clock"
    LAYOUT_CHANGED = "layout changed"
    MODEL_MISSING = "model missing"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before the store numbers it. `ring` is the seq that an acknowledgement saw."""

    kind: EventKind
    at: datetime
    source: str = "engine"
    component: str = ""
    alarm: str = ""
    ring: int | None = None
    session: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event. `session` is empty for the live record and for events of the engine."""

    seq: int
    kind: EventKind
    at: datetime
    recorded_at: datetime
    source: str
    component: str
    alarm: str
    ring: int | None
    session: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Result of an acknowledgement: stored, or another operator was first."""

    stored: bool
    by: str
    at: datetime
    recorded_at: datetime


def event_record(event: Event) -> dict[str, Any]:
    """Return an event in JSON types."""
    return {
        "seq": event.seq,
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "source": event.source,
        "component": event.component or None,
        "alarm": event.alarm or None,
        "ring": event.ring,
        "detail": dict(event.detail),
    }
