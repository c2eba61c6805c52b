"""Makes alarms to acknowledge, and reads their acknowledgements."""

from pathlib import Path

from engine.records.events import Event, EventKind, NewEvent
from engine.store.store import Store
from tests.tui import synthetic


def acknowledgements(state: Path) -> list[Event]:
    with Store.open(state) as store:
        events = store.events(store.assessments()[-1], "night shift")
    return [event for event in events if event.kind is EventKind.ACKNOWLEDGED]


def two_alarms(position: int) -> tuple[NewEvent, ...]:
    if position != 105:
        return ()
    detail = {"cause": "limit", "priority": "medium", "severity": 1.02}
    when = synthetic.at(position)
    return (NewEvent(EventKind.RAISED, when, "component", "Bearing 3", "b3", detail=detail),)
