"""The arrangement of the list of machines: order, words, healthy ones hidden; and the alarms of all."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.data.fleet import Standing, urgency

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm


class Order(StrEnum):
    """The order of the machines."""

    URGENCY = "urgency"
    NAME = "name"
    SEVERITY = "severity"
    AGE = "age of data"


@dataclass(frozen=True, slots=True)
class FleetView:
    """The arrangement: order, words that a machine's name or worst bearing must have, healthy ones hidden.

    `alarms` lists the alarms of all machines instead of the machines.
    """

    order: Order = Order.URGENCY
    words: str = ""
    hides_healthy: bool = False
    alarms: bool = False

    def reordered(self) -> "FleetView":
        """Return the arrangement in the next order."""
        orders = tuple(Order)
        return replace(self, order=orders[(orders.index(self.order) + 1) % len(orders)])


@dataclass(frozen=True, slots=True)
class FleetAlarm:
    """An open alarm, and the machine that it belongs to."""

    standing: Standing
    alarm: "Alarm"

    @property
    def key(self) -> str:
        """Return a name of the alarm among those of all machines."""
        return f"{self.standing.assessment.machine}\n{self.alarm.key}"


def arranged(fleet: tuple[Standing, ...], view: FleetView) -> tuple[Standing, ...]:
    """Return the machines that are listed, in order."""
    words = view.words.casefold().split()
    listed = [
        one
        for one in fleet
        if not (view.hides_healthy and one.healthy)
        and all(word in f"{one.assessment.machine} {one.worst}".casefold() for word in words)
    ]
    match view.order:
        case Order.NAME:
            listed.sort(key=lambda one: one.assessment.machine.casefold())
        case Order.SEVERITY:
            listed.sort(key=lambda one: (-one.latest.known, one.assessment.machine))
        case Order.AGE:
            listed.sort(key=lambda one: (-(one.age if one.age is not None else -1.0), one.assessment.machine))
        case _:
            listed.sort(key=urgency)
    return tuple(listed)


def alarms_of(fleet: tuple[Standing, ...]) -> tuple[FleetAlarm, ...]:
    """Return the open alarms of all machines: unacknowledged ones first, then by priority and ring."""
    found = [FleetAlarm(one, alarm) for one in fleet for alarm in one.open_alarms]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                not one.alarm.needs_acknowledgement,
                one.alarm.put_away,
                -one.alarm.priority.rank,
                -one.alarm.ring.recorded_at.timestamp(),
            ),
        )
    )


def machine_beside(names: tuple[str, ...], name: str, by: int) -> str:
    """Return the machine so many places on in the order of names; after the last comes the first."""
    ordered = sorted(names, key=str.casefold)
    if name not in ordered:
        return ordered[0] if ordered else ""
    return ordered[(ordered.index(name) + by) % len(ordered)]


def standings(extra: object) -> tuple[Standing, ...]:
    """Return the machines that were read, none before that."""
    if not isinstance(extra, tuple):
        return ()
    return tuple(one for one in extra if isinstance(one, Standing))
