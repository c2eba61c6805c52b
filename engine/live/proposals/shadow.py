"""A proposed bundle that scores each new snapshot beside the bundle in use. Its alarms never ring."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from engine.alarms.proposals import shadow_events
from engine.assessment.examination import Examined, examined
from engine.assessment.state import State, first_state, unpack_state
from engine.assessment.tracker import Tracker
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Moment
from engine.records.events import NewEvent
from engine.scoring.scorer import Scorer
from replay.recording import Snapshot

KEY = "shadow"
"""Where the running state of a proposal lies in the state of the engine."""


class Shadow:
    """Follows the machine with a proposed bundle, by the same rules as the engine.

    `examine` may be called from threads. A snapshot counts once `keep` is called after its `step`.
    """

    def __init__(self, bundle: Bundle, settings: Settings, packed: Mapping[str, Any] | None) -> None:
        """Prepare, and restore the running state.

        Args:
            bundle: the proposal.
            settings: of the machine.
            packed: the engine's stored state, None without one.

        Raises:
            BundleError: this Raceway does not know the bundle's model.
        """
        layout = layout_of(settings)
        self.digest = bundle.digest()
        self._scorer = Scorer(bundle, layout, Diagnostician(settings, bundle.scoring))
        self._tracker = Tracker(self._scorer, settings)
        features = bundle.calibration.centre.shape
        self._state: State = first_state(layout, features)
        stored = None if packed is None else packed.get(KEY)
        if isinstance(stored, Mapping) and stored.get("bundle") == self.digest:
            # A damaged state starts afresh: nothing rings by it.
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                self._state = unpack_state(stored, layout, features)
        self._next = self._state

    def examine(self, snapshot: Snapshot) -> Examined | None:
        """Examine a snapshot; None where its result is not finite."""
        try:
            return examined(self._scorer, snapshot)
        except ArithmeticError:
            return None

    def step(self, one: Examined | None, moment: Moment) -> tuple[NewEvent, ...]:
        """Return the raises and returns that the proposal would have at a snapshot."""
        self._next = self._state
        if one is None:
            return ()
        standing = frozenset(watch.alarm for watch in self._state.components if watch.alarm)
        try:
            self._next, verdict = self._tracker.step(self._state, one.seen, moment, one.mark)
        except ArithmeticError:
            return ()
        return shadow_events(verdict.events, standing)

    def pack(self) -> dict[str, object]:
        """Return the state after the last step, as part of the engine's state."""
        return {KEY: {"bundle": self.digest, **self._next.pack()}}

    def keep(self) -> None:
        """Take the last step: its snapshot is scored."""
        self._state = self._next
