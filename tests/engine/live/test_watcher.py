"""A watched folder gives the same results as scoring the finished run, whatever happens."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundles.bundle import BundleError
from engine.records.events import Action, EventKind
from engine.records.intake import Outcome
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from engine.system.lease import LeaseTakenError, lease, machine_lease
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_FAULT,
    SMALL_HEALTHY,
    Facts,
    assessed,
    events_of,
    small_name,
)
from tests.engine.watched_plant import LIFECYCLE, KilledError, Plant, Story

# The same rows


def test_run_that_lies_there_gives_what_scoring_it_gives(plant: Plant, batch: Facts) -> None:
    plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    assert plant.facts() == batch
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}


def test_run_that_comes_in_handfuls_gives_the_same(plant: Plant, batch: Facts) -> None:
    def story() -> Story:
        come = 0
        for count in (1, 2, 37, 1, 1, 15, 9):
            plant.put(*range(come, come + count))
            come += count
            yield from plant.until_ledger_has(come)
        assert come == SMALL_COUNT

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.facts() == batch


def test_engine_that_is_ended_and_killed_on_the_way_leaves_no_trace_in_the_rows(
    plant: Plant, batch: Facts
) -> None:
    def part(until: int, *, kill: bool) -> Story:
        plant.put(*range(until))
        yield from plant.until_ledger_has(until)
        if kill:
            raise KilledError

    plant.run(part(10, kill=False), bundle=plant.rig.bundle)
    for count in (11, SMALL_HEALTHY, SMALL_FAULT + 2):
        with pytest.raises(KilledError):
            plant.run(part(count, kill=True))
    # Killed before the commit of a portion: all of it is repeated.
    with pytest.raises(KilledError):
        plant.run(killed_at_once(plant))
    plant.run(plant.whole_run())
    facts = plant.facts()
    outages = [event for event in facts["events"] if "engine failed" in str(event[4])]
    assert [event[0] for event in outages] == [EventKind.RAISED, EventKind.CLEARED] * 4
    assert {**facts, "events": [one for one in facts["events"] if one not in outages]} == batch
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}


def killed_at_once(plant: Plant) -> Story:
    plant.put(*range(SMALL_COUNT))
    yield
    raise KilledError


@pytest.mark.parametrize("seed", range(2))
def test_files_that_come_late_are_scored_and_marked_and_change_nothing_else(
    plant: Plant, seed: int, tmp_path: Path
) -> None:
    order = list(range(SMALL_COUNT))
    chance = random.Random(seed)
    # Each arrives up to six places out of order, some much later.
    order.sort(key=lambda position: position + chance.uniform(0, 6) + 30 * (chance.random() < 0.05))

    def story() -> Story:
        for count, position in enumerate(order, 1):
            plant.put(position)
            yield from plant.until_ledger_has(count)

    plant.run(story(), bundle=plant.rig.bundle)
    timely, newest = [], -1
    for position in order:
        if position > newest:
            timely.append(position)
            newest = position
    late = [position for position in order if position not in timely]
    assert late
    assert plant.counts() == {Outcome.TAKEN: len(timely), Outcome.LATE: len(late)}
    assert plant.scored() == [small_name(position) for position in timely]
    assert_scored_without(plant, timely, tmp_path)
    said = {name: why for name, outcome, why in plant.ledger() if outcome is Outcome.LATE}
    assert said == {
        small_name(position): "it came after later recordings had been judged" for position in late
    }
    assert len(plant.store.times(plant.assessment())) == SMALL_COUNT


def assert_scored_without(plant: Plant, timely: list[int], place: Path) -> None:
    """Check that late files do not change the scores of the others."""
    run = replace(plant.rig.run, entries=tuple(plant.rig.run.entries[one] for one in timely))
    outcome = assessed(run, plant.rig.settings, place / "alone", plant.rig.bundle)
    with Store.open(place / "alone") as store:
        alone = store.series(outcome.assessment)
    live = plant.store.series(plant.assessment())
    for name in ("error", "limit", "severity", "share", "figures", "velocity", "baseline"):
        assert getattr(live, name).tobytes() == getattr(alone, name).tobytes(), name
    kept = [event for event in plant.events() if event.kind not in LIFECYCLE]
    assert [(e.kind, e.at, e.alarm, repr(e.detail)) for e in kept] == [
        (e.kind, e.at, e.alarm, repr(e.detail)) for e in events_of(place / "alone")
    ]


def test_bundle_whose_last_recording_is_gone_is_told_of_where_it_is_passed(plant: Plant) -> None:
    def story() -> Story:
        plant.put(*(one for one in range(SMALL_HEALTHY + 3) if one != SMALL_HEALTHY - 1))
        yield from plant.until_ledger_has(SMALL_HEALTHY + 2)

    plant.run(story(), bundle=plant.rig.bundle)
    (learned,) = plant.events(EventKind.LEARNED, EventKind.BUNDLE)
    assert learned.kind is EventKind.LEARNED
    assert learned.detail["bundle"] == plant.rig.bundle.digest()
    assert learned.at == plant.rig.run.entries[SMALL_HEALTHY].time


# One engine, and its end


def test_second_engine_is_turned_away_with_a_sentence(plant: Plant) -> None:
    leases = plant.state / "leases"
    with (
        lease(leases, machine_lease(plant.settings)),
        pytest.raises(LeaseTakenError, match="another engine is already watching small rig in"),
    ):
        plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    assert plant.store.assessments() == ()
    plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}


def test_engine_that_is_asked_to_end_says_so_and_the_next_rings_nothing(plant: Plant) -> None:
    plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    assert plant.last_beat().phase is Phase.ENDED
    plant.run(plant.two_rounds())
    assert [event.kind for event in plant.events(*LIFECYCLE)] == [*LIFECYCLE] * 2
    assert plant.causes("engine failed") == []
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}


def test_engine_that_fails_for_good_leaves_an_alarm_that_the_next_one_clears(plant: Plant) -> None:
    def story() -> Story:
        plant.put(0, 1)
        yield from plant.until_ledger_has(2)
        raise ValueError("the sky fell")

    with pytest.raises(ValueError, match="the sky fell"):
        plant.run(story(), bundle=plant.rig.bundle)
    assert plant.causes("engine failed") == [EventKind.RAISED]
    assert (plant.last_beat().phase, plant.last_beat().message) == (Phase.FAILED, "the sky fell")
    plant.run(plant.two_rounds())
    assert plant.causes("engine failed") == [EventKind.RAISED, EventKind.CLEARED]


def test_killed_engine_is_told_of_once_by_the_next(plant: Plant) -> None:
    def story() -> Story:
        yield from plant.two_rounds()
        raise KilledError

    with pytest.raises(KilledError):
        plant.run(story(), bundle=plant.rig.bundle)
    assert plant.causes("engine failed") == []
    plant.run(plant.two_rounds())
    plant.run(plant.two_rounds())
    assert plant.causes("engine failed") == [EventKind.RAISED, EventKind.CLEARED]
    (raised,) = plant.events(EventKind.RAISED)
    assert str(raised.detail["message"]).startswith(
        "the previous engine ended without notice after 2026-01-05"
    )


# Unusable bundles


def damaged(plant: Plant) -> None:
    (network,) = plant.bundles.folder.glob("*/network.tflite")
    network.write_bytes(network.read_bytes()[:-1] + b"?")


def removed(plant: Plant) -> None:
    (network,) = plant.bundles.folder.glob("*/network.tflite")
    network.unlink()


def forgotten(plant: Plant) -> None:
    (marker,) = plant.bundles.folder.glob("*.json")
    marker.unlink()


@pytest.mark.parametrize(
    ("harm", "words"),
    [(damaged, "differs from what was learned"), (removed, "cannot be read"), (forgotten, "switch to one (")],
)
def test_engine_without_its_bundle_stays_up_and_rings_until_a_switch_mends_it(
    plant: Plant, harm: Callable[[Plant], None], words: str, batch: Facts
) -> None:
    def first() -> Story:
        plant.put(*range(20))
        yield from plant.until_ledger_has(20)

    def second() -> Story:
        yield from plant.until(lambda: plant.causes("model missing") == [EventKind.RAISED])
        plant.put(*range(SMALL_COUNT))
        # Waiting files are not "no data", however long they wait.
        plant.clock.steady += 3600
        yield from plant.two_rounds()
        assert plant.counts() == {Outcome.TAKEN: 20}
        beat = plant.beats[-1]
        assert beat.phase is Phase.FAILED
        assert words in beat.message
        again = plant.bundles.folder / "again"
        plant.rig.bundle.save(again)
        (copy,) = again.iterdir()
        copy.rename(plant.bundles.folder / "mended")
        plant.ask(Action.SWITCH, bundle="mended")
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(first(), bundle=plant.rig.bundle)
    harm(plant)
    plant.run(second())
    assert plant.causes("model missing") == [EventKind.RAISED, EventKind.CLEARED]
    assert plant.causes("no data") == []
    assert plant.answers() == [(True, "mended is in use from the next snapshot on")]
    facts = plant.facts()
    assert facts["scores"] == batch["scores"]


def test_bundle_of_another_machine_is_refused_before_anything_is_begun(plant: Plant) -> None:
    other = replace(plant.rig.bundle, sample_rate=20480.0)
    with pytest.raises(BundleError, match="the bundle was learned with sample_rate 20480"):
        plant.run(plant.whole_run(), bundle=other)
    assert plant.store.assessments() == ()


# Heartbeats


def test_heart_tells_how_far_it_is(plant: Plant) -> None:
    plant.run(plant.whole_run(), bundle=plant.rig.bundle)
    watching = [beat for beat in plant.beats if beat.phase is Phase.WATCHING]
    assert {beat.phase for beat in plant.beats} == {Phase.WATCHING, Phase.ENDED}
    assert max(beat.total for beat in watching) >= SMALL_COUNT
    assert (plant.beats[-1].done, plant.beats[-1].total) == (SMALL_COUNT, SMALL_COUNT)


def test_heart_goes_on_beating_when_the_wall_clock_is_set_back(plant: Plant) -> None:
    def story() -> Story:
        yield from plant.two_rounds()
        before = plant.last_beat().beat_at
        plant.clock.wall_ahead -= 86_400
        yield from plant.two_rounds()
        assert plant.last_beat().beat_at < before

    plant.run(story(), bundle=plant.rig.bundle)


def test_files_that_are_not_complete_are_counted_in_the_heartbeat(plant: Plant) -> None:
    said: list[Heartbeat] = plant.beats

    def story() -> Story:
        plant.write(small_name(3), plant.raw(3)[:1000])
        yield from plant.until(lambda: said[-1].message == "1 not complete yet")
        plant.write(small_name(3), plant.raw(3))
        yield from plant.until_ledger_has(1)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: 1}


def test_folder_that_vanishes_is_told_of_and_goes_on_when_it_comes_back(plant: Plant, batch: Facts) -> None:
    def story() -> Story:
        plant.put(*range(20))
        yield from plant.until_ledger_has(20)
        away = plant.folder.rename(plant.folder.with_name("away"))
        yield from plant.until(
            lambda: "does not exist; the engine keeps looking for it" in plant.beats[-1].message
        )
        away.rename(plant.folder)
        plant.put(*range(20, SMALL_COUNT))
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.facts() == batch


def test_folder_that_is_not_there_yet_is_waited_for(plant: Plant) -> None:
    plant.folder.rmdir()

    def story() -> Story:
        yield from plant.two_rounds()
        plant.folder.mkdir()
        yield from plant.whole_run()

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}
