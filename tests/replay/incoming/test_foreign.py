"""What lies in a watched folder beside a machine's recordings is counted, and left alone."""

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.incoming.foreign import COMPRESSED, Others, is_foreign, originals_of
from replay.recording import RecordingFormat
from tests.replay.watched_folder import LATER, LONG_AGO, NAME, PATIENCE, WHOLE, Rig

CSV = RecordingFormat("pump A", 1000.0, columns=3, rows=6, time_pattern="pumpA_%Y-%m-%dT%H%M%S.csv")
OWN = "pumpA_2024-03-01T080000.csv"


@pytest.mark.parametrize(
    ("files", "ignore", "meant"),
    [
        ((), (), True),
        (("pumpA_*",), (), True),
        (("pumpB_*", "*.csv"), (), True),
        (("pumpB_*",), (), False),
        ((), ("*.json",), True),
        ((), ("pumpA_*",), False),
        (("pumpA_*",), ("*0000.csv",), False),
        (("PUMPA_*",), (), False),
    ],
)
def test_settings_say_which_files_are_meant(
    files: tuple[str, ...], ignore: tuple[str, ...], meant: bool
) -> None:
    form = replace(CSV, files=files, ignore=ignore)
    assert form.excludes(OWN) is not meant
    assert is_foreign(OWN.encode(), form) is not meant


@pytest.mark.parametrize(
    "name",
    [
        "pumpB_2024-03-01T080000.csv",
        "pumpA_2024-03-01T080000.json",
        "pumpA_2024-03-01T080000.csv.tmp",
        "pumpA_2024-03-01T080000.csv.gz",
        "README.md",
        "Thumbs.db",
        "\x1b[2J",
        "x" * 255,
    ],
)
def test_name_without_the_time_pattern_is_foreign_unless_it_is_said_to_be_meant(name: str) -> None:
    assert is_foreign(name.encode(), CSV)
    assert not is_foreign(name.encode(), replace(CSV, files=("*",)))
    assert is_foreign(name.encode(), replace(CSV, files=("*",), ignore=("*",)))


def test_time_that_cannot_be_a_recordings_is_a_fault_of_this_machine() -> None:
    assert not is_foreign(b"pumpA_9999-12-31T235959.csv", CSV)


@given(st.binary(min_size=1, max_size=40))
def test_any_name_at_all_is_foreign_or_not(raw: bytes) -> None:
    assert is_foreign(raw, CSV) is not is_foreign(raw, replace(CSV, files=("*",))) or raw == OWN.encode()


@pytest.mark.parametrize("ending", COMPRESSED)
def test_original_of_a_compressed_copy_is_known_by_its_stem(ending: str) -> None:
    assert originals_of(OWN + ending, CSV) == (OWN,)
    assert originals_of(OWN.removesuffix(".csv") + ending, CSV) == (OWN,)
    assert originals_of(NAME + ending, RecordingFormat("rig", 1000.0, columns=3, rows=6)) == (NAME,)


@pytest.mark.parametrize("name", [OWN, "backup.zip", ".gz", "pumpB_2024-03-01T080000.csv.gz"])
def test_other_names_are_no_copies(name: str) -> None:
    assert originals_of(name, CSV) == ()


def test_what_is_passed_over_is_told_in_a_sentence_and_the_ledger_asked_once_a_name() -> None:
    asked: list[bytes] = []

    def known(names: object) -> dict[bytes, object]:
        asked.extend(names)  # type: ignore[arg-type]
        return {OWN.encode(): None}

    others = Others(CSV, known)
    assert others.sentence(explained=True) == ""
    names = [OWN.encode() + b".gz", b"pumpA_2024-03-01T090000.csv.gz", b"\xff.json"]
    for _ in range(3):
        others.saw(names)
    assert asked == [OWN.encode(), b"pumpA_2024-03-01T090000.csv"]
    assert others.copies == 1
    told = "2 other files are passed over, 1 compressed copy of recordings taken in"
    assert others.sentence(explained=False) == told
    assert "its name is not a time like" in others.sentence(explained=True)
    others.saw(names[:1])
    assert others.sentence(explained=False) == "1 compressed copy of recordings taken in"
    others.saw([])
    assert others.sentence(explained=False) == ""


def test_foreign_files_are_neither_offered_nor_refused_whatever_time_passes(rig: Rig) -> None:
    for name in (f"{NAME}.json", f"{NAME}.gz", "pumpB.txt", b"\xff\xfe"):
        rig.write(name, age=LONG_AGO)
    rig.write(NAME, age=LONG_AGO)
    foreign = tuple(sorted(os.fsencode(name) for name in (f"{NAME}.json", f"{NAME}.gz", "pumpB.txt")))
    for _ in range(3):
        scan = rig.scan()
        assert [one.name for one in scan.ready] == [NAME]
        assert (scan.waiting, scan.refused) == ((), ())
        assert scan.foreign == (*foreign, b"\xff\xfe")
        rig.clock.advance(PATIENCE)


def test_glance_does_not_look_at_foreign_files_and_still_counts_them(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.write("notes.txt", age=LONG_AGO)
    rig.scan()
    rig.write(LATER, age=LONG_AGO)
    seen: list[object] = []
    stat = os.stat
    monkeypatch.setattr(os, "stat", lambda path, **more: (seen.append(path), stat(path, **more))[1])
    scan = rig.inbox.glance(rig.known, rig.hint(LATER))
    assert [one.name for one in scan.ready] == [LATER]
    assert scan.foreign == (b"notes.txt",)
    assert b"notes.txt" not in seen
    monkeypatch.undo()
    (rig.folder / "notes.txt").unlink()
    assert rig.scan().foreign == ()


@pytest.mark.parametrize("end", [".part", ".filepart", ".tmp", ".crdownload", "~"])
@pytest.mark.parametrize("time", ["number", "modified", "header"])
def test_a_copy_in_progress_is_passed_over_whatever_tells_the_times(rig: Rig, time: str, end: str) -> None:
    rig.inbox.form = replace(rig.inbox.form, time=time, time_pattern="")
    part = rig.write(f"log_7.txt{end}", b"# 2024-03-09 21:30:00\n" + WHOLE, age=LONG_AGO)
    assert (rig.ready(), len(rig.scan().foreign)) == ([], 1)
    part.rename(rig.folder / "log_7.txt")
    assert rig.ready() == ["log_7.txt"]


def test_a_recorder_that_names_its_files_so_is_believed(rig: Rig) -> None:
    rig.inbox.form = replace(rig.inbox.form, time="number", time_pattern="", files=("*.tmp",))
    rig.write("log_7.tmp", age=LONG_AGO)
    assert rig.ready() == ["log_7.tmp"]


def test_temporary_name_is_passed_over_and_the_final_one_is_taken(rig: Rig) -> None:
    part = rig.write(f"{NAME}.part", age=LONG_AGO)
    assert rig.ready() == []
    part.rename(rig.folder / NAME)
    assert rig.ready() == [NAME]
