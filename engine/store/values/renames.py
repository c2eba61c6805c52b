"""Renames of components, read from their events in the same transaction as the rows that they translate."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select

from engine.records.events import Event, EventKind
from engine.records.renames import Rename, after, renamed_detail, renamed_events, renamed_key
from engine.store import schema
from engine.store.values.damage import DamagedError, Note
from engine.store.values.rows import events_of, mapping_of

_OWN: BindParameter[int] = bindparam("assessment")

_RENAMES = (
    select(schema.event)
    .where(schema.event.c.assessment_id == _OWN, schema.event.c.kind == EventKind.RENAMED.value)
    .order_by(schema.event.c.seq)
)


_RENAMES_OF_EACH = (
    select(schema.event)
    .where(
        schema.event.c.assessment_id.in_(bindparam("some", expanding=True)),
        schema.event.c.kind == EventKind.RENAMED.value,
    )
    .order_by(schema.event.c.assessment_id, schema.event.c.seq)
)


def renames_of(connection: Connection, assessment_id: int, note: Note) -> tuple[Rename, ...]:
    """Return the renames of a record, the oldest first; one that is damaged is noted and left out."""
    return _renames(connection.execute(_RENAMES, {"assessment": assessment_id}).all(), note)


def renames_of_each(
    connection: Connection, assessment_ids: Sequence[int], note: Note
) -> dict[int, tuple[Rename, ...]]:
    """Return the renames of each record that has some, by its id; as `renames_of`."""
    rows = connection.execute(_RENAMES_OF_EACH, {"some": assessment_ids}).all()
    return {
        number: _renames(list(own), note) for number, own in groupby(rows, key=lambda row: row.assessment_id)
    }


def _renames(rows: Sequence[Row[Any]], note: Note) -> tuple[Rename, ...]:
    found = []
    for event in events_of(rows, note):
        names = event.detail["names"]
        if isinstance(names, dict):
            found.append(Rename(event.seq, {str(old): str(new) for old, new in names.items()}))
    return tuple(found)


def current_events(
    connection: Connection, assessment_id: int, rows: Sequence[Row[Any]], note: Note
) -> list[Event]:
    """Make events of rows of one record, under the component names of today.

    Args:
        connection: of the transaction that read the rows.
        assessment_id: of their record.
        rows: of the table of events.
        note: takes the events that are damaged beyond use, which are left out.
    """
    return renamed_events(events_of(rows, note), renames_of(connection, assessment_id, note)) if rows else []


def renamed_row(values: dict[str, Any], renames: tuple[Rename, ...]) -> dict[str, Any]:
    """Return the values of an event's row under the names of today; `detail` is JSON text."""
    for names in after(values["seq"], renames):
        component = str(values["component"])
        values = {
            **values,
            "component": names.get(component, component),
            "alarm": renamed_key(str(values["alarm"]), component, names),
        }
        try:
            detail = mapping_of(values["detail"])
        except DamagedError:
            continue
        changed = renamed_detail(detail, names)
        if changed is not detail:
            values["detail"] = json.dumps(changed)
    return values
