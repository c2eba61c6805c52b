"""Opens the database of a store: who may read it, how it commits, which version it is.

SQLite with a rollback journal and full synchronisation: a commit that returned survives a power cut.
Every write is one short `BEGIN IMMEDIATE` transaction; reads are short too, since in this mode a reader
holds up a commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError, IntegrityError

from engine import schema
from engine.errors import FailedError

FILE_NAME = "raceway.db"
"""Name of the database inside a state folder."""

BUSY_SECONDS = 30
"""How long a write waits for another's transaction; ours last well under 0.1 s."""


class StoreError(FailedError):
    """The store cannot be opened or used; the message says which file and what to do."""


def _connect_pragmas(connection: Any, _record: object) -> None:
    # SQLAlchemy begins transactions itself (below); the driver must not begin any of its own.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = TRUNCATE")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


class Database:
    """An open database. Use as a context manager, or call `close`. One thread at a time."""

    def __init__(self, engine: Engine, path: Path) -> None:
        """Wrap an engine whose database has been checked; use `open` instead."""
        self._engine = engine
        self.path = path

    @classmethod
    def open(cls, state: Path, *, create: bool = False) -> Self:
        """Open the store inside a state folder.

        Args:
            state: the folder that holds the database and the bundles.
            create: make the folder (readable by its owner alone) and the tables where missing.

        Raises:
            StoreError: there is no store, it is not one of ours, or it is of another version.
        """
        path = state / FILE_NAME
        if create:
            try:
                state.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.touch(mode=0o600, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{path}: cannot be made ({error.strerror}); choose another --state"
                ) from error
        elif not path.is_file():
            raise StoreError(
                f"{path}: there is no store here yet; start a run first, or name another --state"
            )
        engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _connect_pragmas)
        event.listen(engine, "begin", _begin)
        store = cls(engine, path)
        try:
            store._prepare(create)
        except StoreError:
            engine.dispose()
            raise
        return store

    def _prepare(self, create: bool) -> None:
        with self.reading() as connection:
            has_meta = connection.dialect.has_table(connection, "meta")
        if not has_meta:
            if not create:
                raise StoreError(f"{self.path}: holds no Raceway store")
            with self.writing() as connection:
                schema.metadata.create_all(connection)
                # Another process may have made it between the look and the lock.
                connection.execute(
                    sqlite.insert(schema.meta)
                    .values(key="schema", value=str(schema.VERSION))
                    .on_conflict_do_nothing()
                )
        with self.reading() as connection:
            version = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "schema"))
        if version != str(schema.VERSION):
            raise StoreError(
                f"{self.path}: is of schema version {version}, this Raceway knows {schema.VERSION};"
                " use the Raceway that wrote it, or name another --state"
            )

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction: locked from its first statement, committed at the end, or rolled back."""
        with (
            self._explained(),
            self._engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction: one consistent view; keep it short."""
        with self._explained(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what the database complains of in a sentence; what breaks a rule of ours is for the caller."""
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            raise StoreError(f"{self.path}: the store cannot be used just now ({error.orig})") from error
