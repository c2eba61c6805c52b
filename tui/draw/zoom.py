"""Zooming: which part of a range is looked at."""

from dataclasses import dataclass

MOST = 7
"""Halvings at most: a 128th of the whole."""


@dataclass(frozen=True, slots=True)
class Zoom:
    """How often the range is halved, and where the part lies: 0 at the low end, 1 at the high one."""

    level: int = 0
    place: float = 0.0

    def deeper(self, by: int) -> "Zoom":
        """Nearer, or further away again."""
        level = min(max(self.level + by, 0), MOST)
        return Zoom(level, self.place if level else 0.0)

    def moved(self, by: int) -> "Zoom":
        """Half a part along."""
        if not self.level:
            return self
        return Zoom(self.level, min(max(self.place + by / (2.0**self.level - 1) / 2, 0.0), 1.0))

    def part(self, low: float, high: float) -> tuple[float, float]:
        """The part of a range."""
        size = (high - low) / 2.0**self.level
        start = low + self.place * (high - low - size)
        return start, start + size


WHOLE = Zoom()


def around(low: float, high: float, level: int, centre: float) -> tuple[float, float]:
    """The part of a range that lies about a centre, as far as the range reaches."""
    size = (high - low) / 2.0**level
    start = min(max(centre - size / 2, low), high - size)
    return start, start + size
