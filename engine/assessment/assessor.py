"""Judges snapshots one after the other and puts what comes of it into the store: live and batch alike."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.assessment.commits import Batch
from engine.assessment.examination import Examined, examined
from engine.assessment.state import State, first_state, unpack_state
from engine.assessment.tracker import Tracker, Verdict
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Assessed, Assessment, Moment, SnapshotFacts
from engine.records.events import RINGS, Cause, EventKind, NewEvent
from engine.records.intake import Intake
from engine.scoring.occlusion import occlusion
from engine.scoring.scorer import Scorer
from engine.store.store import Store
from replay.recording import Snapshot

OPINIONS = 3
"""Parts whose covering tells most, frozen with a ring."""


class Judge:
    """Goes on from what the store holds of an assessment; one snapshot at a time, oldest first.

    Attributes:
        newest: recording time of the newest snapshot judged, None before the first.
        position: that the next snapshot will have.
        began_at: the position of the first one that this judge took.
        took_over: whether the newest snapshot before was judged with another bundle.
        left_standing: keys of alarms that stand since another bundle was in use; nothing judges them now.
    """

    def __init__(
        self,
        store: Store,
        assessment: Assessment,
        bundle: Bundle,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        """Prepare, and take up the engine's state where an earlier pass left it.

        Raises:
            BundleError: this Raceway does not know the bundle's model.
        """
        self.bundle = bundle
        self._layout = layout_of(settings)
        self._scorer = Scorer(bundle, self._layout, Diagnostician(settings))
        self._tracker = Tracker(self._scorer, settings)
        self._digest = bundle.digest()
        self._origin = origin_of(bundle, self._digest, assessment.machine)
        self._batch = Batch(store, assessment, now)
        self._state: State = first_state(self._layout, bundle.calibration.centre.shape)
        self.left_standing: tuple[str, ...] = ()
        self.took_over = False
        self.newest: datetime | None = None
        self.position = 0
        resume = store.resume_point(assessment)
        if resume is not None:
            last, self.newest, packed = resume
            self.position = last + 1
            if packed.get("bundle", self._digest) == self._digest:
                self._state = unpack_state(packed)
            else:
                self.left_standing, self.took_over = _standing(packed), True
        self.began_at = self.position

    def examine(self, snapshot: Snapshot) -> Examined:
        """What a snapshot shows by itself; safe to call from several threads.

        Raises:
            ArithmeticError: a number that is not finite came out.
        """
        return examined(self._scorer, snapshot)

    def judge(self, one: Examined, intake: Intake | None = None) -> tuple[NewEvent, ...]:
        """Take in a snapshot that is newer than all before; it is stored with the next commit.

        Args:
            one: the snapshot.
            intake: what the ledger says of its file, where it came from a watched folder.

        Returns:
            What it gave rise to.

        Raises:
            ArithmeticError: an error or severity is not finite where the snapshot runs.
        """
        state, verdict = self._tracker.step(self._state, one.seen, Moment(one.name, one.at))
        told = (self._second_opinion(event, one) for event in verdict.events)
        events = (*self._comes_from(one), *told)
        self._add(one, replace(verdict, events=events), intake, late=False, state=state)
        self._state, self.newest = state, one.at
        return events

    def judge_late(self, one: Examined, intake: Intake | None = None) -> None:
        """Take in a snapshot that is older than one judged before: scored by itself, and no more."""
        _, verdict = self._tracker.step(
            first_state(self._layout, self.bundle.calibration.centre.shape),
            one.seen,
            Moment(one.name, one.at),
        )
        scores = tuple(replace(score, severity=None) for score in verdict.scores)
        self._add(one, replace(verdict, scores=scores, events=()), intake, late=True, state=self._state)

    def commit(self) -> None:
        """Store what was taken in since the last commit."""
        self._batch.commit()

    def _add(
        self, one: Examined, verdict: Verdict, intake: Intake | None, *, late: bool, state: State
    ) -> None:
        facts = SnapshotFacts(
            one.name, one.at, one.sample_rate, one.rows, one.seen.figures, one.seen.velocity
        )
        item = Assessed(
            position=self.position,
            snapshot=facts,
            baseline=verdict.scores[0].baseline,
            scores=verdict.scores,
            events=verdict.events,
            state=None,
            picture=verdict.picture.pack(),
            late=late,
        )
        self._batch.add(item, lambda: {"bundle": self._digest, **state.pack()}, intake)
        self.position += 1

    def _second_opinion(self, event: NewEvent, one: Examined) -> NewEvent:
        """Add to a component's ring what occlusion says."""
        if event.kind not in RINGS or event.detail.get("cause") != Cause.LIMIT:
            return event
        component = self._layout.components.index(event.component)
        opinion = occlusion(self._scorer, one.seen, one.sample_rate, component)[:OPINIONS]
        return replace(event, detail={**event.detail, "occlusion": opinion})

    def _comes_from(self, one: Examined) -> tuple[NewEvent, ...]:
        """Say where the bundle comes from: at the end of what it learned from, or the first it scores."""
        baseline = self.bundle.baseline
        is_last = one.name == baseline.last_name and one.at == baseline.end
        # A live folder may have lost that very recording since: then it is said when it is passed.
        passes = self.newest is not None and self.newest < baseline.end < one.at
        if is_last or passes:
            return (NewEvent(EventKind.LEARNED, one.at, "engine", detail=self._origin),)
        if self.position == 0 and not baseline.first_seen <= one.at <= baseline.end:
            return (NewEvent(EventKind.BUNDLE, one.at, "engine", detail=self._origin),)
        return ()


def origin_of(bundle: Bundle, digest: str, machine: str) -> dict[str, object]:
    """What is told of a bundle when it comes into use on a machine; another's is one more doubt."""
    foreign = [] if bundle.machine == machine else [f"it was learned on another machine, {bundle.machine}"]
    baseline = bundle.baseline
    return {
        "bundle": digest,
        "snapshots": baseline.count,
        "calibrated_on": baseline.calibrated_on,
        "from": baseline.start.isoformat(),
        "until": baseline.end.isoformat(),
        "epochs": len(bundle.history),
        "provisional": True,
        "doubts": [*foreign, *bundle.doubts],
    }


def _standing(packed: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of the alarms that stand in an engine state of another bundle."""
    watches = [watch for name in ("components", "trends", "sensors") for watch in packed[name]]
    keys = [*(watch["alarm"] for watch in watches), packed.get("stopped_alarm", "")]
    return tuple(key for key in keys if key)
