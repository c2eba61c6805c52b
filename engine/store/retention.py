"""Thins what is old in the record of a live machine: pictures and scores; events never.

Of a stretch of time the snapshot of highest severity is kept, so that thinning loses no peak, and all that
lie near an event, and the baseline. A finished run is left whole: its recordings bound it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Delete, Select, Table, and_, delete, func, insert, select

from engine.clock import SECOND, microseconds
from engine.config.sections import StoreSettings
from engine.records.assessment import Assessment
from engine.records.thinning import worst_of_spans
from engine.store import schema
from engine.store.store import Store

NEAR = 20
"""Snapshots kept on either side of an event: what led to it and what came of it, at any interval."""

TEN_MINUTES, HOUR, DAY = 600 * SECOND, 3600 * SECOND, 86_400 * SECOND
"""Spans in microseconds; each divides the next, so the keeper of a longer one is keeper of a shorter one."""

READ_AT_ONCE = 2000
WRITE_AT_ONCE = 200
"""Snapshots read and thinned in one transaction: tens of milliseconds, so that nobody waits for it."""

PAUSE = 0.15
"""Seconds to leave between two steps: SQLite asks for a lock again only every 0.1 s."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is older than so many days is thinned to one snapshot in each `spacing` [microseconds]."""

    days: int
    spacing: int


@dataclass(frozen=True, slots=True)
class Thinned:
    """What went: pictures, and whole snapshots with their scores."""

    pictures: int = 0
    snapshots: int = 0

    def __add__(self, other: "Thinned") -> "Thinned":
        """Add up two steps."""
        return Thinned(self.pictures + other.pictures, self.snapshots + other.snapshots)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Positions, each (n,) int64 in order, that lose their picture, or go altogether."""

    pictures: NDArray[np.int64]
    snapshots: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Old snapshots in order of position.

    `positions`, `at` [microseconds since 1970] (n,) int64; `worst` (n,) float64, the highest severity of
    any component, NaN where there is none; `baseline` (n,) bool.
    """

    positions: NDArray[np.int64]
    at: NDArray[np.int64]
    worst: NDArray[np.float64]
    baseline: NDArray[np.bool_]


def stages(all_days: int, later_days: int, spacing: int, later_spacing: int) -> tuple[Stage, ...]:
    """The stages that two settings in days ask for, 0 = for ever."""
    if all_days == 0:
        return ()
    first = Stage(all_days, spacing)
    return (first, Stage(later_days, later_spacing)) if later_days else (first,)


def kept(
    at: NDArray[np.int64],
    worst: NDArray[np.float64],
    protected: NDArray[np.bool_],
    newest: int,
    rules: Sequence[Stage],
) -> NDArray[np.bool_]:
    """Decide which snapshots stay, (n,) bool.

    A span is thinned only once all of it is old enough, so it does not matter when, or how often, this is
    asked: what stays of what stayed is the same.

    Args:
        at: recording times [microseconds since 1970], in any order.
        worst: what the one to stay of a span is chosen by, the highest; NaN is lower than any number.
        protected: those that stay whatever the rules say.
        newest: the time that age is counted from.
        rules: from young to old.
    """
    stays = np.ones(len(at), np.bool_)
    for rule in rules:
        is_old = (at // rule.spacing + 1) * rule.spacing <= newest - rule.days * DAY
        stays &= ~is_old | worst_of_spans(at, worst, rule.spacing)
    return stays | protected


def near(at: NDArray[np.int64], events: NDArray[np.int64], reach: int = NEAR) -> NDArray[np.bool_]:
    """Which snapshots are among the `reach` nearest on a side of an event, (n,) bool; times as in `kept`."""
    order = np.argsort(at, kind="stable")
    place = np.searchsorted(at[order], events)
    edges = np.zeros(len(at) + 1, np.int64)
    np.add.at(edges, np.maximum(place - reach, 0), 1)
    np.add.at(edges, np.minimum(place + reach + 1, len(at)), -1)
    found = np.zeros(len(at), np.bool_)
    found[order] = np.cumsum(edges)[:-1] > 0
    return found


def plan(store: Store, assessment: Assessment, rules: StoreSettings) -> Plan:
    """What retention would thin of an assessment now; reads in short transactions, changes nothing."""
    nothing = np.zeros(0, np.int64)
    resume = store.resume_point(assessment)
    if assessment.expected or resume is None:
        return Plan(nothing, nothing)
    last, newest = resume[0], microseconds(resume[1])
    events = _event_times(store, assessment)
    gone: list[NDArray[np.int64]] = []
    for steps, table in (
        (stages(rules.pictures_all, rules.pictures_hourly, HOUR, DAY), schema.picture),
        (stages(rules.scores_all, rules.scores_ten_minutes, TEN_MINUTES, HOUR), schema.assessed),
    ):
        if not steps:
            gone.append(nothing)
            continue
        past = _past(store, assessment, newest - steps[0].days * DAY, table)
        # The last position stays, for the next one is counted from it.
        protected = past.baseline | near(past.at, events) | (past.positions == last)
        gone.append(past.positions[~kept(past.at, past.worst, protected, newest, steps)])
    pictures, snapshots = gone
    return Plan(np.setdiff1d(pictures, snapshots), snapshots)


def thin(store: Store, assessment: Assessment, rules: StoreSettings, now: datetime) -> Iterator[Thinned]:
    """Thin an assessment in small steps.

    Each step is one short transaction, done when it is handed out; let others in before asking for the next
    (`PAUSE`), or stop asking: what is left is thinned another time.
    """
    todo = plan(store, assessment, rules)
    for some in _portions(todo.pictures):
        statement = delete(schema.picture).where(_these(schema.picture, assessment, some))
        yield Thinned(pictures=store.write(partial(_deleted, statement)))
    for some in _portions(todo.snapshots):
        yield Thinned(snapshots=_remove(store, assessment, some, now))


def _portions(positions: NDArray[np.int64]) -> Iterator[list[int]]:
    for start in range(0, len(positions), WRITE_AT_ONCE):
        yield positions[start : start + WRITE_AT_ONCE].tolist()


def _event_times(store: Store, assessment: Assessment) -> NDArray[np.int64]:
    query = select(schema.event.c.at).where(schema.event.c.assessment_id == assessment.id)
    with store.reading() as connection:
        return np.array([microseconds(at) for at in connection.scalars(query)], np.int64)


def _past(store: Store, assessment: Assessment, before: int, table: Table) -> Past:
    """The snapshots older than an instant [microseconds], and a portion of those that follow."""
    rows: list[tuple[int, int, float | None, bool]] = []
    query = _past_query(assessment, table)
    position = -1
    while True:
        with store.reading() as connection:
            some = connection.execute(query.where(table.c.position > position)).all()
        rows += [(row.position, microseconds(row.at), row.worst, row.baseline) for row in some]
        # A whole portion past the instant shows the events that protect the last ones before it.
        if len(some) < READ_AT_ONCE or microseconds(min(row.at for row in some)) >= before:
            break
        position = some[-1].position
    numbers = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
    return Past(
        positions=numbers[:, 0],
        at=numbers[:, 1],
        worst=np.array([row[2] for row in rows], np.float64),
        baseline=np.array([row[3] for row in rows], np.bool_),
    )


def _past_query(assessment: Assessment, table: Table) -> Select[tuple[object, ...]]:
    """Ask for the snapshots of which a table holds rows; it has the key of `assessed`."""
    assessed, score = schema.assessed, schema.score.c
    worst = (
        select(func.max(score.severity))
        .where(score.assessment_id == assessed.c.assessment_id, score.position == assessed.c.position)
        .scalar_subquery()
    )
    query = select(assessed.c.position, schema.snapshot.c.at, worst.label("worst"), assessed.c.baseline)
    if table is not assessed:
        same = (table.c.assessment_id == assessed.c.assessment_id) & (table.c.position == assessed.c.position)
        query = query.join_from(table, assessed, same)
    return (
        query.join_from(assessed, schema.snapshot)
        .where(table.c.assessment_id == assessment.id)
        .order_by(table.c.position)
        .limit(READ_AT_ONCE)
    )


def _these(table: Table, assessment: Assessment, positions: list[int]) -> ColumnElement[bool]:
    return and_(table.c.assessment_id == assessment.id, table.c.position.in_(positions))


def _deleted(statement: Delete, connection: Connection) -> int:
    return connection.execute(statement).rowcount


def _remove(store: Store, assessment: Assessment, positions: list[int], now: datetime) -> int:
    assessed, snapshot = schema.assessed, schema.snapshot
    these = _these(assessed, assessment, positions)
    looked_at = select(assessed.c.snapshot_id).where(assessed.c.snapshot_id == snapshot.c.id)

    def work(connection: Connection) -> int:
        query = select(snapshot.c.id, snapshot.c.at, assessed.c.position).join_from(assessed, snapshot)
        rows = connection.execute(query.where(these)).all()
        if not rows:
            return 0
        for table in (schema.score, schema.picture, assessed):
            connection.execute(delete(table).where(_these(table, assessment, positions)))
        # Another assessment may look at the same recording.
        numbers = [row.id for row in rows]
        connection.execute(delete(snapshot).where(snapshot.c.id.in_(numbers), ~looked_at.exists()))
        connection.execute(
            insert(schema.thinned).values(
                assessment_id=assessment.id,
                first=min(row.position for row in rows),
                last=max(row.position for row in rows),
                since=min(row.at for row in rows),
                until=max(row.at for row in rows),
                snapshots=len(rows),
                recorded_at=now,
            )
        )
        return len(rows)

    return store.write(work)


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
