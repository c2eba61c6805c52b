"""The rule of the sensors: a bad channel rings, by how bad it is, and returns once it measures again."""

from collections.abc import Iterable

import pytest

from engine.alarms.rules import Watch
from engine.alarms.sensors import COMES_AND_GOES, DEAF, WEAK, SensorFault, watch_sensor
from engine.records.assessment import Quality
from engine.records.events import Cause, EventKind, NewEvent
from tests.engine.severity_series import CLEARED, ESCALATED, RAISED, RULES, moment


def sensed(qualities: Iterable[Quality], name: str = "") -> list[tuple[int, NewEvent]]:
    watch, heard = Watch(), []
    for number, quality in enumerate(qualities):
        watch, events = watch_sensor(watch, quality, "Bearing 1", 2, moment(number), RULES, name=name)
        heard += [(number, event) for event in events]
    return heard


RUNNING, DEAD, CLIPPED = Quality.RUNNING, Quality.DEAD, Quality.CLIPPED


@pytest.mark.parametrize(
    ("qualities", "events"),
    [
        ([DEAD] * 2, []),
        ([DEAD] * 3, [(2, RAISED)]),
        ([DEAD, DEAD, RUNNING, DEAD, DEAD], []),
        ([DEAD] * 9, [(2, RAISED)]),
        ([DEAD] * 3 + [RUNNING] * 3, [(2, RAISED)]),
        ([DEAD] * 3 + [RUNNING] * 4, [(2, RAISED), (6, CLEARED)]),
        ([DEAD] * 3 + [RUNNING, DEAD] * 4, [(2, RAISED)]),
        ([Quality.INVALID] * 3, [(2, RAISED)]),
    ],
)
def test_sensor_rings_and_clears_after_so_many_in_a_row(
    qualities: list[Quality], events: list[tuple[int, EventKind]]
) -> None:
    assert [(number, event.kind) for number, event in sensed(qualities)] == events


@pytest.mark.parametrize(
    ("pattern", "rings_at"),
    [
        pytest.param([RUNNING, DEAD], 23, id="every second"),
        pytest.param([DEAD, DEAD, RUNNING], 13, id="two of three"),
        pytest.param([RUNNING, Quality.INVALID, RUNNING], None, id="one of three, too few of them"),
        pytest.param([DEAD, RUNNING, RUNNING, RUNNING, RUNNING], None, id="a glitch in five"),
    ],
)
def test_channel_that_comes_and_goes_rings_though_never_so_many_in_a_row(
    pattern: list[Quality], rings_at: int | None
) -> None:
    heard = sensed(pattern * (40 // len(pattern)))
    assert [number for number, _ in heard] == ([] if rings_at is None else [rings_at])
    assert all(event.detail["message"] == COMES_AND_GOES for _, event in heard)


def test_channel_that_came_and_went_returns_once_it_stays() -> None:
    heard = sensed([DEAD, RUNNING] * 15 + [RUNNING] * 9)
    assert [event.kind for _, event in heard] == [RAISED, CLEARED]


@pytest.mark.parametrize(
    ("faults", "rings"),
    [
        pytest.param([DEAF] * 5, [(2, RAISED, "medium", DEAF.words)], id="a fifth"),
        pytest.param([WEAK] * 5, [(2, RAISED, "low", WEAK.words)], id="half"),
        pytest.param(
            [WEAK] * 4 + [DEAF] * 4,
            [(2, RAISED, "low", WEAK.words), (6, ESCALATED, "medium", DEAF.words)],
            id="falls on",
        ),
        pytest.param([WEAK, WEAK, WEAK, DEAF, WEAK], [(2, RAISED, "low", WEAK.words)], id="a glitch"),
        pytest.param([DEAF] * 4 + [WEAK] * 4, [(2, RAISED, "medium", DEAF.words)], id="never lower again"),
    ],
)
def test_channel_that_fell_alone_rings_by_how_far(
    faults: list[SensorFault], rings: list[tuple[int, EventKind, str, str]]
) -> None:
    watch, heard = Watch(), []
    for number, fault in enumerate(faults):
        watch, events = watch_sensor(watch, RUNNING, "Bearing 1", 2, moment(number), RULES, fault=fault)
        heard += [(number, one.kind, one.detail["priority"], one.detail["message"]) for one in events]
    assert heard == rings


@pytest.mark.parametrize(("quality", "cause"), [(DEAD, Cause.SENSOR_DEAD), (CLIPPED, Cause.SENSOR_CLIPPED)])
def test_sensor_alarm_names_channel_and_cause(quality: Quality, cause: Cause) -> None:
    ((_, event),) = sensed([quality] * 3)
    assert (event.source, event.component) == ("channel", "Bearing 1")
    assert event.detail["cause"] == cause.value
    assert event.detail["channel"] == 2
    assert event.alarm.startswith("Bearing 1 channel 2/")
    ((_, named),) = sensed([quality] * 3, "Temp")
    assert (named.detail["sensor"], named.alarm.split("/")[0]) == ("Temp", "Bearing 1 Temp")
