"""A machine that is not watched shows it: nothing there, nothing in order, a clock that jumps."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from engine.baseline.from_live import BaselineGathering
from engine.baseline.trainer import TrainingError
from engine.bundles.bundle import Bundle
from engine.records.events import EventKind
from engine.records.intake import Outcome
from engine.records.progress import Phase
from tests.engine.rigs import SMALL_COUNT, SMALL_INTERVAL, SMALL_START, WALL, SmallRig, small_name
from tests.engine.watched_plant import Plant, Story, plant_of

NAME = "%Y%m%dT%H%M%S.csv"


def missing(folder: Path) -> None:
    folder.rmdir()


def empty(folder: Path) -> None:
    pass


def folders_only(folder: Path) -> None:
    (folder / "2025-03-30").mkdir()
    (folder / ".partial").write_text("")


@pytest.mark.parametrize(
    ("arrange", "phase", "words"),
    [
        (missing, Phase.NO_FOLDER, "does not exist"),
        (empty, Phase.WATCHING, "is empty"),
        (folders_only, Phase.WATCHING, "holds no file, only 2 folders or hidden entries, which are not read"),
    ],
)
def test_where_nothing_ever_comes_the_beat_names_what_is_there_and_no_data_rings(
    small_rig: SmallRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arrange: Callable[[Path], None],
    phase: Phase,
    words: str,
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, watch__interval=2.0, alarms__no_data_after=3)
    arrange(plant.folder)

    def story() -> Story:
        yield from plant.until(lambda: plant.causes("no data") == [EventKind.RAISED])

    plant.run(story(), bundle=small_rig.bundle)
    seen = [beat for beat in plant.beats if beat.phase is not Phase.ENDED]
    assert seen[-1].phase is phase
    assert words in seen[-1].message
    assert plant.clock.now() - WALL < timedelta(seconds=20)


def test_no_data_that_rang_before_the_first_recording_returns_with_it(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, watch__interval=2.0, alarms__no_data_after=3)

    def story() -> Story:
        yield from plant.until(lambda: plant.causes("no data") == [EventKind.RAISED])
        plant.put(0)
        yield from plant.until(lambda: plant.causes("no data")[-1] is EventKind.CLEARED)

    plant.run(story(), bundle=small_rig.bundle)


def test_folder_that_vanishes_shows_in_the_phase_until_it_is_back(plant: Plant) -> None:
    def story() -> Story:
        plant.put(*range(20))
        yield from plant.until_ledger_has(20)
        away = plant.folder.rename(plant.folder.with_name("away"))
        yield from plant.until(lambda: plant.last_beat().phase is Phase.NO_FOLDER)
        away.rename(plant.folder)
        yield from plant.until(lambda: plant.last_beat().phase is Phase.WATCHING)

    plant.run(story(), bundle=plant.rig.bundle)


def test_one_stamp_in_the_future_is_held_and_all_others_are_judged(plant: Plant) -> None:
    def story() -> Story:
        plant.put(*range(20))
        yield from plant.until_ledger_has(20)
        plant.write("20420101T000000.csv", plant.raw(20))
        yield from plant.until(lambda: plant.last_beat().phase is Phase.HOLDING)
        assert "1 held back, the first 20420101T000000.csv" in plant.last_beat().message
        plant.put(*range(20, SMALL_COUNT))
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}
    assert plant.causes("recorder clock") == []


@pytest.mark.parametrize("back", [timedelta(minutes=2, seconds=3), timedelta(days=400), timedelta(days=9000)])
def test_recorder_clock_that_goes_back_rings_and_the_rest_is_judged_also_after_a_restart(
    plant: Plant, back: timedelta
) -> None:
    def late(position: int) -> str:
        return f"{SMALL_START + position * SMALL_INTERVAL - back:{NAME}}"

    def before() -> Story:
        plant.put(*range(30))
        yield from plant.until_ledger_has(30)
        for position in range(30, 40):
            plant.write(late(position), plant.raw(position))
        yield from plant.until_ledger_has(40)

    def after() -> Story:
        for position in range(40, SMALL_COUNT):
            plant.write(late(position), plant.raw(position))
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(before(), bundle=plant.rig.bundle)
    plant.run(after())
    assert plant.causes("recorder clock") == [EventKind.RAISED]
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT - 2, Outcome.LATE: 2}
    times = list(plant.store.series(plant.assessment()).at)
    assert times == sorted(set(times))
    assert any(event.detail["cause"] == "limit" for event in plant.events(EventKind.RAISED))


def test_recorder_clock_that_is_set_right_clears_the_alarm(plant: Plant) -> None:
    def story() -> Story:
        plant.put(*range(30))
        yield from plant.until_ledger_has(30)
        for position in range(30, 40):
            stamp = SMALL_START + position * SMALL_INTERVAL - timedelta(days=30)
            plant.write(f"{stamp:{NAME}}", plant.raw(position))
        yield from plant.until_ledger_has(40)
        plant.put(*range(40, SMALL_COUNT))
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.causes("recorder clock") == [EventKind.RAISED, EventKind.CLEARED]
    assert plant.scored()[-1] == small_name(SMALL_COUNT - 1)


@pytest.mark.parametrize("ago", [0.0, 80.0, 600.0])
def test_recording_refused_before_a_restart_still_proves_that_the_recorder_works(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ago: float
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, watch__interval=100.0, alarms__no_data_after=3)

    def refused() -> Story:
        plant.put(0)
        yield from plant.until_ledger_has(1)
        plant.clock.steady += 250.0
        plant.write(small_name(1), b"no numbers\n")
        yield from plant.until_ledger_has(2)

    plant.run(refused(), bundle=small_rig.bundle)
    plant.clock.steady += ago

    def restarted() -> Story:
        yield from plant.two_rounds()
        before = plant.causes("no data")
        plant.clock.steady += 100.0 if ago < 100.0 else 0.0
        yield from plant.two_rounds()
        # A refusal counts for as long as a recording would.
        assert before == plant.causes("no data") == ([EventKind.RAISED] if ago > 300.0 else [])

    plant.run(restarted())


def test_recordings_that_change_their_ending_are_named_once_data_is_missing(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, alarms__no_data_after=3)

    def story() -> Story:
        plant.put(*range(5))
        yield from plant.until_ledger_has(5)
        for position in range(5, 9):
            plant.write(small_name(position).replace(".csv", ".dat"), plant.raw(position))
        yield from plant.two_rounds()
        assert plant.last_beat().message == "4 other files are passed over"
        plant.clock.steady += 600
        yield from plant.until(lambda: "4 other files are passed over (" in plant.last_beat().message)
        assert small_name(5).replace(".csv", ".dat") in plant.last_beat().message

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.causes("no data") == [EventKind.RAISED]


def test_training_that_dies_rings_and_the_baseline_that_is_learned_at_last_ends_it(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, watch__gather=30)

    def die(self: BaselineGathering, *words: object) -> Bundle:
        if self.wanted == 30:
            raise TrainingError("training was killed by SIGKILL (most often because memory ran out)")
        return plant.rig.bundle

    monkeypatch.setattr(BaselineGathering, "learn", die)

    def story() -> Story:
        plant.put(*range(30))
        yield from plant.until(lambda: plant.causes("model missing") == [EventKind.RAISED])
        assert "SIGKILL" in str(plant.events(EventKind.RAISED)[-1].detail["message"])
        plant.put(*range(30, SMALL_COUNT))
        yield from plant.until(lambda: plant.causes("model missing") == [EventKind.RAISED, EventKind.CLEARED])

    plant.run(story())
