"""Queries of the store: assessments, series, events, pictures, the engine's state."""

import sys
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, false, select, true

from engine.errors import StoreError
from engine.records.assessment import Assessment
from engine.records.bookmarks import Bookmark, bookmarks_of
from engine.records.events import OPERATOR_KINDS, Event, EventKind
from engine.records.picture import Picture
from engine.records.progress import Epoch, Heartbeat
from engine.records.series import Series
from engine.store import schema
from engine.store.database import Database
from engine.store.overviews import newest_stamp
from engine.store.values.checksums import Damaged
from engine.store.values.damage import DamagedError
from engine.store.values.renames import current_events
from engine.store.values.rows import (
    assessments_of,
    assessments_query,
    events_of,
    heartbeat_of,
    mapping_of,
    picture_of,
)
from engine.store.values.series_rows import empty_series, heads_of, mended_series, sound_series

_OWN: BindParameter[int] = bindparam("assessment")
"""Statements that a console repeats are built once: building takes longer than running."""

_PICTURE = select(schema.picture.c.packed).where(
    schema.picture.c.assessment_id == _OWN, schema.picture.c.position == bindparam("position")
)
_HEARTBEAT = select(schema.heartbeat).where(schema.heartbeat.c.assessment_id == _OWN)
_EPOCHS = (
    select(schema.epoch.c.epoch, schema.epoch.c.loss, schema.epoch.c.validation_loss)
    .where(schema.epoch.c.assessment_id == _OWN)
    .order_by(schema.epoch.c.epoch)
)
_REJECTIONS = (
    select(schema.rejection.c.name, schema.rejection.c.reason)
    .where(
        schema.rejection.c.assessment_id == _OWN,
        # A file that was mended and scored since stands no more.
        ~select(schema.assessed.c.position)
        .join_from(schema.assessed, schema.snapshot)
        .where(schema.assessed.c.assessment_id == _OWN, schema.snapshot.c.name == schema.rejection.c.name)
        .exists(),
    )
    .order_by(schema.rejection.c.id)
)
_EVENTS = (
    select(schema.event)
    .where(
        schema.event.c.assessment_id == _OWN,
        schema.event.c.seq > bindparam("after"),
        schema.event.c.session.in_(["", bindparam("session")]),
    )
    .order_by(schema.event.c.seq)
)
_BOOKMARKS = (
    select(schema.event)
    .join_from(schema.event, schema.assessment)
    .where(
        schema.assessment.c.machine_id == bindparam("machine"),
        schema.event.c.kind == EventKind.BOOKMARKED.value,
    )
    .order_by(schema.event.c.seq)
)


_NEWEST_TIME = newest_stamp(_OWN, bindparam("machine"))

_LARGEST = sys.float_info.max
"""No number is larger; a damaged value, which is text or bytes, is, and NULL is neither."""

_SOME_EVENTS = _EVENTS.limit(bindparam("most"))

_SAME_SNAPSHOT = (schema.score.c.assessment_id == schema.assessed.c.assessment_id) & (
    schema.score.c.position == schema.assessed.c.position
)
"""A score belongs to its assessment of a snapshot."""


@cache
def _heads(before: bool, limited: bool, *, newest_first: bool) -> Select[Any]:
    """Select the snapshots of a series: positions above `after`, or also below `before`, at most `most`."""
    assessed = schema.assessed.c
    heads = (
        heads_of(_OWN)
        .where(assessed.position > bindparam("after"), assessed.late == false())
        .order_by(assessed.position.desc() if newest_first else assessed.position)
    )
    if before:
        heads = heads.where(assessed.position < bindparam("before"))
    return heads.limit(bindparam("most")) if limited else heads


def _scores() -> Select[Any]:
    """Select the scores from position `first` to `last`, late snapshots excluded."""
    assessed, score = schema.assessed.c, schema.score.c
    first: BindParameter[int] = bindparam("first")
    last: BindParameter[int] = bindparam("last")
    late = select(assessed.position).where(
        assessed.assessment_id == _OWN, assessed.late == true(), assessed.position.between(first, last)
    )
    return (
        select(
            score.error,
            score.limit,
            score.severity,
            score.share,
            score.quality,
            score.position,
            score.component,
        )
        .where(score.assessment_id == _OWN, score.position.between(first, last))
        .where(score.position.not_in(late))
        .order_by(score.position, score.component)
    )


_SCORES = _scores()


class Recalling(Database):
    """Queries that change no row."""

    def assessments(self, machine: str | None = None) -> tuple[Assessment, ...]:
        """Return the assessments of all machines or of one, the newest last, without those of damaged layout.

        Raises:
            StoreError: all are damaged, of all machines.
        """
        of_all = assessments_query().order_by(schema.assessment.c.id)
        query = of_all if machine is None else of_all.where(schema.machine.c.name == machine)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        found = assessments_of(rows, self.damage.note)
        if rows and not found and machine is None:
            raise StoreError(
                f"{self.where}: every record of the store is damaged ({self.damage.found[-1]}); restore a"
                " backup, or start the engine with its settings, which mends the layout of its record"
            )
        return found

    def resume_point(self, assessment: Assessment) -> tuple[int, datetime, dict[str, Any] | None] | None:
        """Return the point where an engine continues, or None where it begins.

        Returns:
            The last position stored, the time of the newest snapshot that is not late, and the newest engine
            state, None where that is lost. Late snapshots leave the state as it was and need not carry it.
        """
        assessed = schema.assessed.c
        newest = (
            select(assessed.position, assessed.late)
            .where(assessed.assessment_id == assessment.id)
            .order_by(assessed.position.desc())
            .limit(1)
        )
        judged = (
            select(schema.snapshot.c.at)
            .join_from(schema.assessed, schema.snapshot)
            .where(assessed.assessment_id == assessment.id, assessed.late == false())
            .order_by(assessed.position.desc())
            .limit(1)
        )
        state = (
            select(schema.state.c.packed)
            .where(schema.state.c.assessment_id == assessment.id)
            .order_by(schema.state.c.position.desc())
            .limit(1)
        )
        with self.reading() as connection:
            head = connection.execute(newest).one_or_none()
            at, packed = connection.scalar(judged), connection.scalar(state)
        if head is None or at is None:
            return None
        try:
            return head.position, at, mapping_of(packed)
        except DamagedError as error:
            words = "it is missing" if packed is None else str(error)
            self.damage.note("state", f"{assessment.machine}, assessment {assessment.id}", words)
            return head.position, at, None

    def neighbours(self, assessment: Assessment, at: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the times of the judged snapshots before and after an instant, None where there is none."""
        snapshot = schema.snapshot.c
        judged = (
            select(snapshot.at)
            .join_from(schema.assessed, schema.snapshot)
            .where(schema.assessed.c.assessment_id == assessment.id, schema.assessed.c.late == false())
        )
        before = judged.where(snapshot.at <= at).order_by(snapshot.at.desc()).limit(1)
        after = judged.where(snapshot.at > at).order_by(snapshot.at).limit(1)
        with self.reading() as connection:
            return connection.scalar(before), connection.scalar(after)

    def after_newest(self, assessment: Assessment, count: int) -> int:
        """Return the position before the newest `count` snapshots, for `series`; -1 if there are no more."""
        assessed = schema.assessed.c
        query = (
            select(assessed.position)
            .where(assessed.assessment_id == assessment.id, assessed.late == false())
            .order_by(assessed.position.desc())
            .offset(count)
            .limit(1)
        )
        with self.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return -1 if found is None else found

    def newest_time(self, assessment: Assessment) -> datetime | None:
        """Return the newest recording time of an assessment, late snapshots included; None if it has none."""
        with self.reading() as connection:
            newest: datetime | None = connection.scalar(
                _NEWEST_TIME, {"assessment": assessment.id, "machine": assessment.machine_id}
            )
        return newest

    def times(self, assessment: Assessment) -> set[datetime]:
        """Return the recording times of all snapshots of the assessment."""
        query = (
            select(schema.snapshot.c.at)
            .join_from(schema.assessed, schema.snapshot)
            .where(schema.assessed.c.assessment_id == assessment.id)
        )
        with self.reading() as connection:
            return set(connection.scalars(query))

    def series(
        self, assessment: Assessment, after: int = -1, limit: int | None = None, before: int | None = None
    ) -> Series:
        """Return the scored snapshots with a position above `after`, oldest first.

        Late snapshots are excluded, because a series is in order of time. A thousand snapshots of four
        components take some 10 ms, and delay the engine's commits as long.

        Args:
            assessment: the assessment of the snapshots.
            after: only positions above it.
            limit: at most so many; with `before` the newest of them, else the oldest.
            before: only positions below it.
        """
        newest_first = before is not None and limit is not None
        known = {"assessment": assessment.id, "after": after, "before": before, "most": limit}
        with self.reading() as connection:
            head = connection.execute(
                _heads(before is not None, limit is not None, newest_first=newest_first), known
            ).all()
            if not head:
                return empty_series(assessment)
            if newest_first:
                head = head[::-1]
            known |= {"first": head[0].position, "last": head[-1].position}
            rows = connection.execute(_SCORES, known).all()
        try:
            return sound_series(assessment, head, rows)
        except (ValueError, TypeError, KeyError):
            return mended_series(assessment, head, rows, self.damage.note)

    def highest(
        self, assessment: Assessment, component: int, begin: datetime, end: datetime
    ) -> tuple[float, datetime] | None:
        """Return the highest severity of a component between two instants, and its first instant.

        Args:
            assessment: the assessment of the scores.
            component: its index, from 0.
            begin: the first recording time that counts.
            end: the last recording time that counts.
        """
        assessed, snapshot, score = schema.assessed.c, schema.snapshot.c, schema.score.c
        query = (
            select(score.severity, snapshot.at)
            .join_from(schema.snapshot, schema.assessed)
            .join(schema.score, _SAME_SNAPSHOT)
            .where(
                snapshot.machine_id == assessment.machine_id,
                snapshot.at.between(begin, end),
                assessed.assessment_id == assessment.id,
                assessed.late == false(),
                score.component == component,
                score.severity <= _LARGEST,
            )
            .order_by(score.severity.desc(), snapshot.at)
            .limit(1)
        )
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.severity, row.at)

    def last_severity(self, assessment: Assessment, component: int) -> tuple[float, datetime] | None:
        """Return the newest severity of a component (from 0) and its time; late snapshots do not count."""
        assessed, score = schema.assessed.c, schema.score.c
        query = (
            select(score.severity, schema.snapshot.c.at)
            .join_from(schema.score, schema.assessed, _SAME_SNAPSHOT)
            .join(schema.snapshot)
            .where(
                score.assessment_id == assessment.id,
                score.component == component,
                score.severity <= _LARGEST,
                assessed.late == false(),
            )
            .order_by(score.position.desc())
            .limit(1)
        )
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.severity, row.at)

    def events(
        self, assessment: Assessment, session: str = "", after: int = 0, limit: int | None = None
    ) -> tuple[Event, ...]:
        """Return the events of the engine and of the operators of one session, by seq, above `after`.

        They have the component names of today, whatever the names were when they were stored.

        Args:
            assessment: the assessment of the events.
            session: name of the session; "" is the live record.
            after: only events with a seq above it.
            limit: at most so many, the oldest of them.
        """
        known = {"assessment": assessment.id, "after": after, "session": session}
        query = _EVENTS if limit is None else _SOME_EVENTS
        with self.reading() as connection:
            rows = connection.execute(query, known | ({} if limit is None else {"most": limit})).all()
            found = current_events(connection, assessment.id, rows, self.damage.note)
        return tuple(one for one in found if one.session == session or one.kind not in OPERATOR_KINDS)

    def bookmarks(self, assessment: Assessment) -> tuple[Bookmark, ...]:
        """Return the bookmarks of the assessment's machine, also those made on its other assessments."""
        with self.reading() as connection:
            rows = connection.execute(_BOOKMARKS, {"machine": assessment.machine_id}).all()
        return bookmarks_of(events_of(rows, self.damage.note))

    def sessions(self, assessment: Assessment) -> tuple[str, ...]:
        """Return the names of the sessions with operator events, in order; the live record is none."""
        columns = schema.event.c
        query = (
            select(columns.session)
            .where(columns.assessment_id == assessment.id, columns.session != "")
            .where(columns.kind.in_([kind.value for kind in OPERATOR_KINDS]))
            .distinct()
            .order_by(columns.session)
        )
        with self.reading() as connection:
            return tuple(connection.scalars(query))

    def picture(self, assessment: Assessment, position: int) -> bytes | None:
        """Return the packed picture of one snapshot, or None where it has none, or a damaged one."""
        with self.reading() as connection:
            packed = connection.scalar(_PICTURE, {"assessment": assessment.id, "position": position})
        if isinstance(packed, Damaged):
            self.damage.note("picture", f"snapshot {position}", packed.words)
            return None
        return packed

    def drawn(self, assessment: Assessment, position: int) -> Picture | None:
        """Return the picture of one snapshot, or None where it has none, or a damaged one."""
        return picture_of(self.picture(assessment, position), f"snapshot {position}", self.damage.note)

    def heartbeat(self, assessment: Assessment) -> Heartbeat | None:
        """Return the newest heartbeat of the engine, or None."""
        with self.reading() as connection:
            row = connection.execute(_HEARTBEAT, {"assessment": assessment.id}).one_or_none()
        return None if row is None else heartbeat_of(row, self.damage.note)

    def epochs(self, assessment: Assessment) -> tuple[Epoch, ...]:
        """Return the training epochs of this assessment's bundle so far, oldest first."""
        with self.reading() as connection:
            return tuple(Epoch(*row) for row in connection.execute(_EPOCHS, {"assessment": assessment.id}))

    def rejections(self, assessment: Assessment) -> tuple[tuple[str, str], ...]:
        """Return the files that this assessment rejected, as (file, reason)."""
        with self.reading() as connection:
            rows = connection.execute(_REJECTIONS, {"assessment": assessment.id})
            return tuple((row.name, row.reason) for row in rows)
