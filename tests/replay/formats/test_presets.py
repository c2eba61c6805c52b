"""Each preset reads files of the layout that its publisher describes; most real sets are not at hand."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from scipy.io import savemat

from engine.config.settings import load_settings, rig_names
from replay.run import Run, RunError, open_run

CHANCE = np.random.default_rng(3)


def opened(folder: Path, rig: str) -> Run:
    return open_run(folder, load_settings(rig=rig).recording_format())


def write_xjtu(folder: Path) -> None:
    for number in range(1, 12):
        rows = "\n".join(f"{a:.5f},{b:.5f}" for a, b in CHANCE.normal(size=(32768, 2)).round(5)[:32768])
        text = f"Horizontal_vibration_signals,Vertical_vibration_signals\n{rows}\n"
        (folder / f"{number}.csv").write_text(text)


def write_femto(folder: Path) -> None:
    for number in range(1, 4):
        rows = [
            f"9,39,{39 + number},{i * 39.0625:.5g},{a:.3f},{b:.3f}" for i, (a, b) in enumerate(_two(2560))
        ]
        (folder / f"acc_{number:05d}.csv").write_text("\n".join(rows) + "\n")
        (folder / f"temp_{number:05d}.csv").write_text("9;39;39;0;25.1\n" * 600)


def _two(rows: int) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in CHANCE.normal(size=(rows, 2))]


def write_cwru(folder: Path) -> None:
    for number in (97, 98):
        content = {f"X{number:03d}_{end}_time": CHANCE.normal(size=(48_500, 1)) for end in ("DE", "FE", "BA")}
        savemat(folder / f"{number}.mat", {**content, f"X{number:03d}RPM": np.array([[1796]])})


def write_mfpt(folder: Path) -> None:
    for number in (1, 2):
        bearing = {"sr": 97656.0, "rate": 25.0, "load": 270.0, "gs": CHANCE.normal(size=(150_000, 1))}
        savemat(folder / f"baseline_{number}.mat", {"bearing": bearing})


def write_wind(folder: Path) -> None:
    for day in (7, 8):
        content = {"vibration": CHANCE.normal(size=(200_000, 1)), "tach": CHANCE.normal(size=(60, 1))}
        savemat(folder / f"data-201303{day:02d}T015746Z.mat", content)


def write_uestc(folder: Path) -> None:
    for state, number in (("N", 1), ("N", 2), ("B", 1)):
        content = {"Data": CHANCE.normal(size=(90_000, 1)), "Datacount": 90_000.0, "SampleFrequency": 20e3}
        savemat(folder / f"{state}_1000_{number}.mat", content)


def write_hit_sm(folder: Path) -> None:
    for state in ("Normal", "IR2", "OR8"):
        for speed in (600, 1200):
            savemat(folder / f"{state}_{speed}.mat", {f"{state}_{speed}": CHANCE.normal(size=(110_000, 1))})


def write_skab(folder: Path) -> None:
    head = (
        "datetime;Accelerometer1RMS;Accelerometer2RMS;Current;Pressure;Temperature;Thermocouple;Voltage;"
        "Volume Flow RateRMS;anomaly\n"
    )
    for number in range(2):
        rows = [
            f"2020-03-{9 + number:02d} 10:{i // 60:02d}:{i % 60:02d};{a:.5f};{b:.5f};1.3;0;75;25;230;32;0"
            for i, (a, b) in enumerate(_two(200))
        ]
        (folder / f"{number}.csv").write_text(head + "\n".join(rows) + "\n")


PRESETS: dict[str, tuple[Callable[[Path], None], int, float | None]] = {
    "xjtu-sy": (write_xjtu, 11, 60),
    "femto": (write_femto, 3, 10),
    "cwru": (write_cwru, 8, None),
    "mfpt": (write_mfpt, 6, None),
    "wind-turbine-hss": (write_wind, 4, 1),
    "uestc": (write_uestc, 8, None),
    "hit-sm": (write_hit_sm, 4, None),
    "skab": (write_skab, 114, 3),
}


@pytest.mark.parametrize("rig", PRESETS)
def test_preset_reads_the_described_layout(rig: str, tmp_path: Path) -> None:
    write, count, step = PRESETS[rig]
    write(tmp_path)
    run = opened(tmp_path, rig)
    assert (len(run), run.rejected) == (count, ())
    settings = load_settings(rig=rig)
    for index in (0, count - 1):
        signal = run.read(index).signal
        assert signal.shape == (settings.recording.rows, settings.columns)
        watched = [channel - 1 for part in settings.components for channel in part.channels]
        assert np.isfinite(signal[:, watched]).all()
        assert signal[:, watched].std() > 0
    if step is not None:
        assert (run.entries[1].time - run.entries[0].time).total_seconds() == pytest.approx(step)


PUBLISHED = {
    "femto": "phm-ieee-2012-data-challenge-dataset-master/Learning_set/Bearing1_1",
    "xjtu-sy": "XJTU-SY_Bearing_Datasets/35Hz12kN/Bearing1_1",
    "mfpt": "MFPT Fault Data Sets/1 - Three Baseline Conditions",
    "wind-turbine-hss": "WindTurbineHighSpeedBearingPrognosis-Data-main",
    "hit-sm": "Bearing-datasets-main/Self-built dataset",
    "uestc": "轴承数据集/UESTC bearing dataset",
}
"""Folders of the published archives, as loaders of these sets name them."""


@pytest.mark.parametrize("rig", PUBLISHED)
def test_preset_reads_the_archive_with_its_outer_folders(
    rig: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RACEWAY_CACHE", str(tmp_path / "cache"))
    write, count, _ = PRESETS[rig]
    folder = tmp_path / "set" / PUBLISHED[rig]
    folder.mkdir(parents=True)
    write(folder)
    with ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("readme.txt", "about\n")
        for path in sorted(folder.iterdir()):
            archive.write(path, path.relative_to(tmp_path / "set"))
    run = opened(tmp_path / "set.zip", rig)
    assert (len(run), run.rejected) == (count, ())
    assert np.isfinite(run.read(0).signal).any()


def test_of_a_folder_too_high_the_folders_within_are_named(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("about\n")
    (tmp_path / "1 - Three Baseline Conditions").mkdir()
    with pytest.raises(RunError, match="it holds folders: 1 - Three Baseline Conditions"):
        opened(tmp_path, "mfpt")


def test_rows_of_femto_may_be_separated_by_semicolons(tmp_path: Path) -> None:
    write_femto(tmp_path)
    signal = opened(tmp_path, "femto").read(0).signal
    for path in tmp_path.glob("acc_*.csv"):
        path.write_text(path.read_text().replace(",", ";"))
    np.testing.assert_array_equal(opened(tmp_path, "femto").read(0).signal, signal)


def test_a_file_of_cwru_with_the_signals_of_two_is_read_by_its_number(tmp_path: Path) -> None:
    write_cwru(tmp_path)
    other = {f"X098_{end}_time": CHANCE.normal(size=(60_000, 1)) for end in ("DE", "FE")}
    meant = {f"X099_{end}_time": CHANCE.normal(size=(48_500, 1)) for end in ("DE", "FE")}
    savemat(tmp_path / "99.mat", {**other, **meant})
    run = opened(tmp_path, "cwru")
    assert (len(run), run.rejected) == (12, ())
    expected = meant["X099_DE_time"][:12_000, 0].astype(np.float32)
    np.testing.assert_array_equal(run.read(8).signal[:, 0], expected)


def test_speed_in_a_file_of_cwru_is_read(tmp_path: Path) -> None:
    write_cwru(tmp_path)
    assert opened(tmp_path, "cwru").read(0).speed == pytest.approx(1796 / 60)


def test_conditions_of_xjtu_have_their_speeds_and_the_same_bearing() -> None:
    rigs = [load_settings(rig=name) for name in ("xjtu-sy", "xjtu-sy-2", "xjtu-sy-3")]
    assert [rig.machine.shaft_speed / 60 for rig in rigs] == [35, 37.5, 40]
    assert {rig.components[0].rollers for rig in rigs} == {8}


def test_every_preset_is_tried_and_stands_in_the_table_of_the_docs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "recordings.md").read_text("utf-8")
    for name in rig_names():
        assert name in (*PRESETS, "xjtu-sy-2", "xjtu-sy-3", "ims-set1", "ims-set2", "ims-set3")
        assert f"`{name}`" in page


def test_layouts_of_the_docs_are_those_that_the_tests_read() -> None:
    """Tie the table to the tests: each line of it stands in the settings of a layout, up to its value."""
    from tests.replay.formats.layouts import LAYOUTS

    page = (Path(__file__).parents[3] / "docs" / "recordings.md").read_text("utf-8")
    known = "\n".join(layout.settings for layout in LAYOUTS)
    for key in ("time_pattern", "channel_pattern", "time = ", "every", "start"):
        assert key in page
        assert key in known
    for mode in ("number", "column", "header"):
        assert f'time = "{mode}"' in page
        assert f"time = '{mode}'" in known
