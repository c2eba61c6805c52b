"""What must be true after all that was done: of the ledger, the acknowledgements, the scores and events."""

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
from engine.system.child_process import environment


@dataclass(frozen=True)
class Finding:
    """One proof: what was done, what was found, and what is wrong, if anything, a sentence each."""

    name: str
    done: str
    found: str
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confirmed:
    """What an operator was told is stored: an acknowledgement or a note, its ring, and who or what words."""

    kind: str
    ring: int
    words: str


Row = tuple[Any, ...]


def ledger(state: Path) -> list[Row]:
    """Raw name, outcome and recording time of each row of the ledger, oldest first."""
    with Store.open(state) as store:
        machines = sorted({one.machine_id for one in store.assessments()})
        return [(row.raw, row.outcome, row.at) for row in store.intake_rows(machines)]


def taken(state: Path) -> int:
    """How many files were taken in for scoring so far."""
    with Store.open(state) as store:
        assessments = store.assessments()
        counts = store.intake_counts(assessments[0].machine_id) if assessments else {}
    return counts.get(Outcome.TAKEN, 0) + counts.get(Outcome.LATE, 0)


def wrong_in_ledger(state: Path, fed: Fed) -> list[str]:
    """Every good file was scored once and in order, every bad one set aside once, the rest left alone."""
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
    wrong += [f"{raw!r} should have been left alone: {_told(found)}" for raw, found in rows.items()]
    return wrong


def refused(fed: Fed) -> int:
    """How many files must have been refused."""
    return sum(outcome in REFUSED for outcome in fed.bad.values())


def wrong_in_operators(state: Path, confirmed: Iterable[Confirmed]) -> list[str]:
    """Everything that an operator was told is stored is there, once; no ring is acknowledged twice."""
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
    """All that snapshots gave rise to, bit for bit: no wall clock, no numbering, no engine's own life."""
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
    """Where two stores say something else."""
    one, other = facts(disturbed), facts(undisturbed)
    return [
        f"{what}: {_first_difference(one[what], other[what])}" for what in one if one[what] != other[what]
    ]


def wrong_in_store(state: Path) -> list[str]:
    """What `raceway store check` finds wrong."""
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
    """Whether a snapshot gave rise to it, and no operator, no clock, and no engine that came or went."""
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
