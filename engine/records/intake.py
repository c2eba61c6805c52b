"""Outcomes of the files that arrived in a watched folder."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """Outcome of a file in the watched folder.

    Taken and late files are scored. A duplicate holds what was taken before at its time, a conflict something
    else; a repeated one holds the signal of another time. A foreign file is not a recording of this machine,
    by its name: it is entered only if it was refused before.
    """

    TAKEN = "taken"
    LATE = "late"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REPEATED = "repeated"
    QUARANTINED = "quarantined"
    FOREIGN = "foreign"


REFUSED = frozenset({Outcome.CONFLICT, Outcome.REPEATED, Outcome.QUARANTINED})


@dataclass(frozen=True, slots=True)
class Intake:
    """Outcome of one file: a row of the ledger.

    `raw` holds the bytes of the file's name, `name` its printable part; `size`, `modified_ns` and
    `inode` are those of the file when it was dealt with. `at` is the recording time, `digest` the SHA-256
    (hex) of the signal; both are None where unknown.
    """

    raw: bytes
    name: str
    size: int
    modified_ns: int
    inode: int
    outcome: Outcome
    at: datetime | None = None
    digest: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused file, with its reason and the wall-clock time."""

    raw: bytes
    name: str
    outcome: Outcome
    reason: str
    recorded_at: datetime
