"""The only door to the database: appends facts, hands them out again, changes none."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from engine import schema
from engine.database import Database, StoreError
from engine.records import (
    Acknowledged,
    Assessed,
    Assessment,
    Epoch,
    Event,
    EventKind,
    Heartbeat,
    NewEvent,
    Phase,
    Series,
)
from engine.rows import assessment_of, assessments_query, event_of, event_row

__all__ = ["Store", "StoreError"]


class Store(Database):
    """Reads and appends. Use as a context manager, or call `close`. One thread at a time."""

    # What the engine writes.

    def begin_assessment(
        self,
        *,
        machine: str,
        key: str,
        model: str,
        seed: int,
        run: str,
        expected: int,
        components: Sequence[str],
        channels: Sequence[Sequence[int]],
        units: Sequence[str],
        settings: Mapping[str, object],
        now: datetime,
    ) -> Assessment:
        """Find the assessment with this key, or start it. The same key twice is the same assessment."""
        layout = json.dumps(
            {"components": list(components), "channels": [*map(list, channels)], "units": list(units)}
        )
        with self.writing() as connection:
            connection.execute(sqlite.insert(schema.machine).values(name=machine).on_conflict_do_nothing())
            machine_id = connection.scalar(
                select(schema.machine.c.id).where(schema.machine.c.name == machine)
            )
            connection.execute(
                sqlite.insert(schema.assessment)
                .values(
                    machine_id=machine_id,
                    key=key,
                    model=model,
                    seed=seed,
                    run=run,
                    expected=expected,
                    created_at=now,
                    layout=layout,
                    settings=json.dumps(settings),
                )
                .on_conflict_do_nothing()
            )
            where = (schema.assessment.c.machine_id == machine_id) & (schema.assessment.c.key == key)
            return assessment_of(connection.execute(assessments_query().where(where)).one())

    def append(self, assessment: Assessment, items: Sequence[Assessed], now: datetime) -> None:
        """Store several snapshots with their scores, events and engine states in one transaction.

        Raises:
            StoreError: another engine has already stored one of these positions.
        """
        if not items:
            return
        try:
            with self.writing() as connection:
                for item in items:
                    self._append_one(connection, assessment, item, now)
        except IntegrityError as error:
            raise StoreError(
                f"{self.path}: another engine is scoring the same run; stop one of them ({error.orig})"
            ) from error

    def _append_one(
        self, connection: Connection, assessment: Assessment, item: Assessed, now: datetime
    ) -> None:
        facts = item.snapshot
        connection.execute(
            sqlite.insert(schema.snapshot)
            .values(
                machine_id=assessment.machine_id,
                name=facts.name,
                at=facts.at,
                sample_rate=facts.sample_rate,
                rows=facts.rows,
                figures=facts.figures.astype("<f4").tobytes(),
            )
            .on_conflict_do_nothing()
        )
        snapshot_id = (
            select(schema.snapshot.c.id)
            .where(schema.snapshot.c.machine_id == assessment.machine_id, schema.snapshot.c.at == facts.at)
            .scalar_subquery()
        )
        connection.execute(
            insert(schema.assessed).values(
                assessment_id=assessment.id,
                position=item.position,
                snapshot_id=snapshot_id,
                baseline=item.baseline,
                state=None if item.state is None else json.dumps(item.state),
                picture=item.picture,
            )
        )
        rows = [
            {
                "assessment_id": assessment.id,
                "position": item.position,
                "component": number,
                "quality": score.quality.value,
                "error": score.error,
                "limit": score.limit,
                "severity": score.severity,
                "share": score.share,
            }
            for number, score in enumerate(item.scores)
        ]
        connection.execute(insert(schema.score), rows)
        if item.events:
            connection.execute(
                insert(schema.event), [event_row(assessment, fact, now) for fact in item.events]
            )

    def add_event(self, assessment: Assessment, fact: NewEvent, now: datetime) -> None:
        """Append one event that belongs to no snapshot."""
        with self.writing() as connection:
            connection.execute(insert(schema.event), [event_row(assessment, fact, now)])

    def reject(self, assessment: Assessment, name: str, reason: str, now: datetime) -> None:
        """Record a file that could not be taken in; saying the same again adds nothing."""
        with self.writing() as connection:
            connection.execute(
                sqlite.insert(schema.rejection)
                .values(assessment_id=assessment.id, name=name, reason=reason, recorded_at=now)
                .on_conflict_do_nothing()
            )

    def beat(self, assessment: Assessment, heartbeat: Heartbeat) -> None:
        """Say what the engine is doing; the one row that is ever rewritten."""
        values = {
            "beat_at": heartbeat.beat_at,
            "pid": heartbeat.pid,
            "phase": heartbeat.phase.value,
            "done": heartbeat.done,
            "total": heartbeat.total,
            "message": heartbeat.message,
        }
        with self.writing() as connection:
            changed = connection.execute(
                update(schema.heartbeat)
                .where(schema.heartbeat.c.assessment_id == assessment.id)
                .values(values)
            )
            if changed.rowcount == 0:
                connection.execute(insert(schema.heartbeat).values(assessment_id=assessment.id, **values))

    def add_epoch(self, assessment: Assessment, epoch: Epoch) -> None:
        """Append one epoch of training; learning again after a crash repeats the same numbers."""
        with self.writing() as connection:
            connection.execute(
                sqlite.insert(schema.epoch)
                .values(
                    assessment_id=assessment.id,
                    epoch=epoch.epoch,
                    loss=epoch.loss,
                    validation_loss=epoch.validation_loss,
                )
                .on_conflict_do_nothing()
            )

    # What an operator writes.

    def acknowledge(
        self,
        assessment: Assessment,
        *,
        ring: Event,
        session: str,
        by: str,
        at: datetime,
        now: datetime,
        comment: str = "",
    ) -> Acknowledged:
        """Acknowledge the ring that was seen; durable when this returns.

        Args:
            assessment: the assessment that the ring belongs to.
            ring: the raise or escalation on the screen.
            session: the replay session, or "" for the live record.
            by: who.
            at: recording time of the playhead.
            now: wall clock.
            comment: optional words.

        Returns:
            Whether it was stored; if another operator was first in this session, who and when.
        """
        fact = NewEvent(
            EventKind.ACKNOWLEDGED,
            at,
            ring.source,
            ring.component,
            ring.alarm,
            ring.seq,
            session,
            {"by": by, "comment": comment},
        )
        columns = schema.event.c
        with self.writing() as connection:
            first = connection.execute(
                select(columns.detail, columns.at, columns.recorded_at).where(
                    columns.assessment_id == assessment.id,
                    columns.session == session,
                    columns.ring == ring.seq,
                    columns.kind == EventKind.ACKNOWLEDGED.value,
                )
            ).one_or_none()
            if first is not None:
                return Acknowledged(False, str(json.loads(first.detail)["by"]), first.at, first.recorded_at)
            connection.execute(insert(schema.event), [event_row(assessment, fact, now)])
        return Acknowledged(True, by, at, now)

    # What everybody reads.

    def data_version(self) -> int:
        """A number that changes when another connection has committed; costs next to nothing to ask."""
        with self.reading() as connection:
            return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def assessments(self) -> tuple[Assessment, ...]:
        """All assessments, the newest last."""
        with self.reading() as connection:
            return tuple(
                assessment_of(row)
                for row in connection.execute(assessments_query().order_by(schema.assessment.c.id))
            )

    def resume_point(self, assessment: Assessment) -> tuple[int, datetime, dict[str, Any]] | None:
        """Position, time and engine state after the last stored snapshot, or None where there is none."""
        query = (
            select(schema.assessed.c.position, schema.snapshot.c.at, schema.assessed.c.state)
            .join(schema.snapshot)
            .where(schema.assessed.c.assessment_id == assessment.id)
            .order_by(schema.assessed.c.position.desc())
            .limit(1)
        )
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.position, row.at, json.loads(row.state))

    def times(self, assessment: Assessment) -> set[datetime]:
        """Recording times of all snapshots that the assessment holds."""
        query = (
            select(schema.snapshot.c.at)
            .join_from(schema.assessed, schema.snapshot)
            .where(schema.assessed.c.assessment_id == assessment.id)
        )
        with self.reading() as connection:
            return set(connection.scalars(query))

    def series(self, assessment: Assessment, after: int = -1, limit: int | None = None) -> Series:
        """The scored snapshots with a position above `after`, oldest first, at most `limit` of them."""
        assessed, snapshot, score = schema.assessed.c, schema.snapshot.c, schema.score.c
        heads = (
            select(assessed.position, snapshot.at, snapshot.name, assessed.baseline, snapshot.figures)
            .join_from(schema.assessed, schema.snapshot)
            .where(assessed.assessment_id == assessment.id, assessed.position > after)
            .order_by(assessed.position)
        )
        if limit is not None:
            heads = heads.limit(limit)
        with self.reading() as connection:
            head = connection.execute(heads).all()
            last = head[-1].position if head else after
            rows = connection.execute(
                select(score.error, score.limit, score.severity, score.share, score.quality)
                .where(score.assessment_id == assessment.id, score.position > after, score.position <= last)
                .order_by(score.position, score.component)
            ).all()
        shape = (len(head), len(assessment.components))
        numbers = np.array([row[:4] for row in rows], dtype=np.float64).reshape(*shape, 4)
        channels = len(assessment.units)
        return Series(
            positions=np.array([row.position for row in head], dtype=np.int64),
            at=np.array([schema.microseconds(row.at) for row in head], dtype=np.int64),
            names=tuple(row.name for row in head),
            baseline=np.array([row.baseline for row in head], dtype=np.bool_),
            error=numbers[..., 0],
            limit=numbers[..., 1],
            severity=numbers[..., 2],
            share=numbers[..., 3],
            quality=np.array([row.quality for row in rows], dtype=np.object_).reshape(shape),
            figures=np.frombuffer(b"".join(row.figures for row in head), "<f4").reshape(
                len(head), channels, 4
            ),
        )

    def events(self, assessment: Assessment, session: str = "", after: int = 0) -> tuple[Event, ...]:
        """What the engine said and what operators of one session did, in order of seq, above `after`."""
        columns = schema.event.c
        query = (
            select(schema.event)
            .where(
                columns.assessment_id == assessment.id,
                columns.seq > after,
                columns.session.in_(["", session]),
            )
            .order_by(columns.seq)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        operators = {EventKind.ACKNOWLEDGED.value, EventKind.NOTED.value}
        return tuple(event_of(row) for row in rows if row.session == session or row.kind not in operators)

    def picture(self, assessment: Assessment, position: int) -> bytes | None:
        """The packed picture of one snapshot, or None where there is none (any more)."""
        query = select(schema.assessed.c.picture).where(
            schema.assessed.c.assessment_id == assessment.id, schema.assessed.c.position == position
        )
        with self.reading() as connection:
            return connection.scalar(query)

    def heartbeat(self, assessment: Assessment) -> Heartbeat | None:
        """What the engine last said of itself."""
        with self.reading() as connection:
            row = connection.execute(
                select(schema.heartbeat).where(schema.heartbeat.c.assessment_id == assessment.id)
            ).one_or_none()
        if row is None:
            return None
        return Heartbeat(row.beat_at, row.pid, Phase(row.phase), row.done, row.total, row.message)

    def epochs(self, assessment: Assessment) -> tuple[Epoch, ...]:
        """The training of this assessment's bundle so far, oldest first."""
        columns = schema.epoch.c
        query = select(columns.epoch, columns.loss, columns.validation_loss)
        with self.reading() as connection:
            rows = connection.execute(
                query.where(columns.assessment_id == assessment.id).order_by(columns.epoch)
            )
            return tuple(Epoch(*row) for row in rows)

    def rejections(self, assessment: Assessment) -> tuple[tuple[str, str], ...]:
        """Files that this assessment could not take in, as (file, reason)."""
        columns = schema.rejection.c
        query = select(columns.name, columns.reason).where(columns.assessment_id == assessment.id)
        with self.reading() as connection:
            return tuple((row.name, row.reason) for row in connection.execute(query.order_by(columns.id)))
