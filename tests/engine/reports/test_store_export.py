"""Exported tables hold numbers as numbers, and no text that a spreadsheet could execute."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.assessment import Quality
from engine.records.events import EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.reports.csv_files import exact, write_csv
from engine.reports.store_export import export
from engine.store.store import Store
from tests.engine.rigs import WALL
from tests.engine.store_items import acknowledge, at, begin, item, raised


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "state", create=True) as opened:
        yield opened


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_score_is_a_row_with_every_digit_late_ones_too(store: Store, tmp_path: Path) -> None:
    assessment = begin(store)
    late = replace(item(3), late=True, state=None)
    store.append(assessment, [item(0), item(1), item(2, quality=Quality.STOPPED), late], WALL)
    counts = export(store, tmp_path / "out")
    rows = table(tmp_path / "out" / "scores.csv")
    assert counts["scores.csv"] == len(rows) == 8
    assert rows[3] == {
        "machine": "rig",
        "assessment": "1",
        "snapshot": "snapshot 1",
        "time": "2004-02-12T10:42:39.250001Z",
        "component": "Bearing 2",
        "error": repr(1.1 / 4),
        "limit": repr(1 / 3),
        "severity": repr(1.1 / 7),
        "quality": "running",
        "baseline": "true",
        "late": "false",
    }
    assert (rows[4]["quality"], rows[4]["error"], rows[4]["severity"]) == ("stopped", "", "")
    assert [row["late"] for row in rows[4:]] == ["false", "false", "true", "true"]


def test_alarms_tell_their_peak_and_who_acknowledged(store: Store, tmp_path: Path) -> None:
    assessment = begin(store)
    cleared = NewEvent(EventKind.CLEARED, at(3), "component", "Bearing 1", "A")
    late = replace(
        item(9), position=4, late=True, snapshot=replace(item(2).snapshot, at=at(2).replace(second=0))
    )
    items = [item(0), item(1, (raised(1),)), item(2), item(3, (cleared,)), late, replace(item(8), position=5)]
    store.append(assessment, items, WALL)
    acknowledge(store, assessment, store.events(assessment)[0], "ada")
    export(store, tmp_path)
    (row,) = table(tmp_path / "alarms.csv")
    assert (row["component"], row["acknowledged_by"]) == ("Bearing 1", "ada")
    assert row["peak_severity"] == repr(3.1 / 7)


def test_events_of_every_session_and_the_ledger_are_written(store: Store, tmp_path: Path) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0, (raised(0),))], WALL)
    ring = store.events(assessment)[0]
    for session in ("", "monday"):
        acknowledge(store, assessment, ring, "ada", session)
    refused = Intake(b"\xff", "\ufffd", 3, 4, 5, Outcome.QUARANTINED, reason="it is short")
    store.settle(assessment, [refused], (), WALL)
    export(store, tmp_path)
    events = table(tmp_path / "events.csv")
    assert [(row["seq"], row["kind"], row["ring"], row["session"]) for row in events] == [
        ("1", "raised", "", ""),
        ("2", "acknowledged", "1", ""),
        ("3", "acknowledged", "1", "monday"),
    ]
    (row,) = table(tmp_path / "intake.csv")
    assert (row["machine"], row["name"], row["outcome"], row["reason"], row["time"], row["digest"]) == (
        "rig",
        "\ufffd",
        "quarantined",
        "it is short",
        "",
        "",
    )


def test_one_machine_or_all_are_written(store: Store, tmp_path: Path) -> None:
    for machine in ("rig", "another"):
        store.append(begin(store, machine=machine), [item(0)], WALL)
    assert export(store, tmp_path)["scores.csv"] == 4
    assert export(store, tmp_path, "another")["scores.csv"] == 2
    assert {row["machine"] for row in table(tmp_path / "scores.csv")} == {"another"}


def test_tables_are_the_same_however_little_is_read_at_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment = begin(store)
    items = [item(position, (raised(position, f"alarm {position}"),)) for position in range(10)]
    files = [Intake(b"%d" % n, str(n), 1, 1, 1, Outcome.TAKEN, at(n)) for n in range(10)]
    store.append(assessment, items, WALL, files)
    export(store, tmp_path / "much")
    monkeypatch.setattr("engine.store.streams.READ_AT_ONCE", 5)
    export(store, tmp_path / "little")
    for name in ("scores.csv", "alarms.csv", "events.csv", "intake.csv"):
        assert (tmp_path / "much" / name).read_bytes() == (tmp_path / "little" / name).read_bytes()


# Cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    assert exact(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert exact(f"a{start}") == f"a{start}"


@pytest.mark.parametrize(
    ("value", "written"), [(-1.5, "-1.5"), (1 / 3, "0.3333333333333333"), (-3, "-3"), (None, ""), ("", "")]
)
def test_number_stays_a_number(tmp_path: Path, value: object, written: str) -> None:
    write_csv(tmp_path / "a.csv", ["value", "end"], [[value, "."]])
    assert (tmp_path / "a.csv").read_text().splitlines()[1] == f"{written},."


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])))
def test_no_text_begins_a_cell_that_runs(text: str) -> None:
    assert not str(exact(text)).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert str(exact(text)).endswith(text)


def test_table_that_breaks_off_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def rows() -> Iterator[list[object]]:
        yield [1]
        raise LookupError

    with pytest.raises(LookupError):
        write_csv(path, ["value"], rows())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be written"):
        write_csv(tmp_path / "nowhere" / "a.csv", ["value"], [])
