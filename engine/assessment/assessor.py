"""Scores snapshots one by one and stores the results, in live and in batch runs alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.assessment.commits import Batch
from engine.assessment.examination import Examined, examined, examined_entry
from engine.assessment.key import own_content
from engine.assessment.live_record import LiveRecord
from engine.assessment.recovery import rebuilt_state
from engine.assessment.state import State, first_state, unpack_state, without_component
from engine.assessment.tracker import Tracker, Verdict
from engine.bundles.bundle import Bundle
from engine.config.channels import layout_of
from engine.config.settings import Settings
from engine.diagnosis.surface import Diagnostician
from engine.records.assessment import Assessed, Moment, SnapshotFacts
from engine.records.events import RINGS, Cause, EventKind, NewEvent
from engine.records.intake import Intake
from engine.records.payloads import Ring
from engine.scoring.occlusion import occlusion
from engine.scoring.scorer import Scorer
from replay.recording import Snapshot
from replay.run import Run

OPINIONS = 3
"""Covered parts with the largest fall of the error, frozen with a ring."""


class Assessor:
    """Continues an assessment from its stored state: one snapshot at a time, oldest first.

    Attributes:
        scorer: examines snapshots with the bundle.
        newest: recording time of the newest snapshot scored, None before the first.
        position: of the next snapshot.
        began_at: the position of the first snapshot that this assessor scored.
        took_over: whether the newest snapshot before was scored with another bundle.
        beside: what is kept in the state beside it, of the snapshot that is assessed next.
        left_standing: keys of alarms that stand since another bundle was in use; no rule applies to them now.
    """

    def __init__(self, record: LiveRecord, bundle: Bundle, settings: Settings) -> None:
        """Prepare, and restore the engine's state of an earlier pass.

        Args:
            record: where everything goes.
            bundle: to score with.
            settings: the machine and all rules.

        Raises:
            BundleError: this Raceway does not know the bundle's model.
        """
        self.bundle = bundle
        self._layout = layout_of(settings)
        self.scorer = Scorer(bundle, self._layout, Diagnostician(settings, bundle.scoring))
        self._tracker = Tracker(self.scorer, settings)
        self._key, self._digest = record.assessment.key, bundle.digest()
        self._origin = origin_of(bundle, self._digest, record.machine)
        self._batch = Batch(record)
        self._state: State = first_state(self._layout, bundle.calibration.centre.shape)
        self.left_standing: tuple[str, ...] = ()
        self.took_over = False
        self.newest: datetime | None = None
        self.position = 0
        resume = record.store.resume_point(record.assessment)
        if resume is not None:
            last, self.newest, packed = resume
            self.position = last + 1
            self._state = self._resumed(record, packed)
        self.began_at = self.position
        self.beside: Mapping[str, object] = {}

    def _resumed(self, record: LiveRecord, packed: Mapping[str, Any] | None) -> State:
        """Return the state after the newest snapshot; a damaged one is rebuilt from the events."""
        features = self.bundle.calibration.centre.shape
        try:
            if packed is not None:
                if packed.get("bundle", self._digest) == self._digest:
                    return unpack_state(packed, self._layout, features)
                self.took_over = True
                renewed = self._renewed(packed)
                if renewed is not None:
                    state, self.left_standing = renewed
                    return state
                self.left_standing = _standing(packed)
                return self._state
        except (ValueError, KeyError, TypeError, AttributeError):
            row = f"{record.machine}, assessment {record.assessment.id}"
            record.store.damage.note("state", row, "it is not a state of this machine")
        return rebuilt_state(self._layout, features, record.events())

    def _renewed(self, packed: Mapping[str, Any]) -> tuple[State, tuple[str, ...]] | None:
        """Return the state where the bundle differs from the one before in the baseline of one component."""
        renewal, names = self.bundle.renewal, self._layout.components
        if renewal.get("from") != packed["bundle"] or renewal.get("component") not in names:
            return None
        component = names.index(str(renewal["component"]))
        state = unpack_state(packed, self._layout, self.bundle.calibration.centre.shape)
        return without_component(state, component, self._layout.channels[component])

    def examine(self, snapshot: Snapshot) -> Examined:
        """Examine a snapshot by itself; safe to call from several threads.

        Raises:
            ArithmeticError: a number that is not finite came out.
        """
        return examined(self.scorer, snapshot)

    def examine_entry(self, run: Run, index: int) -> Examined:
        """Read and examine a recording of a finished run; safe to call from several threads.

        Raises:
            RecordingError: it cannot be read.
            ArithmeticError: a number that is not finite came out.
        """
        return examined_entry(self.scorer, run, index)

    def assess(
        self, one: Examined, intake: Intake | None = None, also: tuple[NewEvent, ...] = ()
    ) -> tuple[NewEvent, ...]:
        """Score a snapshot that is newer than all before; the next commit stores it.

        Args:
            one: the snapshot.
            intake: the ledger row of its file, where it came from a watched folder.
            also: further events to store with it, which no alarm rule decided.

        Returns:
            Its events.

        Raises:
            ArithmeticError: an error or severity is not finite where the snapshot runs.
        """
        state, verdict = self._tracker.step(self._state, one.seen, Moment(one.name, one.at), one.mark)
        opinions = (self._second_opinion(event, one) for event in verdict.events)
        events = (*self._comes_from(one, own=state.own), *opinions, *also)
        self._add(one, replace(verdict, events=events), intake, late=False, state=state)
        self._state, self.newest = state, one.at
        return events

    def assess_late(self, one: Examined, intake: Intake | None = None) -> None:
        """Score a snapshot that is older than the newest: by itself, without smoothing or alarms."""
        _, verdict = self._tracker.step(
            first_state(self._layout, self.bundle.calibration.centre.shape),
            one.seen,
            Moment(one.name, one.at),
            one.mark,
        )
        scores = tuple(replace(score, severity=None) for score in verdict.scores)
        self._add(one, replace(verdict, scores=scores, events=()), intake, late=True, state=self._state)

    def commit(self) -> None:
        """Store the snapshots since the last commit."""
        self._batch.commit()

    def _add(
        self, one: Examined, verdict: Verdict, intake: Intake | None, *, late: bool, state: State
    ) -> None:
        facts = SnapshotFacts(
            one.name,
            one.at,
            one.sample_rate,
            one.rows,
            one.seen.figures,
            one.seen.velocity,
            own_content(one.content, self._key, self._layout),
            one.speed,
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
            stamp=one.stamp,
        )
        beside = self.beside
        self._batch.add(item, lambda: {"bundle": self._digest, **state.pack(), **beside}, intake)
        self.position += 1

    def _second_opinion(self, event: NewEvent, one: Examined) -> NewEvent:
        """Add the result of occlusion to the ring of a component."""
        if event.kind not in RINGS or self._layout.is_process:
            return event
        ring = Ring.from_detail(event.detail)
        if ring.cause != Cause.LIMIT or ring.evidence is None:
            return event
        component = self._layout.components.index(event.component)
        seen = one.seen if one.whole is None else one.whole()
        opinions = occlusion(self.scorer, seen, one.sample_rate, component)[:OPINIONS]
        evidence = replace(ring.evidence, occlusion=tuple(opinions))
        return replace(event, detail=replace(ring, evidence=evidence).to_detail())

    def _comes_from(self, one: Examined, *, own: bool) -> tuple[NewEvent, ...]:
        """Return the event about the bundle's origin at the end of its baseline, or at the first snapshot."""
        baseline = self.bundle.baseline
        is_last = one.name == baseline.last_name and one.at == baseline.end
        # A live folder may have lost that recording since: then the next one stands for it.
        passes = self.newest is not None and self.newest < baseline.end < one.at
        if own and (is_last or passes):
            return (NewEvent(EventKind.LEARNED, one.at, "engine", detail=self._origin),)
        if self.position == 0 and not (own and baseline.first_seen <= one.at <= baseline.end):
            return (NewEvent(EventKind.BUNDLE, one.at, "engine", detail=self._origin),)
        return ()


def origin_of(bundle: Bundle, digest: str, machine: str) -> dict[str, object]:
    """Return the facts of a bundle that comes into use; a bundle of another machine is in doubt."""
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
    """Return the keys of the alarms that stand in an engine state of another bundle."""
    watches = [watch for name in ("components", "trends", "sensors") for watch in packed[name]]
    watches += [one["watch"] for one in packed.get("slow_watches", ())]
    condition = packed.get("condition", {}).get("alarm", "")
    keys = [*(watch["alarm"] for watch in watches), packed.get("stopped_alarm", ""), condition]
    return tuple(key for key in keys if key)
