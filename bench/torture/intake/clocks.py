"""Wrong clocks of the recorder, with kills in between: nothing is lost, and nothing judged twice."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bench.torture.intake.healthy import (
    Source,
    kill_within,
    outcomes,
    put,
    until_entered,
    wrong_in_outcomes,
)
from bench.torture.invariants import Finding, ledger, wrong_in_store
from bench.torture.live_machine import Watched, now, watched
from bench.torture.rig import PATTERN, Ground, Reel
from engine.records.events import Cause, EventKind
from engine.records.intake import Outcome
from engine.store import schema
from engine.store.store import Store

MINUTES = timedelta(minutes=10)
"""Between two recordings."""

SCORED = frozenset({Outcome.TAKEN, Outcome.LATE})

EVERY = 4
"""The engine is killed after so many files."""

IN_WORDS = "recordings were not in order"
"""From the sentence of status about them."""

LATE_ONES = 3
"""Late recordings in a row from which status must not be 0."""


def wrong_stamps(place: Path, ground: Ground, reel: Reel, seed: int) -> Finding:
    """Stamp a recording ahead, set the clock back and forward again; kill the engine all the while."""
    start = now().replace(second=0, microsecond=0) - timedelta(days=9)
    names, watcher = [], _StatusWatcher()
    with watched(place, ground, name="clocks") as machine:
        source, dice = Source(reel), random.Random(seed)
        ahead = f"{now() + timedelta(days=400):{PATTERN}}"
        put(machine.folder, ahead, source.content())
        right = _times(start, 8)
        back = _times(start - 2 * MINUTES + timedelta(minutes=3), 8)
        again = _times(right[-1] + timedelta(hours=9), 8)
        for times in (right, back, again):
            names += _fed(machine, source, dice, times, watcher)
        names += _delayed(machine, source, _times(right[-1] + timedelta(hours=4), LATE_ONES), watcher)
        names += _fed(machine, source, dice, _times(again[-1] + MINUTES, 2), watcher)
        entered = until_entered(machine, names)
        code, _text = machine.status()
        held = ahead not in outcomes(machine.state)
        rang = sum(
            one.kind is EventKind.RAISED and one.detail["cause"] == Cause.RECORDER_CLOCK.value
            for one in machine.events()
        )
    wrong = [
        *wrong_in_outcomes(machine.state, names, SCORED),
        *_wrong_in_order(machine.state, len(names)),
        *wrong_in_store(machine.state),
        *watcher.wrong,
    ]
    if not entered:
        wrong.append("not all recordings were taken in")
    if not watcher.late:
        wrong.append("status was never asked while late recordings prevailed")
    if not rang:
        wrong.append("no recorder clock rang")
    if not held or not code:
        wrong.append(f"a stamp ahead of the clock: held: {held}, status exits with {code}")
    late = sum(Outcome.LATE in told for told in outcomes(machine.state).values())
    return Finding(
        "clocks",
        f"a stamp 400 days ahead; {len(names)} recordings, the clock set back by 97 minutes and forward by"
        f" 9 hours, {LATE_ONES} delayed copies; {machine.kills} kills",
        f"{len(names)} scored once ({late} marked late), the one ahead held; recorder clock rang {rang}"
        f" times; {watcher.asked} looks at status, {watcher.late} while late ones prevailed, none of these 0",
        tuple(wrong),
    )


def repeated_hour(place: Path, ground: Ground, reel: Reel, seed: int) -> Finding:
    """Name recordings by local time through the end of summer time; kill the engine in the repeated hour."""
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2024, 10, 26, 22, 0, tzinfo=UTC)
    options = ("--overrides", '{"recording.timezone": "Europe/Berlin"}')
    watcher = _StatusWatcher()
    with watched(place, ground, *options, name="hour") as machine:
        source, dice = Source(reel), random.Random(seed)
        # In the repeated hour at other minutes: a recorder cannot write one name twice.
        times = [at for at in _times(start, 30) if not 1 <= at.hour < 2] + _times(
            start + timedelta(hours=3, minutes=5), 6
        )
        names = _fed(machine, source, dice, sorted(times), watcher, zone)
        entered = until_entered(machine, names)
        found = [at for _raw, outcome, at in ledger(machine.state) if outcome == Outcome.TAKEN]
    wrong = [
        *wrong_in_outcomes(machine.state, names, frozenset({Outcome.TAKEN})),
        *_wrong_in_order(machine.state, len(names)),
        *wrong_in_store(machine.state),
        *watcher.wrong,
    ]
    if sorted(found) != sorted(times):
        strange = sorted(set(found) - set(times))
        wrong.append(f"{len(strange)} times were read wrong, the first {strange[:1]}")
    if not entered:
        wrong.append("not all recordings were taken in")
    return Finding(
        "repeated hour",
        f"{len(names)} recordings named by the clock of Berlin through 27 October 2024, 02:00 twice;"
        f" {machine.kills} kills",
        f"{len(names)} scored once, none late, each at its time; {watcher.asked} looks at status",
        tuple(wrong),
    )


class _StatusWatcher:
    """Asks `raceway status`; it must not be 0 while the last recordings were late."""

    def __init__(self) -> None:
        self.asked = self.late = 0
        self.wrong: list[str] = []

    def ask(self, machine: Watched) -> None:
        # Before and after: only where it was so all the while the answer is judged.
        before = _late_prevail(machine.state)
        code, text = machine.status()
        prevail = before and _late_prevail(machine.state)
        self.asked += 1
        self.late += prevail
        if prevail and not code:
            self.wrong.append("status exits with 0 while late recordings prevail")
        if prevail and IN_WORDS not in text:
            self.wrong.append("status does not say that late recordings prevail")


def _late_prevail(state: Path) -> bool:
    last = [Outcome(outcome) for _raw, outcome, _at in ledger(state)][-LATE_ONES:]
    return len(last) == LATE_ONES and set(last) == {Outcome.LATE}


def _fed(
    machine: Watched,
    source: Source,
    dice: random.Random,
    times: Iterable[datetime],
    watcher: _StatusWatcher,
    zone: tzinfo = UTC,
) -> list[str]:
    """Feed recordings one by one, each after the one before was entered or the engine killed."""
    names = []
    for number, at in enumerate(times, 1):
        name = f"{at.astimezone(zone):{PATTERN}}"
        put(machine.folder, name, source.content())
        names.append(name)
        if number % EVERY == 0:
            kill_within(machine, dice)
            watcher.ask(machine)
        else:
            until_entered(machine, names[-1:], 1.0)
    return names


def _delayed(
    machine: Watched, source: Source, times: Iterable[datetime], watcher: _StatusWatcher
) -> list[str]:
    """Feed copies that come late into a gap of the record; ask status before another recording comes."""
    names = [f"{at:{PATTERN}}" for at in times]
    for name in names:
        put(machine.folder, name, source.content())
    until_entered(machine, names)
    watcher.ask(machine)
    return names


def _times(start: datetime, count: int) -> list[datetime]:
    return [start + number * MINUTES for number in range(count)]


def _wrong_in_order(state: Path, count: int) -> list[str]:
    """Return faults of the record: a recording twice or not at all, or time that goes back."""
    rows = list(_judged(state))
    times = [at for at, late in rows if not late]
    wrong = []
    if len(rows) != count:
        wrong.append(f"{len(rows)} snapshots are in the record for {count} recordings")
    if times != sorted(set(times)):
        wrong.append("recording time goes back, or stands still, in the record")
    return wrong


def _judged(state: Path) -> Iterator[tuple[datetime, bool]]:
    """Yield recording time and lateness of each snapshot, in the order of judgement."""
    assessed, snapshot = schema.assessed.c, schema.snapshot.c
    with Store.open(state) as store, store.reading() as connection:
        query = select(snapshot.at, assessed.late).join_from(schema.assessed, schema.snapshot)
        for row in connection.execute(query.order_by(assessed.position)):
            yield row.at, row.late
