"""The line searches of a machine's bearings at one speed of the shaft."""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from engine.diagnosis.fault_lines import LineSearch, SearchRule, line_search
from engine.diagnosis.shaft_speed import ShaftSpeed
from engine.signals.bearing import Surface

STEP = 0.0005
"""Steps of speed, as a share, at which searches are prepared: a twentieth of the slip that they allow."""

Scale = tuple[float, float, int]
"""Mains frequency [Hz], 0 for none; resolution of a bin [Hz]; number of bins of an envelope spectrum."""


class ShaftSearches:
    """The line searches of a machine's bearings at one speed of the shaft.

    Attributes:
        searches: by component, from 0. Bearings of the same geometry share a search, which is faster.
        alike: the components of each search.
        shaft: speed [Hz].
        scale: of the envelope spectra.
    """

    def __init__(
        self,
        lines: Mapping[int, Mapping[Surface, float]],
        shaft: float,
        scale: Scale,
        rule: SearchRule,
        nominal: "ShaftSearches | None" = None,
    ) -> None:
        """Prepare the searches.

        Args:
            lines: frequencies of each bearing's surfaces [Hz].
            shaft: speed [Hz].
            scale: of the envelope spectra.
            rule: of the scoring.
            nominal: searches at the nominal speed, whose surfaces are kept: the baseline knows no others.
        """
        self.lines, self.shaft, self.scale, self.rule = lines, shaft, scale, rule
        kinds = {number: tuple(own.items()) for number, own in lines.items()}
        self.searches: dict[int, LineSearch] = {}
        for number, kind in kinds.items():
            sought = None if nominal is None else nominal.searches[number].surfaces
            self.searches[number] = _search(kind, shaft, scale, rule, sought)
        self.alike: dict[LineSearch, list[int]] = {}
        for number, search in self.searches.items():
            self.alike.setdefault(search, []).append(number)

    def at(self, speed: ShaftSpeed, *, wider: bool) -> "ShaftSearches":
        """Return the searches at another speed, to the nearest step.

        Args:
            speed: of the shaft.
            wider: whether lines are searched as much more widely as the speed is uncertain.
        """
        ratio = math.exp(STEP * round(math.log(speed.hertz / self.shaft) / STEP))
        unsure = STEP * math.ceil(speed.uncertainty / STEP)
        rule = replace(self.rule, unsure=unsure, wider=unsure if wider else 0.0)
        moved = {
            number: {surface: hertz * ratio for surface, hertz in own.items()}
            for number, own in self.lines.items()
        }
        return ShaftSearches(moved, self.shaft * ratio, self.scale, rule, self)


@lru_cache(maxsize=512)
def _search(
    kind: tuple[tuple[Surface, float], ...],
    shaft: float,
    scale: Scale,
    rule: SearchRule,
    sought: tuple[Surface, ...] | None,
) -> LineSearch:
    mains, resolution, bins = scale
    return line_search(dict(kind), shaft, mains, resolution, bins, rule, sought)
