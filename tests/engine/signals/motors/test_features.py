"""The names of a motor's features say which harmonics, and those of the unbalance its direction."""

import numpy as np
import pytest

from engine.models.motor import Motor
from engine.signals.motors.features import as_measured, feature_names, high_borders, unit_of


@pytest.mark.parametrize("rate", [200.0, 300.0, 1000.0, 2500.0, 10_000.0, 50_000.0])
def test_each_feature_but_the_last_has_a_name(rate: float) -> None:
    names = feature_names(rate)
    assert len(set(names)) == len(names) == len(Motor(rate, 1000, 3).edges) - 1


@pytest.mark.parametrize("order", [3, 5, 7, 11, 13])
@pytest.mark.parametrize("rate", [2500.0, 12_800.0, 50_000.0])
def test_a_harmonic_is_named_where_its_power_counts(rate: float, order: int) -> None:
    if order * 50 >= rate / 2:
        return
    band = int(np.digitize(order * 50.0, high_borders(rate)))
    name = feature_names(rate)[8 + band]
    numbers = [int(one) for one in name.split()[1].split("–")]
    assert numbers[0] <= order <= numbers[-1]


def test_the_negative_sequence_is_read_in_percent() -> None:
    rise = np.zeros(17)
    rise[1], rise[3] = 12.0, 10.0 / np.log(10.0) * 0.1
    found = as_measured(rise)
    assert (found[1], unit_of(1)) == (12.0, "dB")
    assert (found[3], unit_of(3)) == (pytest.approx(1.0), "%")
