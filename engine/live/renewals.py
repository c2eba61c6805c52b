"""New baselines for single components: waits for enough recordings after a replacement, then learns."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from engine.assessment.live_record import LiveRecord
from engine.baseline.from_run import Listener
from engine.baseline.renewal import renew_component
from engine.bundles.bundle import Bundle
from engine.bundles.library import Bundles
from engine.clock import microseconds, moment
from engine.config.healthy_span import Healthy, HealthySpan, parse_healthy
from engine.config.settings import Settings
from engine.errors import UnusableError
from engine.live.healthy_choice import chosen_run
from engine.records.events import Event
from replay.run import open_run


class Renewals:
    """The requests to learn a new baseline for one component."""

    def __init__(self, folder: Path, settings: Settings, record: LiveRecord, bundles: Bundles) -> None:
        """Take the folder of the recordings, the machine, its live record and the bundles of the store.

        Args:
            folder: of the recordings.
            settings: of the machine.
            record: the live record.
            bundles: of the store.
        """
        self._folder, self._settings, self._record, self._bundles = folder, settings, record, bundles
        self._enough: dict[int, int] = {}

    def has_come(self, request: Event) -> bool:
        """Return whether the recordings that a request waits for are scored; true of any other request.

        Raises:
            StoreError: the store cannot be read.
        """
        since = _since(request)
        if since is None:
            return True
        store, record = self._record.store, self._record.assessment
        newest = store.resume_point(record)
        if newest is None or newest[0] < self._enough.get(request.seq, 0):
            return False
        came = len(self._after(since))
        # The whole record is looked at again only once so many snapshots more have come.
        self._enough[request.seq] = newest[0] + max(self._wanted - came, 0)
        return came >= self._wanted

    def work_of(self, request: Event, listener: Listener) -> Callable[[], Bundle]:
        """Return the work of a request: it learns the bundle.

        Raises:
            UnusableError: there is no such component or bundle, or files are gone.
            ValueError: the span is none.
        """
        name, names = str(request.detail["component"]), [part.name for part in self._settings.components]
        if name not in names:
            raise UnusableError(f"{name!r} is not a component of this machine; it has {', '.join(names)}")
        store, record = self._record.store, self._record.assessment
        run = open_run(self._folder, self._settings.recording_format())
        # Alarms do not matter here: the new part is abnormal to the baseline of the old one.
        anyway = request.detail.get("anyway") is True
        run = chosen_run(run, self._span(request), store.series(record), (), anyway=anyway)
        bundle = self._bundles.load()
        return lambda: renew_component(bundle, names.index(name), run, self._settings, listener)

    def _span(self, request: Event) -> Healthy:
        since = _since(request)
        if since is None:
            return parse_healthy(str(request.detail["healthy"]))
        chosen = self._after(since)[: self._wanted]
        if not len(chosen):
            raise UnusableError("the record holds no snapshot after the replacement")
        return HealthySpan(moment(int(chosen[0])), moment(int(chosen[-1])) + timedelta(microseconds=1))

    def _after(self, since: datetime) -> np.ndarray:
        """Return the times of the snapshots after an instant [microseconds], oldest first."""
        at = self._record.store.series(self._record.assessment).at
        return at[at > microseconds(since)]

    @property
    def _wanted(self) -> int:
        return self._settings.watch.gather


def _since(request: Event) -> datetime | None:
    """Return the instant of the replacement that a request names, None where it names none."""
    try:
        since = datetime.fromisoformat(str(request.detail["since"]))
    except (KeyError, ValueError):
        return None
    return since if since.tzinfo is not None else None
