"""Zoom: the part of a range that a pane shows."""

from dataclasses import dataclass

MOST = 7
"""Halvings at most: a 128th of the whole."""


@dataclass(frozen=True, slots=True)
class Zoom:
    """The number of halvings, and the place of the part: 0 at the low end, 1 at the high end."""

    level: int = 0
    place: float = 0.0

    def deeper(self, by: int) -> "Zoom":
        """Return the zoom so many steps in, or out if negative."""
        level = min(max(self.level + by, 0), MOST)
        return Zoom(level, self.place if level else 0.0)

    def about(self, by: int, share: float) -> "Zoom":
        """Return the zoom so many steps in or out, with a place of the whole (0 to 1) kept in the middle."""
        level = min(max(self.level + by, 0), MOST)
        size = 1 / 2.0**level
        if not level:
            return Zoom()
        return Zoom(level, min(max((share - size / 2) / (1 - size), 0.0), 1.0))

    def moved(self, by: int) -> "Zoom":
        """Return the zoom moved by half its part."""
        if not self.level:
            return self
        return Zoom(self.level, min(max(self.place + by / (2.0**self.level - 1) / 2, 0.0), 1.0))

    def part(self, low: float, high: float) -> tuple[float, float]:
        """Return the part of a range."""
        size = (high - low) / 2.0**self.level
        start = low + self.place * (high - low - size)
        return start, start + size


WHOLE = Zoom()


def around(low: float, high: float, level: int, centre: float) -> tuple[float, float]:
    """Return the part of a range around a centre, kept inside the range.

    Args:
        low: begin of the range.
        high: end of the range.
        level: of zoom, 0 for the whole.
        centre: of the part.
    """
    size = (high - low) / 2.0**level
    start = min(max(centre - size / 2, low), high - size)
    return start, start + size
