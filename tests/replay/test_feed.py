"""The simulated recorder writes every file unchanged, on time, at once or in pieces."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.feed import MOST_PIECES, FeedError, Feeding, due_times, feed, pieces_of
from replay.recording import RecordingFormat
from replay.run import Run, open_run

FILES = {
    "2004.02.12.10.32.39": b"0.125\t-1.500\t2.250\n" * 6,
    "2004.02.12.10.42.39": b"no recording, but as the recorder wrote it",
    "2004.02.12.11.02.39": b"",
    "2004.02.12.11.12.39": b"0.250\t-1.500\t2.250\n" * 6,
}
NAMES = list(FILES)


class Time:
    """A clock that advances only by sleeping, with the folder's contents at each sleep."""

    def __init__(self, folder: Path) -> None:
        self.now = 100.0
        self.folder = folder
        self.seen: list[dict[str, int]] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.seen.append({path.name: path.stat().st_size for path in self.folder.iterdir()})


@pytest.fixture
def run(tmp_path: Path, form: RecordingFormat) -> Run:
    (tmp_path / "run").mkdir()
    for name, data in FILES.items():
        (tmp_path / "run" / name).write_bytes(data)
    return open_run(tmp_path / "run", form)


@pytest.fixture
def clock(tmp_path: Path) -> Time:
    return Time(tmp_path / "in")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_recordings_are_due_by_their_times_or_evenly(run: Run) -> None:
    assert due_times(run, pace=600.0, every=None) == (0.0, 1.0, 3.0, 4.0)
    assert due_times(run, pace=None, every=0.5) == (0.0, 0.5, 1.0, 1.5)
    assert due_times(run, pace=float("inf"), every=None) == (0.0,) * 4


@pytest.mark.parametrize(("pace", "every"), [(None, None), (0.0, None), (float("nan"), None), (None, -1.0)])
def test_senseless_pace_is_refused(run: Run, pace: float | None, every: float | None) -> None:
    with pytest.raises(ValueError, match="must"):
        due_times(run, pace=pace, every=every)


def test_every_recording_is_written_as_it_is_when_it_is_due(run: Run, clock: Time) -> None:
    told = [
        (fed.name, fed.outcome, clock.now, fed.seconds_left)
        for fed in feed(run, clock.folder, pace=600.0, sleep=clock.sleep, now=lambda: clock.now)
    ]
    assert told == [
        (NAMES[0], Feeding.FED, 100.0, 4.0),
        (NAMES[1], Feeding.FED, 101.0, 3.0),
        (NAMES[2], Feeding.FED, 103.0, 1.0),
        (NAMES[3], Feeding.FED, 104.0, 0.0),
    ]
    assert contents(clock.folder) == FILES


def test_tidy_recorder_shows_no_part_of_a_file(run: Run, clock: Time) -> None:
    list(feed(run, clock.folder, every=1.0, sleep=clock.sleep, now=lambda: clock.now))
    assert all(size == len(FILES[name]) for seen in clock.seen for name, size in seen.items())


def test_untidy_recorder_lets_files_grow_under_their_final_names(run: Run, clock: Time) -> None:
    list(
        feed(
            run,
            clock.folder,
            every=1.0,
            torn=True,
            sleep=clock.sleep,
            now=lambda: clock.now,
            rng=random.Random(4),
        )
    )
    parts = [seen[name] for seen in clock.seen for name in seen if seen[name] < len(FILES[name])]
    assert len(parts) > 3
    assert contents(clock.folder) == FILES


@pytest.mark.parametrize("torn", [False, True])
def test_feed_is_taken_up_where_it_was_stopped(run: Run, clock: Time, torn: bool) -> None:
    clock.folder.mkdir()
    (clock.folder / NAMES[0]).write_bytes(FILES[NAMES[0]])
    (clock.folder / NAMES[1]).write_bytes(FILES[NAMES[1]][:10])
    outcomes = [
        fed.outcome
        for fed in feed(run, clock.folder, pace=600.0, torn=torn, sleep=clock.sleep, now=lambda: clock.now)
    ]
    assert outcomes == [Feeding.THERE, Feeding.FED, Feeding.FED, Feeding.FED]
    assert contents(clock.folder) == FILES
    assert clock.now == pytest.approx(103.0, abs=1.0)


def test_other_file_under_the_name_of_a_recording_is_left_and_named(run: Run, clock: Time) -> None:
    clock.folder.mkdir()
    (clock.folder / NAMES[1]).write_bytes(b"something else")
    with pytest.raises(FeedError) as caught:
        list(feed(run, clock.folder, every=0.0, sleep=clock.sleep, now=lambda: clock.now))
    assert str(caught.value) == (
        f"{clock.folder}/{NAMES[1]} exists and differs from the recording: feed into another folder"
    )
    assert (clock.folder / NAMES[1]).read_bytes() == b"something else"


def test_link_under_the_name_of_a_recording_is_not_written_through(run: Run, clock: Time) -> None:
    clock.folder.mkdir()
    (clock.folder / NAMES[0]).symlink_to("elsewhere")
    with pytest.raises(FeedError):
        list(feed(run, clock.folder, every=0.0, sleep=clock.sleep, now=lambda: clock.now))
    assert not (clock.folder / "elsewhere").exists()


def test_recording_that_cannot_be_read_is_told_and_passed_over(run: Run, clock: Time) -> None:
    run.location(0).unlink()
    outcomes = [
        fed.outcome for fed in feed(run, clock.folder, every=0.0, sleep=clock.sleep, now=lambda: clock.now)
    ]
    assert outcomes == [Feeding.UNREADABLE, *[Feeding.FED] * 3]


def test_feed_that_is_stopped_leaves_no_hidden_file(
    run: Run, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(feed(run, clock.folder, every=0.0, sleep=clock.sleep, now=lambda: clock.now))
    assert list(clock.folder.iterdir()) == []


@given(st.binary(max_size=200), st.integers(0, 200), st.integers())
def test_pieces_make_up_what_is_left(content: bytes, start: int, seed: int) -> None:
    start = min(start, len(content))
    pieces = pieces_of(content, start, random.Random(seed))
    assert b"".join(pieces) == content[start:]
    assert len(pieces) <= MOST_PIECES
    assert all(pieces)
