"""A map over snapshots yields results in order; a faulty recording is a result, not an end."""

import threading

import pytest

from engine.system.processes.ordered_map import SharedPool, one_by_one
from replay.recording import RecordingError


def test_faulty_recording_is_yielded_in_its_place() -> None:
    def work(index: int) -> int:
        if index == 1:
            raise RecordingError("b.csv", "is empty")
        return index

    first, faulty, last = one_by_one(work, range(3))
    assert (first, last) == (0, 2)
    assert isinstance(faulty, RecordingError)


def test_pool_works_on_its_threads_and_raises_the_error_of_the_work() -> None:
    def fails() -> None:
        raise ArithmeticError("not finite")

    pool = SharedPool(1)
    assert pool.run(threading.get_ident) == pool.run(threading.get_ident) != threading.get_ident()
    with pytest.raises(ArithmeticError, match="not finite"):
        pool.run(fails)
    pool.close()
