"""Writes to the store: snapshots, events, heartbeats, each in one transaction."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.errors import StoreError
from engine.records.assessment import Assessed, Assessment
from engine.records.events import OPERATOR_KINDS, Event, EventKind, NewEvent
from engine.records.intake import Intake
from engine.records.plants.report import PlantReport
from engine.records.progress import Epoch, Heartbeat
from engine.store import schema
from engine.store.database import Database
from engine.store.ledger import add_to_ledger
from engine.store.plants import beat_plant
from engine.store.sqlite import insert_new
from engine.store.values.damage import DamagedError
from engine.store.values.renames import current_events
from engine.store.values.rows import assessment_of, assessments_query, event_row, layout_names


class Appending(Database):
    """Appends facts; only the heartbeat is rewritten."""

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
        """Return the assessment with this key, or begin it. The same key is the same assessment.

        It becomes the one that was used last. A finished run may have grown, or lie elsewhere now. A live
        record (`expected` 0) takes the newest settings, because the handling of its alarms may change.
        The many parameters are the columns of one row, by name.

        Args:
            machine: its name.
            key: decides which assessment this is; at most 64 characters.
            model: name of the autoencoder.
            seed: of the learning.
            run: folder or archive of the recordings.
            expected: number of recordings of a finished run, 0 for a watched machine.
            components: names, in display order.
            channels: numbers of the channels of each component, from 1.
            units: of each channel.
            settings: in JSON types.
            now: wall clock.

        Raises:
            StoreError: the store cannot be written.
        """
        layout = {"components": list(components), "channels": [*map(list, channels)], "units": list(units)}

        def work(connection: Connection) -> Assessment:
            machine_id = _machine_id(connection, machine)
            connection.execute(
                insert_new(schema.assessment).values(
                    machine_id=machine_id,
                    key=key,
                    model=model,
                    seed=seed,
                    run=run,
                    expected=expected,
                    created_at=now,
                    layout=json.dumps(layout),
                    settings=json.dumps(settings),
                )
            )
            where = (schema.assessment.c.machine_id == machine_id) & (schema.assessment.c.key == key)
            newer = {"settings": json.dumps(settings)} if expected == 0 else {}
            last = select(func.max(schema.assessment.c.used)).scalar_subquery()
            mine = update(schema.assessment).where(where)
            connection.execute(mine.values(run=run, expected=expected, used=last + 1, **newer))
            return self._begun(connection, where, json.dumps(layout))

        return self.write(work)

    def _begun(self, connection: Connection, where: ColumnElement[bool], layout: str) -> Assessment:
        """Return the assessment of a row; mend its layout if that is damaged.

        The same key means the same layout, so a damaged one is known from the settings.
        """
        mine = assessments_query().where(where)
        try:
            return assessment_of(connection.execute(mine).one(), self.damage.note)
        except DamagedError:
            connection.execute(update(schema.assessment).where(where).values(layout=layout))
        return assessment_of(connection.execute(mine).one(), self.damage.note)

    def append(
        self,
        assessment: Assessment,
        items: Sequence[Assessed],
        now: datetime,
        intake: Sequence[Intake] = (),
    ) -> None:
        """Store several snapshots with their scores, events and engine states in one transaction.

        Args:
            assessment: the assessment of the snapshots.
            items: in the order of judgement; the last that is not late carries a state, or a later one does.
            now: wall clock.
            intake: new rows of the ledger for their files.

        Raises:
            StoreError: another engine has already stored one of these positions, or taken one of these files.
        """
        if not items:
            self.settle(assessment, intake, (), now)
            return

        def work(connection: Connection) -> None:
            self._append_all(connection, assessment, items, now)
            add_to_ledger(connection, assessment.machine_id, intake, now)

        try:
            self.write(work, assessment)
        except IntegrityError as error:
            raise self._taken(error) from error

    def settle(
        self, assessment: Assessment, intake: Sequence[Intake], events: Sequence[NewEvent], now: datetime
    ) -> None:
        """Store the outcomes of files that are not scored, and events about them, in one transaction.

        Args:
            assessment: the record of the machine.
            intake: new rows of the ledger.
            events: new events.
            now: wall clock.

        Raises:
            StoreError: another engine has already taken one of these files.
        """
        if not intake and not events:
            return

        def work(connection: Connection) -> None:
            add_to_ledger(connection, assessment.machine_id, intake, now)
            if events:
                rows = [event_row(assessment, fact, now) for fact in events]
                connection.execute(insert(schema.event), rows)

        try:
            self.write(work, assessment)
        except IntegrityError as error:
            raise self._taken(error) from error

    def _taken(self, error: IntegrityError) -> StoreError:
        return StoreError(
            f"{self.where}: another engine is scoring the same run; stop one of them ({error.orig})"
        )

    def _append_all(
        self, connection: Connection, assessment: Assessment, items: Sequence[Assessed], now: datetime
    ) -> None:
        """Insert by table, not by snapshot, because a statement costs far more than a row."""
        ids = self._append_snapshots(connection, assessment, items)
        judged = [
            {
                "assessment_id": assessment.id,
                "position": item.position,
                "snapshot_id": ids[item.snapshot.at, item.snapshot.content],
                "baseline": item.baseline,
                "late": item.late,
                "size": None if item.stamp is None else item.stamp[0],
                "changed_ns": None if item.stamp is None else item.stamp[1],
            }
            for item in items
        ]
        connection.execute(insert(schema.assessed), judged)
        pictures = [
            {"assessment_id": assessment.id, "position": item.position, "packed": item.picture}
            for item in items
            if item.picture is not None
        ]
        if pictures:
            connection.execute(insert(schema.picture), pictures)
        states = [item for item in items if item.state is not None]
        if states:
            self._keep_state(connection, assessment, states[-1])
        scores = [
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
            for item in items
            for number, score in enumerate(item.scores)
        ]
        connection.execute(insert(schema.score), scores)
        events = [event_row(assessment, fact, now) for item in items for fact in item.events]
        if events:
            connection.execute(insert(schema.event), events)

    def _append_snapshots(
        self, connection: Connection, assessment: Assessment, items: Sequence[Assessed]
    ) -> dict[tuple[datetime, str], int]:
        """Insert the recordings that are new to the machine; return the id of each by time and content."""
        taken = schema.snapshot.c
        snapshots = [
            {
                "machine_id": assessment.machine_id,
                "name": facts.name,
                "at": facts.at,
                "sample_rate": facts.sample_rate,
                "rows": facts.rows,
                "figures": facts.figures.astype("<f4").tobytes(),
                "velocity": None if facts.velocity is None else facts.velocity.astype("<f4").tobytes(),
                "content": facts.content,
                "speed": facts.speed,
            }
            for facts in (item.snapshot for item in items)
        ]
        connection.execute(insert_new(schema.snapshot), snapshots)
        times = [item.snapshot.at for item in items]
        stored = connection.execute(
            select(taken.at, taken.content, taken.id).where(
                taken.machine_id == assessment.machine_id, taken.at.in_(times)
            )
        )
        return {(row.at, row.content): row.id for row in stored}

    def _keep_state(self, connection: Connection, assessment: Assessment, item: Assessed) -> None:
        """Replace the engine's state by the one after this snapshot; an older one is never needed."""
        own = schema.state.c.assessment_id == assessment.id
        packed = json.dumps(item.state)
        connection.execute(delete(schema.state).where(own))
        connection.execute(
            insert(schema.state).values(assessment_id=assessment.id, position=item.position, packed=packed)
        )

    def add_event(self, assessment: Assessment, fact: NewEvent, now: datetime) -> None:
        """Append one event without a snapshot; `now` is the wall clock."""
        self.settle(assessment, (), (fact,), now)

    def decide(
        self,
        assessment: Assessment,
        kinds: Iterable[EventKind],
        session: str,
        decision: Callable[[tuple[Event, ...]], Event | Sequence[NewEvent]],
        now: datetime,
        *,
        ring: int | None = None,
    ) -> Event | None:
        """Append events that depend on earlier ones, in one transaction with the query of these.

        Args:
            assessment: the events' record.
            kinds: kinds of the earlier events.
            session: the session whose operator events count; "" is the live record.
            decision: takes those events by seq; returns the new ones, or the event that came first. It is
                repeated if the store was busy.
            now: wall clock.
            ring: only earlier events that name this ring.

        Returns:
            None if the new events were stored; else the event that came first, and nothing was stored.

        Raises:
            StoreError: the store cannot be written, or the components have new names since the assessment
                was read.
        """
        columns = schema.event.c
        query = (
            select(schema.event)
            .where(
                columns.assessment_id == assessment.id,
                columns.session.in_({"", session}),
                columns.kind.in_([kind.value for kind in kinds]),
            )
            .order_by(columns.seq)
        )
        if ring is not None:
            query = query.where(columns.ring == ring)

        def work(connection: Connection) -> Event | None:
            self._check_names(connection, assessment)
            rows = connection.execute(query).all()
            stored = current_events(connection, assessment.id, rows, self.damage.note)
            decided = decision(
                tuple(one for one in stored if one.session == session or one.kind not in OPERATOR_KINDS)
            )
            if isinstance(decided, Event):
                return decided
            connection.execute(insert(schema.event), [event_row(assessment, fact, now) for fact in decided])
            return None

        return self.write(work, assessment)

    def _check_names(self, connection: Connection, assessment: Assessment) -> None:
        """Refuse an event for components whose names an operator changed since the assessment was read."""
        own = select(schema.assessment.c.layout).where(schema.assessment.c.id == assessment.id)
        try:
            names = layout_names(connection.scalar(own))
        except DamagedError:
            return
        if names != assessment.components:
            raise StoreError(
                f"the components of {assessment.machine} were renamed meanwhile"
                f" ({', '.join(names)}); look again, and repeat it"
            )

    def reject(self, assessment: Assessment, name: str, reason: str, now: datetime) -> None:
        """Record a rejected file; the same file with the same reason is recorded once.

        Args:
            assessment: the assessment that rejects it.
            name: of the file.
            reason: a sentence.
            now: wall clock.
        """
        row = insert_new(schema.rejection).values(
            assessment_id=assessment.id, name=name, reason=reason, recorded_at=now
        )
        self.write(lambda connection: connection.execute(row), assessment, twice=True)

    def beat(self, assessment: Assessment, heartbeat: Heartbeat) -> None:
        """Store the engine's heartbeat; this is the only row that is rewritten."""
        self.beat_all({assessment.id: heartbeat})

    def beat_all(self, beats: Mapping[int, Heartbeat], plant: PlantReport | None = None) -> None:
        """Store the heartbeats of several assessments, by the id of each, in one transaction.

        Args:
            beats: of the assessments.
            plant: whose heartbeat is stored too, if any.
        """

        def work(connection: Connection) -> None:
            if plant is not None:
                beat_plant(connection, plant)
            for assessment, beat in beats.items():
                values = {
                    "beat_at": beat.beat_at,
                    "pid": beat.pid,
                    "phase": beat.phase.value,
                    "done": beat.done,
                    "total": beat.total,
                    "message": beat.message,
                }
                own = schema.heartbeat.c.assessment_id == assessment
                changed = connection.execute(update(schema.heartbeat).where(own).values(values))
                if changed.rowcount == 0:
                    connection.execute(insert(schema.heartbeat).values(assessment_id=assessment, **values))

        self.write(work, twice=True)

    def add_epoch(self, assessment: Assessment, epoch: Epoch) -> None:
        """Append one epoch of training; a repeat after a crash has the same numbers."""
        row = insert_new(schema.epoch).values(
            assessment_id=assessment.id,
            epoch=epoch.epoch,
            loss=epoch.loss,
            validation_loss=epoch.validation_loss,
        )
        self.write(lambda connection: connection.execute(row), assessment, twice=True)


def _machine_id(connection: Connection, name: str) -> int | None:
    """Return the id of a machine, which is stored if it is new."""
    connection.execute(insert_new(schema.machine).values(name=name))
    return connection.scalar(select(schema.machine.c.id).where(schema.machine.c.name == name))
