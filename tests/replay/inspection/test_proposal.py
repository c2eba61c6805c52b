"""The proposed settings read the files without an edit, to the numbers and times that were written."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.config.settings import Settings, load_settings
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import settings_text
from replay.inspection.survey import survey
from replay.run import RunError, open_run
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
    if layout.name != "numbers":
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
