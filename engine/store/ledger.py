"""The ledger: the outcome of each file of a watched directory, one row each time a file was processed.

It alone decides which files were taken in. The newest row of a name is valid for that file.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    func,
    insert,
    select,
    union_all,
)

from engine.clock import FIRST
from engine.records.assessment import Assessment
from engine.records.intake import REFUSED, Intake, Outcome, Refusal
from engine.store import schema
from engine.store.database import Database
from engine.store.values import ledger_counts

CHUNK = 10_000
"""Rows of the ledger read in one transaction, some 20 ms; a reader delays commits."""

NAMES_AT_ONCE = 500
"""Names in one query; old builds of SQLite take at most 999 parameters."""

_LONGEST_NAME = 255

# A console runs this every second; building the statement takes longer than running it.
_CAME = select(schema.intake.c.recorded_at).where(
    schema.intake.c.machine_id == bindparam("machine"),
    schema.WAS_TAKEN,
    schema.intake.c.at == bindparam("at"),
)


DAMAGED_AT_MOST = 16
"""Newest rows of the ledger that are looked at for one whose times are whole."""


class Ledger(Database):
    """Queries of a machine's ledger; `Store.append` and `Store.settle` write it."""

    def known_files(
        self, machine_id: int, among: Iterable[bytes] | None = None
    ) -> dict[bytes, tuple[int, int, int]]:
        """Return size, time of change [ns] and inode of each file when last processed, by raw name.

        Args:
            machine_id: the machine of the ledger.
            among: only these names; months of a fast recorder are millions of rows.
        """
        if among is not None:
            return dict(self._known_among(machine_id, among))
        columns = schema.intake.c
        query = (
            select(columns.id, columns.raw, columns.size, columns.modified_ns, columns.inode)
            .order_by(columns.id)
            .limit(CHUNK)
        )
        known: dict[bytes, tuple[int, int, int]] = {}
        last, rows = 0, None
        while rows is None or len(rows) == CHUNK:
            with self.reading() as connection:
                rows = connection.execute(
                    query.where(columns.machine_id == machine_id, columns.id > last)
                ).all()
            for _id, raw, *stamp in rows:
                known[raw] = tuple(stamp)
            last = rows[-1].id if rows else last
        return known

    def _known_among(
        self, machine_id: int, names: Iterable[bytes]
    ) -> Iterator[tuple[bytes, tuple[int, int, int]]]:
        columns = schema.intake.c
        waiting = iter(names)
        while some := list(islice(waiting, NAMES_AT_ONCE)):
            newest = (
                select(func.max(columns.id))
                .where(columns.machine_id == machine_id, columns.raw.in_(some))
                .group_by(columns.raw)
            )
            query = select(columns.raw, columns.size, columns.modified_ns, columns.inode)
            with self.reading() as connection:
                rows = connection.execute(query.where(columns.id.in_(newest))).all()
            for raw, *stamp in rows:
                yield raw, tuple(stamp)

    def taken_like(self, machine_id: int, at: datetime, digest: str) -> tuple[Intake | None, Intake | None]:
        """Return the recording taken in for this time, and one with the same signal for another time."""
        known = {"machine": machine_id, "at": at, "digest": digest}
        with self.reading() as connection:
            found = [_intake_of(row) for row in connection.execute(_taken_like(), known)]
        at_its_time = next((one for one in found if one.at == at), None)
        return at_its_time, next((one for one in found if one.at != at), None)

    def came(self, machine_id: int, at: datetime) -> datetime | None:
        """Return when the file of this recording time was taken in, by the wall clock; None if none was."""
        with self.reading() as connection:
            return connection.scalar(_CAME, {"machine": machine_id, "at": at})

    def last_taken(self, machine_id: int) -> tuple[datetime, datetime] | None:
        """Return the newest recording time taken in, and when it came by the wall clock; None if none was.

        A row with a damaged time is passed over.
        """
        columns = schema.intake.c
        query = (
            select(columns.at, columns.recorded_at)
            .where(columns.machine_id == machine_id, schema.WAS_TAKEN)
            .order_by(columns.at.desc())
            .limit(DAMAGED_AT_MOST)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        whole = (row for row in rows if row.at is not None and row.recorded_at is not None)
        return next(((row.at, row.recorded_at) for row in whole), None)

    def intake_counts(self, machine_id: int) -> dict[Outcome, int]:
        """Return the number of rows by outcome, all outcomes included; a repeated file counts again."""
        with self.reading() as connection:
            found = ledger_counts.counts_of(connection, machine_id)
        for name in found.keys() - set(Outcome):
            self.damage.note("intake", f"{found[name]} rows", f"{name!r} is not an outcome")
        return {outcome: found.get(outcome.value, 0) for outcome in Outcome}

    def refused_counts(self, machine_ids: Iterable[int]) -> dict[int, int]:
        """Return the number of rows with a refused file, by the id of each machine that has some."""
        columns = schema.intake.c
        query = (
            select(columns.machine_id, func.count())
            .where(columns.machine_id.in_(sorted(machine_ids)), columns.outcome.in_(sorted(REFUSED)))
            .group_by(columns.machine_id)
        )
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def note_counts(self, assessment: Assessment) -> bool:
        """Note the counts of a machine's ledger for later readers; return whether many rows were new."""
        with self.reading() as connection:
            if not ledger_counts.has_many_new(connection, assessment.machine_id):
                return False
        self.write(
            lambda connection: ledger_counts.note(connection, assessment.machine_id), assessment, twice=True
        )
        return True

    def recent_outcomes(self, machine_id: int, count: int) -> tuple[Outcome, ...]:
        """Return the outcomes of the files dealt with last, newest first, without damaged ones."""
        with self.reading() as connection:
            rows = connection.execute(_recent(), {"machine": machine_id, "most": count}).all()
        newest = sorted(rows, key=lambda row: row.id, reverse=True)[:count]
        return tuple(Outcome(row.outcome) for row in newest)

    def quarantined(self, machine_id: int) -> tuple[Refusal, ...]:
        """Return the files that are refused now, the oldest refusal first."""
        with self.reading() as connection:
            return tuple(
                # A damaged time is None.
                Refusal(row.raw, row.name, Outcome(row.outcome), row.reason, row.recorded_at or FIRST)
                for row in connection.execute(_refused(), {"machine": machine_id})
            )


# Building these statements takes longer than running them: status asks for a hundred machines, and an engine
# asks for each file.


@cache
def _taken_like() -> CompoundSelect[Any]:
    columns = schema.intake.c
    taken = select(schema.intake).where(columns.machine_id == bindparam("machine"), schema.WAS_TAKEN)
    # A union, because SQLite uses neither index for an "or" of the two.
    either = union_all(
        taken.where(columns.at == bindparam("at")), taken.where(columns.digest == bindparam("digest"))
    )
    return either.order_by(either.selected_columns.id)


@cache
def _recent() -> CompoundSelect[Any]:
    columns = schema.intake.c
    # The newest of each outcome by an index: of all together SQLite would sort every row of the machine.
    parts = []
    for outcome in Outcome:
        own = select(columns.id, columns.outcome).where(
            columns.machine_id == bindparam("machine"), columns.outcome == outcome.value
        )
        newest = own.order_by(columns.id.desc()).limit(bindparam("most", type_=Integer))
        parts.append(select(newest.subquery()))
    return union_all(*parts)


@cache
def _refused() -> Select[Any]:
    columns = schema.intake.c
    later = schema.intake.alias("later").c
    again = select(later.id).where(
        later.machine_id == columns.machine_id, later.raw == columns.raw, later.id > columns.id
    )
    return (
        select(columns.raw, columns.name, columns.outcome, columns.reason, columns.recorded_at)
        .where(columns.machine_id == bindparam("machine"), columns.outcome.in_(sorted(REFUSED)))
        .where(~again.exists())
        .order_by(columns.id)
    )


def add_to_ledger(connection: Connection, machine_id: int, rows: Iterable[Intake], now: datetime) -> None:
    """Append rows within a transaction.

    Args:
        connection: of the transaction.
        machine_id: the machine of the ledger.
        rows: outcomes of files.
        now: wall clock.
    """
    values = [_values(machine_id, row, now) for row in rows]
    if values:
        connection.execute(insert(schema.intake), values)


def _values(machine_id: int, row: Intake, now: datetime) -> Mapping[str, Any]:
    return {
        "machine_id": machine_id,
        "raw": row.raw,
        "name": row.name[:_LONGEST_NAME],
        "size": row.size,
        "modified_ns": row.modified_ns,
        "inode": row.inode,
        "at": row.at,
        "digest": row.digest,
        "outcome": row.outcome.value,
        "reason": row.reason,
        "recorded_at": now,
    }


def _intake_of(row: Row[Any]) -> Intake:
    return Intake(
        raw=row.raw,
        name=row.name,
        size=row.size,
        modified_ns=row.modified_ns,
        inode=row.inode,
        outcome=Outcome(row.outcome),
        at=row.at,
        digest=row.digest,
        reason=row.reason,
    )
