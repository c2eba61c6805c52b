"""Gathers the first healthy snapshots of a live machine, and learns a baseline once there are enough."""

from collections.abc import Callable

from engine.bundle import Bundle
from engine.diagnosis import Diagnostician
from engine.layout import layout_of
from engine.learning import Learner, Sight
from engine.records import Epoch
from engine.settings import Settings
from replay.archive import Entry
from replay.recording import Snapshot


class Founding:
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
        self._sights: dict[str, Sight] = {}
        self.wanted = settings.watch.gather

    def look(self, snapshot: Snapshot) -> Sight:
        """See one snapshot."""
        return self._learner.look(snapshot)

    def add(self, sight: Sight) -> None:
        """Take in what was seen; a second recording of one time changes nothing."""
        self._sights.setdefault(sight.entry.time.isoformat(), sight)

    @property
    def gathered(self) -> int:
        """Snapshots that can be learned from: of a running machine, after the run-in."""
        return sum(not sight.faulty for sight in self._in_order()[self._skip :])

    @property
    def is_enough(self) -> bool:
        """Whether it is time to learn."""
        return self.gathered >= self.wanted

    def learn(self, on_epoch: Callable[[Epoch], None], on_wait: Callable[[], None]) -> Bundle:
        """Learn from what was gathered.

        Raises:
            LearningError: too little of it can be learned from, or the training failed.
        """
        sights = self._in_order()
        first: Entry = sights[0].entry
        healthy: list[Sight] = []
        for sight in sights[self._skip :]:
            healthy.append(sight)
            if sum(not one.faulty for one in healthy) == self.wanted:
                break
        return self._learner.learn(healthy, first, on_epoch, on_wait)

    def _in_order(self) -> list[Sight]:
        return sorted(self._sights.values(), key=lambda sight: sight.entry.time)
