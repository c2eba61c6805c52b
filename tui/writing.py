"""Stores what the operator decides: one acknowledgement, one durable transaction, on its own thread."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from engine.records import Acknowledged, Assessment, Event

if TYPE_CHECKING:
    from engine.store import Store


class Writer:
    """Holds the store that acknowledgements are written through. One thread at a time."""

    def __init__(self, open_store: "Callable[[], Store]") -> None:
        """Remember how to get at the store; it is opened at the first acknowledgement."""
        self._open_store = open_store
        self._store: Store | None = None

    def acknowledge(
        self, assessment: Assessment, ring: Event, *, session: str, by: str, at: datetime, now: datetime
    ) -> Acknowledged | str:
        """Acknowledge the ring that was seen.

        Args:
            assessment: that the ring belongs to.
            ring: the raise or escalation on the screen.
            session: the replay session, "" for the live record.
            by: who.
            at: the playhead.
            now: wall clock.

        Returns:
            The store's answer; or, where nothing could be stored, why not.
        """
        try:
            if self._store is None:
                self._store = self._open_store()
            return self._store.acknowledge(assessment, ring=ring, session=session, by=by, at=at, now=now)
        except Exception as error:
            # Whatever went wrong, the operator must read that it is not acknowledged.
            lines = str(error).strip().splitlines()
            return f"the store did not take it ({lines[0] if lines else type(error).__name__})"

    def close(self) -> None:
        """Close the store, if it is open."""
        if self._store is not None:
            self._store.close()
            self._store = None
