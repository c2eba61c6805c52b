"""The lines beside the mains that a motor's faults make: where they are sought, and what was found."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.signals.bearing import Geometry, Surface, fault_frequencies
from engine.signals.motors.cage import LARGEST_SLIP, SMALLEST_SLIP
from engine.signals.motors.signature import (
    NO_PAIR,
    POLE_PAIRS,
    Pair,
    Signature,
    Slip,
    best_pair,
    pair_at,
    rotor_slip,
)

SLIP_FROM, SLIP_TO = 0.05, 2.0
"""Shares of the rated slip within which a rotor of known rated speed is sought."""

LIKELY_SLIP = 0.08
"""Largest slip of a rotor of unknown pole pairs, and of sidebands alone, without a rotor's lines. Beyond it a
load that swings at 15 Hz would pass for a rotor of three pole pairs."""

LOWER_LEADS = 6.0
"""The upper sideband of a broken bar follows from the ripple of speed: it exceeds the lower by no more [dB].
Source: Filippetti et al. (1998), IEEE Trans. Ind. Electronics 45(1)."""

SLOWEST, FASTEST_SWING = 0.3, 20.0
"""Range of a load's oscillation [Hz]."""

SLIP_ERROR = 0.04
"""Share of 2sf by which the slip of a rotor may vary within a recording."""


@dataclass(frozen=True, slots=True)
class RotorFacts:
    """The facts of a rotor from the settings.

    Attributes:
        pole_pairs: that may be.
        slips: smallest and largest slip.
        geometry: of its bearing, None where unknown.
        rated: slip at the rated load, 0 where unknown.
    """

    pole_pairs: tuple[int, ...] = POLE_PAIRS
    slips: tuple[float, float] = (SMALLEST_SLIP, LIKELY_SLIP)
    geometry: Geometry | None = None
    rated: float = 0.0

    @classmethod
    def of(cls, pole_pairs: int, speed: float, mains: float, geometry: Geometry | None) -> "RotorFacts":
        """Return the facts.

        Args:
            pole_pairs: 0 where unknown.
            speed: rated, in turns a second [Hz]; 0 where unknown.
            mains: nominal frequency of the supply [Hz]; 0 where unknown.
            geometry: of the bearing.
        """
        if speed > 0 and mains > 0:
            pairs = pole_pairs or max(int(mains / speed + 1e-6), 1)
            rated = 1 - speed * pairs / mains
            if SMALLEST_SLIP < rated < LARGEST_SLIP:
                slips = max(SMALLEST_SLIP / 2, SLIP_FROM * rated), SLIP_TO * rated
                return cls((pairs,), slips, geometry, rated)
            return cls((pairs,), (SMALLEST_SLIP, LARGEST_SLIP), geometry)
        if pole_pairs:
            return cls((pole_pairs,), (SMALLEST_SLIP, LARGEST_SLIP), geometry)
        return cls(geometry=geometry)


@dataclass(frozen=True, slots=True)
class Lines:
    """The pairs of lines of a recording.

    `cage` lies at 2sf, `swing` elsewhere near the mains; `slip` holds the rotor's own pair; `bearing` the
    pairs of each surface by its name.
    """

    cage: Pair
    swing: Pair
    slip: Slip | None
    sway: float
    bearing: Mapping[str, Pair]

    def figures(self) -> tuple[float, ...]:
        """Return sway, cage, swing, eccentricity, four surfaces, and slip, NaN where unknown."""
        surfaces = [self.bearing.get(surface.value) for surface in Surface]
        return (
            self.sway,
            self.cage.decibels,
            self.swing.decibels,
            self.slip.lines.decibels if self.slip else math.nan,
            *(math.nan if pair is None else pair.decibels for pair in surfaces),
            self.slip.slip if self.slip else math.nan,
        )


def lines_of(found: Signature, facts: RotorFacts) -> Lines:
    """Return the lines of a recording, sought by the rotor's slip where the current shows it."""
    slip = rotor_slip(found, facts.pole_pairs, *facts.slips)
    if slip is not None:
        cage, swing = _by_slip(found, slip)
    else:
        cage, swing = _without_slip(found, facts)
    bearing = {}
    if slip is not None and facts.geometry is not None:
        for surface, hertz in fault_frequencies(facts.geometry, slip.rotor).items():
            bearing[surface.value] = pair_at(found, hertz, 0.01 * hertz)
    return Lines(cage, swing, slip, found.sway, bearing)


def _by_slip(found: Signature, slip: Slip) -> tuple[Pair, Pair]:
    twice = 2 * slip.slip * found.mains
    reach = (slip.pole_pairs + 1) * found.resolution + SLIP_ERROR * twice
    cage = best_pair(found, twice - reach, twice + reach)
    if not cage.stands_out:
        cage = pair_at(found, twice, reach)
    highest = min(FASTEST_SWING, 0.8 * slip.rotor)
    spans = ((SLOWEST, min(twice - 2 * reach, highest)), (twice + 2 * reach, highest))
    pairs = [best_pair(found, low, high) for low, high in spans if high > low]
    swing = max(pairs, key=lambda pair: pair.above, default=NO_PAIR)
    # The second pair of a broken cage, at 4sf, is lower than its first.
    if abs(swing.offset - 2 * twice) <= 2 * reach and swing.decibels < cage.decibels:
        return cage, NO_PAIR
    return cage, swing


def _without_slip(found: Signature, facts: RotorFacts) -> tuple[Pair, Pair]:
    """Return the best pair as the cage's if it may be, else as a swing of the load."""
    low, high = facts.slips
    largest = min(high, LIKELY_SLIP)
    cage = best_pair(found, 2 * low * found.mains, 2 * largest * found.mains)
    swing = best_pair(found, 2 * largest * found.mains, FASTEST_SWING)
    if cage.upper > cage.lower + LOWER_LEADS:
        return NO_PAIR, max(cage, swing, key=lambda pair: pair.above)
    return cage, swing
