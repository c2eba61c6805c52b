"""Brings an older store up to the present schema, one version at a time, forward only.

Each step is one transaction that ends with the new version number, so a store is of one version or of the
next, whenever its power goes. The statements say what the schema was *then*: they never change again, and
never refer to the tables of today. Only SQLite ever held these versions.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from engine import schema

STEPS: Mapping[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE assessed ADD COLUMN late BOOLEAN DEFAULT 0 NOT NULL",
        "CREATE INDEX assessed_head ON assessed (assessment_id, position, late, baseline, snapshot_id)",
        "CREATE INDEX assessed_by_snapshot ON assessed (snapshot_id)",
        "CREATE INDEX assessed_late ON assessed (assessment_id, position) WHERE late = 1",
        "CREATE INDEX assessed_with_state ON assessed (assessment_id, position) WHERE state IS NOT NULL",
        "CREATE INDEX assessed_with_picture ON assessed (assessment_id, position) WHERE picture IS NOT NULL",
        "CREATE INDEX event_by_kind ON event (assessment_id, kind, seq)",
        "CREATE UNIQUE INDEX one_answer_a_request ON event (assessment_id, ring) WHERE kind = 'answered'",
        """CREATE TABLE intake (
            id INTEGER NOT NULL, machine_id BIGINT NOT NULL, raw BLOB NOT NULL, name VARCHAR(255) NOT NULL,
            size BIGINT NOT NULL, modified_ns BIGINT NOT NULL, inode BIGINT NOT NULL, at BIGINT, digest BLOB,
            outcome VARCHAR(16) NOT NULL, reason TEXT NOT NULL, recorded_at BIGINT NOT NULL,
            PRIMARY KEY (id), FOREIGN KEY(machine_id) REFERENCES machine (id)
        )""",
        "CREATE INDEX intake_by_file ON intake (machine_id, raw, id)",
        "CREATE INDEX intake_by_outcome ON intake (machine_id, outcome, id)",
        "CREATE UNIQUE INDEX one_taking_a_time ON intake (machine_id, at) WHERE outcome IN ('taken', 'late')",
        "CREATE INDEX taken_by_digest ON intake (machine_id, digest) WHERE outcome IN ('taken', 'late')",
        """CREATE TABLE thinned (
            id INTEGER NOT NULL, assessment_id BIGINT NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, since BIGINT NOT NULL, until BIGINT NOT NULL, snapshots INTEGER NOT NULL,
            recorded_at BIGINT NOT NULL,
            PRIMARY KEY (id), FOREIGN KEY(assessment_id) REFERENCES assessment (id)
        )""",
        "CREATE INDEX thinned_by_assessment ON thinned (assessment_id, id)",
    ),
}
"""The statements that lead from each version to the next."""


def version_of(connection: Connection) -> str | None:
    """The schema version that the store says it is of, or None where it says nothing."""
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "schema"))


def is_older(version: str | None) -> bool:
    """Whether `migrate` knows the way from this version to the present one."""
    return version is not None and version.isdecimal() and int(version) in STEPS


def migrate(connection: Connection) -> None:
    """Go one version forward within the transaction of this connection; nothing if there is no step to take.

    The version is read under the write lock: another process may have been first.
    """
    version = version_of(connection)
    if version is None or not is_older(version):
        return
    for statement in STEPS[int(version)]:
        connection.exec_driver_sql(statement)
    connection.execute(
        update(schema.meta).where(schema.meta.c.key == "schema").values(value=str(int(version) + 1))
    )
