"""Work of a second process returns as if done here, whatever happens to that process."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from operator import mul, truediv
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from engine.assessment import batch
from engine.assessment.examination import Examined, examination
from engine.config.channels import layout_of
from engine.diagnosis.surface import Diagnostician
from engine.scoring.scorer import Scorer
from engine.system.processes.child_process import environment
from engine.system.processes.ordered_map import in_order
from engine.system.processes.worker import ROOM, Worker, WorkerLostError
from replay.recording import RecordingError
from replay.run import open_run
from tests.engine.rigs import SmallRig, assessed, facts_of

SOON = 60.0
"""Time for a process to start or end on any test machine [s]."""

T = TypeVar("T")

TWICE: Callable[[int], int] = partial(mul, 2)


def up(process: Worker[Any]) -> bool:
    """Wait until a process can work."""
    process.take_in(SOON)
    return process.ready


def answer_of(process: Worker[T], answer: Future[T]) -> Future[T]:
    """Return an answer of a process that is up once it is there."""
    process.wait_for(answer)
    return answer


def test_answers_come_back_in_their_order_with_what_was_raised_in_its_place() -> None:
    with Worker(partial(partial, truediv, 1)) as process:
        assert up(process)
        answers = [process.submit(index) for index in (2, 0, 4)]
        assert answer_of(process, answers[0]).result() == 0.5
        assert isinstance(answer_of(process, answers[1]).exception(), ZeroDivisionError)
        assert answer_of(process, answers[2]).result() == 0.25


def test_nothing_is_begun_before_the_process_is_up_so_that_others_can_do_it() -> None:
    with Worker(partial(time.sleep, 3600)) as process:
        assert process.submit(4).cancel()


def test_what_was_asked_before_it_was_up_is_done_once_it_is() -> None:
    with Worker(partial(partial, TWICE)) as process:
        answer = process.submit(4)
        assert up(process)
        assert answer_of(process, answer).result() == 8


@pytest.mark.parametrize("count", [3, ROOM // 8 + 1])
def test_arrays_keep_every_bit_even_where_they_are_too_large_for_the_table(count: int) -> None:
    with Worker(partial(partial, np.arange, -count)) as process:
        assert up(process)
        # More than the shared memory holds at once: none may overwrite another in use.
        answers = [process.submit(stop) for stop in range(5)]
        for stop, answer in enumerate(answers):
            np.testing.assert_array_equal(answer_of(process, answer).result(), np.arange(-count, stop))


def test_process_that_ends_before_it_answers_leaves_the_work_to_be_done_here() -> None:
    with Worker(partial(partial, time.sleep)) as process:
        assert up(process)
        endless = process.submit(3600)
        os.kill(process.pid, signal.SIGKILL)
        assert isinstance(answer_of(process, endless).exception(), WorkerLostError)
        assert not process.ready
        assert [*in_order(TWICE, range(50), process)] == [*range(0, 100, 2)]


def test_all_results_come_though_the_process_is_killed_halfway() -> None:
    with Worker(partial(partial, TWICE)) as process:
        assert up(process)
        results = in_order(TWICE, range(2000), process)
        begun = [next(results) for _ in range(1000)]
        os.kill(process.pid, signal.SIGKILL)
        assert [*begun, *results] == [*range(0, 4000, 2)]


def test_process_that_cannot_prepare_is_done_without() -> None:
    with Worker(partial(int, "no number")) as process:
        assert [*in_order(TWICE, range(50), process)] == [*range(0, 100, 2)]
        assert not process.ready


def test_process_ends_with_the_one_that_started_it_even_if_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import time\nfrom functools import partial\nfrom engine.system.processes.worker import Worker\n"
        "worker = Worker(partial(partial, time.sleep))\nworker.take_in(60)\nassert worker.ready\n"
        "print(worker.pid, flush=True)\ntime.sleep(3600)\n"
    )
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment(), text=True)
    assert parent.stdout is not None
    own = int(parent.stdout.readline())
    os.kill(own, 0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + SOON
    while running(own) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not running(own)


def running(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


# Recordings


def scorer_of(rig: SmallRig) -> Scorer:
    """Return what examines the recordings of a rig."""
    return Scorer(rig.bundle, layout_of(rig.settings), Diagnostician(rig.settings, rig.bundle.scoring))


def test_process_that_examines_does_not_load_the_settings(small_rig: SmallRig) -> None:
    code = "import pickle, sys; pickle.load(sys.stdin.buffer)(); print('pydantic' in sys.modules)"
    packed = pickle.dumps(partial(examination, small_rig.run, scorer_of(small_rig)))
    done = subprocess.run([sys.executable, "-c", code], input=packed, capture_output=True, env=environment())
    assert done.stdout.strip().endswith(b"False"), done.stderr


def test_run_scored_by_two_processes_is_the_run_scored_by_one(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Up(Worker[Examined]):
        def __init__(self, prepare: Callable[[], Callable[[int], Examined]]) -> None:
            super().__init__(prepare)
            assert up(self)

        def submit(self, index: int) -> Future[Examined]:
            asked.append(index)
            return super().submit(index)

    monkeypatch.setattr(batch, "WORTH_A_WORKER", 1)
    monkeypatch.setattr(batch, "Worker", Up)
    assessed(small_rig.run, small_rig.settings, tmp_path, small_rig.bundle)
    assert asked == [*range(len(small_rig.run))]
    assert facts_of(tmp_path) == facts_of(small_rig.state)


def test_run_is_scored_though_the_system_has_no_process_to_give(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_prepare: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(batch, "WORTH_A_WORKER", 1)
    monkeypatch.setattr(batch, "Worker", none)
    assessed(small_rig.run, small_rig.settings, tmp_path, small_rig.bundle)
    assert facts_of(tmp_path) == facts_of(small_rig.state)


def test_bad_recording_is_told_from_there_as_from_here(small_rig: SmallRig, tmp_path: Path) -> None:
    name = small_rig.run.entries[0].name
    (tmp_path / name).write_bytes(b"1,2\n1,x\n")
    run = open_run(tmp_path, small_rig.settings.recording_format())
    scorer = scorer_of(small_rig)
    with pytest.raises(RecordingError) as here:
        examination(run, scorer)(0)
    with Worker(partial(examination, run, scorer)) as process:
        assert up(process)
        there = answer_of(process, process.submit(0)).exception()
    assert isinstance(there, RecordingError)
    assert (there.name, there.reason) == (name, here.value.reason)
