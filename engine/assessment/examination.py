"""Reads and examines one recording without the store, so that a second process can do it.

It imports only what that needs, so that the second process starts fast.
"""

import hashlib
import json
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from engine.config.channels import Layout
from engine.records.assessment import Stamp
from engine.scoring.scorer import Examination, Scorer
from replay.recording import MARK, RecordingError, Snapshot
from replay.run import Run


@dataclass(frozen=True, slots=True)
class Examined:
    """A snapshot's name and time, and the result of its examination.

    `content` is its digest (hex), `mark` the beginning of its signal's digest, `speed` the shaft speed that
    came with it [Hz]; `stamp` is of its file. `whole` examines it again where `seen` came without its signal.
    """

    name: str
    at: datetime
    sample_rate: float
    rows: int
    seen: Examination
    content: str = ""
    speed: float | None = None
    stamp: Stamp | None = None
    mark: str = ""
    whole: Callable[[], Examination] | None = None


def examined(scorer: Scorer, snapshot: Snapshot, stamp: Stamp | None = None) -> Examined:
    """Examine a snapshot, whose file has a stamp. Raises ArithmeticError: a result is not finite."""
    seen = scorer.examine(snapshot)
    digest = snapshot.digest()
    return Examined(
        snapshot.name,
        snapshot.time,
        snapshot.sample_rate,
        len(snapshot.signal),
        seen,
        _content(snapshot, digest, scorer.layout),
        snapshot.speed,
        stamp,
        digest[:MARK],
    )


def content_of(snapshot: Snapshot, layout: Layout) -> str:
    """Return the SHA-256 (hex) of all that decides a stored snapshot."""
    return _content(snapshot, snapshot.digest(), layout)


def _content(snapshot: Snapshot, digest: str, layout: Layout) -> str:
    head = (snapshot.name, digest, snapshot.sample_rate, snapshot.speed)
    slow = [[None if math.isnan(one) else one for one in snapshot.slow]] if snapshot.slow else []
    scaling = [layout.sensitivity.tolist(), *([layout.offset.tolist()] if layout.offset.any() else [])]
    course = [] if snapshot.course is None else [snapshot.course.tolist()]
    text = json.dumps([*head, *scaling, list(layout.units), *slow, *course])
    return hashlib.sha256(text.encode()).hexdigest()


def examined_entry(scorer: Scorer, run: Run, index: int) -> Examined:
    """Read and examine a recording of a run.

    Raises:
        RecordingError: it cannot be read.
        ArithmeticError: a result is not finite.
    """
    # Before the file is read: a change while it is read then shows.
    stamp = run.stamp(index)
    return examined(scorer, run.read(index), stamp)


def examination(run: Run, scorer: Scorer) -> Callable[[int], Examined]:
    """Return a function that reads and examines each recording of a run in another process."""
    with suppress(RecordingError, IndexError):
        # The first examination takes far longer than the others: do it before the caller waits for one.
        examined(scorer, run.read(0))
    return lambda index: examined_entry(scorer, run, index)
