"""`raceway watch`, `raceway engine` and `raceway status` from the shell, some with a real engine."""

import json
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

from engine.records.events import EventKind
from engine.records.intake import Outcome
from engine.store.store import Store, StoreError
from engine.system.lease import lease, machine_lease
from engine.system.processes import process_identity
from engine.system.processes.child_process import environment
from engine.system.processes.process_identity import own_space, start_of
from tests.engine.rigs import SMALL_COUNT, SMALL_HEALTHY, SmallRig, assessed
from tests.engine.watched_plant import Plant, plant_of
from tui.cli import app
from tui.command_lines import line, watch_line
from tui.commands.machines import watch as watch_commands
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
    # Asking the command takes far longer than asking the ledger.
    wait(lambda: taken(plant) >= SMALL_HEALTHY)
    wait(lambda: at_work.search(raceway("status", *state).stdout) is not None)
    seen = raceway("status", *state)
    assert seen.exit_code == Code.WELL, seen.stdout
    assert f"machine   small rig (watching {plant.folder})" in seen.stdout
    assert f"(process {engine.pid})" in seen.stdout
    assert "baseline  provisional until a person accepts it (raceway accept)" in seen.stdout
    assert f"files     {SMALL_HEALTHY} taken" in seen.stdout

    health = raceway("status", "--engine", *state)
    assert health.exit_code == Code.WELL
    assert re.fullmatch(r"small rig: watching, heartbeat \d s ago\n", health.stdout)

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
    assert "engine    ENDED " in gone.stdout
    assert raceway("status", "--engine", *state).exit_code == Code.CRITICAL
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


@pytest.mark.parametrize(
    "change",
    [{"space": "pid:[1] of another computer"}, {"started": 1}, {"pid": 1}, {"pid": -1}, {"pid": "x"}, {}],
    ids=["another namespace", "started before", "the first process", "all processes", "no number", "nothing"],
)
def test_engine_out_of_reach_is_asked_by_way_of_the_store_and_nobody_is_signalled(
    change: dict[str, object], plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    monkeypatch.setattr(watch_commands, "ENDING_SECONDS", 0.2)
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        with lease(plant.state / "leases", machine_lease(plant.settings)):
            (place,) = (plant.state / "leases").glob("machine-*.lock")
            told = {"pid": bystander.pid, "space": own_space(), "started": start_of(bystander.pid)}
            place.write_text(json.dumps(told | change) if change else "")
            said = sentence(raceway("engine", "stop", "--state", plant.state), FAILED)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    assert said.startswith(
        "the engine of small rig has not ended, although the store asked it to; its process cannot"
    )
    (request,) = plant.events(EventKind.REQUESTED)
    assert request.detail["action"] == "stop"


def test_stopping_ends_whoever_holds_the_lease_not_who_beat_last(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    monkeypatch.setattr(watch_commands, "ENDING_SECONDS", 0.2)
    holder = subprocess.Popen(["sleep", "60"])
    try:
        with lease(plant.state / "leases", machine_lease(plant.settings)):
            (place,) = (plant.state / "leases").glob("machine-*.lock")
            told = {"pid": holder.pid, "space": own_space(), "started": start_of(holder.pid)}
            place.write_text(json.dumps(told))
            said = sentence(raceway("engine", "stop", "--state", plant.state), FAILED)
        assert holder.wait(PATIENCE) == -signal.SIGTERM
    finally:
        holder.kill()
        holder.wait()
    assert f"though its process {holder.pid} was signalled" in said


def test_engine_out_of_reach_ends_when_it_is_asked_by_way_of_the_store(
    plant: Plant, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.put(*range(5))
    engine = start()
    wait(lambda: taken(plant) == 5)
    # As from another container, where the numbers of processes are others.
    monkeypatch.setattr(process_identity, "own_space", lambda: "pid:[1] of another computer")
    ended = raceway("engine", "stop", "--state", plant.state)
    assert (ended.exit_code, ended.stdout) == (0, "the engine of small rig has ended\n")
    assert engine.wait(PATIENCE) == 0


def test_unreadable_folder_is_left_to_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    started: list[list[str]] = []
    monkeypatch.setattr(os, "access", lambda *_given, **_more: False)
    monkeypatch.setattr(os, "execve", lambda _program, words, _environment: started.append(words))
    done = raceway("engine", "watch", tmp_path / "in", "--state", tmp_path / "st")
    assert (done.exit_code, done.output) == (0, "")
    assert [str(tmp_path / "in") in words for words in started] == [True]


@pytest.mark.parametrize("command", [("watch",), ("engine", "watch")])
def test_a_file_is_not_watched_and_no_engine_is_started_for_it(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "in").write_text("a file")
    said = sentence(raceway(*command, tmp_path / "in", "--state", tmp_path / "st"), UNUSABLE)
    folder = tmp_path / "in"
    assert said == f"{folder}: is not a folder; name the folder that the recorder writes its files into"
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
    assert re.search(
        r"^ +Right +[\d.]+  limit, (medium|high)( since .*)?, raised .*, UNACKNOWLEDGED", seen.stdout, re.M
    )


def test_live_record_counts_whatever_was_replayed_since(plant: Plant) -> None:
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    assessed(plant.rig.run, plant.settings, plant.state, plant.rig.bundle)
    assert "(watching " in raceway("status", "--state", plant.state).stdout
