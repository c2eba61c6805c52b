"""Writes what a store holds as CSV files: scores, alarms, events and, of a watched machine, the ledger.

Rows are read in short transactions and written as they come, so memory stays flat however long the record.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import false, func, select

from engine.alarms.alarm import Alarm, fold_alarms
from engine.records.assessment import Assessment
from engine.reports.csv_files import iso, write_csv
from engine.reports.result_files import ALARMS, END_OF_TIME, SCORES, alarm_rows
from engine.store import schema
from engine.store.store import Store

READ_AT_ONCE = 2000
"""Rows read in one transaction, some 20 ms: a reader holds up commits."""

WHOSE = ("machine", "assessment")
EVENTS = (
    "seq",
    "kind",
    "time",
    "recorded_at",
    "source",
    "component",
    "alarm",
    "ring",
    "session",
    "detail",
)
INTAKE = ("machine", "name", "size", "modified_ns", "time", "outcome", "reason", "digest", "recorded_at")


def export(store: Store, folder: Path, machine: str | None = None) -> dict[str, int]:
    """Write scores.csv, alarms.csv, events.csv and intake.csv into a folder, which is made if missing.

    Args:
        store: where from; open for reading is enough.
        folder: where to.
        machine: only this one, or all.

    Returns:
        How many rows each file holds.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    assessments = [one for one in store.assessments() if machine in (None, one.machine)]
    machines = {one.machine_id: one.machine for one in assessments}
    tables: dict[str, tuple[Sequence[str], Iterator[Sequence[object]]]] = {
        "scores.csv": ((*WHOSE, *SCORES, "late"), _each(store, assessments, _scores)),
        "alarms.csv": ((*WHOSE, *ALARMS), _each(store, assessments, _alarms)),
        "events.csv": ((*WHOSE, *EVENTS), _each(store, assessments, _events)),
        "intake.csv": (INTAKE, _intake(store, machines)),
    }
    return {name: write_csv(folder / name, header, rows) for name, (header, rows) in tables.items()}


def _each(
    store: Store,
    assessments: Iterable[Assessment],
    rows_of: Callable[[Store, Assessment], Iterable[Sequence[object]]],
) -> Iterator[Sequence[object]]:
    for assessment in assessments:
        for row in rows_of(store, assessment):
            yield assessment.machine, assessment.id, *row


def _scores(store: Store, assessment: Assessment) -> Iterator[Sequence[object]]:
    score, assessed, snapshot = schema.score.c, schema.assessed.c, schema.snapshot.c
    same = (assessed.assessment_id == score.assessment_id) & (assessed.position == score.position)
    query = (
        select(schema.score, assessed.baseline, assessed.late, snapshot.name, snapshot.at)
        .join_from(schema.score, schema.assessed, same)
        .join(schema.snapshot)
        .where(score.assessment_id == assessment.id)
        .order_by(score.position, score.component)
        .limit(READ_AT_ONCE)
    )
    position, component = -1, -1
    while True:
        after = (score.position > position) | ((score.position == position) & (score.component > component))
        with store.reading() as connection:
            rows = connection.execute(query.where(score.position >= position, after)).all()
        for row in rows:
            yield (
                row.name,
                iso(row.at),
                assessment.components[row.component],
                row.error,
                row.limit,
                row.severity,
                row.quality,
                _truth(row.baseline),
                _truth(row.late),
            )
        if len(rows) < READ_AT_ONCE:
            return
        position, component = rows[-1].position, rows[-1].component


def _alarms(store: Store, assessment: Assessment) -> Iterator[Sequence[object]]:
    alarms = fold_alarms(store.events(assessment), END_OF_TIME)
    yield from alarm_rows(alarms, partial(_peak, store, assessment))


def _peak(store: Store, assessment: Assessment, alarm: Alarm) -> float | None:
    """Highest severity of the alarm's component from raise to clearing, of what retention has left."""
    score, assessed, snapshot = schema.score.c, schema.assessed.c, schema.snapshot.c
    same = (assessed.assessment_id == score.assessment_id) & (assessed.position == score.position)
    query = (
        select(func.max(score.severity))
        .join_from(schema.score, schema.assessed, same)
        .join(schema.snapshot)
        .where(score.assessment_id == assessment.id, assessed.late == false())
        .where(score.component == assessment.components.index(alarm.component))
        .where(snapshot.machine_id == assessment.machine_id, snapshot.at >= alarm.raised.at)
    )
    if alarm.cleared is not None:
        query = query.where(snapshot.at <= alarm.cleared.at)
    with store.reading() as connection:
        peak: float | None = connection.scalar(query)
    return peak


def _events(store: Store, assessment: Assessment) -> Iterator[Sequence[object]]:
    columns = schema.event.c
    query = select(schema.event).where(columns.assessment_id == assessment.id).order_by(columns.seq)
    last = 0
    while True:
        with store.reading() as connection:
            rows = connection.execute(query.where(columns.seq > last).limit(READ_AT_ONCE)).all()
        for row in rows:
            yield (
                row.seq,
                row.kind,
                iso(row.at),
                iso(row.recorded_at),
                row.source,
                row.component,
                row.alarm,
                row.ring,
                row.session,
                row.detail,
            )
        if len(rows) < READ_AT_ONCE:
            return
        last = rows[-1].seq


def _intake(store: Store, machines: Mapping[int, str]) -> Iterator[Sequence[object]]:
    columns = schema.intake.c
    query = select(schema.intake).where(columns.machine_id.in_(sorted(machines))).order_by(columns.id)
    last = 0
    while True:
        with store.reading() as connection:
            rows = connection.execute(query.where(columns.id > last).limit(READ_AT_ONCE)).all()
        for row in rows:
            yield (
                machines[row.machine_id],
                row.name,
                row.size,
                row.modified_ns,
                iso(row.at),
                row.outcome,
                row.reason,
                row.digest,
                iso(row.recorded_at),
            )
        if len(rows) < READ_AT_ONCE:
            return
        last = rows[-1].id


def _truth(value: bool) -> str:
    return "true" if value else "false"
