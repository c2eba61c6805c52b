"""The tables of the store, in SQLAlchemy Core; plain SQL types, so that another database can follow."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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
    text,
)

VERSION = 1
"""Schema version, written into the store when it is made and checked when it is opened."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Whole microseconds from 1970-01-01 UTC to an aware datetime."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    """The aware UTC datetime that lies so many microseconds after 1970-01-01."""
    return EPOCH + timedelta(microseconds=micros)


class UTCTime(TypeDecorator[datetime]):
    """An aware datetime kept as integer microseconds since 1970 UTC, so that order and equality are exact."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware datetime into microseconds."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Turn microseconds into an aware datetime."""
        return None if value is None else moment(value)


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
    Column("figures", LargeBinary, nullable=False),
    UniqueConstraint("machine_id", "at"),
)

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
    Column("layout", Text, nullable=False),
    Column("settings", Text, nullable=False),
    UniqueConstraint("machine_id", "key"),
)

assessed = Table(
    "assessed",
    metadata,
    Column("assessment_id", ForeignKey("assessment.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("snapshot_id", ForeignKey("snapshot.id"), nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("state", Text),
    Column("picture", LargeBinary),
    UniqueConstraint("assessment_id", "snapshot_id"),
)

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
    Column("detail", Text, nullable=False),
    Index("event_by_assessment", "assessment_id", "seq"),
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
    postgresql_where=FIRST_ACKNOWLEDGEMENT,
)

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
