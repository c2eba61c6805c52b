"""Zones of ISO 20816-3 by group and foundation, and why a machine has none."""

import pytest

from engine.signals.vibration_zones import MEANING, zones_of


@pytest.mark.parametrize(
    ("group", "foundation", "borders"),
    [
        (1, "rigid", (2.3, 4.5, 7.1)),
        (1, "flexible", (3.5, 7.1, 11.0)),
        (2, "rigid", (1.4, 2.8, 4.5)),
        (2, "flexible", (2.3, 4.5, 7.1)),
    ],
)
def test_the_borders_are_those_of_the_standard(
    group: int, foundation: str, borders: tuple[float, float, float]
) -> None:
    zones = zones_of(group, foundation, 1500.0)
    assert zones.borders == borders
    below = [zones.zone_of(value) for value in (0.0, *(border + 0.01 for border in borders))]
    assert below == ["A", "B", "C", "D"] == list(MEANING)
    assert [zones.zone_of(border) for border in borders] == ["A", "B", "C"]
    assert zones.name == f"ISO 20816-3, group {group}, {foundation} foundation"


@pytest.mark.parametrize(("group", "foundation"), [(0, "rigid"), (1, ""), (0, ""), (3, "rigid")])
def test_what_is_not_set_has_no_zones_and_says_which_settings_give_them(group: int, foundation: str) -> None:
    zones = zones_of(group, foundation, 1500.0)
    assert zones.borders is None
    assert "set group (1 or 2) and foundation" in zones.why_not
    assert zones.zone_of(3.0) == ""


def test_a_slow_machine_has_none_because_velocity_is_measured_from_10_hertz() -> None:
    assert "at 120 rpm" in zones_of(1, "rigid", 120.0).why_not
    assert zones_of(1, "rigid", 0.0).borders is not None


def test_a_velocity_that_is_no_number_is_in_no_zone() -> None:
    assert zones_of(1, "rigid", 1500.0).zone_of(float("nan")) == ""
