"""The speed of a shaft follows from a tachometer's pulses, whatever their shape, height and noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.tacho import pulse_places, speed_of_pulses

RATE = 2000.0
ROWS = 4000


def turns(first: float, last: float) -> np.ndarray:
    """Return the turns of a shaft whose speed [Hz] changes evenly over the rows, (rows,)."""
    return np.cumsum(np.linspace(first, last, ROWS)) / RATE


def pulses(turned: np.ndarray, duty: float) -> np.ndarray:
    return (np.mod(turned, 1) < duty).astype(float)


@given(
    st.floats(10, 40),
    st.floats(0.8, 1.25),
    st.floats(0.2, 0.8),
    st.floats(-10, 10),
    st.sampled_from([5.0, 0.01, -3.0]),
    st.floats(0.0, 0.05),
)
def test_speed_follows_the_pulses(
    speed: float, ratio: float, duty: float, offset: float, height: float, noise: float
) -> None:
    told = np.linspace(speed, speed * ratio, ROWS)
    clean = pulses(turns(speed, speed * ratio), duty)
    signal = offset + height * (clean + np.random.default_rng(5).normal(0, noise, ROWS))
    found = speed_of_pulses(signal, RATE)
    # An edge is known to a row; at the ends the speed is that of the first and the last whole turn.
    inside = slice(ROWS // 8, -ROWS // 8)
    np.testing.assert_allclose(found[inside], told[inside], rtol=2.5 * speed * max(ratio, 1) / RATE + 0.01)
    assert found.mean() == pytest.approx(told.mean(), rel=0.02)


def test_a_sine_is_placed_between_rows() -> None:
    places = pulse_places(np.sin(2 * np.pi * (0.013 * np.arange(1000.0) + 0.3)))
    np.testing.assert_allclose(np.diff(places), 1 / 0.013, atol=0.05)


@pytest.mark.parametrize(
    "values",
    [np.zeros(50), np.full(50, np.nan), np.r_[np.zeros(25), np.ones(25)], np.zeros(0)],
    ids=["silent", "not known", "one pulse", "no rows"],
)
def test_without_two_pulses_no_speed_is_known(values: np.ndarray) -> None:
    found = speed_of_pulses(values, RATE)
    assert found.shape == values.shape
    assert np.isnan(found).all()


def test_gaps_are_no_pulses() -> None:
    signal = pulses(turns(20, 20), 0.5)
    signal[1000:1100] = np.nan
    assert np.nanmedian(speed_of_pulses(signal, RATE)) == pytest.approx(20.0, rel=0.02)
