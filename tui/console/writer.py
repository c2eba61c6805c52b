"""Storing of operators' acts: each in a durable transaction, on a thread of its own."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from engine.records.events import Acknowledged

if TYPE_CHECKING:
    from engine.store.store import Store

Work = Callable[["Store"], Acknowledged]
"""One act; the message of an error that it raises is shown to the operator."""


class Writer:
    """The store that acts are written through; used by a single thread."""

    def __init__(self, open_store: "Callable[[], Store]") -> None:
        """Keep `open_store` for the first act."""
        self._open_store = open_store
        self._store: Store | None = None

    def do(self, work: Work) -> Acknowledged | str:
        """Store an act.

        Returns:
            The store's answer; or the reason why nothing was stored.
        """
        from engine.errors import UnusableError

        try:
            if self._store is None:
                self._store = self._open_store()
            return work(self._store)
        except UnusableError as error:
            return str(error)
        except Exception as error:
            # The operator must read that nothing was stored, whatever the error is.
            lines = str(error).strip().splitlines()
            return f"the store did not take it ({lines[0] if lines else type(error).__name__})"

    def close(self) -> None:
        """Close the store if it is open."""
        if self._store is not None:
            self._store.close()
            self._store = None


class WriteQueue:
    """The writing thread, and the acts that are under way on it."""

    def __init__(self, writer: Writer) -> None:
        """Start with nothing under way."""
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "raceway-writing")
        self._under_way: dict[Hashable, asyncio.Future[Acknowledged | str]] = {}

    @property
    def busy(self) -> bool:
        """Whether an act is under way."""
        return bool(self._under_way)

    def begin(self, acts: Mapping[Hashable, Work]) -> "dict[Hashable, asyncio.Future[Acknowledged | str]]":
        """Begin to store acts.

        Args:
            acts: the acts by a key.

        Returns:
            The answers to come; an act with the key of one under way is skipped.
        """
        begun = {key: self._begin(key, work) for key, work in acts.items() if key not in self._under_way}
        self._under_way |= begun
        return begun

    def _begin(self, key: Hashable, work: Work) -> "asyncio.Future[Acknowledged | str]":
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._writer.do, work)
        future.add_done_callback(lambda _future: self._under_way.pop(key, None))
        return future

    async def wait(self) -> None:
        """Wait until every act is stored or refused."""
        if self._under_way:
            await asyncio.wait(self._under_way.values())

    def close(self) -> None:
        """Close the store, after the acts under way."""
        self._thread.submit(self._writer.close)
        self._thread.shutdown(wait=True)
