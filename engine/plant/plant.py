"""A plant: the machines of plant.toml, each on a thread of its own; they share one store and one pool.

A thread for each machine, not turns on one thread: a folder on a network share that hangs stops the thread
that looks into it, and no other machine.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from engine.config.layers import SettingsError
from engine.config.plant_file import PlantMachine, read_plant
from engine.errors import FailedError
from engine.plant.machine import FIRST_PAUSE, WatchedMachine, version_of
from engine.plant.roster import Roster, note_removal
from engine.records.progress import SILENCE
from engine.store.shared import SharedStore
from engine.system.malloc import share_few_heaps
from engine.system.processes.ordered_map import SharedPool

FLUSH_SECONDS = 1.0
"""Between two commits of the heartbeats of all machines."""

ENDING_SECONDS = 20.0
"""Time limit for the end of all machines [s]; a machine whose folder hangs is left behind."""

TAKING_OVER_SECONDS = SILENCE.total_seconds() + 2.0
"""Time after the start [s] at which an engine that was killed shortly before is silent."""


class Plant:
    """The machines of one engine process."""

    def __init__(
        self, path: Path, store: SharedStore, *, complain: Callable[[str], None], pause: float = FIRST_PAUSE
    ) -> None:
        """Prepare the machines of a file.

        Args:
            path: plant.toml.
            store: of the plant.
            complain: called with each failure in a sentence.
            pause: before a failed machine is tried again [s].

        Raises:
            SettingsError: the file cannot be used.
        """
        self._path, self._store, self._complain, self._pause = path, store, complain, pause
        self._wanted = read_plant(path)
        self._machines: dict[str, WatchedMachine] = {}
        self._former: list[WatchedMachine] = []
        self._roster = Roster(path, store)
        self._bell, self._reload = threading.Event(), threading.Event()

    def reload(self) -> None:
        """Ask for the file to be read again; safe in a signal handler."""
        self._reload.set()
        self._bell.set()

    def wake(self) -> None:
        """End the present wait, after `stop` was set."""
        self._bell.set()

    def run(self, stop: threading.Event) -> None:
        """Watch all machines until `stop` is set.

        It ends too where an operator has ended every machine.
        """
        share_few_heaps()
        pool = SharedPool()
        self._roster.name(self._wanted)
        # Before the first flush, which replaces the report of the engine before.
        self._take_over()
        self._roster.flush()
        again = time.monotonic() + TAKING_OVER_SECONDS
        self._apply(self._wanted, pool)
        while not stop.is_set() and any(one.is_alive for one in self._machines.values()):
            self._bell.wait(FLUSH_SECONDS)
            self._bell.clear()
            if self._reload.is_set():
                self._reload.clear()
                self._read_again(pool)
            self._roster.flush()
            if time.monotonic() >= again:
                self._take_over()
                again = float("inf")
        self._end()
        self._roster.flush(ended=True)
        pool.close()

    def _take_over(self) -> None:
        """Note the machines that the file named when an engine read it last, and names no more."""
        for name in self._roster.take_over():
            with suppress(FailedError, OSError):
                note_removal(self._store, name, str(self._path.absolute()))

    def _read_again(self, pool: SharedPool) -> None:
        try:
            wanted = read_plant(self._path)
        except SettingsError as error:
            words = f"{error} The plant goes on as before the edit."
            self._complain(words)
            self._roster.fault(words)
            return
        self._roster.name(wanted)
        self._roster.flush()
        self._apply(wanted, pool)

    def _apply(self, wanted: tuple[PlantMachine, ...], pool: SharedPool) -> None:
        """Start the machines that are new or edited, and end the others."""
        self._former = [one for one in self._former if one.is_alive]
        names = {one.name for one in wanted}
        for name in self._machines.keys() - names:
            former = self._machines.pop(name)
            former.stop(removed_from=str(self._path.absolute()))
            self._former.append(former)
        for machine in wanted:
            before = self._machines.get(machine.name)
            if before is not None and before.is_alive and before.version == version_of(machine):
                continue
            one = WatchedMachine(
                machine,
                self._store,
                pool,
                started_as={"plant": str(self._path.absolute()), "state": str(self._store.path.parent)},
                complain=self._complain,
                report=partial(self._roster.trouble, machine.name),
                new_bundle=before is not None and before.machine.bundle != machine.bundle,
                pause=self._pause,
            )
            if before is not None:
                before.stop()
            self._machines[machine.name] = one
            one.start(before)

    def _end(self) -> None:
        ending = [*self._machines.values(), *self._former]
        for one in ending:
            one.stop()
        until = time.monotonic() + ENDING_SECONDS
        for one in ending:
            while not one.join(min(FLUSH_SECONDS, until - time.monotonic())):
                if time.monotonic() > until:
                    self._complain(f"{one.machine.name}: does not end, and is left behind")
                    break
                self._roster.flush()
