"""A live folder: incomplete files wait and are refused in the end; other files are never read."""

import os
import shutil
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from replay.incoming.complete_files import (
    RETRY_SECONDS,
    NotYetError,
)
from replay.recording import RecordingError
from tests.replay.watched_folder import (
    LATER,
    LONG_AGO,
    NAME,
    PATIENCE,
    SETTLE,
    TORN,
    WHOLE,
    Rig,
)


def not_yet(rig: Rig) -> str:
    """Return why the only ready file cannot be read now."""
    (one,) = rig.scan().ready
    with pytest.raises(NotYetError) as caught:
        rig.inbox.read(one)
    return caught.value.reason


def fault(rig: Rig) -> str:
    """Return why the only ready file is not a recording."""
    (one,) = rig.scan().ready
    with pytest.raises(RecordingError) as caught:
        rig.inbox.read(one)
    return caught.value.reason


def test_short_file_waits_unread_until_patience_is_over_then_it_is_refused(rig: Rig) -> None:
    rig.write(NAME, TORN, age=LONG_AGO)
    reason = not_yet(rig)
    assert reason == "line 4 is cut off: the file ends within a row; it may still be growing"
    assert rig.waiting() == {NAME: reason}
    rig.clock.advance(PATIENCE - 0.1)
    assert rig.waiting() == {NAME: reason}
    rig.clock.advance(0.1)
    assert f"{fault(rig)}; it may still be growing" == reason


def test_short_file_that_grows_is_read_as_soon_as_it_is_whole(rig: Rig) -> None:
    rig.write(NAME, TORN, age=LONG_AGO)
    not_yet(rig)
    rig.clock.advance(PATIENCE - 1)
    rig.write(NAME, WHOLE)
    (one,) = rig.scan(rig.hint(NAME)).ready
    assert len(rig.inbox.read(one)[0].signal) == 6


def test_refused_file_is_looked_at_again_when_it_changes(rig: Rig) -> None:
    rig.write(NAME, b"", age=LONG_AGO)
    assert not_yet(rig) == "the file is empty; it may still be growing"
    rig.clock.advance(PATIENCE)
    assert fault(rig) == "the file is empty"
    (one,) = rig.scan().ready
    rig.known[one.raw] = one.stamp
    assert rig.scan().ready == ()
    rig.write(NAME, WHOLE, age=SETTLE)
    (one,) = rig.scan().ready
    assert rig.inbox.read(one)[0].name == NAME


def test_file_that_is_wrong_before_its_end_is_refused_without_waiting(rig: Rig) -> None:
    rig.write(NAME, b"B 1\tB 2\tB 3\n" + WHOLE[:19] + b"a\tb\tc\n" + TORN, age=LONG_AGO)
    assert fault(rig).startswith("line 3, column 1: 'a' is not a number")


def test_last_line_without_an_end_is_waited_for_only_where_it_may_be_cut(rig: Rig) -> None:
    rig.write(NAME, WHOLE[:-1], age=LONG_AGO)
    (one,) = rig.scan().ready
    assert len(rig.inbox.read(one)[0].signal) == 6
    rig.known[one.raw] = one.stamp
    mixed = WHOLE.replace(b"-1.500", b"-1.5")[:-1]
    rig.write(LATER, mixed, age=LONG_AGO)
    assert not_yet(rig) == "its last line has no end; it may still be growing"
    rig.clock.advance(PATIENCE)
    (one,) = rig.scan().ready
    assert len(rig.inbox.read(one)[0].signal) == 6


def test_file_far_too_large_is_refused_unread(rig: Rig) -> None:
    path = rig.write(NAME, age=LONG_AGO)
    os.truncate(path, 2**40)
    rig.stamp(path, LONG_AGO)
    assert fault(rig) == f"it is far too large for a recording ({2**40} bytes)"


def swap_by_writing(path: Path) -> None:
    path.write_bytes(WHOLE + b"\n")


def swap_by_rename(path: Path) -> None:
    other = path.with_name("other")
    shutil.copy2(path, other)
    other.rename(path)


def swap_for_a_link(path: Path) -> None:
    path.rename(path.with_name("other"))
    path.symlink_to("other")


def swap_for_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def swap_for_a_socket(path: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        # The path of a socket must be short; the test's folder may be long.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            listening.bind(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)


def swap_for_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("swap", "reason"),
    [
        (Path.unlink, "it is gone"),
        (swap_by_writing, "it has changed since it was listed"),
        (swap_by_rename, "it has changed since it was listed"),
        (swap_for_a_link, "something else has taken its place"),
        (swap_for_a_pipe, "it has changed since it was listed"),
        (swap_for_a_socket, "something else has taken its place"),
        (swap_for_a_folder, "something else has taken its place"),
        (lambda path: shutil.rmtree(path.parent), "it is gone"),
    ],
)
def test_what_took_a_files_place_since_it_was_seen_is_not_read(
    swap: Callable[[Path], None], reason: str, rig: Rig
) -> None:
    path = rig.write(NAME, age=LONG_AGO)
    (one,) = rig.scan().ready
    swap(path)
    with pytest.raises(NotYetError) as caught:
        rig.inbox.read(one)
    assert str(caught.value) == f"{NAME}: {reason}"


def test_file_written_to_while_it_is_read_is_not_taken(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rig.write(NAME, age=LONG_AGO)
    fstat = os.fstat

    def look_and_let_others_write(descriptor: int) -> os.stat_result:
        state = fstat(descriptor)
        with path.open("ab") as file:
            file.write(b"0.1\n")
        return state

    monkeypatch.setattr(os, "fstat", look_and_let_others_write)
    assert not_yet(rig) == "it changed while it was read"


def test_file_without_permission_waits_and_is_read_when_it_has(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.write(NAME, age=LONG_AGO)
    open_file, allowed = os.open, threading.Event()

    def guarded(name: object, *rest: object, **more: object) -> int:
        if name == NAME.encode() and not allowed.is_set():
            raise PermissionError(13, "Permission denied")
        return open_file(name, *rest, **more)

    monkeypatch.setattr(os, "open", guarded)
    reason = "it cannot be read: give this user permission to read it"
    assert not_yet(rig) == reason
    assert rig.waiting() == {NAME: reason}
    allowed.set()
    rig.clock.advance(RETRY_SECONDS)
    (one,) = rig.scan().ready
    assert rig.inbox.read(one)[0].name == NAME


@pytest.fixture
def strict(rig: Rig) -> Rig:
    """Return a folder with settings that accept every file name."""
    rig.inbox.form = replace(rig.inbox.form, files=("*",))
    return rig


def test_name_that_is_meant_and_no_time_is_refused_when_it_lasts(strict: Rig) -> None:
    rig = strict
    part = rig.write(f"{NAME}.part", age=LONG_AGO)
    rig.write("README.md", age=LONG_AGO)
    assert set(rig.waiting()) == {f"{NAME}.part", "README.md"}
    part.rename(rig.folder / NAME)
    rig.clock.advance(PATIENCE)
    assert rig.ready() == [NAME]
    refused = rig.refused()
    assert set(refused) == {"README.md"}
    assert refused["README.md"].startswith("its name is not a time like 2004.02.12.10.32.39")


def test_links_are_refused_and_never_followed(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(WHOLE)
    (rig.folder / NAME).symlink_to(tmp_path / "outside")
    (rig.folder / LATER).symlink_to(LATER)
    (rig.folder / "around").symlink_to(rig.folder)
    assert rig.refused() == dict.fromkeys([NAME, LATER], "it is a symbolic link, which is not followed")
    assert rig.ready() == []
    assert rig.scan().foreign == (b"around",)


def test_hidden_files_folders_pipes_and_sockets_are_left_alone_and_counted(rig: Rig) -> None:
    rig.write(f".{NAME}.part", age=LONG_AGO)
    (rig.folder / NAME).mkdir()
    os.mkfifo(rig.folder / LATER)
    swap_for_a_socket(rig.write("2004.02.12.10.52.39"))
    (rig.folder / ".link").symlink_to("nowhere")
    scan = rig.scan()
    assert (scan.ready, scan.waiting, scan.refused, scan.ignored) == ((), (), (), 5)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"2004.02.12.10.32.3\xff", "2004.02.12.10.32.3\ufffd"),
        (b"x" * 255, "x" * 255),
        (b"[b]2004[red]", "[b]2004[red]"),
        (b"\x1b[2J\x1b]0;title\x07", "[2J]0;title"),
        ("2004.02.12.10.32.39\u202e".encode(), NAME),
        (b"2004.02.12.10.32.39\n", f"{NAME} "),
        (b"2004.02.12.10.32.39 ", "2004.02.12.10.32.39 "),
    ],
)
def test_odd_name_is_refused_cleaned_and_known_by_its_bytes(strict: Rig, raw: bytes, shown: str) -> None:
    rig = strict
    rig.write(raw, age=LONG_AGO)
    rig.scan()
    rig.clock.advance(PATIENCE)
    (one,) = rig.scan().refused
    assert (one.raw, one.name) == (raw, shown)
    rig.known[one.raw] = one.stamp
    assert rig.scan().refused == ()
