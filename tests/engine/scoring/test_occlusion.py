"""Occlusion: the error falls most when the faulty part of the signal is covered."""

from dataclasses import replace

import numpy as np

from engine.config.channels import layout_of
from engine.scoring.occlusion import occlusion
from engine.scoring.scorer import Scorer
from replay.recording import Snapshot
from tests.engine.rigs import SMALL_FAULT, SmallRig, scorer_of

RINGS_AT = 0.23 * 25_600
"""Resonance of the small rig's defect [Hz]."""


def opinion(scorer: Scorer, snapshot: Snapshot, component: int) -> list[dict[str, object]]:
    return occlusion(scorer, scorer.examine(snapshot), snapshot.sample_rate, component)


def test_covering_the_band_of_the_fault_tells_most(small_rig: SmallRig) -> None:
    scorer = scorer_of(small_rig.bundle, small_rig.settings)
    parts = opinion(scorer, small_rig.run.read(SMALL_FAULT), 1)
    low, high = parts[0]["band"]
    assert low <= RINGS_AT <= high
    falls = [part["fall"] for part in parts]
    assert falls == sorted(falls, reverse=True)
    assert 0.3 < falls[0] <= 1.0


def test_bands_lie_side_by_side_up_to_half_the_sample_rate(small_rig: SmallRig) -> None:
    scorer = scorer_of(small_rig.bundle, small_rig.settings)
    bands = sorted(part["band"] for part in opinion(scorer, small_rig.run.read(SMALL_FAULT), 1))
    assert bands[0][0] == 0.0
    assert bands[-1][1] == 12_800.0
    assert [low for low, _ in bands[1:]] == [high for _, high in bands[:-1]]


def test_component_with_two_sensors_is_told_which_of_them_hears_it(small_rig: SmallRig) -> None:
    layout = replace(layout_of(small_rig.settings), components=("Both",), channels=((1, 2),))
    plain = scorer_of(small_rig.bundle, small_rig.settings)
    scorer = Scorer(small_rig.bundle, layout, plain.diagnostician)
    parts = opinion(scorer, small_rig.run.read(SMALL_FAULT), 0)
    falls = {part["channel"]: part["fall"] for part in parts if "channel" in part}
    assert falls[2] > 0.5 > falls[1]


def test_sensor_that_has_gone_mad_does_not_keep_its_neighbour_from_being_asked(small_rig: SmallRig) -> None:
    scorer = scorer_of(small_rig.bundle, small_rig.settings)
    snapshot = small_rig.run.read(SMALL_FAULT)
    signal = snapshot.signal.copy()
    signal[9, 0] = 1e30
    mad = opinion(scorer, replace(snapshot, signal=signal), 1)
    assert mad[0]["band"] == opinion(scorer, snapshot, 1)[0]["band"]
    assert all(np.isfinite(part["fall"]) for part in mad)
