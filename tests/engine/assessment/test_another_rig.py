"""A rig other than IMS: two channels at 25.6 kHz, 2560 rows every 10 s, times with seconds."""

from datetime import timedelta
from itertools import pairwise

import pytest

from engine.records.picture import Picture
from engine.store.store import Store
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_FAULT,
    SMALL_INTERVAL,
    SmallRig,
    events_of,
    only_assessment,
    urgent,
)


def test_times_come_from_its_own_pattern_to_the_second(small_rig: SmallRig) -> None:
    times = [entry.time for entry in small_rig.run.entries]
    assert len(times) == SMALL_COUNT
    assert {later - earlier for earlier, later in pairwise(times)} == {SMALL_INTERVAL}


def test_steady_noise_is_silent_and_impulses_on_the_right_ring_on_the_right(small_rig: SmallRig) -> None:
    raised = urgent(events_of(small_rig.state))
    assert [event.component for event in raised] == ["Right"]
    late = raised[0].at - small_rig.run.entries[SMALL_FAULT].time
    assert timedelta(0) <= late <= 5 * SMALL_INTERVAL


def test_steady_noise_stays_well_below_the_limit(small_rig: SmallRig) -> None:
    with Store.open(small_rig.state) as store:
        severity = store.series(only_assessment(store)).severity
    assert severity[:SMALL_FAULT].max() < 0.9
    assert severity[:, 0].max() < 0.9
    assert severity[-1, 1] > 1.0


def test_picture_reaches_to_half_its_sample_rate(small_rig: SmallRig) -> None:
    with Store.open(small_rig.state) as store:
        data = store.picture(only_assessment(store), 0)
    assert data is not None
    picture = Picture.unpack(data)
    assert picture.spectrum.shape[0] == 2
    assert picture.edges[-1] == pytest.approx(12_800, rel=0.01)
