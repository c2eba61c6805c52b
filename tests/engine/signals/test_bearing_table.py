"""The table of bearings gives the orders that the publishers print beside their data."""

import pytest

from engine.signals.bearing import Surface, fault_frequencies
from engine.signals.bearing_orders import TIMKEN, Orders
from engine.signals.bearing_table import BEARINGS, bearing_named, unknown_bearing


@pytest.mark.parametrize(
    ("designation", "outer", "inner", "cage", "roller"),
    [
        ("SKF 6205-2RS", 3.5848, 5.4152, 0.3983, 4.7135),
        ("6203", 3.0530, 4.9469, 0.3817, 3.9874),
        ("NICE", 3.245, 4.755, 0.406, 5.110),
        ("LDK UER204", 3.083, 4.917, 0.3854, 4.1330),
        ("er-16k", 3.572, 5.428, 0.3969, 4.64),
        ("MB ER-10K", 3.052, 4.948, 0.3815, 3.984),
        ("NSK 6804", 168.34 / 30, 221.66 / 30, 0.4316, 7.179),
        ("MAFAULDA", 2.9980, 5.0020, 0.3750, 2 * 1.8710),
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
        ("SKF 6205 2RSH/C3", "SKF 6205-2RS JEM"),
        ("6205ZZ", "SKF 6205-2RS JEM"),
        ("6205-2Z/C3GJN", "SKF 6205-2RS JEM"),
        ("NTN 6205LLBC3", "SKF 6205-2RS JEM"),
        ("6205 DDUCM", "SKF 6205-2RS JEM"),
        ("6205-RSL", "SKF 6205-2RS JEM"),
        ("204K", "Timken 204K"),
        ("Fafnir 312K", "Timken 312K"),
        ("NSK6804DDU", "NSK 6804DD"),
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


@pytest.mark.parametrize("designation", ["62055", "", "UER205", "NU 205", "NJ 304", "305K", "\x1b[31m6999"])
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


@pytest.mark.parametrize(("size", "orders"), TIMKEN.items())
def test_orders_that_a_maker_prints_are_those_of_the_geometry_made_of_them(size: str, orders: Orders) -> None:
    found = bearing_named(f"Timken {size}")
    assert found is not None
    assert found.geometry.rollers == pytest.approx(orders.outer + orders.inner, abs=0.002)
    computed = fault_frequencies(found.geometry, 1.0)
    assert computed[Surface.OUTER] == pytest.approx(orders.outer, abs=0.002)
    assert computed[Surface.INNER] == pytest.approx(orders.inner, abs=0.002)
    assert computed[Surface.CAGE] == pytest.approx(orders.cage, abs=0.001)
    assert computed[Surface.ROLLER] == pytest.approx(2 * orders.spin, rel=0.004)


def test_orders_of_one_size_agree_with_measured_geometries_of_another_maker() -> None:
    for own, other in (("6203", "203K"), ("6205", "205K")):
        first, second = bearing_named(own), bearing_named(other)
        assert first is not None
        assert second is not None
        for surface, order in fault_frequencies(first.geometry, 1.0).items():
            assert fault_frequencies(second.geometry, 1.0)[surface] == pytest.approx(order, rel=0.02)


@pytest.mark.parametrize(
    ("designation", "twin"),
    [("6206", "206K"), ("SKF 6206-2RS1", "206K"), ("6312 C3", "312K"), ("6005", "9105"), ("6208ZZ", "208K")],
)
def test_a_bearing_that_is_not_in_the_table_gets_one_of_its_size_named(designation: str, twin: str) -> None:
    assert bearing_named(designation) is None
    assert f"Timken {twin} has its size" in unknown_bearing(designation)
