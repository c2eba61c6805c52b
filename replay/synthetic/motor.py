"""A synthetic induction motor: currents, and on request voltages, from its equivalent circuit and its faults.

The sizes of faults are those of the field: broken bars, share of shorted turns, decibels of a line.

Sources:
    Krause, Wasynczuk and Sudhoff, Analysis of Electric Machinery, table 4.10-1: the 3 hp, 220 V, 60 Hz,
    four-pole motor with 1710 rpm. Thomson and Fenger (2001), IEEE Industry Applications Magazine 7(4): the
    sideband of broken bars. Tallam, Habetler and Harley (2002), IEEE Trans. Ind. Appl. 38(3): shorted turns.
    Schoen et al. (1995), IEEE Trans. Ind. Appl. 31(6): bearings. Cameron, Thomson and Dow (1986), IEE Proc. B
    133(3): eccentricity.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import overload

import numpy as np
from numpy.typing import NDArray

R1, X1, XM, R2, X2 = 0.435, 0.754, 26.13, 0.816, 0.754
"""Stator and rotor resistance, leakage and magnetising reactance at `NOMINAL` [ohm], of the stator's side."""

NOMINAL = 60.0
"""Frequency of the reactances [Hz]."""

PHASE_PEAK = 220.0 * np.sqrt(2 / 3)
"""Peak voltage of a phase at the nominal frequency [V]."""

POLE_PAIRS, BARS = 2, 28
RATED_SLIP = 0.05
"""At 1710 rpm and 60 Hz."""

IDLE_SLIP = 0.004
"""Slip of friction and windage alone."""

SETTLES = 0.3
"""Seconds in which speed and current follow a step of the load: the mechanical time constant."""

TRANSIENT = 0.05
"""Seconds in which the direct current of the switching decays: leakage over resistance of both sides."""

SLIP_LOAD = RATED_SLIP - IDLE_SLIP

SHORT_RESISTANCE = 0.05
"""Resistance of the contact of shorted turns [ohm]."""

UPPER_SHARE = 0.5
"""Upper over lower sideband of broken bars: the speed ripples less as the inertia grows, and ripples some."""

HEALTHY_ECCENTRICITY = -62.0
"""Lines at f -+ fr of a sound motor [dB below the mains]; every rotor has some."""

HEALTHY_CAGE = -66.0
"""Sidebands of the slip of a sound cage [dB]: bars are never quite equal."""

TURN = np.exp(2j * np.pi / 3)


class Supply(StrEnum):
    """The supply of a motor: the mains, or an inverter with pulse-width modulation."""

    MAINS = "mains"
    INVERTER = "inverter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Motor:
    """A motor with its supply, its load and its faults; without arguments it is sound.

    Attributes:
        hertz: of the supply [Hz].
        wander: standard deviation of the supply's frequency over a recording [Hz].
        supply: mains, or an inverter with ripple at `carrier` [Hz].
        voltage_unbalance: negative over positive sequence of the voltages.
        load: 0 for no load, 1 for the rated one.
        load_step: change of load in the middle of the recording.
        swing: depth of a load that oscillates, as a share of the current.
        swing_hertz: of that oscillation [Hz].
        broken_bars: number of adjacent ones.
        shorted: share of a phase's turns that are shorted.
        shorted_phase: 1 to 3.
        eccentricity: lines at f -+ fr [dB below the mains].
        bearing: lines at f -+ `bearing_hertz` [dB below the mains]; None for none.
        bearing_hertz: frequency of the bearing's fault in turns of the shaft.
        imbalance: negative over positive sequence of the sound winding.
        noise: standard deviation of the sensors, as a share of the rated current.
        offset: of the sensors [A].
        start: second of the recording at which the motor is switched on; None where it runs from before.
        run_up: seconds from then to the speed at the load.
    """

    hertz: float = 50.0
    wander: float = 0.02
    supply: Supply = Supply.MAINS
    carrier: float = 4000.0
    voltage_unbalance: float = 0.004
    load: float = 0.8
    load_step: float = 0.0
    swing: float = 0.0
    swing_hertz: float = 7.3
    broken_bars: float = 0.0
    shorted: float = 0.0
    shorted_phase: int = 1
    eccentricity: float = HEALTHY_ECCENTRICITY
    bearing: float | None = None
    bearing_turns: float = 3.59
    imbalance: float = 0.01
    noise: float = 0.001
    offset: float = 0.0
    start: float | None = None
    run_up: float = 0.5

    @property
    def slip(self) -> float:
        """Return the slip at the load, before a step."""
        return IDLE_SLIP + SLIP_LOAD * self.load


@overload
def impedance(hertz: float, slip: float) -> complex: ...
@overload
def impedance(hertz: float, slip: NDArray[np.float64]) -> NDArray[np.complex128]: ...
def impedance(hertz: float, slip: float | NDArray[np.float64]) -> complex | NDArray[np.complex128]:
    """Return the impedance of a phase at a slip [ohm], of the T-shaped equivalent circuit."""
    scale = hertz / NOMINAL
    rotor = R2 / slip + 1j * X2 * scale
    magnetising = 1j * XM * scale
    found = R1 + 1j * X1 * scale + magnetising * rotor / (magnetising + rotor)
    return complex(found) if isinstance(slip, float) else np.asarray(found, np.complex128)


def cage_sideband(broken: float) -> float:
    """Return the lower sideband of broken bars over the mains line. Source: Thomson and Fenger (2001)."""
    return broken / (2 * BARS - broken * POLE_PAIRS)


def recording(
    motor: Motor, seconds: float, rate: float, seed: int, *, voltages: bool = False
) -> NDArray[np.float32]:
    """Return one recording.

    Args:
        motor: its state.
        seconds: length.
        rate: rows a second [Hz].
        seed: of the supply's wander, the load's, the phases and the noise.
        voltages: append the three phase voltages [V].

    Returns:
        (rows, 3) currents [A], or (rows, 6).
    """
    chance = np.random.default_rng(seed)
    rows = round(seconds * rate)
    time = np.arange(rows) / rate
    step = np.clip((time - seconds / 2) / SETTLES, 0.0, 1.0)
    load = np.clip(motor.load + chance.normal(0, 0.01) + motor.load_step * step, 0.0, 1.3)
    slip = _running_up(motor, IDLE_SLIP + SLIP_LOAD * load, time)
    angle = 2 * np.pi * (np.cumsum(_course(motor, time, chance)) / rate + chance.random())
    level = PHASE_PEAK * motor.hertz / NOMINAL
    voltage = level * (
        np.exp(1j * angle) + motor.voltage_unbalance * np.exp(-1j * angle + 1j * chance.normal(0.6, 0.05))
    )
    if motor.start is None:
        ends = [level / impedance(motor.hertz, float(one)) for one in (slip[0], slip[-1])]
        forwards = ends[0] + (ends[1] - ends[0]) * step
    else:
        forwards = level / impedance(motor.hertz, slip)
    size = float(np.abs(forwards[-1] if motor.start is not None else forwards.mean()))
    steady = float(slip[0] if motor.start is None else slip[-1])
    current = forwards * np.exp(1j * angle) * (1 + _lines(motor, slip, time, chance))
    current += _backwards(motor, level, steady, size) * np.exp(-1j * angle)
    harmonic, ripple = _harmonics(motor, angle, time, chance)
    voltage, current = voltage + level * harmonic, current + size * (harmonic / 3 + ripple)
    if motor.start is not None:
        current = _switched_on(motor, current, time)
    phases = np.stack([(current * TURN**-number).real for number in range(3)], axis=1)
    rated = level / abs(impedance(motor.hertz, RATED_SLIP))
    phases += motor.noise * rated * chance.normal(size=phases.shape) + motor.offset
    if not voltages:
        return phases.astype(np.float32)
    volts = np.stack([(voltage * TURN**-number).real for number in range(3)], axis=1)
    volts += motor.noise * level * chance.normal(size=volts.shape)
    return np.concatenate([phases, volts], axis=1).astype(np.float32)


def _running_up(motor: Motor, slip: NDArray[np.float64], time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slip at each row, which falls from 1 to that of the load where the motor is switched on."""
    if motor.start is None:
        return slip
    share = np.clip((time - motor.start) / motor.run_up, 0.0, 1.0)
    # The torque, and so the acceleration, peaks near the end of the run-up.
    return np.asarray(slip + (1.0 - slip) * (1.0 - share**2))


def _switched_on(
    motor: Motor, current: NDArray[np.complex128], time: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Return the current, 0 before the motor is switched on, then with a direct current that decays."""
    since = time - (motor.start or 0.0)
    first = int(np.searchsorted(since, 0.0))
    decay = current[first] * np.exp(-np.maximum(since, 0.0) / TRANSIENT) if first < len(time) else 0.0
    return np.asarray(np.where(since < 0, 0.0, current - decay))


def _course(motor: Motor, time: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.float64]:
    """Return the supply's frequency at each row [Hz]: a mean, and a slow wander about it."""
    span = max(time[-1], 1.0)
    knots = np.cumsum(chance.normal(0, 0.3, max(int(span / 4) + 2, 3)))
    knots = motor.wander * (knots - knots.mean()) / max(float(knots.std()), 1e-9)
    smooth = np.interp(time, np.linspace(0, span, len(knots)), knots * min(span / 20, 1.0))
    return np.asarray(motor.hertz + chance.normal(0, motor.wander) + smooth)


def _lines(
    motor: Motor, slip: NDArray[np.float64], time: NDArray[np.float64], chance: np.random.Generator
) -> NDArray[np.complex128]:
    """Return the lines beside the mains as a modulation of it, (rows,)."""
    step = time[1] - time[0]

    def turning(hertz: NDArray[np.float64] | float) -> NDArray[np.complex128]:
        course = np.broadcast_to(np.asarray(hertz, np.float64), time.shape)
        return np.asarray(np.exp(2j * np.pi * (np.cumsum(course) * step + chance.random())))

    twice = turning(2 * slip * motor.hertz)
    cage = max(cage_sideband(motor.broken_bars), 10 ** (HEALTHY_CAGE / 20))
    total = cage * np.conj(twice) + UPPER_SHARE * cage * twice * np.exp(1j * chance.normal(0, 0.3))
    rotor = motor.hertz * (1 - slip) / POLE_PAIRS
    for decibels, hertz in ((motor.eccentricity, rotor), (motor.bearing, motor.bearing_turns * rotor)):
        if decibels is not None:
            line, size = turning(hertz), 10 ** (decibels / 20)
            total += size * (line + np.conj(line) * np.exp(1j * chance.normal(0, 0.3)))
    if motor.swing:
        total += motor.swing * np.real(turning(motor.swing_hertz)) * (1 + 0.3j)
    return np.asarray(total)


def _backwards(motor: Motor, level: float, slip: float, size: float) -> complex:
    """Return the negative-sequence current: of the supply, of the winding, and of shorted turns."""
    # The rotor meets the backward field at a slip of 2 - s.
    supply = motor.voltage_unbalance * level * np.exp(0.6j) / impedance(motor.hertz, 2 - slip)
    short = 0.0 + 0.0j
    if motor.shorted:
        scale = motor.hertz / NOMINAL
        loop = motor.shorted * R1 + SHORT_RESISTANCE + 1j * motor.shorted**2 * X1 * scale
        # The loop carries V / Z; the phase carries its share of turns of it, a third of it backwards.
        extra = motor.shorted * motor.shorted * level / loop / 3
        short = extra * TURN ** (2 * (motor.shorted_phase - 1))
    return complex(supply + motor.imbalance * size * np.exp(2.1j) + short)


def _harmonics(
    motor: Motor, angle: NDArray[np.float64], time: NDArray[np.float64], chance: np.random.Generator
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Return harmonics of the supply over its level, and the ripple of an inverter."""
    sizes = {-5: 0.012, 7: 0.008, -11: 0.004, 13: 0.003}
    total = np.zeros(len(angle), np.complex128)
    for order, size in sizes.items():
        total += size * np.exp(1j * (order * angle + chance.normal(0, 0.1)))
    ripple = np.zeros(len(angle), np.complex128)
    if motor.supply is Supply.INVERTER and motor.carrier < 0.5 / (time[1] - time[0]):
        for side in (-2, 2):
            ripple += 0.03 * np.exp(1j * (2 * np.pi * motor.carrier * time + side * angle))
    return total, ripple
