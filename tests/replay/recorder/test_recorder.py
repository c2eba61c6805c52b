"""Streams from real sources into a real folder."""

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from replay.ims import read_ims
from replay.recorder import recorder as room
from replay.recorder import sources
from replay.recorder.recorder import Recorder, shortest_interval
from replay.recorder.rows import StreamError
from replay.recorder.sources import GrowingFile, Peer, Piece, pieces, source_of
from replay.recording import RecordingFormat

FORM = RecordingFormat("motor", 1000.0, 3, 1000)


def stream(first: int, count: int) -> bytes:
    return b"".join(
        b"%d,%d,%d\n" % (number, number + 1, number + 2) for number in range(first, first + count)
    )


def recorder(folder: Path, said: list[str], **options) -> Recorder:
    folder.mkdir(exist_ok=True)
    return Recorder(folder, FORM, said.append, **options)


def steady(count: int) -> Iterator[Piece]:
    """Yield rows in real time, in pieces that end anywhere."""
    whole = stream(0, count)
    for start in range(0, len(whole), 4999):
        part = whole[start : start + 4999]
        yield Piece(1e9 + whole[: start + len(part)].count(b"\n") / FORM.sample_rate, part)


def test_every_recording_is_a_file_that_raceway_reads(tmp_path):
    said: list[str] = []
    one = recorder(tmp_path, said)
    one.record(steady(5300))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 5
    firsts = [int(read_ims((tmp_path / name).read_bytes(), name, FORM).signal[0, 0]) for name in names]
    assert firsts == [0, 1000, 2000, 3000, 4000]
    assert one.counts.sentence() == (
        "5300 rows came, 5 recordings were written; 300 rows beside gaps and at the end fill no recording"
    )
    assert said == []


def test_a_full_disk_drops_whole_recordings_and_says_so_once(tmp_path, monkeypatch):
    said: list[str] = []
    one = recorder(tmp_path, said)
    whole = room.os.fsync
    full = iter([False, True, True, True, False])

    def fsync(number: int) -> None:
        if next(full):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole(number)

    monkeypatch.setattr(room.os, "fsync", fsync)
    one.record(steady(5000))
    assert [len(path.read_bytes().splitlines()) for path in sorted(tmp_path.iterdir())] == [1000, 1000]
    assert (one.counts.recordings, one.counts.unwritten) == (2, 3)
    assert len(said) == 2
    assert "No space left on device" in said[0]
    assert said[1] == "recordings are written again; 3 were dropped so far"


def test_a_file_that_is_there_is_never_replaced(tmp_path):
    said: list[str] = []
    (tmp_path / "2001.09.09.01.46.40").write_text("mine")
    (tmp_path / "2001.09.09.01.46.41").write_text("mine too")
    one = recorder(tmp_path, said)
    one.record(steady(1000))
    assert one.counts.unwritten == 1
    assert (tmp_path / "2001.09.09.01.46.40").read_text() == "mine"


def test_a_heading_is_skipped_and_a_stream_of_text_is_refused(tmp_path):
    said: list[str] = []
    one = recorder(tmp_path, said)
    one.record([Piece(1e9, b"time,x\n" + stream(0, 1000)), Piece(1e9 + 1, b"")])
    assert one.counts.recordings == 1
    with pytest.raises(StreamError, match=r"no rows of 3 numbers.*2 columns"):
        recorder(tmp_path, said).record([Piece(1e9, b"0.1,0.2\n" * 100)])


def test_a_stream_that_ends_without_a_row_is_refused(tmp_path):
    said: list[str] = []
    with pytest.raises(StreamError, match=r"ended before the first one.*2 columns"):
        recorder(tmp_path, said).record([Piece(1e9, b"a,b\n")])


def test_rows_recorded_earlier_need_their_start(tmp_path):
    said: list[str] = []
    fast = [Piece(1e9 + index, stream(0, 30_000)) for index in range(4)]
    with pytest.raises(StreamError, match="--start"):
        recorder(tmp_path, said).record(fast)
    other = tmp_path / "other"
    one = recorder(other, said, start=1e9)
    one.record(fast)
    assert len(list(other.iterdir())) == 120


def test_a_wrong_rate_is_told(tmp_path):
    said: list[str] = []
    one = recorder(tmp_path, said)
    one.record(Piece(1e9 + index / 10, stream(100 * index, 93)) for index in range(400))
    assert len(said) == 1
    assert said[0].startswith("rows come at 930 a second, but the stated rate is 1000")


def test_a_thousand_gaps_are_two_lines(tmp_path):
    said: list[str] = []
    one = recorder(tmp_path, said)
    one.record(Piece(1e9 + index / 50, stream(20 * index, 19) + b"torn\n") for index in range(1000))
    assert (len(said), one.counts.gaps) == (2, 1000)
    assert said[1].endswith("(499 more since the last line)")


def test_silence_is_told_once(tmp_path):
    said: list[str] = []
    one = recorder(tmp_path, said)
    quiet = [Piece(1e9 + seconds) for seconds in range(1, 60)]
    one.record([Piece(1e9, stream(0, 10)), *quiet, Piece(1e9 + 60, stream(10, 10))])
    assert said == ["no row for 10 s", "rows come again"]


def test_names_that_would_be_equal_are_refused():
    with pytest.raises(StreamError, match=r"lasts 0.5 s.*with %f"):
        Recorder(Path(), RecordingFormat("m", 1000.0, 1, 500), print)
    Recorder(Path(), RecordingFormat("m", 1000.0, 1, 500, time_pattern="%Y%m%d%H%M%S%f"), print)
    assert shortest_interval("%Y%m%d_%H%M") == 60


@pytest.mark.parametrize(
    "words", ["tcp://", "tcp://host", "tcp://host:0", "tcp://host:99999", "http://host", "tcp://:5"]
)
def test_a_source_that_cannot_be_is_refused(words):
    with pytest.raises(StreamError, match="tcp://HOST:PORT"):
        source_of(words, from_start=False)


def until(source: sources.Source, enough: Callable[[list[Piece]], bool]) -> list[Piece]:
    """Read a source until the pieces are enough; bounded by the ticks of a quiet source."""
    seen: list[Piece] = []
    for quiet, piece in enumerate(pieces(source)):
        seen.append(piece)
        if enough(seen):
            return seen
        assert quiet < 200, "the source stayed quiet"
    return seen


def data_of(seen: list[Piece]) -> bytes:
    return b"".join(piece.data for piece in seen)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(sources, "TICK", 0.05)
    monkeypatch.setattr(sources, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(sources, "FILE_POLL", 0.01)


def test_a_peer_may_come_late_and_go_and_come(quick):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    seen: list[Piece] = []

    def serve() -> None:
        with socket.create_server(("127.0.0.1", port)) as server:
            for number in range(2):
                peer, _ = server.accept()
                with peer:
                    peer.sendall(stream(1000 * number, 10))

    helper = threading.Thread(target=serve)

    def enough(so_far: list[Piece]) -> bool:
        if so_far[-1].notice and not helper.ident:
            helper.start()
        return data_of(so_far) == stream(0, 10) + stream(1000, 10)

    seen = until(Peer("127.0.0.1", port), enough)
    helper.join()
    assert "cannot be reached" in seen[0].notice
    breaks = [index for index, piece in enumerate(seen) if piece.broken]
    first = next(index for index, piece in enumerate(seen) if stream(1000, 1) in piece.data)
    assert len(breaks) == 1
    assert breaks[0] < first


def test_a_file_is_read_from_its_present_end_through_rotation_and_truncation(quick, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(stream(0, 10) + b"10,11")
    steps = iter(
        [
            lambda: path.open("ab").write(b",12\n"),
            lambda: (path.rename(tmp_path / "rows.1"), path.write_bytes(stream(20, 5))),
            lambda: path.write_bytes(stream(30, 1)),
        ]
    )
    wanted = iter([b"10,11", b"10,11,12\n", stream(20, 5), stream(30, 1)])
    state = {"want": next(wanted)}

    def enough(so_far: list[Piece]) -> bool:
        if data_of(so_far).endswith(state["want"]):
            step = next(steps, None)
            if step is None:
                return True
            step()
            state["want"] = next(wanted)
        return False

    seen = until(GrowingFile(path, from_start=False), enough)
    assert data_of(seen) == stream(10, 1) + stream(20, 5) + stream(30, 1)
    assert [piece.broken.split()[0] for piece in seen if piece.broken] != []
    assert "present end" in seen[0].notice


def test_a_folder_is_no_stream(tmp_path):
    with pytest.raises(StreamError, match="not a plain file"):
        until(GrowingFile(tmp_path, from_start=False), lambda seen: False)


def test_a_file_may_come_later(quick, tmp_path):
    path = tmp_path / "rows.csv"

    def enough(so_far: list[Piece]) -> bool:
        if so_far[-1].notice and "waiting" in so_far[-1].notice:
            path.write_bytes(stream(0, 3))
        return data_of(so_far) == stream(0, 3)

    until(GrowingFile(path, from_start=False), enough)
