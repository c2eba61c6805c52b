"""Slow sensors of a baseline: what is learned of them, also where one component is learned again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from engine.baseline.sights import Sight
from engine.baseline.slow import slow_baseline
from engine.bundles.bundle import Calibration
from engine.config.channels import Layout
from engine.models.base import Insight
from replay.run import Entry

LAYOUT = Layout(
    ("Bearing 1",),
    ((1,),),
    np.ones(1, np.bool_),
    np.ones(1, np.float32),
    ("g",),
    slow=("Load", "Temp"),
    slow_units=("kW", "°C"),
    symptoms=((1,),),
    slow_high=(1e30, 150.0),
)
NOTHING = np.zeros((1, 1), np.float32)


def snapshots(count: int, slope: float, seed: int = 0) -> tuple[list[Sight], list[Insight], np.ndarray]:
    """Return sights, insights, and loads; one feature and the temperature follow the load by `slope`."""
    chance = np.random.default_rng(seed)
    load = chance.uniform(20, 80, count)
    sights, insights = [], []
    for number, one in enumerate(load):
        at = datetime(2025, 1, 6, tzinfo=UTC) + timedelta(minutes=10 * number)
        temp = 40 + slope * one + chance.normal(0, 0.2)
        feature = np.array([[slope * one + chance.normal(0, 0.2)]], np.float32)
        level = np.ones(1, np.float32)
        sights.append(Sight(Entry(f"{number}", at), NOTHING, level, NOTHING[0], False, {}, "", (one, temp)))
        insights.append(Insight(feature, NOTHING, NOTHING, NOTHING, NOTHING))
    return sights, insights, load


def learned(count: int, slope: float, usual: Calibration | None = None, seed: int = 0) -> Calibration:
    sights, insights, _ = snapshots(count, slope, seed)
    found = slow_baseline(sights, insights, LAYOUT, usual)
    assert found is not None
    empty = np.zeros((1, 1), np.float32)
    return found.into(Calibration(empty, empty, empty[0], empty, empty[0], empty))


def temperature(usual: Calibration, load: float) -> float:
    from engine.scoring.slow import terms_of

    terms = terms_of(np.array([load]), usual.span.astype(np.float64))
    return float(usual.symptoms[0, 0] + terms @ usual.symptoms[2:, 0])


def test_a_component_that_is_learned_again_gets_a_regression_of_its_own() -> None:
    before = learned(100, 0.1)
    after = learned(60, 0.3, before, seed=1)
    np.testing.assert_array_equal(after.span, before.span)
    for load in (30.0, 70.0):
        assert temperature(before, load) == pytest.approx(40 + 0.1 * load, abs=0.3)
        assert temperature(after, load) == pytest.approx(40 + 0.3 * load, abs=0.5)
    assert after.slopes[0, 0, 0] == pytest.approx(3 * before.slopes[0, 0, 0], rel=0.1)


def test_too_few_recordings_keep_the_regression_and_say_so() -> None:
    before = learned(100, 0.1)
    sights, insights, _ = snapshots(15, 0.3, 1)
    found = slow_baseline(sights, insights, LAYOUT, before)
    assert found is not None
    np.testing.assert_allclose(found.slopes, before.slopes)
    np.testing.assert_allclose(found.symptoms[2:], before.symptoms[2:])
    (doubt,) = found.doubts
    assert doubt.startswith("conditions: these recordings are too few")


def test_values_out_of_their_range_are_not_learned_from() -> None:
    sights, insights, _ = snapshots(100, 0.1)
    odd = [
        replace(one, slow=(one.slow[0], 9999.0)) if place < 20 else one for place, one in enumerate(sights)
    ]
    found = slow_baseline(odd, insights, LAYOUT)
    assert found is not None
    assert 40 < found.symptoms[0, 0] < 50
    assert "Temp: it is known for 80 of 100 healthy recordings" in found.doubts


@pytest.mark.parametrize(("column", "words"), [(0, "explains nothing"), (1, "is not judged")])
def test_a_sensor_that_never_moved_is_told(column: int, words: str) -> None:
    sights, insights, _ = snapshots(50, 0.1)
    still = [replace(one, slow=_with(one.slow, column, 7.0)) for one in sights]
    found = slow_baseline(still, insights, LAYOUT)
    assert found is not None
    assert found.doubts == (f"{LAYOUT.slow[column]}: it never moved within the baseline, and {words}",)


def _with(values: Sequence[float], column: int, value: float) -> tuple[float, ...]:
    return tuple(value if place == column else one for place, one in enumerate(values))
