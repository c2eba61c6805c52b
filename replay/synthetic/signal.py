"""The signal of a made-up rig, snapshot by snapshot, in any order: everything follows from the seed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from replay.synthetic.rig import ORDERS, Fault, Rig

RESONANCES = 5
"""Resonances of each bearing's housing."""

SLIP = 0.01
"""Standard deviation of the time between impacts, as a share: rollers slip."""

MAINS = 50.0
"""Frequency of hum [Hz]."""

Array = NDArray[np.float64]


class Machine:
    """Makes the snapshots of one rig."""

    def __init__(self, rig: Rig) -> None:
        """Draw what stays the same from snapshot to snapshot, and the courses of what changes slowly."""
        self.rig = rig
        chance = np.random.default_rng([rig.seed, 0])
        self.hertz: Array = np.fft.rfftfreq(rig.rows, 1 / rig.rate).astype(np.float64)
        share = self.hertz / (rig.rate / 2)
        shape = (rig.channels, RESONANCES)
        centre, width = chance.uniform(0.03, 0.97, shape), chance.uniform(0.005, 0.08, shape)
        height = chance.lognormal(1.0, 0.8, shape)
        self._peaks: Array = height[..., None] / (1 + ((share - centre[..., None]) / width[..., None]) ** 2)
        colour = chance.uniform(0.0, 1.0, (rig.channels, 1))
        self._floor: Array = (share[None] + 0.02) ** -colour
        self._orders: Array = chance.lognormal(-2.0, 1.0, (rig.channels, 8))
        self._paths = self._transfers(chance, share)
        self._fault_phase = chance.uniform(0, 2 * np.pi, rig.channels)
        count, changes = rig.snapshots, rig.changes
        self._level: Array = changes.wander * _wander(chance, count, changes.memory, (rig.channels,))
        self._single: Array = changes.band_wander * _wander(chance, count, changes.memory, shape)
        place = np.arange(count)
        common = changes.run_in * np.exp(-place / max(changes.run_in_over, 1))
        common += changes.daily * np.sin(2 * np.pi * place * rig.interval / 86400.0)
        if changes.step_every:
            common += changes.step * ((place // changes.step_every) % 2)
        self._level += common[:, None]
        self._level[:, 0] += changes.drift * place / max(count - 1, 1)
        self.speed: Array = rig.shaft * (1 + changes.speed_share * chance.normal(size=count))
        self._usual: Array = np.sqrt((np.abs(self._shape(0, slow=False)) ** 2).mean(axis=1))

    def _transfers(self, chance: np.random.Generator, share: Array) -> Array:
        """Return the amplitude that each channel hears of each bearing, (channels, bearings, bins)."""
        rig = self.rig
        paths = np.zeros((rig.channels, rig.channels, len(share)))
        for heard in range(rig.channels):
            for source in range(rig.channels):
                if heard == source:
                    paths[heard, source] = 1.0
                    continue
                ripple = np.interp(share, np.linspace(0, 1, 12), chance.normal(0, 0.5, 12))
                fade = np.exp(-share * chance.uniform(0.5, 2.0))
                paths[heard, source] = rig.cross_talk ** abs(heard - source) * np.exp(ripple) * fade
        return paths

    def _shape(self, index: int, *, slow: bool = True) -> Array:
        """Return the amplitude of each bearing's healthy noise at each bin, (channels, bins)."""
        single = self._single[index] if slow else np.zeros(self._single.shape[1:])
        level = self._level[index] if slow else np.zeros(self.rig.channels)
        power = self._floor + (self._peaks * np.exp(single)[..., None]).sum(axis=1)
        amplitude: Array = np.sqrt(power * np.exp(level)[:, None])
        return amplitude

    def snapshot(self, index: int) -> NDArray[np.float32]:
        """Return one snapshot, (rows, channels), in the unit of the recording."""
        rig, sensors = self.rig, self.rig.sensors
        chance = np.random.default_rng([rig.seed, 1, index])
        bins = len(self.hertz)
        noise = chance.normal(size=(rig.channels, bins)) + 1j * chance.normal(size=(rig.channels, bins))
        spectrum = noise * self._shape(index) / self._usual[:, None] * np.sqrt(rig.rows / 2)
        spectrum[:, 0] = 0
        spectrum += self._shaft_lines(index, chance)
        for fault in rig.faults:
            if index >= fault.onset:
                spectrum[fault.channel] += self._fault(fault, index, chance)
        heard = np.einsum("ijk,jk->ik", self._paths, spectrum)
        signal = np.fft.irfft(heard, n=rig.rows, axis=1)
        if index in sensors.stops:
            signal = chance.normal(0, 1e-3, signal.shape)
        return self._sensed(signal, index, chance)

    def _shaft_lines(self, index: int, chance: np.random.Generator) -> NDArray[np.complex128]:
        rig = self.rig
        time = np.arange(rig.rows) / rig.rate
        turns = self.speed[index] * time + chance.uniform()
        orders = np.arange(1, self._orders.shape[1] + 1)
        waves = np.sin(2 * np.pi * orders[:, None] * turns)
        lines: NDArray[np.complex128] = np.fft.rfft(self._orders @ waves, axis=1)
        return lines

    def _fault(self, fault: Fault, index: int, chance: np.random.Generator) -> NDArray[np.complex128]:
        """Return the spectrum that a fault adds at its bearing."""
        rig, now = self.rig, grown(fault, index)
        share = self.hertz / (rig.rate / 2)
        bells = [np.exp(-0.5 * ((share - centre) / width) ** 2) for centre, width in fault.bands]
        bands: Array = np.sum(bells, axis=0)
        if fault.kind == "wear":
            noise = chance.normal(size=len(share)) + 1j * chance.normal(size=len(share))
            lift = np.sqrt(np.expm1(now * bands))
            local: Array = self._shape(index)[fault.channel] / self._usual[fault.channel]
            return np.asarray(noise * local * lift * np.sqrt(rig.rows / 2), np.complex128)
        spectrum = np.fft.rfft(self._impacts(fault, index, chance)) * bands
        # Parseval: root mean square 1 before scaling.
        size = np.sqrt(2 * (np.abs(spectrum) ** 2).sum()) / rig.rows
        return np.asarray(spectrum * now / max(size, 1e-12), np.complex128)

    def _impacts(self, fault: Fault, index: int, chance: np.random.Generator) -> Array:
        """Return unit impacts at the fault's rate, with slip, modulated by shaft or cage."""
        rig, speed = self.rig, float(self.speed[index])
        rate = ORDERS[fault.kind] * speed
        count = int(rig.rows / rig.rate * rate * 1.2) + 4
        at = chance.uniform(0, 1 / rate) + np.cumsum((1 + SLIP * chance.normal(size=count)) / rate)
        at = at[at < (rig.rows - 1) / rig.rate]
        size = 1 + 0.2 * chance.normal(size=len(at))
        turn = {"inner race": speed, "rolling element": ORDERS["cage"] * speed}.get(fault.kind, 0.0)
        if turn:
            size = size * (1 + 0.8 * np.cos(2 * np.pi * turn * at + self._fault_phase[fault.channel]))
        signal = np.zeros(rig.rows)
        np.add.at(signal, (at * rig.rate).astype(np.int64), size)
        return signal

    def _sensed(self, signal: Array, index: int, chance: np.random.Generator) -> NDArray[np.float32]:
        sensors, rig = self.rig.sensors, self.rig
        if sensors.hum:
            time = np.arange(rig.rows) / rig.rate
            signal = signal + sensors.hum * np.sin(2 * np.pi * MAINS * time + chance.uniform(0, 6.28))
        if sensors.spikes and chance.uniform() < sensors.spikes:
            signal[chance.integers(rig.channels), chance.integers(rig.rows)] += 30.0
        if sensors.step:
            signal = np.round(signal / sensors.step) * sensors.step
        if sensors.dead and index >= sensors.dead[1]:
            signal[sensors.dead[0]] = 0.0
        return np.ascontiguousarray((signal * sensors.unit + sensors.offset).T, np.float32)


def grown(fault: Fault, index: int) -> float:
    """Return the size of a fault at a snapshot: 0 before its onset."""
    if index < fault.onset:
        return 0.0
    part = min(1.0, (index - fault.onset + 1) / fault.over) if fault.over else 1.0
    if fault.law == "exponential":
        return fault.size * float(np.expm1(4 * part) / np.expm1(4.0))
    return fault.size * part


def _wander(chance: np.random.Generator, count: int, memory: int, shape: tuple[int, ...]) -> Any:
    """Return courses of standard deviation 1 that forget within so many snapshots, (count, *shape)."""
    keep = np.exp(-1 / memory)
    steps = chance.normal(size=(count, *shape))
    course = np.empty_like(steps)
    course[0] = steps[0]
    for place in range(1, count):
        course[place] = keep * course[place - 1] + np.sqrt(1 - keep**2) * steps[place]
    return course
