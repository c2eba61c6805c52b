"""A machine without a baseline gathers healthy snapshots, learns from them, then scores them."""

import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.baseline import from_live as room
from engine.baseline.from_live import BaselineGathering
from engine.baseline.learner import Learner
from engine.baseline.sights import FEWEST, Sight
from engine.baseline.trainer import LearningError
from engine.bundles.bundle import Bundle
from engine.config.settings import load_settings
from engine.records.events import Action, EventKind
from engine.records.intake import Outcome
from engine.records.progress import Epoch, Phase
from replay.run import Entry
from tests.engine.handmade_events import at
from tests.engine.rigs import SMALL_COUNT, SMALL_HEALTHY, Facts, SmallRig, small_name
from tests.engine.watched_plant import MOST_STEPS, KilledError, Plant, Story, plant_of


@pytest.fixture
def new(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Return a plant that learns from as many snapshots as the baseline of the small rig."""
    return plant_of(small_rig, tmp_path, monkeypatch, watch__gather=SMALL_HEALTHY)


def test_baseline_learned_live_is_the_one_that_a_finished_run_gives(new: Plant, batch: Facts) -> None:
    new.run(new.whole_run())
    assert new.facts() == batch
    (learned,) = new.events(EventKind.LEARNED)
    assert learned.at == new.rig.run.entries[SMALL_HEALTHY - 1].time
    assert learned.detail["bundle"] == new.rig.bundle.digest()
    assert new.counts() == {Outcome.TAKEN: SMALL_COUNT}
    phases = list(dict.fromkeys(beat.phase for beat in new.beats))
    assert phases == [Phase.GATHERING, Phase.LEARNING, Phase.WATCHING, Phase.ENDED]
    gathered = [(beat.done, beat.total) for beat in new.beats if beat.phase is Phase.GATHERING]
    assert gathered[0][1] == SMALL_HEALTHY
    assert gathered == sorted(gathered)
    assert [epoch.epoch for epoch in new.store.epochs(new.assessment())] == list(
        range(1, len(new.rig.bundle.history) + 1)
    )


# From here on learning takes no time: it returns the bundle of the small rig.


@pytest.fixture
def lessons(new: Plant, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the snapshot names of each training."""
    taught: list[list[str]] = []

    def learn(
        self: Learner,
        sights: list[Sight],
        first_seen: Entry,
        on_epoch: Callable[[Epoch], None],
        on_wait: Callable[[], None],
        _first_mark: str = "",
    ) -> Bundle:
        taught.append([sight.entry.name for sight in sights])
        on_wait()
        return new.rig.bundle

    monkeypatch.setattr(room.Learner, "learn", learn)
    return taught


def gathering(plant: Plant, count: int) -> Story:
    yield from plant.until(lambda: bool(plant.beats) and plant.beats[-1].phase is Phase.GATHERING)
    yield from plant.until(lambda: plant.beats[-1].done == count)


def test_engine_that_is_restarted_gathers_again_what_lies_there(
    new: Plant, batch: Facts, lessons: list[list[str]]
) -> None:
    def first() -> Story:
        new.put(*range(20))
        yield from gathering(new, 20)
        raise KilledError

    with pytest.raises(KilledError):
        new.run(first())
    new.run(new.whole_run())
    assert lessons == [[small_name(position) for position in range(SMALL_HEALTHY)]]
    assert new.facts()["scores"] == batch["scores"]


def test_nothing_is_scored_or_entered_before_there_is_a_baseline_but_bad_files_are_refused(
    new: Plant, lessons: list[list[str]]
) -> None:
    def story() -> Story:
        new.put(*range(20))
        new.write("20250330T005955.csv", b"1;2\n" * 2560)
        yield from gathering(new, 20)
        yield from new.two_rounds()

    new.run(story())
    assert new.counts() == {Outcome.QUARANTINED: 1}
    assert lessons == []


def test_bundle_that_an_operator_switches_to_ends_the_gathering(
    new: Plant, batch: Facts, lessons: list[list[str]]
) -> None:
    name = new.bundles.keep(new.rig.bundle)

    def story() -> Story:
        new.put(*range(20))
        yield from gathering(new, 20)
        new.ask(Action.SWITCH, bundle=name)
        yield from new.until_ledger_has(20)
        yield from new.whole_run()

    new.run(story())
    assert lessons == []
    assert new.facts() == batch


def test_learning_that_fails_is_told_of_and_tried_again_with_more(
    new: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def learn(self: Learner, sights: list[Sight], *_more: object) -> Bundle:
        tried.append(len(sights))
        if len(tried) == 1:
            raise LearningError("channel 2 carries no signal in most of the healthy recordings")
        return new.rig.bundle

    monkeypatch.setattr(room.Learner, "learn", learn)

    def story() -> Story:
        new.put(*range(SMALL_HEALTHY))
        yield from new.until(lambda: bool(tried))
        yield from new.two_rounds()
        beat = new.beats[-1]
        assert (beat.phase, beat.done, beat.total) == (Phase.GATHERING, SMALL_HEALTHY, SMALL_HEALTHY + FEWEST)
        assert beat.message.startswith("channel 2 carries no signal")
        yield from new.whole_run()

    new.run(story())
    assert tried == [SMALL_HEALTHY, SMALL_HEALTHY + FEWEST]


def test_disk_that_has_no_room_for_the_bundle_is_waited_for(
    new: Plant, lessons: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    save, fails = Bundle.save, [True]

    def failing(self: Bundle, bundles: Path) -> Path:
        if fails:
            fails.pop()
            raise OSError(28, "No space left on device")
        return save(self, bundles)

    monkeypatch.setattr(Bundle, "save", failing)
    new.run(new.whole_run())
    assert len(lessons) == 2
    paused = [beat.message for beat in new.beats if beat.phase is Phase.PAUSED]
    assert paused == [
        "the baseline cannot be learned or kept ([Errno 28] No space left on device); make room on the disk"
    ]


# While it learns


@pytest.fixture(params=["between epochs", "at epochs"])
def endless(
    new: Plant, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Callable[[], Story]:
    """Training that never ends, in slow or quick epochs; the story continues when it has begun."""

    def learn(
        _self: Learner,
        _sights: list[Sight],
        _first_seen: Entry,
        on_epoch: Callable[[Epoch], None],
        on_wait: Callable[[], None],
        _first_mark: str = "",
    ) -> Bundle:
        for epoch in range(1, MOST_STEPS):
            if request.param == "at epochs":
                on_epoch(Epoch(epoch, 1.0, 1.0))
            else:
                on_wait()
        raise AssertionError("nobody ended it")

    monkeypatch.setattr(room.Learner, "learn", learn)

    def begun() -> Story:
        new.put(*range(SMALL_HEALTHY))
        yield from new.until(lambda: bool(new.beats) and new.beats[-1].phase is Phase.LEARNING)

    return begun


def test_engine_that_is_asked_to_end_while_it_learns_ends(new: Plant, endless: Callable[[], Story]) -> None:
    new.run(endless())
    assert new.last_beat().phase is Phase.ENDED
    assert [event.kind for event in new.events()] == [EventKind.STARTED, EventKind.FINISHED]


def test_operators_are_answered_while_it_learns_but_for_another_lesson(
    new: Plant, endless: Callable[[], Story]
) -> None:
    def story() -> Story:
        yield from endless()
        new.ask(Action.RELEARN, healthy="30")
        new.ask(Action.RETRY, raw="00")
        new.ask(Action.ACCEPT)
        yield from new.until(lambda: len(new.answers()) == 2)
        yield from new.two_rounds()
        assert new.beats[-1].phase is Phase.LEARNING

    new.run(story())
    assert new.answers() == [
        (False, "this file is not refused"),
        (False, f"the engine has not learned a baseline of {new.assessment().machine} yet"),
    ]
    (waiting,) = new.store.open_requests(new.assessment())
    assert waiting.detail["action"] == Action.RELEARN


def test_bundle_that_an_operator_switches_to_ends_the_lesson(
    new: Plant, batch: Facts, endless: Callable[[], Story]
) -> None:
    name = new.bundles.keep(new.rig.bundle)

    def story() -> Story:
        yield from endless()
        new.ask(Action.SWITCH, bundle=name)
        yield from new.whole_run()

    new.run(story())
    assert new.bundles.current() == name
    assert new.facts()["scores"] == batch["scores"]


# Snapshots that count


def sight(minute: float, *, faulty: bool = False, level: tuple[float, float] = (0.0, 0.0)) -> Sight:
    nothing = np.zeros(2, np.float32)
    entry = Entry(f"file {minute:g}", at(minute))
    return Sight(entry, np.zeros((2, 3), np.float32), np.array(level, np.float32), nothing, faulty, {})


@pytest.fixture
def fresh(small_rig: SmallRig) -> BaselineGathering:
    """Return a learner that skips two snapshots of run-in."""
    return BaselineGathering(load_settings(small_rig.config, overrides={"model.skip": 2}))


def test_only_running_snapshots_after_the_run_in_count(fresh: BaselineGathering) -> None:
    for minute in range(10):
        fresh.add(sight(minute, faulty=minute in (1, 5)), f"{minute}")
    assert fresh.gathered == 10 - 2 - 1


def test_recorder_that_repeats_itself_teaches_nothing(fresh: BaselineGathering) -> None:
    for minute in range(10):
        fresh.add(sight(minute), "the same signal")
    fresh.add(sight(0), "another signal of the same time")
    assert fresh.gathered == 0


def test_lesson_is_of_the_first_that_count_in_order_of_time(
    fresh: BaselineGathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.wanted = 3
    learned: list[object] = []
    monkeypatch.setattr(Learner, "learn", lambda _self, sights, first, *_: learned.extend([[*sights], first]))
    for minute in (6, 5, 4, 3, 2, 1, 0):
        fresh.add(sight(minute, faulty=minute == 3), f"{minute}")
    assert fresh.is_enough
    fresh.learn(lambda _epoch: None, lambda: None)
    sights, first = learned
    assert [one.entry.time for one in sights] == [at(2), at(4), at(5)]  # type: ignore[attr-defined]
    assert first == Entry("file 0", at(0))


def test_machine_that_stands_still_for_long_leaves_nothing_in_memory(fresh: BaselineGathering) -> None:
    seen = []
    for minute in range(100):
        one = sight(minute, faulty=True)
        seen.append(weakref.ref(one.observed))
        fresh.add(one, f"{minute}")
        del one
    assert sum(observed() is not None for observed in seen) <= 3
    assert fresh.gathered == 0
    assert fresh.trouble == ""


def test_channel_that_most_snapshots_lack_is_given_up_once_as_many_came_as_are_wanted(
    fresh: BaselineGathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[list[Sight]] = []
    monkeypatch.setattr(Learner, "learn", lambda _self, sights, *_: learned.append([*sights]))
    wanted = fresh.wanted
    for minute in range(wanted - 1):
        fresh.add(sight(minute, faulty=True, level=(1.0, 0.0)), f"{minute}")
        assert fresh.gathered <= 1
    fresh.add(sight(wanted, level=(1.0, 1.0)), "whole")
    assert not fresh.is_enough
    for minute in range(wanted + 1, wanted + 9):
        fresh.add(sight(minute, faulty=True, level=(1.0, 0.0)), f"{minute}")
    assert fresh.is_enough
    fresh.learn(lambda _epoch: None, lambda: None)
    (sights,) = learned
    assert len(sights) == wanted
    assert all(one.level.tolist() == [1.0, 0.0] for one in sights)


def test_lesson_tells_of_the_snapshots_that_lack_a_channel(
    fresh: BaselineGathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[list[Sight]] = []
    monkeypatch.setattr(Learner, "learn", lambda _self, sights, *_: learned.append([*sights]))
    fresh.wanted = 8
    for minute in range(14):
        lacks = minute in (5, 7, 13)
        fresh.add(sight(minute, faulty=lacks, level=(1.0, 0.0 if lacks else 1.0)), f"{minute}")
    assert fresh.is_enough
    fresh.learn(lambda _epoch: None, lambda: None)
    (sights,) = learned
    assert [one.entry.time for one in sights] == [at(minute) for minute in range(2, 12)]


def test_channel_that_hears_nothing_of_a_running_machine_is_named_until_it_does(
    fresh: BaselineGathering,
) -> None:
    for minute in range(FEWEST):
        assert fresh.trouble == ""
        fresh.add(sight(minute, faulty=True, level=(1.0, 0.0)), f"{minute}")
    assert fresh.trouble.startswith("channel 2 carries no usable signal")
    for minute in range(FEWEST, 2 * FEWEST):
        fresh.add(sight(minute, level=(1.0, 1.0)), f"{minute}")
    assert fresh.trouble == ""
