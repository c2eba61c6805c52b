"""Export of a store as CSV files: scores, alarms, outcomes, events, and the ledger of a watched machine.

Rows are read in short transactions and written at once, so that memory stays flat for long records.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from engine.alarms.alarm import fold_alarms
from engine.alarms.peak import peak_stored
from engine.clock import END_OF_TIME
from engine.records.assessment import Assessment
from engine.records.outcome import AlarmOutcome
from engine.reports.csv_files import iso, write_csv
from engine.reports.scores_and_alarms import ALARMS, SCORES, alarm_rows
from engine.store.store import Store

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
OUTCOMES = (
    "alarm",
    "component",
    "cause",
    "raised_at",
    "closed_at",
    "closed_wall_at",
    "closed_by",
    "outcome",
    "surface",
    "size_mm",
    "photo",
    "note",
    "replaced",
)
INTAKE = ("machine", "name", "size", "modified_ns", "time", "outcome", "reason", "digest", "recorded_at")


def export(store: Store, folder: Path, machine: str | None = None) -> dict[str, int]:
    """Write scores.csv, alarms.csv, outcomes.csv, events.csv and intake.csv into a folder.

    The folder is made if missing.

    Args:
        store: the store to export, open for reading or writing.
        folder: the folder to write into.
        machine: only this machine; None for all.

    Returns:
        The number of rows of each file.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    assessments = [one for one in store.assessments() if machine in (None, one.machine)]
    machines = {one.machine_id: one.machine for one in assessments}
    tables: dict[str, tuple[Sequence[str], Iterator[Sequence[object]]]] = {
        "scores.csv": ((*WHOSE, *SCORES, "late"), _each(store, assessments, _scores)),
        "alarms.csv": ((*WHOSE, *ALARMS), _each(store, assessments, _alarms)),
        "outcomes.csv": ((*WHOSE, *OUTCOMES), _each(store, assessments, _outcomes)),
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
    for row in store.score_rows(assessment):
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


def _alarms(store: Store, assessment: Assessment) -> Iterator[Sequence[object]]:
    events = store.events(assessment)
    alarms = fold_alarms(events, END_OF_TIME)
    yield from alarm_rows(
        alarms, lambda alarm: peak_stored(store, assessment, alarm, END_OF_TIME).severity, events
    )


def _outcomes(store: Store, assessment: Assessment) -> Iterator[Sequence[object]]:
    for alarm in fold_alarms(store.events(assessment), END_OF_TIME):
        if alarm.closed is not None:
            found = AlarmOutcome.from_detail(alarm.closed.detail)
            yield (
                alarm.key,
                alarm.component,
                alarm.cause,
                iso(alarm.raised.at),
                iso(alarm.closed.at),
                iso(alarm.closed.recorded_at),
                alarm.closed.detail.get("by", ""),
                found.finding,
                found.surface,
                found.size,
                found.photo,
                found.note,
                _truth(found.replaced),
            )


def _events(store: Store, assessment: Assessment) -> Iterator[Sequence[object]]:
    for row in store.event_rows(assessment):
        yield (row.seq, row.kind, iso(row.at), iso(row.recorded_at), *row[4:])


def _intake(store: Store, machines: Mapping[int, str]) -> Iterator[Sequence[object]]:
    for row in store.intake_rows(sorted(machines)):
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


def _truth(value: bool) -> str:
    return "true" if value else "false"
