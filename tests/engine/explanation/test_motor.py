"""Sentences about a motor: the fault with its numbers, the phase, impedance and power, and doubts."""

import pytest

from engine.explanation.motor import motor_clues, motor_origin
from engine.records.events import Event, EventKind
from engine.records.payloads import SurfaceEvidence
from tests.engine.explanation.situations import AT

EVENT = Event(7, EventKind.DIAGNOSED, AT, AT, "component", "Motor", "a", None, "", {})
POWER = {
    f"{name}_{number}": value + number
    for name, value in (("impedance", 14.0), ("angle", 42.0), ("power", 500.0), ("factor", 0.7))
    for number in (1, 2, 3)
}


def told(surface: str, **figures: float) -> tuple[str, str]:
    evidence = SurfaceEvidence(surface, None, (), (), figures)
    clues = " ".join(one.text for one in motor_clues(evidence))
    return motor_origin(surface, EVENT, evidence).text, clues


def test_broken_bars_have_their_sidebands_the_slip_and_the_count() -> None:
    head, clues = told(
        "broken rotor bars", decibels=41.6, offset=4.1, slip=0.041, slip_measured=1.0, bars=1.2
    )
    assert "42 dB below the mains at ±4.10 Hz" in head
    assert "slip 4.1 %" in head
    assert "about 1.2 of the bars" in head
    assert "twice the slip that the lines of the rotor show" in clues


def test_without_a_line_of_the_rotor_a_load_that_swings_is_named_as_another_cause() -> None:
    assert "load that swings" in told("broken rotor bars", decibels=41.0, offset=3.0)[1]


def test_an_unbalance_without_voltages_may_be_the_supplys() -> None:
    head, clues = told("stator unbalance", unbalance=0.06, change=0.04, direction=123.4)
    assert "negative sequence 6.0 %, changed by 4.0 %" in head
    assert "the supply may be the cause" in head
    assert "in the direction of 123 degrees" in clues
    assert "phase_directions" in clues


def test_a_calibrated_phase_is_named_and_no_calibration_asked_for() -> None:
    head, clues = told("stator unbalance", unbalance=0.06, change=0.04, direction=123.4, phase=2.0)
    assert head.startswith("stator unbalance in phase 2")
    assert "phase_directions" not in clues


def test_impedance_and_power_by_phase_are_told_where_voltages_are_measured() -> None:
    clues = told("stator unbalance", unbalance=0.06, change=0.04, supply_change=0.001, **POWER)[1]
    assert "an impedance of 15.00, 16.00 and 17.00 ohm and take 501, 502 and 503 W." in clues
    assert "the motor is the cause" in clues
    assert "impedance" not in told("stator unbalance", unbalance=0.06, change=0.04)[1]


@pytest.mark.parametrize(
    "surface",
    [
        "broken rotor bars",
        "stator unbalance",
        "supply unbalance",
        "load change",
        "open phase",
        "eccentricity",
    ],
)
def test_evidence_without_figures_is_still_a_sentence(surface: str) -> None:
    assert told(surface)[0].startswith(surface)
    assert told(surface, decibels=float("nan"))[0].startswith(surface)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (0.004, "sum to zero as before"),
        (0.2, "a sensor's scale changed by 20 %, or a current flows to earth"),
    ],
)
def test_an_unbalance_says_whether_a_sensor_changed_its_scale(change: float, said: str) -> None:
    assert said in told("stator unbalance", unbalance=0.06, change=0.04, scale_change=change)[1]
