"""The list of alarms for a shell."""

import pytest

from engine.alarms.peak import Peak
from tests.engine.explanation.situations import AT, alarm_of
from tui.output.alarm_table import alarm_text


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"surface": "outer race"}, "limit, outer race"),
        ({"carried_from": "Bearing 1"}, "limit, heard from Bearing 1"),
        ({"cause": "sensor dead", "detail": {"channel": 3}}, "sensor dead, channel 3"),
        ({}, "limit"),
    ],
)
def test_the_cause_names_what_the_alarm_points_to(changes: dict[str, object], cause: str) -> None:
    alarm = alarm_of(component="Bearing 4", **changes)  # type: ignore[arg-type]  # fields of an alarm
    row = alarm_text("rig", AT, [alarm], [""], [Peak(2.0)]).splitlines()[2]
    assert row.partition("Bearing 4  ")[2].startswith(f"{cause}  ")
