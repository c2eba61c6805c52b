"""The ledger of a watched folder: the outcome of each file, stored with its scores or not at all."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from engine.clock import FIRST
from engine.records.events import Action, Event, EventKind, NewEvent
from engine.records.intake import Intake, Outcome
from engine.store.store import Store, StoreError
from engine.store.values import ledger_counts
from tests.engine.rigs import WALL
from tests.engine.store_items import at, begin, item, raised, state_after


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "state", create=True) as opened:
        yield opened


def file(position: int, outcome: Outcome = Outcome.TAKEN, reason: str = "", size: int = 100) -> Intake:
    name = f"snapshot {position}"
    digest = sha256(name.encode()).hexdigest()
    return Intake(name.encode(), name, size, 7 + position, 11, outcome, at(position), digest, reason)


def live(store: Store, machine: str = "rig") -> int:
    return begin(store, "live", machine, expected=0).machine_id


def test_scores_and_their_row_of_the_ledger_are_stored_together(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0), item(1)], WALL, [file(0), file(1)])
    assert store.known_files(assessment.machine_id) == {
        b"snapshot 0": (100, 7, 11),
        b"snapshot 1": (100, 8, 11),
    }


@pytest.mark.parametrize("broken", ["scores", "ledger"])
def test_neither_is_stored_where_the_other_cannot_be(store: Store, broken: str) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0)], WALL, [file(0)])
    second = replace(item(1, (raised(1),)), position=0) if broken == "scores" else item(1, (raised(1),))
    row = file(1) if broken == "scores" else replace(file(1), at=at(0))
    with pytest.raises(StoreError, match="another engine is scoring the same run"):
        store.append(assessment, [second], WALL, [row])
    assert store.series(assessment).positions.tolist() == [0]
    assert store.events(assessment) == ()
    assert list(store.known_files(assessment.machine_id)) == [b"snapshot 0"]


def test_two_files_are_never_taken_for_one_time_of_a_machine(store: Store) -> None:
    store.append(begin(store), [item(0)], WALL, [file(0)])
    again = replace(file(0, Outcome.LATE), raw=b"a copy", name="a copy")
    with pytest.raises(StoreError):
        store.settle(begin(store), [again], (), WALL)
    store.settle(begin(store), [replace(again, outcome=Outcome.DUPLICATE)], (), WALL)
    other = begin(store, machine="another rig")
    store.append(other, [item(0)], WALL, [file(0)])


def test_files_without_scores_are_settled_with_what_is_said_of_them(store: Store) -> None:
    assessment = begin(store)
    said = NewEvent(EventKind.NOTED, at(3), detail={"text": "a short file"})
    refused = replace(file(0, Outcome.QUARANTINED, "it is empty"), at=None, digest=None)
    store.settle(assessment, [refused], [said], WALL)
    assert [event.detail["text"] for event in store.events(assessment)] == ["a short file"]
    (one,) = store.quarantined(assessment.machine_id)
    assert (one.raw, one.name, one.outcome, one.reason, one.recorded_at) == (
        b"snapshot 0",
        "snapshot 0",
        Outcome.QUARANTINED,
        "it is empty",
        WALL,
    )


def test_newest_row_of_a_file_is_what_holds(store: Store) -> None:
    assessment, number = begin(store), live(store)
    store.settle(assessment, [file(0, Outcome.QUARANTINED, "it is short", size=1)], (), WALL)
    store.settle(assessment, [file(1, Outcome.CONFLICT, "other content")], (), WALL)
    store.settle(assessment, [file(0, Outcome.QUARANTINED, "it is still short", size=2)], (), WALL)
    assert [one.reason for one in store.quarantined(number)] == ["other content", "it is still short"]
    store.append(assessment, [item(0)], WALL, [file(0, size=3)])
    assert [one.reason for one in store.quarantined(number)] == ["other content"]
    assert store.known_files(number)[b"snapshot 0"] == (3, 7, 11)
    assert store.known_files(number, [b"snapshot 0", b"never seen"]) == {b"snapshot 0": (3, 7, 11)}


def test_every_known_file_is_told_however_many_there_are(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.ledger.CHUNK", 7)
    monkeypatch.setattr("engine.store.ledger.NAMES_AT_ONCE", 7)
    rows = [file(n, Outcome.QUARANTINED, "it is short") for n in range(21)]
    store.settle(begin(store), rows, (), WALL)
    everything = {row.raw: (row.size, row.modified_ns, row.inode) for row in rows}
    assert store.known_files(live(store)) == everything
    assert store.known_files(live(store), [row.raw for row in rows]) == everything


def test_rows_are_counted_by_outcome_and_machine(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0), item(1)], WALL, [file(0), file(1)])
    store.settle(assessment, [file(2, Outcome.REPEATED), file(0, Outcome.DUPLICATE)], (), WALL)
    counts = store.intake_counts(assessment.machine_id)
    assert {outcome.value: count for outcome, count in counts.items()} == {
        "taken": 2,
        "late": 0,
        "duplicate": 1,
        "conflict": 0,
        "repeated": 1,
        "quarantined": 0,
        "foreign": 0,
    }
    assert set(store.intake_counts(live(store, "another rig")).values()) == {0}


def test_recording_is_known_by_its_time_and_its_signal_by_another_time(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0), item(1)], WALL, [file(0), file(1)])

    def like(position: int, signal: int) -> tuple[Intake | None, Intake | None]:
        digest = file(signal).digest
        assert digest is not None
        return store.taken_like(assessment.machine_id, at(position), digest)

    assert like(0, 0) == (file(0), None)
    assert like(1, 0) == (file(1), file(0))
    assert like(5, 0) == (None, file(0))
    assert like(1, 5) == (file(1), None)
    assert like(5, 5) == (None, None)


@pytest.mark.parametrize("inode", [0, 2**63 - 1, 2**63, 2**64 - 1])
def test_inode_of_any_64_bits_and_name_of_any_bytes_come_back(store: Store, inode: int) -> None:
    raw = bytes(range(1, 256))
    row = replace(file(0), raw=raw, name="\ufffd" * 300, inode=inode)
    store.settle(begin(store), [row], (), WALL)
    assert store.known_files(live(store)) == {raw: (100, 7, inode)}


# Late files


def test_late_snapshot_is_stored_but_not_part_of_the_series(store: Store) -> None:
    assessment = begin(store)
    late = replace(item(9), position=2, snapshot=replace(item(0).snapshot, at=at(0) - timedelta(days=1)))
    store.append(assessment, [item(0), item(1), replace(late, late=True, state=None)], WALL)
    store.append(assessment, [replace(item(2), position=3)], WALL)
    series = store.series(assessment)
    assert series.positions.tolist() == [0, 1, 3]
    assert series.severity[:, 0].tolist() == [0.1 / 7, 1.1 / 7, 2.1 / 7]
    assert store.series(assessment, after=0, limit=2).positions.tolist() == [1, 3]


def test_engine_goes_on_after_a_late_snapshot_as_if_it_had_not_come(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(0), item(1)], WALL)
    late = replace(item(2), snapshot=replace(item(2).snapshot, at=at(0) - timedelta(days=1)))
    store.append(assessment, [replace(late, late=True, state=None)], WALL)
    assert store.resume_point(assessment) == (2, at(1), state_after(1))


def test_newest_snapshots_can_be_read_alone(store: Store) -> None:
    assessment = begin(store)
    store.append(assessment, [item(position) for position in range(6)], WALL)
    assert store.after_newest(assessment, 2) == 3
    assert store.after_newest(assessment, 6) == -1
    assert store.after_newest(assessment, 5) == 0


# Indices


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT position, late, baseline, snapshot_id FROM assessed WHERE assessment_id = 1"
         " AND position > 5 ORDER BY position LIMIT 9", "PRIMARY KEY"),
        ("SELECT * FROM score WHERE assessment_id = 1 AND position > 5 ORDER BY position, component",
         "PRIMARY KEY"),
        ("SELECT * FROM event WHERE assessment_id = 1 AND seq > 5 ORDER BY seq", "event_by_assessment"),
        ("SELECT * FROM event WHERE assessment_id = 1 AND kind = 'requested' ORDER BY seq", "event_by_kind"),
        ("SELECT outcome, count(*) FROM intake WHERE machine_id = 1 GROUP BY outcome", "intake_by_outcome"),
        ("SELECT max(id) FROM intake WHERE machine_id = 1 AND raw = x'00' GROUP BY raw", "intake_by_file"),
        ("SELECT id FROM intake WHERE machine_id = 1 AND at = 3 AND outcome IN ('taken', 'late')",
         "one_taking_a_time"),
        ("SELECT id FROM intake WHERE machine_id = 1 AND digest = x'00' AND outcome IN ('taken', 'late')",
         "taken_by_digest"),
    ],
)  # fmt: skip
def test_what_is_asked_every_second_is_found_by_an_index_in_order(
    store: Store, query: str, index: str
) -> None:
    with sqlite3.connect(store.path) as connection:
        (plan,) = (row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert plan.startswith("SEARCH")
    assert index in plan


# Requests


def ask(store: Store) -> Event:
    return store.request(
        begin(store), Action.RETRY, by="ada", now=WALL, at=at(3), detail={"file": "snapshot 3"}
    )


def test_request_is_open_until_it_is_answered(store: Store) -> None:
    assessment = begin(store)
    asked = ask(store)
    assert asked.kind is EventKind.REQUESTED
    assert (asked.at, asked.recorded_at) == (at(3), WALL)
    assert asked.detail == {"action": "retry", "by": "ada", "file": "snapshot 3"}
    assert store.open_requests(assessment) == (asked,)
    assert store.answer(assessment, asked, done=True, words="it is taken in", at=at(4), now=WALL)
    assert store.open_requests(assessment) == ()
    answer = store.events(assessment)[-1]
    assert (answer.kind, answer.ring) == (EventKind.ANSWERED, asked.seq)
    assert answer.detail == {"action": "retry", "done": True, "words": "it is taken in"}


def test_second_answer_is_refused_and_the_first_stands(store: Store) -> None:
    assessment, asked = begin(store), ask(store)
    assert store.answer(assessment, asked, done=False, words="no such file", at=at(4), now=WALL)
    assert not store.answer(assessment, asked, done=True, words="taken in", at=at(4), now=WALL)
    answers = [event for event in store.events(assessment) if event.kind is EventKind.ANSWERED]
    assert [event.detail["words"] for event in answers] == ["no such file"]


def test_requests_are_answered_one_by_one_and_by_machine(store: Store) -> None:
    first, second = ask(store), ask(store)
    store.answer(begin(store), first, done=True, words="", at=at(4), now=WALL)
    assert store.open_requests(begin(store)) == (second,)
    assert store.open_requests(begin(store, machine="another rig")) == ()


def test_damaged_outcome_and_time_stop_no_reader(tmp_path: Path) -> None:
    with Store.open(tmp_path / "state", create=True) as store:
        record = begin(store, expected=0)
        rows = [
            Intake(name.encode(), name, 1, 1, 1, Outcome.QUARANTINED, reason="short") for name in ("a", "b")
        ]
        store.settle(record, rows, (), WALL)
        with sqlite3.connect(store.path) as connection:
            connection.execute("UPDATE intake SET outcome = 'x' WHERE name = 'a'")
            connection.execute("UPDATE intake SET recorded_at = 'x' WHERE name = 'b'")
        assert store.recent_outcomes(record.machine_id, 3) == (Outcome.QUARANTINED,)
        (refused,) = store.quarantined(record.machine_id)
        assert (refused.name, refused.recorded_at) == ("b", FIRST)
        assert store.intake_counts(record.machine_id)[Outcome.QUARANTINED] == 1
        assert "'x' is not an outcome" in store.damage.sentence


@pytest.mark.parametrize("often", [1, 3])
def test_noted_counts_and_the_rows_behind_them_are_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often: int
) -> None:
    monkeypatch.setattr(ledger_counts, "WORTH", 4)
    with Store.open(tmp_path / "state", create=True) as store:
        records = [begin(store, machine=machine, expected=0) for machine in ("one", "two")]
        for number in range(12):
            outcome = Outcome.QUARANTINED if number % 3 else Outcome.DUPLICATE
            for record in records:
                row = Intake(f"{number}".encode(), f"{number}", 1, 1, 1, outcome, reason="short")
                store.settle(record, [row], (), WALL)
            if number % often == 0:
                store.note_counts(records[0])
        counts = [store.intake_counts(record.machine_id) for record in records]
        assert counts[0] == counts[1]
        assert (counts[0][Outcome.QUARANTINED], counts[0][Outcome.DUPLICATE]) == (8, 4)
        assert store.refused_counts(record.machine_id for record in records) == {
            record.machine_id: 8 for record in records
        }


@pytest.mark.parametrize(
    "value", ["", "no JSON", "[]", "{}", '{"to": "x", "counts": {}}', '{"to": 9, "counts": 1}']
)
def test_note_that_cannot_be_read_is_as_none(tmp_path: Path, value: str) -> None:
    with Store.open(tmp_path / "state", create=True) as store:
        record = begin(store, expected=0)
        store.settle(record, [Intake(b"a", "a", 1, 1, 1, Outcome.QUARANTINED, reason="short")], (), WALL)
        with sqlite3.connect(store.path) as connection:
            connection.execute(f"INSERT INTO meta VALUES ('counted {record.machine_id}', ?)", (value,))
        assert store.intake_counts(record.machine_id)[Outcome.QUARANTINED] == 1


def test_counts_of_years_are_read_without_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_counts, "WORTH", 10)
    with Store.open(tmp_path / "state", create=True) as store:
        record = begin(store, expected=0)
        rows = [Intake(b"%d" % n, str(n), 1, 1, 1, Outcome.QUARANTINED, reason="short") for n in range(5000)]
        store.settle(record, rows, (), WALL)
        assert steps_of(store, record.machine_id) > 5000
        assert store.note_counts(record)
        assert steps_of(store, record.machine_id) < 500
        assert store.intake_counts(record.machine_id)[Outcome.QUARANTINED] == 5000


def steps_of(store: Store, machine_id: int) -> int:
    """Return the steps of SQLite's machine for the counts of a ledger."""
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    with store.reading() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(step, 1)
        try:
            store.intake_counts(machine_id)
        finally:
            driver.set_progress_handler(None, 1)
    return steps[0]
