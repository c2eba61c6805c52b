"""The reports of the engines of plants, as rows of `meta`: a short one for each heartbeat, and a long one."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.clock import microseconds, moment
from engine.records.plants.report import Named, PlantReport, Unrecorded, unrecorded
from engine.store import schema
from engine.store.database import Database
from engine.store.values.damage import DamagedError
from engine.store.values.rows import mapping_of

BEAT, MACHINES = "plant ", "named "
"""Beginnings of the keys: the row that each heartbeat changes, and the row with the machines."""


class Plants(Database):
    """Stores and returns the reports of plants."""

    def plants(self) -> tuple[PlantReport, ...]:
        """Return the last report of each plant; one that is damaged is noted and left out."""
        query = select(schema.meta.c.key, schema.meta.c.value)
        query = query.where(schema.meta.c.key.like(f"{BEAT}%") | schema.meta.c.key.like(f"{MACHINES}%"))
        with self.reading() as connection:
            rows = {row.key: row.value for row in connection.execute(query.order_by(schema.meta.c.key))}
        found = []
        for key, value in rows.items():
            if not key.startswith(BEAT):
                continue
            try:
                found.append(_report(mapping_of(value), mapping_of(rows.get(MACHINES + key[len(BEAT) :]))))
            except (DamagedError, KeyError, TypeError, ValueError, OverflowError) as error:
                self.damage.note("plant", key, str(error))
        return tuple(found)

    def unrecorded(self, now: datetime) -> tuple[Unrecorded, ...]:
        """Return the machines that a plant names and that have no live record; `now` is the wall clock."""
        plants = self.plants()
        if not plants:
            return ()
        query = (
            select(schema.machine.c.name)
            .join_from(schema.machine, schema.assessment)
            .where(schema.assessment.c.expected == 0)
        )
        with self.reading() as connection:
            recorded = set(connection.scalars(query))
        return unrecorded(plants, recorded, now)

    def put_plant(self, plant: PlantReport) -> None:
        """Store the report of a plant with all its machines."""
        machines = {
            name: [one.folder, microseconds(one.since), one.trouble] for name, one in plant.machines.items()
        }

        def work(connection: Connection) -> None:
            _put(connection, MACHINES + _number(plant), {"machines": machines})
            beat_plant(connection, plant)

        self.write(work, twice=True)

    def forget_plant(self, plant: PlantReport) -> None:
        """Remove the report of a plant that is over."""
        keys = [BEAT + _number(plant), MACHINES + _number(plant)]
        self.write(
            lambda connection: connection.execute(delete(schema.meta).where(schema.meta.c.key.in_(keys))),
            twice=True,
        )


def beat_plant(connection: Connection, plant: PlantReport) -> None:
    """Store the heartbeat of a plant within a transaction."""
    value = {
        "file": plant.file,
        "host": plant.host,
        "pid": plant.pid,
        "beat_at": microseconds(plant.beat_at),
        "ended": plant.ended,
        "fault": plant.fault,
    }
    _put(connection, BEAT + _number(plant), value)


def _put(connection: Connection, key: str, value: Mapping[str, object]) -> None:
    text = json.dumps(value)
    changed = connection.execute(update(schema.meta).where(schema.meta.c.key == key).values(value=text))
    if changed.rowcount == 0:
        connection.execute(insert(schema.meta).values(key=key, value=text))


def _number(plant: PlantReport) -> str:
    """Return the number of a plant: two computers can each have a file of the same name."""
    return hashlib.sha256(json.dumps([plant.host, plant.file]).encode()).hexdigest()[:32]


def _report(beat: Mapping[str, Any], named: Mapping[str, Any]) -> PlantReport:
    machines = {
        str(name): Named(str(folder), moment(int(since)), str(trouble))
        for name, (folder, since, trouble) in named["machines"].items()
    }
    return PlantReport(
        file=str(beat["file"]),
        host=str(beat["host"]),
        pid=int(beat["pid"]),
        beat_at=moment(int(beat["beat_at"])),
        ended=bool(beat["ended"]),
        fault=str(beat["fault"]),
        machines=machines,
    )
