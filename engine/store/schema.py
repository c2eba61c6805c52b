"""The tables of the store in SQLAlchemy Core, with plain SQL types that other databases have too."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy import (
    event as hooks,
)
from sqlalchemy.ext.compiler import compiles

from engine.clock import microseconds, moment
from engine.store.values.checksums import CheckedBytes, CheckedText

VERSION = 6
"""Schema version, written into the store when it is made and checked when it is opened."""


class UTCTime(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 UTC, so that order and equality are exact."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware datetime into microseconds."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn microseconds into an aware datetime; None of a damaged value, which is not a number."""
        return moment(value) if isinstance(value, int) else None


class Unsigned(TypeDecorator[int]):
    """An unsigned number of 64 bits, such as an inode, stored as the signed number of the same bits."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Turn the upper half of the range into negative numbers."""
        return None if value is None else (value + 2**63) % 2**64 - 2**63

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Turn negative numbers into the upper half of the range."""
        return value % 2**64 if isinstance(value, int) else None


class Digest(TypeDecorator[str]):
    """A digest in hexadecimal, stored as its bytes: half the size."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Turn hexadecimal digits into bytes."""
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Turn bytes into hexadecimal digits; None of a damaged value, which is not a blob."""
        return bytes(value).hex() if isinstance(value, bytes | memoryview) else None


class EmptyBytes(ColumnElement[bytes]):
    """Bytes of no length, as a default in the database."""

    inherit_cache = True


@compiles(EmptyBytes)
def _in_sqlite(_element: object, _compiler: object, **_given: object) -> str:
    return "X''"


@compiles(EmptyBytes, "postgresql")
def _in_postgresql(_element: object, _compiler: object, **_given: object) -> str:
    return "''::bytea"


metadata = MetaData()

KEY = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta", metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False)
)

machine = Table(
    "machine",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("machine_id", ForeignKey("machine.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("at", UTCTime, nullable=False),
    Column("sample_rate", Float, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("figures", CheckedBytes, nullable=False),
    Column("velocity", CheckedBytes),
    Column("content", Digest, nullable=False, server_default=EmptyBytes()),
    Column("speed", Float),
    UniqueConstraint("machine_id", "at", "content"),
)
"""A recording; other recordings of the same times may lie beside it. `content` is its digest, empty where an
earlier Raceway wrote the row."""

rejection = Table(
    "rejection",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("assessment_id", ForeignKey("assessment.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", UTCTime, nullable=False),
    UniqueConstraint("assessment_id", "name", "reason"),
)

assessment = Table(
    "assessment",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("machine_id", ForeignKey("machine.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("model", String(40), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("run", Text, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("created_at", UTCTime, nullable=False),
    Column("layout", CheckedText, nullable=False),
    Column("settings", CheckedText, nullable=False),
    Column("used", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("machine_id", "key"),
)
"""One pass over a run, or the live record of a machine; `used` numbers the beginnings in order, over all."""

assessed = Table(
    "assessed",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("snapshot_id", ForeignKey("snapshot.id"), nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("late", Boolean, nullable=False, server_default=false()),
    Column("size", BigInteger),
    Column("changed_ns", BigInteger),
    # In this order it also finds the assessments of a snapshot.
    UniqueConstraint("snapshot_id", "assessment_id"),
    Index(
        "assessed_late",
        "assessment_id",
        "position",
        sqlite_where=text("late = 1"),
    ),
    # Small rows, queried by key: one tree holds them, in the order of a series.
    sqlite_with_rowid=False,
)
"""The snapshots of an assessment; `size` and `changed_ns` are of the file that was read for it."""

picture = Table(
    "picture",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("packed", CheckedBytes, nullable=False),
)
"""The picture of a snapshot for the console; a separate row, because a row that shrinks frees no page."""

state = Table(
    "state",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("packed", CheckedText, nullable=False),
)
"""The engine's running state after a snapshot; only the newest is kept, from which an engine continues."""

score = Table(
    "score",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("component", Integer, primary_key=True),
    Column("quality", String(12), nullable=False),
    Column("error", Float),
    Column("limit", Float),
    Column("severity", Float),
    Column("share", Float),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    metadata,
    Column("seq", KEY, primary_key=True),
    Column("machine_id", ForeignKey("machine.id"), nullable=False),
    Column("assessment_id", ForeignKey("assessment.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("at", UTCTime, nullable=False),
    Column("recorded_at", UTCTime, nullable=False),
    Column("source", String(20), nullable=False),
    Column("component", String(200), nullable=False),
    Column("alarm", String(600), nullable=False),
    Column("ring", KEY),
    Column("session", String(200), nullable=False),
    Column("detail", CheckedText, nullable=False),
    Index("event_by_assessment", "assessment_id", "seq"),
    Index("event_by_kind", "assessment_id", "kind", "seq"),
    sqlite_autoincrement=True,
)

FIRST_ACKNOWLEDGEMENT = text("kind = 'acknowledged'")
Index(
    "one_acknowledgement_a_ring",
    event.c.assessment_id,
    event.c.session,
    event.c.ring,
    unique=True,
    sqlite_where=FIRST_ACKNOWLEDGEMENT,
)

FIRST_ANSWER = text("kind = 'answered'")
Index(
    "one_answer_a_request",
    event.c.assessment_id,
    event.c.ring,
    unique=True,
    sqlite_where=FIRST_ANSWER,
)

intake = Table(
    "intake",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("machine_id", ForeignKey("machine.id"), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("inode", Unsigned, nullable=False),
    Column("at", UTCTime),
    Column("digest", Digest),
    Column("outcome", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", UTCTime, nullable=False),
    Index("intake_by_file", "machine_id", "raw", "id"),
    Index("intake_by_outcome", "machine_id", "outcome", "id"),
)

WAS_TAKEN = text("outcome IN ('taken', 'late')")
"""Rows of the ledger with a scored recording; queries repeat these words exactly, to match the index."""

Index(
    "one_taking_a_time",
    intake.c.machine_id,
    intake.c.at,
    unique=True,
    sqlite_where=WAS_TAKEN,
)
# With the outcome, although all its rows were taken: SQLite then never uses the index of outcomes instead.
Index(
    "taken_by_digest",
    intake.c.machine_id,
    intake.c.digest,
    intake.c.outcome,
    sqlite_where=WAS_TAKEN,
)

thinned = Table(
    "thinned",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("assessment_id", ForeignKey("assessment.id"), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("since", UTCTime, nullable=False),
    Column("until", UTCTime, nullable=False),
    Column("snapshots", Integer, nullable=False),
    Column("recorded_at", UTCTime, nullable=False),
    Index("thinned_by_assessment", "assessment_id", "id"),
)
"""Spans of an assessment that retention thinned: positions, recording times, count of removed snapshots."""

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("beat_at", UTCTime, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("phase", String(24), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("message", Text, nullable=False),
)

epoch = Table(
    "epoch",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("loss", Float, nullable=False),
    Column("validation_loss", Float, nullable=False),
)


def limit_indexes_of_postgresql(connection: Connection) -> None:
    """Give each index of some rows its condition on PostgreSQL too; called before the tables are made there.

    It stands not beside the condition for SQLite: naming it loads a dialect that no console on SQLite needs.
    """
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.tables.values():
        for index in table.indexes:
            where = index.dialect_options["sqlite"]["where"]
            if where is not None:
                said = text("late") if str(where) == "late = 1" else where
                index.dialect_options["postgresql"]["where"] = said


hooks.listen(metadata, "before_create", lambda _, connection, **__: limit_indexes_of_postgresql(connection))
