"""Baselines that cover too little of a cycle of slow sensors are doubted; whole cycles are not."""

from pathlib import Path

import numpy as np
import pytest

from engine.baseline.coverage import FEWEST, Course, coverage_doubt, slow_courses, still_doubt
from engine.baseline.from_run import learn_from_run
from replay.run import open_run
from tests.engine.baseline.test_process_learning import Silent
from tests.engine.slow_sensors import HEADER, settings_of


def cycle(covered: float, count: int, seed: int) -> np.ndarray:
    """Return a cycle with noise that remembers a little, (count, 1)."""
    chance = np.random.default_rng(seed)
    noise = np.zeros(count)
    for place in range(1, count):
        noise[place] = 0.3 * noise[place - 1] + chance.normal()
    phase = chance.random()
    return (2 * np.sin(2 * np.pi * (np.arange(count) / count * covered + phase)) + 0.5 * noise)[:, None]


@pytest.mark.parametrize("count", [40, 200])
@pytest.mark.parametrize("covered", [0.5, 0.75, 1.0])
def test_a_part_of_a_cycle_is_seen(covered: float, count: int) -> None:
    assert sum(bool(slow_courses(cycle(covered, count, seed))) for seed in range(50)) >= 40


@pytest.mark.parametrize("count", [8, 13, 40, 200])
@pytest.mark.parametrize("covered", [0.0, 2.0, 3.0, 5.0])
def test_two_cycles_or_noise_are_enough(covered: float, count: int) -> None:
    assert not any(slow_courses(cycle(covered, count, seed)) for seed in range(50))


def test_too_few_values_a_constant_and_an_unknown_one_say_nothing() -> None:
    slope = np.linspace(0, 1, FEWEST - 1)[:, None]
    assert slow_courses(slope) == ()
    assert slow_courses(np.stack([np.full(50, 3.0), np.full(50, np.nan)], axis=1)) == ()


def test_a_course_is_told_with_its_range_in_the_unit() -> None:
    (course,) = slow_courses(np.linspace(20.0, 30.0, 60)[:, None])
    assert course.range == pytest.approx(10.0, rel=0.2)
    (words,) = coverage_doubt("Pump", [course] * 3, lambda one: f"Temp moves by {one.range:.0f} °C", 43200.0)
    assert words.startswith("Pump: Temp moves by")
    assert (
        "over the whole baseline (12 h), and so do 2 other sensors; it covers too little of a cycle" in words
    )
    assert coverage_doubt("Pump", [], str, 1.0) == ()
    assert "and so does another" in coverage_doubt("Pump", [Course(0, 1.0)] * 2, str, 1.0)[0]


def test_sensors_that_never_moved_are_named() -> None:
    assert still_doubt("Pump", []) == ()
    assert still_doubt("Pump", list("abcdefg"))[0].endswith("a, b, c, d, e and 2 others")


def test_a_half_day_of_weather_is_a_doubt_of_the_bundle(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    place = np.arange(420)
    temp = 70 + 5 * np.sin(np.pi * place / 220 + 1.2) + chance.normal(size=420) * 0.2
    lines = [
        f"2024-03-01T00:{row // 60:02d}:{row % 60:02d};{32 + chance.normal() / 2:.3f};2.5;{temp[row]:.2f}\n"
        for row in place
    ]
    (tmp_path / "pump.csv").write_text(HEADER + "".join(lines))
    settings = settings_of(tmp_path)
    bundle = learn_from_run(open_run(tmp_path / "pump.csv", settings.recording_format()), settings, Silent())
    course, still = bundle.doubts
    assert course.startswith("Pump: Temp moves by ")
    assert "°C in one slow course" in course
    assert still == "Pump: never moved within the baseline, and neither judged nor used: Pressure"
