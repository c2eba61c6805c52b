"""Sessions that are named on a command line: only a replay begins one, every other command wants it there."""

from typing import TYPE_CHECKING

from engine.errors import UnusableError, nearest

if TYPE_CHECKING:
    from engine.records.assessment import Assessment
    from engine.store.store import Store


def look_for_session(store: "Store", record: "Assessment", session: str) -> None:
    """Refuse a session that there is not: begun by a slip it would hide what is done from everybody else.

    Args:
        store: that holds the record.
        record: whose sessions they are.
        session: its name, "" for none.

    Raises:
        UnusableError: nothing is stored in a session of this name; the sentence says which there are.
    """
    known = store.sessions(record) if session else ()
    if session and session not in known:
        there = ", ".join(map(repr, known)) if known else "none"
        without = "its live record" if record.live else "the record without one"
        raise UnusableError(
            f"--session: {record.machine} has no session {session!r}{nearest(session, known)}; those in which"
            f" something is stored: {there}. Leave --session out for {without}"
        )
