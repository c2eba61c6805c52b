"""The evidence for surfaces and alarms of one machine: the diagnoses, and the share of bands in each ring."""

from typing import Any

from engine.api.facts import Desk
from engine.records.events import RINGS, EventKind, event_record

KINDS = RINGS | {EventKind.DIAGNOSED}


def evidence(desk: Desk, component: str | None, after: int, most: int) -> dict[str, Any]:
    """Return the events that carry evidence, oldest first: fault lines, bands, errors, ways to the limit.

    Args:
        desk: of the machine.
        component: only of this component; None for all.
        after: only events after this number.
        most: events in the answer at most.
    """
    found = [
        event
        for event in desk.events
        if event.kind in KINDS and event.seq > after and component in (None, event.component)
    ]
    return {"machine": desk.assessment.machine, "evidence": [event_record(event) for event in found[:most]]}
