"""Retention: thins old pictures and scores of a live machine; events never.

In each span of time the snapshot of highest severity is kept, so that no peak is lost. The baseline and the
snapshots near an event are kept too. A finished run is never thinned: its recordings bound it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Delete, Select, Table, and_, delete, func, insert, select

from engine.clock import SECOND, microseconds
from engine.config.sections.core import StoreSettings
from engine.records.assessment import Assessment
from engine.records.thinning import worst_of_spans
from engine.store import schema
from engine.store.store import Store

NEAR = 20
"""Snapshots kept on either side of an event, at any interval: its cause and its consequence."""

TEN_MINUTES, HOUR, DAY = 600 * SECOND, 3600 * SECOND, 86_400 * SECOND
"""Spans [microseconds]; each divides the next, so the worst of a longer span is also a shorter one's."""

READ_AT_ONCE = 2000
WRITE_AT_ONCE = 200
"""Snapshots read and thinned in one transaction: tens of milliseconds, so that no commit waits long."""

PAUSE = 0.15
"""Pause between two steps [s]: SQLite retries a lock only every 0.1 s."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A rule: snapshots older than `days` are thinned to one in each `spacing` [microseconds]."""

    days: int
    spacing: int


@dataclass(frozen=True, slots=True)
class Thinned:
    """Counts of removed pictures, and of removed snapshots with their scores."""

    pictures: int = 0
    snapshots: int = 0

    def __add__(self, other: "Thinned") -> "Thinned":
        """Return the sum of two counts."""
        return Thinned(self.pictures + other.pictures, self.snapshots + other.snapshots)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Positions, each (n,) int64 in order: `pictures` to remove, and whole `snapshots` to remove."""

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
    """Return the stages of two settings.

    Args:
        all_days: days for which all are kept; 0 keeps all for ever.
        later_days: days after which fewer are kept; 0 for none.
        spacing: one is kept in each span of this length after `all_days` [microseconds].
        later_spacing: the same after `later_days` [microseconds].
    """
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
    """Return which snapshots are kept, (n,) bool.

    A span is thinned only once all of it is old enough. So the result does not depend on when, or how often,
    this is applied.

    Args:
        at: recording times [microseconds since 1970], in any order.
        worst: highest severity of each, (n,); the highest of a span is kept, NaN is lower than any number.
        protected: kept whatever the rules are, (n,).
        newest: the time from which age counts [microseconds since 1970].
        rules: from young to old.
    """
    stays = np.ones(len(at), np.bool_)
    for rule in rules:
        is_old = (at // rule.spacing + 1) * rule.spacing <= newest - rule.days * DAY
        stays &= ~is_old | worst_of_spans(at, worst, rule.spacing)
    return stays | protected


def near(at: NDArray[np.int64], events: NDArray[np.int64], reach: int = NEAR) -> NDArray[np.bool_]:
    """Return which snapshots are among the `reach` nearest on a side of an event, (n,) bool."""
    order = np.argsort(at, kind="stable")
    place = np.searchsorted(at[order], events)
    edges = np.zeros(len(at) + 1, np.int64)
    np.add.at(edges, np.maximum(place - reach, 0), 1)
    np.add.at(edges, np.minimum(place + reach + 1, len(at)), -1)
    found = np.zeros(len(at), np.bool_)
    found[order] = np.cumsum(edges)[:-1] > 0
    return found


def plan(store: Store, assessment: Assessment, rules: StoreSettings) -> Plan:
    """Return the positions that retention would thin now; read in short transactions, change nothing."""
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
        # The last position is kept, because the next one is counted from it.
        protected = past.baseline | near(past.at, events) | (past.positions == last)
        gone.append(past.positions[~kept(past.at, past.worst, protected, newest, steps)])
    pictures, snapshots = gone
    return Plan(np.setdiff1d(pictures, snapshots), snapshots)


def thin(store: Store, assessment: Assessment, rules: StoreSettings, now: datetime) -> Iterator[Thinned]:
    """Thin an assessment in small steps.

    Each step is one short transaction, done when it is yielded. Pause before the next step (`PAUSE`), or
    stop: the rest is thinned at another time.

    Args:
        store: holds the assessment.
        assessment: the live record to thin.
        rules: the settings of retention.
        now: wall clock.
    """
    todo = plan(store, assessment, rules)
    for some in _portions(todo.pictures):
        statement = delete(schema.picture).where(_these(schema.picture, assessment, some))
        yield Thinned(pictures=store.write(partial(_deleted, statement), assessment))
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
    """Return the snapshots older than an instant [microseconds], and a portion of the next ones."""
    rows: list[tuple[int, int, float | None, bool]] = []
    query = _past_query(assessment, table)
    position = -1
    while True:
        with store.reading() as connection:
            some = connection.execute(query.where(table.c.position > position)).all()
        rows += [(row.position, microseconds(row.at), row.worst, row.baseline) for row in some]
        # A whole portion past the instant, because near events protect the last ones before it.
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
    """Select the snapshots with rows in a table; the table has the key of `assessed`."""
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
        # Another assessment may use the same recording.
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

    return store.write(work, assessment)


EVERY_SECONDS = 3600.0
"""Time between two plans [s]."""


FIRST_SECONDS = 60.0
"""Time from the engine's start to the first plan [s]: the engine catches up first."""


class Tidier:
    """Thins one step a turn, each a short transaction; a stopped engine thins the rest later.

    Before each plan it notes the counts of the ledger, so that no reader counts years of rows.
    """

    def __init__(
        self,
        store: Store,
        assessment: Assessment,
        rules: StoreSettings,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """Start with one live record.

        Args:
            store: holds the assessment.
            assessment: the live record to thin.
            rules: the settings of retention.
            now: the wall clock.
            clock: a clock that never goes back [s].
        """
        self._store, self._assessment, self._rules = store, assessment, rules
        self._now, self._clock = now, clock
        self._next = clock() + FIRST_SECONDS
        self._steps: Iterator[Thinned] | None = None

    def turn(self) -> None:
        """Do the next step, if there is one."""
        if self._steps is None:
            if self._clock() < self._next:
                return
            self._next = self._clock() + EVERY_SECONDS
            self._store.note_counts(self._assessment)
            self._steps = thin(self._store, self._assessment, self._rules, self._now())
        if next(self._steps, None) is None:
            self._steps = None
