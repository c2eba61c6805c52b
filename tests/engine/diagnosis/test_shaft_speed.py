"""The shaft's speed is estimated where its orders are sure, and searches follow it."""

import numpy as np
import pytest

from engine.config.settings import load_settings
from engine.diagnosis.shaft_speed import estimated_speed
from engine.diagnosis.surface import Diagnostician, usual_lines
from engine.signals.bearing import Surface
from engine.signals.envelope import whole_spectrum
from engine.signals.features import centred

RATE, ROWS, NOMINAL = 20_480.0, 20_480, 33.3


def spectrum(speed: float, orders: tuple[int, ...], hum: float = 0.0, rows: int = ROWS) -> np.ndarray:
    time = np.arange(rows) / RATE
    signal = np.random.default_rng(4).standard_normal((rows, 2))
    for order in orders:
        signal[:, 0] += 0.4 * np.sin(2 * np.pi * order * speed * time)
        signal[:, 1] += 0.3 * np.sin(2 * np.pi * order * speed * time + 1)
    for order in range(1, 9):
        signal += hum * np.sin(2 * np.pi * 60.0 * order * time)[:, None]
    return whole_spectrum(centred(signal.astype(np.float32)))


@pytest.mark.parametrize("ratio", [0.95, 0.98, 1.0, 1.013, 1.05])
def test_orders_of_the_shaft_give_its_speed_within_the_stated_uncertainty(ratio: float) -> None:
    found = estimated_speed(spectrum(NOMINAL * ratio, (1, 2, 3, 5)), NOMINAL, 60.0, 1.0)
    assert found is not None
    assert abs(found.hertz / (NOMINAL * ratio) - 1) <= found.uncertainty < 0.004


@pytest.mark.parametrize(
    ("orders", "hum", "rows"),
    [
        pytest.param((), 0.0, ROWS, id="noise"),
        pytest.param((1,), 0.0, ROWS, id="a single line"),
        pytest.param((1, 2), 0.0, ROWS, id="two lines"),
        pytest.param((1, 2, 3, 5), 0.0, 2560, id="orders that the resolution does not part"),
    ],
)
def test_speed_that_is_not_sure_is_not_stated(orders: tuple[int, ...], hum: float, rows: int) -> None:
    assert estimated_speed(spectrum(NOMINAL, orders, hum, rows), NOMINAL, 60.0, RATE / rows) is None


def test_harmonics_of_the_mains_are_no_orders_of_a_motor_that_slips() -> None:
    assert estimated_speed(spectrum(29.2, (), hum=0.5), 29.2, 60.0, 1.0) is None


def test_searches_follow_a_speed_that_came_with_the_snapshot_or_was_estimated() -> None:
    diagnostician = Diagnostician(load_settings())
    nominal = diagnostician.at_nominal
    noise = spectrum(NOMINAL, ())
    assert diagnostician.at_speed(noise, None) is nominal
    faster = diagnostician.at_speed(noise, 1.1 * nominal.shaft)
    assert faster.shaft == pytest.approx(1.1 * nominal.shaft, rel=0.001)
    assert faster.lines[0][Surface.OUTER] == pytest.approx(1.1 * nominal.lines[0][Surface.OUTER], rel=0.001)
    assert faster.searches[0].surfaces == nominal.searches[0].surfaces
    estimated = diagnostician.at_speed(spectrum(0.96 * nominal.shaft, (1, 2, 3, 4)), None)
    assert estimated.shaft == pytest.approx(0.96 * nominal.shaft, rel=0.005)
    agreeing = spectrum(1.003 * nominal.shaft, (1, 2, 3, 4))
    assert diagnostician.at_speed(agreeing, None) is nominal


def test_baseline_of_an_older_scoring_keeps_the_nominal_speed() -> None:
    diagnostician = Diagnostician(load_settings(), 2)
    assert diagnostician.at_speed(spectrum(NOMINAL, ()), 40.0) is diagnostician.at_nominal


def test_line_that_most_snapshots_of_the_baseline_mask_is_not_known() -> None:
    strengths = np.zeros((6, 1, 1, 1, 3), np.float32)
    strengths[:4, ..., 0] = np.nan
    strengths[:2, ..., 1] = np.nan
    strengths[2:, 0, 0, 0, 1] = [1.0, 2.0, 3.0, 2.0]
    usual = usual_lines(strengths)
    assert np.isnan(usual.centre[0, 0, 0, 0])
    assert usual.centre[0, 0, 0, 1] == 2.0
    assert usual.scatter[0, 0, 0, 1] == pytest.approx(np.std([1, 2, 3, 2], ddof=1))
