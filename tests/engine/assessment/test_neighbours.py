"""The strongest component leads; a neighbour counts by itself where the leader does not explain it."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from engine.alarms.rules import Watch
from engine.assessment.neighbours import Housing, Neighbours, in_question
from engine.config.channels import layout_of
from engine.records.assessment import Quality, Score
from engine.scoring.scorer import Examination
from engine.scoring.severity import Smoothing
from engine.scoring.transfer import no_transfer
from tests.engine.conftest import SmallRig
from tests.engine.severity_series import OUTER_RACE

OWN = Watch(alarm="key", priority="medium")
CARRIED = Watch(alarm="key", priority="low", carried_from="Left")


def scored(name: str, severity: float | None) -> Score:
    return Score(name, Quality.RUNNING, False, 1.0, 1.0, severity, 0.5)


def neighbours(
    small_rig: SmallRig,
    left: np.ndarray,
    right: np.ndarray,
    units: tuple[str, str],
    gaps: frozenset[int] = frozenset(),
    copies: Mapping[int, int] = MappingProxyType({}),
) -> Neighbours:
    """Return two components beside each other, from their residuals by band."""
    bundle = small_rig.bundle
    layout = replace(layout_of(small_rig.settings), units=units)
    shape = bundle.calibration.centre.shape
    residual = np.zeros(shape, np.float32)
    residual[0, :-1], residual[1, :-1] = left, right
    edges = np.linspace(0, 12800.0, shape[1]).tolist()
    housing = Housing(bundle, layout, np.full((1, 1), 0.1, np.float32), edges)
    insight = type("Insight", (), {"spectrum": np.zeros((shape[0], shape[1] - 1), np.float32)})()
    seen = Examination.__new__(Examination)
    told = {"insight": insight, "residual": residual, "running": np.ones(2, np.bool_)}
    for name, value in {**told, "gaps": gaps, "repeats": frozenset(), "copies": copies}.items():
        object.__setattr__(seen, name, value)
    beside = no_transfer((shape[0], shape[1] - 1))
    for _ in range(40):
        beside = housing.neighbours(seen, Smoothing(residual, residual, residual * 0), beside).transfer
    return housing.neighbours(seen, Smoothing(residual, residual, residual * 0), beside)


@pytest.fixture
def bands(small_rig: SmallRig) -> int:
    return small_rig.bundle.calibration.centre.shape[1] - 1


SAME = ("V", "V")


def test_excess_power_decides_who_leads_not_severity(small_rig: SmallRig, bands: int) -> None:
    beside = neighbours(small_rig, np.full(bands, 20.0), np.full(bands, 5.0), SAME)
    scores = [scored("Left", 2.0), scored("Right", 9.0), scored("Third", None)]
    beside.strength = (*beside.strength, 0.0)
    assert beside.strength[0] > beside.strength[1]
    assert beside.leader([OWN, OWN, Watch()], scores, besides=-1) == 0
    assert beside.leader([OWN, OWN, Watch()], scores, besides=0) == 1
    assert beside.leader([CARRIED, OWN, Watch()], scores, besides=-1) == 1
    assert beside.leader([Watch(), CARRIED, Watch()], scores, besides=-1) is None
    assert beside.leader([OWN, OWN, OWN], [scored("Left", 0.9), *scores[1:]], besides=1) is None


@pytest.mark.parametrize(
    "trouble", [{"gaps": frozenset({0})}, {"copies": {0: 1}}], ids=["drops out", "is a copy"]
)
def test_a_signal_that_is_none_of_its_place_explains_no_neighbour(
    small_rig: SmallRig, bands: int, trouble: dict[str, Any]
) -> None:
    beside = neighbours(small_rig, np.full(bands, 20.0), np.full(bands, 5.0), SAME, **trouble)
    scores = [scored("Left", 9.0), scored("Right", 2.0)]
    assert beside.leader([OWN, OWN], scores, besides=1) is None
    assert beside.leader([OWN, OWN], scores, besides=-1) == 1


def test_a_neighbour_with_the_leaders_bands_alone_has_no_sign_of_its_own(
    small_rig: SmallRig, bands: int
) -> None:
    beside = neighbours(small_rig, np.full(bands, 40.0), np.full(bands, 15.0), SAME)
    leader = beside.as_leader(0, OWN, scored("Left", 9.0))
    assert beside.own_sign(1, 0, leader, None) == ""
    assert beside.learned(0).leader == 0


def test_a_neighbour_with_a_band_that_the_leader_lacks_has_one(small_rig: SmallRig, bands: int) -> None:
    left, right = np.zeros(bands), np.zeros(bands)
    left[: bands // 2], right[bands // 2 :] = 60.0, 40.0
    beside = neighbours(small_rig, left, right, SAME)
    sign = beside.own_sign(1, 0, beside.as_leader(0, OWN, scored("Left", 9.0)), None)
    assert sign.startswith("a band that Left does not explain (")
    assert sign.endswith(" kHz)")


def test_another_fault_line_or_more_power_is_a_sign_of_its_own(small_rig: SmallRig, bands: int) -> None:
    beside = neighbours(small_rig, np.full(bands, 40.0), np.full(bands, 15.0), SAME)
    inner = beside.as_leader(0, replace(OWN, surface="inner race"), scored("Left", 9.0))
    outer = replace(inner, surface="outer race")
    assert beside.own_sign(1, 0, inner, OUTER_RACE) == "a fault line of its own (outer race)"
    assert beside.own_sign(1, 0, outer, OUTER_RACE) == ""
    weaker = beside.as_leader(1, OWN, scored("Right", 9.0))
    assert beside.own_sign(0, 1, weaker, None) == "more excess power than Right"


def test_powers_in_different_units_are_compared_as_shares_of_the_usual(
    small_rig: SmallRig, bands: int
) -> None:
    level = small_rig.bundle.calibration.level.astype(np.float64)
    same = neighbours(small_rig, np.full(bands, 9.0), np.full(bands, 9.0), SAME)
    mixed = neighbours(small_rig, np.full(bands, 9.0), np.full(bands, 9.0), ("g", "mm/s"))
    ratio = [other / one for one, other in zip(same.strength, mixed.strength, strict=True)]
    assert ratio == pytest.approx((level**-2).tolist(), rel=1e-6)


def test_components_above_the_limit_or_with_an_alarm_are_in_question() -> None:
    watches = [OWN, Watch(), Watch(), Watch()]
    scores = [scored("a", 0.1), scored("b", 1.0), scored("c", 0.99), scored("d", None)]
    assert in_question(watches, scores) == {0, 1}


def test_excess_is_the_highest_of_the_running_channels_and_a_motor_has_none(
    small_rig: SmallRig, bands: int
) -> None:
    course = np.linspace(-1.0, 3.0, bands)
    beside = neighbours(small_rig, course, -course, SAME)
    beside.housing.layout = replace(beside.housing.layout, channels=((1, 2), (2,)))
    np.testing.assert_allclose(beside.excess(0), np.maximum(course, -course), rtol=1e-6)
    beside.running = np.array([False, True])
    np.testing.assert_allclose(beside.excess(0), -course, rtol=1e-6)
    beside.running = np.array([True, False])
    assert not beside.excess(1).size
    beside.housing.motors = (0,)
    assert not beside.excess(0).size
