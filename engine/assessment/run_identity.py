"""Tells whether a run is the one that an assessment was made of: file names alone do not say so.

Two test runs may share their names, and bad files are mended under theirs.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.assessment.key import assessment_key
from engine.clock import microseconds
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.errors import UnusableError
from engine.records.assessment import Assessment
from engine.records.picker import with_key
from engine.records.series import Series
from engine.signals.features import centred, figures
from engine.store.store import Store
from replay.recording import RecordingError
from replay.run import Run

SAMPLED = 8
"""Recordings compared at least, evenly spaced; those written after the assessment began are all compared."""

TOLERANCE = 1e-3
"""Relative difference of condition figures that rounding may cause between two processors."""


class OtherRunError(UnusableError):
    """The store holds other recordings under the names and times of this run."""


def key_of_run(run: Run, settings: Settings, store: Store, bundle_digest: str | None = None) -> str:
    """Return the key of the assessment of a run: one that a store holds and that can go on, or a new one.

    Args:
        run: the recordings.
        settings: the machine and all rules.
        store: that may hold earlier assessments.
        bundle_digest: of the bundle to score with; None where one is learned from the run.

    Raises:
        OtherRunError: a recording differs from the one that was scored for its time.
    """
    key = assessment_key(run, settings, bundle_digest)
    found = with_key(store.assessments(), key)
    if found is None or _goes_on(run, settings, store, found):
        return key
    names = "\n".join(f"{entry.name} {_written(run, index)}" for index, entry in enumerate(run.entries))
    return hashlib.sha256(f"{key}\n{names}".encode()).hexdigest()


def _goes_on(run: Run, settings: Settings, store: Store, assessment: Assessment) -> bool:
    """Whether an assessment can go on with a run: it lacks no judged recording, and none was mended since."""
    resume = store.resume_point(assessment)
    if resume is None:
        return True
    series = store.series(assessment)
    places = {int(at): place for place, at in enumerate(series.at)}
    judged = {microseconds(entry.time): index for index, entry in enumerate(run.entries)}
    mended = False
    for index in _to_compare(run, [judged[at] for at in places if at in judged], assessment.created_at):
        stored = series.figures[places[microseconds(run.entries[index].time)]]
        now = _figures(run, index, settings)
        both = np.isfinite(now) & np.isfinite(stored)
        if not both.any() or not np.allclose(now[both], stored[both], rtol=TOLERANCE):
            raise OtherRunError(
                f"{run.path}: {run.entries[index].name} differs from the recording that was scored as"
                f" {assessment.machine} for its time (from {assessment.run}); score this run into another"
                " store (--state, --out), or under another machine name"
            )
        mended |= bool((np.isfinite(now) & ~np.isfinite(stored)).any())
    if mended or any(at not in judged for at in places):
        return False
    return not _is_mended(run, store, assessment, series, resume[1])


def _to_compare(run: Run, indices: list[int], since: datetime) -> Iterator[int]:
    """Yield the recordings to compare: a few, and all that were written after the assessment began."""
    few = set(np.linspace(0, len(indices) - 1, SAMPLED).astype(int)) if indices else set()
    for place, index in enumerate(indices):
        if place in few or _written(run, index) > microseconds(since):
            yield index


def _figures(run: Run, index: int, settings: Settings) -> NDArray[np.float32]:
    """Return the condition figures (channels, 4) of a recording, NaN where it cannot be read."""
    layout = layout_of(settings)
    try:
        signal = run.read(index).signal / layout.sensitivity
    except RecordingError:
        return np.full((len(layout.watched), 4), np.nan, np.float32)
    with np.errstate(all="ignore"):
        return figures(centred(signal))


def _is_mended(run: Run, store: Store, assessment: Assessment, series: Series, newest: datetime) -> bool:
    """Whether a file before the newest snapshot was rejected and can be read now."""
    rejected = {name for name, _ in store.rejections(assessment)} - set(series.names)
    for index, entry in enumerate(run.entries):
        if entry.time <= newest and entry.name in rejected:
            try:
                run.read(index)
            except RecordingError:
                continue
            return True
    return False


def _written(run: Run, index: int) -> int:
    """Return when a file was written, in microseconds since 1970; 0 where it cannot be asked."""
    try:
        return run.location(index).stat().st_mtime_ns // 1000
    except OSError:
        return 0
