"""Texts that grow, are rotated, truncated and replaced: each row comes once, in order of time."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.recording import RecordingFormat
from replay.rows.growing import Growing, GrownRow
from replay.rows.reader import EARLIER
from replay.rows.windows import Windower, unpack_windower, window_ends

FORM = RecordingFormat(
    "m", 1.0, 1, 4, separator="auto", names=("Temp",), time="column", overlap=0.5, cut=True, table=True
)
HEAD = "time,Temp\n"


def rows(first: int, count: int) -> str:
    return "".join(
        f"2024-03-01T{number // 60:02d}:{number % 60:02d}:00,{number}.5\n"
        for number in range(first, first + count)
    )


class Folder:
    """A folder and the reader of its texts."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.growing = Growing(place, FORM)
        self.last: int | None = None
        self.seen: list[GrownRow] = []

    def look(self) -> list[float]:
        """Return the values of the new rows."""
        names = {}
        for path in self.place.iterdir():
            state = path.stat()
            names[path.name] = (state.st_size, state.st_ino)
        found = list(self.growing.rows(names, self.last))
        if found:
            self.last = found[-1].time
        self.seen += found
        return [float(row.values[0]) for row in found]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_file_is_read_on_from_where_it_was_left(folder: Folder) -> None:
    log = folder.place / "log.csv"
    log.write_text(HEAD)
    assert folder.look() == []
    assert folder.growing.waiting == ("log.csv",)
    with log.open("a") as file:
        file.write(rows(0, 3))
        file.flush()
        assert folder.look() == [0.5, 1.5, 2.5]
        file.write(rows(3, 1)[:-5])
        file.flush()
        assert folder.look() == []
        file.write(rows(3, 1)[-5:])
        file.flush()
        assert folder.look() == [3.5]
    assert folder.look() == []
    assert folder.seen[-1].place.line == 5
    assert folder.growing.taken_faults() == []


def test_a_rotated_file_is_read_to_its_end_and_the_new_one_from_its_start(folder: Folder) -> None:
    log = folder.place / "log.csv"
    log.write_text(HEAD + rows(0, 3))
    folder.look()
    with log.open("a") as file:
        file.write(rows(3, 2))
    log.rename(folder.place / "log.csv.1")
    log.write_text(HEAD + rows(5, 2))
    assert folder.look() == [3.5, 4.5, 5.5, 6.5]
    assert folder.growing.taken_faults() == []


@pytest.mark.parametrize("again", [HEAD + rows(5, 2), HEAD + rows(0, 7), rows(5, 2)])
def test_a_truncated_file_is_read_from_its_start_and_known_rows_are_passed_over(
    again: str, folder: Folder
) -> None:
    log = folder.place / "log.csv"
    log.write_text(HEAD + rows(0, 5))
    folder.look()
    inode = log.stat().st_ino
    os.truncate(log, 0)
    folder.look()
    with log.open("r+") as file:
        file.write(again)
    assert log.stat().st_ino == inode
    if again.startswith(HEAD):
        assert folder.look() == [5.5, 6.5]
        assert folder.growing.taken_faults() == []
    else:
        # Without a header nothing says which column is which.
        assert folder.look() == []


def test_files_by_day_follow_one_another(folder: Folder) -> None:
    (folder.place / "b.csv").write_text(HEAD + rows(0, 2))
    (folder.place / "a.csv").write_text(HEAD + rows(2, 2))
    assert folder.look() == [0.5, 1.5, 2.5, 3.5]


def test_a_time_that_runs_backwards_is_a_fault_with_its_line(folder: Folder) -> None:
    (folder.place / "a.csv").write_text(HEAD + rows(5, 2) + rows(3, 1) + rows(6, 2))
    assert folder.look() == [5.5, 6.5, 7.5]
    assert [(fault.line, fault.reason) for _, fault in folder.growing.taken_faults()] == [
        (4, EARLIER),
        (5, EARLIER),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"oil changed\nand filter\nby Ann\n" * 4,
        b"\x1f\x8b\x08\x00" + bytes(60),
        (HEAD + rows(0, 9)).encode("utf-16"),
    ],
)
def test_a_file_that_holds_no_rows_is_refused_with_a_reason(content: bytes, folder: Folder) -> None:
    (folder.place / "a.txt").write_bytes(content)
    (folder.place / "b.csv").write_text(HEAD + rows(0, 4))
    assert folder.look() == [0.5, 1.5, 2.5, 3.5]
    assert list(folder.growing.refused) == ["a.txt"]


def test_reading_resumes_from_a_place(folder: Folder) -> None:
    log = folder.place / "log.csv"
    log.write_text(HEAD + rows(0, 6))
    folder.look()
    other = Folder(folder.place)
    other.last = folder.seen[2].time
    other.growing.resume(folder.seen[2].place)
    assert other.look() == [3.5, 4.5, 5.5]
    assert other.seen[-1].place == folder.seen[-1].place


@given(
    st.lists(st.sampled_from([1, 1, 1, 2, 60]), min_size=1, max_size=60),
    st.integers(0, 60),
    st.integers(2, 9),
    st.integers(1, 9),
)
def test_windows_are_those_of_a_finished_run_also_after_a_restart(
    apart: list[int], restart: int, size: int, stride: int
) -> None:
    form = RecordingFormat("m", 1.0, 1, size, overlap=1 - min(stride, size) / size, table=True)
    times = np.cumsum([0, *apart]) * 1_000_000
    windower = Windower(form)
    ends = []
    for number, time in enumerate(times.tolist()):
        if number == restart:
            windower = unpack_windower(windower.pack(), form)
        if windower.add(time, np.array([number], np.float32)):
            ends.append(number)
            assert windower.window()[:, 0].tolist() == list(range(number + 1 - size, number + 1))
    assert ends == window_ends(times, form).tolist()
