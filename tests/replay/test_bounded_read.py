"""A file is read whole, up to a size; what is not a regular file never holds up the reader."""

import os
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.bounded_read import IrregularError, OversizedError, read_bounded


@given(st.binary(max_size=300), st.integers(0, 300))
def test_content_up_to_the_bound_is_whole_and_above_it_refused(content: bytes, most: int) -> None:
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
        path.write_bytes(content)
        if len(content) <= most:
            assert read_bounded(path, most) == content
        else:
            with pytest.raises(OversizedError) as caught:
                read_bounded(path, most)
            assert caught.value.size == len(content)


def test_a_file_of_the_kernel_has_no_size_and_is_read_all_the_same() -> None:
    status = Path("/proc/self/status")
    assert status.stat().st_size == 0
    assert b"\nPid:" in read_bounded(status, 100_000)
    with pytest.raises(OversizedError):
        read_bounded(status, 10)


def test_a_file_that_grows_while_it_is_read_stays_within_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"12345")

    def grow(_: os.stat_result) -> None:
        with path.open("ab") as file:
            file.write(b"6" * 100)

    with pytest.raises(OversizedError):
        read_bounded(path, 50, check=grow)
    assert path.stat().st_size == 105
    path.write_bytes(b"12345")
    assert read_bounded(path, 200, check=grow) == b"12345" + b"6" * 100


def test_a_refusal_by_attributes_reads_nothing(tmp_path: Path) -> None:
    (tmp_path / "open").write_text("secret")
    (tmp_path / "open").chmod(0o644)

    def private(found: os.stat_result) -> None:
        if found.st_mode & 0o077:
            raise PermissionError("others can read it")

    with pytest.raises(PermissionError):
        read_bounded(tmp_path / "open", 100, check=private)


def irregular(place: Path, kind: str) -> Path:
    """Make something in the place of a file."""
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    elif kind == "device":
        return Path("/dev/zero")
    else:
        place.symlink_to("/dev/zero")
    return place


@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device"])
def test_what_never_ends_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    with pytest.raises(IrregularError):
        read_bounded(irregular(tmp_path / "file", kind), 100)


def test_folder_socket_and_missing_file_are_errors_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name of a socket is short.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for place in (irregular(tmp_path / "folder", "folder"), tmp_path / "socket", tmp_path / "none"):
            with pytest.raises(OSError, match="Errno"):
                read_bounded(place, 100)


def test_a_link_is_followed_only_where_a_person_named_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    assert read_bounded(tmp_path / "link", 10) == b"x"
    with pytest.raises(OSError, match="symbolic links"):
        read_bounded(tmp_path / "link", 10, follow=False)
