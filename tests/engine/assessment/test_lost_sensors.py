"""Sensors that no longer measure their machine: hum, a smaller gain, a signal that comes twice."""

import pytest

from engine.alarms.condition import SETTLED
from engine.config.channels import layout_of
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
