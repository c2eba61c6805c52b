"""Reads whole tables in order, in short transactions, so that memory stays flat however long the record."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Row, Select, select, type_coerce

from engine.records.assessment import Assessment, Kept
from engine.store import schema
from engine.store.database import Database
from engine.store.values.checksums import Damaged
from engine.store.values.renames import renamed_row, renames_of

READ_AT_ONCE = 2000
"""Rows read in one transaction, some 20 ms: a reader holds up commits."""


class ScoreRow(NamedTuple):
    """A stored score with the snapshot that it belongs to; `component` counts from 0."""

    position: int
    component: int
    name: str
    at: datetime
    error: float | None
    limit: float | None
    severity: float | None
    quality: str
    baseline: bool
    late: bool


class EventRow(NamedTuple):
    """A stored event as the table holds it; `detail` is JSON text."""

    seq: int
    kind: str
    at: datetime
    recorded_at: datetime
    source: str
    component: str
    alarm: str
    ring: int | None
    session: str
    detail: str


class IntakeRow(NamedTuple):
    """A row of the ledger; `id` grows with each row, `raw` is the file name in bytes."""

    id: int
    machine_id: int
    raw: bytes
    name: str
    size: int
    modified_ns: int
    at: datetime | None
    outcome: str
    reason: str
    digest: str | None
    recorded_at: datetime


class Streams(Database):
    """Yields the rows of a table from the first to the last; between two reads others may commit."""

    def score_rows(self, assessment: Assessment) -> Iterator[ScoreRow]:
        """Yield every score of an assessment, late snapshots included, by position and component."""
        score, assessed, snapshot = schema.score.c, schema.assessed.c, schema.snapshot.c
        same = (assessed.assessment_id == score.assessment_id) & (assessed.position == score.position)
        query = (
            select(
                score.position,
                score.component,
                snapshot.name,
                snapshot.at,
                score.error,
                score.limit,
                score.severity,
                score.quality,
                assessed.baseline,
                assessed.late,
            )
            .join_from(schema.score, schema.assessed, same)
            .join(schema.snapshot)
            .where(score.assessment_id == assessment.id)
            .order_by(score.position, score.component)
        )
        position, component = -1, -1
        while True:
            after = (score.position > position) | (
                (score.position == position) & (score.component > component)
            )
            rows = self._portion(query.where(score.position >= position, after))
            yield from map(ScoreRow._make, rows)
            if len(rows) < READ_AT_ONCE:
                return
            position, component = rows[-1].position, rows[-1].component

    def kept(self, assessment: Assessment) -> Iterator[Kept]:
        """Yield what is kept of each snapshot to know its recording again, by position."""
        assessed, snapshot = schema.assessed.c, schema.snapshot.c
        query = (
            select(
                assessed.position,
                type_coerce(snapshot.at, BigInteger).label("at"),
                snapshot.content,
                assessed.size,
                assessed.changed_ns,
            )
            .join_from(schema.assessed, schema.snapshot)
            .where(assessed.assessment_id == assessment.id)
            .order_by(assessed.position)
        )
        last = -1
        while True:
            rows = self._portion(query.where(assessed.position > last))
            for row in rows:
                known = row.size is not None and row.changed_ns is not None
                stamp = (row.size, row.changed_ns) if known else None
                yield Kept(row.position, row.at, row.content or "", stamp)
            if len(rows) < READ_AT_ONCE:
                return
            last = rows[-1].position

    def event_rows(self, assessment: Assessment) -> Iterator[EventRow]:
        """Yield every event of an assessment, of all sessions, by seq, under the component names of today."""
        columns = schema.event.c
        query = (
            select(*(columns[name] for name in EventRow._fields))
            .where(columns.assessment_id == assessment.id)
            .order_by(columns.seq)
        )
        last = 0
        while True:
            rows = self._portion(query.where(columns.seq > last))
            with self.reading() as connection:
                renames = renames_of(connection, assessment.id, self.damage.note)
            for row in rows:
                values = row._asdict()
                if isinstance(row.detail, Damaged):
                    self.damage.note("event", f"event {row.seq} ({row.kind})", row.detail.words)
                    values["detail"] = ""
                yield EventRow(**renamed_row(values, renames))
            if len(rows) < READ_AT_ONCE:
                return
            last = rows[-1].seq

    def intake_rows(self, machine_ids: Sequence[int]) -> Iterator[IntakeRow]:
        """Yield every row of the ledgers of these machines, in the order in which they were added."""
        columns = schema.intake.c
        query = (
            select(*(columns[name] for name in IntakeRow._fields))
            .where(columns.machine_id.in_(machine_ids))
            .order_by(columns.id)
        )
        last = 0
        while True:
            rows = self._portion(query.where(columns.id > last))
            yield from map(IntakeRow._make, rows)
            if len(rows) < READ_AT_ONCE:
                return
            last = rows[-1].id

    def _portion(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self.reading() as connection:
            return connection.execute(query.limit(READ_AT_ONCE)).all()
