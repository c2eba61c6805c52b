"""Conditions as OPC UA events, given to every client that subscribed; and to one that asks for a refresh."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from asyncua import ua
from asyncua.common.event_objects import AlarmCondition
from asyncua.common.methods import uamethod
from asyncua.server.server import Server
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from engine.opcua.conditions import ENGINE, Condition
from engine.opcua.nodes import Nodes
from replay.recording import clean_text

CLASSES = {
    True: (ObjectIds.SystemConditionClassType, "System"),
    False: (ObjectIds.MaintenanceConditionClassType, "Maintenance"),
}
"""Class of a condition: whether it is that of an engine."""


class Events:
    """Sends the events of conditions from the machine's node, from Raceway, and from the server."""

    def __init__(self, server: Server, nodes: Nodes) -> None:
        """Answer refreshes; refuse every acknowledgement, because it has no operator's name."""
        self._server, self._nodes = server, nodes
        self._retained: dict[tuple[str, str], Any] = {}
        for refresh in (
            ObjectIds.ConditionType_ConditionRefresh,
            ObjectIds.ConditionType_ConditionRefresh2,
        ):
            server.link_method(server.get_node(_standard(refresh)), self._refresh)
        for change in REFUSED:
            server.link_method(server.get_node(_standard(change)), _refuse)

    async def publish(self, conditions: Iterable[Condition], *, silently: bool = False) -> None:
        """Send the events of conditions that changed; with `silently` only a refresh gives them."""
        for one in conditions:
            event = self._event(one)
            if one.retain:
                self._retained[one.machine, one.key] = event
            else:
                self._retained.pop((one.machine, one.key), None)
            if not silently:
                for number in tuple(self._service.subscriptions):
                    await self._send(event, number)

    @property
    def _service(self) -> Any:
        return self._server.iserver.subscription_service

    async def _send(self, event: Any, subscription: int, item: int | None = None) -> None:
        """Send an event to a subscription, or to one of its items, by each node that it watches."""
        found = self._service.subscriptions.get(subscription)
        if found is None:
            return
        for node in (event.SourceNode, self._nodes.root.nodeid, _standard(ObjectIds.Server)):
            event.emitting_node = node
            watched = found.monitored_item_srv
            if item is None:
                await watched.trigger_event(event)
            elif item in watched._monitored_events.get(node, ()):
                await watched.trigger_event(event, item)

    @uamethod
    async def _refresh(
        self, _parent: Any, subscription: int, item: int | None = None
    ) -> ua.StatusCode | None:
        """Send every condition that is retained to the subscription that asks."""
        service = self._service
        if subscription not in service.subscriptions:
            return ua.StatusCode(ua.UInt32(StatusCodes.BadSubscriptionIdInvalid))
        marks = service.standard_events
        if ObjectIds.RefreshStartEventType in marks:
            await marks[ObjectIds.RefreshStartEventType].trigger(subscription_id=subscription)
        for event in tuple(self._retained.values()):
            await self._send(event, subscription, item)
        if ObjectIds.RefreshEndEventType in marks:
            await marks[ObjectIds.RefreshEndEventType].trigger(subscription_id=subscription)
        return None

    def _event(self, one: Condition) -> Any:
        """Return the event that states a condition."""
        now = datetime.now(UTC)
        make: Any = AlarmCondition
        event = make(self._nodes.machine(one.machine), clean_text(one.message), one.severity)
        number, name = CLASSES[one.key == ENGINE]
        source = f"{one.machine} / {one.component}" if one.component else one.machine
        event.add_property("NodeId", self._nodes.condition(one.machine, one.key), ua.VariantType.NodeId)
        event.EventId = one.event_id
        event.SourceName = clean_text(source)
        event.Time, event.ReceiveTime = one.at or now, now
        event.ConditionClassId, event.ConditionClassName = _standard(number), ua.LocalizedText(name)
        event.ConditionName = clean_text(one.name)
        event.BranchId, event.Retain = ua.NodeId(), one.retain
        event.EnabledState = ua.LocalizedText("Enabled")
        event.__dict__["EnabledState/Id"] = True
        event.ActiveState = ua.LocalizedText("Active" if one.active else "Inactive")
        event.__dict__["ActiveState/Id"] = one.active
        event.AckedState = ua.LocalizedText("Acknowledged" if one.acked else "Unacknowledged")
        event.__dict__["AckedState/Id"] = one.acked
        event.SuppressedOrShelved = one.suppressed
        event.Quality = ua.StatusCode(ua.UInt32(StatusCodes.Good))
        event.LastSeverity = one.severity
        event.Comment = ua.LocalizedText(clean_text(one.comment))
        event.ClientUserId = clean_text(one.operator)
        return event


REFUSED = (
    ObjectIds.AcknowledgeableConditionType_Acknowledge,
    ObjectIds.AcknowledgeableConditionType_Confirm,
    ObjectIds.ConditionType_AddComment,
    ObjectIds.ConditionType_Enable,
    ObjectIds.ConditionType_Disable,
)
"""Methods that would change an alarm."""


def _standard(number: int) -> ua.NodeId:
    """Return the id of a node of the standard."""
    return ua.NodeId(ua.Int32(number))


async def _refuse(_parent: Any, *_given: Any) -> ua.StatusCode:
    return ua.StatusCode(ua.UInt32(StatusCodes.BadUserAccessDenied))
