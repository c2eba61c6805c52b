"""The part of a worker: examines a portion of a run's recordings, and reports files that it cannot read.

It is imported by the workers of a cluster, and does not import Dask.
"""

import mmap
import os
import pickle
import socket
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkstemp

import numpy as np

from engine.assessment.examination import Examined, examined_entry
from engine.assessment.key import release
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.scoring.scorer import Scorer
from engine.system.malloc import keep_freed_memory
from engine.system.processes.arrays_apart import aligned, put_together, taken_apart
from replay.recording import RecordingError
from replay.run import Run

PREPARED = 4
"""Runs whose scorer a worker keeps ready."""

Packed = tuple[Run, Settings, Bundle]
"""A run, the settings and the bundle, as they are sent to the workers."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that a worker cannot reach."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Left:
    """A portion that a worker of this computer left in a file."""

    path: str


Found = Examined | RecordingError | ArithmeticError | Unreadable


@dataclass(frozen=True, slots=True)
class Portion:
    """The results of a portion, in order.

    Attributes:
        worker: name of the computer and its process.
        release: version of Raceway there.
        found: a result for each recording; signals are left out, because the judge seldom needs one.
    """

    worker: str
    release: str
    found: tuple[Found, ...]


def examine_portion(
    name: str, packed: bytes, indices: Sequence[int], folder: str | None = None
) -> Portion | Left:
    """Examine recordings of a run.

    Args:
        name: of the run with its settings and bundle; equal names mean equal content.
        packed: `Packed`, pickled.
        indices: of the recordings.
        folder: of the judging process, where it is on this computer: the result is left there in a file. A
            connection takes the judging process several times as long.
    """
    run, scorer = _PREPARED.get(name, packed)
    portion = Portion(_here(), release(), tuple(_examined(run, scorer, index) for index in indices))
    return portion if folder is None else _left(portion, folder)


def taken(got: Portion | Left) -> Portion:
    """Return a portion; one that was left in a file is taken from there.

    Raises:
        OSError: the file is gone.
    """
    if isinstance(got, Portion):
        return got
    path = Path(got.path)
    with path.open("rb") as file:
        plain, spans = pickle.load(file)
        start = aligned(file.tell())
        memory = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    path.unlink()
    # The judge looks at a few bins of each spectrum: no more is read from the file.
    portion: Portion = put_together(plain, spans, memory[start:])
    return portion


def _left(portion: Portion, folder: str) -> Portion | Left:
    """Leave a portion in a file; where that cannot be written it goes through the connection."""
    apart = taken_apart(portion)
    path = ""
    try:
        handle, path = mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            pickle.dump((apart.plain, apart.spans), file, protocol=pickle.HIGHEST_PROTOCOL)
            start = aligned(file.tell())
            for (place, _), array in zip(apart.spans, apart.arrays, strict=True):
                file.seek(start + place)
                file.write(array)
    except OSError:
        if path:
            # On a full disk half a file would hold up the next ones.
            Path(path).unlink(missing_ok=True)
        return portion
    return Left(path)


def missing_file(run: Run, index: int) -> Unreadable | None:
    """Return why the file of a recording cannot be reached here, None where it can."""
    place = run.folder / run.tables[0].name if run.form.table and run.tables else run.location(index)
    try:
        with place.open("rb"):
            return None
    except OSError as error:
        return Unreadable(str(place), error.strerror or str(error))


def _examined(run: Run, scorer: Scorer, index: int) -> Found:
    try:
        one = examined_entry(scorer, run, index)
    except RecordingError as error:
        return missing_file(run, index) or error
    except ArithmeticError as error:
        return error
    nothing = np.empty((0, one.seen.signal.shape[1]), np.float32)
    return replace(one, seen=replace(one.seen, signal=nothing))


def _here() -> str:
    return f"{socket.gethostname()} (process {os.getpid()})"


class _Prepared:
    """Scorers of the runs that were worked on last."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Run, Scorer]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str, packed: bytes) -> tuple[Run, Scorer]:
        with self._lock:
            if name not in self._known:
                keep_freed_memory()
                run, settings, bundle = pickle.loads(packed)
                scorer = Scorer(bundle, layout_of(settings), Diagnostician(settings, bundle.scoring))
                self._known[name] = run, scorer
            self._known.move_to_end(name)
            while len(self._known) > PREPARED:
                self._known.popitem(last=False)
            return self._known[name]


_PREPARED = _Prepared()
