"""Files of an archive keep the times of their last change, which may be all that tells when they began."""

import io
import struct
import tarfile
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from replay.recording import RecordingFormat
from replay.run import open_run

FORM = RecordingFormat("m", 8.0, 2, 8, time="modified", separator="auto", folders="yes")
TIMES = [datetime(2024, 10, 27, 0, 2, 8, tzinfo=UTC) + timedelta(minutes=20 * index) for index in range(5)]
ROWS = b"0.1,0.2\n" * 8


def write_tar(path: Path, names: list[str]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, at in zip(names, TIMES, strict=True):
            member = tarfile.TarInfo(f"run/{name}")
            member.size, member.mtime = len(ROWS), int(at.timestamp())
            archive.addfile(member, io.BytesIO(ROWS))


def write_zip(path: Path, names: list[str], *, in_utc: bool) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, at in zip(names, TIMES, strict=True):
            member = zipfile.ZipInfo(f"run\\{name}", time.localtime(at.timestamp())[:6])
            if in_utc:
                member.date_time = (1980, 1, 1, 0, 0, 0)
                member.extra = struct.pack("<HHHHHBi", 7, 2, 0, 0x5455, 5, 1, int(at.timestamp()))
            archive.writestr(member, ROWS)


@pytest.mark.parametrize("kind", ["tar", "zip", "zip in UTC"])
def test_members_are_as_old_as_the_archive_says(kind: str, tmp_path: Path) -> None:
    names = ["c.csv", "a.csv", "e.csv", "b.csv", "d.csv"]
    path = tmp_path / "run.pack"
    if kind == "tar":
        write_tar(path, names)
    else:
        write_zip(path, names, in_utc=kind != "zip")
    entries = open_run(path, FORM, tmp_path / "cache").entries
    assert [entry.time for entry in entries] == TIMES
    assert [entry.name.rsplit("/", 1)[-1] for entry in entries] == names


@pytest.mark.parametrize("stamp", [(1980, 0, 0, 0, 0, 0), (2107, 15, 31, 31, 63, 62)])
def test_an_impossible_time_of_a_member_is_passed_over(
    stamp: tuple[int, int, int, int, int, int], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        member = zipfile.ZipInfo("a.csv")
        member.date_time = stamp
        archive.writestr(member, ROWS)
    assert len(open_run(tmp_path / "run.zip", FORM, tmp_path / "cache")) == 1
