"""The table of bearings gives the orders that the publishers print beside their data."""

import pytest

from engine.signals.bearing import Surface, fault_frequencies
from engine.signals.bearing_table import BEARINGS, bearing_named, unknown_bearing


@pytest.mark.parametrize(
    ("designation", "outer", "inner", "cage", "roller"),
    [
        ("SKF 6205-2RS", 3.5848, 5.4152, 0.3983, 4.7135),
        ("6203", 3.0530, 4.9469, 0.3817, 3.9874),
        ("NICE", 3.245, 4.755, 0.406, 5.110),
        ("LDK UER204", 3.083, 4.917, 0.3854, 4.1330),
        ("er-16k", 3.572, 5.428, 0.3969, 4.64),
    ],
)
def test_orders_are_those_of_the_publisher(
    designation: str, outer: float, inner: float, cage: float, roller: float
) -> None:
    found = bearing_named(designation)
    assert found is not None
    orders = fault_frequencies(found.geometry, 1.0)
    assert orders[Surface.OUTER] == pytest.approx(outer, rel=1e-3)
    assert orders[Surface.INNER] == pytest.approx(inner, rel=1e-3)
    assert orders[Surface.CAGE] == pytest.approx(cage, rel=1e-3)
    assert orders[Surface.ROLLER] == pytest.approx(roller, rel=2e-3)


@pytest.mark.parametrize(
    ("designation", "name"),
    [
        ("6205", "SKF 6205-2RS JEM"),
        ("6205-2RS C3", "SKF 6205-2RS JEM"),
        ("skf 6205 zz", "SKF 6205-2RS JEM"),
        ("NSK 6203DDU", "SKF 6203-2RS JEM"),
        ("FAG 6203", "FAG 6203"),
        ("za 2115", "Rexnord ZA-2115"),
        ("ZA-2115", "Rexnord ZA-2115"),
        ("UER204", "LDK UER204"),
    ],
)
def test_designation_is_found_however_it_is_written(designation: str, name: str) -> None:
    found = bearing_named(designation)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("designation", ["6206", "62055", "", "UER205", "NU 205", "\x1b[31m6999"])
def test_unknown_designation_is_no_bearing_and_names_the_nearest(designation: str) -> None:
    assert bearing_named(designation) is None
    words = unknown_bearing(designation)
    assert "the nearest are" in words
    assert words.isprintable()


def test_each_bearing_has_a_source_and_is_found_by_its_name() -> None:
    for bearing in BEARINGS:
        assert bearing.source
        assert bearing_named(bearing.name) is bearing
        assert bearing.geometry.roller_diameter < bearing.geometry.pitch_diameter
