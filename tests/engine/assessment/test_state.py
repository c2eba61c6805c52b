"""The running state survives the store to the bit, and states of earlier releases are read."""

import json
from dataclasses import replace

from engine.alarms.condition import ConditionWatch
from engine.alarms.rules import Watch
from engine.assessment.state import first_state, unpack_state, without_component
from engine.config.channels import layout_of
from engine.config.settings import load_settings

STATE = replace(
    first_state(layout_of(load_settings()), (4, 9)),
    condition=ConditionWatch(
        (-2.1, -1.9, -2.0, -2.2), (0.4, 0.5, 0.4, 0.6), 2, 0, "machine/condition changed/a"
    ),
    silent=2,
)


def test_state_comes_back_from_json_as_it_was_packed() -> None:
    packed = STATE.pack()
    again = unpack_state(json.loads(json.dumps(packed)))
    assert again.condition == STATE.condition
    assert again.silent == 2
    assert again.pack() == packed


def test_bands_of_a_localised_alarm_come_back_and_earlier_releases_stored_none() -> None:
    watch = Watch(alarm="Bearing 1/limit/a", bands=(3, 4))
    packed = replace(STATE, components=(watch, *STATE.components[1:])).pack()
    assert unpack_state(json.loads(json.dumps(packed))).components[0] == watch
    for one in packed["components"]:
        del one["bands"]
    assert unpack_state(json.loads(json.dumps(packed))).components[0] == replace(watch, bands=())


def test_component_with_a_new_baseline_or_part_starts_without_its_alarm_and_bands() -> None:
    watch = Watch(alarm="Bearing 1/limit/a", bands=(3, 4))
    state, standing = without_component(replace(STATE, components=(watch, *STATE.components[1:])), 0, (1,))
    assert (state.components[0], standing) == (Watch(), ("Bearing 1/limit/a",))


def test_state_of_an_earlier_release_has_no_step() -> None:
    packed = {key: value for key, value in STATE.pack().items() if key != "condition"}
    assert unpack_state(packed).condition == ConditionWatch()
