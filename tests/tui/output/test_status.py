"""`raceway status` lists every machine that a plant names, with an exit code that says its trouble."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.records.picker import PickError
from engine.records.plants.report import Named, PlantReport
from engine.records.progress import SILENCE, Heartbeat, Phase
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.engine.store_items import begin
from tui.commands.machines.console import Choice
from tui.data.fleet import Fleet
from tui.output.conditions import Code, engine_code
from tui.output.status import status_of
from tui.screens.machines.table import fleet_banner, fleet_lines

SOON, LATE = WALL + timedelta(seconds=1), WALL + 2 * SILENCE
FAULT = "/etc/plant.toml:3: two machines are named 'press'. The plant goes on as before the edit."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, create=True) as opened:
        yield opened


def report(trouble: str = "", *, ended: bool = False, fault: str = "") -> PlantReport:
    machines = {"press": Named("/in/press", WALL, trouble)}
    return PlantReport("/etc/plant.toml", "north", 4711, WALL, ended, fault, machines)


def status(store: Store, now: datetime = SOON, *, engine: bool = False) -> tuple[Code, str]:
    code, lines = status_of(store, store.path.parent, None, now, engine=engine)
    return code, "\n".join(lines)


def beat(store: Store, phase: Phase, message: str = "", machine: str = "lathe") -> None:
    record = begin(store, machine=machine, expected=0)
    store.beat(record, Heartbeat(WALL, 4711, phase, 3, 3, message))


@pytest.mark.parametrize("engine", [False, True])
@pytest.mark.parametrize(
    ("plant", "now", "code", "words"),
    [
        (report("no bundle"), SOON, Code.CRITICAL, "no bundle"),
        (report("no bundle"), LATE, Code.CRITICAL, "no bundle"),
        (report(ended=True), SOON, Code.CRITICAL, "ended"),
        (report(), SOON, Code.UNKNOWN, "starting"),
        (report(), LATE, Code.CRITICAL, "starting"),
    ],
)
def test_machine_without_a_record_is_listed_with_its_trouble(
    store: Store, plant: PlantReport, now: datetime, code: Code, words: str, engine: bool
) -> None:
    store.put_plant(plant)
    found, lines = status(store, now, engine=engine)
    assert found is code
    assert "press" in lines
    assert words in lines.lower()


def test_machine_of_a_dead_engine_is_shown_with_the_command_that_starts_it(store: Store) -> None:
    store.put_plant(report("no bundle"))
    assert "start it again: raceway engine watch --plant /etc/plant.toml --state" in status(store, LATE)[1]
    # The engine tries again by itself.
    assert "start it again" not in status(store, SOON)[1]


def test_trouble_of_one_machine_stands_beside_the_others_of_the_store(store: Store) -> None:
    beat(store, Phase.WATCHING)
    store.put_plant(report("no bundle"))
    code, lines = status(store)
    assert code is Code.CRITICAL
    assert {line.split()[1] for line in lines.splitlines() if line.startswith("machine")} == {
        "lathe",
        "press",
    }
    only, lines = status_of(store, store.path.parent, "press", SOON)
    assert only is Code.CRITICAL
    assert not any("lathe" in line for line in lines)


def test_finished_run_of_the_same_name_does_not_hide_the_trouble(store: Store) -> None:
    begin(store, machine="press", expected=5)
    store.put_plant(report("no bundle"))
    assert status(store)[0] is Code.CRITICAL


def test_text_from_a_file_moves_no_cursor(store: Store) -> None:
    store.put_plant(report("bad \x1b[2J file", fault="bad \x1b[2J edit"))
    assert "\x1b" not in status(store)[1]
    assert "\x1b" not in status(store, engine=True)[1]


def test_faulty_edit_is_said_and_is_no_fault_of_the_engine(store: Store) -> None:
    beat(store, Phase.REMOVED, machine="press")
    store.put_plant(report(fault=FAULT))
    code, lines = status(store)
    assert code is Code.WARNING
    assert f"plant     {FAULT}" in lines
    code, lines = status(store, engine=True)
    assert code is Code.WELL
    assert FAULT in lines


def test_faulty_edit_alone_is_a_warning(store: Store) -> None:
    store.put_plant(replace(report(fault=FAULT), machines={}))
    assert status(store) == (Code.WARNING, f"plant     {FAULT}")


def test_removed_machine_is_not_watched_any_more_and_does_not_grow_silent(store: Store) -> None:
    beat(store, Phase.REMOVED, "removed from /etc/plant.toml")
    for now in (SOON, LATE):
        code, lines = status(store, now)
        assert code is Code.WARNING
        since = f"not watched any more since {WALL:%Y-%m-%d %H:%M:%S} UTC"
        assert f"{since}, after 3 of 3 snapshots: removed from /etc/plant.toml" in lines
        assert "start it again" not in lines
        assert status(store, now, engine=True)[0] is Code.WELL


def test_engine_that_has_not_begun_is_unknown_to_a_health_check() -> None:
    assert engine_code(Heartbeat(WALL, 1, Phase.STARTING, 0, 0, ""), SOON) is Code.UNKNOWN
    assert engine_code(Heartbeat(WALL, 1, Phase.STARTING, 0, 0, ""), LATE) is Code.CRITICAL


def test_damaged_report_is_named_and_hides_nothing_else(store: Store) -> None:
    beat(store, Phase.REMOVED)
    store.put_plant(report("no bundle"))
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '{}' WHERE key LIKE 'named %'")
    code, lines = status(store)
    assert code is Code.WARNING
    assert "table plant" in lines
    assert "lathe" in lines


def test_unknown_machine_is_still_refused(store: Store) -> None:
    store.put_plant(report("no bundle"))
    with pytest.raises(PickError, match="no assessment of machine 'mill'"):
        status_of(store, store.path.parent, "mill", SOON)


# The console


def test_list_of_machines_shows_one_without_a_record_first_and_why(store: Store) -> None:
    beat(store, Phase.WATCHING)
    store.put_plant(report("no bundle"))
    fleet = Fleet().read(store, SOON)
    assert [one.assessment.machine for one in fleet] == ["press", "lathe"]
    utc = WALL.tzinfo
    assert utc is not None
    for width in (60, 120):
        lines = fleet_lines(width, 16, fleet, "press", SOON, utc)
        drawn = "\n".join("".join(span.text for span in line) for line in lines)
        assert "NOT WATCHED" in drawn
        assert "no bundle" in drawn
    assert "1 of 2 engines not working: press" in fleet_banner(fleet, SOON, utc).status.text


def test_attaching_to_a_store_in_which_no_machine_has_a_record_says_why(store: Store) -> None:
    store.put_plant(report("no bundle"))
    with pytest.raises(PickError, match=r"press has no record yet \(no bundle\)"):
        Choice(store.path.parent, None)(store)
    beat(store, Phase.WATCHING)
    choice = Choice(store.path.parent, None)
    assert choice(store).machine == "lathe"
    assert choice.several
