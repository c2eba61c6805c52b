"""The motors among the channels of a recording, their supply, and the length of their snapshots."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from replay.inspection.phases import FEWEST_ROWS, SHARE, Tones, are_apart, phase_groups, tones_of

VOLTS = ("V", "kV", "mV")
AMPERES = ("A", "kA", "mA")

SUPPLY = (10.0, 120.0)
"""Range of a supply's frequency [Hz], inverters included, for channels that only a name calls currents."""

MAINS = (50.0, 60.0)
NEAR_MAINS = 0.01
"""Most relative distance of a supply's frequency from the mains': interconnected networks keep to 0.5 %."""

LONGEST_WHOLE = 20.0
"""Seconds up to which a motor's recording is one snapshot: sidebands at the slip need some seconds."""

PIECE = 10.0
"""Seconds of the snapshots that a longer recording is cut into."""

SHORTEST_PIECE = 4.0
"""Seconds below which few recordings are not cut further: 2 % of slip still shows its sidebands."""

ENOUGH = 12
"""Snapshots that few recordings are cut into, so that there is enough to learn from."""

_CURRENT = re.compile(
    r"(?i)(?:^|[^a-z])(?:i(?:[_ .]?(?:[abcuvwrst]|l?[123]))?|curr\w*|strom\w*|amp\w*)(?![a-z])"
)
_VOLTAGE = re.compile(
    r"(?i)(?:^|[^a-z])(?:[vu][_ .]?(?:[abcuvwrst]{1,2}|[abcrst]n|l?[123])|volt\w*)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class NamedChannel:
    """A channel of a recording: its name, its number or name in the settings, and its unit, "" if unknown."""

    name: str
    channel: int | str
    unit: str

    @property
    def says_current(self) -> bool:
        """Return whether name or unit are those of a current; a Hall sensor gives volts."""
        return self.unit in AMPERES or bool(_CURRENT.search(self.name))

    @property
    def says_voltage(self) -> bool:
        """Return whether the name is that of a voltage."""
        return bool(_VOLTAGE.search(self.name))


@dataclass(frozen=True, slots=True)
class ProposedMotor:
    """A motor: its name, its currents and the voltages beside them, by number or by name, and their units."""

    name: str
    channels: tuple[int | str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundMotors:
    """The motors of a recording; `taken` are all their channels from 0, `cycles` those of the supply."""

    motors: tuple[ProposedMotor, ...] = ()
    taken: frozenset[int] = frozenset()
    cycles: float = 0.0


def found_motors(signal: NDArray[np.float64], channels: Sequence[NamedChannel], rate: float) -> FoundMotors:
    """Return the motors of a recording.

    Three phases make a motor whatever their names are; one or two where their names or units say currents.
    Voltages go with currents in their order.

    Args:
        signal: (rows, channels), NaN where a cell is no number.
        channels: one a column.
        rate: rows a second [Hz].
    """
    if signal.shape[1] != len(channels) or len(signal) < FEWEST_ROWS:
        return FoundMotors()
    groups = phase_groups(signal)
    volts = [group for group in groups if _are_voltages([channels[one] for one in group])]
    currents: list[tuple[int, ...]] = [group for group in groups if group not in volts]
    if not currents and volts and not any(channels[one].says_voltage for one in volts[0]):
        # A clamp gives volts too: a single group of phases is taken for currents.
        half = (len(volts) + 1) // 2
        currents, volts = [*volts[:half]], volts[half:]
    tones = tones_of(signal)
    currents = currents or _fewer_phases(tones, channels, rate)
    if not currents:
        return FoundMotors()
    paired = len(volts) == len(currents) and len(currents[0]) == 3
    motors = []
    for number, group in enumerate(currents):
        own = [*group, *(volts[number] if paired else ())]
        name = "Motor" if len(currents) == 1 else f"Motor {number + 1}"
        units = ["A"] * len(group) + ["V"] * (len(own) - len(group))
        units = [channels[one].unit or unit for one, unit in zip(own, units, strict=True)]
        motors.append(ProposedMotor(name, tuple(channels[one].channel for one in own), tuple(units)))
    taken = frozenset(one for group in (*currents, *volts) for one in group)
    return FoundMotors(tuple(motors), taken, _cycles(signal, tones, currents[0][0]))


def evidence_of(motor: ProposedMotor) -> str:
    """Return why channels are taken for a motor."""
    fewer = {1: "a sine that is named as a current", 2: "two sines that are named as currents"}
    return fewer.get(len(motor.channels), "three sines, a third of a turn apart")


def _are_voltages(group: Sequence[NamedChannel]) -> bool:
    """Return whether three phases are voltages, by their names, then by their units.

    U, V and W are names of phases too: names of voltages begin with the same letter.
    """
    if all(one.says_current for one in group):
        return False
    alike = len({one.name[:1].lower() for one in group}) == 1
    return (alike and all(one.says_voltage for one in group)) or all(one.unit in VOLTS for one in group)


def _fewer_phases(tones: Tones, channels: Sequence[NamedChannel], rate: float) -> list[tuple[int, ...]]:
    """Return one or two currents, a third of a turn apart, that names or units tell."""
    hertz = tones.places * rate / tones.rows
    able = [
        number
        for number, one in enumerate(channels)
        if one.says_current and not one.says_voltage and tones.share[number] >= SHARE
        if SUPPLY[0] <= hertz[number] <= SUPPLY[1]
    ]
    pairs = [pair for pair in combinations(able, 2) if are_apart(tones, pair)]
    return [pairs[0]] if pairs else [(able[0],)] if able else []


def _cycles(signal: NDArray[np.float64], tones: Tones, column: int) -> float:
    """Return the cycles of the supply in the recording, from the strongest line of a current."""
    power = np.log(np.maximum(np.abs(tones.lines[:, column]), 1e-300))
    place = int(tones.places[column])
    below, here, above = power[place - 1 : place + 2]
    bend = 2 * here - below - above
    shift = 0.5 * (above - below) / bend if bend > 0 else 0.0
    return float((place + shift) * len(signal) / tones.rows)


def mains_of(cycles: float, seconds: float) -> float:
    """Return 50 or 60 where a supply has it [Hz], 0 for another frequency.

    Args:
        cycles: of the supply in a recording.
        seconds: its length.
    """
    hertz = cycles / seconds
    return next((one for one in MAINS if abs(hertz / one - 1) <= NEAR_MAINS), 0.0)


def rate_by_mains(cycles: float, rows: int) -> tuple[float, float, float]:
    """Return the likeliest sample rate of a recording, the mains it follows from, and the rate by the other.

    People choose round rates: the one with fewer digits is the likelier.

    Args:
        cycles: of the mains in the recording.
        rows: of the recording.
    """
    rates = [_rounded(rows / cycles * mains) for mains in MAINS]
    best = min((0, 1), key=lambda one: (len(f"{rates[one]:.0f}".rstrip("0")), one))
    return rates[best], MAINS[best], rates[1 - best]


def _rounded(rate: float) -> float:
    """Return a rate to three digits: a supply's frequency is known no better."""
    digits = int(np.floor(np.log10(rate))) - 2
    return float(round(rate / 10.0**digits) * 10.0**digits)


def snapshot_rows(rows: int, files: int, rate: float) -> int:
    """Return the rows of a motor's snapshot: the whole recording, or an equal piece of a long one.

    Args:
        rows: of a recording.
        files: number of recordings.
        rate: rows a second [Hz].
    """
    seconds = rows / rate
    pieces = 1 if seconds <= LONGEST_WHOLE else int(seconds / PIECE)
    wanted = -(-ENOUGH // max(files, 1))
    pieces = max(pieces, min(wanted, int(seconds / SHORTEST_PIECE)))
    return rows // pieces
