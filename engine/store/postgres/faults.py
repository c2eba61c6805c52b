"""Errors of a PostgreSQL server: their kind, and a sentence that says what to do.

A server that refuses a connection gives the driver a text and no code. The text is in the server's language,
so a refusal is known by its English words, and by its shape where it has others.
"""

import re

from sqlalchemy.exc import DatabaseError, DBAPIError

from engine.errors import StoreBusyError, StoreError, StoreFaultError, StoreFullError
from engine.store.sqlite import Trouble

_CANCELLED, _READ_ONLY, _TOO_MANY = "57014", "25006", "53300"

_TROUBLES = {
    # Lock not available, serialization failure, deadlock.
    **dict.fromkeys(("55P03", "40001", "40P01"), Trouble.BUSY),
    **dict.fromkeys(("53100", "53200"), Trouble.FULL),
    # Faults that can end by themselves: too many connections, a server that ends or starts, a disk's error.
    **dict.fromkeys((_CANCELLED, _READ_ONLY, _TOO_MANY, "57P01", "57P02", "57P03", "58030"), Trouble.FAULT),
    **dict.fromkeys(("42501", "28000", "28P01"), Trouble.FORBIDDEN),
    **dict.fromkeys(("3D000", "3F000", "42P01", "42703"), Trouble.FOREIGN),
}
"""The kinds of error by SQLSTATE."""

_ROLE = "ask its owner for the role that this needs (docs/security.md)"

_POOLED = (
    "a connection pooler (PgBouncer) stands before the server; leases and hints need the server itself: name"
    " its own host and port"
)

_REFUSALS: tuple[tuple[str, str], ...] = (
    (r"unsupported startup parameter|pgbouncer", _POOLED),
    (
        r"password authentication failed|no password supplied|authentication failed for user",
        "the server refuses this user and password; check ~/.pgpass (mode 0600), or PGPASSWORD",
    ),
    (r'role ".*" (does not exist|is not permitted)', "the server knows no such user; make the role first"),
    (r"no pg_hba\.conf entry", "the server takes no connection of this user from this host; see pg_hba.conf"),
    (r'database ".*" does not exist', "the server has no such database; make it first (createdb)"),
    (r"permission denied for database", f"you may not connect to this database; {_ROLE}"),
    (
        r"too many (clients|connections)|remaining connection slots",
        "the server takes no more connections; raise max_connections, or the limit of the role or database",
    ),
    (
        r"does not support SSL|SSL (error|negotiation)|certificate|sslmode|sslrootcert",
        "there is no TLS connection as the address asks for it; check its sslmode and sslrootcert",
    ),
    (r"(invalid|missing) .*(option|value|connection)", "the address has an option that cannot be used"),
    (r"failed to resolve host|could not translate host", "its host has no address; check its name"),
    (r"starting up|shutting down|recovery mode", "the server starts or ends just now"),
)
"""Texts of a connection that failed, in the order in which they are tried, and the sentence for each."""

_ANSWERED = re.compile(r"failed: [^\s:]+:  ")
"""A refusal in any language: behind libpq's words the server's severity, a colon and two spaces."""


def trouble_of(error: DBAPIError) -> Trouble:
    """Return the kind of a database error, by its SQLSTATE (PostgreSQL manual, appendix A)."""
    code = getattr(error.orig, "sqlstate", None)
    if code in _TROUBLES:
        return _TROUBLES[code]
    if error.connection_invalidated or code is None or code.startswith("08"):
        return Trouble.FAULT
    return Trouble.OTHER


def explanation(error: DatabaseError, where: str, _read_only: bool) -> StoreError:
    """Return a database error as a sentence for the person at the terminal.

    Args:
        error: of the database.
        where: its address, with which the sentence begins.
    """
    cause = first_line(error)
    match trouble_of(error):
        case Trouble.BUSY:
            return StoreBusyError(f"{where}: another program holds this record ({cause})")
        case Trouble.FULL:
            return StoreFullError(f"{where}: the server has no room ({cause}); make room on its disk")
        case Trouble.FAULT:
            return StoreFaultError(f"{where}: {_fault(error, cause)}")
        case Trouble.FORBIDDEN:
            return StoreError(f"{where}: you may not do this ({cause}); {_ROLE}")
        case Trouble.FOREIGN:
            return StoreError(f"{where}: is not a Raceway store ({cause}); name another --state")
        case _:
            return StoreError(f"{where}: the store cannot be used just now ({cause})")


def first_line(error: DBAPIError) -> str:
    """Return the first line of a driver's message."""
    return (str(error.orig).strip().splitlines() or [type(error.orig).__name__])[0]


def pooled(where: str, cause: str) -> StoreError:
    """Return the error of a database that is reached through a pooler."""
    return StoreError(f"{where}: {_POOLED} ({cause})")


def _fault(error: DatabaseError, cause: str) -> str:
    code = getattr(error.orig, "sqlstate", None)
    if code == _CANCELLED:
        return f"the server cancelled a statement ({cause}); set statement_timeout = 0 for this role"
    if code == _READ_ONLY:
        return f"the server is a standby, or set to read only ({cause}); name the primary in --state"
    if code in (None, _TOO_MANY):
        for text, words in _REFUSALS:
            if re.search(text, cause, re.IGNORECASE):
                return f"{words} ({cause})"
        if _ANSWERED.search(cause):
            return f"the server refuses the connection ({cause})"
    return f"the server does not answer ({cause})"
