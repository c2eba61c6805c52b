"""Copies a store between a folder and a database, in both ways, portion by portion.

Rows are copied as they lie in the tables, with their keys and checksums. A copy that broke off goes on behind
the last row of each table. At the end each table is compared, row by row.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, column, delete, insert, select, table, tuple_
from sqlalchemy.sql.expression import TableClause

from engine.errors import StoreError
from engine.store import schema
from engine.store.store import Store

AT_ONCE = 500
"""Rows of one transaction."""

REWRITTEN = frozenset({"meta", "assessment", "state", "heartbeat"})
"""Small tables whose rows an engine changes; they are copied whole at the end."""

SOURCE = "copied from"
"""Key of the row of `meta` that says which store a copy is of, until the copy is whole."""

_OF_EACH = (SOURCE, "schema")
"""Keys of the rows of `meta` that each store has of its own."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table that was copied: its name, its rows, and those that this run copied."""

    name: str
    rows: int
    new: int


def copy_store(source: Store, target: Store) -> Iterator[Copied]:
    """Copy all rows; yield each table when it stands and was compared.

    Args:
        source: nobody writes to it meanwhile.
        target: empty, or the beginning of a copy of the same store.

    Raises:
        StoreError: the target holds another store, or differs at the end.
    """
    _claim(source, target)
    ordered = schema.metadata.sorted_tables
    new = {one.name: _copy_new(source, target, one) for one in ordered}
    for one in ordered:
        if one.name in REWRITTEN:
            _update(source, target, one)
    for one in ordered:
        rows = _compared(source, target, one)
        yield Copied(one.name, rows, new[one.name])
    if target.address is not None:
        from engine.store.postgres.dialect import reset_sequences

        target.write(lambda connection: reset_sequences(connection, ordered))
    target.write(lambda connection: _forget_claim(connection))


def _plain(one: Table) -> tuple[TableClause, list[Column[Any]]]:
    """Return a table with the types of the driver, and the columns of its key."""
    return table(one.name, *(column(each.name) for each in one.columns)), list(one.primary_key.columns)


def _claim(source: Store, target: Store) -> None:
    """Mark the target as a copy of the source, or see that it is one."""
    if source.where == target.where:
        raise StoreError(f"{source.where}: is both source and target of the copy; name two stores")
    with target.reading() as connection:
        mine = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == SOURCE))
        is_empty = connection.execute(select(schema.machine.c.id).limit(1)).first() is None
    if mine is None and is_empty:
        row = insert(schema.meta).values(key=SOURCE, value=source.where)
        target.write(lambda connection: connection.execute(row))
    elif mine != source.where:
        raise StoreError(
            f"{target.where}: holds a store already that is no unfinished copy of {source.where}; copy into"
            " an empty one"
        )


def _forget_claim(connection: Connection) -> None:
    connection.execute(delete(schema.meta).where(schema.meta.c.key == SOURCE))


def _copy_new(source: Store, target: Store, one: Table) -> int:
    """Append the rows behind the last one of the target; return how many."""
    if one.name == "meta":
        return 0
    plain, key = _plain(one)
    own = [plain.c[each.name] for each in key]
    copied = 0
    with target.reading() as connection:
        last = connection.execute(
            select(*own).select_from(plain).order_by(*(each.desc() for each in own)).limit(1)
        ).first()
    while True:
        query = select(plain).order_by(*own).limit(AT_ONCE)
        if last is not None:
            query = query.where(tuple_(*own) > tuple_(*last))
        with source.reading() as connection:
            rows = connection.execute(query).all()
        if rows:
            values = [_fitting(one, row._mapping) for row in rows]
            target.write(lambda connection: connection.execute(insert(plain), values))  # noqa: B023
            copied += len(rows)
            last = tuple(rows[-1]._mapping[each.name] for each in key)  # type: ignore[assignment]
        if len(rows) < AT_ONCE:
            return copied


def _update(source: Store, target: Store, one: Table) -> None:
    """Bring the rows of a small table up to date that were copied before they changed."""
    plain, key = _plain(one)
    query = select(plain)
    if one.name == "meta":
        # Reports of plants: few rows, and a plant that was forgotten has none any more.
        query = query.where(plain.c.key.not_in(_OF_EACH))
    with source.reading() as connection:
        rows = [_fitting(one, row._mapping) for row in connection.execute(query)]

    def work(connection: Connection) -> None:
        if one.name == "meta":
            connection.execute(delete(plain).where(plain.c.key.not_in(_OF_EACH)))
            if rows:
                connection.execute(insert(plain), rows)
            return
        for row in rows:
            same = [plain.c[each.name] == row[each.name] for each in key]
            connection.execute(plain.update().where(*same).values(row))
        known = [tuple(row[each.name] for each in key) for row in rows]
        own = [plain.c[each.name] for each in key]
        if one.name == "state":
            connection.execute(delete(plain).where(tuple_(*own).not_in(known)))

    target.write(work)


def _fitting(one: Table, row: Any) -> dict[str, Any]:
    """Return a row with the types of the columns: SQLite has numbers where PostgreSQL has truth values."""
    return {
        each.name: bool(row[each.name]) if each.type.python_type is bool else row[each.name]
        for each in one.columns
    }


def _compared(source: Store, target: Store, one: Table) -> int:
    """Return the rows of a table.

    Raises:
        StoreError: the two tables differ.
    """
    (here, digest), (there, other) = _digest(source, one), _digest(target, one)
    if (here, digest) != (there, other):
        raise StoreError(
            f"{target.where}: table {one.name} differs from that of {source.where} ({there} rows and {here});"
            " stop what writes to them, and copy into an empty store"
        )
    return here


def _digest(store: Store, one: Table) -> tuple[int, str]:
    """Return the count and the SHA-256 of all rows of a table, in the order of their keys."""
    plain, key = _plain(one)
    own = [plain.c[each.name] for each in key]
    said, count = hashlib.sha256(), 0
    last: Sequence[Any] | None = None
    while True:
        query = select(plain).order_by(*own).limit(AT_ONCE)
        if one.name == "meta":
            query = query.where(plain.c.key.not_in(_OF_EACH))
        if last is not None:
            query = query.where(tuple_(*own) > tuple_(*last))
        with store.reading() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            values = (_told(value) for value in _fitting(one, row._mapping).values())
            said.update("\x1f".join(values).encode() + b"\n")
        count += len(rows)
        if len(rows) < AT_ONCE:
            return count, said.hexdigest()
        last = tuple(rows[-1]._mapping[each.name] for each in key)


def _told(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else repr(value)
