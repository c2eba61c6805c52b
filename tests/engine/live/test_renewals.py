"""A new baseline for one component: no number, watch or standing alarm of another is lost."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.alarms.alarm import fold_alarms
from engine.assessment.state import State, unpack_state
from engine.baseline.renewal import renew_component, spliced
from engine.baseline.trainer import LearningError
from engine.bundles.bundle import Calibration, load_bundle
from engine.clock import END_OF_TIME
from engine.live.proposals import proposer
from engine.operator import alarm_actions
from engine.operator.operator import Act, Operator
from engine.records.events import Action, Event, EventKind
from engine.records.outcome import AlarmOutcome, Finding
from engine.store.store import Store
from tests.engine.live.test_request_handler import answered
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_HEALTHY,
    SMALL_INTERVAL,
    SMALL_START,
    SmallRig,
    first_recordings,
)
from tests.engine.watched_plant import Plant, Story

BEGIN, END = (SMALL_START + place * SMALL_INTERVAL for place in (10, 50))
HEALTHY = f"{BEGIN.isoformat()}..{END.isoformat()}"
LATER = 3
"""Recordings that come after the switch."""


class Quiet(proposer.Quiet):
    def __init__(self) -> None:
        super().__init__(threading.Event())


def test_only_the_numbers_of_the_component_change(small_rig: SmallRig) -> None:
    bundle, run = small_rig.bundle, replace(small_rig.run, entries=small_rig.run.entries[10:50])
    renewed = renew_component(bundle, 1, run, small_rig.settings, Quiet())
    old, new = bundle.calibration, renewed.calibration
    for name in ("centre", "scatter", "level", "reach"):
        assert (getattr(new, name)[0] == getattr(old, name)[0]).all()
    assert (new.centre[1] != old.centre[1]).any()
    assert (new.scatter[1] != old.scatter[1]).any()
    for name in ("limit", "window_limit", "calm"):
        assert (getattr(new, name)[..., 0] == getattr(old, name)[..., 0]).all()
    assert (new.limit[:, 1] != old.limit[:, 1]).all()
    assert (renewed.network, renewed.baseline, renewed.machine) == (
        bundle.network,
        bundle.baseline,
        bundle.machine,
    )
    assert renewed.renewal["from"] == bundle.digest() != renewed.digest()


def test_a_renewal_from_the_recordings_of_the_baseline_changes_no_number(small_rig: SmallRig) -> None:
    run = first_recordings(small_rig.run, SMALL_HEALTHY)
    renewed = renew_component(small_rig.bundle, 1, run, small_rig.settings, Quiet())
    # The second witness keeps silent about the renewed component.
    assert replace(renewed, witness=small_rig.bundle.witness).digest() == small_rig.bundle.digest()


def test_a_bundle_of_another_scoring_is_not_renewed(small_rig: SmallRig) -> None:
    bundle = replace(small_rig.bundle, scoring=1)
    with pytest.raises(LearningError, match="learn the whole machine again"):
        renew_component(bundle, 1, small_rig.run, small_rig.settings, Quiet())


def test_a_renewed_bundle_survives_the_disk(small_rig: SmallRig, tmp_path: Path) -> None:
    run = replace(small_rig.run, entries=small_rig.run.entries[10:50])
    renewed = renew_component(small_rig.bundle, 0, run, small_rig.settings, Quiet())
    loaded = load_bundle(renewed.save(tmp_path / "bundles"))
    assert loaded.digest() == renewed.digest()
    assert loaded.renewal == renewed.renewal


@pytest.mark.parametrize("rows", [1, 7, 20, 33])
def test_the_healthy_severities_of_the_others_keep_their_count(rows: int) -> None:
    rng = np.random.default_rng(rows)

    def made(count: int) -> Calibration:
        shapes = [(3, 4), (3, 4), (3,), (2, 2), (2,), (count, 2), (3,), (count, 2)]
        shapes += [(4, 1), (2, 3, 4), (4, 3), (2, 3), (2, 4)]
        return Calibration(*(rng.normal(size=shape).astype(np.float32) for shape in shapes))

    old, new = made(20), made(rows)
    both = spliced(old, new, 1, [1, 2], [2])
    assert both.calm.shape == old.calm.shape
    assert (both.calm[:, 0] == old.calm[:, 0]).all()
    assert set(both.calm[:, 1]) <= set(new.calm[:, 1])
    assert {name for name in Calibration.__slots__ if not getattr(both, name).size} == set()
    for name, own in (("slopes", [1, 2]), ("loudness", [1, 2]), ("symptoms", [2])):
        now, before, after = (getattr(one, name) for one in (both, old, new))
        others = [place for place in range(3) if place not in own]
        assert (now[:, own] == after[:, own]).all()
        assert (now[:, others] == before[:, others]).all()
    assert (both.reach == np.array([old.reach[0], *new.reach[1:]])).all()
    assert (both.centre == np.stack([old.centre[0], new.centre[1], new.centre[2]])).all()


def renewed_story(plant: Plant, component: str, seen: list[State]) -> Story:
    """Score most of the run, renew a component, switch, score the rest; keep the state before and after."""
    plant.put(*range(SMALL_COUNT - LATER))
    yield from plant.until_ledger_has(SMALL_COUNT - LATER)
    seen.append(packed(plant))
    plant.ask(Action.RELEARN, component=component, healthy=HEALTHY)
    yield from answered(plant)
    (name,) = set(plant.bundles.names()) - {plant.bundles.current()}
    plant.ask(Action.SWITCH, bundle=name)
    yield from answered(plant, 2)
    plant.put(*range(SMALL_COUNT))
    yield from plant.until_ledger_has(SMALL_COUNT)
    seen.append(packed(plant))


def packed(plant: Plant) -> State:
    resume = plant.store.resume_point(plant.assessment())
    assert resume is not None
    assert resume[2] is not None
    return unpack_state(resume[2])


def of(plant: Plant, component: str, *kinds: EventKind) -> list[Event]:
    return [event for event in plant.events(*kinds) if event.component == component]


def names_of(plant: Plant) -> tuple[str, str]:
    first, second = plant.assessment().components
    return first, second


def test_the_standing_alarm_of_another_component_stands_over_a_renewal(plant: Plant) -> None:
    seen: list[State] = []
    plant.run(renewed_story(plant, "Left", seen), bundle=plant.rig.bundle)
    _, right = names_of(plant)
    (answer, switch) = plant.answers()
    assert answer[0] is True, answer
    assert "for Left from" in str(answer[1])
    assert switch[0] is True
    before, after = seen
    assert before.components[1].alarm == after.components[1].alarm != ""
    assert of(plant, right, EventKind.CLEARED) == []
    assert len(of(plant, right, EventKind.RAISED)) == 1
    with Store.open(plant.rig.state, read_only=True) as store:
        usual = store.series(store.assessments()[-1]).severity[:, 1]
    # Its severities are those of a run without a renewal, bit for bit.
    assert np.array_equal(plant.store.series(plant.assessment()).severity[:, 1], usual, equal_nan=True)


def test_the_alarm_of_the_renewed_component_ends_and_its_watch_begins_again(plant: Plant) -> None:
    seen: list[State] = []
    plant.run(renewed_story(plant, "Right", seen), bundle=plant.rig.bundle)
    _, right = names_of(plant)
    before, after = seen
    assert before.components[1].alarm
    cleared = of(plant, right, EventKind.CLEARED)
    assert [event.detail["message"] for event in cleared] == ["another bundle is in use from now on"]
    assert after.components[1].alarm != before.components[1].alarm
    assert after.history.severity.shape[1] == 2


def test_an_unknown_component_is_answered_with_a_sentence(scored: Plant) -> None:
    def story() -> Story:
        scored.ask(Action.RELEARN, component="Middle", healthy=HEALTHY)
        yield from answered(scored)

    scored.run(story())
    assert scored.answers() == [(False, "'Middle' is not a component of this machine; it has Left, Right")]


def test_a_replacement_waits_for_enough_snapshots_and_is_then_learned(plant: Plant) -> None:
    few = plant.settings.watch.model_copy(update={"gather": 30})
    plant.settings = plant.settings.model_copy(update={"watch": few})
    count = SMALL_COUNT - 30

    def story() -> Story:
        plant.put(*range(count))
        yield from plant.until_ledger_has(count)
        last = SMALL_START + (count - 1) * SMALL_INTERVAL
        plant.ask(Action.RELEARN, component="Right", since=last.isoformat())
        plant.put(*range(SMALL_COUNT - 1))
        yield from plant.until_ledger_has(SMALL_COUNT - 1)
        yield from plant.two_rounds()
        assert plant.answers() == []
        yield from plant.whole_run()
        yield from answered(plant)

    plant.run(story(), bundle=plant.rig.bundle)
    ((done, words),) = plant.answers()
    assert done is True, words
    assert str(words).endswith("for Right from 30 snapshots; switch to use it")


def test_closing_an_alarm_with_a_replaced_part_asks_for_the_new_baseline(scored: Plant) -> None:
    alarms = fold_alarms(scored.events(), END_OF_TIME)
    alarm = next(one for one in alarms if one.component == "Right")
    at = SMALL_START + SMALL_COUNT * SMALL_INTERVAL
    outcome = AlarmOutcome(Finding.CONFIRMED, "outer race", replaced=True)
    for session in ("training", ""):
        act = Act(Operator("ada"), session, at, scored.clock.now())
        alarm_actions.close(scored.store, scored.assessment(), alarm, outcome, act)
    (request,) = scored.events(EventKind.REQUESTED)
    assert (request.detail["action"], request.detail["component"]) == ("relearn", "Right")
    assert (request.detail["since"], request.detail["by"]) == (at.isoformat(), "ada")
