"""The playhead: the instant of recording time that the console shows, and its movements.

Instants are whole microseconds since 1970 UTC, as in `Series.at`. Nothing here reads a clock.
"""

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.clock import MICROSECOND, SECOND, LiveClock, in_zone, largest_unit, microseconds, moment, shifted
from engine.records.events import RINGS, Event, EventKind

Instants = NDArray[np.int64]

MAX_PACE = math.inf
"""As fast as the screen is redrawn, with a stop at every ring on the way."""

PACES = (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, MAX_PACE)
"""Recording time per wall time, roughly three steps to a decade."""

LONGEST_FRAME = 1.0
"""Longest step of one frame [s], also after a suspended laptop or a blocked terminal."""

SWEEP_FRAMES = 64
"""Frames in which a stored run passes at full pace, so that it is seen and not skipped."""


@dataclass(frozen=True, slots=True)
class Playhead:
    """The position of the console. `at` is None until the engine has stored a first snapshot.

    A `following` playhead is pinned to the newest instant and has no pace.
    """

    at: int | None = None
    pace: float = 1.0
    playing: bool = True
    following: bool = False


def index_at(times: Instants, at: int | None) -> int:
    """Return the index of the last snapshot at or before an instant, -1 without one."""
    return -1 if at is None else int(np.searchsorted(times, at, side="right")) - 1


def clamped(head: Playhead, times: Instants, now: int | None = None) -> Playhead:
    """Return the playhead within the first stored snapshot and the newest instant; it starts at the first.

    Args:
        head: the playhead.
        times: (n,) instants of the stored snapshots, ascending.
        now: the present of a live machine, which may be later than its last snapshot. Before its first
            snapshot the instant of the last event, None without one.
    """
    if not len(times):
        return replace(head, at=now)
    first, last = int(times[0]), newest(times, now)
    if head.following:
        return replace(head, at=last)
    return replace(head, at=first if head.at is None else min(max(head.at, first), last))


def newest(times: Instants, now: int | None = None) -> int:
    """Return the newest instant: of the last snapshot, or `now` if later."""
    last = [int(at) for at in times[-1:]]
    return max([*last, *([] if now is None else [now])])


def live_now(times: Instants, clock: LiveClock | None, seconds: float) -> int | None:
    """Return the present in recording time of a live machine; None before its first snapshot.

    Args:
        times: (n,) instants of the stored snapshots.
        clock: the live clock, None if the arrival of the newest snapshot is unknown.
        seconds: reading of a clock that never goes back [s].
    """
    if not len(times):
        return None
    if clock is None:
        return int(times[-1])
    # Whole seconds, as on the screen: nothing is drawn in between.
    return newest(times, microseconds(clock.now(seconds)) // SECOND * SECOND)


def arrival(
    before: LiveClock | None, times: Instants, seconds: float, waited: float | None, *, seen: bool
) -> LiveClock | None:
    """Return the live clock since the arrival of the newest snapshot; None if its arrival is unknown.

    Args:
        before: the live clock before.
        times: (n,) instants of the stored snapshots.
        seconds: reading of a clock that never goes back [s].
        waited: wall time since its file was taken in [s], None if unknown.
        seen: whether earlier snapshots were known, so that this one came just now.
    """
    if not len(times):
        return None
    if before is not None and microseconds(before.newest) == int(times[-1]):
        return before
    if waited is None and not seen:
        return None
    return LiveClock(moment(int(times[-1])), seconds - max(waited or 0.0, 0.0))


def behind(
    head: Playhead, times: Instants, numbers: Instants, now: int | None = None
) -> tuple[int, timedelta]:
    """Return the number of snapshots and the time after the playhead.

    Args:
        head: the playhead.
        times: (n,) instants of the stored snapshots, ascending.
        numbers: (n,) their numbers in the record, as in `typed`.
        now: the present of a live machine, in recording time.
    """
    if head.at is None or not len(times):
        return 0, timedelta(0)
    index = index_at(times, head.at)
    count = int(numbers[-1] - numbers[index]) if index >= 0 else len(times)
    return count, timedelta(microseconds=max(newest(times, now) - head.at, 0))


def advance(
    head: Playhead, seconds: float, times: Instants, rings: Iterable[int] = (), now: int | None = None
) -> Playhead:
    """Return the playhead after some wall time.

    Args:
        head: the playhead.
        seconds: wall time since the last frame, not negative [s].
        times: (n,) instants of the stored snapshots, ascending.
        rings: instants of raises and escalations; at full pace no frame passes one.
        now: the present of a live machine; a playhead that reaches it follows from there.

    Returns:
        The new playhead, never past the newest instant.
    """
    start = clamped(head, times, now)
    if head.at is None or start.at is None or not head.playing or head.following:
        return start
    if math.isinf(head.pace):
        following = min(index_at(times, start.at) + 1, len(times) - 1)
        target = max(int(times[following]), start.at + int(times[-1] - times[0]) // SWEEP_FRAMES)
        target = min([target, *(ring for ring in rings if ring > start.at)])
    else:
        target = start.at + round(min(seconds, LONGEST_FRAME) * head.pace * 1e6)
    moved = clamped(replace(start, at=target), times, now)
    return replace(moved, following=now is not None and moved.at == newest(times, now))


def at_end(head: Playhead, times: Instants) -> bool:
    """Return whether nothing is stored after the playhead."""
    return head.at is None or not len(times) or head.at >= int(times[-1])


def follow(head: Playhead, times: Instants, now: int | None = None) -> Playhead:
    """Return a playhead that follows the newest instant."""
    return clamped(replace(head, playing=True, following=True), times, now)


def paused(head: Playhead) -> Playhead:
    """Return the paused playhead."""
    return replace(head, playing=False, following=False)


def step(head: Playhead, by: int, times: Instants) -> Playhead:
    """Go some snapshots forward or back, and pause; between two, back is the one just passed."""
    if head.at is None or not len(times):
        return paused(head)
    index = index_at(times, head.at)
    if by < 0 and index >= 0 and int(times[index]) < head.at:
        index += 1
    target = min(max(index + by, 0), len(times) - 1)
    return replace(paused(head), at=int(times[target]))


def seek(head: Playhead, at: int, times: Instants) -> Playhead:
    """Go to an instant, within the stored record."""
    return clamped(replace(head, at=at, following=False), times)


def to_mark(head: Playhead, by: int, marks: Iterable[int]) -> Playhead | None:
    """Go to the next (by > 0) or previous mark and pause; return None without such a mark."""
    if head.at is None:
        return None
    here = head.at
    beyond = [mark for mark in marks if (mark > here if by > 0 else mark < here)]
    if not beyond:
        return None
    return replace(paused(head), at=min(beyond) if by > 0 else max(beyond))


def shift_pace(head: Playhead, by: int) -> Playhead:
    """Go one step up or down the paces, also from a pace between two steps."""
    if by > 0:
        return replace(head, pace=next((pace for pace in PACES if pace > head.pace), MAX_PACE))
    slower = [pace for pace in PACES if pace < head.pace]
    return replace(head, pace=slower[-1] if slower else PACES[0])


def pace_label(pace: float) -> str:
    """Return a pace as text: ×0.25, ×5000, max."""
    return "max" if math.isinf(pace) else f"×{pace:g}" if pace < 1e6 else f"×{pace:.0f}"


def pace_words(pace: float) -> str:
    """Return the speed of a replay in words: real time; 83 min of recording a second."""
    if math.isinf(pace):
        return "as fast as the screen is drawn, with a stop at every ring"
    if pace == 1:
        return "real time"
    if pace < 1:
        return f"{1 / pace:g} times slower than real time"
    return f"{_span(pace)} of recording a second"


def _span(seconds: float) -> str:
    """Return a span with two digits at least: 50 s, 8.3 min, 83 min, 14 h."""
    number, unit = largest_unit(seconds)
    if unit == "s":
        return f"{number:g} s"
    return f"{number:.2g} {unit}" if number < 10 else f"{number:.0f} {unit}"


def rung_between(events: Iterable[Event], before: int | None, after: int | None) -> tuple[Event, ...]:
    """Return the raises and escalations after one instant, up to and including another."""
    if after is None:
        return ()
    return tuple(
        event
        for event in events
        if event.kind in RINGS
        and microseconds(event.at) <= after
        and (before is None or microseconds(event.at) > before)
    )


GOTO = "2004-02-16 05:12, 05:12, or the number of a snapshot"
"""Examples of text that the go-to dialog accepts."""


def typed(text: str, times: Instants, numbers: Instants, here: int | None, zone: tzinfo) -> int | None:
    """Return the instant of a typed time or snapshot number; None if it is neither.

    Args:
        text: `532`, `2004-02-16 03:12:39`, `2004-02-16`, `03:12` (of the day under the playhead).
        times: (n,) instants of the stored snapshots.
        numbers: (n,) their numbers in the record, from 0; for a thinned one the one before it is meant.
        here: the playhead.
        zone: time zone of the screen.
    """
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        number = int(text)
        there = len(times) and int(numbers[0]) <= number <= int(numbers[-1])
        return int(times[np.searchsorted(numbers, number, side="right") - 1]) if there else None
    with suppress(ValueError, OverflowError):
        when = datetime.fromisoformat(text)
        return microseconds(when if when.tzinfo else when.replace(tzinfo=zone))
    if here is None:
        return None
    with suppress(ValueError, OverflowError):
        hour = time.fromisoformat(text)
        return microseconds(datetime.combine(in_zone(moment(here), zone), hour.replace(tzinfo=zone)))
    return None


def reaches(text: str, at: int, extent: tuple[int, int], zone: tzinfo) -> bool:
    """Return whether a typed instant lies in the record, as finely as it was typed.

    `2004-02-12` is a whole day and `10:32` a whole minute; the record needs only a part of it.

    Args:
        text: the typed text.
        at: its instant.
        extent: the first and the last instant of the record.
        zone: of the times on the screen.
    """
    colons = text.count(":")
    day = in_zone(moment(at), zone)
    span = timedelta(seconds=1) if colons >= 2 else timedelta(minutes=1)
    if not colons:
        span = datetime.combine(shifted(day, timedelta(days=1)).date(), time(), zone) - day
    return at <= extent[1] and at + span // MICROSECOND > extent[0]


ANSWERS = frozenset({EventKind.ACKNOWLEDGED, EventKind.SHELVED, EventKind.UNSHELVED})
"""Events that answer a ring."""


def unanswered(rings: Iterable[Event], events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the rings without an operator's answer; a notified command is not an answer."""
    answered = {event.ring for event in events if event.kind in ANSWERS}
    return tuple(ring for ring in rings if ring.seq not in answered)
