"""Stores what the operator decides: one act, one durable transaction, on its own thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.records.events import Acknowledged

if TYPE_CHECKING:
    from engine.store.store import Store

Work = Callable[["Store"], Acknowledged]
"""Does one act; what it raises is told in the operator's words."""


class Writer:
    """Holds the store that acts are written through. One thread at a time."""

    def __init__(self, open_store: "Callable[[], Store]") -> None:
        """Remember how to get at the store; it is opened at the first act."""
        self._open_store = open_store
        self._store: Store | None = None

    def do(self, work: Work) -> Acknowledged | str:
        """Do one act.

        Returns:
            The store's answer; or, where nothing was stored, why not.
        """
        from engine.errors import UnusableError

        try:
            if self._store is None:
                self._store = self._open_store()
            return work(self._store)
        except UnusableError as error:
            return str(error)
        except Exception as error:
            # Whatever went wrong, the operator must read that it is not done.
            lines = str(error).strip().splitlines()
            return f"the store did not take it ({lines[0] if lines else type(error).__name__})"

    def close(self) -> None:
        """Close the store, if it is open."""
        if self._store is not None:
            self._store.close()
            self._store = None
