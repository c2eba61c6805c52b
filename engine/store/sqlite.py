"""What is SQLite's own: how it is opened, how it locks, what its errors mean, how it inserts what is new.

A rollback journal with full synchronisation: a commit that returned survives a power cut. All else in the
store is plain SQL; another database needs a room like this one and nothing more.
"""

import sqlite3
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

JOURNAL_SUFFIX = "-journal"
"""What SQLite appends to a database's name for the file that a half-done transaction is undone from."""

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL}
_FAULT = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_FOREIGN = {sqlite3.SQLITE_NOTADB}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


class Trouble(Enum):
    """What a failed statement or commit means for what comes next."""

    BUSY = auto()
    FULL = auto()
    FAULT = auto()
    FORBIDDEN = auto()
    FOREIGN = auto()
    OTHER = auto()


def trouble_of(error: DatabaseError) -> Trouble:
    """Tell what a database's error means by its code (https://sqlite.org/rescode.html, the primary ones)."""
    code = int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF
    for codes, trouble in (
        (_BUSY, Trouble.BUSY),
        (_FULL, Trouble.FULL),
        (_FAULT, Trouble.FAULT),
        (_FORBIDDEN, Trouble.FORBIDDEN),
        (_FOREIGN, Trouble.FOREIGN),
    ):
        if code in codes:
            return trouble
    return Trouble.OTHER


def engine_of(path: Path, *, read_only: bool, lock_seconds: float) -> Engine:
    """An engine for the database in this file, which must exist; a read of it makes nothing on disk.

    Args:
        path: the file; its name may hold any character.
        read_only: open it so that even a mistake cannot write.
        lock_seconds: how long a statement waits for another's lock before it fails.
    """
    mode = "ro" if read_only else "rw"
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, check_same_thread=False)

    def prepare(connection: Any, _record: object) -> None:
        # SQLAlchemy begins transactions itself (below); the driver must not begin any of its own.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(lock_seconds * 1000)}")
        if not read_only:
            # It can be set before the first table is made alone, and later would only write, which a full
            # disk forbids: whoever acknowledges must be able to open the store even then.
            if cursor.execute("PRAGMA page_count").fetchone() == (0,):
                cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
            cursor.execute("PRAGMA journal_mode = TRUNCATE")
            cursor.execute("PRAGMA synchronous = FULL")
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
    """An insert that passes over rows whose keys are there already."""
    return sqlite.insert(table).on_conflict_do_nothing()


def data_version(connection: Connection) -> int:
    """A number that changes when another connection has committed."""
    return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())


def spare_bytes(connection: Connection) -> int:
    """What rows that were thinned have left free inside the file; new rows go there first."""
    return _pragma(connection, "freelist_count") * _pragma(connection, "page_size")


def can_give_back(connection: Connection) -> bool:
    """Whether free pages can go back to the disk a few at a time: a store made as version 1 cannot."""
    incremental = 2
    return _pragma(connection, "auto_vacuum") == incremental


def give_back(connection: Connection, most: int) -> int:
    """Cut at most so many free pages off the file, within a write transaction; returns how many went."""
    pages = min(most, _pragma(connection, "freelist_count"))
    for _ in range(pages):
        # It frees a page for each row asked of it, and Python's driver asks only for the first.
        connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")
    return pages


def complaints(connection: Connection) -> Iterator[str]:
    """What the database finds wrong with its own pages, indices and references; nothing if all is well."""
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield str(line)
    for table, row, parent, _number in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of table {table} refers to a row of {parent} that is not there"


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
