"""The charts while a baseline is learned: levels of the recordings, training, and the bearings."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from engine.records.assessment import Assessment
from engine.records.progress import Epoch, Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import View
from tui.draw.glyphs import Glyphs
from tui.draw.text import plain, width_of
from tui.screens.overview.learning import Learned, learning_charts
from tui.screens.overview.levels import MOST, LevelGauge, Levels, LevelsLook, levels_of, spread

SIZES = [(60, 7), (80, 15), (120, 33), (200, 52)]


@pytest.fixture
def assessment(tmp_path: Path) -> Assessment:
    """Return a machine of four bearings, whose folder holds five recordings."""
    run = tmp_path / "run"
    run.mkdir()
    for place in range(5):
        wave = np.sin(np.arange(64) * 0.7)[:, None] * np.array([1.0, 2.0, 3.0, 4.0 + place]) + 0.5
        np.savetxt(run / f"{synthetic.at(place):%Y.%m.%d.%H.%M.%S}", wave, fmt="%.4f", delimiter="\t")
    settings = synthetic.settings(synthetic.NAMES)
    recording = settings["recording"]
    assert isinstance(recording, dict)
    recording["rows"] = 64
    with Store.open(tmp_path / "state", create=True) as store:
        return store.begin_assessment(
            machine="press 4",
            key="made-up",
            model="spectral",
            seed=0,
            run=str(run),
            expected=0,
            components=synthetic.NAMES,
            channels=[(1,), (2,), (3,), (4,)],
            units=["g"] * 4,
            settings=settings,
            now=synthetic.WALL,
        )


@pytest.fixture
def view(assessment: Assessment, tmp_path: Path) -> View:
    """Return the machine before anything is judged."""
    found = Reader(lambda: Store.open(tmp_path / "state"), lambda _: assessment, "").poll().view
    assert found is not None
    return found


def beating(view: View, phase: Phase, done: int, total: int, words: str = "") -> View:
    return replace(view, heartbeat=Heartbeat(synthetic.WALL, 1, phase, done, total, words))


def test_levels_follow_the_recordings_that_were_gathered(assessment: Assessment) -> None:
    gauge = LevelGauge(clock=lambda: 0.0)
    found = gauge.read(assessment, 3)
    assert found is not None
    assert found.level.shape == (3, 4)
    assert np.allclose(found.level[:, 1] / found.level[:, 0], 2.0, rtol=1e-3)
    found = gauge.read(assessment, 5)
    assert found is not None
    assert found.level[-1, 3] > found.level[0, 3]
    assert (np.diff(found.at) > 0).all()


def test_levels_are_read_in_portions(assessment: Assessment) -> None:
    ticks = iter(range(100))
    gauge = LevelGauge(clock=lambda: float(next(ticks)))
    counts = []
    for _ in range(3):
        found = gauge.read(assessment, 5)
        assert found is not None
        counts.append(len(found.at))
    assert counts == [1, 2, 3]


def test_a_recording_that_cannot_be_read_leaves_no_level(assessment: Assessment) -> None:
    broken = sorted(Path(assessment.run).iterdir())[1]
    broken.write_text("no recording")
    found = LevelGauge(clock=lambda: 0.0).read(assessment, 5)
    assert found is not None
    assert len(found.at) == 4


def test_without_reachable_recordings_there_are_no_levels(assessment: Assessment, tmp_path: Path) -> None:
    assert LevelGauge(clock=lambda: 0.0).read(replace(assessment, run=str(tmp_path / "gone")), 5) is None


def test_more_progress_is_another_look_and_the_training_keeps_its_count(
    assessment: Assessment, view: View, tmp_path: Path
) -> None:
    gauge = LevelGauge(clock=lambda: 0.0)
    assert LevelsLook(Phase.GATHERING, 3, None, gauge) != LevelsLook(Phase.GATHERING, 4, None, gauge)
    with Store.open(tmp_path / "state") as store:
        for look, count in (
            (LevelsLook(Phase.GATHERING, 2, None, gauge), 2),
            (LevelsLook(Phase.LEARNING, 30, None, gauge), 2),
            (LevelsLook(Phase.LEARNING, 31, 4, gauge), 4),
        ):
            found = look(store, view)
            assert found is not None
            assert len(found.at) == count


@pytest.mark.parametrize("count", [0, 1, MOST, MOST + 1, 1000])
def test_few_recordings_are_read_however_many_there_are(count: int) -> None:
    places = spread(count)
    assert len(places) <= MOST
    assert len(places) == count or len(places) > MOST // 2
    # More recordings arrive, and those before are not read again.
    assert {place for place in spread(2 * count) if place < count} <= set(places)


def test_a_channel_that_is_no_number_gives_no_level() -> None:
    signal = np.array([[1.0, np.nan], [3.0, 1.0]], np.float32)
    assert np.isnan(levels_of(signal, ((1,), (2,)))).tolist() == [False, True]


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("glyphs", list(Glyphs))
def test_charts_fill_their_space_and_never_leave_it(
    view: View, width: int, height: int, glyphs: Glyphs
) -> None:
    at = np.array([float(1_076_583_600_000_000 + place * 600_000_000) for place in range(9)])
    levels = Levels(at, np.linspace(0.1, 0.4, 36).reshape(9, 4))
    epochs = tuple(Epoch(number, 1 / number, 1.2 / number) for number in range(1, 9))
    learning = replace(beating(view, Phase.LEARNING, 8, 60), epochs=epochs)
    for one, known in ((learning, levels), (beating(view, Phase.GATHERING, 9, 150), levels), (view, None)):
        lines = learning_charts(width, height, Learned(Frame(one, Playhead(None)), known, UTC, glyphs))
        assert len(lines) <= height
        assert all(width_of(line) <= width for line in lines)
    drawn = plain(learning_charts(200, 52, Learned(Frame(learning, Playhead(None)), levels, UTC, glyphs)))
    assert "Training" in drawn
    assert all(f"{name}, recordings so far" in drawn for name in synthetic.NAMES)


def test_bearings_without_charts_are_listed_and_the_rest_is_counted(view: View) -> None:
    learned = Learned(Frame(beating(view, Phase.WATCHING, 0, 0), Playhead(None)), None, UTC, Glyphs.UNICODE)
    drawn = plain(learning_charts(80, 12, learned))
    assert "judged from the first recording on" in drawn
    assert "Bearing 4  channel 4" in drawn
    assert "3 more below" in plain(learning_charts(80, 3, learned))
