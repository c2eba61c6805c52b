"""Sensors that no longer measure their machine: hum, a smaller gain, a signal that comes twice."""

import pytest

from engine.alarms.condition import SETTLED
from engine.alarms.sensors import REPEATS, WEAK
from engine.config.channels import layout_of
from engine.records.events import EventKind
from tests.engine.assessment.test_tracker import CLEARED, RAISED, Machine, events
from tests.engine.rigs import SmallRig


def machine_of(rig: SmallRig) -> Machine:
    return Machine(rig, layout_of(rig.settings))


@pytest.mark.parametrize("kind", ["right hums", "right weak", "right drops out"])
def test_sensor_that_lost_the_machine_rings_and_the_other_is_judged(small_rig: SmallRig, kind: str) -> None:
    verdicts = machine_of(small_rig).follow(["healthy"] * 4 + [kind] * 5)
    (raised,) = [event for event in events(verdicts) if event.kind is RAISED]
    assert (raised.source, raised.detail["cause"], raised.detail["channel"]) == ("channel", "sensor dead", 2)
    assert verdicts[-1].scores[0].severity is not None


def test_signal_that_comes_twice_rings_for_both_channels(small_rig: SmallRig) -> None:
    verdicts = machine_of(small_rig).follow(["copied"] * 3)
    told = [event.detail["message"] for event in events(verdicts) if event.kind is RAISED]
    assert told == ["its signal is that of channel 2", "its signal is that of channel 1"]


def test_machine_whose_numbers_all_fell_rings_as_a_changed_condition(small_rig: SmallRig) -> None:
    verdicts = machine_of(small_rig).follow(["weak"] * (SETTLED + 9), through_json=True)
    (raised,) = [event for event in events(verdicts) if event.kind in (RAISED, CLEARED)]
    assert (raised.source, raised.detail["cause"]) == ("machine", "condition changed")


def test_channel_at_half_its_level_beside_others_rings_low(small_rig: SmallRig) -> None:
    verdicts = machine_of(small_rig).follow(["healthy"] * 4 + ["right half"] * 5)
    (raised,) = [event for event in events(verdicts) if event.kind is RAISED]
    assert (raised.detail["cause"], raised.detail["channel"]) == ("sensor dead", 2)
    assert (raised.detail["priority"], raised.detail["message"]) == ("low", WEAK.words)


@pytest.mark.parametrize("kind", ["both half", "both a tenth"])
def test_all_channels_with_a_smaller_gain_ring_as_a_changed_condition_that_stands(
    small_rig: SmallRig, kind: str
) -> None:
    verdicts = machine_of(small_rig).follow(["healthy"] * 4 + [kind] * (SETTLED + 9))
    told = [event for event in events(verdicts) if event.kind in (RAISED, CLEARED, EventKind.STOPPED)]
    assert [(event.source, event.detail["cause"]) for event in told] == [("machine", "condition changed")]


def test_sensor_that_is_mended_is_no_rising_error(small_rig: SmallRig) -> None:
    kinds = ["healthy"] * 10 + ["right weak"] * 30 + ["right louder"] * 40
    told = [event for event in events(machine_of(small_rig).follow(kinds)) if event.kind in (RAISED, CLEARED)]
    assert [(event.source, event.kind) for event in told] == [("channel", RAISED), ("channel", CLEARED)]


def test_channel_that_repeats_its_last_recording_rings_beside_others(small_rig: SmallRig) -> None:
    kinds = ["healthy"] * 4 + ["right repeats"] * 5
    verdicts = machine_of(small_rig).follow(kinds, through_json=True)
    (raised,) = [event for event in events(verdicts) if event.kind is RAISED]
    assert (raised.detail["channel"], raised.detail["message"]) == (2, REPEATS.words)


def test_recordings_that_come_twice_as_a_whole_are_no_trouble_of_their_sensors(small_rig: SmallRig) -> None:
    verdicts = machine_of(small_rig).follow(["repeats"] * 5)
    assert [event for event in events(verdicts) if event.source == "channel"] == []
