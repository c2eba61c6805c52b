"""A second process that does the same work, because of Python's lock (GIL).

It takes numbers and answers in order, over its standard streams; arrays go through shared memory. It ends
with this process, because then its input ends.

A pool of `concurrent.futures` would be simpler, but on Python 3.11 a dead process leaves calls unanswered
for ever if one of them was cancelled, as `in_order` does.
"""

import mmap
import os
import pickle
import select
import struct
import subprocess
import sys
import tempfile
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

UNDER_WAY = 4
"""Numbers given to the process at a time, so that it seldom waits for the next one."""

ROOM = 16 * 2**20
"""Shared memory for the arrays of one answer [bytes]; unused pages take no memory. Larger answers go through
the stream, which is slower."""

PATIENCE = 5.0
"""Time limit for the end of the process [s]; a snapshot takes milliseconds."""


class WorkerLostError(Exception):
    """The process ended before it answered."""


class Worker(Generic[T]):
    """A second process that does work by number. One thread of this process uses it.

    Attributes:
        ready: whether it can work. It starts within about a second; no work is begun before.
        pid: its process id.
    """

    def __init__(self, prepare: Callable[[], Callable[[int], T]]) -> None:
        """Start the process.

        Args:
            prepare: called once in the process, returns the work. It can be pickled, and so can the results
                and errors of the work.
        """
        self.ready = self._lost = False
        self._asked: deque[tuple[int, Future[T]]] = deque()
        self._begun: deque[Future[T]] = deque()
        with _shared_file() as given, _shared_file() as shared:
            pickle.dump(prepare, given, protocol=pickle.HIGHEST_PROTOCOL)
            given.seek(0)
            self._table = Table(shared.fileno())
            files = (given.fileno(), shared.fileno())
            # In a separate process group: an interrupt at the terminal is for this process alone.
            self._process = subprocess.Popen(
                command("engine.system.processes.worker", *map(str, files)),
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                pass_fds=files,
                process_group=0,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self._questions, self._answers = self._process.stdin, self._process.stdout
        self._arrived = select.poll()
        self._arrived.register(self._answers, select.POLLIN)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        if not self.ready:
            self._process.kill()
        self._questions.close()
        self._answers.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def submit(self, index: int) -> Future[T]:
        """Submit the work on one number; its answer can be cancelled until the work is begun.

        The answer comes with `take_in`. It raises the error of the work, or WorkerLostError.
        """
        answer: Future[T] = Future()
        self._asked.append((index, answer))
        self._send()
        return answer

    def take_in(self, patience: float | None = 0.0) -> None:
        """Take the answers that are there.

        Args:
            patience: how long to wait for the first one [s]; None for any time.
        """
        while not self._lost and self._arrived.poll(None if patience is None else 1000 * patience):
            patience = 0.0
            try:
                result, error = self._table.take(self._answers)
            except (EOFError, OSError):
                self._lose()
                return
            # The first answer says that it can work.
            answer = self._begun.popleft() if self.ready else None
            self.ready = True
            self._send()
            if answer is None:
                continue
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)

    def wait_for(self, answer: Future[T]) -> None:
        """Take answers until this one is there, unless its work is not begun."""
        while answer.running():
            self.take_in(None)

    def _send(self) -> None:
        """Send numbers to the process, a few at a time."""
        while self.ready and self._asked and len(self._begun) < UNDER_WAY:
            index, answer = self._asked.popleft()
            if answer.set_running_or_notify_cancel():
                self._begun.append(answer)
                # If the process has ended, `take_in` notices it and fails all work that was begun.
                with suppress(OSError):
                    self._questions.write(pickle.dumps(index))

    def _lose(self) -> None:
        """Fail all work that was begun."""
        self.ready, self._lost = False, True
        while self._begun:
            self._begun.popleft().set_exception(WorkerLostError())


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
        message = pickle.dumps((apart.plain, apart.spans), protocol=pickle.HIGHEST_PROTOCOL)
        stream.write(_LENGTH.pack(len(message)) + message)
        stream.flush()

    def take(self, stream: IO[bytes]) -> Any:
        """Receive a value from an unbuffered stream; raise EOFError if the other process has ended."""
        (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
        plain, spans = pickle.loads(_read(stream, length))
        # A copy, because the place is overwritten by the next answer.
        size = spans[-1][1] if spans else 0
        return put_together(plain, spans, memoryview(bytearray(self._place()[:size])))

    def _place(self) -> memoryview:
        start = self._turn * ROOM
        self._turn = (self._turn + 1) % UNDER_WAY
        return self._memory[start : start + ROOM]


_LENGTH = struct.Struct("<Q")
"""Length of a message, sent before it: nothing of the next one is read, so that polling finds it."""


def _read(stream: IO[bytes], size: int) -> bytes:
    """Read so many bytes; raise EOFError if there are fewer."""
    data = bytearray()
    while len(data) < size:
        piece = stream.read(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _shared_file() -> IO[bytes]:
    """Return a file without a name, in memory if the system can do that."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("raceway"), "r+b")
    return tempfile.TemporaryFile()


def serve(given: IO[bytes], questions: IO[bytes], answers: IO[bytes], table: Table) -> None:
    """Prepare, and do the work for the process at the other end until its questions end."""
    keep_freed_memory()
    with given:
        work = pickle.load(given)()
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
    given, shared = map(int, sys.argv[1:])
    serve(os.fdopen(given, "rb"), sys.stdin.buffer, answers, Table(shared))
