"""Commits of snapshots: collected in order, stored in whole batches."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.assessment.live_record import LiveRecord
from engine.records.assessment import Assessed
from engine.records.intake import Intake

COMMIT_SECONDS = 0.5
COMMIT_MOST = 64
"""Time or snapshots after which a batch is committed: screens show progress, the disk has few flushes."""


class Batch:
    """Snapshots on their way into the store; the last of each commit carries the engine's state."""

    def __init__(self, record: LiveRecord) -> None:
        """Collect for one record."""
        self._record = record
        self._items: list[Assessed] = []
        self._intake: list[Intake] = []
        self._pack: Callable[[], Mapping[str, object]] | None = None
        self._committed = time.monotonic()

    def add(
        self, item: Assessed, pack: Callable[[], Mapping[str, object]], intake: Intake | None = None
    ) -> None:
        """Add a snapshot, the function that packs the state after it, and its ledger row; commit when due."""
        self._items.append(item)
        self._pack = pack
        if intake is not None:
            self._intake.append(intake)
        if len(self._items) >= COMMIT_MOST or time.monotonic() - self._committed >= COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Store the collected snapshots, all or none."""
        if self._items and self._pack is not None:
            items = [*self._items[:-1], replace(self._items[-1], state=self._pack())]
            self._record.append(items, self._intake)
        self._items, self._intake, self._committed = [], [], time.monotonic()
