"""The values of an operator's act: operator, session, times, and cleaned words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from replay.recording import clean_text

LONGEST_TEXT = 2000
"""Largest length of a stored note, comment or reason, in characters."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator: the account of the operating system, the name given by the operator, the remote host."""

    user: str
    name: str = ""
    origin: str = ""

    @property
    def by(self) -> str:
        """Return the name for a screen; a given name always has the account behind it."""
        return f"{self.name} ({self.user})" if self.name and self.name != self.user else self.user

    def plain(self) -> dict[str, object]:
        """Return the values for an event."""
        return {"by": self.by, "user": self.user, **({"from": self.origin} if self.origin else {})}


@dataclass(frozen=True, slots=True)
class Act:
    """An act: the operator, the session ("" is the live record), the playhead `at`, the wall clock `now`."""

    who: Operator
    session: str
    at: datetime
    now: datetime


def operator_of(user: str, name: str | None, environment: Mapping[str, str]) -> Operator:
    """Return the operator, as far as known.

    Args:
        user: the account of the operating system.
        name: the name given by the operator, if any.
        environment: of the process; sshd leaves the client's address there, and its owner may change it.
    """
    origin = (environment.get("SSH_CONNECTION") or environment.get("SSH_CLIENT") or "").split(" ")[0]
    return Operator(clean_text(user), worded(name or "")[:100], clean_text(origin)[:100])


def worded(text: str) -> str:
    """Return an operator's words for the store: cleaned, on one line, and limited in length."""
    return clean_text(" ".join(text.split()))[:LONGEST_TEXT].strip()
