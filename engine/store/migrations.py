"""Migrations of an older store to the present schema, one version at a time, forward only.

Each step is one transaction that ends with the new version number, so that a power cut leaves one version or
the next. The statements describe the schema of *that* version: they never change, and never refer to the
present tables. Only SQLite ever held these versions.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from engine.store import schema


def _parted(late: str) -> tuple[str, ...]:
    """Return the statements that give pictures and states tables of their own.

    Args:
        late: of a snapshot, as an expression.
    """
    return (
        """CREATE TABLE assessed_new (
            assessment_id INTEGER NOT NULL, position INTEGER NOT NULL, snapshot_id INTEGER NOT NULL,
            baseline BOOLEAN NOT NULL, late BOOLEAN DEFAULT 0 NOT NULL,
            PRIMARY KEY (assessment_id, position), UNIQUE (snapshot_id, assessment_id),
            FOREIGN KEY(assessment_id) REFERENCES assessment (id),
            FOREIGN KEY(snapshot_id) REFERENCES snapshot (id)
        ) WITHOUT ROWID""",
        f"""INSERT INTO assessed_new SELECT assessment_id, position, snapshot_id, baseline, {late}
            FROM assessed""",
        """CREATE TABLE picture (
            assessment_id INTEGER NOT NULL, position INTEGER NOT NULL, packed BLOB NOT NULL,
            PRIMARY KEY (assessment_id, position), FOREIGN KEY(assessment_id) REFERENCES assessment (id)
        )""",
        "INSERT INTO picture SELECT assessment_id, position, picture FROM assessed WHERE picture IS NOT NULL",
        """CREATE TABLE state (
            assessment_id INTEGER NOT NULL, position INTEGER NOT NULL, packed TEXT NOT NULL,
            PRIMARY KEY (assessment_id, position), FOREIGN KEY(assessment_id) REFERENCES assessment (id)
        )""",
        """INSERT INTO state SELECT one.assessment_id, one.position, one.state FROM assessed AS one
            WHERE one.position = (SELECT max(other.position) FROM assessed AS other
                WHERE other.assessment_id = one.assessment_id AND other.state IS NOT NULL)""",
        "DROP TABLE assessed",
        "ALTER TABLE assessed_new RENAME TO assessed",
        "CREATE INDEX assessed_late ON assessed (assessment_id, position) WHERE late = 1",
        """CREATE TABLE score_new (
            assessment_id INTEGER NOT NULL, position INTEGER NOT NULL, component INTEGER NOT NULL,
            quality VARCHAR(12) NOT NULL, error FLOAT, "limit" FLOAT, severity FLOAT, share FLOAT,
            PRIMARY KEY (assessment_id, position, component),
            FOREIGN KEY(assessment_id) REFERENCES assessment (id)
        ) WITHOUT ROWID""",
        "INSERT INTO score_new SELECT * FROM score",
        "DROP TABLE score",
        "ALTER TABLE score_new RENAME TO score",
    )


STEPS: Mapping[int, tuple[str, ...]] = {
    1: (
        *_parted(late="0"),
        "CREATE INDEX event_by_kind ON event (assessment_id, kind, seq)",
        "CREATE UNIQUE INDEX one_answer_a_request ON event (assessment_id, ring) WHERE kind = 'answered'",
        """CREATE TABLE intake (
            id INTEGER NOT NULL, machine_id INTEGER NOT NULL, raw BLOB NOT NULL, name VARCHAR(255) NOT NULL,
            size BIGINT NOT NULL, modified_ns BIGINT NOT NULL, inode BIGINT NOT NULL, at BIGINT, digest BLOB,
            outcome VARCHAR(16) NOT NULL, reason TEXT NOT NULL, recorded_at BIGINT NOT NULL,
            PRIMARY KEY (id), FOREIGN KEY(machine_id) REFERENCES machine (id)
        )""",
        "CREATE INDEX intake_by_file ON intake (machine_id, raw, id)",
        "CREATE INDEX intake_by_outcome ON intake (machine_id, outcome, id)",
        "CREATE UNIQUE INDEX one_taking_a_time ON intake (machine_id, at) WHERE outcome IN ('taken', 'late')",
        "CREATE INDEX taken_by_digest ON intake (machine_id, digest) WHERE outcome IN ('taken', 'late')",
        """CREATE TABLE thinned (
            id INTEGER NOT NULL, assessment_id INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, since BIGINT NOT NULL, until BIGINT NOT NULL, snapshots INTEGER NOT NULL,
            recorded_at BIGINT NOT NULL,
            PRIMARY KEY (id), FOREIGN KEY(assessment_id) REFERENCES assessment (id)
        )""",
        "CREATE INDEX thinned_by_assessment ON thinned (assessment_id, id)",
    ),
    2: ("ALTER TABLE snapshot ADD COLUMN velocity BLOB",),
    3: (
        "DROP INDEX taken_by_digest",
        """CREATE INDEX taken_by_digest ON intake (machine_id, digest, outcome)
            WHERE outcome IN ('taken', 'late')""",
    ),
    # From here on new values carry a checksum, which an earlier Raceway cannot read; the old ones stay.
    4: (),
    5: (
        """CREATE TABLE snapshot_new (
            id INTEGER NOT NULL, machine_id INTEGER NOT NULL, name VARCHAR(255) NOT NULL, at BIGINT NOT NULL,
            sample_rate FLOAT NOT NULL, rows INTEGER NOT NULL, figures BLOB NOT NULL, velocity BLOB,
            content BLOB DEFAULT X'' NOT NULL, speed FLOAT,
            PRIMARY KEY (id), UNIQUE (machine_id, at, content),
            FOREIGN KEY(machine_id) REFERENCES machine (id)
        )""",
        """INSERT INTO snapshot_new
            SELECT id, machine_id, name, at, sample_rate, rows, figures, velocity, X'', NULL FROM snapshot""",
        """CREATE TABLE assessed_new (
            assessment_id INTEGER NOT NULL, position INTEGER NOT NULL, snapshot_id INTEGER NOT NULL,
            baseline BOOLEAN NOT NULL, late BOOLEAN DEFAULT 0 NOT NULL, size BIGINT, changed_ns BIGINT,
            PRIMARY KEY (assessment_id, position), UNIQUE (snapshot_id, assessment_id),
            FOREIGN KEY(assessment_id) REFERENCES assessment (id),
            FOREIGN KEY(snapshot_id) REFERENCES snapshot_new (id)
        ) WITHOUT ROWID""",
        """INSERT INTO assessed_new SELECT assessment_id, position, snapshot_id, baseline, late, NULL, NULL
            FROM assessed""",
        # The referring table first: a row that is referred to cannot be dropped.
        "DROP TABLE assessed",
        "DROP TABLE snapshot",
        "ALTER TABLE snapshot_new RENAME TO snapshot",
        "ALTER TABLE assessed_new RENAME TO assessed",
        "CREATE INDEX assessed_late ON assessed (assessment_id, position) WHERE late = 1",
        "ALTER TABLE assessment ADD COLUMN used BIGINT DEFAULT 0 NOT NULL",
        "UPDATE assessment SET used = id",
    ),
}
"""The statements of the step from each version to the next."""


FIRST_TWO = _parted(late="late")
"""The first stores of version 2 kept pictures and states beside the snapshots, as version 1 did."""


def version_of(connection: Connection) -> str | None:
    """Return the schema version recorded in the store, or None if none is."""
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "schema"))


def is_older(version: str | None) -> bool:
    """Return whether `migrate` can bring this version to the present one."""
    return version is not None and version.isdecimal() and int(version) in STEPS


def migrate(connection: Connection) -> None:
    """Go one version forward within the transaction of this connection, if there is a step.

    The version is read under the write lock: another process may have been first.
    """
    version = version_of(connection)
    if version is None or not is_older(version):
        return
    is_first_two = version == "2" and not connection.dialect.has_table(connection, "picture")
    for statement in (*(FIRST_TWO if is_first_two else ()), *STEPS[int(version)]):
        connection.exec_driver_sql(statement)
    connection.execute(
        update(schema.meta).where(schema.meta.c.key == "schema").values(value=str(int(version) + 1))
    )
