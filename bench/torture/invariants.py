"""Invariants after every fault: ledger, acknowledgements, scores and events."""

import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.torture.processes import raceway
from bench.torture.recorder import Fed
from engine.records.events import OPERATOR_KINDS, Cause, Event, EventKind
from engine.records.intake import REFUSED, Outcome
from engine.store import schema
from engine.store.store import Store
from engine.system.processes.child_process import environment


@dataclass(frozen=True)
class Finding:
    """The result of one test: actions, findings, and a sentence for each fault."""

    name: str
    done: str
    found: str
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confirmed:
    """A confirmation that an operator received: acknowledgement or note, ring, and name or words."""

    kind: str
    ring: int
    words: str


Row = tuple[Any, ...]


def ledger(state: Path) -> list[Row]:
    """Return raw name, outcome and recording time of each row of the ledger, oldest first."""
    with Store.open(state) as store:
        machines = sorted({one.machine_id for one in store.assessments()})
        return [(row.raw, row.outcome, row.at) for row in store.intake_rows(machines)]


def taken(state: Path) -> int:
    """Return the number of files scored so far."""
    with Store.open(state) as store:
        assessments = store.assessments()
        counts = store.intake_counts(assessments[0].machine_id) if assessments else {}
    return counts.get(Outcome.TAKEN, 0) + counts.get(Outcome.LATE, 0)


def wrong_in_ledger(state: Path, fed: Fed) -> list[str]:
    """Return violations: good files scored once and in order, bad files refused once, others ignored."""
    rows: dict[bytes, Counter[Outcome]] = {}
    for raw, outcome, _at in ledger(state):
        rows.setdefault(raw, Counter())[Outcome(outcome)] += 1
    wrong = []
    for raw in fed.good:
        found = rows.pop(raw, Counter())
        again = found.pop(Outcome.DUPLICATE, 0)
        if found != Counter([Outcome.TAKEN]) or again > (raw in fed.touched):
            wrong.append(f"{raw!r}: {_told(found)}, {again} times as a duplicate")
    for raw, outcome in fed.bad.items():
        found = rows.pop(raw, Counter())
        if found != Counter([outcome]):
            wrong.append(f"{raw!r} should be {outcome}: {_told(found)}")
    wrong += [f"{raw!r} should have been ignored: {_told(found)}" for raw, found in rows.items()]
    return wrong


def refused(fed: Fed) -> int:
    """Return the number of files that must be refused."""
    return sum(outcome in REFUSED for outcome in fed.bad.values())


def wrong_in_operators(state: Path, confirmed: Iterable[Confirmed]) -> list[str]:
    """Return violations: each confirmed action is stored once, and no ring is acknowledged twice."""
    with Store.open(state) as store:
        events = store.events(store.assessments()[0])
    rings = Counter(event.ring for event in events if event.kind is EventKind.ACKNOWLEDGED)
    notes = Counter(event.detail["text"] for event in events if event.kind is EventKind.NOTED)
    wrong = [f"ring {ring} was acknowledged {count} times" for ring, count in rings.items() if count > 1]
    wrong += [f"{words!r} was written {count} times" for words, count in notes.items() if count > 1]
    for one in confirmed:
        there = rings[one.ring] if one.kind == "acknowledged" else notes[one.words]
        if not there:
            wrong.append(f"confirmed and lost: {one}")
    return wrong


def facts(state: Path) -> dict[str, list[Row]]:
    """Return all results of snapshots, bit for bit, without wall clock, numbering and engine events."""
    assessed, snapshot = schema.assessed.c, schema.snapshot.c
    with Store.open(state) as store:
        assessment = store.assessments()[0]
        own = assessed.assessment_id == assessment.id
        columns = (assessed.position, snapshot.name, snapshot.at, snapshot.figures, assessed.late)
        query = select(*columns).join_from(schema.assessed, schema.snapshot)
        with store.reading() as connection:
            snapshots = connection.execute(query.where(own).order_by(assessed.position)).all()
            scores, pictures = (
                connection.execute(
                    select(table).where(table.c.assessment_id == assessment.id).order_by(*table.primary_key)
                ).all()
                for table in (schema.score, schema.picture)
            )
        resume = store.resume_point(assessment)
        events = [
            (one.kind, one.at, one.source, one.component, one.alarm, repr(one.detail))
            for one in store.events(assessment)
            if _of_snapshots(one)
        ]
    return {
        "snapshots": [tuple(row) for row in snapshots],
        "scores": [tuple(row) for row in scores],
        "pictures": [tuple(row) for row in pictures],
        "events": events,
        "state": [resume] if resume else [],
    }


def differences(disturbed: Path, undisturbed: Path) -> list[str]:
    """Return the differences between two stores."""
    one, other = facts(disturbed), facts(undisturbed)
    return [
        f"{what}: {_first_difference(one[what], other[what])}" for what in one if one[what] != other[what]
    ]


def wrong_in_store(state: Path) -> list[str]:
    """Return the faults that `raceway store check` finds."""
    done = subprocess.run(
        raceway("store", "check", "--state", str(state)),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    return [line for line in done.stdout.splitlines() if line.startswith("WRONG")] or [done.stderr.strip()]


def _of_snapshots(event: Event) -> bool:
    """Return whether a snapshot caused the event: no operator, clock, or start or end of an engine."""
    about_itself = {
        EventKind.STARTED,
        EventKind.FINISHED,
        EventKind.BUNDLE,
        EventKind.INTAKE_PAUSED,
        EventKind.INTAKE_RESUMED,
    }
    by_clock = {Cause.ENGINE_FAILED.value, Cause.NO_DATA.value}
    return (
        event.kind not in OPERATOR_KINDS
        and event.kind not in about_itself
        and not any(f"/{cause}/" in event.alarm for cause in by_clock)
    )


def _first_difference(one: Sequence[Row], other: Sequence[Row]) -> str:
    for number, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return f"row {number}: {left!r:.300} but {right!r:.300}"
    return f"{len(one)} rows but {len(other)}"


def _told(found: Counter[Outcome]) -> str:
    return ", ".join(f"{count} times {outcome}" for outcome, count in found.items()) or "not in the ledger"
