"""Decodes every value of a store and names those that are damaged, a portion of rows at a time."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Row,
    Select,
    String,
    Text,
    case,
    func,
    select,
    type_coerce,
)

from engine.clock import FIRST, LAST, microseconds
from engine.records.assessment import Assessment
from engine.records.intake import Outcome
from engine.store import schema
from engine.store.database import Database
from engine.store.values.damage import Damage, DamagedError, Note
from engine.store.values.rows import (
    assessments_of,
    assessments_query,
    event_of,
    heartbeat_of,
    mapping_of,
    picture_of,
)
from engine.store.values.series_rows import heads_of, mended_series

READ_AT_ONCE = 1000
"""Rows decoded in one transaction: pictures of 8 KB take some 50 ms."""

Unpack = Callable[[Mapping[str, Any]], object]
"""Decodes an engine's state; raises ValueError, KeyError, TypeError or AttributeError if it cannot."""


class _Findings:
    """Damaged values in order; without the limit that a long-lived store has."""

    def __init__(self) -> None:
        self.found: dict[Damage, None] = {}

    def note(self, table: str, row: object, words: str) -> None:
        self.found[Damage(table, str(row), words)] = None


def damaged_rows(store: Database) -> list[str]:
    """Name the damaged values of the tables that belong to no assessment, or to all."""
    findings = _Findings()
    with store.reading() as connection:
        rows = connection.execute(assessments_query()).all()
    assessments_of(rows, findings.note)
    with store.reading() as connection:
        beats = connection.execute(select(schema.heartbeat)).all()
    for beat in beats:
        heartbeat_of(beat, findings.note)
    for row in _portions(store, select(schema.intake), schema.intake.c.id):
        if row.outcome not in list(Outcome):
            findings.note("intake", f"row {row.id}", f"{row.outcome!r} is not an outcome")
    with store.reading() as connection:
        _check_kinds(connection, findings.note)
    return [str(one) for one in findings.found]


def damaged_values(store: Database, assessment: Assessment, unpack: Unpack | None) -> list[str]:
    """Name the damaged values of an assessment: pictures, figures, scores, events, the engine's state."""
    findings = _Findings()
    _check_pictures(store, assessment, findings.note)
    _check_snapshots(store, assessment, findings.note)
    _check_events(store, assessment, findings.note)
    with store.reading() as connection:
        states = connection.execute(
            select(schema.state).where(schema.state.c.assessment_id == assessment.id)
        ).all()
    for row in states:
        try:
            plain = mapping_of(row.packed)
            if unpack is not None:
                unpack(plain)
        except DamagedError as error:
            findings.note("state", f"snapshot {row.position}", str(error))
        except (ValueError, KeyError, TypeError, AttributeError):
            findings.note("state", f"snapshot {row.position}", "it is not a state of an engine")
    return [str(one) for one in findings.found]


def _check_kinds(connection: Connection, note: Note) -> None:
    """Count the values that are no text, no possible time or no finite number in a column of such values.

    SQLite stores any value in any column, PostgreSQL values of the column's type, such as NaN. Readers make a
    text or the nearest time of it, so no query fails. Events are read from number 1 on.
    """
    unread = connection.scalar(select(func.count()).where(schema.event.c.seq < 1))
    if unread:
        note("event", f"{unread} rows", "their numbers are below 1, and they are not read")
    for table in schema.metadata.sorted_tables:
        has_types = connection.dialect.name != "sqlite"
        wrong = {column.name: _is_wrong(column, has_types=has_types) for column in table.columns}
        kinds = {name: where for name, where in wrong.items() if where is not None}
        if not kinds:
            continue
        counts = connection.execute(
            select(*(func.sum(case((where, 1), else_=0)) for where in kinds.values())).select_from(table)
        ).one()
        for name, count in zip(kinds, counts, strict=True):
            if count:
                rows = "1 row" if count == 1 else f"{count} rows"
                note(table.name, rows, f"column {name} holds no {_KIND[type(table.c[name].type)]}")


_KIND = {String: "text", Text: "text", schema.UTCTime: "possible time", Float: "finite number"}


LARGEST = sys.float_info.max


def _is_wrong(column: Column[Any], *, has_types: bool) -> ColumnElement[bool] | None:
    """Return the condition of a wrong value in a column; None for a column that is checked elsewhere.

    Args:
        column: of a table.
        has_types: whether the database keeps the type of each column. NaN is its largest number.
    """
    kind: ColumnElement[str] = func.typeof(column)
    if type(column.type) in (String, Text):
        return None if has_types else kind.not_in(["text", "null"])
    if type(column.type) is schema.UTCTime:
        kinds, is_possible = (
            ["integer", "null"],
            type_coerce(column, BigInteger).between(microseconds(FIRST), microseconds(LAST)),
        )
    elif type(column.type) is Float:
        kinds, is_possible = ["real", "integer", "null"], column.between(-LARGEST, LARGEST)
    else:
        return None
    return ~is_possible if has_types else kind.not_in(kinds) | ~is_possible


def _check_pictures(store: Database, assessment: Assessment, note: Note) -> None:
    picture = schema.picture.c
    query = select(picture.position, picture.packed).where(picture.assessment_id == assessment.id)
    for row in _portions(store, query, picture.position):
        picture_of(row.packed, f"snapshot {row.position}", note)


def _check_snapshots(store: Database, assessment: Assessment, note: Note) -> None:
    score = schema.score.c
    scores = select(schema.score).where(score.assessment_id == assessment.id).order_by(score.position)
    for portion in _in_portions(store, heads_of(assessment.id), schema.assessed.c.position):
        within = score.position.between(portion[0].position, portion[-1].position)
        with store.reading() as connection:
            rows = connection.execute(scores.where(within)).all()
        mended_series(assessment, portion, rows, note)


def _check_events(store: Database, assessment: Assessment, note: Note) -> None:
    event = schema.event.c
    # As written: where a text is not UTF-8, reading it would put another character there.
    raw = store.dialect.bytes_of(event.detail).label("raw")
    query = select(schema.event, raw).where(event.assessment_id == assessment.id)
    for row in _portions(store, query, event.seq):
        event_of(row, note)
        try:
            bytes(row.raw or b"").decode()
        except UnicodeDecodeError:
            note("event", f"event {row.seq} ({row.kind})", "its text is not UTF-8")


def _portions(store: Database, query: Select[Any], key: Any) -> Iterator[Row[Any]]:
    for portion in _in_portions(store, query, key):
        yield from portion


def _in_portions(store: Database, query: Select[Any], key: Any) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of a query in portions, in order of a column that is among those asked for."""
    last = -1
    while True:
        with store.reading() as connection:
            rows = connection.execute(query.where(key > last).order_by(key).limit(READ_AT_ONCE)).all()
        if rows:
            yield rows
        if len(rows) < READ_AT_ONCE:
            return
        last = getattr(rows[-1], key.name)
