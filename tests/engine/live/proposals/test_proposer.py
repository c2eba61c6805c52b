"""A proposal is learned beside the scoring, follows in shadow, and comes into use only by a person."""

from pathlib import Path

import numpy as np
import pytest

from engine.alarms.proposals import Step, proposal_event, verdict_on
from engine.assessment.live_record import LiveRecord
from engine.baseline.from_run import Listener
from engine.bundles.bundle import Bundle
from engine.bundles.library import Bundles
from engine.config.settings import Settings
from engine.live.proposals import proposer
from engine.records.events import RINGS, Action, EventKind, NewEvent
from replay.run import Run
from tests.engine.live.proposals.drifted_machine import (
    DRIFTED,
    END,
    ENOUGH,
    Teacher,
    deaf,
    drift,
    drifted_plant,
    failing,
    feed,
    newest,
    proposed,
    standing,
    steps,
    until_step,
)
from tests.engine.live.test_request_handler import answered
from tests.engine.rigs import (
    SmallRig,
    small_name,
)
from tests.engine.watched_plant import KilledError, Plant, Story


def test_drift_proposes_a_bundle_of_the_newest_healthy_snapshots_and_nothing_changes(
    plant: Plant, teacher: Teacher
) -> None:
    plant.run(proposed(plant), bundle=plant.rig.bundle)
    assert steps(plant) == [Step.BEGUN, Step.LEARNED]
    (names,) = teacher.runs
    assert len(names) == 30
    assert names[0] > small_name(DRIFTED)
    assert names[-1] == small_name(ENOUGH - 1 - 6)
    found = newest(plant)
    assert (found.bundle, found.name) == (teacher.bundle.digest(), plant.bundles.keep(teacher.bundle))
    assert plant.bundles.current() == plant.bundles.keep(plant.rig.bundle)


def test_nothing_is_proposed_without_the_setting(
    small_rig: SmallRig, drifted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = drifted_plant(small_rig, drifted, tmp_path, monkeypatch)
    plant.run(plant.two_rounds())
    assert steps(plant) == []


def test_learning_that_fails_is_said_and_not_repeated_for_the_same_snapshots(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(*_given: object) -> Bundle:
        raise RuntimeError("the network fell apart")

    monkeypatch.setattr(proposer, "learn_from_run", learn)

    def story() -> Story:
        yield from until_step(plant, Step.FAILED)
        yield from plant.two_rounds()

    plant.run(story(), bundle=plant.rig.bundle)
    assert steps(plant) == [Step.BEGUN, Step.FAILED]
    assert "the network fell apart" in str(plant.events(EventKind.PROPOSAL)[-1].detail["message"])


# Scoring in shadow


@pytest.mark.usefixtures("teacher")
def test_alarm_that_the_proposal_would_silence_is_said_and_rings_all_the_same(plant: Plant) -> None:
    plant.run(failing(plant), bundle=plant.rig.bundle)
    verdict = verdict_on(newest(plant), plant.events())
    assert verdict.standing == verdict.silenced == ("Right",)
    assert standing(plant) == {"Right"}


def test_alarm_of_the_proposal_alone_never_rings(plant: Plant, teacher: Teacher) -> None:
    teacher.bundle = deaf(plant.rig.bundle, 0.3)

    def story() -> Story:
        yield from proposed(plant)
        yield from feed(plant, range(ENOUGH, END))

    plant.run(story(), bundle=plant.rig.bundle)
    verdict = verdict_on(newest(plant), plant.events())
    assert verdict.raised
    assert not verdict.silenced
    assert [event for event in plant.events(*RINGS) if event.component] == []


def test_shadow_of_a_restarted_engine_goes_on_and_the_scores_are_those_without_it(
    plant: Plant,
    teacher: Teacher,
    small_rig: SmallRig,
    drifted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    teacher.bundle = deaf(plant.rig.bundle, 1.0001)
    plant.run(proposed(plant), bundle=plant.rig.bundle)
    for begin in range(ENOUGH, END, 2):
        plant.run(feed(plant, range(begin, begin + 2), faulty=True))
    told = [step for step in steps(plant) if step in (Step.RAISES, Step.CLEARS)]
    assert told == [Step.RAISES]
    plain = drifted_plant(small_rig, drifted, tmp_path / "other", monkeypatch)
    plain.run(feed(plain, range(ENOUGH, END), faulty=True))
    ours, theirs = (one.store.series(one.assessment()) for one in (plant, plain))
    assert np.array_equal(ours.severity, theirs.severity, equal_nan=True)
    assert [e.at for e in plant.events(EventKind.RAISED) if e.component] == [
        e.at for e in plain.events(EventKind.RAISED) if e.component
    ]


# Deciding


def test_accepted_proposal_is_in_use_and_standing_alarms_stand_on(plant: Plant, teacher: Teacher) -> None:
    def story() -> Story:
        yield from failing(plant)
        plant.ask(Action.ACCEPT_PROPOSAL)
        yield from answered(plant)
        plant.ask(Action.ACCEPT_PROPOSAL, anyway=True)
        yield from answered(plant, 2)
        yield from feed(plant, range(END, END + 12))

    plant.run(story(), bundle=plant.rig.bundle)
    refused, accepted = plant.answers()
    assert refused[0] is False
    assert "would silence the alarm on Right, which stands" in str(refused[1])
    assert accepted[0] is True
    assert plant.bundles.current() == plant.bundles.keep(teacher.bundle)
    assert steps(plant)[-1] is Step.ACCEPTED
    assert plant.events(EventKind.PROPOSAL)[-1].detail["by"] == "ada"
    assert plant.events(EventKind.BUNDLE)[-1].detail["bundle"] == teacher.bundle.digest()
    # Neither the switch nor twelve healthy snapshots clear it: the present rules knew it by another bundle.
    assert standing(plant) == {"Right"}
    (raised,) = (one for one in plant.events(EventKind.RAISED) if one.component)
    closed = NewEvent(
        EventKind.CLOSED,
        raised.at,
        "operator",
        "Right",
        raised.alarm,
        raised.seq,
        detail={"by": "ada", "outcome": "nothing found"},
    )
    plant.store.add_event(plant.assessment(), closed, plant.clock.now())
    plant.run(plant.two_rounds())
    assert standing(plant) == set()
    assert plant.causes("limit").count(EventKind.CLEARED) == 1


def test_refused_proposal_is_not_used_and_its_snapshots_are_not_proposed_again(
    plant: Plant, teacher: Teacher
) -> None:
    def story() -> Story:
        yield from proposed(plant)
        plant.ask(Action.REFUSE_PROPOSAL, reason="the load was unusual")
        yield from answered(plant)
        plant.ask(Action.SWITCH, bundle=plant.bundles.keep(teacher.bundle))
        yield from answered(plant, 2)
        yield from feed(plant, range(ENOUGH, ENOUGH + 20))
        drift(plant, ENOUGH + 19)
        yield from feed(plant, range(ENOUGH + 20, ENOUGH + 30))
        yield from plant.two_rounds()

    plant.run(story(), bundle=plant.rig.bundle)
    (refused, _), (switched, words) = plant.answers()
    assert (refused, switched) == (True, False)
    assert words == "ada refused this bundle as a proposal; learn another (raceway engine relearn)"
    assert steps(plant) == [Step.BEGUN, Step.LEARNED, Step.REFUSED]
    message = plant.events(EventKind.PROPOSAL)[-1].detail["message"]
    assert "the load was unusual" in str(message)
    assert len(teacher.runs) == 1


def test_ordinary_switch_to_a_proposal_is_refused(plant: Plant, teacher: Teacher) -> None:
    def story() -> Story:
        yield from proposed(plant)
        plant.ask(Action.SWITCH, bundle=plant.bundles.keep(teacher.bundle))
        yield from answered(plant)

    plant.run(story(), bundle=plant.rig.bundle)
    ((done, words),) = plant.answers()
    assert done is False
    assert "a proposal that nobody accepted" in str(words)


@pytest.mark.usefixtures("teacher")
def test_switch_to_another_bundle_withdraws_the_proposal(plant: Plant) -> None:
    name = plant.bundles.keep(deaf(plant.rig.bundle, 2.0))

    def story() -> Story:
        yield from proposed(plant)
        plant.ask(Action.SWITCH, bundle=name)
        yield from answered(plant)
        yield from until_step(plant, Step.WITHDRAWN)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.bundles.current() == name


@pytest.mark.parametrize("action", [Action.ACCEPT_PROPOSAL, Action.REFUSE_PROPOSAL])
def test_decision_about_no_proposal_or_another_one_is_refused(
    plant: Plant, teacher: Teacher, action: Action
) -> None:
    def story() -> Story:
        plant.ask(action)
        yield from answered(plant)
        yield from proposed(plant)
        plant.ask(action, bundle="dense-0123")
        yield from answered(plant, 2)

    plant.run(story(), bundle=plant.rig.bundle)
    (none, first), (other, second) = plant.answers()
    assert (none, other) == (False, False)
    assert "no proposal of small rig stands" in str(first)
    assert f"the proposal now is {plant.bundles.keep(teacher.bundle)}" in str(second)


# Killed engines


def test_engine_killed_while_learning_learns_the_same_snapshots_once_more(
    plant: Plant, teacher: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(run: Run, settings: Settings, listener: Listener) -> Bundle:
        teacher(run, settings, listener)
        while True:
            listener.waiting()

    monkeypatch.setattr(proposer, "learn_from_run", slow)

    def story() -> Story:
        yield from plant.until(lambda: bool(teacher.runs))
        raise KilledError

    with pytest.raises(KilledError):
        plant.run(story(), bundle=plant.rig.bundle)
    monkeypatch.setattr(proposer, "learn_from_run", teacher)
    plant.run(until_step(plant, Step.LEARNED))
    assert steps(plant) == [Step.BEGUN, Step.LEARNED]
    assert teacher.runs[0] == teacher.runs[1]


def test_engine_killed_between_the_bundle_and_its_event_keeps_one_bundle(
    plant: Plant, teacher: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(_bundles: Bundles, bundle: Bundle) -> str:
        name = keep(_bundles, bundle)
        killed.append(name)
        return name

    killed: list[str] = []
    keep = Bundles.keep

    whole = proposal_event

    def dies_at_learned(step: Step, *given: object, **detail: object) -> NewEvent:
        if step is Step.LEARNED:
            raise KilledError
        return whole(step, *given, **detail)  # type: ignore[arg-type]

    monkeypatch.setattr(Bundles, "keep", kept)
    monkeypatch.setattr("engine.live.proposals.proposer.proposal_event", dies_at_learned)
    with pytest.raises(KilledError):
        plant.run(plant.until(lambda: False))
    assert killed
    monkeypatch.setattr("engine.live.proposals.proposer.proposal_event", whole)
    plant.run(until_step(plant, Step.LEARNED))
    assert steps(plant) == [Step.BEGUN, Step.LEARNED]
    assert set(killed) == {newest(plant).name}
    assert len(plant.bundles.names()) == 2


@pytest.mark.parametrize("where", ["before the bundle", "after the bundle", "after the event"])
def test_engine_killed_while_it_accepts_accepts_once(
    plant: Plant, teacher: Teacher, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    plant.run(proposed(plant), bundle=plant.rig.bundle)
    use, add = Bundles.use, LiveRecord.add_event

    def using(bundles: Bundles, name: str, machine: str = "") -> None:
        if where == "before the bundle":
            raise KilledError
        use(bundles, name, machine)

    def adding(record: LiveRecord, event: NewEvent) -> None:
        if event.detail.get("step") != Step.ACCEPTED:
            add(record, event)
        elif where == "after the bundle":
            raise KilledError
        else:
            add(record, event)
            raise KilledError

    monkeypatch.setattr(Bundles, "use", using)
    monkeypatch.setattr(LiveRecord, "add_event", adding)
    plant.ask(Action.ACCEPT_PROPOSAL)
    with pytest.raises(KilledError):
        plant.run(plant.two_rounds())
    monkeypatch.setattr(Bundles, "use", use)
    monkeypatch.setattr(LiveRecord, "add_event", add)
    plant.run(answered(plant))
    assert [done for done, _ in plant.answers()] == [True]
    assert steps(plant).count(Step.ACCEPTED) == 1
    assert plant.bundles.current() == plant.bundles.keep(teacher.bundle)
    plant.run(feed(plant, range(ENOUGH, ENOUGH + 2)))
    used = [event.detail["bundle"] for event in plant.events(EventKind.BUNDLE, EventKind.LEARNED)]
    assert used == [plant.rig.bundle.digest(), teacher.bundle.digest()]
