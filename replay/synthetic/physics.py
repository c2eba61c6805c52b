"""The vibration of a synthetic rig, recording by recording, in any order: all follows from the seed."""

import math

import numpy as np
from numpy.typing import NDArray

from replay.synthetic.scenario import Fault, Geometry, Scenario, SensorFault

Array = NDArray[np.float64]

LOAD_EXPONENT = 1.5
"""Exponent of the load distribution of ball bearings.

Source:
    Harris (2001), Rolling bearing analysis, chapter 7: point contact.
"""

LOAD_SHARE = 0.5
"""Load distribution factor: half of the ring carries load, as without clearance."""

SPIKES = 3
"""Odd values of a recording with spikes."""


def orders(geometry: Geometry) -> dict[str, float]:
    """Return the impacts of each surface a turn of the shaft.

    Source:
        Harris (2001), Rolling bearing analysis, chapter 25; a roller strikes both races in a turn of its own.
    """
    ratio = geometry.roller_diameter / geometry.pitch_diameter
    along = ratio * math.cos(math.radians(geometry.contact_angle))
    return {
        "outer race": geometry.rollers / 2 * (1 - along),
        "inner race": geometry.rollers / 2 * (1 + along),
        "rolling element": (1 - along**2) / ratio,
        "cage": (1 - along) / 2,
    }


def speed_at(scenario: Scenario, index: int) -> float:
    """Return the shaft's speed at a recording [Hz]."""
    if not scenario.speeds:
        return scenario.shaft
    places, values = zip(*sorted(scenario.speeds), strict=True)
    return float(np.interp(index, places, values))


def recording(scenario: Scenario, index: int) -> NDArray[np.float32]:
    """Return one recording, (rows, channels), in the unit of the recording."""
    chance = np.random.default_rng([scenario.seed, index])
    rows, rate = scenario.rows, scenario.sample_rate
    time: Array = np.arange(rows) / rate
    speed = speed_at(scenario, index)
    signal = np.stack([_healthy(scenario, index, time, speed, chance) for _ in range(scenario.bearings)])
    for fault in scenario.fault:
        amplitude = fault.amplitude(index)
        if amplitude:
            signal[fault.bearing - 1] += amplitude * _ringing(scenario, fault, time, speed, chance)
    for step in scenario.load_step:
        if step.start <= index < step.end:
            signal *= step.factor
    signal = _heard(signal, scenario)
    if index in scenario.stopped:
        signal = chance.normal(0.0, 1e-3 * max(scenario.noise, 1e-6), signal.shape)
    for sensor in scenario.sensor_fault:
        if sensor.start <= index and (not sensor.end or index < sensor.end):
            _spoil(signal[sensor.channel - 1], sensor, chance)
    return np.ascontiguousarray(signal.T, np.float32)


def _healthy(scenario: Scenario, index: int, time: Array, speed: float, chance: np.random.Generator) -> Array:
    """Return one bearing without a fault: the shaft's orders, and noise through the housing."""
    phases = chance.uniform(0, 2 * np.pi, len(scenario.harmonics))
    shaft = np.zeros(len(time))
    for order, (amplitude, phase) in enumerate(zip(scenario.harmonics, phases, strict=True), start=1):
        shaft += amplitude * np.sin(2 * np.pi * order * speed * time + phase)
    noise = scenario.noise * chance.standard_normal(len(time))
    if scenario.colour or scenario.resonance:
        hertz = np.fft.rfftfreq(len(time), 1 / scenario.sample_rate)
        shape = np.maximum(hertz, hertz[1]) ** (-scenario.colour / 2)
        for frequency, damping in scenario.resonance:
            ratio = hertz / (frequency * (1 - scenario.cooling * index))
            # Magnification of a single degree of freedom, above its static share.
            shape = shape * (1 + 1 / np.sqrt((1 - ratio**2) ** 2 + (2 * damping * ratio) ** 2))
        shape /= np.sqrt(np.mean(shape**2))
        noise = np.fft.irfft(np.fft.rfft(noise) * shape, n=len(time))
    warm = scenario.warm_up * math.exp(-index / scenario.warm_up_over)
    return np.asarray((shaft + noise) * math.exp(warm / 2), np.float64)


def _ringing(
    scenario: Scenario, fault: Fault, time: Array, speed: float, chance: np.random.Generator
) -> Array:
    """Return the ringing after impacts with a first amplitude of 1 in the middle of the load zone.

    Source:
        McFadden and Smith (1984), Model for the vibration produced by a single point defect in a rolling
        element bearing; slip of the impacts as in Antoni and Randall (2003).
    """
    turns = orders(scenario.geometry)
    rate = fault.rate or turns[fault.surface] * speed
    length = len(time) / scenario.sample_rate
    # The ringing of impacts before the recording reaches into it.
    lead = 5 / (fault.damping * 2 * np.pi * fault.resonance)
    count = int((length + lead) * rate * (1 + 5 * fault.slip)) + 4
    between = (1 + fault.slip * chance.standard_normal(count)) / rate
    at = chance.uniform(-1, 0) / rate - lead + np.cumsum(np.maximum(between, 0.1 / rate))
    at = at[at < length]
    size = np.ones(len(at))
    turn = {"inner race": speed, "rolling element": turns["cage"] * speed}.get(fault.surface)
    if turn is not None:
        size = load_zone(2 * np.pi * turn * at + chance.uniform(0, 2 * np.pi))
    train = np.zeros(len(time) + int(lead * scenario.sample_rate) + 2)
    place = (at + lead) * scenario.sample_rate
    whole = np.floor(place).astype(np.int64)
    inside = (whole >= 0) & (whole < len(train) - 1)
    whole, part, size = whole[inside], (place - np.floor(place))[inside], size[inside]
    np.add.at(train, whole, size * (1 - part))
    np.add.at(train, whole + 1, size * part)
    decay = np.arange(len(train)) / scenario.sample_rate
    natural = 2 * np.pi * fault.resonance
    damped = natural * math.sqrt(1 - fault.damping**2)
    ring = np.exp(-fault.damping * natural * decay) * np.sin(damped * decay)
    size_of = 2 * len(train)
    answer = np.fft.irfft(np.fft.rfft(train, size_of) * np.fft.rfft(ring, size_of), n=size_of)
    first = len(train) - len(time)
    return np.asarray(answer[first : first + len(time)], np.float64)


def load_zone(angle: Array) -> Array:
    """Return the load at an angle from the middle of the load zone, as a share of the largest; 0 outside it.

    Source:
        Harris (2001), Rolling bearing analysis, equation 7.11 (Stribeck).
    """
    base = 1 - (1 - np.cos(angle)) / (2 * LOAD_SHARE)
    return np.asarray(np.maximum(base, 0.0) ** LOAD_EXPONENT, np.float64)


def _heard(signal: Array, scenario: Scenario) -> Array:
    """Return the signals of the sensors: each bearing, and its neighbours through the structure."""
    if not scenario.cross_talk or len(signal) == 1:
        return signal
    hertz = np.fft.rfftfreq(signal.shape[1], 1 / scenario.sample_rate)
    path = scenario.cross_talk / np.sqrt(1 + (hertz / scenario.cross_talk_corner) ** 2)
    spectra = np.fft.rfft(signal, axis=1)
    heard = spectra.copy()
    for sensor in range(len(signal)):
        for source in range(len(signal)):
            if source != sensor:
                heard[sensor] += spectra[source] * path ** abs(source - sensor)
    return np.asarray(np.fft.irfft(heard, n=signal.shape[1], axis=1), np.float64)


def _spoil(values: Array, sensor: SensorFault, chance: np.random.Generator) -> None:
    """Change one channel, (rows,), in place."""
    match sensor.kind:
        case "dead":
            values[:] = 0.0
        case "stuck":
            values[:] = sensor.limit
        case "spikes":
            values[chance.integers(0, len(values), SPIKES)] = sensor.limit
        case "clipped":
            np.clip(values, -sensor.limit, sensor.limit, out=values)
        case "offset":
            values += sensor.limit
