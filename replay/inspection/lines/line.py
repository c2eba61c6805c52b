"""A proposed setting, and how sure it is."""

from dataclasses import dataclass
from enum import StrEnum


class Sure(StrEnum):
    """How sure a proposed line is."""

    SEEN = "seen in the files"
    LIKELY = "likely"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Line:
    """A proposed setting.

    Attributes:
        table: of the settings file.
        key: within it.
        value: as a text, number, truth value or list.
        reason: why, a clause for the comment.
        sure: how sure it is.
    """

    table: str
    key: str
    value: object
    reason: str
    sure: Sure = Sure.SEEN
