"""An engine whose stored state is damaged goes on: what stood still stands, and nothing rings twice."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.assessment.recovery import rebuilt_state
from engine.config.channels import layout_of
from engine.records.events import Cause, EventKind, NewEvent, Priority
from engine.store.location import FILE_NAME
from engine.store.store import Store
from tests.engine.rigs import SMALL_COUNT, SmallRig, assessed, first_recordings, only_assessment
from tests.engine.store_items import at, begin


@pytest.mark.parametrize("spoilt", [b"", b"{}", b'{"components": []}', b"\xff" * 100, None])
def test_run_goes_on_with_its_alarm_where_the_state_is_lost(
    small_rig: SmallRig, tmp_path: Path, spoilt: bytes | None
) -> None:
    state, part = tmp_path / "state", first_recordings(small_rig.run, SMALL_COUNT - 3)
    shutil.copytree(small_rig.state / "bundles", state / "bundles")
    with Store.open(state, create=True, beside_bundles=True):
        pass
    assessed(part, small_rig.settings, state)
    with Store.open(state) as store:
        before = store.events(only_assessment(store))
    assert any(event.kind is EventKind.RAISED for event in before)
    with sqlite3.connect(state / FILE_NAME) as connection:
        if spoilt is None:
            connection.execute("DELETE FROM state")
        else:
            connection.execute("UPDATE state SET packed = CAST(? AS TEXT)", (spoilt,))
    assessed(small_rig.run, small_rig.settings, state)
    with Store.open(state) as store:
        assessment = only_assessment(store)
        assert len(store.series(assessment)) == SMALL_COUNT
        after = store.events(assessment)
        resume = store.resume_point(assessment)
        assert not store.damage.found
    assert after[: len(before)] == before
    assert EventKind.RAISED not in {event.kind for event in after[len(before) :]}
    assert resume is not None
    assert resume[2] is not None


def test_every_kind_of_standing_alarm_is_taken_up_again(small_rig: SmallRig, tmp_path: Path) -> None:
    layout = layout_of(small_rig.settings)
    left, right = layout.components

    def rung(source: str, component: str, key: str, cause: Cause, **more: object) -> NewEvent:
        detail = {"cause": cause.value, "priority": "medium", "severity": 2.0, **more}
        return NewEvent(EventKind.RAISED, at(1), source, component, key, detail=detail)

    facts = [
        rung("component", left, "left/limit/1", Cause.LIMIT),
        NewEvent(EventKind.ESCALATED, at(2), "component", left, "left/limit/1", detail={"priority": "high"}),
        rung("component", right, "right/limit/1", Cause.LIMIT),
        NewEvent(EventKind.CLEARED, at(2), "component", right, "right/limit/1"),
        rung("component", right, "right/trend/1", Cause.TREND),
        rung("channel", right, "right channel 2/sensor dead/1", Cause.SENSOR_DEAD, channel=2),
        rung("machine", "", "machine/stopped/1", Cause.STOPPED),
        NewEvent(EventKind.STOPPED, at(2), "machine"),
    ]
    with Store.open(tmp_path, create=True) as store:
        assessment = begin(store)
        store.settle(assessment, (), facts, at(3))
        state = rebuilt_state(layout, (2, 5), store.events(assessment))
    assert [watch.alarm for watch in state.components] == ["left/limit/1", ""]
    assert state.components[0].priority == Priority.HIGH
    assert state.components[0].peak == 2.0
    assert [watch.alarm for watch in state.trends] == ["", "right/trend/1"]
    assert [watch.alarm for watch in state.sensors] == ["", "right channel 2/sensor dead/1"]
    assert (state.stopped, state.stopped_alarm) == (True, "machine/stopped/1")
