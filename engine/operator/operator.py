"""Who acts, where and when, and how their words are kept: values that an act of an operator carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from replay.recording import clean_text

LONGEST_TEXT = 2000
"""Characters of a note, a comment or a reason that are kept."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts: the account of the operating system, the name given for oneself, the host come from."""

    user: str
    name: str = ""
    origin: str = ""

    @property
    def by(self) -> str:
        """How a screen calls them; a name never stands without the account behind it."""
        return f"{self.name} ({self.user})" if self.name and self.name != self.user else self.user

    def plain(self) -> dict[str, object]:
        """What an event keeps of them."""
        return {"by": self.by, "user": self.user, **({"from": self.origin} if self.origin else {})}


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, in which session ("" is the live record), at which playhead, and when on the wall."""

    who: Operator
    session: str
    at: datetime
    now: datetime


def operator_of(user: str, name: str | None, environment: Mapping[str, str]) -> Operator:
    """Who acts, as far as is known.

    Args:
        user: the account of the operating system.
        name: the name given for oneself, if any.
        environment: of the process; sshd leaves the client's address there, and its owner may change it.
    """
    origin = (environment.get("SSH_CONNECTION") or environment.get("SSH_CLIENT") or "").split(" ")[0]
    return Operator(clean_text(user), worded(name or "")[:100], clean_text(origin)[:100])


def worded(text: str) -> str:
    """Words of an operator as they are kept: cleaned, of one line, and not endless."""
    return clean_text(" ".join(text.split()))[:LONGEST_TEXT].strip()
