"""Channels one below another in a text, each under a heading, are read as a table."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.config.settings import Settings, load_settings
from replay.formats.reading import read_recording
from replay.formats.text_blocks import side_by_side
from replay.incoming.complete_files import NotYetError
from replay.inspection.contents import content_in
from replay.inspection.problems import advice_on
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import settings_text
from replay.inspection.survey import survey
from replay.recording import RecordingError, RecordingFormat
from replay.run import open_run
from tests.replay.formats.layouts import RATE, ROWS, at, rows_of, signals
from tests.replay.watched_folder import LONG_AGO, PATIENCE, SETTLE, Rig

TIMES = np.arange(ROWS) / RATE


def stacked(
    signal: NDArray[np.float64], titles: tuple[str, ...], gap: str = "", *, timed: bool = False
) -> str:
    blocks = []
    for title, column in zip(titles, signal.T, strict=True):
        rows = rows_of(np.c_[TIMES, column] if timed else column[:, None])
        blocks.append(f"{title}\n{rows}")
    return gap.join(blocks)


def proposed(folder: Path, tmp_path: Path) -> Settings:
    path = tmp_path / "proposed.toml"
    path.write_text(settings_text(proposal_of(survey(folder)), "a test"), "utf-8")
    return load_settings(path)


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("gap", ["", "\n", "\n\n"])
@pytest.mark.parametrize(
    ("titles", "names"),
    [
        (("Time,DE", "Time,FE"), ("DE", "FE")),
        (("[CH1]", "[CH2]"), ("CH1", "CH2")),
        (('# "left"', '# "right"'), ("left", "right")),
        (("Point: A1\nUnit: g\nData:", "Point: A2\nUnit: g\nData:"), ("Point: A1", "Point: A2")),
        (("Measuring point 1 (g)", "Measuring point 2 (g)"), ("Measuring point 1", "Measuring point 2")),
    ],
)
def test_channels_below_headings_are_a_table(
    titles: tuple[str, ...], names: tuple[str, ...], gap: str, timed: bool
) -> None:
    if "," in titles[0] and not timed:
        titles = names
    (signal,) = signals(1)
    found = content_in(f"Recorder 7\n\n{stacked(signal, titles, gap, timed=timed)}".encode(), "a.txt")
    assert (found.stacked, found.names, found.rows) == (True, names, ROWS)
    assert found.sample_rate == (RATE if timed else None)
    np.testing.assert_array_equal(found.signal, signal)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n" + rows_of(np.ones((ROWS, 2))),
        stacked(np.ones((ROWS, 2)), ("Run 1", "Run 2")),
        stacked(np.ones((ROWS, 2)), ("x", "x")),
        stacked(np.ones((ROWS, 2)), ("09.03.2024 21:30", "09.03.2024 21:40")),
        "x\n" + rows_of(np.ones((ROWS, 1))) + "y\n" + rows_of(np.ones((ROWS - 1, 1))),
        "",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert side_by_side(text.encode()) is None


def test_proposed_settings_read_stacked_channels(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for index, signal in enumerate(signals(12)):
        (folder / f"{at(index):%Y%m%d_%H%M%S}.txt").write_text(stacked(signal, ("Acc DE", "Acc FE")))
    settings = proposed(folder, tmp_path)
    run = open_run(folder, settings.recording_format())
    assert (len(run), run.rejected) == (12, ())
    assert [part.name for part in settings.components] == ["Acc DE", "Acc FE"]
    np.testing.assert_array_equal(run.read(3).signal, signals(12)[3].astype(np.float32))


def test_settings_for_a_table_are_told_of_stacked_channels(tmp_path: Path) -> None:
    for index, signal in enumerate(signals(3)):
        (tmp_path / f"{at(index):%Y%m%d_%H%M%S}.txt").write_text(stacked(signal, ("Acc DE", "Acc FE")))
    form = RecordingFormat("m", RATE, 2, ROWS, time_pattern="%Y%m%d_%H%M%S.txt")
    assert "recording.stacked = true" in advice_on(tmp_path, form)


def test_a_table_is_not_read_as_stacked_channels() -> None:
    (signal,) = signals(1)
    form = RecordingFormat("m", RATE, 2, ROWS, stacked=True)
    with pytest.raises(RecordingError, match=r"recording\.stacked"):
        read_recording(rows_of(signal).encode(), "a.csv", form, at(0))


def test_a_watched_file_waits_for_its_last_channel(tmp_path: Path) -> None:
    form = RecordingFormat("m", RATE, 3, ROWS, time_pattern="%Y%m%d_%H%M%S.txt", stacked=True)
    rig = Rig(tmp_path, form)
    (signal,) = signals(1, channels=3)
    text = stacked(signal, ("x", "y", "z"))
    path = tmp_path / f"{at(0):%Y%m%d_%H%M%S}.txt"
    path.write_text(text[: text.index("z")])
    rig.stamp(path, LONG_AGO)
    (one,) = rig.scan().ready
    with pytest.raises(NotYetError):
        rig.inbox.read(one)
    path.write_text(text)
    rig.stamp(path, LONG_AGO)
    rig.clock.advance(SETTLE + PATIENCE)
    (one,) = rig.scan().ready
    np.testing.assert_array_equal(rig.inbox.read(one)[0].signal, signal.astype(np.float32))
