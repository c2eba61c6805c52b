"""The fault of a motor, named from its current on evidence that can be shown, else not at all.

Every figure is compared with the baseline's. A recording that cannot carry a claim has no figure for it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from engine.bundles.bundle import UsualLines
from engine.diagnosis.motor_reading import FIGURES, LOWEST, SCALES, SOUND_CAGE, MotorReading, sequences_in
from engine.records.motor_figures import MotorFault
from engine.records.payloads import FaultLine, SurfaceEvidence
from engine.signals.motors.cage import broken_bars
from engine.signals.motors.claims import Fault
from engine.signals.motors.features import moved_unbalance

if TYPE_CHECKING:
    # A screen that names a fault needs no settings, which take long to load.
    from engine.config.sections.core import ComponentSettings


LEAST_RISE = 6.0
"""Least rise of a pair of lines over the baseline [dB]: load alone moves them by 3 dB."""

MOST_RISE = 15.0
"""Rise that always counts [dB]: where a line mostly lay in the noise, its scatter says nothing of it."""

SIGNIFICANT = 4.0
"""Least change of a figure in the baseline's standard deviations."""

LEAST_UNBALANCE = 0.01
"""Least change of the unbalance; within a day supplies change that of a motor's current by less."""

LEAST_SUPPLY = 0.003
"""Least change of the voltages' unbalance. Source: IEC 61000-4-30, uncertainty of class S, 0.3 %."""

EXPLAINED = 0.4
"""Share of a change that a model leaves over at most if the supply explains it."""

AMPLIFIES = (2.0, 14.0)
"""A motor's unbalance of current over that of voltage: its impedance to the backward field is that of a
locked rotor. Source: NEMA MG 1, 14.36, which states 6 to 10."""

SURELY_BROKEN = -42.0
"""The same for a cage that was never seen sound."""

LEAST_SWING = -50.0
"""Least height of the lines of a load that swings [dB re the mains]: 0.6 % of the current."""

LEAST_LOAD = math.log(1.15)
"""Least change of the current's RMS, natural logarithm, that is a change of load."""

LEAST_SWAY = 0.03
"""Least sway of the current within a recording that is a change of load."""

OTHER_LOAD = math.log(1.03)
"""Change of the current beyond those of the baseline, natural logarithm, that moves unbalance and lines."""

LOADS = 1.25
"""Standard deviations of the current's logarithm that the loads of a baseline span on either side: 1 for two
loads, 1.7 for any load between two."""

DECIBELS_A_NEPER = 20.0 / math.log(10.0)

NEAR_PHASE = 40.0
"""Greatest distance of a direction from a calibrated one [degrees]; the phases lie 120 apart."""

PHASE_CLEAR = 2.0
"""Multiple of the least change of unbalance at which its direction is certain."""


@dataclass(frozen=True, slots=True)
class MotorEvidence:
    """A fault with its evidence; `weight` is how far it exceeds what is needed."""

    fault: str
    weight: float
    lines: tuple[FaultLine, ...]
    figures: Mapping[str, float]

    def payload(self) -> SurfaceEvidence:
        """Return it as an event keeps it."""
        numbers = {name: round(float(value), 4) for name, value in self.figures.items()}
        return SurfaceEvidence(self.fault, None, (), self.lines, numbers)


def fault_of(
    reading: MotorReading, usual: UsualLines | None, part: "ComponentSettings"
) -> MotorEvidence | None:
    """Return the fault with the most evidence in a recording, None without any.

    Args:
        reading: of the recording.
        usual: of the baseline, None without any.
        part: the motor's settings.
    """
    if reading.stopped:
        return None
    compared = _Compared(reading, usual)
    found = [
        _open_phase(reading),
        *_cage_and_load(compared, part),
        _eccentricity(compared),
        *_bearing(compared),
        _unbalance(compared, part),
    ]
    ranked = sorted((one for one in found if one is not None), key=lambda one: -one.weight)
    first = ranked[0] if ranked else _load(compared)
    if first is None or reading.power is None:
        return first
    return replace(first, figures={**first.figures, **reading.power.numbers()})


class _Compared:
    """A reading beside the baseline's usual figures."""

    def __init__(self, reading: MotorReading, usual: UsualLines | None) -> None:
        self.reading = reading
        nothing = np.full(len(reading.figures) + 4, np.nan, np.float32)
        fits = usual is not None and usual.centre.ndim == 1 and len(usual.centre) == len(nothing)
        self.centre = usual.centre if fits and usual is not None else nothing
        self.scatter = usual.scatter if fits and usual is not None else nothing

    @property
    def less(self) -> float:
        """Return how far the current is below the baseline's, natural logarithm; negative above it.

        It is 0 at a load that the baseline holds.
        """
        place = FIGURES.index("level")
        less = float(self.centre[place]) - self.reading.figure("level")
        spread = float(self.scatter[place])
        usual = OTHER_LOAD + (0.0 if math.isnan(spread) else LOADS * spread)
        return math.copysign(max(abs(less) - usual, 0.0), less) if math.isfinite(less) else 0.0

    def rise(self, name: str) -> tuple[float, float]:
        """Return the rise of a line over the baseline [dB], and the least that counts; NaN if never seen."""
        place = FIGURES.index(name)
        usual, spread = max(float(self.centre[place]), LOWEST), float(self.scatter[place])
        needed = LEAST_RISE if math.isnan(spread) else max(LEAST_RISE, min(SIGNIFICANT * spread, MOST_RISE))
        # Lines that keep their size in amperes rise over a mains line that falls.
        needed += DECIBELS_A_NEPER * abs(self.less)
        return self.reading.figure(name) - usual, needed

    def scale_change(self) -> float:
        """Return by how much the spread of the sensors' scales grew, as a share; NaN where it is unknown."""
        return math.expm1(float(self.reading.figures[SCALES] - self.centre[SCALES]))

    def complex_change(self, name: str) -> tuple[complex, float]:
        """Return the change of a complex figure, and the baseline's scatter of it."""
        place = FIGURES.index(f"{name}_real")
        now, usual = self.reading.figures[place : place + 2], self.centre[place : place + 2]
        spread = float(np.hypot(*self.scatter[place : place + 2]))
        return complex(*(now - usual)), 0.0 if math.isnan(spread) else spread


def _open_phase(reading: MotorReading) -> MotorEvidence | None:
    note = next((one for one in reading.fit.notes if one.fault is Fault.OPEN), None)
    if note is None:
        return None
    line = FaultLine(1, 0, _known(reading.mains), None)
    return MotorEvidence(MotorFault.OPEN.value, math.inf, (line,), {"phase": float(note.channel)})


def _cage_and_load(seen: _Compared, part: "ComponentSettings") -> list[MotorEvidence | None]:
    """Return broken bars and a load that swings, which both make pairs of lines beside the mains."""
    lines = seen.reading.lines
    if lines is None:
        return []
    found: list[MotorEvidence | None] = []
    mains = seen.reading.mains
    for name, fault, pair, least in (
        ("cage", MotorFault.CAGE, lines.cage, SOUND_CAGE),
        ("swing", MotorFault.LOAD, lines.swing, LEAST_SWING),
    ):
        rise, needed = seen.rise(name)
        enough = rise >= needed if math.isfinite(rise) else pair.decibels >= SURELY_BROKEN
        if not (pair.stands_out and pair.decibels >= least and enough):
            continue
        times = 10 ** (rise / 20) if math.isfinite(rise) else None
        both = tuple(
            FaultLine(
                1, side, round(mains + side * pair.offset, 3), None if times is None else round(times, 2)
            )
            for side in (-1, 1)
        )
        figures = {"decibels": -pair.decibels, "offset": pair.offset}
        if fault is MotorFault.CAGE:
            slip = lines.slip.slip if lines.slip else pair.offset / (2 * mains)
            figures |= {"slip": slip, "slip_measured": float(lines.slip is not None)}
            if part.bars:
                pairs = part.pole_pairs or (lines.slip.pole_pairs if lines.slip else 2)
                figures["bars"] = broken_bars(-pair.decibels, part.bars, pairs)
        found.append(MotorEvidence(fault.value, rise / needed if math.isfinite(rise) else 1.0, both, figures))
    return found


def _eccentricity(seen: _Compared) -> MotorEvidence | None:
    lines = seen.reading.lines
    if lines is None or lines.slip is None or not lines.slip.is_sure:
        return None
    pair = lines.slip.lines
    rise, needed = seen.rise("eccentricity")
    if not (pair.stands_out and rise >= needed):
        return None
    return MotorEvidence(
        MotorFault.ECCENTRICITY.value,
        rise / needed,
        _both(seen.reading.mains, pair.offset, rise),
        {"decibels": -pair.decibels, "rotor": lines.slip.rotor, "rise": rise},
    )


def _bearing(seen: _Compared) -> list[MotorEvidence]:
    lines = seen.reading.lines
    found = []
    is_sure = lines is not None and lines.slip is not None and lines.slip.is_sure
    for name, pair in lines.bearing.items() if lines is not None and is_sure else ():
        rise, needed = seen.rise("cage of the bearing" if name == "cage" else name)
        if pair.stands_out and rise >= needed:
            surface = f"bearing ({name})"
            both = _both(seen.reading.mains, pair.offset, rise)
            numbers = {"decibels": -pair.decibels, "vibration": pair.offset, "rise": rise}
            found.append(MotorEvidence(surface, rise / needed, both, numbers))
    return found


def _both(mains: float, offset: float, rise: float) -> tuple[FaultLine, ...]:
    times = round(10 ** (rise / 20), 2)
    return tuple(FaultLine(1, side, round(mains + side * offset, 3), times) for side in (-1, 1))


def _unbalance(seen: _Compared, part: "ComponentSettings") -> MotorEvidence | None:
    change, spread = seen.complex_change("unbalance")
    needed = max(LEAST_UNBALANCE, SIGNIFICANT * spread)
    usual = abs(complex(*seen.centre[:2]))
    needed += max(usual, LEAST_UNBALANCE) * float(moved_unbalance(seen.less))
    if not abs(change) >= needed:
        return None
    now = complex(*seen.reading.figures[:2])
    direction = math.degrees(math.atan2(change.imag, change.real))
    figures = {"unbalance": abs(now), "change": abs(change), "direction": direction}
    fault: str = MotorFault.STATOR.value
    scale = seen.scale_change()
    figures |= {"scale_change": scale} if math.isfinite(scale) else {}
    supply, supply_spread = seen.complex_change("supply")
    if math.isfinite(abs(supply)):
        figures["supply_change"] = abs(supply)
        left = _left_over(seen)
        figures |= {"residual": left} if math.isfinite(left) else {}
        if _is_supply(abs(change), abs(supply), left, max(LEAST_SUPPLY, SIGNIFICANT * supply_spread)):
            fault = MotorFault.SUPPLY.value
    if fault == MotorFault.STATOR.value and abs(change) >= PHASE_CLEAR * needed and part.phase_directions:
        away = [abs((direction - one + 180) % 360 - 180) for one in part.phase_directions]
        if min(away) <= NEAR_PHASE:
            figures["phase"] = float(1 + away.index(min(away)))
    times = abs(now) / usual if usual > 0 else math.nan
    line = FaultLine(1, 0, _known(seen.reading.mains), None if math.isnan(times) else round(times, 2))
    return MotorEvidence(fault, abs(change) / needed, (line,), figures)


def _is_supply(change: float, supply: float, left: float, needed: float) -> bool:
    """Return whether the supply explains a change of the current's unbalance.

    Args:
        change: of the current's unbalance.
        supply: change of the voltages'.
        left: residual of the fitted circuit, a ratio; NaN where none was fitted.
        needed: least change of the voltages' that counts.
    """
    if supply < needed:
        return False
    if math.isfinite(left) and left <= EXPLAINED * change:
        return True
    return AMPLIFIES[0] <= change / supply <= AMPLIFIES[1]


def _load(seen: _Compared) -> MotorEvidence | None:
    """Return a change of load, where nothing else was found."""
    change = seen.reading.figure("level") - float(seen.centre[FIGURES.index("level")])
    sway = seen.reading.figure("sway")
    if not (abs(change) >= LEAST_LOAD or sway >= LEAST_SWAY):
        return None
    line = FaultLine(1, 0, _known(seen.reading.mains), round(math.exp(change), 2))
    figures = {"level": math.exp(change), **({"sway": sway} if math.isfinite(sway) else {})}
    return MotorEvidence(MotorFault.LOAD.value, 0.5, (line,), figures)


def _known(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


def _left_over(seen: _Compared) -> float:
    """Return the backward current that the fitted circuit leaves over, as a share of the forward one."""
    found = sequences_in(seen.reading.figures)
    real, imaginary, coupled, coupled_imaginary = seen.centre[-4:].astype(float).tolist()
    if found is None:
        return math.nan
    left = found.back_amperes - complex(real, imaginary) * found.back_volts
    left -= complex(coupled, coupled_imaginary) * found.amperes
    return abs(left) / abs(found.amperes)
