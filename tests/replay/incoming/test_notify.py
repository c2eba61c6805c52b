"""Hints: a file closed or renamed into place ends a wait, whatever became of the folder in between."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from replay.incoming import notify
from replay.incoming.folder import look_into
from replay.incoming.notify import REARM_SECONDS, Waker

LONG = 20.0
NAME = "2004.02.12.10.32.39"
RAW = NAME.encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def waker(folder: Path) -> Iterator[Waker]:
    made = Waker(folder, polling="never")
    yield made
    made.close()


def hinted(waker: Waker, raw: bytes) -> bool:
    """Return whether a hint of this file comes soon."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        waker.wait(LONG)
        if raw in waker.hints():
            return True
    return False


def write_and_close(folder: Path) -> None:
    (folder / NAME).write_bytes(b"1")


def rename_within(folder: Path) -> None:
    (folder / ".part").write_bytes(b"1")
    (folder / ".part").rename(folder / NAME)


def rename_from_outside(folder: Path) -> None:
    (folder.parent / "part").write_bytes(b"1")
    (folder.parent / "part").rename(folder / NAME)


@pytest.mark.parametrize("write", [write_and_close, rename_within, rename_from_outside])
def test_file_closed_or_renamed_into_place_is_hinted_at_with_its_stamp(
    write: Callable[[Path], None], waker: Waker, folder: Path
) -> None:
    assert waker.wait(0)
    write(folder)
    end, found = time.monotonic() + LONG, None
    while found is None and time.monotonic() < end:
        assert waker.wait(LONG)
        found = waker.hints().get(RAW)
    assert found == look_into(folder).files[RAW].stamp
    assert waker.hints() == {}


def test_file_still_open_wakes_without_a_hint(waker: Waker, folder: Path) -> None:
    waker.wait(0)
    with (folder / NAME).open("wb"):
        assert waker.wait(LONG)
        assert waker.hints() == {}


def test_it_was_deaf_until_it_is_asked_and_again_when_another_folder_takes_the_name(
    waker: Waker, folder: Path
) -> None:
    assert waker.was_deaf()
    assert not waker.was_deaf()
    write_and_close(folder)
    assert hinted(waker, RAW)
    folder.rename(folder.parent / "old")
    folder.mkdir()
    assert waker.was_deaf()
    assert not waker.was_deaf()


def test_first_wait_returns_at_once_since_nothing_was_heard_before(waker: Waker) -> None:
    assert waker.wait(LONG)
    assert not waker.wait(0)


def test_folder_may_come_later_vanish_and_come_back(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    waker = Waker(folder, polling="never")
    try:
        assert not waker.wait(0)
        for _ in range(3):
            folder.mkdir()
            assert waker.wait(LONG)
            write_and_close(folder)
            assert hinted(waker, RAW)
            shutil.rmtree(folder)
            waker.wait(0)
            waker.hints()
    finally:
        waker.close()


def test_folder_replaced_between_two_waits_is_heard_of_again(waker: Waker, folder: Path) -> None:
    waker.wait(0)
    folder.rename(folder.with_name("away"))
    folder.mkdir()
    assert waker.wait(LONG)
    write_and_close(folder)
    assert hinted(waker, RAW)


def test_folder_named_by_a_link_is_heard_of(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    waker = Waker(tmp_path / "link", polling="never")
    try:
        waker.wait(0)
        write_and_close(folder)
        assert hinted(waker, RAW)
    finally:
        waker.close()


def test_name_that_is_not_utf8_is_hinted_at_by_its_bytes(waker: Waker, folder: Path) -> None:
    waker.wait(0)
    raw = b"\xff\x1b[2J"
    (folder / os.fsdecode(raw)).write_bytes(b"")
    assert hinted(waker, raw)


def test_wait_ends_when_it_is_woken_from_elsewhere(waker: Waker) -> None:
    waker.wait(0)
    thread = threading.Thread(target=waker.wake)
    thread.start()
    assert waker.wait(LONG)
    thread.join()


def test_closed_waker_waits_no_more(waker: Waker) -> None:
    waker.wait(0)
    waker.close()
    assert waker.wait(LONG)


def unstartable(*_: object) -> None:
    raise OSError(24, "inotify instance limit reached")


@pytest.mark.parametrize(
    ("polling", "kind", "how"),
    [
        ("always", "ext4", "scanned regularly, as watch.polling says"),
        ("auto", "nfs4", "scanned regularly, because it is on a network file system (nfs4)"),
        ("auto", "ext4", "reported by the system and scanned regularly"),
        ("never", "nfs4", "reported by the system and scanned regularly"),
    ],
)
def test_polling_is_chosen_by_the_file_system_unless_it_is_set(
    folder: Path, polling: notify.Polling, kind: str, how: str
) -> None:
    waker = Waker(folder, polling=polling, file_system=lambda _: kind)
    try:
        assert waker.wait(0) is how.startswith("reported")
        assert waker.how == how
    finally:
        waker.close()


def test_observer_that_cannot_be_started_is_tried_again_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    waker = Waker(folder, polling="never", now=lambda: now[0])
    try:
        with monkeypatch.context() as patch:
            patch.setattr(notify, "_started", unstartable)
            assert not waker.wait(0)
        assert waker.how.endswith("does not report changes: inotify instance limit reached")
        assert not waker.wait(0)
        now[0] += REARM_SECONDS
        assert waker.wait(0)
        assert waker.how.startswith("reported by the system")
    finally:
        waker.close()
