"""Supervision: missing data, changed clocks, a full disk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.alarms.outages import all_refused_raised, no_data_raised
from engine.assessment.live_record import LiveRecord
from engine.clock import LiveClock
from engine.live import supervision
from engine.live.supervision import Rhythm, Silence, Supervisor, data_events, silence_of
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.store.store import Store, StoreBusyError
from tests.engine.handmade_events import at
from tests.engine.rigs import SMALL_COUNT, SMALL_ROWS, WALL, SmallRig, small_name
from tests.engine.watched_plant import KilledError, Plant, Story, plant_of

TEN = timedelta(minutes=10)
QUIET = Silence(LiveClock(at(0), came=1000.0), TEN)


def standing(since: float) -> Event:
    fact = no_data_raised(at(since), TEN, 3)
    return Event(7, fact.kind, fact.at, WALL, fact.source, "", fact.alarm, None, "", fact.detail)


# The decisions


@pytest.mark.parametrize(
    ("raised", "minutes", "idle", "said"),
    [
        (None, 29.9, True, []),
        (None, 30, True, [(EventKind.RAISED, at(30))]),
        (None, 9999, True, [(EventKind.RAISED, at(30))]),
        (None, 30, False, []),
        (standing(0), 30, True, []),
        (standing(0), 9999, True, []),
        (standing(-60), 1, True, [(EventKind.CLEARED, at(0))]),
        (standing(-60), 1, False, [(EventKind.CLEARED, at(0))]),
    ],
)
def test_no_data_is_said_after_so_many_intervals_and_taken_back_by_the_next_snapshot(
    raised: Event | None, minutes: float, idle: bool, said: list[object]
) -> None:
    events = data_events(QUIET, raised, 3, 1000.0 + 60 * minutes, idle=idle)
    assert [(event.kind, event.at) for event in events] == said


def test_recording_that_was_refused_lately_proves_the_recorder_alive_for_as_many_intervals() -> None:
    def said(minutes: float, refused: float) -> list[str]:
        return [
            str(event.detail["cause"])
            for event in data_events(QUIET, None, 3, 1000.0 + 60 * minutes, refused=1000.0 + 60 * refused)
        ]

    refused, missing = ["recordings refused"], ["no data"]
    assert [said(59, 30), said(60, 30), said(31, 0), said(29.9, -100)] == [refused, missing, missing, []]


def test_all_recordings_refused_rings_once_and_clears_by_the_next_snapshot() -> None:
    fact = all_refused_raised(at(0), TEN, 3)
    barred = Event(7, fact.kind, fact.at, WALL, fact.source, "", fact.alarm, None, "", fact.detail)
    soon = 1000.0 + 60 * 40
    assert data_events(QUIET, None, 3, soon, refused=soon, barred=barred) == ()
    later = replace(QUIET, clock=LiveClock(at(40), soon))
    (cleared,) = data_events(later, None, 3, soon, refused=soon, barred=barred)
    assert (cleared.kind, cleared.alarm) == (EventKind.CLEARED, barred.alarm)


def test_rhythm_is_the_usual_interval_unless_one_is_set() -> None:
    times = [at(0), at(10), at(20)]
    assert silence_of(times, 5.0, 0.0) == Silence(LiveClock(at(20), 5.0), TEN)
    assert silence_of(times, 5.0, 60.0) == Silence(LiveClock(at(20), 5.0), timedelta(minutes=1))
    assert silence_of([], 5.0, 60.0) is None


def test_single_snapshot_tells_no_rhythm_and_is_never_missed() -> None:
    silence = silence_of([at(0)], 0.0, 0.0)
    assert silence is not None
    assert data_events(silence, None, 3, 1e9) == ()


def test_late_snapshot_does_not_turn_the_clock_back() -> None:
    clock = 100.0
    rhythm = Rhythm(0.0, lambda: clock)
    assert rhythm.now() is None
    rhythm.arrived(at(10))
    clock = 160.0
    rhythm.arrived(at(5))
    assert rhythm.now() == at(11)
    rhythm.arrived(at(20), waited=120.0)
    assert rhythm.now() == at(22)


# In a watched folder


@pytest.fixture
def alert(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Return a plant that rings after three intervals of 10 s without a snapshot."""
    return plant_of(small_rig, tmp_path, monkeypatch, alarms__no_data_after=3, watch__patience=0.0)


def test_data_that_stays_out_rings_after_three_intervals_and_clears_when_it_comes(alert: Plant) -> None:
    def story() -> Story:
        alert.put(*range(5))
        yield from alert.until_ledger_has(5)
        alert.clock.steady += 25
        yield from alert.two_rounds()
        assert alert.causes("no data") == []
        alert.clock.steady += 5
        yield from alert.until(lambda: alert.causes("no data") == [EventKind.RAISED])
        alert.clock.steady += 3600
        yield from alert.two_rounds()
        alert.put(5)
        yield from alert.until(lambda: alert.causes("no data") == [EventKind.RAISED, EventKind.CLEARED])
        yield from alert.two_rounds()

    alert.run(story(), bundle=alert.rig.bundle)
    raised, cleared = (e for e in alert.events() if e.alarm.startswith("machine/no data"))
    last = alert.rig.run.entries[4].time
    assert raised.at == last + timedelta(seconds=30)
    assert raised.detail["message"] == f"no snapshot since {last:%Y-%m-%d %H:%M:%S} UTC"
    # The clearing snapshot is older than the raise: an alarm cannot clear before it was raised.
    assert cleared.at == raised.at
    assert cleared.detail["message"] == "data comes again"


@pytest.mark.parametrize("content", [b"", b"NaN,NaN\n" * SMALL_ROWS], ids=["empty", "no channel left"])
def test_recordings_that_are_refused_are_no_missing_data_and_stand_refused(
    alert: Plant, content: bytes
) -> None:
    def story() -> Story:
        alert.put(*range(5))
        yield from alert.until_ledger_has(5)
        for position in range(5, 12):
            alert.write(small_name(position), content)
            yield from alert.until(lambda: sum(alert.counts().values()) > position)  # noqa: B023
            alert.clock.steady += 12
            yield from alert.two_rounds()
        assert alert.causes("no data") == []
        assert alert.causes("recordings refused") == [EventKind.RAISED]
        assert len(alert.store.quarantined(alert.assessment().machine_id)) == 7
        alert.clock.steady += 60
        yield from alert.until(lambda: alert.causes("no data") == [EventKind.RAISED])

    alert.run(story(), bundle=alert.rig.bundle)


def test_data_that_stays_out_again_rings_again(alert: Plant) -> None:
    def story() -> Story:
        for count in (2, 4, 6):
            alert.put(*range(count))
            yield from alert.until_ledger_has(count)
            alert.clock.steady += 60
            yield from alert.two_rounds()

    alert.run(story(), bundle=alert.rig.bundle)
    assert alert.causes("no data") == [EventKind.RAISED, EventKind.CLEARED] * 2 + [EventKind.RAISED]


@pytest.mark.parametrize("step", [-86_400.0, 86_400.0])
def test_wall_clock_that_is_set_rings_nothing(alert: Plant, step: float) -> None:
    def story() -> Story:
        alert.put(*range(5))
        yield from alert.until_ledger_has(5)
        alert.clock.wall_ahead += step
        yield from alert.two_rounds()
        alert.put(*range(5, 10))
        yield from alert.until_ledger_has(10)

    alert.run(story(), bundle=alert.rig.bundle)
    assert alert.events(EventKind.RAISED) == []
    assert alert.counts() == {Outcome.TAKEN: 10}


def test_files_that_wait_for_an_engine_that_was_away_are_not_missing(alert: Plant) -> None:
    def before() -> Story:
        alert.put(*range(5))
        yield from alert.until_ledger_has(5)

    alert.run(before(), bundle=alert.rig.bundle)
    alert.clock.steady += 3600
    alert.put(*range(5, SMALL_COUNT))
    alert.run(alert.until_ledger_has(SMALL_COUNT))
    assert alert.causes("no data") == []


def test_restarted_engine_knows_since_when_data_is_missing_and_says_it_once(alert: Plant) -> None:
    def before() -> Story:
        alert.put(*range(5))
        yield from alert.until_ledger_has(5)
        alert.clock.steady += 20
        raise KilledError

    with pytest.raises(KilledError):
        alert.run(before(), bundle=alert.rig.bundle)
    alert.clock.steady += 10
    alert.run(alert.until(lambda: alert.causes("no data") == [EventKind.RAISED]))
    alert.run(alert.two_rounds())
    assert alert.causes("no data") == [EventKind.RAISED]


def test_folder_that_is_gone_is_no_data_too(alert: Plant) -> None:
    def story() -> Story:
        alert.put(*range(5))
        yield from alert.until_ledger_has(5)
        alert.folder.rename(alert.folder.with_name("away"))
        alert.clock.steady += 30
        yield from alert.until(lambda: alert.causes("no data") == [EventKind.RAISED])

    alert.run(story(), bundle=alert.rig.bundle)


def test_alarm_that_met_a_busy_store_is_told_once(alert: Plant) -> None:
    trouble = ["before", "after"]

    class Stubborn(Store):
        def settle(
            self, assessment: Assessment, intake: Sequence[Intake], events: Sequence[NewEvent], now: datetime
        ) -> None:
            when = trouble.pop(0) if trouble and any("no data" in one.alarm for one in events) else ""
            if when == "before":
                raise StoreBusyError("held by another program")
            super().settle(assessment, intake, events, now)
            if when == "after":
                raise StoreBusyError("held by another program")

    alert.kind_of_store = Stubborn

    def story() -> Story:
        alert.put(*range(5))
        yield from alert.until_ledger_has(5)
        alert.clock.steady += 30
        yield from alert.until(lambda: alert.causes("no data") != [])
        yield from alert.two_rounds()

    alert.run(story(), bundle=alert.rig.bundle)
    assert trouble == []
    assert alert.causes("no data") == [EventKind.RAISED]


# The disk


@pytest.fixture
def disk(small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Plant, list[int]]:
    """Return a plant that keeps 200 MB free, and its mutable free space [MB]."""
    plant = plant_of(small_rig, tmp_path, monkeypatch, store__minimum_free=200, alarms__no_data_after=3)
    free = [1000]
    monkeypatch.setattr(supervision, "free_bytes", lambda _folder: free[0] * supervision.MEGABYTE)
    return plant, free


def test_full_disk_stops_the_intake_until_there_is_room_and_rings_no_data_meanwhile(
    disk: tuple[Plant, list[int]],
) -> None:
    plant, free = disk

    def story() -> Story:
        plant.put(*range(5))
        yield from plant.until_ledger_has(5)
        free[0] = 199
        yield from plant.until(lambda: plant.events(EventKind.INTAKE_PAUSED) != [])
        plant.put(*range(5, 20))
        plant.clock.steady += 3600
        yield from plant.two_rounds()
        assert plant.counts() == {Outcome.TAKEN: 5}
        assert plant.beats[-1].phase == "intake paused"
        assert "has 199 MB free and 200 are kept for acknowledgements; make room" in plant.beats[-1].message
        # A little space is not enough: intake would start and stop.
        free[0] = 210
        yield from plant.two_rounds()
        assert plant.counts() == {Outcome.TAKEN: 5}
        free[0] = 221
        yield from plant.until_ledger_has(20)

    plant.run(story(), bundle=plant.rig.bundle)
    assert len(plant.events(EventKind.INTAKE_PAUSED)) == len(plant.events(EventKind.INTAKE_RESUMED)) == 1
    assert plant.causes("no data") == []


def test_engine_started_on_a_full_disk_goes_on_waiting_and_says_when_it_is_over(
    disk: tuple[Plant, list[int]],
) -> None:
    plant, free = disk
    free[0] = 10

    def waiting() -> Story:
        plant.put(*range(5))
        yield from plant.two_rounds()
        assert plant.counts() == {}

    plant.run(waiting(), bundle=plant.rig.bundle)
    plant.run(waiting())
    assert len(plant.events(EventKind.INTAKE_PAUSED)) == 1
    free[0] = 1000
    plant.run(plant.until_ledger_has(5))
    assert len(plant.events(EventKind.INTAKE_PAUSED)) == len(plant.events(EventKind.INTAKE_RESUMED)) == 1
    assert plant.scored() == [small_name(position) for position in range(5)]


def test_mind_looks_at_most_once_a_second(plant: Plant) -> None:
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    asked = 0

    class Counting(Store):
        def open_requests(self, *given: object) -> tuple[Event, ...]:
            nonlocal asked
            asked += 1
            return ()

        def add_event(self, assessment: object, fact: NewEvent, now: object) -> None:
            raise AssertionError(f"nothing is to be said, but {fact}")

    with Counting.open(plant.state) as store:
        clock = plant.clock
        mind = Supervisor(
            LiveRecord(store, plant.assessment(), clock.now), plant.settings, clock=lambda: clock.steady
        )
        for _ in range(21):
            mind.turn(None, at(0), idle=True)
            clock.steady += 0.25
    assert asked == 6
