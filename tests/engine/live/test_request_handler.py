"""Requests of operators are done while the engine watches, and answered once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bundles.bundle import Bundle
from engine.records.assessment import Assessment
from engine.records.events import RINGS, Action, Event, EventKind, NewEvent
from engine.records.intake import Outcome
from engine.store.store import Store, StoreBusyError
from tests.engine.bad_files import name_between
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_FAULT,
    SMALL_ROWS,
    SmallRig,
    noise,
    small_name,
    text_of,
)
from tests.engine.watched_plant import KilledError, Plant, Story, plant_of


def other(bundle: Bundle) -> Bundle:
    """Return another bundle of the same machine, with limits three times as high."""
    return replace(
        bundle, calibration=replace(bundle.calibration, limit=bundle.calibration.limit * np.float32(3.0))
    )


def answered(plant: Plant, count: int = 1) -> Story:
    yield from plant.until(lambda: len(plant.answers()) >= count)
    yield from plant.two_rounds()
    assert len(plant.answers()) == count


# Accepting


def test_baseline_is_accepted_by_name_and_once(plant: Plant) -> None:
    def story() -> Story:
        plant.put(0)
        yield from plant.until_ledger_has(1)
        plant.ask(Action.ACCEPT)
        yield from answered(plant)
        yield from plant.whole_run()
        plant.ask(Action.ACCEPT)
        yield from answered(plant, 2)
        plant.ask(Action.ACCEPT)
        yield from answered(plant, 3)

    plant.run(story(), bundle=plant.rig.bundle)
    first, second, third = plant.answers()
    assert first == (False, "the engine has not learned a baseline of small rig yet")
    assert second == (True, "ada accepted the baseline of small rig")
    assert str(third[1]).startswith("ada accepted this baseline at 2026-01-05")
    (accepted,) = plant.events(EventKind.ACCEPTED)
    assert (accepted.detail["by"], accepted.detail["bundle"]) == ("ada", plant.rig.bundle.digest())


def test_request_made_while_no_engine_ran_is_answered_by_the_next(scored: Plant) -> None:
    request = scored.ask(Action.ACCEPT)
    scored.run(answered(scored))
    (answer,) = scored.events(EventKind.ANSWERED)
    assert answer.ring == request.seq


# Switching


def test_switch_says_so_lets_go_of_what_stands_and_scores_on_with_the_new_bundle(plant: Plant) -> None:
    changed = other(plant.rig.bundle)
    name = plant.bundles.keep(changed)

    def story() -> Story:
        plant.put(*range(SMALL_COUNT - 4))
        yield from plant.until_ledger_has(SMALL_COUNT - 4)
        assert plant.causes("limit")[:1] == [EventKind.RAISED]
        plant.ask(Action.SWITCH, bundle=name)
        yield from answered(plant)
        plant.put(*range(SMALL_COUNT))
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.answers() == [(True, f"{name} is in use from the next snapshot on")]
    newest = plant.rig.run.entries[SMALL_COUNT - 5].time
    # With the new limits it may ring again.
    rung = [e for e in plant.events(*RINGS, EventKind.CLEARED) if e.component == "Right"]
    raised, cleared = rung[0], next(e for e in rung if e.kind is EventKind.CLEARED)
    (told,) = plant.events(EventKind.BUNDLE)
    assert (cleared.kind, cleared.at) == (EventKind.CLEARED, newest)
    assert cleared.detail["message"] == "another bundle is in use from now on"
    assert (told.at, told.detail["bundle"]) == (newest, changed.digest())
    assert raised.seq < cleared.seq < told.seq
    limits = plant.store.series(plant.assessment()).limit
    assert (limits[: SMALL_COUNT - 4] == limits[0]).all()
    assert np.allclose(limits[SMALL_COUNT - 4 :], 3.0 * limits[0])
    assert plant.scored() == [small_name(position) for position in range(SMALL_COUNT)]


def test_switch_lets_go_of_a_stopped_machine_too(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, alarms__stopped_rings=True)
    name = plant.bundles.keep(other(plant.rig.bundle))

    def story() -> Story:
        plant.put(*range(SMALL_FAULT))
        yield from plant.until_ledger_has(SMALL_FAULT)
        still = noise(np.random.default_rng(5), SMALL_ROWS, 2, level=1e-3)
        plant.write(small_name(SMALL_FAULT), text_of(still, ","))
        yield from plant.until(lambda: plant.causes("stopped") == [EventKind.RAISED])
        plant.ask(Action.SWITCH, bundle=name)
        yield from answered(plant)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.causes("stopped") == [EventKind.RAISED, EventKind.CLEARED]


def test_restart_after_a_switch_goes_on_with_that_bundle_and_says_nothing_again(scored: Plant) -> None:
    name = scored.bundles.keep(other(scored.rig.bundle))

    def switched() -> Story:
        scored.ask(Action.SWITCH, bundle=name)
        yield from answered(scored)
        # The new bundle has scored nothing yet: the stored state is still that of the old bundle.
        raise KilledError

    with pytest.raises(KilledError):
        scored.run(switched())
    told = [event for event in scored.events() if event.kind in (EventKind.BUNDLE, EventKind.CLEARED)]
    scored.run(scored.two_rounds())
    again = [event for event in scored.events() if event.kind in (EventKind.BUNDLE, EventKind.CLEARED)]
    assert [event for event in again if "engine failed" not in event.alarm] == told
    assert scored.bundles.current() == name


@pytest.mark.parametrize("name", ["nothing-like-it", "../elsewhere", ""])
def test_switch_to_what_is_no_bundle_is_refused_and_changes_nothing(plant: Plant, name: str) -> None:
    def story() -> Story:
        plant.put(0)
        yield from plant.until_ledger_has(1)
        plant.ask(Action.SWITCH, bundle=name)
        yield from answered(plant)
        plant.put(1)
        yield from plant.until_ledger_has(2)

    before = plant.bundles.keep(plant.rig.bundle)
    plant.run(story(), bundle=plant.rig.bundle)
    ((done, _words),) = plant.answers()
    assert done is False
    assert plant.bundles.current() == before
    assert plant.scored() == [small_name(0), small_name(1)]


def test_switch_to_a_bundle_of_another_machine_is_refused(plant: Plant) -> None:
    name = plant.bundles.keep(replace(plant.rig.bundle, rows=1024))

    def story() -> Story:
        plant.put(0)
        yield from plant.until_ledger_has(1)
        plant.ask(Action.SWITCH, bundle=name)
        yield from answered(plant)

    plant.run(story(), bundle=plant.rig.bundle)
    ((done, words),) = plant.answers()
    assert done is False
    assert str(words).startswith("the bundle was learned with rows 1024, the settings say 2560;")


# Retrying a file


def test_refused_file_is_looked_at_again_when_asked(plant: Plant) -> None:
    name = name_between(0)

    def story() -> Story:
        broken = plant.write(name, plant.raw(1).replace(b",", b";"))
        yield from plant.until_ledger_has(1)
        plant.ask(Action.RETRY, raw=name.encode().hex())
        yield from plant.until_ledger_has(2)
        yield from plant.two_rounds()
        assert plant.counts() == {Outcome.QUARANTINED: 2}
        # A repaired file is read without a request; a later request adds no row.
        broken.write_bytes(plant.raw(1))
        yield from plant.until_ledger_has(3)
        plant.ask(Action.RETRY, raw=name.encode().hex())
        yield from answered(plant, 2)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.QUARANTINED: 2, Outcome.TAKEN: 1}
    assert plant.answers() == [
        (True, "the file is read again"),
        (False, "this file is not refused"),
    ]


def test_conflict_that_is_looked_at_again_is_one_still(plant: Plant) -> None:
    name = small_name(0).replace("202503", "20253")

    def story() -> Story:
        plant.put(0)
        yield from plant.until_ledger_has(1)
        plant.write(name, plant.raw(1))
        yield from plant.until_ledger_has(2)
        plant.ask(Action.RETRY, raw=name.encode().hex())
        yield from plant.until_ledger_has(3)

    plant.run(story(), bundle=plant.rig.bundle)
    assert [outcome for _, outcome, _ in plant.ledger()] == [
        Outcome.TAKEN,
        Outcome.CONFLICT,
        Outcome.CONFLICT,
    ]


# Impossible requests


@pytest.mark.parametrize(
    ("action", "detail", "words"),
    [
        (Action.SWITCH, {}, "the request does not say which bundle"),
        (Action.RETRY, {"raw": "not hexadecimal"}, "non-hexadecimal number found"),
    ],
)
def test_request_that_makes_no_sense_is_answered_with_a_sentence(
    plant: Plant, action: Action, detail: Mapping[str, object], words: str
) -> None:
    def story() -> Story:
        plant.put(0)
        yield from plant.until_ledger_has(1)
        plant.ask(action, **detail)
        yield from answered(plant)

    plant.run(story(), bundle=plant.rig.bundle)
    ((done, said),) = plant.answers()
    assert done is False
    assert words in str(said)


def test_request_that_this_engine_does_not_know_is_answered(plant: Plant) -> None:
    def story() -> Story:
        plant.put(0)
        yield from plant.until_ledger_has(1)
        fact = NewEvent(
            EventKind.REQUESTED, plant.clock.now(), "operator", detail={"action": "dance", "by": "ada"}
        )
        plant.store.add_event(plant.assessment(), fact, plant.clock.now())
        yield from answered(plant)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.answers() == [(False, "this engine does not know the request 'dance'")]


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.SWITCH, Action.RETRY])
def test_request_that_met_a_busy_store_is_done_and_answered_once(scored: Plant, action: Action) -> None:
    trouble = [True, True]

    class Busy(Store):
        def answer(self, assessment: Assessment, request: Event, **said: Any) -> bool:
            if trouble:
                trouble.pop()
                raise StoreBusyError("held by another program")
            return super().answer(assessment, request, **said)

    scored.kind_of_store = Busy
    name = scored.bundles.keep(other(scored.rig.bundle))

    def story() -> Story:
        scored.write(name_between(0), b"1;2\n" * SMALL_ROWS)
        yield from scored.until_ledger_has(SMALL_COUNT + 1)
        scored.ask(action, bundle=name, raw=name_between(0).encode().hex())
        yield from answered(scored)

    scored.run(story())
    assert [done for done, _ in scored.answers()] == [True]
    assert len(scored.events(EventKind.ACCEPTED)) == (action is Action.ACCEPT)
    assert len(scored.events(EventKind.BUNDLE)) == (action is Action.SWITCH)


def test_quarantine_list_names_what_can_be_asked_for(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, recording__files="*")
    raw = b"\xff\xfe.csv"

    def story() -> Story:
        plant.write(raw, b"")
        plant.clock.steady += plant.settings.watch.patience
        yield from plant.two_rounds()
        plant.clock.steady += plant.settings.watch.patience
        yield from plant.until_ledger_has(1)
        (refusal,) = plant.store.quarantined(plant.assessment().machine_id)
        Path(plant.folder / "20250330T005950.csv").write_bytes(plant.raw(0))
        plant.ask(Action.RETRY, raw=refusal.raw.hex())
        yield from plant.until_ledger_has(3)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.QUARANTINED: 2, Outcome.TAKEN: 1}
