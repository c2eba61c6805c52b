"""Queries about many machines at once: a list of a hundred takes a few statements, not a few for each."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Row,
    Select,
    bindparam,
    false,
    select,
    type_coerce,
    union_all,
)

from engine.records.assessment import Assessment, Quality
from engine.records.events import Event
from engine.records.plants.newest import Floats, Newest
from engine.records.progress import Heartbeat
from engine.records.renames import renamed_events
from engine.store import schema
from engine.store.database import Database
from engine.store.values.damage import Note
from engine.store.values.renames import renames_of_each
from engine.store.values.rows import events_of, heartbeat_of

T = TypeVar("T")

NEWEST = 64
"""Newest snapshots that are read: the usual interval is known from them, and a trend is drawn of them."""

AT_ONCE = 50
"""Machines in one statement: it holds up commits in SQLite, which also takes 500 parts of a union at most."""

_QUALITIES = frozenset(quality.value for quality in Quality)


def newest_stamp(assessment_id: Any, machine_id: Any) -> Select[Any]:
    """Select the newest recording time of a record, late snapshots included.

    It goes back from the machine's newest snapshot. The largest time of the record's snapshots would read
    all of them.
    """
    snapshot, assessed = schema.snapshot.c, schema.assessed.c
    is_own = (
        select(assessed.position)
        .where(assessed.snapshot_id == snapshot.id, assessed.assessment_id == assessment_id)
        .correlate(schema.snapshot, schema.assessment)
        .exists()
    )
    return (
        select(snapshot.at)
        .where(snapshot.machine_id == machine_id, is_own)
        .order_by(snapshot.at.desc())
        .limit(1)
    )


def _ends() -> Select[Any]:
    """Select for each record its newest time, and the row of its machine's ledger that was taken last."""
    assessment, intake = schema.assessment.c, schema.intake.c
    taken = (
        select(intake.id)
        .where(intake.machine_id == assessment.machine_id, schema.WAS_TAKEN)
        .order_by(intake.at.desc())
        .limit(1)
    )
    stamp = newest_stamp(assessment.id, assessment.machine_id)
    return select(
        assessment.id,
        stamp.correlate(schema.assessment).scalar_subquery().label("stamp"),
        taken.correlate(schema.assessment).scalar_subquery().label("taken"),
    ).where(assessment.id.in_(bindparam("some", expanding=True)))


_ENDS = _ends()
_TAKEN = select(schema.intake.c.id, schema.intake.c.at, schema.intake.c.recorded_at).where(
    schema.intake.c.id.in_(bindparam("some", expanding=True))
)
_HEARTBEATS = select(schema.heartbeat).where(
    schema.heartbeat.c.assessment_id.in_(bindparam("some", expanding=True))
)


@cache
def _heads(count: int) -> CompoundSelect[Any]:
    """Select the newest snapshots of so many records: a limited part for each, so that no index is walked."""
    assessed, snapshot = schema.assessed.c, schema.snapshot.c
    parts = []
    for number in range(count):
        newest = (
            select(
                assessed.assessment_id,
                assessed.position,
                # The stored number of a time: conversion to a datetime takes as long as reading it.
                type_coerce(snapshot.at, BigInteger).label("at"),
                assessed.baseline,
            )
            .join_from(schema.assessed, schema.snapshot)
            .where(assessed.assessment_id == bindparam(f"own{number}"), assessed.late == false())
            .order_by(assessed.position.desc())
            .limit(NEWEST)
        ).subquery(f"newest{number}")
        parts.append(select(newest))
    return union_all(*parts)


@cache
def _events(count: int) -> CompoundSelect[Any]:
    """Select the events of so many records, each above a number of its own, without those of sessions."""
    event = schema.event.c
    return union_all(
        *(
            select(schema.event).where(
                event.assessment_id == bindparam(f"own{number}"),
                event.seq > bindparam(f"after{number}"),
                event.session == "",
            )
            for number in range(count)
        )
    )


@cache
def _last_scores(count: int) -> CompoundSelect[Any]:
    """Select the scores of one snapshot of each of so many records; SQLite finds no pairs by an index."""
    score = schema.score.c
    return union_all(
        *(
            select(score.assessment_id, score.component, score.severity, score.limit, score.quality).where(
                score.assessment_id == bindparam(f"own{number}"),
                score.position == bindparam(f"last{number}"),
            )
            for number in range(count)
        )
    )


@cache
def _severities(count: int) -> CompoundSelect[Any]:
    """Select the severities of one component of each of so many records, between two positions."""
    score = schema.score.c
    return union_all(
        *(
            select(score.assessment_id, score.position, score.severity).where(
                score.assessment_id == bindparam(f"own{number}"),
                score.position.between(bindparam(f"first{number}"), bindparam(f"last{number}")),
                score.component == bindparam(f"component{number}"),
            )
            for number in range(count)
        )
    )


class Overviewing(Database):
    """Queries about many records at once; each statement is a transaction unless one is open."""

    def newest(self, assessments: Iterable[Assessment]) -> dict[int, Newest]:
        """Return the end of each record, by its id."""
        found: dict[int, Newest] = {}
        for some in _pieces(assessments):
            ends = self._ends_of(some)
            heads: dict[int, list[Row[Any]]] = {}
            for row in self._asked(_heads(len(some)), {f"own{n}": one.id for n, one in enumerate(some)}):
                heads.setdefault(row.assessment_id, []).append(row)
            kept = {one.id: _sound_heads(heads.get(one.id, []), self.damage.note) for one in some}
            scores: dict[int, list[Row[Any]]] = {}
            for row in self._scores_at(
                [(number, rows[-1].position) for number, rows in kept.items() if rows]
            ):
                scores.setdefault(row.assessment_id, []).append(row)
            for one in some:
                stamp, taken = ends.get(one.id, (None, None))
                last = _judged(one, scores.get(one.id, []), self.damage.note)
                found[one.id] = _newest(kept[one.id], last, stamp, taken)
        return found

    def newest_severities(self, wanted: Mapping[int, tuple[int, Newest]]) -> dict[int, Floats]:
        """Return the severities (n,) of a component in the newest snapshots of each record.

        Args:
            wanted: by the record's id, the component's index and the snapshots.
        """
        found = {number: np.full(len(newest), np.nan) for number, (_, newest) in wanted.items()}
        asked = [(number, *one) for number, one in wanted.items() if len(one[1])]
        for some in _pieces(asked):
            given: dict[str, int] = {}
            for n, (number, component, newest) in enumerate(some):
                first, last = int(newest.positions[0]), int(newest.positions[-1])
                given |= {
                    f"own{n}": number,
                    f"first{n}": first,
                    f"last{n}": last,
                    f"component{n}": component,
                }
            place = {
                number: {int(position): index for index, position in enumerate(newest.positions)}
                for number, _, newest in some
            }
            for row in self._asked(_severities(len(some)), given):
                index = place[row.assessment_id].get(row.position)
                if index is not None:
                    found[row.assessment_id][index] = _number(row.severity)
        return found

    def events_of_each(self, after: Mapping[int, int]) -> dict[int, tuple[Event, ...]]:
        """Return the new events of each record that has some, by its id, without those of sessions, by seq.

        They have the component names of today, whatever the names were when they were stored.

        Args:
            after: by the record's id, the seq above which its events are new.
        """
        found: dict[int, tuple[Event, ...]] = {}
        for some in _pieces(after.items()):
            given: dict[str, int] = {}
            for n, (number, seq) in enumerate(some):
                given |= {f"own{n}": number, f"after{n}": seq}
            rows: dict[int, list[Row[Any]]] = {}
            with self.reading() as connection:
                for row in connection.execute(_events(len(some)), given):
                    rows.setdefault(row.assessment_id, []).append(row)
                renames = renames_of_each(connection, list(rows), self.damage.note) if rows else {}
            for number, own in rows.items():
                events = events_of(sorted(own, key=lambda row: row.seq), self.damage.note)
                found[number] = tuple(renamed_events(events, renames.get(number, ())))
        return found

    def heartbeats(self, assessments: Iterable[Assessment]) -> dict[int, Heartbeat]:
        """Return the newest heartbeat of each record that has one, by its id."""
        found: dict[int, Heartbeat] = {}
        for some in _pieces(assessments):
            for row in self._asked(_HEARTBEATS, {"some": [one.id for one in some]}):
                beat = heartbeat_of(row, self.damage.note)
                if beat is not None:
                    found[row.assessment_id] = beat
        return found

    def _scores_at(self, places: Sequence[tuple[int, int]]) -> Sequence[Row[Any]]:
        """Return the scores of a snapshot of each record, by the record's id and the position."""
        given: dict[str, int] = {}
        for n, (number, position) in enumerate(places):
            given |= {f"own{n}": number, f"last{n}": position}
        return self._asked(_last_scores(len(places)), given) if places else ()

    def _ends_of(
        self, some: Sequence[Assessment]
    ) -> dict[int, tuple[datetime | None, tuple[datetime, datetime] | None]]:
        ends = self._asked(_ENDS, {"some": [one.id for one in some]})
        rows = [row.taken for row in ends if row.taken is not None]
        taken = {row.id: row for row in (self._asked(_TAKEN, {"some": rows}) if rows else ())}
        found: dict[int, tuple[datetime | None, tuple[datetime, datetime] | None]] = {}
        for end in ends:
            row = taken.get(end.taken)
            is_sound = row is not None and row.at is not None and row.recorded_at is not None
            found[end.id] = end.stamp, (row.at, row.recorded_at) if is_sound and row is not None else None
        return found

    def _asked(
        self, query: Select[Any] | CompoundSelect[Any], given: Mapping[str, Any]
    ) -> Sequence[Row[Any]]:
        with self.reading() as connection:
            return connection.execute(query, given).all()


def _pieces(all_of_them: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(all_of_them)
    while some := list(islice(waiting, AT_ONCE)):
        yield some


def _sound_heads(rows: Iterable[Row[Any]], note: Note) -> list[Row[Any]]:
    """Return the snapshots in order, without those whose place or time is damaged."""
    kept = []
    for row in rows:
        if isinstance(row.position, int) and isinstance(row.at, int):
            kept.append(row)
        else:
            note("snapshot", f"snapshot {row.position}", "its time is not a number")
    return sorted(kept, key=lambda row: row.position)


def _judged(
    assessment: Assessment, rows: Iterable[Row[Any]], note: Note
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return severity, limit and quality of each component; NaN and "invalid" where it is damaged."""
    count = len(assessment.components)
    severity, limit = np.full(count, np.nan), np.full(count, np.nan)
    quality = [Quality.INVALID.value] * count
    for row in rows:
        if row.component not in range(count):
            continue
        if row.quality not in _QUALITIES or any(
            isinstance(one, str | bytes) for one in (row.severity, row.limit)
        ):
            note("score", f"{assessment.machine}, component {row.component}", "it is not a score")
            continue
        severity[row.component], limit[row.component] = _number(row.severity), _number(row.limit)
        quality[row.component] = row.quality
    return severity, limit, tuple(quality)


def _newest(
    heads: Sequence[Row[Any]],
    last: tuple[Floats, Floats, tuple[str, ...]],
    stamp: datetime | None,
    taken: tuple[datetime, datetime] | None,
) -> Newest:
    severity, limit, quality = last
    return Newest(
        np.array([row.position for row in heads], np.int64),
        np.array([row.at for row in heads], np.int64),
        np.array([bool(row.baseline) for row in heads], np.bool_),
        severity,
        limit,
        quality,
        stamp,
        taken,
    )


def _number(value: object) -> float:
    """Return a stored number; NaN for NULL, and for a damaged value."""
    return float(value) if isinstance(value, int | float) else math.nan
