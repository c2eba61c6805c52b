"""Gathers the first healthy snapshots of a live machine, and learns a baseline once there are enough."""

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
    """Snapshots seen so far, of a machine that has no baseline yet. Only `look` may be called from threads.

    What was gathered is not entered in the ledger: once there is a bundle, the same files are scored like
    all others, and an engine that was stopped before gathers them again.
    """

    def __init__(self, settings: Settings) -> None:
        """Begin with nothing.

        Raises:
            LearningError: the settings' model does not fit their recordings.
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
        """See one snapshot."""
        return self._learner.look(snapshot)

    def add(self, sight: Sight, digest: str) -> None:
        """Take in what was seen, unless its time or the digest of its signal were seen before.

        A recorder that repeats itself would otherwise teach that a healthy machine never changes.
        """
        if sight.entry.time in self._times or digest in self._signals:
            return
        self._levels.append(sight.level)
        if sight.faulty and len(self._sights) > self._skip:
            if not sight.level[self._learner.layout.watched].any():
                # Nothing is learned from it: a machine that stands still for weeks must not fill the memory.
                return
            insort(self._partial, sight, key=lambda one: one.entry.time)
            del self._partial[: -self.wanted]
        else:
            insort(self._sights, sight, key=lambda one: one.entry.time)
        self._times.add(sight.entry.time)
        self._signals.add(digest)

    def want_more(self) -> None:
        """Gather on: what was gathered is not enough to learn from."""
        self.wanted = self.gathered + self._more

    @property
    def gathered(self) -> int:
        """Snapshots that can be learned from: of a running machine, after the run-in."""
        return max(len(self._whole), len(self._reduced))

    @property
    def is_enough(self) -> bool:
        """Whether it is time to learn."""
        return self.gathered >= self.wanted

    @property
    def trouble(self) -> str:
        """The channel that most snapshots of a running machine do not hear, in a sentence; "" if all do."""
        return mute_channel(self._levels, self._learner.layout.watched) if len(self._levels) >= FEWEST else ""

    def learn(self, on_epoch: Callable[[Epoch], None], on_wait: Callable[[], None]) -> Bundle:
        """Learn from what was gathered.

        Raises:
            LearningError: too little of it can be learned from, or the training failed.
        """
        usable = self._whole[: self.wanted]
        if len(usable) >= min(len(self._reduced), self.wanted):
            until = usable[-1].entry.time
            # Not learned from, but told of: each lacks a channel.
            partial = [sight for sight in self._partial if sight.entry.time <= until]
            usable = sorted([*usable, *partial], key=lambda one: one.entry.time)
        else:
            usable = self._reduced[: self.wanted]
        return self._learner.learn(usable, self._sights[0].entry, on_epoch, on_wait)

    @property
    def _whole(self) -> list[Sight]:
        """The snapshots in which every watched channel hears the machine, oldest first."""
        return [sight for sight in self._sights[self._skip :] if not sight.faulty]

    @property
    def _reduced(self) -> list[Sight]:
        """Those that agree on the channels to leave out, oldest first; none until a channel is given up.

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
