"""A record that grows: an assessment, the store that keeps it, and the wall clock that stamps its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.records.assessment import Assessed, Assessment
from engine.records.events import Event, NewEvent
from engine.records.intake import Intake
from engine.records.progress import Heartbeat
from engine.store.store import Store


@dataclass(frozen=True, slots=True)
class LiveRecord:
    """The assessment that an engine adds to, with the methods that add to it.

    Attributes:
        store: keeps it.
        assessment: the record itself.
        now: the wall clock (aware, UTC).
    """

    store: Store
    assessment: Assessment
    now: Callable[[], datetime]

    @property
    def machine(self) -> str:
        """Return the name of the machine."""
        return self.assessment.machine

    @property
    def state(self) -> Path:
        """Return the folder of the store."""
        return self.store.path.parent

    def append(self, items: Sequence[Assessed], intake: Sequence[Intake] = ()) -> None:
        """Store snapshots, their events and the ledger's rows of their files in one transaction.

        Raises:
            StoreError: the store cannot be written, or another engine has stored one of them.
        """
        self.store.append(self.assessment, items, self.now(), intake)

    def settle(self, intake: Sequence[Intake], events: Sequence[NewEvent]) -> None:
        """Store rows of the ledger and events without a snapshot in one transaction."""
        self.store.settle(self.assessment, intake, events, self.now())

    def add_event(self, event: NewEvent) -> None:
        """Store one event."""
        self.store.add_event(self.assessment, event, self.now())

    def events(self) -> tuple[Event, ...]:
        """Return the events of the record, without those of replay sessions."""
        return self.store.events(self.assessment)

    def beat(self, heartbeat: Heartbeat) -> None:
        """Store the engine's heartbeat."""
        self.store.beat(self.assessment, heartbeat)

    def reject(self, name: str, reason: str) -> None:
        """Store why a recording is not scored."""
        self.store.reject(self.assessment, name, reason, self.now())
