"""Every layout is taken in from a watched folder: in order, at its true times, and only when complete."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from replay.incoming.candidates import Candidate
from replay.incoming.complete_files import NotYetError
from tests.replay.formats.layouts import COUNT, LAYOUTS, ROWS, Layout, at, rows_of, signals
from tests.replay.formats.test_layouts import settings_of
from tests.replay.watched_folder import LONG_AGO, PATIENCE, SETTLE, Rig


def rig_for(tmp_path: Path, recording: str) -> Rig:
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    return Rig(folder, settings_of(tmp_path, recording).recording_format())


def age(rig: Rig, seconds: float = LONG_AGO) -> None:
    for path in rig.folder.rglob("*"):
        if path.is_file():
            rig.stamp(path, seconds)


def taken(rig: Rig) -> list[Candidate]:
    """Take in all that is ready, as the engine does."""
    ready = list(rig.scan().ready)
    for one in ready:
        rig.known[one.raw] = one.stamp
    return ready


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_layout_is_taken_in_from_a_watched_folder(layout: Layout, tmp_path: Path) -> None:
    rig = rig_for(tmp_path, layout.settings)
    layout.write(rig.folder, signals())
    age(rig)
    scan = rig.scan()
    assert (scan.waiting, scan.refused, scan.foreign) == ((), (), ())
    assert [one.time for one in scan.ready] == [at(index) for index in range(COUNT)]
    for one, signal in zip(scan.ready, signals(), strict=True):
        np.testing.assert_array_equal(rig.inbox.read(one)[0].signal, signal.astype(np.float32))
        rig.known[one.raw] = one.stamp
    assert rig.scan().ready == ()


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_file_that_ends_early_waits_and_is_read_when_it_is_whole(layout: Layout, tmp_path: Path) -> None:
    rig = rig_for(tmp_path, layout.settings)
    layout.write(rig.folder, signals(1))
    path = max((one for one in rig.folder.rglob("*") if one.is_file()), key=str)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    age(rig)
    for one in rig.scan().ready:
        with pytest.raises(NotYetError):
            rig.inbox.read(one)
    path.write_bytes(whole)
    age(rig)
    (one,) = rig.scan().ready
    np.testing.assert_array_equal(rig.inbox.read(one)[0].signal, signals(1)[0].astype(np.float32))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_files_that_arrive_slowly_and_by_rename_are_read_once_and_whole(
    layout: Layout, tmp_path: Path
) -> None:
    rig = rig_for(tmp_path, layout.settings)
    source = tmp_path / "source"
    source.mkdir()
    found: list[tuple[datetime, NDArray[np.float32]]] = []
    files: dict[Path, None] = {}
    for count in (1, 2, 3):
        layout.write(source, signals(3)[:count])
        files |= dict.fromkeys(sorted(path for path in source.rglob("*") if path.is_file()))
    for index, file in enumerate(files):
        path = rig.folder / file.relative_to(source)
        path.parent.mkdir(parents=True, exist_ok=True)
        beginning = path if index % 2 else path.with_name(f"{path.name}.part")
        beginning.write_bytes(file.read_bytes()[: file.stat().st_size // 2 + 1])
        rig.stamp(beginning)
        found += take_in(rig)
        beginning.write_bytes(file.read_bytes())
        rig.stamp(beginning)
        beginning.rename(path)
        found += take_in(rig)
    assert [time for time, _ in found] == [at(index) for index in range(3)]
    for (_, read), signal in zip(found, signals(3), strict=True):
        np.testing.assert_array_equal(read, signal.astype(np.float32))


def take_in(rig: Rig) -> list[tuple[datetime, NDArray[np.float32]]]:
    """Read what is complete before and after the time in which a file settles, as the engine does."""
    found = []
    for _ in range(2):
        for one in rig.scan().ready:
            try:
                found.append((one.time, rig.inbox.read(one)[0].signal))
            except NotYetError:
                continue
            rig.known[one.raw] = one.stamp
        rig.clock.advance(2 * SETTLE)
    return found


def test_a_recording_waits_for_the_files_of_all_its_channels(tmp_path: Path) -> None:
    rig = rig_for(tmp_path, "time_pattern = '%Y%m%d_%H%M%S_ch1.csv'")
    (signal,) = signals(1)
    rig.write("20240301_234000_ch2.csv", rows_of(signal[:, 1:]).encode(), age=LONG_AGO)
    assert rig.ready() == []
    rig.write("20240301_234000_ch1.csv", rows_of(signal[:, :1]).encode(), age=LONG_AGO)
    (one,) = rig.scan().ready
    np.testing.assert_array_equal(rig.inbox.read(one)[0].signal, signal.astype(np.float32))


def test_a_channel_whose_file_never_comes_is_invalid_and_the_others_are_judged(tmp_path: Path) -> None:
    rig = rig_for(tmp_path, "time_pattern = '%Y%m%d_%H%M%S_ch1.csv'\nchannel_pattern = '_ch*.'")
    (signal,) = signals(1)
    rig.write("20240301_234000_ch1.csv", rows_of(signal[:, :1]).encode(), age=LONG_AGO)
    assert "1 of the files of its 2 channels are not there yet" in rig.waiting().values()
    rig.clock.advance(PATIENCE)
    (one,) = rig.scan().ready
    read = rig.inbox.read(one)[0].signal
    assert np.isfinite(read[:, 0]).all()
    assert np.isnan(read[:, 1]).all()


def test_a_channel_whose_file_stays_cut_is_invalid_after_the_patience(tmp_path: Path) -> None:
    rig = rig_for(tmp_path, "time_pattern = '%Y%m%d_%H%M%S_ch1.csv'")
    (signal,) = signals(1)
    rig.write("20240301_234000_ch1.csv", rows_of(signal[:, :1]).encode(), age=LONG_AGO)
    rig.write("20240301_234000_ch2.csv", rows_of(signal[:60, 1:]).encode()[:-3], age=LONG_AGO)
    assert take_in(rig) == []
    assert "20240301_234000_ch2.csv may be unfinished" in str(rig.waiting())
    rig.clock.advance(PATIENCE)
    ((_, read),) = take_in(rig)
    np.testing.assert_array_equal(read[:, 0], signal[:, 0].astype(np.float32))
    assert np.isnan(read[:, 1]).all()


def test_a_recording_with_fewer_rows_is_taken_once_a_newer_one_is_there(tmp_path: Path) -> None:
    rig = rig_for(tmp_path, "time_pattern = '%Y%m%d_%H%M%S.csv'")
    first, second = signals(2)
    rig.write("20240301_234000.csv", rows_of(first[: ROWS - 1]).encode(), age=LONG_AGO)
    (one,) = rig.scan().ready
    with pytest.raises(NotYetError, match="119 rows"):
        rig.inbox.read(one)
    assert rig.ready() == []
    rig.write("20240301_235000.csv", rows_of(second).encode(), age=LONG_AGO)
    early, _ = rig.scan().ready
    signal = rig.inbox.read(early)[0].signal
    assert signal.shape == (ROWS, 2)
    np.testing.assert_array_equal(signal[: ROWS - 1], first[: ROWS - 1].astype(np.float32))


def test_a_long_file_is_cut_while_it_grows(tmp_path: Path) -> None:
    rig = rig_for(tmp_path, "time_pattern = '%Y%m%d_%H%M%S.csv'\ncut = true")
    run = signals(3)
    text = "DE,FE\n" + "".join(rows_of(one) for one in run)
    name = "20240301_234000.csv"
    rig.write(name, text[: len(text) // 2 + 7].encode(), age=LONG_AGO)
    assert [one.name for one in taken(rig)] == [f"{name}#00001"]
    rig.write(name, text.encode(), age=LONG_AGO)
    later = taken(rig)
    assert [one.name for one in later] == [f"{name}#00002", f"{name}#00003"]
    assert later[1].time == at(0) + timedelta(seconds=2 * ROWS / 1000)
    np.testing.assert_array_equal(rig.inbox.read(later[1])[0].signal, run[2].astype(np.float32))


def test_a_file_in_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    rig = rig_for(tmp_path, "time_pattern = '%Y-%m-%d/%H%M%S.csv'")
    outside = tmp_path / "2024-03-01"
    outside.mkdir()
    (outside / "234000.csv").write_text(rows_of(signals(1)[0]))
    (rig.folder / "2024-03-01").symlink_to(outside)
    scan = rig.scan()
    assert scan.ready == ()


def test_settings_of_a_format_survive_the_store(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "time_pattern = '%Y%m%d_%H%M%S.csv'\ncut = true\nnames = ['DE', 'FE']")
    form = settings.recording_format()
    assert replace(form) == form
    assert form.names == ("DE", "FE")
    assert form.cut
