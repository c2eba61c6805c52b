"""Averages of line strengths over snapshots: they show lines that noise hides in each snapshot."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEIGHT = 0.3
"""Weight of the newest snapshot."""

AVERAGED = (WEIGHT / (2.0 - WEIGHT)) ** 0.5
"""Standard deviation of such an average, in those of a single snapshot (Roberts 1959)."""

Place = tuple[int, int, int]
"""A component, the place of a channel in it, and an envelope band, from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class LineMemory:
    """Averages of the excess of lines over the baseline, since a component is in question.

    Attributes:
        excess: natural log, float32 (surfaces, lines) for each place.
    """

    excess: Mapping[Place, NDArray[np.float32]] = field(default_factory=lambda: MappingProxyType({}))

    def with_snapshot(
        self, above: Mapping[Place, NDArray[np.float32]], asked: Collection[int]
    ) -> "LineMemory":
        """Return the averages with one more snapshot.

        An average begins at 0, as in health. It ends once its component is not in question.

        Args:
            above: excess over the baseline of the bands that can give evidence; NaN where not heard.
            asked: components in question.
        """
        kept = {place: value for place, value in self.excess.items() if place[0] in asked}
        for place, value in above.items():
            now = np.where(np.isnan(value), np.float32(0.0), value)
            before = kept.get(place)
            if before is None or before.shape != now.shape:
                before = np.zeros_like(now)
            kept[place] = before + np.float32(WEIGHT) * (now - before)
        return LineMemory(kept)

    def without(self, component: int) -> "LineMemory":
        """Return the averages of all other components."""
        return LineMemory({place: value for place, value in self.excess.items() if place[0] != component})

    def pack(self) -> list[list[object]]:
        """Return it in plain JSON types; floats keep every bit."""
        return [
            [*place, list(value.shape), base64.b64encode(value.astype("<f4").tobytes()).decode()]
            for place, value in sorted(self.excess.items())
        ]


def unpack_line_memory(data: Any) -> LineMemory:
    """Rebuild the result of `LineMemory.pack`; earlier releases stored none.

    Raises:
        ValueError, TypeError: it is damaged.
    """
    return LineMemory(
        {
            (int(component), int(place), int(band)): np.frombuffer(base64.b64decode(flat), "<f4")
            .astype(np.float32)
            .reshape(shape)
            for component, place, band, shape, flat in data
        }
    )
