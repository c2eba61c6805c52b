"""Made-up signals: seeded, faults where they were put, healthy before the onset."""

from dataclasses import replace

import numpy as np
import pytest

from replay.synthetic.rig import GEOMETRY, ORDERS, Changes, Fault, Rig, Sensors
from replay.synthetic.signal import Machine, grown

FAULT = Fault(0, 20, "outer race", 2.0, 10, bands=((0.5, 0.04),))
RIG = Rig(5, rows=8192, channels=2, snapshots=60, faults=(FAULT,), changes=Changes(0.0, 0.0))


def band_power(signal: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the power of each channel between two shares of half the sample rate."""
    power = np.abs(np.fft.rfft(signal, axis=0)) ** 2
    bins = len(power)
    return np.asarray(power[int(low * bins) : int(high * bins)].sum(axis=0))


def test_a_snapshot_is_the_same_in_any_order_of_reading() -> None:
    forwards = [Machine(RIG).snapshot(index) for index in (3, 40)]
    machine = Machine(RIG)
    backwards = [machine.snapshot(index) for index in (40, 3)]
    np.testing.assert_array_equal(forwards[0], backwards[1])
    np.testing.assert_array_equal(forwards[1], backwards[0])


def test_another_seed_makes_another_machine() -> None:
    assert not np.array_equal(Machine(RIG).snapshot(3), Machine(replace(RIG, seed=6)).snapshot(3))


@pytest.mark.parametrize("channel", [0, 1])
def test_a_fault_lifts_the_band_it_excites_on_its_bearing_most(channel: int) -> None:
    rig = replace(RIG, faults=(replace(FAULT, channel=channel),))
    machine = Machine(rig)
    before, after = (band_power(machine.snapshot(index), 0.45, 0.55) for index in (19, 50))
    rise = after / before
    assert rise[channel] > 4
    assert rise[channel] > rise[1 - channel]


def test_a_rig_without_faults_differs_from_a_faulty_one_only_from_the_onset_on() -> None:
    healthy, faulty = Machine(replace(RIG, faults=())), Machine(RIG)
    np.testing.assert_array_equal(healthy.snapshot(19), faulty.snapshot(19))
    assert not np.array_equal(healthy.snapshot(20), faulty.snapshot(20))


@pytest.mark.parametrize("kind", ["outer race", "inner race", "rolling element"])
def test_impacts_repeat_at_the_rate_of_the_surface(kind: str) -> None:
    rig = replace(RIG, rows=32768, faults=(replace(FAULT, kind=kind, size=6.0, bands=((0.5, 0.2),)),))
    signal = Machine(rig).snapshot(50)[:, 0]
    spectrum = np.fft.rfft(signal)
    spectrum[: int(0.3 * len(spectrum))] = 0
    squared = np.fft.irfft(spectrum) ** 2
    envelope = np.abs(np.fft.rfft(squared - squared.mean()))
    hertz = np.fft.rfftfreq(len(signal), 1 / rig.rate)
    rate = ORDERS[kind] * rig.shaft
    near = np.abs(hertz - rate) < 4
    assert envelope[near].max() > 6 * np.median(envelope[(hertz > 50) & (hertz < 800)])


def test_the_rates_follow_from_the_geometry() -> None:
    ratio = GEOMETRY["roller_diameter"] / GEOMETRY["pitch_diameter"]
    ratio *= np.cos(np.radians(GEOMETRY["contact_angle"]))
    rollers, pitch = GEOMETRY["rollers"], GEOMETRY["pitch_diameter"] / GEOMETRY["roller_diameter"]
    expected = {
        "outer race": rollers / 2 * (1 - ratio),
        "inner race": rollers / 2 * (1 + ratio),
        "rolling element": pitch * (1 - ratio**2),
        "cage": (1 - ratio) / 2,
    }
    for kind, order in expected.items():
        assert ORDERS[kind] == pytest.approx(order, rel=0.01)


@pytest.mark.parametrize("law", ["linear", "exponential"])
def test_a_fault_grows_from_nothing_to_its_size_and_stays(law: str) -> None:
    fault = replace(FAULT, law=law)
    sizes = [grown(fault, index) for index in range(19, 40)]
    assert sizes[0] == 0.0
    assert sizes[1] > 0.0
    assert sizes == sorted(sizes)
    assert sizes[-1] == pytest.approx(FAULT.size)


def test_sensors_spoil_the_signal_as_described() -> None:
    spoiled = Sensors(step=0.5, unit=10.0, offset=7.0, dead=(1, 30), stops=(40,))
    machine = Machine(replace(RIG, sensors=spoiled))
    values = (machine.snapshot(3)[:, 0] - 7.0) / 5.0
    np.testing.assert_allclose(values, np.round(values), atol=1e-4)
    assert machine.snapshot(30)[:, 1].std() == 0.0
    assert machine.snapshot(29)[:, 1].std() > 0.0
    assert machine.snapshot(40)[:, 0].std() < 0.1


def test_wear_lifts_its_band_by_its_size() -> None:
    wear = Fault(0, 20, "wear", 1.0, 0, bands=((0.5, 0.2),))
    rig = replace(RIG, channels=1, faults=(wear,))
    machine = Machine(rig)
    healthy = np.mean([band_power(machine.snapshot(index), 0.49, 0.51) for index in range(20)])
    worn = np.mean([band_power(machine.snapshot(index), 0.49, 0.51) for index in range(20, 60)])
    assert np.log(worn / healthy) == pytest.approx(1.0, abs=0.2)
