"""The outcome with which a person closes an alarm: what was found at the machine."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.records.stored_values import number, words


class Finding(StrEnum):
    """The finding of a person after an alarm."""

    CONFIRMED = "fault confirmed"
    NOTHING = "nothing found"
    OTHER = "other cause"


FINDINGS: Mapping[str, Finding] = {
    "confirmed": Finding.CONFIRMED,
    "nothing": Finding.NOTHING,
    "other": Finding.OTHER,
}
"""Findings by the short words of the command line and the console."""

SURFACES: Mapping[str, str] = {
    "outer": "outer race",
    "inner": "inner race",
    "element": "rolling element",
    "cage": "cage",
}
"""Surfaces of a bearing by the short words of the command line and the console."""


@dataclass(frozen=True, slots=True)
class AlarmOutcome:
    """The payload of a closed alarm.

    Attributes:
        finding: a `Finding`, or the word of another release.
        surface: the damaged surface, "" where none is named.
        size: of the damage in mm, None where it was not measured.
        photo: path of a photo, "" for none.
        note: words of the person, "" for none.
        replaced: whether the component was replaced.
    """

    finding: str
    surface: str = ""
    size: float | None = None
    photo: str = ""
    note: str = ""
    replaced: bool = False

    def to_detail(self) -> dict[str, object]:
        """Return the payload in JSON types; unknown values are left out."""
        named: dict[str, object] = {
            "outcome": str(self.finding),
            "surface": self.surface,
            "size_mm": self.size,
            "photo": self.photo,
            "text": self.note,
            "replaced": self.replaced,
        }
        return {key: value for key, value in named.items() if value not in ("", None, False)}

    @classmethod
    def from_detail(cls, detail: Mapping[str, object]) -> "AlarmOutcome":
        """Read the payload of a closed alarm; damaged values take their defaults."""
        size = number(detail.get("size_mm"))
        return cls(
            finding=words(detail.get("outcome")),
            surface=words(detail.get("surface")),
            size=size if size is not None and math.isfinite(size) else None,
            photo=words(detail.get("photo")),
            note=words(detail.get("text")),
            replaced=detail.get("replaced") is True,
        )

    def sentence(self) -> str:
        """Return the outcome in words, "fault confirmed: outer race, 2.1 mm; part replaced"."""
        size = "" if self.size is None else f"{self.size:g} mm"
        found = ", ".join(filter(None, (self.surface, size)))
        parts = [self.finding or "outcome not known", *(["part replaced"] if self.replaced else [])]
        parts[0] += f": {found}" if found else ""
        parts += [one for one in (self.note, self.photo and f"photo {self.photo}") if one]
        return "; ".join(parts)
