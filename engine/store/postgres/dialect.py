"""PostgreSQL's dialect: connections, error codes, the order of events, a number that changes with commits.

A read is one snapshot of the database (REPEATABLE READ). Sequences are not handed out in the order of
commits: a reader that asks for events above the last one it saw would miss an event that commits late. So a
write takes the advisory lock of its machine first, and the events of a machine commit in order.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Table,
    create_engine,
    event,
    func,
    make_url,
    text,
)
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing
from sqlalchemy.ext.compiler import compiles

from engine.config.state_place import shown
from engine.errors import StoreError
from engine.store.postgres import faults, tables

explanation = faults.explanation

CONNECT_SECONDS = 5
"""Time limit of a connection [s]."""

SILENT_MILLISECONDS = 10_000
"""Time without an answer of the server after which a connection counts as cut [ms]."""

ORDER = 0x52430001
"""Class of the advisory locks that order the writes of a machine: "RC", and the number of the use."""

CHANNEL = "raceway"
"""Channel of the hints: each names the id of a machine of which rows were stored."""

_ORDERED = text(f"SELECT pg_advisory_xact_lock(:use, :machine), pg_notify('{CHANNEL}', :hint)")

_OPTIONS = (
    "-c timezone=UTC -c client_min_messages=warning -c standard_conforming_strings=on"
    # The server too notices a dead client soon: its leases are free then.
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=4"
    " -c idle_in_transaction_session_timeout=60000"
)

LEAST_SERVER = (15,)
"""The oldest version of the server that a store is made in."""


@compiles(OnConflictDoNothing, "postgresql")
def _skips(_element: object, _compiler: object, **_given: object) -> str:
    """Compile the end of `insert_new`, which is SQLite's, for PostgreSQL too."""
    return "ON CONFLICT DO NOTHING"


def engine_of(address: str, *, read_only: bool, lock_seconds: float) -> Engine:
    """Return an engine for a database.

    Args:
        address: postgresql://USER@HOST/DATABASE.
        read_only: let no statement write.
        lock_seconds: time that a statement waits for a lock before it fails [s].

    Raises:
        StoreError: the driver is not installed.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise StoreError(
            f"a store in PostgreSQL needs psycopg ({error}): pip install 'raceway[postgres]'"
        ) from error
    options = f"{_OPTIONS} -c lock_timeout={max(1, round(lock_seconds * 1000))}"
    if read_only:
        options += " -c default_transaction_read_only=on"
    engine = create_engine(
        make_url(address).set(drivername="postgresql+psycopg"),
        connect_args={
            "options": options,
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "raceway",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 4,
            "tcp_user_timeout": SILENT_MILLISECONDS,
        },
        # A connection that the server closed meanwhile is replaced before it is used.
        pool_pre_ping=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def make_own_tables(connection: Connection) -> None:
    """Make the tables of leases and bundles.

    Raises:
        StoreError: the server is too old, or keeps other letters than UTF-8.
    """
    address = connection.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    where = shown(address)
    version = connection.dialect.server_version_info or LEAST_SERVER
    if version < LEAST_SERVER:
        raise StoreError(f"{where}: is of PostgreSQL {version[0]}; a store needs {LEAST_SERVER[0]} or newer")
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StoreError(
            f"{where}: keeps its texts as {encoding}; a store needs UTF8: createdb -T template0 -E UTF8"
        )
    tables.metadata.create_all(connection)


def bytes_of(column: Column[Any]) -> ColumnElement[bytes]:
    """Return the bytes of a stored text; the server keeps UTF-8 alone."""
    return func.convert_to(column, "UTF8", type_=LargeBinary)


def order_writes(connection: Connection, machine_id: int) -> None:
    """Wait for the writes of a machine that are under way; the next write waits for this transaction.

    The server sends the hint when the transaction has committed, and never if it is rolled back.
    """
    connection.execute(_ORDERED, {"use": ORDER, "machine": machine_id % 2**31, "hint": str(machine_id)})


def data_version(connection: Connection) -> int:
    """Return a number that changes when another connection has begun to write, and when it has committed."""
    seen = connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one()
    return int.from_bytes(hashlib.sha256(str(seen).encode()).digest()[:7])


def spare_bytes(_connection: Connection) -> int:
    """Return 0: the server's autovacuum sees to free space."""
    return 0


def can_give_back(_connection: Connection) -> bool:
    """Return False: free pages are not given back a few at a time."""
    return False


def complaints(connection: Connection) -> Iterator[str]:
    """Yield the references that the database has not validated; its pages are checked by the server."""
    found = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE NOT convalidated"
    for table, name in connection.exec_driver_sql(found):
        yield f"the constraint {name} of table {table} was never checked"


def reset_sequences(connection: Connection, tables: list[Table]) -> None:
    """Let the sequences of tables go on after their highest key, once rows were copied with their keys."""
    for table in tables:
        (key, *more) = table.primary_key.columns
        if more or key.autoincrement is False or key.foreign_keys:
            continue
        name = f"pg_get_serial_sequence('{table.name}', '{key.name}')"
        sequence = connection.exec_driver_sql(f"SELECT {name}").scalar_one()
        if sequence is not None:
            highest = f"(SELECT coalesce(max({key.name}), 0) + 1 FROM {table.name})"
            connection.exec_driver_sql(f"SELECT setval({name}, {highest}, false)")
