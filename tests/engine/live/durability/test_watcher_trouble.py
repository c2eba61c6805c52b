"""A busy, full or failing store while watching: no loss, no duplicate."""

import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from engine.live.engine_events import EngineEvents
from engine.live.ring_follower import RINGING
from engine.records.assessment import Assessed, Assessment
from engine.records.events import RINGS, EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.records.progress import Phase
from engine.store.store import Patience, Store, StoreBusyError, StoreError, StoreFaultError, StoreFullError
from tests.engine.rigs import SMALL_COUNT, Facts, SmallRig
from tests.engine.watched_plant import Plant, Story, plant_of


@pytest.mark.parametrize(
    ("kind", "stored"),
    [(StoreBusyError, False), (StoreFaultError, False), (StoreFullError, False), (StoreFaultError, True)],
)
def test_commit_that_fails_is_made_again_from_what_the_store_holds(
    plant: Plant, batch: Facts, kind: type[StoreError], stored: bool
) -> None:
    attempts = 0

    class Failing(Store):
        def append(
            self,
            assessment: Assessment,
            items: Sequence[Assessed],
            now: datetime,
            intake: Sequence[Intake] = (),
        ) -> None:
            nonlocal attempts
            attempts += 1
            if attempts not in (1, 3):
                super().append(assessment, items, now, intake)
                return
            if stored:
                # The answer was lost, not the commit.
                super().append(assessment, items, now, intake)
            raise kind("the store is in trouble")

    plant.kind_of_store = Failing

    def story() -> Story:
        for count in (20, 40, SMALL_COUNT):
            plant.put(*range(count))
            yield from plant.until_ledger_has(count)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.facts() == batch
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}
    paused = [beat.message for beat in plant.beats if beat.phase is Phase.PAUSED]
    assert paused == ["the store is in trouble"] * 2


def test_refusal_that_could_not_be_stored_is_stored_later(plant: Plant) -> None:
    fails = [True]

    class Failing(Store):
        def settle(
            self, assessment: Assessment, intake: Sequence[Intake], events: Sequence[NewEvent], now: datetime
        ) -> None:
            if intake and fails:
                fails.pop()
                raise StoreFullError("there is no room")
            super().settle(assessment, intake, events, now)

    plant.kind_of_store = Failing

    def story() -> Story:
        plant.write("20250330T005955.csv", b"1;2\n" * 2560)
        plant.put(*range(3))
        yield from plant.until_ledger_has(4)
        yield from plant.two_rounds()

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: 3, Outcome.QUARANTINED: 1}


def test_store_held_by_another_program_is_waited_for(plant: Plant, batch: Facts) -> None:
    def story() -> Story:
        plant.put(*range(30))
        yield from plant.until_ledger_has(30)
        with ExitStack() as held:
            held.enter_context(plant.store.writing())
            plant.put(*range(SMALL_COUNT))
            yield from plant.two_rounds()
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.facts() == batch


@pytest.fixture
def calling(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Return a plant with an `on_ring` command that writes its input to the file `heard`."""
    program = f"import sys; open({str(tmp_path / 'heard')!r}, 'ab').write(sys.stdin.buffer.read())"
    return plant_of(small_rig, tmp_path, monkeypatch, alarms__on_ring=[sys.executable, "-c", program])


def told_of_the_run(plant: Plant) -> Story:
    yield from plant.whole_run()
    yield from plant.until(lambda: plant.events(EventKind.NOTIFIED) != [])


def test_ring_is_told_to_the_command_of_the_settings(calling: Plant, tmp_path: Path) -> None:
    plant = calling
    plant.run(told_of_the_run(plant), bundle=plant.rig.bundle)
    rung = [one.seq for one in plant.events(*RINGS) if one.detail["priority"] != "low"]
    assert rung
    assert [(one.ring, one.detail["exit"]) for one in plant.events(EventKind.NOTIFIED)] == [
        (seq, 0) for seq in rung
    ]
    for seq in rung:
        assert f'"ring": {seq}' in (tmp_path / "heard").read_text()


def test_engine_that_ends_does_not_compete_for_the_store_with_what_tells_of_its_rings(
    calling: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside: list[str] = []
    said = EngineEvents.ended

    def ended(herald: EngineEvents, at: datetime) -> None:
        beside.extend(one.name for one in threading.enumerate() if one.name == RINGING)
        said(herald, at)

    monkeypatch.setattr(EngineEvents, "ended", ended)
    calling.run(told_of_the_run(calling), bundle=calling.rig.bundle)
    assert beside == []
    assert calling.last_beat().phase is Phase.ENDED


def test_engine_that_fails_for_good_has_that_told_before_it_goes(
    calling: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("engine.live.watcher._Watch._turn", fail)
    # The last event may coincide with a poll of the notification thread.
    calling.patience = Patience()
    with pytest.raises(RuntimeError):
        calling.run(calling.two_rounds(), bundle=calling.rig.bundle)
    assert '"cause": "engine failed"' in (tmp_path / "heard").read_text()
    (told,) = calling.events(EventKind.NOTIFIED)
    assert told.detail["exit"] == 0
