"""Keeps a live record from growing for ever: thins it by age beside the engine's work, a little at a time."""

from collections.abc import Callable, Iterator
from datetime import datetime

from engine.config.sections import StoreSettings
from engine.records.events import Assessment
from engine.store.retention import Thinned, thin
from engine.store.store import Store

EVERY_SECONDS = 3600.0
"""Between two looks for what has grown old enough."""

FIRST_SECONDS = 60.0
"""After the engine began: an engine that is started to catch up has better things to do."""


class Tidier:
    """One step a turn, each a short transaction; what the engine leaves is thinned another time."""

    def __init__(
        self,
        store: Store,
        assessment: Assessment,
        rules: StoreSettings,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """Tidy one live record; `now` is the wall clock, `clock` counts seconds and never goes back."""
        self._store, self._assessment, self._rules = store, assessment, rules
        self._now, self._clock = now, clock
        self._next = clock() + FIRST_SECONDS
        self._steps: Iterator[Thinned] | None = None

    def turn(self) -> None:
        """Do the next step if there is one to do."""
        if self._steps is None:
            if self._clock() < self._next:
                return
            self._next = self._clock() + EVERY_SECONDS
            self._steps = thin(self._store, self._assessment, self._rules, self._now())
        if next(self._steps, None) is None:
            self._steps = None
