"""Sessions on a command line: only a replay begins one; other commands need an existing one."""

from typing import TYPE_CHECKING

from engine.errors import UnusableError, nearest

if TYPE_CHECKING:
    from engine.records.assessment import Assessment
    from engine.store.store import Store


def look_for_session(store: "Store", record: "Assessment", session: str) -> None:
    """Reject an unknown session; a typo would hide acknowledgements from others.

    Args:
        store: holds the record.
        record: the record of the sessions.
        session: its name, "" for none.

    Raises:
        UnusableError: no event is stored in a session of this name; the sentence names the sessions.
    """
    known = store.sessions(record) if session else ()
    if session and session not in known:
        there = ", ".join(map(repr, known)) if known else "none"
        without = "its live record" if record.live else "the record without one"
        raise UnusableError(
            f"--session: {record.machine} has no session {session!r}{nearest(session, known)}; those in which"
            f" something is stored: {there}. Leave --session out for {without}"
        )
