"""Hints of a database that rows of a machine were stored: LISTEN on a connection of its own.

A hint saves queries and time, and proves nothing: it can be lost with its connection. So readers ask the
database every second all the same, and after each hint at once.
"""

import threading
from collections import Counter
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from engine.store.postgres.dialect import CHANNEL

ASK_SECONDS = 1.0
"""Time after which the database is asked although no hint came [s]."""

AGAIN_SECONDS = 1.0
"""Wait before a lost connection is replaced [s]."""

WAIT_SECONDS = 0.5
"""The longest wait for a hint before the thread looks whether it is to end [s]."""


class Hints:
    """Counts the hints about each machine, on a thread of its own."""

    def __init__(self, engine: Engine) -> None:
        """Begin to listen."""
        self._engine = engine
        self._counts: Counter[int] = Counter()
        self._begun = 0
        self._is_listening = False
        self._stop = threading.Event()
        self._driver: Any = None
        threading.Thread(target=self._listen, name="raceway-hints", daemon=True).start()

    def count(self, machine_id: int) -> int | None:
        """Return a number that grows with each hint about a machine; None while no connection listens."""
        return self._begun + self._counts[machine_id] if self._is_listening else None

    def close(self) -> None:
        """End the thread and its connection."""
        self._stop.set()
        driver = self._driver
        if driver is not None:
            with suppress(Exception):
                driver.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            # Whatever ends the connection: readers go on asking meanwhile.
            with suppress(DBAPIError, OSError, _driver_error()):
                self._hear()
            self._is_listening = False
            self._stop.wait(AGAIN_SECONDS)

    def _hear(self) -> None:
        pooled = self._engine.raw_connection()
        driver: Any = pooled.driver_connection
        # It listens: no other reader may get it from the pool.
        pooled.detach()
        self._driver = driver
        try:
            driver.rollback()
            driver.autocommit = True
            driver.execute(f"LISTEN {CHANNEL}")
            # Hints were missed before.
            self._begun += 1
            self._is_listening = True
            while not self._stop.is_set():
                for hint in driver.notifies(timeout=WAIT_SECONDS):
                    if hint.payload.isdecimal():
                        self._counts[int(hint.payload)] += 1
        finally:
            driver.close()


def _driver_error() -> type[Exception]:
    import psycopg

    return psycopg.Error
