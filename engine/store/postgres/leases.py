"""Leases by advisory locks: one engine watches a machine, among all hosts of a database.

The lock belongs to a connection, and ends with it. Each holder gets a higher epoch; every transaction of an
engine checks its epoch, so that an engine that was cut off writes nothing after another took over.
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
from engine.system.lease import LeaseLostError, LeaseTakenError

PING_SECONDS = 1.0
"""Between two looks at the connection of a lease [s]."""

ATTEMPTS, PAUSE_SECONDS = 4, 0.05


class Fence:
    """A lease that is held; `check` it in every transaction."""

    def __init__(self, connection: Connection, name: str, what: str, epoch: int) -> None:
        """Wrap the connection that holds the lock."""
        self._connection, self._name, self._what, self.epoch = connection, name, what, epoch
        self._lock = threading.Lock()
        self._pinged, self._lost = time.monotonic(), ""

    def check(self, connection: Connection) -> None:
        """See that the lease is held, within a transaction; nobody can take it before the end of that.

        Raises:
            LeaseLostError: it is lost, now and for all later transactions.
        """
        self._ping()
        if not self._lost:
            epoch = tables.lease.c.epoch
            own = select(epoch).where(tables.lease.c.name == self._name).with_for_update(read=True)
            held = connection.scalar(own)
            if held != self.epoch:
                self._lost = "another engine took over"
        if self._lost:
            raise LeaseLostError(
                f"the lease is lost, {self._what}: {self._lost}; this engine stores nothing more"
            )

    def _ping(self) -> None:
        with self._lock:
            if self._lost or time.monotonic() - self._pinged < PING_SECONDS:
                return
            try:
                self._connection.exec_driver_sql("SELECT 1")
            except DBAPIError as error:
                self._lost = f"its connection to the database ended ({str(error.orig).strip()})"
            self._pinged = time.monotonic()


@contextmanager
def held(engine: Engine, where: str, name: str, what: str) -> Iterator[Fence]:
    """Hold the lease of this name during the block.

    Args:
        engine: of the database; one connection is kept.
        where: the database, for the message.
        name: of the lease.
        what: the work of the holder, for the message.

    Raises:
        LeaseTakenError: another engine holds it.
    """
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT", writing=True)
    key = {"key": int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)}
    try:
        for _ in range(ATTEMPTS):
            if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
                break
            time.sleep(PAUSE_SECONDS)
        else:
            holder = connection.scalar(select(tables.lease.c.holder).where(tables.lease.c.name == name))
            raise LeaseTakenError(
                f"another engine is already {what} in {where} ({holder}); attach to it, or stop it"
            )
        yield Fence(connection, name, what, _next_epoch(connection, name))
    finally:
        # The lock ends with the session: the pool must not keep it.
        with suppress(DBAPIError):
            connection.invalidate()
        connection.close()


def _next_epoch(connection: Connection, name: str) -> int:
    holder = f"process {os.getpid()} on {socket.gethostname()}"
    row = insert(tables.lease).values(name=name, epoch=1, holder=holder, since=wall_clock())
    row = row.on_conflict_do_update(
        index_elements=[tables.lease.c.name],
        set_={"epoch": tables.lease.c.epoch + 1, "holder": holder, "since": wall_clock()},
    )
    return int(connection.execute(row.returning(tables.lease.c.epoch)).scalar_one())
