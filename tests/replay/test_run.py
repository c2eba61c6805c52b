"""A finished run in a folder: ordered by time, invalid files rejected, equal in every process."""

import io
import os
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from replay.recording import RecordingError, RecordingFormat
from replay.run import Entry, open_run
from tests.replay.packed_runs import FILES, NAMES, content, folder_of, names_of, sentence


def test_folder_is_read_in_order_of_time(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    assert names_of(run) == NAMES
    assert len(run) == 3
    assert run.rejected == ()
    assert run.entries[1] == Entry(NAMES[1], run.read(1).time)
    np.testing.assert_array_equal(
        run.read(2).signal, np.loadtxt(io.BytesIO(FILES[NAMES[2]]), dtype=np.float32)
    )
    assert run.location(0).read_bytes() == FILES[NAMES[0]]


def test_order_is_that_of_the_times_where_the_names_sort_otherwise(tmp_path: Path) -> None:
    form = RecordingFormat("rig", 1000.0, columns=3, rows=6, time_pattern="%d.%m.%Y_%H%M%S")
    by_time = ["31.12.2003_235959", "01.01.2004_000000", "15.01.2004_000000", "02.02.2004_000000"]
    run = open_run(folder_of(tmp_path / "run", dict.fromkeys(by_time, content(0))), form)
    assert names_of(run) == by_time
    assert names_of(run) != sorted(by_time)


def test_file_whose_name_is_no_time_is_rejected_and_the_run_goes_on(
    tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {"README.md": b"", "a\x1b[2J": b""}), form)
    assert len(run) == 3
    assert [rejection.name for rejection in run.rejected] == ["README.md", "a[2J"]
    assert run.rejected[0].reason.startswith("its name is not a time like 2004.02.12.10.32.39")


def test_second_file_of_the_same_time_is_rejected_naming_the_first(
    tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {"2004.2.12.10.32.39": content(9)}), form)
    assert names_of(run) == NAMES
    assert [(one.name, one.reason) for one in run.rejected] == [
        ("2004.2.12.10.32.39", f"it has the same time as {NAMES[0]}")
    ]


def test_hidden_files_folders_and_pipes_in_a_folder_are_left_alone(
    tmp_path: Path, form: RecordingFormat
) -> None:
    folder = folder_of(tmp_path / "run", FILES)
    (folder / ".hidden").write_bytes(b"")
    (folder / "2004.02.12.11.02.39").mkdir()
    os.mkfifo(folder / "2004.02.12.11.12.39")
    (folder / ".link").symlink_to("elsewhere")
    run = open_run(folder, form)
    assert names_of(run) == NAMES
    assert run.rejected == ()


def test_links_to_recordings_are_read_as_a_person_named_the_run(
    tmp_path: Path, form: RecordingFormat
) -> None:
    folder = folder_of(tmp_path / "run", FILES | {"README.md": b""})
    (tmp_path / "outside").write_bytes(content(5))
    (folder / "2004.02.12.11.22.39").symlink_to(tmp_path / "outside")
    (folder / "around").symlink_to(folder)
    (folder / "2004.02.12.11.32.39").symlink_to(tmp_path / "nowhere")
    run = open_run(folder, form)
    assert names_of(run) == [*NAMES, "2004.02.12.11.22.39"]
    assert run.read(3).signal.shape == (6, 3)
    assert [one.name for one in run.rejected] == ["2004.02.12.11.32.39", "README.md"]
    assert run.rejected[0].reason == "it is a link that leads to no file"


def test_folder_of_links_alone_says_why_it_holds_no_recordings(
    tmp_path: Path, form: RecordingFormat, cache: Path
) -> None:
    run = folder_of(tmp_path / "run", {})
    (run / NAMES[0]).symlink_to("elsewhere")
    assert sentence(run, form, cache) == (
        f"holds no recordings: {NAMES[0]}: it is a link that leads to no file"
    )


def test_bytes_of_a_recording_are_had_as_they_are(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {NAMES[1]: b"no numbers"}), form)
    assert [run.content(index) for index in range(3)] == [FILES[NAMES[0]], b"no numbers", FILES[NAMES[2]]]


def test_bad_file_is_found_when_it_is_read_and_does_not_stop_the_others(
    tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES | {NAMES[1]: b""}), form)
    with pytest.raises(RecordingError, match="the file is empty"):
        run.read(1)
    assert run.read(2).name == NAMES[2]


def swap_for_nothing(path: Path) -> None:
    path.unlink()


def swap_for_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def swap_for_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def swap_for_a_giant(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


@pytest.mark.parametrize(
    ("swap", "reason"),
    [
        (swap_for_nothing, "it cannot be read: no such file or directory"),
        (swap_for_a_folder, "it cannot be read: is a directory"),
        (swap_for_a_pipe, "it is not a regular file"),
        (swap_for_a_giant, "it is far too large for a recording (1099511627776 bytes)"),
    ],
)
def test_what_took_the_place_of_a_file_since_is_a_recording_error(
    swap: Callable[[Path], None], reason: str, tmp_path: Path, form: RecordingFormat
) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    swap(run.location(1))
    with pytest.raises(RecordingError) as caught:
        run.read(1)
    assert (caught.value.name, caught.value.reason) == (NAMES[1], reason)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read any file")
def test_file_without_permission_to_read_is_a_recording_error(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    run.location(1).chmod(0)
    with pytest.raises(RecordingError, match="it cannot be read: permission denied"):
        run.read(1)


def test_run_is_the_same_in_another_process_and_in_threads(tmp_path: Path, form: RecordingFormat) -> None:
    run = open_run(folder_of(tmp_path / "run", FILES), form)
    assert pickle.loads(pickle.dumps(run)) == run
    expected = [run.read(index).signal for index in range(3)] * 8
    with ThreadPoolExecutor(4) as pool:
        for signal, one in zip(
            pool.map(lambda index: run.read(index % 3).signal, range(24)), expected, strict=True
        ):
            np.testing.assert_array_equal(signal, one)


def test_real_set_2_is_complete_and_in_order(recordings: Callable[[str], Path]) -> None:
    run = open_run(recordings("ims-set2"), RecordingFormat("IMS rig", 20480.0, 4, 20480))
    assert (len(run), run.rejected) == (984, ())
    assert (run.entries[532].name, run.entries[983].name) == ("2004.02.16.03.12.39", "2004.02.19.06.22.39")
    gaps = {
        (later.time - earlier.time).total_seconds()
        for earlier, later in zip(run.entries, run.entries[1:], strict=False)
    }
    assert gaps == {600.0}


def test_real_set_1_excerpt_is_read_whole_with_its_eight_channels(recordings: Callable[[str], Path]) -> None:
    run = open_run(recordings("ims-set1-excerpt"), RecordingFormat("IMS rig", 20480.0, 8, 20480))
    assert (len(run), run.rejected) == (61, ())
    assert {run.read(index).signal.shape for index in range(len(run))} == {(20480, 8)}


def test_files_that_were_unpacked_at_one_time_follow_each_other_by_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.csv"):
        (tmp_path / name).write_text("1,2\n" * 20)
        os.utime(tmp_path / name, (1.7e9, 1.7e9))
    form = RecordingFormat(machine="m", sample_rate=10.0, rows=20, columns=2, separator=",", time="modified")
    run = open_run(tmp_path, form)
    assert [entry.name for entry in run.entries] == ["a.csv", "b.csv", "c.csv"]
    assert run.rejected == ()


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Vienna", datetime(2024, 10, 26, 22, 0, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2024, 11, 3, 3, 0, 7, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2024, 4, 6, 13, 0, 7, tzinfo=UTC)),
        ("America/St_Johns", datetime(2024, 11, 3, 1, 0, 7, tzinfo=UTC)),
        ("Europe/Vienna", datetime(2024, 3, 30, 23, 0, 7, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("is_copied", [False, True])
def test_of_the_hour_that_comes_twice_the_time_of_change_tells_which(
    zone: str, first: datetime, is_copied: bool, tmp_path: Path
) -> None:
    times = [first + timedelta(seconds=613 * index) for index in range(30)]
    for time in times:
        path = tmp_path / f"{time.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H%M%S}.csv"
        path.write_text("0.1,0.2\n" * 8)
        written = time.timestamp() + 1 + is_copied * 86_400
        os.utime(path, (written, written))
    form = RecordingFormat(
        "m", 8.0, 2, 8, time_pattern="%Y-%m-%dT%H%M%S.csv", separator="auto", timezone=zone
    )
    read = [entry.time for entry in open_run(tmp_path, form).entries]
    changes = zone != "Europe/Vienna" or first.month == 10
    assert (read == times) is (not is_copied or not changes)
    assert read == sorted(read)
