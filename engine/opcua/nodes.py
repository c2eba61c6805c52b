"""The nodes of machines in an OPC UA address space. Their values change; clients cannot write them."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.server import Server
from asyncua.ua.status_codes import StatusCodes

from engine.opcua.looks import Look
from replay.recording import clean_text

NAMESPACE = "urn:raceway"

EMPTY: Mapping[ua.VariantType, Any] = {
    ua.VariantType.String: "",
    ua.VariantType.Boolean: False,
    ua.VariantType.DateTime: None,
    ua.VariantType.Double: math.nan,
    ua.VariantType.UInt32: 0,
}
"""Values of variables before their first write."""

PARTS = "Components"
"""Folder of a machine's components: a component may have the name of a variable."""

BLIND = StatusCodes.BadNoCommunication
"""Status of a value while nothing judges the machine, or while the store cannot be read."""

STALE = StatusCodes.UncertainLastUsableValue
"""Status of a last known value that is not current."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A variable of a machine: its name, its type, and its value at a look."""

    name: str
    kind: ua.VariantType
    value: Callable[[Look], Any]


MACHINE = (
    Fact("State", ua.VariantType.String, lambda one: one.state["state"]),
    Fact("Current", ua.VariantType.Boolean, lambda one: one.state["current"]),
    Fact("Priority", ua.VariantType.String, lambda one: one.state["priority"] or ""),
    Fact("Message", ua.VariantType.String, lambda one: clean_text(str(one.state["message"]))),
    Fact("Time", ua.VariantType.DateTime, lambda one: one.time),
    Fact("AgeSeconds", ua.VariantType.Double, lambda one: one.state["age_seconds"]),
    Fact("HeartbeatAgeSeconds", ua.VariantType.Double, lambda one: one.beat_age),
    Fact("Standing", ua.VariantType.UInt32, lambda one: sum(map(_stands, one.state["alarms"]))),
    Fact("Unacknowledged", ua.VariantType.UInt32, lambda one: sum(map(_waits, one.state["alarms"]))),
)
"""Variables of a machine."""


def _stands(alarm: Mapping[str, Any]) -> bool:
    return bool(alarm["stands"])


def _waits(alarm: Mapping[str, Any]) -> bool:
    return not alarm["acknowledged"]


class Nodes:
    """The nodes of all machines below the object Raceway.

    Attributes:
        root: the object Raceway; it also emits all events.
    """

    def __init__(self, server: Server, space: int, root: Node, machines: Node) -> None:
        """Keep the nodes of the server; `made` adds them.

        Args:
            server: of the OPC UA library.
            space: index of the namespace.
            root: the node above all machines.
            machines: the folder of the machines.
        """
        self._server, self._space, self.root, self._machines = server, space, root, machines
        self._components: dict[str, tuple[str, ...]] = {}
        self._values: dict[str, tuple[Any, int, datetime | None]] = {}

    @classmethod
    async def made(cls, server: Server) -> "Nodes":
        """Add the object Raceway and return it without machines."""
        space = await server.register_namespace(NAMESPACE)
        root = await server.nodes.objects.add_object(node_id("Raceway", space), f"{space}:Raceway")
        await root.set_event_notifier([ua.EventNotifier.SubscribeToEvents])
        machines = await root.add_folder(node_id("Machines", space), f"{space}:Machines")
        found = cls(server, space, root, machines)
        await found._variable(root, "Raceway/LastRead", "LastRead", ua.VariantType.DateTime)
        await found._variable(root, "Raceway/Trouble", "Trouble", ua.VariantType.String)
        return found

    def machine(self, name: str) -> ua.NodeId:
        """Return the node id of a machine."""
        return node_id(f"Machines/{_level(name)}", self._space)

    def condition(self, machine: str, key: str) -> ua.NodeId:
        """Return the condition id of an alarm; the address space holds no node for it."""
        return node_id(f"Machines/{_level(machine)}/Alarms/{key}", self._space)

    async def show(self, looks: Iterable[Look], now: datetime) -> None:
        """Take the values of a look at the store; add nodes of new machines, remove those of lost ones."""
        shown = {one.machine: one for one in looks}
        for name in self._components.keys() - shown.keys():
            await self._remove(name)
        for name, look in shown.items():
            components = tuple(look.state["components"])
            if self._components.get(name) != components:
                await self._remove(name)
                await self._add(name, components)
            await self._write_machine(look)
        await self._write("Raceway/LastRead", now, ua.VariantType.DateTime)
        await self._write("Raceway/Trouble", "", ua.VariantType.String)

    async def hide(self, trouble: str) -> None:
        """Let every value be bad, because the store cannot be read; the reason is a value of its own."""
        for name, components in self._components.items():
            place = f"Machines/{_level(name)}"
            for fact in MACHINE:
                await self._write(f"{place}/{fact.name}", None, fact.kind, BLIND)
            for component in components:
                for label, kind in COMPONENT.items():
                    await self._write(f"{place}/{PARTS}/{_level(component)}/{label}", None, kind, BLIND)
        await self._write("Raceway/Trouble", clean_text(trouble), ua.VariantType.String)

    async def _write_machine(self, look: Look) -> None:
        place = f"Machines/{_level(look.machine)}"
        for fact in MACHINE:
            value = fact.value(look)
            status = BLIND if value is None else StatusCodes.Good
            await self._write(f"{place}/{fact.name}", value, fact.kind, status)
        is_current = look.state["current"]
        for name, values in look.state["components"].items():
            own = f"{place}/{PARTS}/{_level(name)}"
            severity, last = values["severity"], values["last_severity"]
            status = BLIND if severity is None else StatusCodes.Good
            await self._write(f"{own}/Severity", severity, COMPONENT["Severity"], status, look.time)
            status = BLIND if last is None else StatusCodes.Good if is_current else STALE
            await self._write(f"{own}/LastSeverity", last, COMPONENT["LastSeverity"], status, look.time)
            quality = values["quality"]
            status = BLIND if quality is None else StatusCodes.Good if is_current else STALE
            await self._write(f"{own}/Quality", quality, COMPONENT["Quality"], status, look.time)

    async def _add(self, name: str, components: tuple[str, ...]) -> None:
        machine = await self._machines.add_object(self.machine(name), self._label(name))
        await machine.set_event_notifier([ua.EventNotifier.SubscribeToEvents])
        place = f"Machines/{_level(name)}"
        for fact in MACHINE:
            await self._variable(machine, f"{place}/{fact.name}", fact.name, fact.kind)
        parts = await machine.add_folder(node_id(f"{place}/{PARTS}", self._space), self._label(PARTS))
        for component in components:
            own = f"{place}/{PARTS}/{_level(component)}"
            node = await parts.add_object(node_id(own, self._space), self._label(component))
            for label, kind in COMPONENT.items():
                await self._variable(node, f"{own}/{label}", label, kind)
        self._components[name] = components

    async def _remove(self, name: str) -> None:
        if self._components.pop(name, None) is None:
            return
        await self._server.delete_nodes([self._server.get_node(self.machine(name))], recursive=True)
        place = f"Machines/{_level(name)}/"
        self._values = {key: one for key, one in self._values.items() if not key.startswith(place)}

    def _label(self, name: str) -> ua.QualifiedName:
        return ua.QualifiedName(clean_text(name), self._space)

    async def _variable(self, parent: Node, place: str, name: str, kind: ua.VariantType) -> None:
        await parent.add_variable(node_id(place, self._space), self._label(name), EMPTY[kind], kind)

    async def _write(
        self,
        place: str,
        value: Any,
        kind: ua.VariantType,
        status: int = StatusCodes.Good,
        source: datetime | None = None,
    ) -> None:
        """Write a value that changed.

        Args:
            place: the node's id.
            value: None where there is none.
            kind: type of the variable.
            status: of the value.
            source: time of the value; the wall clock where there is none.
        """
        if self._values.get(place) == (value, status, source):
            return
        self._values[place] = value, status, source
        now = datetime.now(UTC)
        variant = ua.Variant(value, kind) if value is not None else ua.Variant()
        data = ua.DataValue(
            variant,
            ua.StatusCode(ua.UInt32(status)),
            SourceTimestamp=_time(source or now),
            ServerTimestamp=_time(now),
        )
        await self._server.write_attribute_value(node_id(place, self._space), data)


COMPONENT = {
    "Severity": ua.VariantType.Double,
    "LastSeverity": ua.VariantType.Double,
    "Quality": ua.VariantType.String,
}
"""Variables of a component, and their types."""


def node_id(place: str, space: int) -> ua.NodeId:
    """Return the id of a node of this server."""
    return ua.NodeId(ua.String(place), ua.Int16(space))


def _time(at: datetime) -> ua.DateTime:
    return cast("ua.DateTime", at)


def _level(name: str) -> str:
    """Return a name as a level of a node id: only what parts levels is encoded."""
    return name.replace("%", "%25").replace("/", "%2F")
