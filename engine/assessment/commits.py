"""How snapshots flow: examined a few at a time but handed on in order, and stored in whole batches."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from engine.records.assessment import Assessed, Assessment
from engine.records.intake import Intake
from engine.store.store import Store

COMMIT_SECONDS = 0.5
COMMIT_MOST = 64
"""A batch is committed after so long or so many snapshots: a screen sees progress, a disk few flushes."""


class Batch:
    """Snapshots on their way into the store; the last of each commit carries the engine's state."""

    def __init__(self, store: Store, assessment: Assessment, now: Callable[[], datetime]) -> None:
        """Collect for one assessment."""
        self._store, self._assessment, self._now = store, assessment, now
        self._items: list[Assessed] = []
        self._intake: list[Intake] = []
        self._pack: Callable[[], Mapping[str, object]] | None = None
        self._committed = time.monotonic()

    def add(
        self, item: Assessed, pack: Callable[[], Mapping[str, object]], intake: Intake | None = None
    ) -> None:
        """Take in a snapshot, what packs the state after it, and its row of the ledger; commit when due."""
        self._items.append(item)
        self._pack = pack
        if intake is not None:
            self._intake.append(intake)
        if len(self._items) >= COMMIT_MOST or time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Store what was collected, whole or not at all."""
        if self._items and self._pack is not None:
            items = [*self._items[:-1], replace(self._items[-1], state=self._pack())]
            self._store.append(self._assessment, items, self._now(), self._intake)
        self._items, self._intake, self._committed = [], [], time.monotonic()
