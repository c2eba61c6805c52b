"""Requests of operators to the engine, and its answers: events that one side appends and the other polls."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from engine.errors import UnusableError
from engine.records.assessment import Assessment
from engine.records.events import Action, Event, EventKind, NewEvent
from engine.records.renames import NewNames, renamed_state
from engine.store import schema
from engine.store.database import Database
from engine.store.values.damage import DamagedError
from engine.store.values.rows import event_row, events_of, mapping_of

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Requests(Database):
    """Appends requests, lists the open ones, appends answers; carries out a rename."""

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

        return self.write(work, assessment)

    def open_requests(self, assessment: Assessment) -> tuple[Event, ...]:
        """Return the requests without an answer, the oldest first; fast enough for every second."""
        return self.requests_of([assessment.id]).get(assessment.id, ())

    def requests_of(self, assessments: Sequence[int]) -> dict[int, tuple[Event, ...]]:
        """Return the requests without an answer of several assessments, by the id of each."""
        columns, answer = schema.event.c, schema.event.alias("answer").c
        answered = select(answer.seq).where(
            answer.assessment_id == columns.assessment_id,
            answer.kind == EventKind.ANSWERED.value,
            answer.ring == columns.seq,
        )
        query = (
            select(schema.event)
            .where(columns.assessment_id.in_(assessments), columns.kind == EventKind.REQUESTED.value)
            .where(~answered.exists())
            .order_by(columns.seq)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        found: dict[int, list[Row[Any]]] = {}
        for row in rows:
            found.setdefault(row.assessment_id, []).append(row)
        return {key: tuple(events_of(some, self.damage.note)) for key, some in found.items()}

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

        def work(connection: Connection) -> bool:
            if connection.execute(_first_answer(assessment, request)).first() is not None:
                return False
            connection.execute(insert(schema.event), [event_row(assessment, fact, now)])
            return True

        return self.write(work, assessment)

    def rename(
        self, assessment: Assessment, new: NewNames, facts: Sequence[NewEvent], request: Event, now: datetime
    ) -> None:
        """Give the components of a live record new names, with the events about it, in one transaction.

        Scores keep their component numbers. Earlier events keep their names and are translated when read.

        Args:
            assessment: the live record, with the names of before.
            new: the names, and what follows from them.
            facts: the events of the rename, among them the answer to the request.
            request: of the operator; nothing changes where it has an answer.
            now: wall clock.

        Raises:
            UnusableError: another record of the machine has this layout.
        """
        record, state = schema.assessment.c, schema.state.c
        mine = record.id == assessment.id
        other = select(record.id).where(
            record.machine_id == assessment.machine_id, record.key == new.key, record.id != assessment.id
        )

        def work(connection: Connection) -> None:
            if connection.execute(_first_answer(assessment, request)).first() is not None:
                return
            if connection.execute(other).first() is not None:
                raise UnusableError(
                    f"{assessment.machine} has another record with these names; raceway engine switch goes on"
                    " with it"
                )
            layout = {
                "components": new.components,
                "channels": assessment.channels,
                "units": assessment.units,
            }
            values = {"layout": json.dumps(layout), "settings": json.dumps(new.settings), "key": new.key}
            connection.execute(update(schema.assessment).where(mine).values(values))
            packed = connection.scalar(select(state.packed).where(state.assessment_id == assessment.id))
            # An engine rebuilds a damaged state from the events.
            with suppress(DamagedError, KeyError, TypeError, AttributeError, ValueError):
                old, channels = assessment.components, assessment.channels
                renamed = json.dumps(renamed_state(mapping_of(packed), old, channels, new.names))
                change = update(schema.state).where(state.assessment_id == assessment.id)
                connection.execute(change.values(packed=renamed))
            connection.execute(insert(schema.event), [event_row(assessment, fact, now) for fact in facts])

        self.write(work, assessment)


def _first_answer(assessment: Assessment, request: Event) -> Select[tuple[int]]:
    columns = schema.event.c
    return select(columns.seq).where(
        columns.assessment_id == assessment.id,
        columns.kind == EventKind.ANSWERED.value,
        columns.ring == request.seq,
    )
