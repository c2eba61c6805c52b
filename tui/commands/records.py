"""Records on a command line: sessions, instants, and the facts of one machine as of an instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from engine.clock import microseconds, moment, wall_clock
from engine.errors import UnusableError, nearest
from engine.records.picker import PickError, pick
from tui.commands.options import UNUSABLE, fail, sentences, settings_of, store_place, warn_of_damage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.alarms.alarm import Alarm
    from engine.config.settings import Settings
    from engine.explanation.record import Record
    from engine.records.assessment import Assessment
    from engine.store.store import Store

    Instants = NDArray[np.int64]

At = Annotated[
    str,
    typer.Option(
        "--at",
        help="Number of the snapshot, from 0, or a recording time such as 2004-02-16T05:12. Now by default.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Opened:
    """A record as of an instant, with the store that it is from and the time zone of its reader."""

    store: "Store"
    record: "Record"
    zone: tzinfo
    settings: "Settings"

    def alarm(self, which: str) -> "Alarm":
        """Return the alarm with this ring number or key, as of the instant."""
        for alarm in self.record.alarms:
            if which in (alarm.key, alarm.ring.alarm, str(alarm.ring.seq), str(alarm.raised.seq)):
                return alarm
        instant = f"{self.record.at:%Y-%m-%d %H:%M:%S} UTC"
        fail(
            f"there is no alarm {which!r} up to {instant}; raceway alarms --all lists them, with their rings",
            UNUSABLE,
        )

    def component(self, name: str) -> int:
        """Return the index of a component."""
        names = self.record.assessment.components
        if name not in names:
            known = ", ".join(names)
            fail(
                f"--component {name!r} is not a component of the machine{nearest(name, names)};"
                f" it has {known}",
                UNUSABLE,
            )
        return names.index(name)


@contextmanager
def opened_record(
    state: Path | None, config: Path | None, machine: str | None, session: str | None, at: str = ""
) -> Iterator[Opened]:
    """Open the store, and read the record of one machine as of an instant.

    Args:
        state: folder of the store, None for that of the settings.
        config: file of settings, None for the defaults.
        machine: its name; None where the store holds one machine.
        session: of the operators, None for the live record.
        at: the instant as typed, "" for the newest.
    """
    with sentences(missing=UNUSABLE):
        settings = settings_of(config, None, {})
        folder = state or settings.store.folder
        from engine.explanation.record import record_of
        from engine.operator.alarm_actions import playhead_of
        from engine.records.stored_settings import stored_settings
        from engine.store.store import Store

        with Store.open(folder, read_only=True) as store:
            assessment = picked(store, machine, folder)
            look_for_session(store, assessment, session or "")
            with store.reading():
                events = store.events(assessment, session or "")
                series = store.series(assessment)
            warn_of_damage(folder, store.damage.sentence)
            newest = playhead_of(store, assessment, events, wall_clock()) or assessment.created_at
            zone = zone_of(settings)
            rules = assessment.settings
            if config is not None or not rules.advice:
                rules = stored_settings(settings.plain())
            when = newest
            if at:
                when = instant_of(at, series.at, series.positions, newest, zone)
            yield Opened(store, record_of(assessment, series, events, when, rules), zone, settings)


class Live(NamedTuple):
    """The live record of a machine, in an open store at a place."""

    store: "Store"
    assessment: "Assessment"
    place: Path


@contextmanager
def live_record(
    state: Path | None, config: Path | None, machine: str | None, *, read_only: bool = True
) -> Iterator[Live]:
    """Open the store, and pick the live record of a machine; known errors become sentences.

    Args:
        state: folder of the store, None for that of the settings.
        config: file of settings, None for the defaults.
        machine: its name; None where the store holds one machine.
        read_only: whether nothing is written.
    """
    with sentences():
        place = store_place(state, config)
        from engine.store.store import Store

        with Store.open(place, read_only=read_only) as store:
            yield Live(store, picked(store, machine, place, live=True), place)


def picked(store: "Store", machine: str | None, where: Path, *, live: bool = False) -> "Assessment":
    """Return the assessment of one machine of a store, as `pick` does.

    Raises:
        PickError: there is none, or there are several; of a machine that a plant names, why it has no record.
    """
    try:
        return pick(store.assessments(), machine, where, live=live)
    except PickError:
        for one in store.unrecorded(wall_clock()):
            if one.assessment.machine == machine:
                why = one.heartbeat.message or "its engine has not begun one"
                raise PickError(f"{where}: {machine} of {one.plant.file} has no record yet: {why}") from None
        raise


def instant_of(
    text: str,
    times: "Instants",
    numbers: "Instants",
    newest: datetime,
    zone: tzinfo,
    *,
    option: str = "--at",
) -> datetime:
    """Return a typed instant of a record.

    Args:
        text: a time, or the number of a snapshot.
        times: (n,) of the snapshots [microseconds since 1970].
        numbers: (n,) of the snapshots.
        newest: the newest instant.
        zone: of a time without one.
        option: that it was typed for.
    """
    from tui.data.playhead import typed

    found = typed(text, times, numbers, microseconds(newest), zone)
    if found is None:
        fail(
            f"{option} {text!r} is not an instant of this record; write 2004-02-16T05:12, or a"
            " snapshot number",
            UNUSABLE,
        )
    return moment(found)


def zone_of(settings: "Settings") -> tzinfo:
    """Return the time zone in which the reader wants recording times."""
    if settings.console.time_zone != "local":
        return UTC
    return datetime.now().astimezone().tzinfo or UTC


def look_for_session(store: "Store", record: "Assessment", session: str) -> None:
    """Reject an unknown session; a typo would hide acknowledgements from others.

    Args:
        store: holds the record.
        record: the record of the sessions.
        session: its name, "" for none.

    Raises:
        UnusableError: no event is stored in a session of this name; the sentence names the sessions.
    """
    known = store.sessions(record) if session else ()
    if session and session not in known:
        there = ", ".join(map(repr, known)) if known else "none"
        without = "its live record" if record.live else "the record without a session"
        raise UnusableError(
            f"--session: {record.machine} has no session {session!r}{nearest(session, known)}; sessions with"
            f" stored actions: {there}. Leave --session out for {without}"
        )
