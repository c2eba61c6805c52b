"""The signal of a synthetic rig: lines where the physics puts them, sizes as stated, the same for a seed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.signals.bearing import Geometry as EngineGeometry
from engine.signals.bearing import fault_frequencies
from replay.synthetic.physics import load_zone, orders, recording, speed_at
from replay.synthetic.scenario import Geometry, Scenario

ROWS, RATE = 20480, 20480.0


def rig(**changes: object) -> Scenario:
    return Scenario.model_validate(
        {"rows": ROWS, "sample_rate": RATE, "bearings": 2, "recordings": 50, "harmonics": (), **changes}
    )


def fault(surface: str, **changes: object) -> dict[str, object]:
    return {"bearing": 1, "surface": surface, "onset": 0, "size": 5.0, "slip": 0.0, **changes}


def envelope_peak(signal: NDArray[np.float32], low: float, high: float) -> float:
    """Return the strongest line of the squared signal between two frequencies [Hz]."""
    # A taper and padding, so that a line between two bins is not weaker than its sidebands.
    squared = np.square(signal.astype(np.float64)) * np.hanning(len(signal))
    power = np.abs(np.fft.rfft(squared, 8 * len(signal))) ** 2
    hertz = np.fft.rfftfreq(8 * len(signal), 1 / RATE)
    inside = (hertz > low) & (hertz < high)
    return float(hertz[inside][np.argmax(power[inside])])


@pytest.mark.parametrize("surface", ["outer race", "inner race", "rolling element"])
def test_impacts_come_at_the_rate_of_the_surface(surface: str) -> None:
    made = recording(rig(noise=0.01, fault=[fault(surface)]), 10)
    expected = orders(Geometry())[surface] * 33.3
    assert envelope_peak(made[:, 0], 0.8 * expected, 1.2 * expected) == pytest.approx(expected, abs=1.0)


def test_orders_agree_with_those_that_the_engine_looks_for() -> None:
    shape = Geometry()
    told = fault_frequencies(EngineGeometry(**shape.model_dump()), 1.0)
    assert {str(surface): told[surface] for surface in told} == pytest.approx(orders(shape))


def test_shaft_orders_have_their_amplitudes() -> None:
    made = recording(rig(noise=0.0, shaft=40.0, harmonics=[1.0, 0.5, 0.25]), 0)[:, 0]
    lines = np.abs(np.fft.rfft(made)) * 2 / ROWS
    assert [lines[40], lines[80], lines[120]] == pytest.approx([1.0, 0.5, 0.25], rel=0.01)


def test_noise_has_its_size_whatever_its_colour() -> None:
    for changes in ({}, {"colour": 1.0}, {"resonance": [(2000.0, 0.05)]}):
        made = recording(rig(noise=0.3, **changes), 0)
        assert made.std() == pytest.approx(0.3, rel=0.15)


def test_the_same_seed_gives_the_same_recording_and_another_does_not() -> None:
    first = recording(rig(seed=3, fault=[fault("outer race")]), 7)
    assert first.tobytes() == recording(rig(seed=3, fault=[fault("outer race")]), 7).tobytes()
    assert first.tobytes() != recording(rig(seed=4, fault=[fault("outer race")]), 7).tobytes()
    assert first.shape == (ROWS, 2)
    assert first.dtype == np.float32


def test_the_neighbour_hears_its_share_below_the_corner() -> None:
    made = recording(
        rig(
            noise=0.0, cross_talk=0.3, cross_talk_corner=3000.0, fault=[fault("outer race", resonance=500.0)]
        ),
        5,
    )
    assert made[:, 1].std() / made[:, 0].std() == pytest.approx(0.3, rel=0.05)
    high = recording(
        rig(
            noise=0.0, cross_talk=0.3, cross_talk_corner=500.0, fault=[fault("outer race", resonance=5000.0)]
        ),
        5,
    )
    assert high[:, 1].std() / high[:, 0].std() < 0.1


def test_speed_changes_evenly_between_its_points() -> None:
    scenario = rig(speeds=[(10, 30.0), (20, 40.0)])
    assert [speed_at(scenario, index) for index in (0, 10, 15, 20, 40)] == [30.0, 30.0, 35.0, 40.0, 40.0]


def test_the_load_zone_is_half_of_the_ring() -> None:
    angle = np.radians([0.0, 60.0, 90.0, 135.0, 180.0])
    load = load_zone(angle)
    assert load[0] == 1.0
    assert 0 < load[1] < 1
    assert load[2:] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("dead", lambda one: (one == 0).all()),
        ("stuck", lambda one: (one == 1).all()),
        ("clipped", lambda one: np.abs(one).max() == 1.0),
        ("offset", lambda one: one.mean() == pytest.approx(1.0, abs=0.05)),
        ("spikes", lambda one: 1 <= (one == 1.0).sum() <= 3),
    ],
)
def test_a_sensor_fails_from_its_start_to_before_its_end(kind: str, seen: object) -> None:
    scenario = rig(noise=1.0, sensor_fault=[{"channel": 2, "kind": kind, "start": 5, "end": 8, "limit": 1.0}])
    assert callable(seen)
    for index in (5, 7):
        assert seen(recording(scenario, index)[:, 1])
        assert not seen(recording(scenario, index)[:, 0])
    for index in (4, 8):
        assert not seen(recording(scenario, index)[:, 1])


def test_load_steps_warm_up_and_stops_change_the_level() -> None:
    scenario = rig(
        noise=1.0,
        warm_up=2.0,
        warm_up_over=5.0,
        stopped=[30],
        load_step=[{"start": 20, "end": 25, "factor": 2.0}],
    )
    level = [float(recording(scenario, index).std()) for index in (0, 19, 22, 26, 30)]
    assert level[0] == pytest.approx(np.e, rel=0.05)
    assert level[2] / level[1] == pytest.approx(2.0, rel=0.05)
    assert level[3] == pytest.approx(1.0, rel=0.05)
    assert level[4] < 0.01
