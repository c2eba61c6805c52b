"""The proposed settings read the files without an edit, to the numbers and times that were written."""

import gzip
import os
import zipfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from engine.config.settings import Settings, load_settings
from replay.inspection.lines.line import Sure
from replay.inspection.lines.pulses import is_pulses
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import settings_text
from replay.inspection.survey import survey
from replay.recording import RecordingError
from replay.run import Run, RunError, open_run
from tests.replay.formats.layouts import LAYOUTS, RATE, Layout, at, dated_rows, rows_of, signals

COUNT = 12


def proposed(place: Path, tmp_path: Path) -> Settings:
    path = tmp_path / "proposed.toml"
    path.write_text(settings_text(proposal_of(survey(place)), "a test"), "utf-8")
    return load_settings(path)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_proposed_settings_read_the_layout(layout: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    layout.write(folder, signals(COUNT))
    run = open_run(folder, proposed(folder, tmp_path).recording_format())
    assert run.rejected == ()
    if "time = 'number'" not in layout.settings:
        assert [entry.time for entry in run.entries] == [at(index) for index in range(COUNT)]
    for index, signal in enumerate(signals(COUNT)):
        np.testing.assert_array_equal(run.read(index).signal, signal.astype(np.float32))


def test_sidecars_and_another_recorder_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for index, signal in enumerate(signals(COUNT)):
        for pump in "AB":
            stem = f"pump{pump}_{at(index):%Y%m%d_%H%M%S}"
            (folder / f"{stem}.csv").write_text(rows_of(signal))
            (folder / f"{stem}.json").write_text('{"gain": 3}\n')
    (folder / "README.md").write_text("about\n")
    settings = proposed(folder, tmp_path)
    run = open_run(folder, settings.recording_format())
    assert (len(run), run.rejected) == (COUNT, ())
    assert {entry.name[:5] for entry in run.entries} == {"pumpA"}


def test_the_rate_is_read_from_dates_that_show_fractions_of_seconds(tmp_path: Path) -> None:
    (signal,) = signals(1)
    path = tmp_path / "snap.csv"
    for form, rate in (("%Y-%m-%dT%H:%M:%S.%fZ", RATE), ("%Y-%m-%dT%H:%M:%SZ", float(len(signal)))):
        path.write_text("time,a,b\n" + dated_rows(signal, at(0), form))
        (tmp_path / "proposed.toml").unlink(missing_ok=True)
        assert proposed(path, tmp_path).machine.sample_rate == rate


def test_a_long_file_without_a_number_in_its_name_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    (signal,) = signals(1, rows=50_000)
    path.write_text(rows_of(signal))
    run = open_run(path, proposed(path, tmp_path).recording_format())
    assert len(run) >= 40
    assert run.rejected == ()


def test_marks_between_thousands_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    values = (np.arange(6000) * 7919 % 6000 - 3000.0).reshape(-1, 2) * 1.25
    for index in range(COUNT):
        rows = (f"{a:_.2f};{b:_.2f}".replace(".", ",").replace("_", ".") for a, b in values)
        (folder / f"{at(index):%Y%m%d_%H%M%S}.csv").write_text("\n".join(rows))
    run = open_run(folder, proposed(folder, tmp_path).recording_format())
    np.testing.assert_array_equal(run.read(0).signal, values.astype(np.float32))


def test_long_file_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    (signal,) = signals(1, rows=50_000)
    path.write_text("DE (g),FE (g)\n" + rows_of(signal))
    settings = proposed(path, tmp_path)
    run = open_run(path, settings.recording_format())
    assert len(run) >= 40
    assert [part.unit for part in settings.components] == [("g",), ("g",)]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "is empty"),
        (["notes.txt"], "holds no file of numbers"),
        (["old.7z"], "it is a 7z archive; unpack it first"),
    ],
)
def test_place_without_numbers_is_refused_in_words(names: list[str], words: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"7z\xbc\xaf\x27\x1c" if name.endswith("7z") else b"just words\n")
    with pytest.raises(RunError, match=words):
        survey(tmp_path)


def test_slow_signal_that_rises_at_first_is_no_column_of_times(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for index, signal in enumerate(signals(COUNT, rows=2000)):
        slow = np.sin(np.linspace(0, 12, 2000)).round(5)
        text = rows_of(np.column_stack([slow, signal]))
        (folder / f"{at(index):%Y%m%d_%H%M%S}.csv").write_text(text)
    settings = proposed(folder, tmp_path)
    assert [part.channels for part in settings.components] == [(1,), (2,), (3,)]
    assert open_run(folder, settings.recording_format()).read(0).signal.shape == (2000, 3)


def test_folder_of_one_file_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (signal,) = signals(1)
    (folder / f"{at(0):%Y%m%d_%H%M%S}.csv").write_text(rows_of(signal))
    run = open_run(folder, proposed(folder, tmp_path).recording_format())
    assert [entry.time for entry in run.entries] == [at(0)]


TIMES = {
    "dates without a fraction on the full second": lambda n: (
        at(0) + timedelta(seconds=n / RATE)
    ).isoformat(),
    "time of day": lambda n: f"{at(0) + timedelta(seconds=n / RATE):%H:%M:%S.%f}",
    "date and time, day and month unclear": lambda n: (
        f"{at(0).replace(day=2) + timedelta(seconds=n / RATE):%m/%d/%Y,%H:%M:%S.%f}"
    ),
    "days of a spreadsheet": lambda n: f"{45_352.98611 + n / RATE / 86_400:.11f}",
    "milliseconds since 1970": lambda n: f"{at(0).timestamp() * 1000 + n * 1000 / RATE:.0f}",
    "microseconds since 1970": lambda n: f"{at(0).timestamp() * 1e6 + n * 1e6 / RATE:.0f}",
    "nanoseconds since 1970": lambda n: f"{int(at(0).timestamp()) * 10**9 + n * 10**6}",
}


@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
def test_the_rate_is_read_from_times_of_any_kind(times: Callable[[int], str], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for index, signal in enumerate(signals(3)):
        rows = "".join(f"{times(n)},{a:.5f},{b:.5f}\n" for n, (a, b) in enumerate(signal))
        (folder / f"{at(index):%Y%m%d_%H%M%S}.csv").write_text(rows)
    settings = proposed(folder, tmp_path)
    assert settings.machine.sample_rate == pytest.approx(RATE, rel=0.02)
    run = open_run(folder, settings.recording_format())
    assert (len(run), run.rejected) == (3, ())
    np.testing.assert_array_equal(run.read(0).signal, signals(3)[0].astype(np.float32))


def write_all(folder: Path, run: Sequence[NDArray[np.float64]], name: Callable[[int], str]) -> None:
    for index, signal in enumerate(run):
        path = folder / name(index)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rows_of(signal))


def dated(index: int) -> str:
    return f"{at(index):%Y%m%d_%H%M%S}.csv"


def check_all(folder: Path, tmp_path: Path, *, rejected: int = 0) -> Run:
    run = open_run(folder, proposed(folder, tmp_path).recording_format())
    assert len(run.rejected) == rejected
    assert len(run) == COUNT
    for index, signal in enumerate(signals(COUNT)):
        np.testing.assert_array_equal(run.read(index).signal, signal.astype(np.float32))
    return run


@pytest.mark.parametrize(
    "name",
    ["run{n}_1000rpm.csv", "{n}_rig1.csv", "v1.2_{n}.csv", "rec{n}/data.csv", "2024-03-0{day}/{m}.csv"],
)
def test_counted_files_are_read_in_the_order_of_their_numbers(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_all(folder, signals(COUNT), lambda i: name.format(n=i + 1, day=1 + i // 5, m=1 + i % 5))
    for path in folder.rglob("*.csv"):
        os.utime(path, (1.73e9, 1.73e9))
    check_all(folder, tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        {"info.csv": "key,value\nrate,1000\n"},
        {"labels.csv": "file,label\n" + "".join(f"{n},0\n" for n in range(40))},
        {"results/summary.csv": "rms,kurtosis\n1,2\n3,4\n5,6\n"},
        {"temperatures.csv": "time,T\n" + "".join(f"2024-03-01 1{n}:00:00,2{n}\n" for n in range(4))},
        {"README.txt": "rate 1000 Hz\n", "Thumbs.db": "\xd0\xcf", "a.pdf": "%PDF-1.4\n"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_texts_beside_the_recordings_are_passed_over(other: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_all(folder, signals(COUNT), dated)
    for name, text in other.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    check_all(folder, tmp_path)


def test_a_damaged_file_among_others_is_the_only_one_that_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_all(folder, signals(COUNT), dated)
    (folder / "20240301_100000.csv").write_bytes(b"")
    run = open_run(folder, proposed(folder, tmp_path).recording_format())
    assert (len(run), run.form.rows) == (COUNT + 1, len(signals(1)[0]))
    with pytest.raises(RecordingError, match="empty"):
        run.read(0)


def test_recordings_of_one_of_two_machines_in_folders_are_proposed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    for pump in "AB":
        write_all(folder, signals(COUNT), lambda i, pump=pump: f"pump{pump}/{dated(i)}")
    assert {entry.name[:5] for entry in check_all(folder, tmp_path).entries} == {"pumpA"}


def test_older_files_that_are_packed_are_read_with_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write_all(folder, signals(COUNT), dated)
    for index in range(5):
        path = folder / dated(index)
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    check_all(folder, tmp_path)


@pytest.mark.parametrize("first", [0.7, 1.0])
def test_recordings_of_very_different_lengths_are_all_read(first: float, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    lengths = [round(120 * share) for share in (first, 0.9, 0.5, 1.0, 0.8, 0.95, 0.6, 0.85)]
    write_all(folder, [signal[:rows] for signal, rows in zip(signals(8), lengths, strict=True)], dated)
    run = open_run(folder, proposed(folder, tmp_path).recording_format())
    assert {run.read(index).signal.shape for index in range(len(run))} == {(60, 2)}
    assert (len(run), run.rejected) == (8, ())


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("%Y%m%d_%H%M%S_{c}.csv", "xyz"),
        ("%Y%m%d_%H%M%S_{c}.csv", "12"),
        ("%Y%m%d_%H%M%S_ch{c}.csv", "01"),
        ("%Y%m%d_%H%M%S_ch{c}.csv", "137"),
        ("%Y-%m-%d/ch{c}/%H%M%S.csv", "12"),
        ("%Y%m%d_%H%M%S.ch{c}", "12"),
        ("%Y%m%d_%H%M%S.00{c}", "12"),
        ("sensor{c}/%Y-%m-%d/%H%M%S.csv", "12"),
    ],
)
def test_channels_with_a_file_each_are_joined(name: str, tokens: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run = signals(COUNT, len(tokens))
    for column, token in enumerate(tokens):
        single = [signal[:, column : column + 1] for signal in run]
        write_all(folder, single, lambda i, token=token: at(i).strftime(name.replace("{c}", token)))
    opened = open_run(folder, proposed(folder, tmp_path).recording_format())
    assert (len(opened), opened.rejected) == (COUNT, ())
    for index, signal in enumerate(run):
        assert opened.entries[index].time == at(index)
        np.testing.assert_array_equal(opened.read(index).signal, signal.astype(np.float32))


def test_files_with_one_time_of_change_and_no_number_are_said_to_be_unknown(tmp_path: Path) -> None:
    for letter in "abcdefgh":
        (tmp_path / f"snap_{letter}.csv").write_text(rows_of(signals(1)[0]))
        os.utime(tmp_path / f"snap_{letter}.csv", (1.73e9, 1.73e9))
    (line,) = [one for one in proposal_of(survey(tmp_path)).lines if one.key == "time"]
    assert (line.value, line.sure) == ("modified", Sure.UNKNOWN)
    assert "one time" in line.reason


def test_texts_of_a_few_rows_are_inspected(tmp_path: Path) -> None:
    for index in range(5):
        (tmp_path / f"{at(index):%Y%m%d_%H%M%S}.txt").write_text("rpm 1500\nload 3.5\n")
    assert proposal_of(survey(tmp_path)).value("recording", "rows") == 2


def test_day_folders_of_one_month_are_read_from_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for index, signal in enumerate(signals(COUNT)):
            archive.writestr(f"export/{at(index):%Y/%m/%d/%H%M%S}.csv", rows_of(signal))
    run = open_run(path, proposed(path, tmp_path).recording_format())
    assert [entry.time for entry in run.entries] == [at(index) for index in range(COUNT)]


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("has_times", [False, True])
def test_pulses_of_a_tachometer_are_the_speed_and_no_channel(
    place: int, header: bool, has_times: bool, tmp_path: Path
) -> None:
    rows, rate, turns = 2000, 1000.0, 29.3
    time = np.arange(rows) / rate
    pulses = np.where((time * turns) % 1 < 0.1, 4.8, -0.7).round(3)
    names = ["DE", "FE"]
    folder = tmp_path / "run"
    folder.mkdir()
    chance = np.random.default_rng(3)
    written = []
    for number in range(1, 5):
        table = chance.normal(size=(rows, 2)).round(3)
        written.append(table)
        table = np.insert(table, place, pulses, axis=1)
        table = np.column_stack([time, table]) if has_times else table
        head = ",".join(["time"] * has_times + [*names[:place], "keyphasor", *names[place:]]) + "\n"
        (folder / f"{number}.csv").write_text(header * head + rows_of(table))
    settings = proposed(folder, tmp_path)
    settings = settings.model_copy(
        update={"machine": settings.machine.model_copy(update={"sample_rate": rate})}
    )
    run = open_run(folder, settings.recording_format())
    assert len(settings.components) == 2
    for index, table in enumerate(written):
        snapshot = run.read(index)
        watched = [channel - 1 for part in settings.components for channel in part.channels]
        np.testing.assert_array_equal(snapshot.signal[:, watched], table.astype(np.float32))
        assert snapshot.speed == pytest.approx(turns, rel=0.01)


@pytest.mark.parametrize("kind", ["sine", "noise", "steps", "one pulse", "clipped"])
def test_other_signals_are_no_pulses(kind: str) -> None:
    time = np.arange(4000) / 1000
    signal = {
        "sine": np.sin(2 * np.pi * 29.3 * time),
        "noise": np.random.default_rng(3).normal(size=4000),
        "steps": np.where(np.random.default_rng(3).uniform(size=4000) > 0.5, 5.0, 0.0),
        "one pulse": np.where(time > 2, 5.0, 0.0),
        "clipped": np.clip(3 * np.random.default_rng(3).normal(size=4000), -1, 1),
    }[kind]
    assert not is_pulses(signal)


def test_a_number_within_a_structure_named_after_the_speed_is_none(tmp_path: Path) -> None:
    for number in range(1, 7):
        own = {"speed": {"Type": 1.0}, "vibration": signals(1)[0][:, 0], "fs": RATE}
        savemat(tmp_path / f"{number}.mat", {"Y": own})
    (line,) = [one for one in proposal_of(survey(tmp_path)).lines if one.key == "shaft_speed"]
    assert (line.value, line.sure) == (0.0, Sure.UNKNOWN)


@pytest.mark.parametrize(("form", "cut"), [("C0A_{0}_{1}_1.npy", True), ("2024030{0}_083{1}00.npy", None)])
def test_a_few_files_of_many_rows_without_rate_and_times_are_cut(
    form: str, cut: bool | None, tmp_path: Path
) -> None:
    for speed in (1, 2, 3):
        for load in (0, 5):
            np.save(tmp_path / form.format(speed, load), np.random.default_rng(load).normal(size=(70_000, 2)))
    proposal = proposal_of(survey(tmp_path))
    assert (proposal.value("recording", "cut"), proposal.value("machine", "sample_rate")) == (cut, 70_000)
