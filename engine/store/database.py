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
from typing import TYPE_CHECKING, Self, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction, select
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError

from engine.config.state_place import shown
from engine.errors import (
    StoreBusyError,
    StoreError,
    StoreFaultError,
    StoreMissingError,
    StoreUncertainError,
)
from engine.records.assessment import Assessment
from engine.store import schema, sqlite
from engine.store.location import (
    FILE_NAME,
    address_of,
    check_not_lost,
    look_for,
    make_file_of,
    refuse_planted,
    without_records,
)
from engine.store.migrations import is_older, migrate, version_of
from engine.store.sqlite import Dialect, insert_new
from engine.store.values.damage import DamageLog
from engine.system.lease import is_taken, lease, lease_name
from engine.system.permissions import Access, access_of

if TYPE_CHECKING:
    from engine.store.postgres.leases import Fence, Leases

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
        self,
        engine: Engine,
        path: Path,
        *,
        access: Access,
        read_only: bool,
        patience: Patience,
        address: str | None = None,
    ) -> None:
        """Wrap an engine with an unchecked database; use `open` instead.

        Args:
            engine: of the database.
            path: its file.
            access: rights of the store's files.
            read_only: whether nothing can be written.
            patience: time limits of a write.
            address: of a PostgreSQL database, whose folder of this computer is that of `path`.
        """
        self.address = address
        self.dialect: Dialect = sqlite
        if address is not None:
            from engine.store.postgres import dialect

            self.dialect = dialect
        self.where = str(path) if address is None else shown(address)
        """The file, or the address without its password, for messages."""
        self._fences: dict[str, Fence] = {}
        self._own_leases: Leases | None = None
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
        path, access, address = state / FILE_NAME, access_of(group), address_of(state)
        patience = patience or Patience()
        if address is not None:
            from engine.store.postgres import dialect

            engine = dialect.engine_of(address, read_only=read_only, lock_seconds=patience.lock_seconds)
        else:
            if create and not read_only:
                make_file_of(path, access, beside_bundles=beside_bundles)
            else:
                look_for(state)
            if not read_only:
                refuse_planted(path)
            engine = sqlite.engine_of(path, read_only=read_only, lock_seconds=patience.lock_seconds)
        store = cls(engine, path, access=access, read_only=read_only, patience=patience, address=address)
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
            if self.address is not None and (not create or self.read_only):
                raise StoreMissingError(f"{self.where}: there is no store here yet; start a run first")
            if not create or self.read_only:
                raise StoreError(f"{self.where}: holds no Raceway store")
            if not beside_bundles and self.address is None:
                check_not_lost(self.path.parent)
            self.write(self._make_tables)
        elif not beside_bundles and self._is_emptied():
            if self.address is None:
                check_not_lost(self.path.parent)
            self._check_no_rest()
        if self.address is not None:
            from engine.store.postgres.shelf import DatabaseShelf
            from engine.system.shelf import put_up

            put_up(self.path.parent, DatabaseShelf(self))
        if beside_bundles:
            self.write(lambda connection: connection.execute(_BESIDE_BUNDLES))
        with self.reading() as connection:
            version = version_of(connection)
        # Only files ever held an older version: the steps are statements of SQLite.
        is_file = self.address is None
        while is_file and is_older(version) and not self.read_only:
            self.write(migrate)
            with self.reading() as connection:
                version = version_of(connection)
        if is_file and is_older(version):
            raise StoreError(
                f"{self.where}: was made by an older Raceway (schema version {version}, now"
                f" {schema.VERSION}); open it once with permission to write, say by raceway store check"
            )
        if version != str(schema.VERSION):
            raise StoreError(
                f"{self.where}: is of schema version {version}, this Raceway knows {schema.VERSION};"
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
        made = type(self).open(self.path.parent, read_only=self.read_only)
        made._fences = self._fences
        return made

    def _make_tables(self, connection: Connection) -> None:
        # Another process may have made them between the check and the lock.
        self.dialect.order_writes(connection, 0)
        schema.metadata.create_all(connection)
        connection.execute(insert_new(schema.meta).values(key="schema", value=str(schema.VERSION)))
        self.dialect.make_own_tables(connection)

    @contextmanager
    def hold(self, name: str, what: str = "assessing this run", *, shared: bool = False) -> Iterator[None]:
        """Hold the lease of this name during the block: here, and in a database of many hosts.

        Args:
            name: of the lease.
            what: the work of the holder, for messages.
            shared: whether the process holds the leases of other machines too.

        Raises:
            LeaseTakenError: another engine holds it.
            OSError: the folder of leases cannot be written.
        """
        with lease(self.path.parent / "leases", name, self.access, what, shared=shared):
            if self.address is None:
                yield
                return
            with self._explained(), self._leases().hold(name, what) as fence:
                self._fences[name] = fence
                try:
                    yield
                finally:
                    del self._fences[name]

    def is_held(self, name: str) -> bool:
        """Return whether some process holds the lease of this name now, here or on another host."""
        if self.address is None or is_taken(self.path.parent / "leases", name):
            return is_taken(self.path.parent / "leases", name)
        with self._explained():
            return self._leases().is_held(name)

    def _leases(self) -> "Leases":
        if self._own_leases is None:
            from engine.store.postgres.leases import Leases

            self._own_leases = Leases(self._engine, self.where)
        return self._own_leases

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

    def write(
        self, work: Callable[[Connection], T], of: Assessment | None = None, *, twice: bool = False
    ) -> T:
        """Do the work in a write transaction; retry it from its start if the database is busy or fails.

        Args:
            work: acts through the connection alone, so that it can be repeated.
            of: the record that is written to: its writes commit in order, and under its lease if it is held.
            twice: whether a second time changes nothing; then a cut commit is repeated too.

        Returns:
            The result of the work in the attempt that was committed.

        Raises:
            StoreBusyError: another program held the store through all attempts.
            StoreFaultError: the disk failed in each attempt.
            StoreFullError: the disk is full; raised at once, because a retry cannot help.
            StoreUncertainError: a connection ended in the commit; raised at once: the write may stand.
            StoreError: the store cannot be written.
            LeaseLostError: the lease under which this process writes the record is lost.
        """
        for pause in self._patience.pauses:
            try:
                with self.writing(of) as connection:
                    return work(connection)
            except (StoreBusyError, StoreFaultError) as error:
                if isinstance(error, StoreUncertainError) and not twice:
                    raise
                self._patience.sleep(pause)
        with self.writing(of) as connection:
            return work(connection)

    @contextmanager
    def writing(self, of: Assessment | None = None) -> Iterator[Connection]:
        """Open one write transaction: locked from its start, committed at the end or rolled back."""
        if self.read_only:
            raise StoreError(f"{self.where}: is open for reading only, nothing can be stored")
        with (
            self._explained(),
            self._engine.connect().execution_options(writing=True) as connection,
        ):
            transaction = connection.begin()
            try:
                if of is not None:
                    self.dialect.order_writes(connection, of.machine_id)
                    fence = self._fences.get(lease_name(of.machine) if of.live else of.key)
                    if fence is not None:
                        fence.check(connection)
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            if transaction.is_active:
                self._commit(transaction)

    def _commit(self, transaction: RootTransaction) -> None:
        try:
            transaction.commit()
        except DBAPIError as error:
            # A commit that failed leaves the transaction open.
            transaction.rollback()
            if self.address is not None and error.connection_invalidated:
                raise StoreUncertainError(
                    f"{self.where}: the connection ended while a write was stored ({error.orig});"
                    " check whether it was stored before you repeat it"
                ) from error
            raise

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
            return self.dialect.spare_bytes(connection)

    def can_give_back(self) -> bool:
        """Return whether free pages can go back to the disk a few at a time."""
        with self.reading() as connection:
            return self.dialect.can_give_back(connection)

    def give_back(self, most: int) -> int:
        """Return at most so many free pages to the disk, in one transaction; return how many went."""
        return self.write(lambda connection: sqlite.give_back(connection, most))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn a database error into a sentence; the caller handles an IntegrityError."""
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            explained = self.dialect.explanation(error, self.where, self.read_only)
            if isinstance(explained, StoreFaultError):
                # The next attempt needs new connections: these have seen a failing disk or server.
                self._engine.dispose()
            raise explained from error
