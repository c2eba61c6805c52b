"""A growing text read on from where it was left has the rows that it has when it is read whole."""

from pathlib import Path

import numpy as np
import pytest

import replay.rows.tail as tail
from replay.formats.sniff import HEAD_BYTES
from replay.recording import RecordingFormat
from replay.rows.reader import read_rows
from replay.rows.table import versions_of

FORM = RecordingFormat("m", 1.0, 2, 2, separator="auto", names=("Temp", "Load"), time="column", table=True)
HEAD = "Time;Temp;Load\n"
START = 1_700_000_000


def line(number: int) -> str:
    return f"{START + number};{number % 90}.5;{number % 7}\n"


ENOUGH = HEAD_BYTES // len(line(0)) + 10
"""Lines after which the layout of a file no longer changes."""


class Log:
    """A file of rows, its reader, and the count of whole readings."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.path, self.tails, self.whole = place / "log.csv", tail.Tails(), 0
        real = tail.content_of_rows

        def counted(path: Path, name: str) -> bytes:
            self.whole += 1
            return real(path, name)

        patch.setattr(tail, "content_of_rows", counted)

    def add(self, text: str) -> None:
        with self.path.open("ab") as file:
            file.write(text.encode())

    def check(self) -> None:
        """Compare the rows with those of a whole reading."""
        (version,) = versions_of(self.path.parent, [self.path.name])
        found = self.tails.rows(self.path.parent, version, FORM)
        wanted = read_rows(self.path.read_bytes(), self.path.name, FORM)
        for name in ("times", "values", "lines"):
            np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))
        assert found.faults == wanted.faults


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    return Log(tmp_path, monkeypatch)


def test_a_file_that_grows_is_read_whole_once(log: Log) -> None:
    log.add(HEAD + "".join(map(line, range(ENOUGH))))
    log.check()
    for number in range(ENOUGH, ENOUGH + 30, 3):
        log.add(line(number) + line(number + 1) + line(number + 2))
        log.check()
    assert log.whole == 1


def test_torn_repeated_and_faulty_lines_come_out_as_in_a_whole_reading(log: Log) -> None:
    log.add(HEAD + "".join(map(line, range(ENOUGH))) + line(ENOUGH)[:9])
    log.check()
    log.add(line(ENOUGH)[9:] + line(3) + "no row\n" + HEAD)
    log.check()
    log.add("Time;Load;Temp\n" + line(ENOUGH + 1))
    log.check()
    log.add("\r\n" + line(ENOUGH + 2).replace("\n", "\r\n"))
    log.check()
    assert log.whole == 1


def test_a_file_that_was_truncated_replaced_or_written_over_is_read_whole(log: Log) -> None:
    text = HEAD + "".join(map(line, range(ENOUGH)))
    log.add(text)
    log.check()
    log.path.write_text(text[: len(text) // 2])
    log.check()
    log.path.write_text(text)
    log.check()
    # The same length, other rows: the end of what was read differs.
    log.path.write_text(HEAD + "".join(map(line, range(1000, 1000 + ENOUGH))))
    log.check()
    other = log.path.with_suffix(".new")
    other.write_text(text + line(ENOUGH))
    other.replace(log.path)
    log.check()
    assert log.whole == 5


def test_a_file_without_rows_is_looked_at_again_once_it_changes(log: Log) -> None:
    log.add("no table\n")
    for _ in range(3):
        (version,) = versions_of(log.path.parent, [log.path.name])
        assert not len(log.tails.rows(log.path.parent, version, FORM))
    assert log.whole == 1
    log.path.write_text(HEAD + "".join(map(line, range(9))))
    log.check()


@pytest.mark.parametrize("count", [4, 40])
def test_a_short_file_is_read_whole_since_its_layout_may_change(log: Log, count: int) -> None:
    log.add(HEAD + "".join(map(line, range(count))))
    log.check()
    log.add(line(count))
    log.check()
    assert log.whole == 2
