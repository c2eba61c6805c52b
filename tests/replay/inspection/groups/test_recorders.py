"""Which files of a folder are proposed: those of one recorder, of one run, in all states of the machine."""

import bz2
import gzip
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from replay.inspection.lines.line import Sure
from replay.inspection.proposal import proposal_of
from replay.inspection.survey import Survey, survey
from tests.replay.formats.layouts import at, rows_of, signals

(SIGNAL,) = signals(1)


def written(folder: Path, names: Sequence[str], text: str = rows_of(SIGNAL)) -> Survey:
    """Write files as a copy does, with one time of change, and look at them."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1.7e9, 1.7e9))
    return survey(folder)


@pytest.mark.parametrize("states", [("before", "after"), ("vorher", "nachher"), ("idle", "loaded", "peak")])
@pytest.mark.parametrize("form", ["{:%Y%m%d_%H%M%S}_%s.csv", "p3 %s {:%Y-%m-%d %H-%M}.csv"])
@pytest.mark.parametrize("is_mixed", [True, False])
def test_recordings_in_all_states_of_a_machine_are_meant(
    states: Sequence[str], form: str, is_mixed: bool, tmp_path: Path
) -> None:
    words = [states[index % len(states) if is_mixed else index * len(states) // 12] for index in range(12)]
    found = written(tmp_path, [form.format(at(index)) % word for index, word in enumerate(words)])
    assert (len(found.meant.names), found.others) == (12, ())
    assert {*found.times.times} == {at(index) for index in range(12)}


@pytest.mark.parametrize("words", [("pumpA", "pumpB"), ("DE", "FE2")])
def test_recordings_of_two_machines_are_not_joined(words: Sequence[str], tmp_path: Path) -> None:
    found = written(tmp_path, [f"{at(index):%Y%m%d_%H%M%S}_{words[index % 2]}.csv" for index in range(12)])
    assert len(found.meant.names) == 6


@pytest.mark.parametrize(
    ("name", "runs", "glob"),
    [
        ("Learning/Bearing1_{run}/acc_{n:05d}.csv", 3, "Learning/Bearing1_1/acc_*.csv"),
        ("{run}/{n}.csv", 2, "1/*.csv"),
        ("N15_M0{run}_F10_K001_{n}.csv", 4, "N15_M01_F10_K001_*.csv"),
    ],
)
def test_of_several_runs_whose_numbers_begin_again_the_first_is_meant(
    name: str, runs: int, glob: str, tmp_path: Path
) -> None:
    names = [name.format(run=run, n=n) for run in range(1, runs + 1) for n in range(1, 13)]
    found = written(tmp_path, names)
    assert (found.meant.glob, len(found.meant.names)) == (glob, 12)
    assert sum(len(group.names) for group in found.others) == 12 * (runs - 1)
    assert found.times.mode == "number"


def test_files_named_by_a_decimal_number_are_not_counted_by_its_fraction(tmp_path: Path) -> None:
    found = written(tmp_path, [f"normal/{12.288 + 0.4096 * index:g}.csv" for index in range(14)])
    assert found.times.mode == ""
    (line,) = [one for one in proposal_of(found).lines if one.key == "time"]
    assert (line.value, line.sure) == ("modified", Sure.UNKNOWN)


def test_chapters_with_numbers_behind_a_point_are_counted(tmp_path: Path) -> None:
    found = written(tmp_path, [f"run 1.{index}.csv" for index in range(1, 13)])
    assert (found.times.mode, found.times.pattern) == ("number", "run 1.#.csv")


def test_names_of_other_lengths_do_not_stop_the_search_for_channels(tmp_path: Path) -> None:
    folders = ("1 Data from a healthy bearing", "2 Data from a bearing with an inner race fault")
    names = [f"{folder}/{'HI'[n]}-{speed}-{trial}.csv" for n, folder in enumerate(folders)
             for speed in "ABC" for trial in (1, 2, 3)]  # fmt: skip
    assert len(written(tmp_path, names).meant.names) > 0


def test_a_file_of_pulses_beside_each_recording_is_no_channel(tmp_path: Path) -> None:
    for index in range(8):
        stamp = f"{at(index):%Y%m%dT%H%M%SZ}"
        savemat(tmp_path / f"sensor-{stamp}.mat", {"v": SIGNAL[:, :1]})
        savemat(tmp_path / f"tach-{stamp}.mat", {"v": np.linspace(0, 0.1, 37)[:, None]})
    found = survey(tmp_path)
    assert (found.channels, found.meant.glob) == (None, "sensor-*T*Z.mat")


def test_of_as_many_files_those_of_vibration_are_meant(tmp_path: Path) -> None:
    names = [f"{kind}_ball_{index}.csv" for kind in ("current", "vibration") for index in range(9)]
    assert written(tmp_path, names).meant.glob == "vibration_ball_*.csv"


@pytest.mark.parametrize("days", [("Fr", "Sa"), ("Friday", "Saturday"), ("ven", "sam")])
def test_folders_with_the_day_of_the_week_are_one_recorder(days: Sequence[str], tmp_path: Path) -> None:
    names = [f"{days[at(n).day != at(0).day]} {at(n):%d.%m.%Y/%Hh%M}.csv" for n in range(12)]
    found = written(tmp_path, names)
    assert (len(found.meant.names), found.others) == (12, ())
    assert {*found.times.times} == {at(index) for index in range(12)}


def test_files_that_are_packed_in_several_ways_are_one_recorder(tmp_path: Path) -> None:
    for index, signal in enumerate(signals(12)):
        data = rows_of(signal).encode()
        packed = gzip.compress(data) if index % 2 else bz2.compress(data)
        (tmp_path / f"{at(index):%Y%m%d_%H%M%S}.csv.{'gz' if index % 2 else 'bz2'}").write_bytes(packed)
    found = survey(tmp_path)
    assert (len(found.meant.names), found.others) == (12, ())
    assert {*found.times.times} == {at(index) for index in range(12)}


@pytest.mark.parametrize("form", ["{x}_{at:%Y%m%d_%H%M%S}.csv", "{at:%Y%m%d_%H%M%S}_{x}.csv"])
def test_long_names_become_short_patterns(form: str, tmp_path: Path) -> None:
    found = written(tmp_path, [form.format(x="pump" * 40, at=at(index)) for index in range(8)])
    assert len(found.times.pattern) <= 100
    assert {*found.times.times} == {at(index) for index in range(8)}


def test_channels_with_a_file_each_are_found_in_folders_of_several_words(tmp_path: Path) -> None:
    folders = ("ball", "inner race", "mix(inner+outer)", "no fault at all")
    names = [f"{one}/Data_Chan{number}.txt" for one in folders for number in (1, 2)]
    found = written(tmp_path, names, rows_of(SIGNAL[:, :1]))
    assert found.channels is not None
    assert (found.channels.tokens, found.channels.pattern) == (("1", "2"), "Chan*.")
    assert len(found.recordings) == len(folders)


def test_of_one_recording_with_a_file_a_channel_the_first_is_cut(tmp_path: Path) -> None:
    text = rows_of(np.random.default_rng(5).normal(size=(6000, 1)))
    found = written(tmp_path, [f"Data_Chan{number}.txt" for number in (1, 2, 3)], text)
    proposal = proposal_of(found)
    assert found.meant.names == ("Data_Chan1.txt",)
    assert "channels of one recording" in found.others[0].fault
    assert (proposal.value("recording", "files"), proposal.value("recording", "cut")) == (
        "Data_Chan1.txt",
        True,
    )


@pytest.mark.parametrize(
    "names", [["ch1.csv", "pump2.csv"], ["log1.csv", "log2.csv"], ["ch1.csv", "ch3.csv"]]
)
def test_other_numbered_files_are_no_channels_of_one_recording(names: list[str], tmp_path: Path) -> None:
    assert set(written(tmp_path, names).meant.names) == set(names)


@pytest.mark.parametrize(("seconds", "sure"), [(0.01, Sure.UNKNOWN), (700.0, Sure.LIKELY)])
def test_times_of_change_are_in_doubt_where_files_were_copied(
    seconds: float, sure: Sure, tmp_path: Path
) -> None:
    names = [f"C0A_{speed}_{load}_1.csv" for speed in (100, 200, 300) for load in (0, 500)]
    written(tmp_path, names)
    for index, name in enumerate(names):
        os.utime(tmp_path / name, (1.7e9 + index * seconds, 1.7e9 + index * seconds))
    line = next(one for one in proposal_of(survey(tmp_path)).lines if one.key == "time")
    assert (line.value, line.sure) == ("modified", sure)
    assert "no number that differs in each" in line.reason
    assert ("as copies are" in line.reason) == (sure is Sure.UNKNOWN)
