"""The bundled sample from end to end: the engine raises an alarm when the bearing fails, not before."""

from pathlib import Path

import numpy as np

from engine.records.assessment import Quality
from engine.records.events import EventKind
from engine.records.progress import Phase
from engine.store.store import Store
from replay.run import Run
from replay.sample import SPAN_SECONDS
from tests.engine.rigs import FIRST_FAULTY, events_of, only_assessment, urgent


def index_of(run: Run, name: str) -> int:
    return [entry.name for entry in run.entries].index(name)


def test_the_span_of_the_sample_is_known_before_it_is_unpacked(sample_run: Run) -> None:
    entries = sample_run.entries
    assert (entries[-1].time - entries[0].time).total_seconds() == SPAN_SECONDS


def test_first_alarm_is_on_bearing_1_within_three_snapshots_of_the_fault_and_none_before(
    assessed_sample: Path, sample_run: Run
) -> None:
    raised = urgent(events_of(assessed_sample))
    assert raised[0].component == "Bearing 1"
    late = index_of(sample_run, str(raised[0].detail["snapshot"])) - index_of(sample_run, FIRST_FAULTY)
    assert 0 <= late <= 3


def test_surface_of_bearing_1_is_the_outer_race_and_is_named_within_a_snapshot_of_its_alarm(
    assessed_sample: Path, sample_run: Run
) -> None:
    events = events_of(assessed_sample)
    raised = urgent(events)[0]
    diagnosed = next(event for event in events if event.kind is EventKind.DIAGNOSED)
    assert diagnosed.alarm == raised.alarm
    places = [index_of(sample_run, str(event.detail["snapshot"])) for event in (raised, diagnosed)]
    assert places[1] - places[0] in (0, 1)
    assert diagnosed.detail["surface"] == "outer race"
    first = diagnosed.detail["lines"][0]
    assert len(diagnosed.detail["lines"]) >= 2
    assert first["order"] == 1
    assert 234 <= first["found_at"] <= 238


def test_bearing_4_rings_as_carried_over_from_bearing_1_before_anything_else(assessed_sample: Path) -> None:
    events = events_of(assessed_sample)
    own = [event for event in events if event.kind is EventKind.RAISED and event.component == "Bearing 4"]
    by_limit = [event for event in own if event.detail["cause"] == "limit"]
    assert (by_limit[0].detail["priority"], by_limit[0].detail["carried_from"]) == ("low", "Bearing 1")
    assert by_limit[0].at > urgent(events)[0].at


def test_healthy_machine_stays_below_the_limit(assessed_sample: Path, sample_run: Run) -> None:
    with Store.open(assessed_sample) as store:
        severity = store.series(only_assessment(store)).severity
    assert severity[: index_of(sample_run, FIRST_FAULTY)].max() < 1.0


def test_failing_bearing_has_the_largest_severity_from_its_alarm_on(
    assessed_sample: Path, sample_run: Run
) -> None:
    with Store.open(assessed_sample) as store:
        severity = store.series(only_assessment(store)).severity[index_of(sample_run, FIRST_FAULTY) + 2 : -1]
    assert (severity.argmax(axis=1) == 0).mean() >= 0.98


def test_last_snapshot_is_the_stopped_machine_which_neither_clears_nor_rings(assessed_sample: Path) -> None:
    with Store.open(assessed_sample) as store:
        series = store.series(only_assessment(store))
    assert series.quality[-1].tolist() == [Quality.STOPPED] * 4
    assert np.isnan(series.severity[-1]).all()
    assert np.isfinite(series.severity[:-1]).all()
    events = events_of(assessed_sample)
    assert [event.kind for event in events if event.at == events[-1].at] == [EventKind.STOPPED]


def test_every_snapshot_of_the_run_is_in_the_store_in_order(assessed_sample: Path, sample_run: Run) -> None:
    with Store.open(assessed_sample) as store:
        assessment = only_assessment(store)
        series, beat = store.series(assessment), store.heartbeat(assessment)
    assert series.names == tuple(entry.name for entry in sample_run.entries)
    assert assessment.expected == len(sample_run)
    assert beat is not None
    assert beat.phase is Phase.FINISHED
