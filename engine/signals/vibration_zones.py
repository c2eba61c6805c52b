"""Evaluation zones of ISO 20816-3 for the velocity RMS on the housings of industrial machines."""

from dataclasses import dataclass

STANDARD = "ISO 20816-3"

SLOWEST = 600.0
"""Speed [rpm] from which the velocity from 10 to 1000 Hz is the one to evaluate; below it begins at 2 Hz."""

BORDERS = {
    (1, "rigid"): (2.3, 4.5, 7.1),
    (1, "flexible"): (3.5, 7.1, 11.0),
    (2, "rigid"): (1.4, 2.8, 4.5),
    (2, "flexible"): (2.3, 4.5, 7.1),
}
"""Velocity RMS [mm/s] between zones A and B, B and C, C and D, by machine group and foundation.

Group 1: above 300 kW, or electrical machines with a shaft height of 315 mm or more. Group 2: above 15 to
300 kW, or a shaft height of 160 to 315 mm.

Source:
    ISO 20816-3:2022, annex A, tables A.1 and A.2 (the same values as ISO 10816-3:2009).
"""

MEANING = {
    "A": "newly commissioned",
    "B": "fit for unrestricted long-term operation",
    "C": "unfit for long-term operation; plan a repair",
    "D": "severe enough to cause damage",
}


@dataclass(frozen=True, slots=True)
class Zones:
    """The borders of the zones A to D [mm/s RMS] of a machine, or the reason why it has none."""

    borders: tuple[float, float, float] | None
    why_not: str = ""
    group: int = 0
    foundation: str = ""

    @property
    def name(self) -> str:
        """Return the standard, the group and the foundation in words."""
        return f"{STANDARD}, group {self.group}, {self.foundation} foundation"

    def zone_of(self, velocity: float) -> str:
        """Return the letter of a velocity's zone, "" without borders or for a value that is not a number."""
        if self.borders is None or velocity != velocity:
            return ""
        return "ABCD"[sum(velocity > border for border in self.borders)]


def zones_of(group: int, foundation: str, shaft_speed: float) -> Zones:
    """Return the zones of a machine.

    Args:
        group: 1 or 2, 0 where it is not set.
        foundation: "rigid" or "flexible", "" where it is not set.
        shaft_speed: [rpm], 0 if unknown.
    """
    borders = BORDERS.get((group, foundation))
    if borders is None:
        return Zones(
            None,
            f"No {STANDARD} zones: set group (1 or 2) and foundation (rigid or flexible) in [machine]",
        )
    if 0 < shaft_speed < SLOWEST:
        return Zones(
            None,
            f"No {STANDARD} zones: at {shaft_speed:g} rpm they need velocity from 2 Hz on, and it is measured"
            " from 10 Hz",
        )
    return Zones(borders, "", group, foundation)
