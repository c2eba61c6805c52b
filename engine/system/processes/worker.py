"""A second process that does the same work, because of Python's lock (GIL).

It takes numbers and answers in order, over its standard streams; arrays go through shared memory. It ends
with this process, because then its input ends.

A pool of `concurrent.futures` would be simpler, but on Python 3.11 a dead process leaves calls unanswered
for ever if one of them was cancelled, as `in_order` does.
"""

import mmap
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Generic, Self, TypeVar

from engine.system.malloc import keep_freed_memory
from engine.system.processes.arrays_apart import Apart, put_together, taken_apart
from engine.system.processes.child_process import command, environment

T = TypeVar("T")

UNDER_WAY = 2
"""Numbers given to the process at a time, so that it never waits for the next one."""

ROOM = 16 * 2**20
"""Shared memory for the arrays of one answer [bytes]; unused pages take no memory. Larger answers go through
the stream, which is slower."""

PATIENCE = 5.0
"""Time limit for the end of the process [s]; a snapshot takes milliseconds."""


class WorkerLostError(Exception):
    """The process ended before it answered."""


class Worker(Generic[T]):
    """A second process that does work by number.

    Attributes:
        ready: set while it can work. It starts within about a second; no work is begun before.
        pid: its process id.
    """

    def __init__(self, prepare: Callable[[], Callable[[int], T]]) -> None:
        """Start the process.

        Args:
            prepare: called once in the process, returns the work. It can be pickled, and so can the results
                and errors of the work.
        """
        self.ready = threading.Event()
        self._prepare = pickle.dumps(prepare, protocol=pickle.HIGHEST_PROTOCOL)
        self._lock = threading.Lock()
        self._asked: deque[tuple[int, Future[T]]] = deque()
        self._begun: deque[Future[T]] = deque()
        with _shared_file() as file:
            self._table = Table(file.fileno())
            # In a separate process group: an interrupt at the terminal is for this process alone.
            self._process = subprocess.Popen(
                command("engine.system.processes.worker", str(file.fileno())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                pass_fds=(file.fileno(),),
                process_group=0,
            )
        self.pid = self._process.pid
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not self.ready.is_set():
            self._process.kill()
        with self._lock, suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listening.join()
        self._process.stdout.close()

    def submit(self, index: int) -> Future[T]:
        """Submit the work on one number; its answer can be cancelled until the work is begun.

        The answer raises the error of the work, or WorkerLostError.
        """
        answer: Future[T] = Future()
        with self._lock:
            self._asked.append((index, answer))
            self._send()
        return answer

    def _send(self) -> None:
        """Send numbers to the process, a few at a time; the caller holds the lock."""
        assert self._process.stdin is not None
        while self.ready.is_set() and self._asked and len(self._begun) < UNDER_WAY:
            index, answer = self._asked.popleft()
            if answer.set_running_or_notify_cancel():
                self._begun.append(answer)
                # If the process has ended, `_listen` notices it and fails all work that was begun.
                with suppress(OSError):
                    pickle.dump(index, self._process.stdin)
                    self._process.stdin.flush()

    def _listen(self) -> None:
        """Receive the answers, in another thread, until the process ends."""
        try:
            with suppress(EOFError, OSError):
                self._take_in()
        finally:
            with self._lock:
                self.ready.clear()
                lost, self._begun = [*self._begun], deque()
            for answer in lost:
                answer.set_exception(WorkerLostError())

    def _take_in(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self._prepare)
        self._process.stdin.flush()
        self._table.take(self._process.stdout)
        with self._lock:
            self.ready.set()
            self._send()
        while True:
            result, error = self._table.take(self._process.stdout)
            with self._lock:
                answer = self._begun.popleft()
                self._send()
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)


class Table:
    """Shared memory for arrays, with as many places, used in turn, as there are answers in progress."""

    def __init__(self, file: int) -> None:
        """Map it from an open file, by its descriptor."""
        os.ftruncate(file, UNDER_WAY * ROOM)
        self._memory = memoryview(mmap.mmap(file, UNDER_WAY * ROOM))
        self._turn = 0

    def put(self, value: object, stream: IO[bytes]) -> None:
        """Send a value; its arrays go through shared memory if there is room."""
        apart = taken_apart(value)
        if apart.size > ROOM:
            apart = Apart(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL), (), ())
        place = self._place()
        for (start, end), array in zip(apart.spans, apart.arrays, strict=True):
            place[start:end] = array
        pickle.dump((apart.plain, apart.spans), stream, protocol=pickle.HIGHEST_PROTOCOL)
        stream.flush()

    def take(self, stream: IO[bytes]) -> Any:
        """Receive a value; raise EOFError or OSError if the other process has ended."""
        plain, spans = pickle.load(stream)
        # A copy, because the place is overwritten by the next answer.
        size = spans[-1][1] if spans else 0
        return put_together(plain, spans, memoryview(bytearray(self._place()[:size])))

    def _place(self) -> memoryview:
        start = self._turn * ROOM
        self._turn = (self._turn + 1) % UNDER_WAY
        return self._memory[start : start + ROOM]


def _shared_file() -> IO[bytes]:
    """Return a file without a name, in memory if the system can do that."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("raceway"), "r+b")
    return tempfile.TemporaryFile()


def serve(questions: IO[bytes], answers: IO[bytes], table: Table) -> None:
    """Do the work for the process at the other end until its questions end."""
    keep_freed_memory()
    work = pickle.load(questions)()
    told: tuple[object, Exception | None] = (None, None)
    with suppress(EOFError, BrokenPipeError):
        while True:
            table.put(told, answers)
            index = pickle.load(questions)
            try:
                told = (work(index), None)
            except Exception as error:
                told = (None, error)


if __name__ == "__main__":
    # The output of a library must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers, Table(int(sys.argv[1])))
