"""SQLite's dialect: opening, locks, error codes, inserts of new rows, free pages.

With a rollback journal and full synchronisation a commit that returned survives a power cut. The rest of the
store is plain SQL: another database needs only a module like this, a `Dialect`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Table,
    cast,
    create_engine,
    event,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from engine.errors import StoreBusyError, StoreError, StoreFaultError, StoreFullError

COPY_LOCK_SECONDS = 30.0
"""Time that a copy waits for the engine's lock."""

SYNCHRONOUS = "FULL"
"""A commit returns when it is on the disk, so that it survives a power cut."""

_MOVED = sqlite3.SQLITE_READONLY_DBMOVED

_text = partial(str, encoding="utf-8", errors="replace")
"""Decodes a stored text; called for each, so it is as short as can be."""


class Trouble(Enum):
    """The kind of a database error, which decides on the next step."""

    BUSY = auto()
    FULL = auto()
    FAULT = auto()
    FORBIDDEN = auto()
    FOREIGN = auto()
    OTHER = auto()


_TROUBLES = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_IOERR: Trouble.FAULT,
    sqlite3.SQLITE_CANTOPEN: Trouble.FAULT,
    sqlite3.SQLITE_READONLY: Trouble.FORBIDDEN,
    sqlite3.SQLITE_PERM: Trouble.FORBIDDEN,
    sqlite3.SQLITE_NOTADB: Trouble.FOREIGN,
}


class Dialect(Protocol):
    """The differences between databases: this module is one dialect, `postgres.dialect` another."""

    def explanation(self, error: DatabaseError, where: str, read_only: bool, /) -> StoreError:
        """Return a database error as a sentence that begins with the place of the store."""

    def make_own_tables(self, connection: Connection, /) -> None:
        """Make the tables that only this database needs."""

    def data_version(self, connection: Connection, /) -> int:
        """Return a number that changes when another connection has committed."""

    def spare_bytes(self, connection: Connection, /) -> int:
        """Return the free bytes inside the database."""

    def can_give_back(self, connection: Connection, /) -> bool:
        """Return whether free pages can go back to the disk a few at a time."""

    def bytes_of(self, column: Column[Any], /) -> ColumnElement[bytes]:
        """Return the bytes of a stored text, also where they are no UTF-8."""

    def order_writes(self, connection: Connection, machine_id: int, /) -> None:
        """Let the writes of a machine commit one after the other."""

    def complaints(self, connection: Connection, /) -> Iterator[str]:
        """Yield the faults that the database finds in itself."""


def trouble_of(error: DatabaseError) -> Trouble:
    """Return the kind of a database error, by its primary code (https://sqlite.org/rescode.html)."""
    code = int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF
    return _TROUBLES.get(code, Trouble.OTHER)


def explanation(error: DatabaseError, where: str, read_only: bool) -> StoreError:
    """Return a database error as a sentence for the person at the terminal.

    Args:
        error: of the database.
        where: its file, with which the sentence begins.
        read_only: whether the store is open for reading only.
    """
    match trouble_of(error):
        case Trouble.BUSY:
            return StoreBusyError(f"{where}: the store is held by another program ({error.orig})")
        case Trouble.FULL:
            return StoreFullError(
                f"{where}: there is no room to store anything ({error.orig}); make room on its disk"
            )
        case Trouble.FAULT:
            return StoreFaultError(f"{where}: its disk fails ({error.orig}); look at the disk")
        case Trouble.FORBIDDEN if getattr(error.orig, "sqlite_errorcode", 0) == _MOVED:
            return StoreError(
                f"{where}: was moved or deleted while it was in use; put it back, or restore a backup of it"
            )
        case Trouble.FORBIDDEN if read_only:
            return StoreError(
                f"{where}: was left in the middle of a write; only an account with write permission"
                " can undo it: start its engine, or run raceway store check as its owner"
            )
        case Trouble.FORBIDDEN:
            return StoreError(
                f"{where}: you may not write to it ({error.orig}); ask its owner to share it"
                " ([store] group), or attach with --read-only"
            )
        case Trouble.FOREIGN:
            return StoreError(
                f"{where}: is not a Raceway store ({error.orig}); name another --state, or put back"
                " a copy of it if it was one"
            )
        case _ if getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_CORRUPT:
            return StoreError(
                f"{where}: the database is damaged ({error.orig}); put a copy back"
                " (raceway store restore FILE)"
            )
        case _:
            return StoreError(f"{where}: the store cannot be used just now ({error.orig})")


def engine_of(path: Path, *, read_only: bool, lock_seconds: float) -> Engine:
    """Return an engine for the database in this file, which must exist; a read makes no file.

    Args:
        path: the file; its name may hold any character.
        read_only: open it so that no statement can write.
        lock_seconds: time that a statement waits for a lock before it fails [s].
    """
    mode = "ro" if read_only else "rw"
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, check_same_thread=False)

    def prepare(connection: Any, _record: object) -> None:
        # SQLAlchemy begins transactions (below); the driver must begin none itself.
        connection.isolation_level = None
        # A text that is damaged must not end a query: its checksum, or its reader, tells.
        connection.text_factory = _text
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(lock_seconds * 1000)}")
        if not read_only:
            # SQLite takes it only before the first table exists. Later it would only write, which a full
            # disk forbids; an operator must be able to open the store and acknowledge even then.
            if cursor.execute("PRAGMA page_count").fetchone() == (0,):
                cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
            cursor.execute("PRAGMA journal_mode = TRUNCATE")
            cursor.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
            cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def insert_new(table: Table) -> sqlite.Insert:
    """Return an insert that skips rows with existing keys."""
    return sqlite.insert(table).on_conflict_do_nothing()


def data_version(connection: Connection) -> int:
    """Return a number that changes when another connection has committed."""
    return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def make_own_tables(_connection: Connection) -> None:
    """Do nothing: leases and bundles are files beside the database."""


def bytes_of(column: Column[Any]) -> ColumnElement[bytes]:
    """Return the bytes of a stored text, also where they are no UTF-8."""
    return cast(column, LargeBinary)


def order_writes(_connection: Connection, _machine_id: int) -> None:
    """Do nothing: one write transaction at a time is open in the whole database."""


def spare_bytes(connection: Connection) -> int:
    """Return the free bytes inside the file that thinned rows left; new rows go there first."""
    return _pragma(connection, "freelist_count") * _pragma(connection, "page_size")


def can_give_back(connection: Connection) -> bool:
    """Return whether free pages can go back to the disk a few at a time; not in a store made as version 1."""
    incremental = 2
    return _pragma(connection, "auto_vacuum") == incremental


def give_back(connection: Connection, most: int) -> int:
    """Cut at most so many free pages off the file, within a write transaction; return how many went."""
    pages = min(most, _pragma(connection, "freelist_count"))
    for _ in range(pages):
        # It frees one page for each row fetched, and Python's driver fetches only the first.
        connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")
    return pages


def complaints(connection: Connection) -> Iterator[str]:
    """Yield the faults that the database finds in its pages, indices and references."""
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield str(line)
    for table, row, parent, _number in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of table {table} refers to a row of {parent} that is not there"


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def copy_database(path: Path, target: Path) -> None:
    """Copy a database, consistent also while others write to it; their commits wait meanwhile.

    Args:
        path: the database, of any schema version.
        target: the file to make.

    Raises:
        StoreError: it cannot be read, or is not a Raceway store.
    """
    # Only a connection that may write can undo what a killed engine left half done.
    mode = "rw" if os.access(path, os.W_OK) else "ro"
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, timeout=COPY_LOCK_SECONDS)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            # In one step: a copy in portions begins again with each commit of the engine.
            source.backup(copy)
            if copy.execute("SELECT 1 FROM meta WHERE key = 'schema'").fetchone() is None:
                raise StoreError(f"{path}: holds no Raceway store")
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be copied ({error}); look at it by raceway store check") from error
