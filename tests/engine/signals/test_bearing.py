"""Fault frequencies equal the data sheet, and general properties hold for every bearing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.signals.bearing import Geometry, Surface, fault_frequencies

ZA_2115 = Geometry(rollers=16, roller_diameter=0.331, pitch_diameter=2.815, contact_angle=15.17)
"""The Rexnord bearing of the IMS rig, in inches and degrees."""


@pytest.mark.parametrize(
    ("surface", "hertz"),
    [(Surface.OUTER, 236.4), (Surface.INNER, 296.9), (Surface.ROLLER, 2 * 139.9), (Surface.CAGE, 14.8)],
)
def test_ims_bearing_at_2000_rpm_is_heard_at_its_published_frequencies(
    surface: Surface, hertz: float
) -> None:
    assert fault_frequencies(ZA_2115, 2000 / 60)[surface] == pytest.approx(hertz, abs=0.06)


def test_bearing_whose_shaft_stands_is_heard_nowhere() -> None:
    assert set(fault_frequencies(ZA_2115, 0.0).values()) == {0.0}


BEARINGS = st.builds(
    Geometry,
    rollers=st.integers(3, 40),
    roller_diameter=st.floats(0.05, 0.5),
    pitch_diameter=st.just(1.0),
    contact_angle=st.floats(0, 45),
)


@given(BEARINGS, st.floats(0.1, 500))
def test_races_share_every_passage_of_a_roller_and_the_cage_carries_them(
    bearing: Geometry, shaft: float
) -> None:
    lines = fault_frequencies(bearing, shaft)
    assert lines[Surface.OUTER] + lines[Surface.INNER] == pytest.approx(bearing.rollers * shaft)
    assert lines[Surface.OUTER] == pytest.approx(bearing.rollers * lines[Surface.CAGE])
    assert lines[Surface.CAGE] < shaft / 2 < lines[Surface.INNER]


@given(BEARINGS, st.floats(0.1, 500), st.floats(0.1, 100))
def test_lines_follow_the_speed_and_not_the_unit_of_length(
    bearing: Geometry, shaft: float, unit: float
) -> None:
    other = Geometry(
        bearing.rollers, unit * bearing.roller_diameter, unit * bearing.pitch_diameter, bearing.contact_angle
    )
    plain, scaled = fault_frequencies(bearing, shaft), fault_frequencies(other, 2 * shaft)
    assert list(scaled.values()) == pytest.approx([2 * hertz for hertz in plain.values()])
