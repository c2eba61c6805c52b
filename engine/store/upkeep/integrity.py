"""The check of a store: the database is sound, and its counts agree."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, exists, false, func, select

from engine.clock import microseconds
from engine.errors import StoreError
from engine.records.assessment import Assessment
from engine.records.events import RINGS, EventKind
from engine.store import schema
from engine.store.store import Store
from engine.store.upkeep.losses import losses_of
from engine.store.values.value_check import Unpack, damaged_rows, damaged_values

SHOWN = 5
"""Faults of one kind that are listed; the rest are counted."""

READ_AT_ONCE = 10_000
"""Rows of the ledger read in one transaction; a reader delays commits."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its subject, its result in words, and whether the result is sound."""

    sound: bool
    about: str
    words: str


def check(store: Store, unpack: Unpack | None = None) -> Iterator[Finding]:
    """Yield the finding of each check as soon as it is known.

    During the check of the database itself, commits of a running engine wait and are retried.

    Args:
        store: to be checked.
        unpack: decodes the engine's state; with None only its checksum is checked.
    """
    with store.reading() as connection:
        wrong = list(store.dialect.complaints(connection))
    yield _verdict("database", wrong, "its pages, indices and references are whole")
    damaged = damaged_rows(store)
    if damaged:
        yield _verdict("database", damaged, "")
    try:
        assessments = store.assessments()
    except StoreError:
        # All are damaged, which was said.
        return
    lost = losses_of(store)
    for machine in sorted({loss.machine for loss in lost}):
        yield _verdict(machine, [loss.words for loss in lost if loss.machine == machine], "")
    for assessment in assessments:
        about = f"{assessment.machine}, assessment {assessment.id}"
        yield _verdict(about, damaged_values(store, assessment, unpack), "every value can be decoded")
        with store.reading() as connection:
            yield _verdict(about, _scores(connection, assessment), "every snapshot has its scores")
        with store.reading() as connection:
            yield _verdict(about, _positions(connection, assessment), "no snapshot is missing")
        with store.reading() as connection:
            yield _verdict(about, _rings(connection, assessment), "acknowledgements name rings that exist")
        with store.reading() as connection:
            yield _verdict(about, _answers(connection, assessment), "answers name requests that exist")
        with store.reading() as connection:
            yield _verdict(
                about, _state(connection, assessment), "an engine can go on from its last snapshot"
            )
    for number, name in sorted({(one.machine_id, one.machine) for one in assessments}):
        yield _verdict(name, _taken(store, number), "every file taken in has its scores")
        live = [one for one in assessments if one.machine_id == number and not one.expected]
        for assessment in live:
            with store.reading() as connection:
                wrong = _entered(connection, assessment)
            yield _verdict(name, wrong, "every snapshot of the live record is in the ledger")


def _verdict(about: str, wrong: list[str], well: str) -> Finding:
    if not wrong:
        return Finding(True, about, well)
    rest = len(wrong) - SHOWN
    more = f"; and {rest} more" if rest > 0 else ""
    return Finding(False, about, "; ".join(wrong[:SHOWN]) + more)


def _scores(connection: Connection, assessment: Assessment) -> list[str]:
    assessed, score = schema.assessed.c, schema.score.c
    components = len(assessment.components)
    counted = (
        select(func.count())
        .where(score.assessment_id == assessed.assessment_id, score.position == assessed.position)
        .scalar_subquery()
    )
    short = select(assessed.position, counted.label("count")).where(
        assessed.assessment_id == assessment.id, counted != components
    )
    snapshot = exists().where(
        assessed.assessment_id == score.assessment_id, assessed.position == score.position
    )
    orphans = select(func.count()).where(score.assessment_id == assessment.id, ~snapshot)
    wrong = [
        f"snapshot {row.position} has {row.count} scores for {components} components"
        for row in connection.execute(short)
    ]
    lost = connection.scalar(orphans)
    return [*wrong, f"{lost} scores belong to no snapshot"] if lost else wrong


def _positions(connection: Connection, assessment: Assessment) -> list[str]:
    assessed, thinned = schema.assessed.c, schema.thinned.c
    query = select(func.count(), func.max(assessed.position)).where(assessed.assessment_id == assessment.id)
    here, last = connection.execute(query).one()
    query = select(func.coalesce(func.sum(thinned.snapshots), 0))
    gone = connection.scalar(query.where(thinned.assessment_id == assessment.id)) or 0
    expected = 0 if last is None else last + 1
    if here + gone == expected:
        return []
    return [f"{here} snapshots are there and {gone} were thinned, but {expected} were counted"]


def _rings(connection: Connection, assessment: Assessment) -> list[str]:
    kinds = {kind.value for kind in RINGS}
    return _dangling(connection, assessment, EventKind.ACKNOWLEDGED, kinds, "acknowledges ring")


def _answers(connection: Connection, assessment: Assessment) -> list[str]:
    kinds = {EventKind.REQUESTED.value}
    return _dangling(connection, assessment, EventKind.ANSWERED, kinds, "answers request")


def _dangling(
    connection: Connection, assessment: Assessment, kind: EventKind, targets: set[str], does: str
) -> list[str]:
    columns, target = schema.event.c, schema.event.alias("target").c
    named = exists().where(
        target.seq == columns.ring,
        target.assessment_id == columns.assessment_id,
        target.kind.in_(sorted(targets)),
    )
    query = select(columns.seq, columns.ring).where(
        columns.assessment_id == assessment.id, columns.kind == kind.value, ~named
    )
    return [
        f"event {row.seq} {does} {row.ring}, which is not there"
        for row in connection.execute(query.order_by(columns.seq))
    ]


def _state(connection: Connection, assessment: Assessment) -> list[str]:
    assessed, state = schema.assessed.c, schema.state.c
    query = select(func.max(assessed.position)).where(assessed.assessment_id == assessment.id)
    judged = connection.scalar(query.where(assessed.late == false()))
    stated = connection.scalar(select(func.max(state.position)).where(state.assessment_id == assessment.id))
    if not isinstance(stated, int | None):
        # SQLite sorts text above every number.
        return ["the position of the engine's state is no number"]
    if judged is None or (stated is not None and stated >= judged):
        return []
    return [f"the engine's state after snapshot {judged} is missing"]


def _taken(store: Store, machine_id: int) -> list[str]:
    """Return the files that the ledger has as taken in, but that have no scores and were not thinned."""
    intake, snapshot, assessed = schema.intake.c, schema.snapshot.c, schema.assessed.c
    # A finished run of the same times does not count.
    scored = (
        select(assessed.position)
        .join_from(schema.assessed, schema.snapshot)
        .join(schema.assessment)
        .where(
            snapshot.machine_id == intake.machine_id,
            snapshot.at == intake.at,
            schema.assessment.c.expected == 0,
        )
    )
    query = (
        select(intake.id, intake.name, intake.at, scored.exists().label("scored"))
        .where(intake.machine_id == machine_id, schema.WAS_TAKEN)
        .order_by(intake.id)
        .limit(READ_AT_ONCE)
    )
    thinned = _thinned(store, machine_id)
    wrong: list[str] = []
    last = 0
    while True:
        with store.reading() as connection:
            rows = connection.execute(query.where(intake.id > last)).all()
        for row in rows:
            if not row.scored and (row.at is None or not _within(microseconds(row.at), thinned)):
                wrong.append(f"{row.name} was taken in but has no scores")
        if len(rows) < READ_AT_ONCE:
            return wrong
        last = rows[-1].id


Spans = tuple[list[int], list[int]]
"""Begins and ends [microseconds since 1970] of spans that do not overlap, in order."""


def _thinned(store: Store, machine_id: int) -> Spans:
    thinned, assessment = schema.thinned.c, schema.assessment.c
    query = (
        select(thinned.since, thinned.until)
        .join_from(schema.thinned, schema.assessment)
        .where(assessment.machine_id == machine_id)
        .order_by(thinned.since)
    )
    begins: list[int] = []
    ends: list[int] = []
    with store.reading() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        since, until = microseconds(row.since), microseconds(row.until)
        if ends and since <= ends[-1]:
            ends[-1] = max(ends[-1], until)
        else:
            begins.append(since)
            ends.append(until)
    return begins, ends


def _within(at: int, spans: Spans) -> bool:
    begins, ends = spans
    index = bisect_right(begins, at) - 1
    return index >= 0 and at <= ends[index]


def _entered(connection: Connection, assessment: Assessment) -> list[str]:
    """Return the snapshots of a watched machine that have no row in the ledger."""
    intake, snapshot, assessed = schema.intake.c, schema.snapshot.c, schema.assessed.c
    mine = intake.machine_id == assessment.machine_id
    if connection.execute(select(intake.id).where(mine).limit(1)).first() is None:
        return []
    row = select(intake.id).where(mine, intake.at == snapshot.at, schema.WAS_TAKEN)
    query = (
        select(snapshot.name)
        .join_from(schema.assessed, schema.snapshot)
        .where(assessed.assessment_id == assessment.id, ~row.exists())
        .order_by(assessed.position)
    )
    return [f"{name} was scored but is not in the ledger" for name in connection.scalars(query)]
