"""A file is replaced whole or left as it was, whatever breaks off in between."""

import os
import stat
from pathlib import Path

import pytest

from engine.system.whole_file import replacing, write_whole


def test_a_new_file_takes_the_place_of_the_old_one_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    for text in ("old", "neu: ä\n"):
        write_whole(path, text, durable=True)
        assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_text("old")

    def break_off() -> None:
        with replacing(path) as file:
            file.write("half")
            raise LookupError

    with pytest.raises(LookupError):
        break_off()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_mode_is_of_the_new_file_and_less_the_umask_by_default(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    write_whole(path, "", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = os.umask(0o027)
    try:
        write_whole(path, "")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_where_the_draft_would_be_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "precious"
    other.write_text("precious")
    path = tmp_path / "figures.json"
    (tmp_path / f".figures.json.{os.getpid()}").symlink_to(other)
    write_whole(path, "new")
    assert (other.read_text(), path.read_text()) == ("precious", "new")


def test_a_pipe_is_written_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, "through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "figures.json"
    with pytest.raises(OSError, match="cannot be written") as failed:
        write_whole(path, "new")
    assert failed.value.filename == str(path)
