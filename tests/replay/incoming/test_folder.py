"""Moving a file aside deletes nothing and overwrites nothing."""

import errno
import os
from pathlib import Path

import pytest

from replay.incoming.folder import Stamp, look_into, move_aside, stamp_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    (place / "bad").write_bytes(b"first")
    return place


def stamp(folder: Path, name: str = "bad") -> Stamp:
    return look_into(folder).files[os.fsencode(name)].stamp


@pytest.mark.parametrize("year", [1950, 1970, 2400])
def test_stamp_fits_a_database_whatever_the_clock_says(folder: Path, year: int) -> None:
    modified = (year - 1970) * 31_557_600 * 10**9
    os.utime(folder / "bad", ns=(modified, modified))
    assert all(-(2**63) < number < 2**63 for number in stamp(folder))


def test_stamp_of_an_inode_past_63_bits_fits_a_database() -> None:
    state = os.stat_result((0o100644, 2**64 - 5, 0, 1, 0, 0, 9, 0, 0, 0), {"st_mtime_ns": 0})
    assert stamp_of(state).inode == 2**63 - 5


def test_name_that_is_taken_gets_a_number(folder: Path, tmp_path: Path) -> None:
    aside = tmp_path / "a" / "b"
    contents = [b"first", b"second", b"third"]
    for content in contents:
        (folder / "bad").write_bytes(content)
        move_aside(folder, b"bad", stamp(folder), aside)
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == dict(
        zip(["bad", "bad.1", "bad.2"], contents, strict=True)
    )
    assert list(folder.iterdir()) == []


def test_longest_name_is_shortened_for_its_number(folder: Path, tmp_path: Path) -> None:
    name = "x" * 255
    for _ in range(2):
        (folder / name).write_bytes(b"")
        move_aside(folder, name.encode(), stamp(folder, name), tmp_path / "aside")
    assert {path.name for path in (tmp_path / "aside").iterdir()} == {name, "x" * 253 + ".1"}


def test_file_that_has_changed_or_gone_stays_where_it_is(folder: Path, tmp_path: Path) -> None:
    seen = stamp(folder)
    (folder / "bad").write_bytes(b"better")
    assert move_aside(folder, b"bad", seen, tmp_path / "aside") is None
    assert move_aside(folder, b"gone", seen, tmp_path / "aside") is None
    assert (folder / "bad").read_bytes() == b"better"
    assert list((tmp_path / "aside").iterdir()) == []


def test_folder_itself_is_no_place_aside(folder: Path) -> None:
    assert move_aside(folder, b"bad", stamp(folder), folder) is None
    assert [path.name for path in folder.iterdir()] == ["bad"]


def test_link_is_moved_itself(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"kept")
    (folder / "link").symlink_to(tmp_path / "outside")
    moved = move_aside(folder, b"link", stamp(folder, "link"), tmp_path / "aside")
    assert moved is not None
    assert moved.is_symlink()
    assert (tmp_path / "outside").read_bytes() == b"kept"


@pytest.fixture
def _other_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise the error of a rename between two file systems."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "rename", refuse)


@pytest.mark.usefixtures("_other_file_system")
def test_file_is_copied_to_another_file_system_and_links_stay(folder: Path, tmp_path: Path) -> None:
    (folder / "link").symlink_to("bad")
    assert move_aside(folder, b"link", stamp(folder, "link"), tmp_path / "aside") is None
    assert move_aside(folder, b"bad", stamp(folder), tmp_path / "aside") == tmp_path / "aside" / "bad"
    assert [path.name for path in folder.iterdir()] == ["link"]
    assert [path.read_bytes() for path in (tmp_path / "aside").iterdir()] == [b"first"]


@pytest.mark.usefixtures("_other_file_system")
def test_copy_that_fails_leaves_the_file_and_nothing_else(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        move_aside(folder, b"bad", stamp(folder), tmp_path / "aside")
    assert (folder / "bad").read_bytes() == b"first"
    assert list((tmp_path / "aside").iterdir()) == []
