"""Conversion of rows of the store into records, and of new events into rows."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, NewEvent
from engine.records.stored_settings import stored_settings
from engine.store import schema


def assessments_query() -> Select[Any]:
    """Select assessments with the names of their machines."""
    return select(schema.assessment, schema.machine.c.name.label("machine")).join_from(
        schema.assessment, schema.machine
    )


def assessment_of(row: Row[Any]) -> Assessment:
    """Return the assessment of a row of `assessments_query`."""
    layout = json.loads(row.layout)
    return Assessment(
        id=row.id,
        machine_id=row.machine_id,
        machine=row.machine,
        key=row.key,
        model=row.model,
        seed=row.seed,
        run=row.run,
        expected=row.expected,
        created_at=row.created_at,
        components=tuple(layout["components"]),
        channels=tuple(tuple(numbers) for numbers in layout["channels"]),
        units=tuple(layout["units"]),
        settings=stored_settings(json.loads(row.settings)),
    )


def event_row(assessment: Assessment, fact: NewEvent, now: datetime) -> dict[str, Any]:
    """Return the values of a new event for its table."""
    return {
        "machine_id": assessment.machine_id,
        "assessment_id": assessment.id,
        "kind": fact.kind.value,
        "at": fact.at,
        "recorded_at": now,
        "source": fact.source,
        "component": fact.component,
        "alarm": fact.alarm,
        "ring": fact.ring,
        "session": fact.session,
        "detail": json.dumps(fact.detail),
    }


def event_of(row: Row[Any]) -> Event:
    """Return the event of a row of its table."""
    return Event(
        seq=row.seq,
        kind=EventKind(row.kind),
        at=row.at,
        recorded_at=row.recorded_at,
        source=row.source,
        component=row.component,
        alarm=row.alarm,
        ring=row.ring,
        session=row.session,
        detail=json.loads(row.detail),
    )
