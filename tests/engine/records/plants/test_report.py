"""The report of a plant as machines without a record: which are shown, and with which heartbeat."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from engine.records.plants.report import Named, PlantReport, unrecorded, with_unrecorded
from engine.records.progress import SILENCE, Phase
from tests.engine.rigs import WALL

NAMED = {
    "press": Named("/in/press", WALL, "no bundle"),
    "lathe": Named("/in/lathe", WALL),
}
PLANT = PlantReport("/etc/plant.toml", "north", 4711, WALL, machines=NAMED)
SOON, LATE = WALL + timedelta(seconds=1), WALL + 2 * SILENCE


@pytest.mark.parametrize(
    ("plant", "now", "phase", "silent"),
    [
        (PLANT, SOON, Phase.FAILED, False),
        (PLANT, LATE, Phase.STARTING, True),
        (PLANT, WALL - 2 * SILENCE, Phase.STARTING, True),
        (replace(PLANT, ended=True), SOON, Phase.ENDED, False),
        (replace(PLANT, ended=True), LATE, Phase.ENDED, True),
    ],
)
def test_machine_in_trouble_has_its_reason_whether_or_not_the_engine_lives(
    plant: PlantReport, now: datetime, phase: Phase, silent: bool
) -> None:
    beat = plant.heartbeat("press", now)
    assert (beat.phase, beat.message, beat.is_silent(now)) == (phase, "no bundle", silent)


def test_machine_without_trouble_is_starting() -> None:
    assert PLANT.heartbeat("lathe", SOON).phase is Phase.STARTING


def test_machines_with_a_record_are_not_shown_and_the_others_by_name() -> None:
    found = unrecorded([PLANT], {"lathe"}, SOON)
    assert [one.assessment.machine for one in found] == ["press"]
    assert [one.assessment.machine for one in unrecorded([PLANT], set(), SOON)] == ["lathe", "press"]
    assert unrecorded([], {"lathe"}, SOON) == ()


def test_of_two_reports_the_engine_at_work_counts() -> None:
    ended = replace(PLANT, host="south", ended=True, beat_at=SOON)
    for order in ([PLANT, ended], [ended, PLANT]):
        assert {one.plant.host for one in unrecorded(order, set(), SOON)} == {"north"}
    both = [PLANT, replace(PLANT, host="south", beat_at=SOON)]
    assert {one.plant.host for one in unrecorded(both, set(), SOON)} == {"south"}


@pytest.mark.parametrize(
    ("other", "now", "replaced"),
    [
        (PLANT, SOON, False),
        (PLANT, LATE, True),
        (replace(PLANT, ended=True), SOON, True),
        (replace(PLANT, file="/etc/old.toml"), LATE, True),
        (replace(PLANT, file="/etc/old.toml", machines={"mill": NAMED["lathe"]}), LATE, False),
        (replace(PLANT, machines={"mill": NAMED["lathe"]}), LATE, True),
    ],
)
def test_report_replaces_one_that_is_over_and_hides_no_machine(
    other: PlantReport, now: datetime, replaced: bool
) -> None:
    mine = replace(PLANT, host="south")
    assert mine.replaces(other, now) is replaced


def test_stand_in_takes_the_place_of_a_finished_run_of_the_same_name() -> None:
    (lathe, press) = unrecorded([PLANT], set(), SOON)
    run = replace(press.assessment, id=7, expected=10)
    other = replace(run, id=8, machine="mill")
    assert with_unrecorded([run, other], [press, lathe]) == (other, press.assessment, lathe.assessment)
    assert press.assessment.live
