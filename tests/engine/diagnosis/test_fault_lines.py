"""Fault lines: shaft and mains harmonics are excluded; inseparable lines are not searched."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.diagnosis.fault_lines import NEWEST_RULE, SLIP, LineSearch, behind_orders, line_search
from engine.signals.bearing import Surface, fault_frequencies
from tests.engine.signals.test_bearing import ZA_2115

SHAFT, MAINS = 1996 / 60, 60.0
IMS = fault_frequencies(ZA_2115, SHAFT)
BINS = 1000
OUTER, INNER, ROLLER, CAGE = Surface.OUTER, Surface.INNER, Surface.ROLLER, Surface.CAGE


def alone(
    hertz: float, shaft: float = 0.0, mains: float = 0.0, resolution: float = 1.0, bins: int = BINS
) -> LineSearch:
    """Return the search for one outer race."""
    return line_search({OUTER: hertz}, shaft, mains, resolution, bins)


def floor_of_noise(seed: int, shape: tuple[int, ...] = (BINS,)) -> np.ndarray:
    """Return an envelope spectrum of noise: amplitudes are Rayleigh distributed."""
    return np.random.default_rng(seed).rayleigh(0.01, shape).astype(np.float32)


# Masked lines


@given(st.floats(5, 300), st.floats(5, 100), st.sampled_from([0.0, 50.0, 60.0]), st.floats(0.2, 4.0))
def test_no_shaft_order_and_no_mains_harmonic_is_ever_taken_for_a_line(
    hertz: float, shaft: float, mains: float, resolution: float
) -> None:
    assume(hertz > 4 * resolution)
    search = alone(hertz, shaft, mains, resolution)
    for own, heard in zip(search.bins.reshape(-1, search.bins.shape[-1]), search.heard.ravel(), strict=True):
        for base in (shaft, mains):
            if heard and base:
                away = np.abs(own * resolution - np.maximum(np.round(own * resolution / base), 1) * base)
                assert away.min() > NEWEST_RULE.apart * resolution


@given(st.floats(5, 300), st.floats(0.2, 4.0))
def test_line_is_sought_within_the_slip_of_its_harmonics_and_no_farther(
    hertz: float, resolution: float
) -> None:
    assume(hertz > 4 * resolution)
    search = alone(hertz, resolution=resolution)
    for surface, harmonic in np.argwhere(search.heard):
        middle = hertz * (harmonic + 1)
        away = np.abs(search.bins[surface, harmonic] * resolution - middle)
        assert away.max() <= max(SLIP * middle, resolution) + resolution


@pytest.mark.parametrize(
    ("hertz", "shaft", "mains"),
    [(60.0, 0.0, 60.0), (100.0, 0.0, 50.0), (66.0, 33.0, 0.0)],
)
def test_line_that_lies_on_another_is_not_heard_at_all(hertz: float, shaft: float, mains: float) -> None:
    assert alone(hertz).heard[0, 0]
    search = alone(hertz, shaft, mains)
    assert not search.heard[0, 0]
    assert np.isnan(search.strengths(floor_of_noise(1))[0, 0])


@pytest.mark.parametrize("hertz", [7 * SHAFT, 240.0])
def test_seventh_shaft_order_and_mains_beside_the_outer_race_of_ims_are_no_evidence(hertz: float) -> None:
    envelope = floor_of_noise(2)
    quiet = line_search(IMS, SHAFT, MAINS, 1.0, BINS).strengths(envelope)
    envelope[round(hertz)] = 1.0
    loud = line_search(IMS, SHAFT, MAINS, 1.0, BINS).strengths(envelope)
    assert loud[0, 0] == pytest.approx(quiet[0, 0], abs=0.1)
    unmasked = line_search({OUTER: hertz}, 0.0, 0.0, 1.0, BINS).strengths(envelope)
    assert unmasked[0, 0] > 3.0


# Lines that are not searched


@pytest.mark.parametrize(
    ("frequencies", "resolution", "sought"),
    [
        pytest.param(IMS, 1.0, (OUTER, INNER, ROLLER, CAGE), id="a second of the IMS rig tells all apart"),
        pytest.param(IMS, 4.0, (OUTER, INNER, ROLLER), id="too short for the cage"),
        pytest.param(IMS, 9.0, (OUTER,), id="and shorter: inner race and rolling element are one"),
        pytest.param(IMS, 40.0, (), id="a fortieth of a second tells nothing"),
        pytest.param({OUTER: 100.0, INNER: 102.0}, 1.0, (), id="two bins apart are not apart"),
        pytest.param({OUTER: 100.0, INNER: 102.5}, 1.0, (OUTER, INNER), id="more than two are"),
        pytest.param({CAGE: 4.0}, 1.0, (), id="four bins from zero are zero"),
    ],
)
def test_what_the_resolution_cannot_separate_is_not_sought(
    frequencies: dict[Surface, float], resolution: float, sought: tuple[Surface, ...]
) -> None:
    search = line_search(frequencies, SHAFT, MAINS, resolution, BINS)
    assert search.surfaces == sought
    assert search.strengths(floor_of_noise(3)).shape == (len(sought), len(NEWEST_RULE.lines))


def test_only_inner_race_and_rollers_have_sidebands() -> None:
    search = line_search(IMS, SHAFT, MAINS, 1.0, BINS)
    heard = dict(zip(search.surfaces, search.heard[:, -2:].any(axis=1).tolist(), strict=True))
    assert heard == {OUTER: False, INNER: True, ROLLER: True, CAGE: False}


def test_sidebands_lie_a_turn_of_the_shaft_from_the_inner_race_and_one_of_the_cage_from_a_roller() -> None:
    search = line_search(IMS, SHAFT, MAINS, 1.0, BINS)
    for surface, spacing in ((INNER, SHAFT), (ROLLER, IMS[CAGE])):
        row = search.surfaces.index(surface)
        for line, (order, sideband) in enumerate(NEWEST_RULE.lines):
            if sideband and search.heard[row, line]:
                expected = order * IMS[surface] + sideband * spacing
                assert search.bins[row, line].mean() == pytest.approx(expected, rel=2 * SLIP)


def test_harmonic_beyond_the_spectrum_is_not_heard() -> None:
    assert alone(236.0, bins=600).heard.tolist() == [[True, True, *[False] * 7]]


# Found lines


@given(st.floats(20, 300), st.integers(0, 1000), st.floats(-0.9, 0.9))
def test_line_in_noise_is_found_at_its_frequency(hertz: float, seed: int, slip: float) -> None:
    search, envelope = alone(hertz), floor_of_noise(seed)
    place = round(hertz * (1 + slip * SLIP))
    envelope[place] = 1.0
    assert search.found_at(envelope, 0, 0) == place
    # The median of a Rayleigh distribution is 1.18 times its scale.
    assert search.strengths(envelope)[0, 0] == pytest.approx(np.log(1.0 / 0.0118), abs=0.5)


def test_noise_alone_stands_little_above_its_floor() -> None:
    strengths = alone(236.0).strengths(floor_of_noise(4, (200, BINS)))
    assert 1.2 < np.exp(np.median(strengths[:, 0, 0])) < 3.0


@given(st.floats(1e-6, 1e6))
def test_strength_is_a_ratio_and_knows_no_unit(factor: float) -> None:
    search, envelope = line_search(IMS, SHAFT, MAINS, 1.0, BINS), floor_of_noise(5)
    plain, scaled = search.strengths(envelope), search.strengths(envelope * np.float32(factor))
    assert scaled == pytest.approx(plain, abs=1e-4, nan_ok=True)


def test_channel_that_says_nothing_has_lines_of_no_strength() -> None:
    assert alone(236.0).strengths(np.zeros(BINS, np.float32)).tolist()[0][:3] == [0.0] * 3


def test_every_channel_and_band_is_searched_by_itself() -> None:
    search, envelopes = line_search(IMS, SHAFT, MAINS, 1.0, BINS), floor_of_noise(6, (2, 4, BINS))
    assert search.strengths(envelopes).shape == (2, 4, 4, len(NEWEST_RULE.lines))
    np.testing.assert_array_equal(search.strengths(envelopes)[1, 2], search.strengths(envelopes[1, 2]))


@pytest.mark.parametrize(
    ("rows", "hidden"),
    [(2560, (OUTER, INNER)), (4096, (OUTER, INNER)), (5120, ()), (20480, ())],
)
def test_short_recordings_hide_the_first_lines_of_races_behind_orders(
    rows: int, hidden: tuple[Surface, ...]
) -> None:
    assert behind_orders(IMS, SHAFT, 20480 / rows) == hidden


@given(st.floats(5, 100), st.floats(0.2, 20.0), st.floats(1.0, 4.0))
def test_a_longer_recording_hides_no_more_surfaces(shaft: float, resolution: float, longer: float) -> None:
    lines = fault_frequencies(ZA_2115, shaft)
    assert set(behind_orders(lines, shaft, resolution / longer)) <= set(
        behind_orders(lines, shaft, resolution)
    )
