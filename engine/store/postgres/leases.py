"""Leases by advisory locks: one engine watches a machine, among all hosts of a database.

The locks of a process belong to one connection, and end with it. Each holder gets a higher epoch. Every
transaction of an engine checks its epoch: an engine that was cut off writes nothing after another took over.
"""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from engine.clock import wall_clock
from engine.store.postgres import tables
from engine.store.postgres.faults import first_line, pooled
from engine.system.lease import ATTEMPTS, PAUSE_SECONDS, LeaseLostError, LeaseTakenError

PING_SECONDS = 1.0
"""Between two looks at the connection of the leases [s]."""


class _Session:
    """The connection that holds the locks of this process; `lost` says why it ended, "" while it lives."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.lost = ""
        self.users = 0
        self._lock = threading.RLock()
        self._pinged = time.monotonic()

    @contextmanager
    def use(self) -> Iterator[Connection]:
        """Use the connection, one thread at a time; note its end."""
        with self._lock:
            try:
                yield self.connection
            except DBAPIError as error:
                self.lost = f"its connection to the database ended ({first_line(error)})"
                raise

    def ping(self) -> None:
        """Note the end of the connection; the server is asked at most once a second."""
        with self._lock:
            if self.lost or time.monotonic() - self._pinged < PING_SECONDS:
                return
            with suppress(DBAPIError), self.use() as connection:
                connection.exec_driver_sql("SELECT 1")
            self._pinged = time.monotonic()


class Fence:
    """A lease that is held; `check` it in every transaction."""

    def __init__(self, session: _Session, name: str, what: str, epoch: int) -> None:
        """Take the session that holds the lock.

        Args:
            session: holds the lock.
            name: of the lease.
            what: the work of the holder, for messages.
            epoch: number of this holding, which grows with each.
        """
        self._session, self._name, self._what, self.epoch = session, name, what, epoch
        self._lost = ""

    def check(self, connection: Connection) -> None:
        """See that the lease is held, within a transaction; nobody can take it before the end of that.

        Raises:
            LeaseLostError: it is lost, now and for all later transactions.
        """
        self._session.ping()
        self._lost = self._lost or self._session.lost
        if not self._lost:
            epoch = tables.lease.c.epoch
            own = select(epoch).where(tables.lease.c.name == self._name).with_for_update(read=True)
            if connection.scalar(own) != self.epoch:
                self._lost = "another engine took over"
        if self._lost:
            raise LeaseLostError(
                f"the lease is lost, {self._what}: {self._lost}; this engine stores nothing more"
            )


class Leases:
    """The leases of one process in a database; they share a connection, whatever their number."""

    def __init__(self, engine: Engine, where: str) -> None:
        """Take the engine of the database, and its name for messages."""
        self._engine, self._where = engine, where
        self._lock = threading.Lock()
        self._session: _Session | None = None

    @contextmanager
    def hold(self, name: str, what: str) -> Iterator[Fence]:
        """Hold the lease of this name during the block. No thread of this process may hold it already.

        Args:
            name: of the lease.
            what: the work of the holder, for the message.

        Raises:
            LeaseTakenError: another engine holds it.
        """
        session = self._begin()
        key = {"key": _number(name)}
        try:
            for _ in range(ATTEMPTS):
                with session.use() as connection:
                    if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
                        break
                time.sleep(PAUSE_SECONDS)
            else:
                raise LeaseTakenError(
                    f"another engine is already {what} in {self._where} ({_holder(session, name)});"
                    " attach to it, or stop it"
                )
            try:
                with session.use() as connection:
                    epoch = _next_epoch(connection, name)
                yield Fence(session, name, what, epoch)
            finally:
                if not session.lost:
                    with suppress(DBAPIError), session.use() as connection:
                        connection.scalar(text("SELECT pg_advisory_unlock(:key)"), key)
        finally:
            self._end(session)

    def is_held(self, name: str) -> bool:
        """Return whether some process holds the lease of this name now."""
        high, low = divmod(_number(name) % 2**64, 2**32)
        query = text(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = :high AND objid::bigint = :low)"
        )
        with self._engine.connect() as connection:
            return bool(connection.scalar(query, {"high": high, "low": low}))

    def _begin(self) -> _Session:
        with self._lock:
            if self._session is None or self._session.lost:
                options = {"isolation_level": "AUTOCOMMIT", "writing": True}
                connection = self._engine.connect().execution_options(**options)
                try:
                    _check_direct(connection, self._where)
                except BaseException:
                    connection.close()
                    raise
                self._session = _Session(connection)
            self._session.users += 1
            return self._session

    def _end(self, session: _Session) -> None:
        with self._lock:
            session.users -= 1
            if session.users:
                return
            if self._session is session:
                self._session = None
        # Locks end with the connection: the pool must not keep it.
        with suppress(DBAPIError):
            session.connection.invalidate()
        session.connection.close()


def _check_direct(connection: Connection, where: str) -> None:
    """See that no pooler stands before the server: it gives the locks of a session to other clients.

    A pooler answers for the server, so the number of the process that it states is not that of the session.

    Raises:
        StoreError: a pooler stands there.
    """
    driver = connection.connection.driver_connection
    stated = driver.info.backend_pid if driver is not None else None
    own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    if stated != own:
        raise pooled(where, f"it states process {stated}, and the server {own}")


def _number(name: str) -> int:
    """Return the number of the advisory lock of a lease, of 64 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def _holder(session: _Session, name: str) -> str:
    with session.use() as connection:
        return str(connection.scalar(select(tables.lease.c.holder).where(tables.lease.c.name == name)))


def _next_epoch(connection: Connection, name: str) -> int:
    holder = f"process {os.getpid()} on {socket.gethostname()}"
    row = insert(tables.lease).values(name=name, epoch=1, holder=holder, since=wall_clock())
    row = row.on_conflict_do_update(
        index_elements=[tables.lease.c.name],
        set_={"epoch": tables.lease.c.epoch + 1, "holder": holder, "since": wall_clock()},
    )
    return int(connection.execute(row.returning(tables.lease.c.epoch)).scalar_one())
