"""Learning from a live machine: gathers healthy snapshots, and learns a baseline once there are enough."""

from bisect import insort
from collections import deque
from collections.abc import Callable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.baseline.learner import Learner
from engine.baseline.sights import FEWEST, Sight, mute_channel, mute_channels, with_channels
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.records.progress import Epoch
from replay.recording import Snapshot


class BaselineGathering:
    """The gathered snapshots of a machine without a baseline. Only `look` may be called from threads.

    Gathered files are not in the ledger: once there is a bundle they are scored like all others, and an
    engine that was stopped before gathers them again.
    """

    def __init__(self, settings: Settings) -> None:
        """Start empty.

        Raises:
            LearningError: the model of the settings does not fit their recordings.
        """
        self._learner = Learner(settings, layout_of(settings), Diagnostician(settings))
        self._skip = settings.model.skip
        self._sights: list[Sight] = []
        self._partial: list[Sight] = []
        self._times: set[datetime] = set()
        self._signals: set[str] = set()
        self._more = max(FEWEST, settings.watch.gather // 5)
        self.wanted = settings.watch.gather
        self._levels: deque[NDArray[np.float32]] = deque(maxlen=self.wanted)

    def look(self, snapshot: Snapshot) -> Sight:
        """Return the values of one snapshot."""
        return self._learner.look(snapshot)

    def add(self, sight: Sight, digest: str) -> None:
        """Keep a snapshot, unless its time or the digest of its signal is known.

        Else a recorder that repeats a recording would teach that a healthy machine never changes.
        """
        if sight.entry.time in self._times or digest in self._signals:
            return
        self._levels.append(sight.level)
        if sight.faulty and len(self._sights) > self._skip:
            if not sight.level[self._learner.layout.watched].any():
                # It is of no use for learning: a machine that is stopped for weeks must not fill the memory.
                return
            insort(self._partial, sight, key=lambda one: one.entry.time)
            del self._partial[: -self.wanted]
        else:
            insort(self._sights, sight, key=lambda one: one.entry.time)
        self._times.add(sight.entry.time)
        self._signals.add(digest)

    def want_more(self) -> None:
        """Gather more snapshots, because the learning failed."""
        self.wanted = self.gathered + self._more

    @property
    def gathered(self) -> int:
        """Return the number of snapshots for learning: of a running machine, after the run-in."""
        return max(len(self._whole), len(self._reduced))

    @property
    def is_enough(self) -> bool:
        """Return whether there are enough snapshots to learn."""
        return self.gathered >= self.wanted

    @property
    def trouble(self) -> str:
        """Return a sentence about a channel that is mute in most snapshots; "" for none."""
        return mute_channel(self._levels, self._learner.layout.watched) if len(self._levels) >= FEWEST else ""

    def learn(self, on_epoch: Callable[[Epoch], None], on_wait: Callable[[], None]) -> Bundle:
        """Learn from the gathered snapshots.

        Raises:
            LearningError: too little of it can be learned from, or the training failed.
        """
        usable = self._whole[: self.wanted]
        if len(usable) >= min(len(self._reduced), self.wanted):
            until = usable[-1].entry.time
            # Not for learning, but for the sentences: each lacks a channel.
            partial = [sight for sight in self._partial if sight.entry.time <= until]
            usable = sorted([*usable, *partial], key=lambda one: one.entry.time)
        else:
            usable = self._reduced[: self.wanted]
        first = self._sights[0]
        return self._learner.learn(usable, first.entry, on_epoch, on_wait, first.mark)

    @property
    def _whole(self) -> list[Sight]:
        """Return the snapshots in which every watched channel measures the machine, oldest first."""
        return [sight for sight in self._sights[self._skip :] if not sight.faulty]

    @property
    def _reduced(self) -> list[Sight]:
        """Return the snapshots that lack the same channels, oldest first; none until a channel is given up.

        It is given up once most of as many snapshots as are wanted do not hear it.
        """
        if not self._partial or len(self._levels) < self.wanted:
            return []
        watched = self._learner.layout.watched
        mute = mute_channels(self._levels, watched)
        if not mute.any():
            return []
        both = sorted([*self._sights[self._skip :], *self._partial], key=lambda one: one.entry.time)
        return with_channels(both, watched, watched & ~mute)
