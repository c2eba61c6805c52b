"""Roles of a database: an engine appends, an operator adds events of operators, a reader reads.

The owner of the tables runs the statements once, and again after an upgrade. Nobody but the owner can change
an event that stands, or add one of another kind than the role allows.
"""

from collections.abc import Iterator

from engine.records.events import OPERATOR_KINDS, EventKind
from engine.store import schema
from engine.store.postgres import tables

ENGINE, OPERATOR, READER = "raceway_engine", "raceway_operator", "raceway_reader"

BY_OPERATORS = OPERATOR_KINDS | {EventKind.ACCEPTED, EventKind.REQUESTED, EventKind.BOOKMARKED}
"""Kinds of events that a person's command or console stores."""

_CHANGED = ("assessment", "heartbeat", "meta", "state", tables.lease.name, tables.bundle_in_use.name)
"""Tables in which an engine changes rows."""

_REMOVED = ("assessed", "meta", "picture", "score", "snapshot", "state")
"""Tables from which retention, or the next state, removes rows."""

_ALL = f"{ENGINE}, {OPERATOR}, {READER}"


def statements() -> Iterator[str]:
    """Yield the statements, each without its semicolon."""
    for role in (ENGINE, OPERATOR, READER):
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
            f" THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )
    every = [*schema.metadata.tables, *tables.metadata.tables]
    yield f"GRANT USAGE ON SCHEMA public TO {_ALL}"
    yield f"REVOKE ALL ON {', '.join(every)} FROM PUBLIC, {_ALL}"
    yield f"GRANT SELECT ON {', '.join(every)} TO {_ALL}"
    yield f"GRANT INSERT ON {', '.join(every)} TO {ENGINE}"
    yield f"GRANT UPDATE ON {', '.join(_CHANGED)} TO {ENGINE}"
    yield f"GRANT DELETE ON {', '.join(_REMOVED)} TO {ENGINE}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ENGINE}"
    yield f"GRANT INSERT ON event TO {OPERATOR}"
    yield f"GRANT USAGE ON SEQUENCE event_seq_seq TO {OPERATOR}"
    kinds = ", ".join(f"'{kind.value}'" for kind in sorted(BY_OPERATORS))
    yield "ALTER TABLE event ENABLE ROW LEVEL SECURITY"
    for name, rule in (
        ("raceway_all_read", f"FOR SELECT TO {_ALL} USING (true)"),
        ("raceway_engine_adds", f"FOR INSERT TO {ENGINE} WITH CHECK (true)"),
        ("raceway_operator_adds", f"FOR INSERT TO {OPERATOR} WITH CHECK (kind IN ({kinds}))"),
    ):
        yield f"DROP POLICY IF EXISTS {name} ON event"
        yield f"CREATE POLICY {name} ON event {rule}"


def script() -> str:
    """Return the statements as a script for psql."""
    return "".join(f"{one};\n" for one in ("BEGIN", *statements(), "COMMIT"))
