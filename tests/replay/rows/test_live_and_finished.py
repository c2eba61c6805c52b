"""Odd texts give the same rows while they grow, in pieces of any size, as in a finished run."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from replay.recording import RecordingFormat
from replay.rows.growing import WIDE, Growing
from replay.rows.table import table_of, versions_of

FORM = RecordingFormat(
    "m", 1.0, 2, 2, separator="auto", names=("Temp", "Flow"), time="column", overlap=0.5, cut=True, table=True
)


def minute(number: int) -> str:
    return f"2024-03-01T{number // 60:02d}:{number % 60:02d}:00"


PLAIN = [f"{minute(number)};{number}.5;{number % 7}\n" for number in range(12)]
HEAD = "time;Temp;Flow\n"

TEXTS = {
    "plain": HEAD + "".join(PLAIN),
    "decimal commas": HEAD + "".join(PLAIN).replace(".", ","),
    "line ends of Windows": (HEAD + "".join(PLAIN)).replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + HEAD + "".join(PLAIN),
    "units": HEAD + ";°C;l/min\n" + "".join(PLAIN),
    "duplicates": HEAD + "".join(row + row for row in PLAIN),
    "time backwards": HEAD + "".join([*PLAIN[:6], *PLAIN[2:5], *PLAIN[6:]]),
    "a header again": HEAD + "".join([*PLAIN[:6], HEAD, *PLAIN[6:]]),
    "columns in another order": HEAD + "".join(PLAIN[:6]) + "time;Flow;Temp\n" + "".join(PLAIN[6:]),
    "a header that lacks a channel": HEAD + "".join(PLAIN[:6]) + "time;Temp;Other\n" + "".join(PLAIN[6:]),
    "a leap second": HEAD
    + "2016-12-31T23:59:59;1.5;1\n2016-12-31T23:59:60;2.5;2\n2017-01-01T00:00:00;3.5;3\n",
    "missing cells and words": HEAD + "".join(PLAIN[:6]) + f"{minute(6)};;bad\n{minute(7)};1\n" + PLAIN[8],
}


def finished(folder: Path, form: RecordingFormat) -> tuple[list[int], list[list[float]], int]:
    table = table_of(folder, versions_of(folder, ["log.csv"]), form)
    return table.rows.times.tolist(), table.rows.values.tolist(), len(table.rows.faults)


@pytest.mark.parametrize("piece", [7, 10_000])
@pytest.mark.parametrize("kind", TEXTS)
def test_a_growing_text_gives_the_rows_of_the_finished_one(tmp_path: Path, kind: str, piece: int) -> None:
    content, path = TEXTS[kind].encode(), tmp_path / "log.csv"
    growing, found, last, faults = Growing(tmp_path, FORM), [], None, 0
    for end in range(piece, len(content) + piece, piece):
        with path.open("ab") as file:
            file.write(content[end - piece : end])
        state = path.stat()
        rows = list(growing.rows({"log.csv": (state.st_size, state.st_ino)}, last))
        last = rows[-1].time if rows else last
        found += rows
        faults += len(growing.taken_faults())
    times, values, _ = finished(tmp_path, FORM)
    assert [row.time for row in found] == times
    np.testing.assert_array_equal(np.array([row.values for row in found]), np.array(values, np.float32))
    rejected = table_of(tmp_path, versions_of(tmp_path, ["log.csv"]), FORM).rejected
    assert (faults > 0) == bool(rejected)


@pytest.mark.parametrize(
    ("kind", "count", "reasons"),
    [
        ("duplicates", 12, ["not later"]),
        ("time backwards", 12, ["not later"]),
        ("columns in another order", 12, []),
        ("a header that lacks a channel", 12, ["header"]),
        ("a leap second", 2, ["cannot be read"]),
        ("decimal commas", 12, []),
    ],
)
def test_an_odd_line_is_rejected_with_its_number_and_no_other_is_lost(
    tmp_path: Path, kind: str, count: int, reasons: list[str]
) -> None:
    (tmp_path / "log.csv").write_text(TEXTS[kind])
    table = table_of(tmp_path, versions_of(tmp_path, ["log.csv"]), FORM)
    assert len(table.rows) == count
    told = [one.reason for one in table.rejected]
    assert len(told) == len(reasons)
    assert all(reason in one and "line" in one for reason, one in zip(reasons, told, strict=True))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wide_and_packed_texts_are_read_finished_and_refused_with_a_reason_while_watched(
    tmp_path: Path, encoding: str
) -> None:
    content = ("\ufeff" if encoding != "utf-16" else "") + TEXTS["plain"]
    (tmp_path / "log.csv").write_bytes(content.encode(encoding))
    assert len(finished(tmp_path, FORM)[0]) == 12
    growing, state = Growing(tmp_path, FORM), (tmp_path / "log.csv").stat()
    assert list(growing.rows({"log.csv": (state.st_size, state.st_ino)}, None)) == []
    assert growing.refused == {"log.csv": WIDE}


def test_a_packed_text_is_read_finished_and_refused_with_a_reason_while_watched(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(gzip.compress(TEXTS["plain"].encode()))
    assert len(finished(tmp_path, replace(FORM))[0]) == 12
    growing, state = Growing(tmp_path, FORM), (tmp_path / "log.csv").stat()
    assert list(growing.rows({"log.csv": (state.st_size, state.st_ino)}, None)) == []
    assert "log.csv" in growing.refused
