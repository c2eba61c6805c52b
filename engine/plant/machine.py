"""One machine of a plant: watched on a thread, and tried again alone after a failure."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from engine.assessment.key import live_key
from engine.assessment.live_record import LiveRecord
from engine.bundles.bundle import Bundle, BundleError
from engine.bundles.library import Bundles
from engine.bundles.packed import load_any
from engine.bundles.shared import load_shared
from engine.clock import wall_clock
from engine.config.own_machine import channels_of
from engine.config.plant_file import PlantMachine
from engine.config.settings import Settings, load_settings
from engine.errors import FailedError
from engine.live.engine_events import EngineEvents
from engine.live.watcher import Start, watch
from engine.plant.roster import note_removal
from engine.records.picker import newest_of_each
from engine.records.progress import HINDERED, Heartbeat, Phase
from engine.store.shared import SharedStore
from engine.system.lease import LeaseTakenError, lease_name
from engine.system.processes.ordered_map import SharedPool

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Pauses before a failed machine is tried again [s]: each failure doubles the pause."""

WELL_SECONDS = 120.0
"""Time of watching [s] after which the next failure counts as a first one."""


def settings_of_machine(machine: PlantMachine) -> Settings:
    """Load the settings of a machine, with its name in the plant.

    Raises:
        SettingsError: they cannot be used.
    """
    channels = partial(channels_of, machine.folder, watched=True)
    return load_settings(machine.config, machine.rig or None, {"machine.name": machine.name}, channels)


def version_of(machine: PlantMachine) -> tuple[PlantMachine, str]:
    """Return all that decides whether a machine must start over: its entry, and the text of its settings."""
    content = b""
    if machine.config is not None:
        with suppress(OSError):
            content = machine.config.read_bytes()
    return machine, hashlib.sha256(content).hexdigest()


class WatchedMachine:
    """A machine on its thread: `start` it, `stop` it, `join` it.

    Attributes:
        machine: its entry in the plant.
        version: as of `version_of`, when it was made.
    """

    def __init__(
        self,
        machine: PlantMachine,
        store: SharedStore,
        pool: SharedPool,
        *,
        started_as: Mapping[str, str],
        complain: Callable[[str], None],
        report: Callable[[str], None],
        new_bundle: bool = False,
        pause: float = FIRST_PAUSE,
    ) -> None:
        """Prepare to watch.

        Args:
            machine: its entry in the plant.
            store: of the plant.
            pool: examines the snapshots of all machines.
            started_as: options of the engine, for the record.
            complain: called with a sentence when it fails.
            report: called with the reason when it fails, and with "" when it is watched again.
            new_bundle: whether the bundle of the entry replaces the one in use, because the entry was edited.
            pause: before it is tried again after a first failure [s].
        """
        self.machine, self.version = machine, version_of(machine)
        self._store, self._pool, self._started_as = store, pool, started_as
        self._complain, self._report = complain, report
        self._new_bundle, self._pause = new_bundle, pause
        self._stop = threading.Event()
        self._removed_from = ""
        self._after: WatchedMachine | None = None
        self._said = ""
        self._hindrance: Phase | None = None
        # A folder that hangs must not keep the process from its end.
        self._thread = threading.Thread(target=self._go_on, name=f"raceway {machine.name}", daemon=True)

    def start(self, after: "WatchedMachine | None" = None) -> None:
        """Start watching, once an earlier thread for the same machine has ended."""
        self._after = after
        self._thread.start()

    def stop(self, *, removed_from: str = "") -> None:
        """Ask it to end; it ends within a second or two, all committed.

        Args:
            removed_from: plant.toml, where that names it no more; its record then says so.
        """
        self._removed_from = removed_from
        self._stop.set()

    def join(self, patience: float) -> bool:
        """Wait for its end, at most so many seconds; return whether it has ended."""
        self._thread.join(max(patience, 0.0))
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Return whether it watches, or is to be tried again."""
        return self._thread.is_alive()

    def _go_on(self) -> None:
        if self._after is not None:
            self._after._thread.join()
            self._after = None
        self._watch_again_and_again()
        if self._removed_from:
            with suppress(FailedError, OSError):
                note_removal(self._store, self.machine.name, self._removed_from)

    def _watch_again_and_again(self) -> None:
        pause = self._pause
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._watch()
                return
            except Exception as error:
                # Whatever it is, it must not reach the other machines.
                if time.monotonic() - began > WELL_SECONDS:
                    pause = self._pause
                self._failed(error)
            self._stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _watch(self) -> None:
        machine = self.machine
        settings = settings_of_machine(machine)
        bundle, name = self._bundle(settings)
        start = Start(name, bundle, self._options(), self._pool)
        watch(machine.folder, settings, self._store, stop=self._stop, start=start, tell=self._heard)

    def _options(self) -> dict[str, str]:
        machine = self.machine
        told = {"folder": str(machine.folder), **self._started_as}
        return told | ({"config": str(machine.config)} if machine.config else {})

    def _heard(self, beat: Heartbeat) -> None:
        if self._said and beat.phase is not Phase.FAILED:
            self._complain(f"{self.machine.name}: is watched again")
            self._report("")
            self._said = ""
        if beat.phase in HINDERED:
            if self._hindrance is not beat.phase and beat.message:
                self._complain(f"{self.machine.name}: {beat.message}")
                self._hindrance = beat.phase
        elif self._hindrance is not None and beat.phase is Phase.WATCHING:
            self._complain(f"{self.machine.name}: {self._hindrance.value} no more")
            self._hindrance = None

    def _bundle(self, settings: Settings) -> tuple[Bundle | None, str | None]:
        """Return the bundle to begin with, and its name: of the entry at the first start and after an edit.

        Raises:
            BundleError: it is damaged.
        """
        bundles = Bundles(self._store.path.parent, live_key(settings))
        if self.machine.bundle is None:
            return None, None
        with suppress(BundleError):
            if bundles.current() is not None and not self._new_bundle:
                return None, None
        bundle = load_shared(self.machine.bundle, load_any)
        name = bundles.keep(bundle)
        self._new_bundle = False
        return bundle, name

    def _failed(self, error: Exception) -> None:
        words = str(error) or type(error).__name__
        if words != self._said:
            self._complain(
                f"{self.machine.name}: {words.rstrip('.')}; it is tried again, at least every minute"
            )
            self._report(words)
            self._said = words
        if not isinstance(error, LeaseTakenError):
            # Whatever fails now, the machine is tried again.
            with suppress(Exception):
                self._record_failure(words)

    def _record_failure(self, words: str) -> None:
        """Raise "engine failed" in the live record of the machine, if it has one and no other engine."""
        found = [one for one in self._store.assessments(self.machine.name) if one.live]
        if not found:
            return
        with self._store.hold(lease_name(self.machine.name), "watching this machine", shared=True):
            record = LiveRecord(self._store, newest_of_each(found)[0], wall_clock)
            last = self._store.heartbeat(record.assessment)
            done, total = (last.done, last.total) if last is not None else (0, 0)
            EngineEvents(record).failed(words, self._store.newest_time(record.assessment) or wall_clock())
            record.beat(Heartbeat(wall_clock(), 0, Phase.FAILED, done, total, words))
