"""Advice on recordings that settings do not read: their nature, and all settings to change at once."""

import gzip
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from replay.inspection.problems import advice_on
from replay.inspection.survey import survey
from replay.recording import RecordingFormat
from replay.run import RunError, open_run
from tests.replay.formats.layouts import RATE, ROWS, at, rows_of, signals

FORM = RecordingFormat("m", RATE, 2, ROWS, time_pattern="%Y%m%d_%H%M%S.csv", separator="auto")
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


def write(folder: Path, text: Callable[[int], str], name: str = "%Y%m%d_%H%M%S.csv") -> None:
    for index in range(6):
        path = folder / at(index).strftime(name.replace("{i}", str(index)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(index))


def plain(index: int) -> str:
    return rows_of(signals(6)[index])


def test_settings_that_read_the_files_need_no_advice(tmp_path: Path) -> None:
    write(tmp_path, plain)
    assert advice_on(tmp_path, FORM) == ""


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, lambda index: rows_of(signals(6)[index], ";", ","))
    form = replace(FORM, separator=",", rows=999, columns=3, time_pattern="%d.%m.%Y %H-%M.csv")
    advice = advice_on(tmp_path, form)
    for setting in (
        'recording.separator = ";"',
        "recording.rows = 120",
        "2 channels in [[component]]",
        'recording.time_pattern = "%Y%m%d_%H%M%S.csv"',
    ):
        assert setting in advice


def test_lines_that_are_passed_over_in_vain_are_named(tmp_path: Path) -> None:
    write(tmp_path, plain)
    assert "recording.skip = 0 (now 90)" in advice_on(tmp_path, replace(FORM, skip=90))


def test_a_setting_that_the_error_names_is_not_repeated(tmp_path: Path) -> None:
    write(tmp_path, plain)
    form = replace(FORM, rows=999)
    assert "recording.rows = 120" in advice_on(tmp_path, form)
    assert advice_on(tmp_path, form, "it has 120 rows; set recording.rows = 120") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LFS, "a pointer of Git LFS"),
        ("0.1,0.2\n0.3,0.", "cut off: it ends within line 2"),
        ("0.123 g,0.456 g\n" * 40, "units beside the numbers (g)"),
        ("".join(f"v,rig={'ab'[n % 2]} x={n} {n}0000000000\n" for n in range(9)), "several series"),
        ("", "the file is empty"),
    ],
)
def test_files_that_no_setting_reads_are_said_to_be_what_they_are(
    text: str, words: str, tmp_path: Path
) -> None:
    write(tmp_path, lambda index: text)
    advice = advice_on(tmp_path, FORM)
    assert words in advice
    assert advice_on(tmp_path, FORM, advice) == ""


def test_files_that_lie_deeper_name_their_folder(tmp_path: Path) -> None:
    write(tmp_path, plain, "data/set1/%Y%m%d_%H%M%S.csv")
    advice = advice_on(tmp_path, FORM)
    assert f'recording.folders = "yes" (or name the folder {tmp_path}/data/set1)' in advice
    write(tmp_path, plain, "data/set{i}/%Y%m%d_%H%M%S.csv")
    assert advice_on(tmp_path, FORM).endswith('set recording.folders = "yes"')
    assert advice_on(tmp_path, replace(FORM, folders="yes")) == ""


def test_raw_numbers_are_looked_at_as_the_settings_state_them(tmp_path: Path) -> None:
    for index in range(6):
        path = tmp_path / f"{at(index):%Y%m%d_%H%M%S}.csv"
        path.write_bytes(signals(6)[index].astype("<f4").tobytes())
    assert 'recording.number_type = "float32" (likely)' in advice_on(tmp_path, FORM)
    form = replace(FORM, format="raw", number_type="float32")
    assert advice_on(tmp_path, form) == ""
    assert "not whole rows of 7 numbers" in advice_on(tmp_path, replace(form, columns=7))


@pytest.mark.parametrize("text", ["0.1,0.2\n0.3,0.4\n", "DE,FE\n0.1,0.2\n0.3,0.4\n0.5,0.6\n"])
def test_a_few_rows_are_not_advised_as_a_snapshot(text: str, tmp_path: Path) -> None:
    write(tmp_path, lambda _: text)
    assert "recording.rows" not in advice_on(tmp_path, FORM)


def test_a_setting_that_is_wrong_for_two_reasons_is_named_once(tmp_path: Path) -> None:
    write(tmp_path, lambda index: f"{at(index)}\n" + plain(index), "{i}/data.txt")
    for form in (FORM, replace(FORM, time_pattern="%Y.csv")):
        advice = advice_on(tmp_path, form)
        assert advice
        assert advice.count("recording.folders") <= 1


def test_an_archive_of_members_that_are_left_out_is_not_said_to_be_empty(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.writestr("..\\run\\20240301_080000.csv", plain(0))
    with pytest.raises(RunError, match=r"run.zip holds no file that is unpacked; .*: its path leads out"):
        survey(tmp_path / "run.zip", tmp_path / "cache")


@pytest.mark.parametrize("is_tar", [True, False])
def test_recordings_that_are_packed_by_themselves_need_another_pattern_and_not_to_be_unpacked(
    is_tar: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RACEWAY_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "run"
    folder.mkdir()
    for index in range(6):
        (folder / f"{at(index):%Y%m%d_%H%M%S}.csv.gz").write_bytes(gzip.compress(plain(index).encode()))
    place = folder
    if is_tar:
        place = tmp_path / "run.tar"
        with tarfile.open(place, "w") as archive:
            archive.add(folder, "run")
    with pytest.raises(RunError) as caught:
        open_run(place, FORM)
    assert "unpack" not in str(caught.value)
    assert "recording.time_pattern" in str(caught.value)
    assert 'recording.time_pattern = "%Y%m%d_%H%M%S.csv.gz"' in advice_on(place, FORM)
