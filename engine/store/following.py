"""Following a store: a number that changes with it, and hints that something was stored."""

import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from engine.store.database import Database

if TYPE_CHECKING:
    from engine.store.postgres.hints import Hints


class Following(Database):
    """Tells a reader cheaply whether it must read again. Call `follow` in a reader that stays for long."""

    _hints: "Hints | None" = None
    _machine_id = 0
    _version: int | None = None
    _heard: int | None = None
    _asked_at = 0.0

    def follow(self, machine_id: int) -> None:
        """Listen for hints about a machine, if the database gives any; polling works as before."""
        self._machine_id, self._version = machine_id, None
        if self.address is not None and self._hints is None:
            from engine.store.postgres.hints import Hints

            self._hints = Hints(self._engine)

    def heard(self, machine_id: int) -> int | None:
        """Return a number that grows with each hint about a machine; None without hints. Any thread."""
        return None if self._hints is None else self._hints.count(machine_id)

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed; this is a cheap query.

        After `follow` it is no query at all, as long as no hint about the machine came, for a second at most.
        """
        heard, now = self.heard(self._machine_id), time.monotonic()
        if heard is None or self._version is None or heard != self._heard or self._is_old(now):
            with self.reading() as connection:
                self._version = self.dialect.data_version(connection)
            self._heard, self._asked_at = heard, now
        return self._version

    def reading_long(self) -> AbstractContextManager[object]:
        """Open a read for many queries in a database of many hosts; in a file it would hold up commits."""
        return nullcontext() if self.address is None else self.reading()

    def _is_old(self, now: float) -> bool:
        from engine.store.postgres import hints

        return now - self._asked_at >= hints.ASK_SECONDS

    def close(self) -> None:
        """Close all connections."""
        if self._hints is not None:
            self._hints.close()
            self._hints = None
        super().close()
