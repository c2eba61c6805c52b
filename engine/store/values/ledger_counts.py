"""Counts of the ledger by outcome, without reading years of rows.

An engine notes now and then how many rows of each outcome there are up to a row, as a row of `meta`. A reader
adds the rows behind it. Rows of the ledger are never changed or removed, so the sum is exact.
"""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, insert, select, union_all

from engine.records.intake import Outcome
from engine.store import schema
from engine.store.values.damage import DamagedError
from engine.store.values.rows import mapping_of

COUNTED = "counted "
"""Beginning of the keys in `meta`; the id of the machine follows."""

WORTH = 1000
"""New rows after which an engine notes the counts again: a reader counts so many in a millisecond."""


def _key(machine_id: int) -> str:
    return f"{COUNTED}{machine_id}"


def _noted(connection: Connection, machine_id: int) -> tuple[int, Mapping[str, int]]:
    """Return the row up to which counts were noted, and the counts; 0 and none where they cannot be read."""
    value = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == _key(machine_id)))
    if value is None:
        return 0, {}
    try:
        noted = mapping_of(value)
        return int(noted["to"]), {str(name): int(count) for name, count in noted["counts"].items()}
    except (DamagedError, AttributeError, KeyError, TypeError, ValueError):
        return 0, {}


def counts_of(connection: Connection, machine_id: int, last: int | None = None) -> dict[str, int]:
    """Return the number of rows of a ledger by outcome, up to a row if one is given."""
    columns = schema.intake.c
    noted, counts = _noted(connection, machine_id)
    query = select(columns.outcome, func.count()).where(columns.machine_id == machine_id)
    if noted:
        # With the outcomes, so that an index finds the few rows behind a row.
        known = [outcome.value for outcome in Outcome]
        query = query.where(columns.outcome.in_(known), columns.id > noted)
    if last is not None:
        query = query.where(columns.id <= last)
    found = dict(counts)
    for name, count in connection.execute(query.group_by(columns.outcome)):
        found[str(name)] = found.get(str(name), 0) + count
    return found


def _last(connection: Connection, machine_id: int) -> int:
    """Return the id of a machine's newest row; 0 without one."""
    columns = schema.intake.c
    newest = [
        select(func.max(columns.id).label("id")).where(
            columns.machine_id == machine_id, columns.outcome == outcome.value
        )
        for outcome in Outcome
    ]
    return connection.scalar(select(func.max(union_all(*newest).subquery().c.id))) or 0


def _rows_behind(connection: Connection, machine_id: int, noted: int) -> int:
    """Return the number of rows behind a row, at most `WORTH`."""
    columns = schema.intake.c
    known = [outcome.value for outcome in Outcome]
    some = (
        select(columns.id)
        .where(columns.machine_id == machine_id, columns.outcome.in_(known), columns.id > noted)
        .limit(WORTH)
    )
    return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def has_many_new(connection: Connection, machine_id: int) -> bool:
    """Return whether so many rows are new that their counts are worth a note."""
    noted, _ = _noted(connection, machine_id)
    return _rows_behind(connection, machine_id, noted) >= WORTH


def note(connection: Connection, machine_id: int) -> None:
    """Note the counts within a transaction that the other writes of the machine wait for."""
    last, key = _last(connection, machine_id), _key(machine_id)
    value = json.dumps({"to": last, "counts": counts_of(connection, machine_id, last)})
    connection.execute(delete(schema.meta).where(schema.meta.c.key == key))
    connection.execute(insert(schema.meta).values(key=key, value=value))
