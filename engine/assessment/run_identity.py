"""Tells whether a run is the one that an assessment was made of: file names alone do not say so.

Two test runs may share their names, and bad files are mended under theirs. A file whose size and time of
change are those of the file that was judged is equal; every other is read, and its digest is compared.
"""

import hashlib
from collections.abc import Mapping
from itertools import count

import numpy as np
from numpy.typing import NDArray

from engine.assessment.examination import content_of
from engine.assessment.key import assessment_key, own_content
from engine.clock import microseconds
from engine.config.channels import Layout, layout_of
from engine.config.settings import Settings
from engine.records.assessment import Assessment, Kept
from engine.records.picker import with_key
from engine.signals.features import centred, figures
from engine.store.store import Store
from replay.recording import RecordingError, Snapshot
from replay.run import Run

TOLERANCE = 1e-3
"""Relative difference of condition figures that rounding may cause between two processors."""


def key_of_run(run: Run, settings: Settings, store: Store, bundle_digest: str | None = None) -> str:
    """Return the key of the assessment of a run: one that a store holds and that can go on, or a new one.

    Runs of other recordings under the same names lie beside each other, each under a key of its own.

    Args:
        run: the recordings.
        settings: the machine and all rules.
        store: that may hold earlier assessments.
        bundle_digest: of the bundle to score with; None where one is learned from the run.
    """
    first = assessment_key(run, settings, bundle_digest)
    known = store.assessments()
    recordings = _Recordings(run, layout_of(settings))
    for number in count():
        key = first if number == 0 else hashlib.sha256(f"{first} {number}".encode()).hexdigest()
        found = with_key(known, key)
        if found is None or _goes_on(recordings, store, found):
            return key
    raise AssertionError("counting does not end")


class _Recordings:
    """The recordings of a run, each read once at most."""

    def __init__(self, run: Run, layout: Layout) -> None:
        self.run = run
        self.layout = layout
        self._contents: dict[int, str] = {}
        self._figures: dict[int, NDArray[np.float32]] = {}

    def content(self, index: int) -> str:
        """Return the digest of a recording, "" where it cannot be read."""
        if index not in self._contents:
            self._read(index)
        return self._contents[index]

    def figures(self, index: int) -> NDArray[np.float32]:
        """Return the condition figures (channels, 4) of a recording, NaN where it cannot be read."""
        if index not in self._figures:
            self._read(index)
        return self._figures[index]

    def _read(self, index: int) -> None:
        try:
            snapshot = self.run.read(index)
        except RecordingError:
            self._contents[index] = ""
            self._figures[index] = np.full((len(self.layout.watched), 4), np.nan, np.float32)
        else:
            self._contents[index] = content_of(snapshot, self.layout)
            self._figures[index] = _figures(snapshot, self.layout)


def _goes_on(recordings: _Recordings, store: Store, assessment: Assessment) -> bool:
    """Whether a run holds every judged recording as it was, and none that should have been judged before."""
    run = recordings.run
    resume = store.resume_point(assessment)
    if resume is None:
        return True
    newest = microseconds(resume[1])
    entries = {microseconds(entry.time): index for index, entry in enumerate(run.entries)}
    kept = {one.at: one for one in store.kept(assessment)}
    if any(at not in entries for at in kept):
        return False
    rejected = {name for name, _ in store.rejections(assessment)}
    for at, index in entries.items():
        # A file that was rejected and can be read now was mended; one that was not there came later.
        if at > newest or at in kept:
            continue
        if run.entries[index].name not in rejected or recordings.content(index):
            return False
    old = _old_figures(store, assessment, kept)
    return all(_is_kept(recordings, entries[at], one, old, assessment.key) for at, one in kept.items())


def _is_kept(
    recordings: _Recordings, index: int, kept: Kept, old: Mapping[int, NDArray[np.float32]], key: str
) -> bool:
    """Whether a recording is the one that was judged."""
    if kept.stamp is not None and kept.stamp == recordings.run.stamp(index):
        return True
    if kept.content:
        content = recordings.content(index)
        # An earlier Raceway kept the digest of slow sensors itself.
        return kept.content in (content, own_content(content, key, recordings.layout))
    if kept.at not in old or not recordings.content(index):
        return False
    now, then = recordings.figures(index), old[kept.at]
    known = np.isfinite(then)
    return bool((known == np.isfinite(now)).all() and np.allclose(now[known], then[known], rtol=TOLERANCE))


def _old_figures(
    store: Store, assessment: Assessment, kept: Mapping[int, Kept]
) -> Mapping[int, NDArray[np.float32]]:
    """Return the figures of the snapshots that an earlier Raceway stored without a digest, by time."""
    if all(one.content for one in kept.values()):
        return {}
    series = store.series(assessment)
    return {int(at): found for at, found in zip(series.at, series.figures, strict=True)}


def _figures(snapshot: Snapshot, layout: Layout) -> NDArray[np.float32]:
    with np.errstate(all="ignore"):
        return figures(centred(layout.values(snapshot.signal)))
