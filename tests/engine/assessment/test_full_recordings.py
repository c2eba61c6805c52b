"""Required results on full recordings of real failures, if RACEWAY_DATA is set."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.config.settings import load_settings
from engine.records.assessment import Quality
from engine.records.events import RINGS, Event, EventKind
from engine.store.store import Store
from replay.run import Run, open_run
from tests.engine.rigs import assessed, events_of, only_assessment, urgent

ONSET, LATEST = 532, 538
"""Valid indices of the first alarm in IMS Set 2; no defect is audible before them."""

BASELINE = 196
"""Snapshots of the healthy start, a fifth of the run."""


def index_of(run: Run, event: Event) -> int:
    return [entry.time for entry in run.entries].index(event.at)


@pytest.mark.xdist_group("ims-set2")
def test_ims_set_2_first_alarm_is_on_bearing_1_at_the_onset_and_none_before(set_2: tuple[Run, Path]) -> None:
    run, state = set_2
    raised = urgent(events_of(state))
    assert raised[0].component == "Bearing 1"
    assert ONSET <= index_of(run, raised[0]) <= LATEST


@pytest.mark.xdist_group("ims-set2")
def test_ims_set_2_surface_is_named_within_an_hour_of_the_first_alarm(
    set_2: tuple[Run, Path],
) -> None:
    _, state = set_2
    events = events_of(state)
    named = [
        event for event in events if event.kind is EventKind.DIAGNOSED and event.component == "Bearing 1"
    ]
    assert [event.detail["surface"] for event in named] == ["outer race"]
    assert named[0].at - urgent(events)[0].at <= timedelta(hours=1)


@pytest.mark.xdist_group("ims-set2")
def test_ims_set_2_bearing_4_rings_as_carried_over_from_bearing_1(set_2: tuple[Run, Path]) -> None:
    _, state = set_2
    raised = [
        event
        for event in events_of(state)
        if event.kind is EventKind.RAISED
        and (event.component, event.detail["cause"]) == ("Bearing 4", "limit")
    ]
    assert (raised[0].detail["priority"], raised[0].detail["carried_from"]) == ("low", "Bearing 1")


@pytest.mark.xdist_group("ims-set2")
def test_ims_set_2_healthy_severity_stays_below_0_8(set_2: tuple[Run, Path]) -> None:
    _, state = set_2
    with Store.open(state) as store:
        severity = store.series(only_assessment(store)).severity
    assert severity[BASELINE:ONSET].max() <= 0.8
    # No snapshot of the baseline can ring; the second one still starts from rest.
    assert severity[:BASELINE].max() < 1.0


@pytest.mark.xdist_group("ims-set2")
def test_ims_set_2_failing_bearing_ranks_first_and_the_machine_stops_at_the_end(
    set_2: tuple[Run, Path],
) -> None:
    _, state = set_2
    with Store.open(state) as store:
        series = store.series(only_assessment(store))
    running = [row for row in range(540, 984) if series.quality[row, 0] == Quality.RUNNING]
    first = sum(series.severity[row].argmax() == 0 for row in running) / len(running)
    assert first >= 0.98
    assert series.quality[982:].tolist() == [[Quality.STOPPED] * 4] * 2


def test_ims_set_1_excerpt_has_two_channels_a_bearing_and_rings_on_bearing_3(
    recordings: Path, tmp_path: Path
) -> None:
    settings = load_settings(rig="ims-set1", overrides={"model.healthy": "40"})
    run = open_run(recordings / "ims-set1-excerpt", settings.recording_format())
    assessed(run, settings, tmp_path)
    with Store.open(tmp_path) as store:
        assessment = only_assessment(store)
        series = store.series(assessment)
    assert assessment.channels == ((1, 2), (3, 4), (5, 6), (7, 8))
    assert series.names == tuple(entry.name for entry in run.entries)
    assert series.figures.shape == (len(run), 8, 4)
    # The excerpt jumps from its first 50 files to the last days of the bearing.
    # It rings low beside bearing 4 at first, and in its own right later: both bearings fail.
    on_bearing_3 = [
        event
        for event in events_of(tmp_path)
        if event.kind in RINGS
        and event.component == "Bearing 3"
        and event.detail["priority"] in ("medium", "high")
    ]
    assert on_bearing_3
    assert index_of(run, on_bearing_3[0]) >= 50
