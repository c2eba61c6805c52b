"""The table of bearings gives the orders that the publishers print beside their data."""

import pytest

from engine.signals.bearing import Surface, fault_frequencies
from engine.signals.bearing_figures import geometry_of_orders
from engine.signals.bearing_orders import PLAIN, TIMKEN, Orders, size_of
from engine.signals.bearing_table import (
    BEARINGS,
    bearing_named,
    is_of_its_name,
    like_size,
    nearest_bearings,
    unknown_bearing,
)


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
        ("NTN 6201", 2.62, 4.38, 0.3743, 2 * 1.8629),
        ("22205", 6.1852, 8.8148, 0.4123, 5.4030),
        ("NU206", 5.24, 7.76, 0.403, 2 * 2.49),
        ("NU205", 104.65 / 20, 155.35 / 20, 0.4025, 2 * 2.4666),
        ("32305", 5.111, 7.889, 0.393, 2 * 2.203),
        ("352213", 8.071, 10.929, 0.425, 2 * 3.164),
        ("ER-12K", 3.048, 4.95, 0.381, 2 * 1.992),
        ("22228", 205.3 / 25, 19 - 205.3 / 25, 10.8 / 25, 2 * 89.1 / 25),
        ("SKF 6308", 3.0718, 4.9282, 0.3840, 4.078),
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
    assert orders[Surface.ROLLER] == pytest.approx(roller, rel=5e-3)


@pytest.mark.parametrize(
    ("designation", "name"),
    [
        ("6205", "SKF 6205-2RS JEM"),
        ("6205-2RS C3", "SKF 6205-2RS JEM"),
        ("skf 6205 zz", "SKF 6205-2RS JEM"),
        ("NSK 6203DDU", "NSK 6203ZZ"),
        ("SKF 6206-2RS1", "Timken 206K"),
        ("6204", "MOCHU 6204"),
        ("6312 C3", "Timken 312K"),
        ("SKF NU 205 ECP", "NU205 (Hou)"),
        ("NJ204-E", "NTN N204"),
        ("22205 EK", "FAG 22205-E1-K-C3"),
        ("UCP205", "Timken 205K"),
        ("UCFL 207", "Timken 207K"),
        ("UC204", "LDK UER204"),
        ("KG6208", "KG 6208"),
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


@pytest.mark.parametrize(
    "designation", ["62055", "", "UER205", "NJ 304", "305K", "9105", "7206", "6306", "k", "\x1b[31m6999"]
)
def test_unknown_designation_is_no_bearing_and_says_what_to_do(designation: str) -> None:
    assert bearing_named(designation) is None
    words = unknown_bearing(designation)
    assert "of the table" in words
    assert "rollers, roller_diameter, pitch_diameter and contact_angle" in words
    assert words.isprintable()


@pytest.mark.parametrize(
    ("designation", "names"),
    [
        ("6307", ["Timken 307K"]),
        ("UER205", ["Timken 205K", "SKF 6205-2RS JEM", "NSK 6205DDU", "KG 6205"]),
        ("NU304", ["NTN N204", "NU205 (Hou)", "FAG NU2205-E-XL-TVP2", "FAG NU206-E-XL-TVP2"]),
        ("6302", ["Timken 303K", "Timken 304K", "Timken 306K", "Timken 307K"]),
        ("22220", ["SKF 22228", "FAG 22205-E1-K-C3"]),
        ("za2116", ["Rexnord ZA-2115"]),
        ("7206", []),
    ],
)
def test_unknown_designation_could_mean_those_of_its_size_or_series(
    designation: str, names: list[str]
) -> None:
    assert [one.name for one in nearest_bearings(designation)] == names


def test_bearings_of_one_size_are_told_and_agree_about_their_rolling_elements() -> None:
    plain = bearing_named("6203")
    assert plain is not None
    others = like_size(plain)
    assert {"FAG 6203", "Timken 203K"} <= {one.name for one in others}
    for one in BEARINGS:
        for other in like_size(one):
            assert one.geometry.rollers == other.geometry.rollers
            first, second = (fault_frequencies(each.geometry, 1.0)[Surface.OUTER] for each in (one, other))
            assert first == pytest.approx(second, rel=0.02)


@pytest.mark.parametrize(
    ("designation", "named"),
    [("6206", False), ("SKF 6206", False), ("Timken 206K", True), ("FAG 6203", True)],
)
def test_maker_of_the_figures_is_told_apart_from_the_maker_that_is_named(
    designation: str, named: bool
) -> None:
    found = bearing_named(designation)
    assert found is not None
    assert is_of_its_name(found, designation) is named


def test_orders_make_the_geometry_that_made_them() -> None:
    for one in BEARINGS:
        orders = fault_frequencies(one.geometry, 1.0)
        again = geometry_of_orders(orders[Surface.OUTER], orders[Surface.INNER], orders[Surface.ROLLER] / 2)
        assert again.rollers == one.geometry.rollers
        assert fault_frequencies(again, 1.0)[Surface.OUTER] == pytest.approx(orders[Surface.OUTER], rel=1e-4)
        assert again.roller_diameter == pytest.approx(
            one.geometry.roller_diameter / one.geometry.pitch_diameter, rel=2e-3
        )


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
    [("6306", "306K"), ("SKF 6212-2RS1", "212K"), ("6307 C3", "307K"), ("6004", "9104"), ("UC307", "307K")],
)
def test_a_bearing_that_is_not_in_the_table_gets_one_of_its_size_named(designation: str, twin: str) -> None:
    assert bearing_named(designation) is None
    assert f"Timken {twin} has its size" in unknown_bearing(designation)


BOUNDS = {
    "6201": (12, 32), "6203": (17, 40), "6204": (20, 47), "6205": (25, 52), "6206": (30, 62),
    "6207": (35, 72), "6208": (40, 80), "1205": (25, 52), "61806": (30, 42), "61804": (20, 32),
    "qj212": (60, 110), "n204": (20, 47), "n205": (25, 52), "n206": (30, 62), "n2205": (25, 52),
    "uc204": (20, 47),
}  # fmt: skip
"""Bore and outside diameter [mm], ISO 15."""


def test_pitch_diameters_lie_near_the_mean_of_bore_and_outside_diameter() -> None:
    checked = [one for one in BEARINGS if one.size in BOUNDS and not one.is_relative]
    assert len(checked) > 12
    for one in checked:
        bore, outside = BOUNDS[one.size]
        assert one.geometry.pitch_diameter == pytest.approx((bore + outside) / 2, rel=0.035)
        assert one.geometry.roller_diameter < 0.7 * (outside - bore) / 2


STATIC_RATINGS = {
    "6006": 8300, "6206": 11200, "6207": 15300, "6210": 23200, "6211": 29000, "6213": 40500, "6214": 45000,
    "6304": 7800, "6309": 31500, "6310": 38000, "6311": 45000, "6312": 52000, "6314": 68000, "6315": 76500,
    "6316": 86500, "6318": 108000, "uc205": 7900, "uc206": 11300, "uc207": 15300, "uc208": 19800,
    "uc209": 20500, "uc210": 23300,
}  # fmt: skip
"""Static ratings [N] of other makers: EPK, General catalogue (2011); HARP, product range."""

F0 = (14.9, 14.7, 14.4, 14.2, 14.0, 13.7, 13.5, 13.2, 13.0, 12.8, 12.5, 12.3)
"""f0 of ISO 76, table 1, for ratios of the diameters from 0.16 to 0.27."""


def rating_of(rollers: int, ratio: float, mean: float) -> float:
    step = (ratio - 0.16) * 100
    low = int(step)
    factor = F0[low] + (F0[low + 1] - F0[low]) * (step - low)
    return factor * rollers * (ratio * mean) ** 2


def mean_diameter(size: str) -> float:
    """Return the mean of bore and outside diameter [mm] of a deep groove ball bearing (ISO 15)."""
    bore = 5 * int(size[2:])
    outside = {
        "60": {30: 55},
        "62": {25: 52, 30: 62, 35: 72, 40: 80, 45: 85, 50: 90, 55: 100, 65: 120, 70: 125},
        "63": {20: 52, 45: 100, 50: 110, 55: 120, 60: 130, 70: 150, 75: 160, 80: 170, 90: 190},
    }
    return (bore + outside[size[:2]][bore]) / 2


def test_balls_of_the_6308_are_those_that_its_static_rating_fits() -> None:
    found = bearing_named("6308")
    assert found is not None
    rating = rating_of(found.geometry.rollers, found.geometry.roller_diameter, 65.0)
    assert rating == pytest.approx(24000, rel=0.01)


@pytest.mark.parametrize("ring", PLAIN)
def test_plain_designation_finds_balls_that_the_static_rating_of_another_maker_fits(ring: str) -> None:
    for plain in PLAIN[ring]:
        found = bearing_named(plain)
        assert found is not None
        assert found.name == f"Timken {ring}"
        rating = rating_of(
            found.geometry.rollers, found.geometry.roller_diameter, mean_diameter(size_of(ring))
        )
        assert rating == pytest.approx(STATIC_RATINGS[plain], rel=0.03)
