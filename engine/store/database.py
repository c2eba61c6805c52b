"""The database of a store: access rights, schema version, and transactions that are retried.

Every write is one short transaction, stored as a whole or not at all. A write is retried if the database is
busy or the disk fails for a moment. Reads are short too, because a reader delays a commit.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from engine.errors import StoreBusyError, StoreError, StoreFaultError, StoreFullError
from engine.store import schema
from engine.store.location import (
    FILE_NAME,
    JOURNAL_SUFFIX,
    check_not_lost,
    look_for,
    refuse_planted,
    without_records,
)
from engine.store.migrations import is_older, migrate, version_of
from engine.store.sqlite import (
    Trouble,
    can_give_back,
    engine_of,
    give_back,
    insert_new,
    spare_bytes,
    trouble_of,
)
from engine.store.values.damage import DamageLog
from engine.system.disk_space import FULL
from engine.system.permissions import PRIVATE, Access, access_of, make_file, make_folder
from engine.system.plain_file import PlantedError

T = TypeVar("T")

BESIDE_BUNDLES = "beside bundles"
"""Key of the row of `meta` that says that a person began an empty store beside bundles that were in use."""

_BROUGHT_IN = {
    schema.intake: "a ledger of recordings that were taken in",
    schema.snapshot: "snapshots",
    schema.event: "events",
}
"""Tables whose rows belong to the record of a machine, in words."""

_BESIDE_BUNDLES = insert_new(schema.meta).values(key=BESIDE_BUNDLES, value="1")


@dataclass(frozen=True, slots=True)
class Patience:
    """The time limits of a write: `lock_seconds` [s] for each attempt, `pauses` [s] between attempts."""

    lock_seconds: float = 5.0
    pauses: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0)
    sleep: Callable[[float], None] = time.sleep


class Database:
    """An open database. Use as a context manager, or call `close`. One thread at a time."""

    def __init__(
        self, engine: Engine, path: Path, *, access: Access, read_only: bool, patience: Patience
    ) -> None:
        """Wrap an engine with an unchecked database; use `open` instead.

        Args:
            engine: of the database.
            path: its file.
            access: rights of the store's files.
            read_only: whether nothing can be written.
            patience: time limits of a write.
        """
        self._engine = engine
        self._patience = patience
        self._open = threading.local()
        self.damage = DamageLog()
        """The damaged values that were met so far; they are left out of what is read."""
        self.path = path
        self.access = access
        self.read_only = read_only

    @classmethod
    def open(
        cls,
        state: Path,
        *,
        create: bool = False,
        read_only: bool = False,
        group: str = "",
        patience: Patience | None = None,
        beside_bundles: bool = False,
    ) -> Self:
        """Open the store inside a state folder; migrate an older store to the present schema.

        Args:
            state: the folder that holds the database and the bundles.
            create: make the folder and the tables where missing.
            read_only: change nothing and need no write permission; an older store is not migrated.
            group: the group of users that shares it, set when it is made or when its owner opens it with
                `create`; with "" only its owner can read it.
            patience: time limits of a write.
            beside_bundles: with `create`, make a database even if bundles show that one was lost.

        Raises:
            StoreLostError: the database is gone or empty beside bundles that were in use.
            StoreError: there is no store, it cannot be read, or it is of another program or version.
            AccessError: it cannot be shared with the group.
        """
        path, access = state / FILE_NAME, access_of(group)
        patience = patience or Patience()
        if create and not read_only:
            _make(path, access, beside_bundles=beside_bundles)
        else:
            look_for(state)
        if not read_only:
            refuse_planted(path)
        engine = engine_of(path, read_only=read_only, lock_seconds=patience.lock_seconds)
        store = cls(engine, path, access=access, read_only=read_only, patience=patience)
        try:
            store._prepare(create, beside_bundles=beside_bundles)
        except BaseException:
            engine.dispose()
            raise
        return store

    def _prepare(self, create: bool, *, beside_bundles: bool) -> None:
        with self.reading() as connection:
            has_meta = connection.dialect.has_table(connection, "meta")
        if not has_meta:
            if not create or self.read_only:
                raise StoreError(f"{self.path}: holds no Raceway store")
            if not beside_bundles:
                check_not_lost(self.path.parent)
            self.write(_make_tables)
        elif not beside_bundles and self._is_emptied():
            check_not_lost(self.path.parent)
            self._check_no_rest()
        if beside_bundles:
            self.write(lambda connection: connection.execute(_BESIDE_BUNDLES))
        with self.reading() as connection:
            version = version_of(connection)
        while is_older(version) and not self.read_only:
            self.write(migrate)
            with self.reading() as connection:
                version = version_of(connection)
        if is_older(version):
            raise StoreError(
                f"{self.path}: was made by an older Raceway (schema version {version}, now {schema.VERSION});"
                " open it once with permission to write, say by raceway store check, and it is brought up"
            )
        if version != str(schema.VERSION):
            raise StoreError(
                f"{self.path}: is of schema version {version}, this Raceway knows {schema.VERSION};"
                " use the Raceway that wrote it, or name another --state"
            )

    def _is_emptied(self) -> bool:
        """Whether the tables hold no record, and nobody asked for such a store."""
        with self.reading() as connection:
            dialect = connection.dialect
            if not dialect.has_table(connection, "assessment"):
                return True
            if connection.execute(select(schema.assessment.c.id).limit(1)).first() is not None:
                return False
            asked = select(schema.meta.c.key).where(schema.meta.c.key == BESIDE_BUNDLES)
            return connection.execute(asked).first() is None

    def _check_no_rest(self) -> None:
        """See that an emptied table of records left no rows that only a record brings in.

        Raises:
            StoreLostError: there were records.
        """
        with self.reading() as connection:
            for table, rest in _BROUGHT_IN.items():
                known = connection.dialect.has_table(connection, table.name)
                if known and connection.execute(select(table.c.machine_id).limit(1)).first() is not None:
                    raise without_records(self.path, rest)

    def again(self) -> Self:
        """Open the store once more, for another thread, with the same rights."""
        return type(self).open(self.path.parent, read_only=self.read_only)

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

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a write transaction; retry it from its start if the database is busy or fails.

        Args:
            work: acts through the connection alone, so that it can be repeated.

        Returns:
            The result of the work in the attempt that was committed.

        Raises:
            StoreBusyError: another program held the store through all attempts.
            StoreFaultError: the disk failed in each attempt.
            StoreFullError: the disk is full; raised at once, because a retry cannot help.
            StoreError: the store cannot be written.
        """
        for pause in self._patience.pauses:
            try:
                with self.writing() as connection:
                    return work(connection)
            except (StoreBusyError, StoreFaultError):
                self._patience.sleep(pause)
        with self.writing() as connection:
            return work(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open one write transaction: locked from its start, committed at the end or rolled back."""
        if self.read_only:
            raise StoreError(f"{self.path}: is open for reading only, nothing can be stored")
        with (
            self._explained(),
            self._engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read transaction with one consistent view; inside another of this thread, reuse that one."""
        begun: Connection | None = getattr(self._open, "connection", None)
        if begun is not None:
            yield begun
            return
        with self._explained(), self._engine.connect() as connection, connection.begin():
            self._open.connection = connection
            try:
                yield connection
            finally:
                self._open.connection = None

    def spare_bytes(self) -> int:
        """Return the free bytes inside the file; new rows go there first."""
        with self.reading() as connection:
            return spare_bytes(connection)

    def can_give_back(self) -> bool:
        """Return whether free pages can go back to the disk a few at a time."""
        with self.reading() as connection:
            return can_give_back(connection)

    def give_back(self, most: int) -> int:
        """Return at most so many free pages to the disk, in one transaction; return how many went."""
        return self.write(lambda connection: give_back(connection, most))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn a database error into a sentence; the caller handles an IntegrityError."""
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            raise self._explanation(error) from error

    def _explanation(self, error: DatabaseError) -> StoreError:
        match trouble_of(error):
            case Trouble.BUSY:
                return StoreBusyError(f"{self.path}: the store is held by another program ({error.orig})")
            case Trouble.FULL:
                return StoreFullError(
                    f"{self.path}: there is no room to store anything ({error.orig}); make room on its disk"
                )
            case Trouble.FAULT:
                # The next attempt needs new connections: these have seen a failing disk.
                self._engine.dispose()
                return StoreFaultError(f"{self.path}: its disk fails ({error.orig}); look at the disk")
            case Trouble.FORBIDDEN if self.read_only:
                return StoreError(
                    f"{self.path}: was left in the middle of a write, which only who may write to it can"
                    " undo: start its engine, or run raceway store check as its owner"
                )
            case Trouble.FORBIDDEN:
                return StoreError(
                    f"{self.path}: you may not write to it ({error.orig}); ask its owner to share it"
                    " ([store] group), or attach with --read-only"
                )
            case Trouble.FOREIGN:
                return StoreError(
                    f"{self.path}: is no Raceway store ({error.orig}); name another --state, or put back"
                    " a copy of it if it was one"
                )
            case _:
                return StoreError(f"{self.path}: the store cannot be used just now ({error.orig})")


def _make(path: Path, access: Access, *, beside_bundles: bool) -> None:
    try:
        if not (beside_bundles or (path.is_file() and path.stat().st_size)):
            check_not_lost(path.parent)
        make_folder(path.parent, access)
        make_file(path, access)
        journal = path.with_name(path.name + JOURNAL_SUFFIX)
        if access != PRIVATE and journal.exists():
            make_file(journal, access)
    except PlantedError as error:
        raise StoreError(str(error)) from error
    except OSError as error:
        if error.errno in FULL:
            raise StoreFullError(
                f"{path}: cannot be made ({error.strerror}); make room on its disk"
            ) from error
        raise StoreError(f"{path}: cannot be made ({error.strerror}); choose another --state") from error


def _make_tables(connection: Connection) -> None:
    # Another process may have made them between the check and the lock.
    schema.metadata.create_all(connection)
    connection.execute(insert_new(schema.meta).values(key="schema", value=str(schema.VERSION)))
