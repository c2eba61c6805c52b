"""The report of a plant: all machines that its file names, and why one is not watched.

It is stored before anything can fail, because a machine has no record before its settings could be read.
"""

import os
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine.assessment.heartbeat import BEAT
from engine.clock import wall_clock
from engine.config.plant_file import PlantMachine
from engine.errors import FailedError
from engine.records.picker import newest_of_each
from engine.records.plants.report import Named, PlantReport
from engine.records.progress import Heartbeat, Phase
from engine.store.shared import SharedStore
from engine.store.store import Store
from engine.system.lease import LeaseLostError, LeaseTakenError, lease_name
from replay.recording import clean_text


class Roster:
    """The report of one engine; `trouble` may be called from each machine's thread."""

    def __init__(self, file: Path, store: SharedStore) -> None:
        """Report on the machines of a file in a store."""
        self._store, self._lock = store, threading.Lock()
        name = clean_text(str(file.absolute()))
        self._report = PlantReport(name, socket.gethostname(), os.getpid(), wall_clock())
        self._is_stored = False

    def name(self, machines: Iterable[PlantMachine]) -> None:
        """Report these machines from now on; `flush` stores it."""
        now = wall_clock()
        with self._lock:
            named = {
                one.name: replace(
                    self._report.machines.get(one.name, Named("", now)), folder=clean_text(str(one.folder))
                )
                for one in machines
            }
            self._change(replace(self._report, machines=named, fault=""))

    def trouble(self, machine: str, words: str) -> None:
        """Report why a machine is not watched; "" once it is."""
        with self._lock:
            before = self._report.machines.get(machine)
            if before is not None and before.trouble != words:
                changed = Named(before.folder, wall_clock(), words)
                self._change(replace(self._report, machines={**self._report.machines, machine: changed}))

    def fault(self, words: str) -> None:
        """Report why the newest edit of the file is not in effect."""
        with self._lock:
            self._change(replace(self._report, fault=words))

    def take_over(self) -> frozenset[str]:
        """Remove the reports that this one replaces; return the machines that only those named."""
        now, dropped = wall_clock(), set[str]()
        with suppress(FailedError):
            for former in self._store.plants():
                is_own = (former.file, former.host) == (self._report.file, self._report.host)
                if is_own or self._report.replaces(former, now):
                    dropped |= former.machines.keys() - self._report.machines.keys()
                    if not is_own:
                        self._store.forget_plant(former)
        return frozenset(dropped)

    def flush(self, *, ended: bool = False) -> None:
        """Store the heartbeats of all machines, and the report where it changed or grew old."""
        with self._lock:
            now, report = wall_clock(), self._report
            is_due = ended or not self._is_stored or abs(now - report.beat_at) >= BEAT
            if is_due:
                report = self._report = replace(report, beat_at=now, ended=ended)
            is_whole, self._is_stored = self._is_stored, True
        # Each machine that writes says what is wrong with the store; the next flush brings the rest.
        try:
            if not is_whole:
                self._store.put_plant(report)
            self._store.flush(report if is_due and is_whole else None)
        except FailedError:
            with self._lock:
                self._is_stored = False

    def _change(self, report: PlantReport) -> None:
        self._report, self._is_stored = report, False


def note_removal(store: Store, machine: str, file: str) -> None:
    """Note in the live record of a machine that its plant names it no more, unless another engine has it.

    Args:
        store: holds the record, if there is one.
        machine: its name.
        file: plant.toml.
    """
    found = [one for one in store.assessments(machine) if one.live]
    if not found:
        return
    record = newest_of_each(found)[0]
    with (
        suppress(LeaseTakenError, LeaseLostError),
        store.hold(lease_name(machine), f"watching {machine}", shared=True),
    ):
        last = store.heartbeat(record)
        since, done = (wall_clock(), 0) if last is None else (last.beat_at, last.done)
        if last is None or last.phase is not Phase.REMOVED:
            store.beat(record, _removed(since, done, file))


def _removed(since: datetime, done: int, file: str) -> Heartbeat:
    return Heartbeat(since, os.getpid(), Phase.REMOVED, done, done, f"removed from {file}")
