"""The steady part of a recording in which a motor starts or stops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.signals.motors.claims import Claim, Fault
from engine.signals.motors.currents import mains_frequency, park_unbalance
from engine.signals.motors.fitness import fitness
from engine.signals.motors.running import running_part
from engine.signals.motors.signature import signature
from replay.synthetic.motor import Motor, recording

RATE = 2000.0


@pytest.mark.parametrize("motor", [Motor(), Motor(load=0.0), Motor(load_step=-0.4), Motor(swing=0.1)])
def test_a_motor_that_runs_throughout_is_judged_by_the_whole_recording(motor: Motor) -> None:
    assert running_part(recording(motor, 6.0, RATE, 1), RATE).is_whole


@settings(max_examples=15, deadline=None)
@given(
    start=st.floats(-0.3, 2.0),
    run_up=st.floats(0.3, 1.5),
    load=st.floats(0.0, 1.0),
    rate=st.sampled_from([1000.0, 2000.0, 5000.0]),
)
def test_the_part_begins_after_the_start_and_shortly_after(
    start: float, run_up: float, load: float, rate: float
) -> None:
    motor = Motor(start=start, run_up=run_up, load=load)
    part = running_part(recording(motor, 10.0, rate, 2), rate)
    assert not part.is_stopped
    settled = start + run_up
    if settled > 0.1:
        assert settled - 0.15 <= part.first / rate <= settled + 0.6
    assert part.last == part.rows


def test_a_start_hides_neither_the_unbalance_nor_the_lines_beside_the_mains() -> None:
    running = recording(Motor(broken_bars=1.0), 10.0, RATE, 3)
    started = recording(Motor(broken_bars=1.0, start=0.5, run_up=1.0), 12.0, RATE, 3)
    part = running_part(started, RATE)
    judged = part.of(started)
    assert mains_frequency(judged, RATE).hertz == pytest.approx(50.0, abs=0.1)
    assert abs(park_unbalance(judged)) == pytest.approx(abs(park_unbalance(running)), abs=0.003)
    for signal in (running, judged):
        found = signature(signal, RATE)
        assert found.at(-2 * Motor().slip * 50.0, 0.3)[1] == pytest.approx(-36.0, abs=3.0)


def test_a_start_that_clips_withholds_nothing() -> None:
    codes = np.round(2048 + 40 * recording(Motor(start=0.5), 8.0, RATE, 4)).clip(0, 4095)
    found = fitness(codes, RATE, 50.0)
    assert found.carries(Claim.SPECTRUM)
    assert [note.fault for note in found.notes] == [Fault.PART]
    assert "starts: judged from" in found.notes[0].words


def test_a_motor_that_is_switched_off_late_is_judged_up_to_then() -> None:
    signal = recording(Motor(), 8.0, RATE, 5)
    signal[int(6.0 * RATE) :] = 0.0
    part = running_part(signal, RATE)
    assert 5.7 * RATE <= part.last <= 6.0 * RATE
    assert not part.is_stopped
    assert "stops: judged up to" in fitness(signal, RATE, 50.0).notes[0].words


@pytest.mark.parametrize("off_from", [0.5, 2.0, 3.5])
def test_a_motor_that_is_off_for_half_of_the_recording_is_stopped(off_from: float) -> None:
    signal = recording(Motor(), 8.0, RATE, 6)
    signal[int(off_from * RATE) :] = 0.0
    assert running_part(signal, RATE).is_stopped
