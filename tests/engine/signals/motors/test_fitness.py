"""Fitness of a motor's recording: flaws of the clock and of the sensors withhold claims, never the whole."""

import numpy as np
import pytest

from engine.signals.motors.claims import Claim, Fault
from engine.signals.motors.currents import TURN
from engine.signals.motors.fitness import fitness, offset_drift, three_wire_gains
from replay.synthetic.motor import Motor, recording

RATE = 10_000.0


def motor(seconds: float = 5.0, rate: float = RATE, hertz: float = 50.0, seed: int = 0) -> np.ndarray:
    """Return a healthy motor's currents with the usual harmonics and noise."""
    time = np.arange(round(seconds * rate)) / rate
    angle = 2 * np.pi * hertz * time
    vector = 10 * np.exp(1j * angle) + 0.3 * np.exp(-5j * angle) + 0.2 * np.exp(7j * angle)
    three = np.real(vector[:, None] * np.array([1, TURN**2, TURN]))
    return three + 0.05 * np.random.default_rng(seed).normal(size=three.shape)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("rate", "mains"), [(2000.0, 50.0), (10_000.0, 60.0), (15_000.0, 50.0)])
def test_a_healthy_motor_carries_every_claim(rate: float, mains: float, seed: int) -> None:
    found = fitness(motor(rate=rate, hertz=mains * 1.001, seed=seed), rate, mains)
    assert found.notes == ()
    assert not found.withheld


def test_a_wandering_mains_is_no_gap() -> None:
    time = np.arange(200_000) / RATE
    angle = 2 * np.pi * (50 * time + 0.1 * np.sin(0.5 * time))
    signal = 10 * np.real(np.exp(1j * angle)[:, None] * np.array([1, TURN**2, TURN]))
    signal += 0.05 * np.random.default_rng(1).normal(size=signal.shape)
    assert not fitness(signal, RATE, 50).notes


@pytest.mark.parametrize("burst", [20, 39, 100])
def test_bursts_withhold_the_spectrum_and_keep_the_park_vector(burst: int) -> None:
    signal = motor(10.0, rate=13_000)
    chance = np.random.default_rng(burst)
    rows, begin = [], 0
    while begin + burst < len(signal):
        rows += range(begin, begin + burst)
        begin += burst + int(chance.integers(39, 60))
    found = fitness(signal[rows], 13_000, 50)
    assert found.has(Fault.BURSTS)
    assert not found.carries(Claim.SPECTRUM)
    assert found.carries(Claim.PARK)
    assert any(f"about {burst} rows" in note.words for note in found.notes)


@pytest.mark.parametrize("missing", [30, 60, 100, 130])
def test_a_single_gap_is_found(missing: int) -> None:
    signal = motor()
    found = fitness(np.delete(signal, slice(20_000, 20_000 + missing), axis=0), RATE, 50)
    assert found.has(Fault.GAP)
    assert not found.carries(Claim.SIDEBANDS)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_phase_without_its_sensor_is_no_open_phase(channel: int) -> None:
    signal = motor()
    signal[:, channel] = 0
    found = fitness(signal, RATE, 50)
    assert [note.fault for note in found.notes] == [Fault.MISSING]
    assert found.notes[0].channel == channel + 1


def test_a_motor_on_two_phases_is_told_from_a_dead_sensor() -> None:
    signal = motor()
    signal[:, 1], signal[:, 2] = -signal[:, 0], 0
    assert [note.fault for note in fitness(signal, RATE, 50).notes] == [Fault.OPEN]


@pytest.mark.parametrize("factor", [0.5, 1.58, 10.0])
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_wrong_scale_is_noted_with_its_channel(channel: int, factor: float) -> None:
    signal = motor()
    signal[:, channel] *= factor
    (note,) = fitness(signal, RATE, 50).notes
    assert (note.fault, note.channel) == (Fault.SCALE, channel + 1)
    assert f"{factor:.2f} times" in note.words
    gains, _ = three_wire_gains(signal)
    assert gains[channel] == pytest.approx(1 / factor, rel=0.05)


def test_a_reversed_phase_withholds_the_park_vector() -> None:
    signal = motor()
    signal[:, 1] *= -1
    found = fitness(signal, RATE, 50)
    assert [(note.fault, note.channel) for note in found.notes] == [(Fault.REVERSED, 2)]
    assert not found.carries(Claim.PARK)


@pytest.mark.parametrize("end", [0, 1023, 4095, 65_535])
def test_codes_at_the_end_of_a_converter_are_clipped(end: int) -> None:
    codes = np.round(motor() * 10)
    codes += 2048 if end > 1023 else 500
    codes[:, 2] += end - (codes[:, 2].min() if end == 0 else codes[:, 2].max())
    codes[:, 2] += -3 if end == 0 else 3
    found = fitness(np.clip(codes, 0, max(end, 1023)), RATE, 50)
    assert (Fault.CLIPPED, 3) in [(note.fault, note.channel) for note in found.notes]
    assert found.carries(Claim.PARK)
    assert not found.carries(Claim.SPECTRUM)


def test_a_motor_switched_off_within_a_recording_is_stopped() -> None:
    signal = motor()
    signal[9000:] *= 0.001
    found = fitness(signal, RATE, 50)
    assert found.has(Fault.STOPPED)
    assert "off in 82 % of the recording" in found.notes[0].words


def test_a_short_recording_withholds_sidebands_alone() -> None:
    found = fitness(motor(1.0), RATE, 50)
    assert found.withheld == {Claim.SIDEBANDS}


def test_a_filtered_recording_withholds_the_spectrum() -> None:
    time = np.arange(10_000) / RATE
    signal = np.real(np.exp(2j * np.pi * 50 * time)[:, None] * np.array([1, TURN**2, TURN]))
    found = fitness(signal, RATE, 50)
    assert found.has(Fault.NARROW)
    assert not found.carries(Claim.HARMONICS)


@pytest.mark.parametrize("signal", [np.zeros((100, 3)), np.full((100, 3), 2048.0)])
def test_no_current_carries_no_claim(signal: np.ndarray) -> None:
    found = fitness(signal, RATE, 50)
    assert found.has(Fault.NO_CURRENT)
    assert found.withheld == frozenset(Claim)


def test_offsets_that_move_together_are_a_drift_of_the_supply() -> None:
    usual = np.array([1985.0, 2168, 434])
    assert offset_drift(usual - 25, usual, 181) is not None
    assert offset_drift(usual + np.array([30, 0, -30]), usual, 181) is None
    assert offset_drift(usual + 5, usual, 181) is None


@pytest.mark.parametrize(
    ("factor", "noted"), [(0.5, True), (0.833, False), (1.0, False), (1.2, False), (2.0, True)]
)
def test_a_wrong_rate_is_noted_by_the_frequency_of_the_supply(factor: float, noted: bool) -> None:
    signal = recording(Motor(), 4.0, 2000.0, 1)
    found = fitness(signal, 2000.0 * factor, 50.0 * factor, nominal=50.0)
    assert found.has(Fault.FREQUENCY) is noted
    assert not fitness(signal, 2000.0 * factor, 50.0 * factor).has(Fault.FREQUENCY)
