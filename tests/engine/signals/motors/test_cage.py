"""The rotor cage: the severity of its sidebands, and the number of broken bars."""

import pytest

from engine.signals.motors.cage import broken_bars, cage_severity


@pytest.mark.parametrize(
    ("decibels", "words"),
    [(60, "none"), (54, "none"), (50, "watch"), (45, "a cracked or broken bar"), (30, "broken bars")],
)
def test_the_severity_of_the_cage_follows_its_scale(decibels: float, words: str) -> None:
    assert cage_severity(decibels) == words


def test_more_broken_bars_make_a_higher_line() -> None:
    counts = [broken_bars(decibels, 28, 2) for decibels in (55, 45, 35)]
    assert counts == sorted(counts)
    assert broken_bars(35, 28, 2) == pytest.approx(56 / (10**1.75 + 2))
