"""Processes by number, namespace and start: none is signalled in the place of another."""

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.system.processes.process_identity import (
    ProcessIdentity,
    ask_to_end,
    is_within_reach,
    own_identity,
    own_space,
    start_of,
)


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def identity(process: "subprocess.Popen[bytes]") -> ProcessIdentity:
    return ProcessIdentity(process.pid, own_space(), start_of(process.pid))


def test_this_process_is_within_its_own_reach() -> None:
    assert is_within_reach(own_identity())
    assert own_identity().pid == os.getpid()
    assert own_identity().started > 0


def test_process_is_asked_to_end(child: "subprocess.Popen[bytes]") -> None:
    ask_to_end(identity(child))
    assert child.wait(30) == -signal.SIGTERM


@pytest.mark.parametrize(
    "change",
    [
        {"space": "pid:[4026530000] another boot"},
        {"space": ""},
        {"started": 1},
        {"started": 0},
    ],
)
def test_process_of_another_namespace_or_start_is_left_alone(
    change: dict[str, object], child: "subprocess.Popen[bytes]"
) -> None:
    other = replace(identity(child), **change)  # type: ignore[arg-type]  # values fit their names
    assert not is_within_reach(other)
    with pytest.raises(ProcessLookupError):
        ask_to_end(other)
    assert child.poll() is None


@pytest.mark.parametrize("number", [-1, 0, 2**22 + 1])
def test_number_of_no_single_process_is_never_signalled(number: int) -> None:
    with pytest.raises(ProcessLookupError):
        ask_to_end(ProcessIdentity(number, own_space(), start_of(number)))


def test_program_with_brackets_in_its_name_has_a_start() -> None:
    process = subprocess.Popen(["bash", "-c", "echo 'a) b (c' > /proc/self/comm; exec -a 'x) 1 (' sleep 60"])
    try:
        assert start_of(process.pid) >= own_identity().started
    finally:
        process.kill()
        process.wait()
