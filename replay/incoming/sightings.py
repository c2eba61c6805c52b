"""The knowledge about each file of a watched folder, and the decision that follows from it: pure."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto

from replay.file_times import readings_of
from replay.incoming.folder import Found, Stamp
from replay.incoming.foreign import is_foreign
from replay.recording import LINK, RecordingError, RecordingFormat

JUST_WRITTEN = "it has just been written"
"""Reason for waiting: the file is not at rest yet."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The knowledge about one file that is not in the ledger; times are monotonic.

    Attributes:
        stamp: its version at the last scan.
        since: first scan with this stamp [s].
        closed: whether a hint reported this version as closed or renamed into place.
        readings: the time in its name, UTC; two in an hour that the clock shows twice; none without a time.
        fault: why its name or kind excludes it; empty if they do not.
        foreign: whether its name says that it is not a recording of this machine.
        files: of a recording of several files, all of them: names and versions; empty for a single file.
        lasting: whether the fault is permanent (a link) or may pass (a temporary name).
        short: whether it is whole but for a few rows, which no longer come once a newer file is there.
        held: why the last attempt to read it failed.
        until: time of the next attempt [s].
    """

    stamp: Stamp
    since: float
    closed: bool = False
    readings: tuple[datetime, ...] = ()
    fault: str = ""
    foreign: bool = False
    files: tuple[tuple[bytes, Stamp], ...] = ()
    lasting: bool = False
    short: bool = False
    held: str = ""
    until: float = 0.0


class Decision(Enum):
    """The decision about a file."""

    TAKE = auto()
    PASS_OVER = auto()
    WAIT = auto()
    REFUSE = auto()


@dataclass(frozen=True, slots=True)
class Rest:
    """Times that a file must be unchanged [s]: `settle` to be read, `patience` to be refused."""

    settle: float
    patience: float


def sighted(
    before: Sighting | None,
    found: Found,
    hint: Stamp | None,
    raw: bytes,
    form: RecordingFormat,
    now: float,
    time_inside: Callable[[bytes], datetime] | None = None,
) -> Sighting:
    """Update the knowledge about a file by one scan; keep it if the stamp is the same.

    The parameters are the facts of one file and one scan.

    Args:
        before: the knowledge of the scan before.
        found: the file as it was listed.
        hint: the version that an observer reported as closed.
        raw: its name.
        form: the expected format.
        now: monotonic time [s].
        time_inside: finds the time where it stands in the file.
    """
    if before is None or before.stamp != found.stamp:
        before = _first_sight(found, raw, form, now, time_inside)
    return before if before.closed or hint != found.stamp else replace(before, closed=True)


def decide(sighting: Sighting, now: float, age: float, rest: Rest) -> tuple[Decision, str]:
    """Return the decision about a file, with its reason.

    Args:
        sighting: the knowledge about it.
        now: monotonic time [s].
        age: wall-clock time since its modification [s]; negative if the clocks disagree.
        rest: required times without a change.
    """
    unchanged = now - sighting.since
    if sighting.foreign:
        return Decision.PASS_OVER, ""
    if sighting.fault:
        is_over = sighting.lasting or unchanged >= rest.patience
        return (Decision.REFUSE if is_over else Decision.WAIT), sighting.fault
    if sighting.held and now < sighting.until:
        return Decision.WAIT, sighting.held
    if sighting.closed or age >= rest.settle or unchanged >= rest.settle:
        return Decision.TAKE, ""
    return Decision.WAIT, JUST_WRITTEN


def _first_sight(
    found: Found,
    raw: bytes,
    form: RecordingFormat,
    now: float,
    time_inside: Callable[[bytes], datetime] | None,
) -> Sighting:
    """Judge a new or changed file by its kind and name."""
    if is_foreign(raw, form):
        return Sighting(found.stamp, now, foreign=True)
    if found.is_link:
        return Sighting(found.stamp, now, fault=LINK, lasting=True)
    try:
        if form.time == "modified":
            readings: tuple[datetime, ...] = (datetime.fromtimestamp(found.stamp.modified_ns / 1e9, UTC),)
        elif form.time in ("column", "header") and time_inside is not None:
            readings = (time_inside(raw),)
        else:
            readings = readings_of(os.fsdecode(raw), form)
    except (RecordingError, ValueError, OverflowError, OSError) as error:
        fault = error.reason if isinstance(error, RecordingError) else "its time is beyond the calendar"
        return Sighting(found.stamp, now, fault=fault, files=found.files)
    return Sighting(found.stamp, now, readings=readings, files=found.files)
