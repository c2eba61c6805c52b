"""Rows of the first screen, of components and other alarms; the colour of a story is that of its alarm."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from engine.clock import microseconds
from engine.store.store import Store
from tests.engine.handmade_events import RAISED, engine_event
from tests.tui import synthetic
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.draw.bearing_rows import bearing_lines, rows_wanted
from tui.draw.text import Role, plain
from tui.screens.alarms.story import story_rows


@pytest.mark.parametrize("names", [("Pump",), ("Pump", "Motor")])
def test_alarms_of_machine_and_engine_have_a_row_each_beside_a_single_component(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    synthetic.fill(tmp_path, 30, names)
    with Store.open(tmp_path) as store:
        view = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert view is not None
    last = synthetic.at(29)
    rings = [
        replace(
            engine_event(900 + number, RAISED, 0, f"{source}/{cause}/a"), at=last, component="", source=source
        )
        for number, (source, cause) in enumerate((("machine", "no data"), ("engine", "engine failed")))
    ]
    shown = Frame(replace(view, events=(*view.events, *rings)), Playhead(microseconds(last)))
    rows = rows_wanted(shown)
    drawn = plain(bearing_lines(80, rows, shown, 0, UTC)).splitlines()
    assert len(drawn) == rows
    assert "machine: no data" in "\n".join(drawn)
    assert "engine: failed" in "\n".join(drawn)


def test_sensor_alarm_beside_another_alarm_of_its_component_has_a_row(whole_store: Path) -> None:
    with Store.open(whole_store) as store:
        view = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert view is not None
    last = synthetic.at(110)
    ring = engine_event(900, RAISED, 0, "Bearing 1 channel 1/sensor dead/a", channel=1)
    ring = replace(ring, at=last, component="Bearing 1", source="channel")
    shown = Frame(replace(view, events=(*view.events, ring)), Playhead(microseconds(last)))
    drawn = plain(bearing_lines(80, rows_wanted(shown), shown, 0, UTC)).splitlines()
    assert drawn[1].startswith("›■ Bearing 1 ")
    assert drawn[-1].startswith(" ◆ Bearing 1: sensor dead, channel 1")
    # Alone it stands in the row of its component.
    alone = Frame(replace(view, events=(ring,)), Playhead(microseconds(last)))
    assert rows_wanted(alone) == 1 + len(synthetic.NAMES)


@pytest.mark.parametrize(
    ("position", "role"),
    [(synthetic.RAISED, Role.RINGING_MEDIUM), (synthetic.ESCALATED, Role.RINGING_HIGH)],
)
def test_state_of_a_story_has_the_colour_of_its_alarm(whole_store: Path, position: int, role: Role) -> None:
    with Store.open(whole_store) as store:
        view = Reader(lambda: store, lambda one: one.assessments()[-1], "").poll().view
    assert view is not None
    shown = Frame(view, Playhead(microseconds(synthetic.at(position))))
    (alarm,) = shown.alarms
    assert story_rows(100, shown, alarm, UTC)[0][1].role is role
