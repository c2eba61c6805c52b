"""Slow sensors of a record: the worst first, the first to move, and pairs that broke up."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.explanation.process.sensors import (
    MOVED,
    broken_pairs,
    excess_of,
    first_to_move,
    name_of,
    sensors_at,
    smallest_changes,
)
from engine.explanation.process.words import value_text
from engine.records.assessment import Assessment
from engine.records.series import Series
from engine.records.stored_settings import stored_settings

WINDOWS, HEALTHY = 60, 40


def series(away: NDArray[np.float64]) -> Series:
    """Return windows whose channels deviate so far from 10, of an allowed deviation of 1."""
    figures = np.stack(
        [10 + away, np.full_like(away, 10.0), np.ones_like(away), np.ones_like(away)], axis=-1
    ).astype(np.float32)
    baseline = np.arange(len(away)) < HEALTHY
    return cast(Series, SimpleNamespace(figures=figures, baseline=baseline))


def assessment(roles: list[str] | None = None) -> Assessment:
    plain = {
        "component": [
            {"channels": [1, 2, 3], "unit": ["bar", "K", "A"], "kind": "process", "role": roles or []}
        ],
        "recording": {
            "rows": 10,
            "columns": 3,
            "time_pattern": "",
            "timezone": "UTC",
            "separator": "auto",
            "names": ["Pressure", "Temp"],
        },
    }
    return cast(
        Assessment,
        SimpleNamespace(settings=stored_settings(plain), channels=((1, 2, 3),), units=("bar", "K", "A")),
    )


def still() -> NDArray[np.float64]:
    return np.zeros((WINDOWS, 3))


def test_the_sensor_farthest_from_its_expectation_comes_first_and_conditions_last() -> None:
    away = still()
    away[-1] = [0.5, -2.0, 9.0]
    told = sensors_at(assessment(["symptom", "symptom", "condition"]), series(away), WINDOWS - 1, 0)
    assert [one.name for one in told] == ["Temp", "Pressure", "channel 3"]
    assert told[0].excess == pytest.approx(-2)
    assert (told[0].unit, told[2].is_condition) == ("K", True)


def test_a_sensor_without_a_valid_value_hides_no_other() -> None:
    away = still()
    away[-1] = [0.5, np.nan, 0.0]
    assert [one.channel for one in sensors_at(assessment(), series(away), WINDOWS - 1, 0)] == [1, 3, 2]


def test_what_moved_first_is_named_with_its_window() -> None:
    away = still()
    away[45:, 1], away[50:, 0] = 2 * MOVED, -3 * MOVED
    assert first_to_move(series(away), (1, 2, 3), WINDOWS - 1) == ((2, 45), (1, 50))
    assert first_to_move(series(away), (1, 2, 3), 44) == ()


def test_a_sensor_that_came_back_moved_when_it_left_again() -> None:
    away = still()
    away[42:45, 0] = away[52:, 0] = 1.0
    assert first_to_move(series(away), (1, 2, 3), WINDOWS - 1) == ((1, 52),)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_pair_that_no_longer_agrees_is_told_with_its_correlation(sign: int) -> None:
    chance = np.random.default_rng(0)
    away = chance.normal(size=(WINDOWS, 3))
    away[:, 1] = sign * away[:, 0] + 0.1 * chance.normal(size=WINDOWS)
    away[-1] = [3.0, sign * 3.0, 0.0]
    assert broken_pairs(series(away), (1, 2, 3), WINDOWS - 1) == ()
    away[-1, 1] *= -1
    (pair,) = broken_pairs(series(away), (1, 2, 3), WINDOWS - 1)
    assert (pair.one, pair.other) == (1, 2)
    assert pair.correlation == pytest.approx(sign, abs=0.05)


def test_no_deviation_is_told_where_none_is_allowed() -> None:
    record = series(still())
    record.figures[..., 2] = 0.0
    record.figures[..., 0] = 11.0
    assert not excess_of(record, (1, 2, 3)).any()


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (26.3123, "°C", "26.31 °C"),
        (101325.4, "Pa", "101325 Pa"),
        (0.00061, "g", "0.00061 g"),
        (float("nan"), "g", "–"),
        (7, "1", "7"),
    ],
)
def test_values_have_four_digits_and_their_unit(value: float, unit: str, shown: str) -> None:
    assert value_text(value, unit) == shown


def test_a_channel_without_a_name_has_its_number() -> None:
    assert [name_of(assessment(), number) for number in (1, 3)] == ["Pressure", "channel 3"]


def test_the_smallest_change_of_one_sensor_alone_grows_with_the_number_of_sensors() -> None:
    found = smallest_changes(assessment(["symptom", "condition", "symptom"]), series(still()), 0)
    assert [(sensor.name, round(change, 6)) for sensor, change in found] == [
        ("Pressure", round(2**0.5, 6)),
        ("channel 3", round(2**0.5, 6)),
    ]
