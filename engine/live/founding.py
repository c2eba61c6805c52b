"""The first steps of a watching engine, before its scoring is loaded: lease, record, first heartbeat.

The libraries of the scoring take seconds to load on a small computer. A folder that is missing shows at once.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.assessment.key import live_key
from engine.bundles.library import Bundles, check_fit
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.records.assessment import Assessment
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from engine.store.upkeep.losses import forget_acceptance, refuse_lost
from engine.system.lease import machine_lease
from replay.incoming.folder import FolderState, look_into
from replay.recording import clean_text


@dataclass(frozen=True, slots=True)
class Founding:
    """The lease is held; `first` is the first heartbeat of the record, None where one was there before."""

    first: Heartbeat | None


@contextmanager
def founded(
    folder: Path,
    settings: Settings,
    store: Store,
    *,
    now: Callable[[], datetime],
    bundle: str | None = None,
) -> Iterator[Founding]:
    """Hold the lease of a machine; found its record and beat at once where its folder cannot be listed.

    A record that has a heartbeat keeps it: the engine reports from it how the engine before ended.

    Args:
        folder: where the recorder writes.
        settings: of the machine.
        store: holds its record.
        now: the wall clock.
        bundle: name of the bundle to begin with; None for the bundle in use, or none.

    Raises:
        LeaseTakenError: another engine watches this machine.
        BundleError: the named bundle does not fit.
    """
    what = f"watching {settings.machine.name}"
    with store.hold(machine_lease(settings), what):
        look = look_into(folder, ())
        if look.state is FolderState.PRESENT or former_record(store, settings) is not None:
            yield Founding(None)
            return
        if bundle is not None:
            check_fit(Bundles(store.path.parent, live_key(settings)).load(bundle), settings)
        record = begin_record(folder, settings, store, now())
        first = None
        if store.heartbeat(record) is None:
            first = Heartbeat(now(), os.getpid(), Phase.NO_FOLDER, 0, 0, look.sentence)
            store.beat(record, first)
        yield Founding(first)


def begin_record(folder: Path, settings: Settings, store: Store, now: datetime) -> Assessment:
    """Return the live record of a machine; begin it where there is none.

    Args:
        folder: that the engine watches.
        settings: of the machine.
        store: holds the record.
        now: wall clock.

    Raises:
        StoreLostError: there was one, which is gone or emptied, and no person has accepted that.
    """
    machine = settings.machine.name
    refuse_lost(store, machine)
    layout = layout_of(settings)
    record = store.begin_assessment(
        machine=machine,
        key=live_key(settings),
        model=settings.model.name,
        seed=settings.model.seed,
        run=clean_text(str(folder)),
        expected=0,
        components=layout.components,
        channels=layout.channels,
        units=layout.units,
        settings=settings.plain(),
        now=now,
    )
    forget_acceptance(store, machine)
    return record


def former_record(store: Store, settings: Settings) -> Assessment | None:
    """Return the live record that an engine worked on last, if it has another layout and holds snapshots."""
    last: tuple[datetime, Assessment] | None = None
    for one in store.assessments(settings.machine.name):
        if one.live:
            beat = store.heartbeat(one)
            when = one.created_at if beat is None else beat.beat_at
            last = (when, one) if last is None or when >= last[0] else last
    if last is None or last[1].key == live_key(settings) or store.resume_point(last[1]) is None:
        return None
    return last[1]
