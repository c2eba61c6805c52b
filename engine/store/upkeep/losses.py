"""Records of machines that were lost from a store which still holds others: rows deleted or emptied by hand.

A store without any record is refused as it is opened (`engine.store.location`). Here each machine is looked
at by itself: its neighbours go on.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select

from engine.errors import StoreLostError
from engine.store import schema
from engine.store.database import Database
from engine.store.location import BUNDLES
from engine.store.sqlite import insert_new
from replay.bounded_read import read_bounded

LARGEST_MARKER = 100_000
"""Bytes of a file that names the bundle in use."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A machine whose record is gone or emptied, and the missing part in words.

    `ends` tells whether an engine must not go on with it: alarms that stood would be forgotten in silence.
    """

    machine: str
    words: str
    ends: bool = True


def losses_of(store: Database, machine: str | None = None) -> tuple[Loss, ...]:
    """Return the losses that no person has accepted: of all machines, or of one."""
    with store.reading() as connection:
        rows = connection.execute(select(schema.machine)).all()
        machines = {row.id: row.name for row in rows if machine in (None, row.name)}
        found = [loss for number, name in machines.items() for loss in _of_machine(connection, number, name)]
        if machine is None:
            found += _without_machine(connection, {row.id for row in rows})
        live = _live_names(connection)
        accepted = set(connection.scalars(select(schema.meta.c.key)))
    known = {loss.machine for loss in found} | live
    # A machine with a record needs no look at the files of all the others.
    before = set() if machine in known else _watched_before(store.path.parent)
    for name in sorted(before - known):
        if machine in (None, name):
            found.append(
                Loss(name, "its record is gone, and with it every alarm, though a bundle was in use")
            )
    return tuple(loss for loss in found if _key(loss.machine) not in accepted)


def refuse_lost(store: Database, machine: str) -> None:
    """See that the record of a machine was not lost, before an engine begins it again.

    Raises:
        StoreLostError: it was, and no person has accepted that.
    """
    for loss in losses_of(store, machine):
        if loss.ends:
            raise StoreLostError(f"{store.path}: {sentence(loss, store.path.parent)}")


def sentence(loss: Loss, state: Path) -> str:
    """Return a loss as a sentence with the way on."""
    words = f"the record of {loss.machine} was damaged: {loss.words}"
    if not loss.ends:
        return words
    return (
        f"{words}; put a copy back (raceway store restore FILE --state {state}), or go on without it"
        f" (raceway store create --beside-bundles --state {state})"
    )


def accept_losses(store: Database) -> tuple[Loss, ...]:
    """Note that a person accepts the losses; return them. The engines of these machines may begin again."""
    losses = losses_of(store)

    def work(connection: Connection) -> None:
        for loss in losses:
            connection.execute(insert_new(schema.meta).values(key=_key(loss.machine), value=loss.machine))

    if losses:
        store.write(work)
    return losses


def forget_acceptance(store: Database, machine: str) -> None:
    """Forget that the loss of a machine's record was accepted: it has a record again, which may be lost."""
    mine = schema.meta.c.key == _key(machine)
    with store.reading() as connection:
        if connection.execute(select(schema.meta.c.key).where(mine)).first() is None:
            return
    store.write(lambda connection: connection.execute(delete(schema.meta).where(mine)))


def _of_machine(connection: Connection, number: int, name: str) -> Iterator[Loss]:
    assessment, intake = schema.assessment.c, schema.intake.c
    every = connection.execute(
        select(assessment.id, assessment.expected).where(assessment.machine_id == number)
    ).all()
    live = [row.id for row in every if row.expected == 0]
    has_ledger = _any(connection, intake.machine_id == number)
    if not live and has_ledger:
        yield Loss(name, "its record is gone, and with it every alarm, though it has a ledger of recordings")
    elif not every and _any(connection, schema.snapshot.c.machine_id == number):
        yield Loss(name, "its record is gone, though it has snapshots")
    if not live:
        return
    judged = _any(connection, schema.assessed.c.assessment_id.in_(live))
    # An engine appends an event as it starts; its first heartbeat may come before.
    beats = _any(connection, schema.heartbeat.c.assessment_id.in_(live))
    if beats and (judged or has_ledger) and not _any(connection, schema.event.c.assessment_id.in_(live)):
        yield Loss(name, "its events are gone, and with them every alarm")
    taken = (intake.machine_id == number) & schema.WAS_TAKEN
    thinned = schema.thinned.c.assessment_id.in_(live)
    if not judged and _any(connection, taken) and not _any(connection, thinned):
        yield Loss(name, "its snapshots and scores are gone, though recordings were taken in", ends=False)
    assessed = schema.assessed.c
    for one in live:
        newest = connection.scalar(select(func.max(assessed.position)).where(assessed.assessment_id == one))
        score = (schema.score.c.assessment_id == one) & (schema.score.c.position == newest)
        if newest is not None and not _any(connection, score):
            yield Loss(name, f"the scores of its newest snapshot ({newest}) are gone", ends=False)


def _without_machine(connection: Connection, machines: set[int]) -> Iterator[Loss]:
    """Yield the records whose machine is gone: no query that names machines shows them."""
    assessment = schema.assessment.c
    for row in connection.execute(select(assessment.id, assessment.machine_id)):
        if row.machine_id not in machines:
            yield Loss(f"assessment {row.id}", "its machine is gone, and with it every alarm", ends=False)


def _live_names(connection: Connection) -> set[str]:
    query = (
        select(schema.machine.c.name)
        .join_from(schema.machine, schema.assessment)
        .where(schema.assessment.c.expected == 0)
    )
    return set(connection.scalars(query))


def _watched_before(state: Path) -> set[str]:
    """Return the machines that the files of bundles in use name; files of earlier releases name none."""
    found = set()
    for marker in (state / BUNDLES).glob("*.json"):
        try:
            name = json.loads(read_bounded(marker, LARGEST_MARKER)).get("machine")
        except (OSError, ValueError, AttributeError):
            continue
        if isinstance(name, str):
            found.add(name)
    return found


def _any(connection: Connection, where: ColumnElement[bool]) -> bool:
    return bool(connection.scalar(select(exists().where(where))))


def _key(machine: str) -> str:
    return f"lost {hashlib.sha256(machine.encode()).hexdigest()[:32]}"
