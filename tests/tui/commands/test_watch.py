"""`raceway watch`, `raceway engine` and `raceway status` from the shell, some with a real engine."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.records.intake import Outcome
from engine.store.store import Store, StoreError
from engine.system.child_process import environment
from engine.system.lease import lease, machine_lease
from tests.engine.rigs import SMALL_COUNT, SMALL_HEALTHY, SmallRig, assessed
from tests.engine.watched_plant import Plant, plant_of
from tui.cli import app
from tui.command_lines import line, watch_line
from tui.commands.options import FAILED, UNUSABLE
from tui.output.conditions import Code

PATIENCE = 60.0


def raceway(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def sentence(result: Result, code: int) -> str:
    assert result.exit_code == code, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("raceway: ")
    return line.removeprefix("raceway: ")


@pytest.fixture
def plant(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    return plant_of(small_rig, tmp_path, monkeypatch)


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(plant: Plant) -> Iterator[Start]:
    """Start `raceway engine watch` like a service."""
    started: list[subprocess.Popen[str]] = []

    def service() -> "subprocess.Popen[str]":
        given = [plant.folder, "--config", plant.rig.config, "--state", plant.state]
        program = [sys.executable, "-P", "-c", "from tui.cli import main; main()"]
        child = subprocess.Popen(
            [*program, "engine", "watch", *map(str, given), "--bundle", str(plant.rig.bundle_folder)],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        return child

    yield service
    for child in started:
        child.kill()
        child.communicate()


def wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def taken(plant: Plant) -> int:
    """Return the number of files taken in; 0 without a store or rows."""
    try:
        with Store.open(plant.state) as store:
            machines = {one.machine_id for one in store.assessments()}
            return sum(store.intake_counts(one)[Outcome.TAKEN] for one in machines)
    except StoreError:
        return 0


def test_service_is_started_seen_refused_twice_and_ended_from_the_shell(plant: Plant, start: Start) -> None:
    state = ["--state", plant.state]
    # Only the healthy part, so that no alarm stands.
    plant.put(*range(SMALL_HEALTHY))
    engine = start()

    at_work = re.compile(rf"^engine    watching {SMALL_HEALTHY} of {SMALL_HEALTHY}, beat \d+ s ago", re.M)
    wait(lambda: at_work.search(raceway("status", *state).stdout) is not None)
    seen = raceway("status", *state)
    assert seen.exit_code == Code.WELL, seen.stdout
    assert f"machine   small rig (watching {plant.folder})" in seen.stdout
    assert f"(process {engine.pid})" in seen.stdout
    assert "baseline  provisional until somebody accepts it (raceway accept)" in seen.stdout
    assert f"files     {SMALL_HEALTHY} taken" in seen.stdout

    second = start()
    _, words = second.communicate(timeout=PATIENCE)
    assert second.returncode == FAILED
    assert words == (
        f"another engine is already watching small rig in {plant.state}; attach to it, or stop it\n"
    )

    ended = raceway("engine", "stop", *state)
    assert (ended.exit_code, ended.stdout) == (0, "the engine of small rig has ended\n")
    assert engine.wait(PATIENCE) == 0
    assert engine.communicate() == ("", "")

    gone = raceway("status", *state)
    assert gone.exit_code == Code.CRITICAL
    assert "engine    not at work: ended" in gone.stdout
    assert "no engine is watching" in sentence(raceway("engine", "stop", *state), UNUSABLE)


def test_engine_that_is_killed_is_told_of_by_the_next_which_goes_on(plant: Plant, start: Start) -> None:
    plant.put(*range(20))
    engine = start()
    wait(lambda: taken(plant) == 20)
    engine.send_signal(signal.SIGKILL)
    assert engine.wait(PATIENCE) == -signal.SIGKILL
    plant.put(*range(SMALL_COUNT))
    start()
    wait(lambda: taken(plant) == SMALL_COUNT)
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}
    assert [str(kind) for kind in plant.causes("engine failed")] == ["raised", "cleared"]
    again = line("watch", plant.folder, config=plant.rig.config, state=plant.state)
    assert watch_line(plant.events(), "") == again


# Refusals


def test_watching_needs_a_terminal_and_starts_nothing_without(plant: Plant) -> None:
    given = [plant.folder, "--config", plant.rig.config, "--state", plant.state]
    said = sentence(raceway("watch", *given), UNUSABLE)
    assert said == "the console needs a terminal; raceway engine watch does without one"
    assert not plant.state.exists()


def test_stopping_names_an_engine_that_cannot_be_told_apart(plant: Plant) -> None:
    plant.run(plant.turns(), bundle=plant.rig.bundle)
    with lease(plant.state / "leases", machine_lease(plant.settings)):
        (place,) = (plant.state / "leases").glob("machine-*.lock")
        place.write_text("")
        said = sentence(raceway("engine", "stop", "--state", plant.state), FAILED)
    assert said == "the engine of small rig has not said which process it is yet; try again"


def test_stopping_ends_whoever_holds_the_lease_not_who_beat_last(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.run(plant.turns(), bundle=plant.rig.bundle)
    killed: list[tuple[int, int]] = []

    def kill(process: int, number: int) -> None:
        killed.append((process, number))
        raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    with lease(plant.state / "leases", machine_lease(plant.settings)):
        (place,) = (plant.state / "leases").glob("machine-*.lock")
        place.write_text("123456")
        said = sentence(raceway("engine", "stop", "--state", plant.state), FAILED)
    assert killed == [(123456, signal.SIGTERM)]
    assert said == "the engine of small rig (process 123456) does not run on this machine"


@pytest.mark.parametrize("command", [("watch",), ("engine", "watch")])
def test_a_file_is_not_watched_and_no_engine_is_started_for_it(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "in").write_text("a file")
    said = sentence(raceway(*command, tmp_path / "in", "--state", tmp_path / "st"), UNUSABLE)
    assert said == f"{tmp_path / 'in'}: is no folder; name the folder that the recorder writes its files into"
    assert not (tmp_path / "st").exists()


@pytest.mark.parametrize("command", [("status",), ("engine", "stop")])
def test_store_that_is_not_there_is_a_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    code = Code.UNKNOWN if command == ("status",) else FAILED
    assert "there is no store here yet" in sentence(raceway(*command, "--state", tmp_path), code)
    assert list(tmp_path.iterdir()) == []


def test_status_of_a_store_without_a_record_or_of_a_machine_it_does_not_know_is_unknown(
    small_rig: SmallRig, tmp_path: Path
) -> None:
    Store.open(tmp_path, create=True).close()
    said = sentence(raceway("status", "--state", tmp_path), Code.UNKNOWN)
    assert said == f"{tmp_path}: the store holds no assessment yet; start a run first"
    other = raceway("status", "--state", small_rig.state, "--machine", "lathe")
    assert "the store holds no assessment of machine 'lathe'" in sentence(other, Code.UNKNOWN)


def test_status_of_a_finished_run_tells_its_alarm(small_rig: SmallRig) -> None:
    seen = raceway("status", "--state", small_rig.state)
    assert seen.exit_code == Code.CRITICAL
    assert "machine   small rig (finished run " in seen.stdout
    assert re.search(r"^ +Right +[\d.]+  limit, (medium|high), raised .*, UNACKNOWLEDGED", seen.stdout, re.M)


def test_live_record_counts_whatever_was_replayed_since(plant: Plant) -> None:
    plant.run(plant.turns(), bundle=plant.rig.bundle)
    assessed(plant.rig.run, plant.settings, plant.state, plant.rig.bundle)
    assert "(watching " in raceway("status", "--state", plant.state).stdout
