"""The bundles of a store in its database, packed, so that every host has them."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, select
from sqlalchemy.dialects.postgresql import insert

from engine.clock import wall_clock
from engine.errors import StoreError
from engine.store.postgres import tables

if TYPE_CHECKING:
    from engine.store.database import Database


class DatabaseShelf:
    """Keeps packed bundles in the tables of the database."""

    def __init__(self, database: "Database") -> None:
        """Keep them in this database, while it is open."""
        self._database = database

    def _read(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._database.reading() as connection:
            return connection.execute(query).all()

    def put(self, name: str, packed: bytes) -> None:
        """Keep a packed bundle; one of the same name is the same bundle."""
        row = insert(tables.bundle).values(
            name=name, digest=hashlib.sha256(packed).digest(), packed=packed, added_at=wall_clock()
        )
        self._database.write(lambda connection: connection.execute(row.on_conflict_do_nothing()))

    def has(self, name: str) -> bool:
        """Return whether a bundle of this name is kept."""
        return bool(self._read(select(tables.bundle.c.name).where(tables.bundle.c.name == name)))

    def get(self, name: str) -> bytes | None:
        """Return a packed bundle, None if there is none of this name.

        Raises:
            StoreError: its digest does not agree.
        """
        columns = tables.bundle.c
        query = select(columns.packed, columns.digest).where(columns.name == name)
        found = self._read(query)
        if not found:
            return None
        packed, digest = map(bytes, found[0])
        if hashlib.sha256(packed).digest() != digest:
            raise StoreError(f"the bundle {name} in the database is damaged; switch to another, or learn one")
        return packed

    def names(self) -> tuple[str, ...]:
        """Return the names of all bundles, in alphabetical order."""
        return tuple(sorted(row.name for row in self._read(select(tables.bundle.c.name))))

    def in_use(self, key: str) -> str | None:
        """Return the name of the bundle that the live record with this key uses, None before the first."""
        columns = tables.bundle_in_use.c
        found = self._read(select(columns.name).where(columns.key == key))
        return str(found[0].name) if found else None

    def use(self, key: str, name: str) -> None:
        """Store which bundle the live record with this key uses."""
        row = insert(tables.bundle_in_use).values(key=key, name=name)
        row = row.on_conflict_do_update(index_elements=["key"], set_={"name": name})
        self._database.write(lambda connection: connection.execute(row))
