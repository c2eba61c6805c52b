"""Alarms as OPC UA conditions, and what changed between two looks. Pure functions.

A condition is an alarm of Raceway: it is active while the alarm stands, and acknowledged when an operator of
Raceway acknowledged its latest ring. A client that asks for a refresh gets those with `retain`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.alarms.alarm import Alarm
from engine.live.export.machine_state import ENDED, FAILED, SILENT
from engine.records.events import Priority

SEVERITIES = {Priority.LOW: 300, Priority.MEDIUM: 600, Priority.HIGH: 900}
"""Severities of events, of 1 to 1000, by priority."""

ENGINE = "engine"
"""Name of the condition that is active while nothing judges a machine."""

ENGINE_SEVERITIES = {SILENT: 900, FAILED: 900, ENDED: 300}
"""Severities of the engine's condition by the machine's state; it is not active in any other."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a machine.

    Attributes:
        machine: its name.
        component: its source; "" for the machine.
        key: names the condition among those of the machine.
        name: the cause.
        message: a line for a person.
        severity: 1 to 1000.
        active: whether the alarm stands.
        acked: whether an operator acknowledged it.
        suppressed: whether it is shelved or out of service.
        comment: of the acknowledgement.
        operator: who acknowledged it.
        at: wall clock of the last change.
    """

    machine: str
    component: str
    key: str
    name: str
    message: str
    severity: int
    active: bool
    acked: bool
    suppressed: bool = False
    comment: str = ""
    operator: str = ""
    at: datetime | None = field(default=None, compare=False)

    @property
    def retain(self) -> bool:
        """Whether a client that comes later should learn of it."""
        return self.active or not self.acked

    @property
    def event_id(self) -> bytes:
        """Return the number of its event; the same fact has the same number after a restart."""
        facts = repr(replace(self, at=None))
        return hashlib.sha256(f"{facts}{self.at}".encode()).digest()[:16]


def conditions_of(machine: str, alarms: Iterable[Alarm]) -> dict[str, Condition]:
    """Return the conditions of alarms, those that are over too, by key."""
    return {one.key: _condition(machine, one) for one in alarms}


def engine_condition(machine: str, state: Mapping[str, Any], now: datetime) -> Condition:
    """Return the condition of the engine of a machine.

    Args:
        machine: its name.
        state: of `machine_state`.
        now: the wall clock.
    """
    word, message = str(state["state"]), str(state["message"])
    active = word in ENGINE_SEVERITIES
    said = f"{word}: {message}" if message and active else word
    return Condition(
        machine,
        "",
        ENGINE,
        ENGINE,
        said if active else "the engine judges the machine, or says why it waits",
        ENGINE_SEVERITIES.get(word, 1),
        active,
        # Nobody acknowledges it: it ends when the engine is back.
        acked=True,
        at=now,
    )


def changed(before: Mapping[str, Condition], after: Mapping[str, Condition]) -> list[Condition]:
    """Return the conditions that changed between two looks, by key each; those that vanished come first."""
    vanished = [
        replace(one, active=False, acked=True)
        for key, one in before.items()
        if key not in after and one.retain
    ]
    return vanished + [one for key, one in after.items() if before.get(key) != one]


def _condition(machine: str, alarm: Alarm) -> Condition:
    answer = alarm.acknowledgement
    detail: Mapping[str, object] = {} if answer is None else answer.detail
    events = [alarm.ring, alarm.cleared, answer, alarm.shelf, alarm.closed]
    return Condition(
        machine,
        alarm.component,
        alarm.key,
        str(alarm.cause),
        _message(alarm),
        SEVERITIES[alarm.priority],
        alarm.stands,
        acked=not alarm.unanswered,
        suppressed=alarm.put_away,
        comment=str(detail.get("comment", "")),
        operator=str(detail.get("by", "")),
        at=max(one.recorded_at for one in events if one is not None),
    )


def _message(alarm: Alarm) -> str:
    words = [f"{alarm.component or alarm.source}: {alarm.cause}", f"{alarm.priority.value} priority"]
    if alarm.severity is not None:
        words.append(f"severity {alarm.severity:.2f}")
    if alarm.surface:
        words.append(alarm.surface)
    return ", ".join(words)
