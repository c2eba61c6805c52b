"""The part of the judge: spreads recordings over the workers of a cluster, and takes the results in order."""

import hashlib
import json
import logging
import math
import os
import pickle
import re
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import Future as Fetch
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import islice
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.assessment.examination import Examined
from engine.assessment.key import release
from engine.bundles.bundle import Bundle
from engine.cluster.examining import Found, Left, Packed, Portion, Unreadable, examine_portion, taken
from engine.config.settings import Settings
from engine.errors import FailedError, UnusableError
from engine.scoring.scorer import Examination
from replay.recording import RecordingError, clean_text
from replay.run import Run

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

PORTION = 32
"""Recordings of one task: a task costs the judging process some milliseconds, a recording a worker five."""

AHEAD = 3
"""Portions in progress for each thread of the cluster: a worker never waits, and memory stays flat."""

FETCHED = 2
"""Portions that are brought here while one is judged."""

COUNTED_SECONDS = 1.0
"""Time for which the number of the cluster's threads is taken as known: each question waits for an answer."""

CONNECT_SECONDS = 5.0
"""Longest wait for the scheduler's answer."""

WORKERS_SECONDS = 30.0
"""Longest wait for the first worker, and for another one after all have gone."""

SETTINGS = {
    "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS:g}s",
    # Nobody looks at the profile that each worker takes of itself a hundred times a second.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "500ms",
}
"""Settings of Dask for this process, and for the workers that it starts."""

CHATTY = ("distributed", "distributed.client", "tornado.application")
"""Loggers of Dask with a level each; they would print a traceback before our one sentence."""

MOST_LOCAL = 256
"""Workers of a local cluster at most."""

Result = Examined | RecordingError
Again = Callable[[int], Examined]
"""Examines a recording in this process."""


class ClusterError(UnusableError):
    """The cluster cannot be used as it is; the message says what to do."""


class ClusterLostError(FailedError):
    """The cluster ended on the way; the same command goes on from what is stored."""


@contextmanager
def open_cluster(words: str) -> Iterator["Cluster"]:
    """Provide a cluster: tcp://HOST:PORT of a scheduler, or local:N for N processes of this computer.

    Raises:
        ClusterError: it names no cluster, it cannot be reached, it has no worker, or Dask is not installed.
    """
    count = local_count(words)
    try:
        import dask
        import distributed
    except ImportError as error:
        raise ClusterError(f"--cluster needs Dask ({error}): pip install 'raceway[cluster]'") from error
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(SETTINGS))
        where, folder = words, None
        if count is not None:
            folder = stack.enter_context(TemporaryDirectory(prefix="raceway-cluster-"))
            where = stack.enter_context(_local_cluster(count, folder)).scheduler_address
        try:
            with warnings.catch_warnings():
                # Equal numbers are checked with the first recording of each worker.
                warnings.simplefilter("ignore")
                client = distributed.Client(
                    where, timeout=CONNECT_SECONDS, set_as_default=False, direct_to_workers=True
                )
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"{clean_text(words)}: no scheduler answers there; start one with `dask scheduler`, and"
                " workers with `dask worker ADDRESS`"
            ) from error
        stack.enter_context(client)
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError as error:
            raise ClusterError(
                f"{clean_text(words)}: the scheduler has no worker; start some with"
                f" `dask worker {clean_text(words)}`"
            ) from error
        yield Cluster(words, client, folder)


def local_count(words: str) -> int | None:
    """Return the number of local workers that the words ask for; None for the address of a scheduler.

    Raises:
        ClusterError: they are neither.
    """
    if re.fullmatch(r"(tcp|tls)://.+:\d{1,5}", words):
        return None
    found = re.fullmatch(r"local(?::(\d{1,3}))?", words)
    count = (int(found[1]) if found[1] else len(os.sched_getaffinity(0))) if found else 0
    if not 1 <= count <= MOST_LOCAL:
        raise ClusterError(
            f"--cluster {clean_text(words)}: give tcp://HOST:PORT of a Dask scheduler, or local:N for N"
            f" processes of this computer (1 to {MOST_LOCAL})"
        )
    return count


def _local_cluster(count: int, folder: str) -> "LocalCluster":
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        # Without an address it asks for port 8787, and warns where another program has it.
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        memory_limit=0,
        silence_logs=logging.CRITICAL,
        local_directory=folder,
    )


class Cluster:
    """The workers of a cluster."""

    def __init__(self, words: str, client: "Client", folder: str | None = None) -> None:
        """Take a connected client.

        Args:
            words: name the cluster in messages.
            client: of its scheduler.
            folder: where workers of this computer leave results; None where they are elsewhere.
        """
        self._words, self._client, self._folder = clean_text(words), client, folder
        self._known: set[str] = set()
        self._passes = 0
        self._threads, self._counted = 0, -math.inf

    def examine(
        self, run: Run, settings: Settings, bundle: Bundle, indices: Sequence[int], again: Again
    ) -> Generator[Result]:
        """Examine recordings on the workers, and yield the results in order.

        Args:
            run: the recordings; the workers reach their files under the same paths.
            settings: the machine and all rules.
            bundle: to score with.
            indices: of the recordings, ascending.
            again: examines one here: the first of each worker, for comparison, and those that ring.

        Raises:
            ClusterError: a worker cannot read a file, or computes other numbers.
            ClusterLostError: the scheduler or all workers are gone.
            ArithmeticError: a result is not finite.
        """
        for portion, got in self._portions((run, settings, bundle), indices):
            if got.release != release():
                raise ClusterError(
                    f"worker {got.worker} runs Raceway {got.release}, and this is {release()}: install the"
                    " same release"
                )
            for index, one in zip(portion, got.found, strict=True):
                yield self._checked(run, index, one, got.worker, again)

    def _checked(self, run: Run, index: int, one: Found, worker: str, again: Again) -> Result:
        if isinstance(one, ArithmeticError):
            raise one
        here = run.stamp(index)
        if isinstance(one, Unreadable):
            if here is not None:
                raise ClusterError(
                    f"worker {worker} cannot read {clean_text(one.path)} ({one.why}): give every worker the"
                    " folder of the recordings under the same path"
                )
            try:
                return again(index)
            except RecordingError as error:
                return error
        if isinstance(one, RecordingError):
            return one
        if here is not None and one.stamp is not None and here[0] != one.stamp[0]:
            raise ClusterError(
                f"worker {worker} reads another file at {clean_text(str(run.location(index)))}"
                f" ({one.stamp[0]} bytes, {here[0]} here): give every worker the same folder"
            )
        if worker not in self._known:
            self._known.add(worker)
            if not _equal(one, again(index)):
                raise ClusterError(
                    f"worker {worker} computes other numbers than this computer: install the same versions of"
                    " Raceway and its libraries, on processors of one kind"
                )
        return replace(one, whole=lambda: _whole(again, index))

    def _portions(self, content: Packed, indices: Sequence[int]) -> Generator[tuple[Sequence[int], Portion]]:
        """Yield the portions in order; while one is judged, the next ones are examined and brought here."""
        self._passes += 1
        name, packed = name_of(*content), pickle.dumps(content, protocol=pickle.HIGHEST_PROTOCOL)
        # As the result of a task it can be made again where a worker is lost with it.
        sent = self._client.submit(bytes, packed, key=f"raceway-run-{name}")
        waiting: deque[tuple[Sequence[int], Any]] = deque()
        fetching: deque[tuple[Sequence[int], Fetch[Portion]]] = deque()
        coming = _cut(indices)
        with ThreadPoolExecutor(FETCHED, "raceway-fetch") as fetcher:
            try:
                while True:
                    room = self._room() - len(waiting) - len(fetching)
                    for portion in islice(coming, max(room, 0)):
                        waiting.append((portion, self._submitted(name, sent, portion)))
                    while waiting and len(fetching) < FETCHED:
                        portion, future = waiting.popleft()
                        fetching.append((portion, fetcher.submit(self._fetched, future)))
                    if not fetching:
                        return
                    portion, fetch = fetching.popleft()
                    yield portion, fetch.result()
            finally:
                for _, fetch in fetching:
                    fetch.cancel()

    def _submitted(self, name: str, sent: Any, portion: Sequence[int]) -> Any:
        # The key says what is examined: a task that is sent twice is done once. A result in a file is taken
        # once, and the next pass must not get the answer that names it.
        key = f"raceway-{name}-{portion[0]}-{portion[-1]}"
        if self._folder is not None:
            key += f"-{self._passes}"
        return self._client.submit(examine_portion, name, sent, list(portion), self._folder, key=key)

    def _room(self) -> int:
        """Return the number of portions that may be in progress."""
        if time.monotonic() - self._counted >= COUNTED_SECONDS:
            try:
                self._threads = sum(map(int, self._client.nthreads().values()))
            except (OSError, TimeoutError, ValueError, RuntimeError) as error:
                raise self._lost() from error
            self._counted = time.monotonic()
        return max(AHEAD * self._threads, FETCHED)

    def _fetched(self, future: Any) -> Portion:
        from distributed import KilledWorker

        while True:
            try:
                got: Portion | Left = future.result(timeout=WORKERS_SECONDS)
                return taken(got)
            except KilledWorker as error:
                raise ClusterLostError(
                    f"{self._words}: several workers died at the same recordings; give them more memory"
                ) from error
            except CancelledError as error:
                raise self._lost() from error
            except TimeoutError as error:
                if self._room() == FETCHED:
                    raise ClusterLostError(f"{self._words}: all workers are gone; {_GOES_ON}") from error
                continue
            except OSError as error:
                raise self._lost() from error

    def _lost(self) -> ClusterLostError:
        return ClusterLostError(f"{self._words}: the scheduler is gone; {_GOES_ON}")


_GOES_ON = "what is scored is stored, and the same command goes on from there"


def name_of(run: Run, settings: Settings, bundle: Bundle) -> str:
    """Return a name (hex) of a run with its settings and bundle; equal names mean equal results."""
    entries = [[one.name, one.time.isoformat()] for one in run.entries]
    text = json.dumps([release(), str(run.folder), entries, settings.plain(), bundle.digest()])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _cut(indices: Sequence[int]) -> Iterator[Sequence[int]]:
    return (indices[start : start + PORTION] for start in range(0, len(indices), PORTION))


def _whole(again: Again, index: int) -> Examination:
    try:
        return again(index).seen
    except RecordingError as error:
        raise FailedError(f"{error}; it could be read by a worker") from error


def _equal(one: Examined, other: Examined) -> bool:
    pairs: Iterable[tuple[Any, Any]] = (
        (one.seen.residual, other.seen.residual),
        (one.seen.spectrum, other.seen.spectrum),
        (one.seen.insight.window_errors, other.seen.insight.window_errors),
        (one.seen.figures, other.seen.figures),
    )
    same = all(np.array_equal(first, second, equal_nan=True) for first, second in pairs)
    return same and one.content == other.content
