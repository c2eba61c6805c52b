"""notes.csv: a row for each span of a note, with its first and last snapshot."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from engine.clock import microseconds
from engine.records.events import Event, EventKind
from engine.records.series import Series
from engine.reports.sensor_notes import NOTES, note_rows

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = 6


def at(place: int) -> datetime:
    return START + timedelta(minutes=10 * place)


def series() -> Series:
    none = np.full((COUNT, 1), np.nan)
    return Series(
        positions=np.arange(COUNT),
        at=np.array([microseconds(at(place)) for place in range(COUNT)], np.int64),
        names=tuple(f"{place}.csv" for place in range(COUNT)),
        baseline=np.zeros(COUNT, np.bool_),
        error=none,
        limit=none,
        severity=none,
        share=none,
        quality=np.full((COUNT, 1), "running", object),
        figures=np.zeros((COUNT, 3, 4), np.float32),
        velocity=np.zeros((COUNT, 3), np.float32),
        speed=np.full(COUNT, np.nan),
    )


def event(place: int, *notes: tuple[str, int], component: str = "Motor") -> Event:
    told = [{"fault": fault, "channel": channel, "words": f"{fault} at {place}"} for fault, channel in notes]
    return Event(
        place, EventKind.SENSOR_NOTES, at(place), at(place), "component", component, "", None, "",
        {"notes": told},
    )  # fmt: skip


def spans(*events: Event) -> list[tuple[object, ...]]:
    rows = [dict(zip(NOTES, row, strict=True)) for row in note_rows(events, series())]
    return [
        (row["component"], row["note"], row["channel"], row["first_snapshot"], row["last_snapshot"])
        for row in rows
    ]


def test_a_note_that_stands_ends_with_the_last_snapshot() -> None:
    assert spans(event(1, ("bursts", 0))) == [("Motor", "bursts", None, "1.csv", "5.csv")]


def test_a_note_that_goes_ends_with_the_snapshot_before() -> None:
    assert spans(event(1, ("clipped", 3)), event(3)) == [("Motor", "clipped", 3, "1.csv", "2.csv")]


def test_a_note_that_comes_again_has_two_rows_and_another_keeps_its_own_span() -> None:
    found = spans(
        event(0, ("bursts", 0)),
        event(1, ("bursts", 0), ("clipped", 3)),
        event(2, ("bursts", 0)),
        event(4, ("bursts", 0), ("clipped", 3)),
    )
    assert found == [
        ("Motor", "bursts", None, "0.csv", "5.csv"),
        ("Motor", "clipped", 3, "1.csv", "1.csv"),
        ("Motor", "clipped", 3, "4.csv", "5.csv"),
    ]


def test_two_motors_with_one_note_have_a_row_each() -> None:
    found = spans(event(0, ("gap", 0)), event(2, ("gap", 0), component="Pump"), event(3))
    assert found == [("Motor", "gap", None, "0.csv", "2.csv"), ("Pump", "gap", None, "2.csv", "5.csv")]


@pytest.mark.parametrize("damaged", [None, 7, ["x"], [{"fault": 3}]])
def test_a_damaged_event_loses_no_other_row(damaged: object) -> None:
    bad = Event(
        9, EventKind.SENSOR_NOTES, at(1), at(1), "component", "Pump", "", None, "", {"notes": damaged}
    )
    assert ("Motor", "gap", None, "0.csv", "5.csv") in spans(event(0, ("gap", 0)), bad)
