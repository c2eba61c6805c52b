"""Requests of operators to the engine, and its answers: events that one side appends and the other polls."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, insert, select

from engine.records.assessment import Assessment
from engine.records.events import Action, Event, EventKind, NewEvent
from engine.store import schema
from engine.store.database import Database
from engine.store.values.rows import event_row, events_of

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Requests(Database):
    """Appends requests, lists the open ones, appends answers."""

    def request(
        self,
        assessment: Assessment,
        action: Action,
        *,
        by: str,
        now: datetime,
        at: datetime,
        detail: Mapping[str, object] = _NOTHING,
    ) -> Event:
        """Append a request to the engine; it is durable on return, whether or not an engine runs.

        Args:
            assessment: the record of the request.
            action: the requested action.
            by: the operator's name.
            now: wall clock.
            at: recording time of the playhead.
            detail: further values for the engine, in JSON types.
        """
        said = {**detail, "action": action.value, "by": by}
        fact = NewEvent(EventKind.REQUESTED, at, "operator", detail=said)

        def work(connection: Connection) -> Event:
            added = connection.execute(insert(schema.event), event_row(assessment, fact, now))
            (seq,) = added.inserted_primary_key or (None,)
            row = connection.execute(select(schema.event).where(schema.event.c.seq == seq)).one()
            (stored,) = events_of([row], self.damage.note)
            return stored

        return self.write(work)

    def open_requests(self, assessment: Assessment) -> tuple[Event, ...]:
        """Return the requests without an answer, the oldest first; fast enough for every second."""
        columns, answer = schema.event.c, schema.event.alias("answer").c
        answered = select(answer.seq).where(
            answer.assessment_id == assessment.id,
            answer.kind == EventKind.ANSWERED.value,
            answer.ring == columns.seq,
        )
        query = (
            select(schema.event)
            .where(columns.assessment_id == assessment.id, columns.kind == EventKind.REQUESTED.value)
            .where(~answered.exists())
            .order_by(columns.seq)
        )
        with self.reading() as connection:
            return tuple(events_of(connection.execute(query).all(), self.damage.note))

    def answer(
        self, assessment: Assessment, request: Event, *, done: bool, words: str, at: datetime, now: datetime
    ) -> bool:
        """Append the answer to a request, once.

        Args:
            assessment: the record of the request.
            request: the event of the request.
            done: whether it was done.
            words: the result, a sentence for the operator.
            at: recording time.
            now: wall clock.

        Returns:
            Whether this answer was stored; False if there was one already, which stays valid.
        """
        said = {"action": request.detail.get("action"), "done": done, "words": words}
        fact = NewEvent(EventKind.ANSWERED, at, "engine", ring=request.seq, detail=said)
        columns = schema.event.c
        first = select(columns.seq).where(
            columns.assessment_id == assessment.id,
            columns.kind == EventKind.ANSWERED.value,
            columns.ring == request.seq,
        )

        def work(connection: Connection) -> bool:
            if connection.execute(first).first() is not None:
                return False
            connection.execute(insert(schema.event), [event_row(assessment, fact, now)])
            return True

        return self.write(work)
