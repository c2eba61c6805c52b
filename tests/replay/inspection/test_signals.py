"""A first look at a channel tells a live one from a dead, clipped or offset one, and finds its lines."""

import numpy as np
import pytest

from replay.inspection.signals import look_of

RATE = 4096.0
TIME = np.arange(8192) / RATE
NOISE = np.random.default_rng(1).normal(size=len(TIME)) * 0.1


@pytest.mark.parametrize(
    ("signal", "state"),
    [
        (NOISE, "alive"),
        (np.clip(NOISE, -0.1, 0.1), "clipped"),
        (NOISE + 50, "mostly offset"),
        (np.full(100, 3.0), "constant"),
        (np.zeros(100), "constant"),
        (np.full(100, np.nan), "no numbers"),
        (np.zeros(0), "no numbers"),
    ],
)
def test_state_of_a_channel(signal: np.ndarray, state: str) -> None:
    assert look_of(signal, RATE).state == state


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_shaft_and_mains_are_told_apart(mains: float) -> None:
    signal = NOISE + 0.3 * np.sin(2 * np.pi * 24.5 * TIME)
    for order in (1, 2, 3):
        signal = signal + 0.4 * np.sin(2 * np.pi * order * mains * TIME)
    found = look_of(signal, RATE)
    assert found.mains == mains
    assert found.shaft == pytest.approx(24.5, abs=0.5)


def test_noise_has_neither_shaft_nor_mains() -> None:
    found = look_of(NOISE, RATE)
    assert (found.shaft, found.mains) == (None, 0.0)
