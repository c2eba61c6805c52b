"""The analyst's keys on the bearing screen, pressed in a console."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from engine.records.assessment import Assessment
from engine.signals.spectrum import AxisUnit, Scale
from tests.tui.conftest import put, settled, text
from tui.console.app import Console
from tui.screens.bearing.analysis.laboratory import Laboratory
from tui.screens.bearing.analysis.tools import Compare
from tui.screens.bearing.recording import Waveform
from tui.screens.bearing.screen import BearingScreen

Make = Callable[..., Console]


def recorded(_assessment: Assessment, name: str, _at: int) -> Waveform:
    time = np.arange(20_480) / 20_480
    signal = np.random.default_rng(1).normal(0, 0.05, (20_480, 4))
    signal += np.sin(2 * np.pi * 236 * time)[:, None]
    return Waveform(name, 20_480.0, signal.astype(np.float32))


async def pressed(pilot: Pilot[None], *keys: str) -> BearingScreen:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    assert isinstance(pilot.app.screen, BearingScreen)
    return pilot.app.screen


async def opened(pilot: Pilot[None]) -> BearingScreen:
    await settled(pilot)
    assert isinstance(pilot.app, Console)
    put(pilot.app, 110)
    await settled(pilot)
    return await pressed(pilot, "2")


async def test_enter_gives_a_pane_all_the_room_and_takes_it_back(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert len(screen.panes_shown()) == 3
        await pressed(pilot, "enter")
        assert screen.panes_shown() == ("strip", "envelope")
        assert "O1" in text(app)
        await pressed(pilot, "enter")
        assert len(screen.panes_shown()) == 3


async def test_a_cursor_reads_a_line_moves_and_is_kept_in_sight_when_zoomed(
    console: Make, whole_store: Path
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pressed(pilot, "e", "enter", "l")
        assert screen.tools.frequency.main == 236.0
        assert "236.0 Hz  7.09 orders" in text(app)
        await pressed(pilot, "+", "+", "+")
        trace = screen.trace()
        assert trace is not None
        assert trace.low < 236.0 < trace.high
        assert trace.high - trace.low < 140
        await pressed(pilot, "'", "'")
        assert screen.tools.frequency.main is not None
        assert screen.tools.frequency.main == pytest.approx(708.0, abs=1.0)
        trace = screen.trace()
        assert trace is not None
        assert trace.low < 708.0 < trace.high
        await pressed(pilot, ".", ",", ",")
        assert screen.tools.frequency.main == pytest.approx(707.0, abs=1.1)
        await pressed(pilot, "D", "H", "W", "}", "{", "X", "L")
        assert screen.tools.frequency.second is not None
        assert screen.tools.axis is AxisUnit.CPM
        assert screen.tools.scale is Scale.PEAK
        await pressed(pilot, "l")
        assert screen.tools.frequency.main is None


async def test_the_spectrum_of_the_recording_is_read_in_the_background(
    console: Make, whole_store: Path
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        screen._laboratory = Laboratory(recorded)
        await pressed(pilot, "s", "l")
        assert "1 Hz lines" in text(app)
        assert "236.0 Hz" in text(app)
        await pressed(pilot, "m", "left", "left", "#")
        assert screen.tools.compare is Compare.THEN
        assert "BPFO" in text(app)
        await pressed(pilot, "y", "w", "M", "M", "V", "Q", "I")
        assert screen.analysis is not None
        assert screen.analysis.why_not == ""


async def test_recordings_out_of_reach_are_said_to_be_and_the_bands_stand_there(
    console: Make, whole_store: Path
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pressed(pilot, "s", "enter")
        shown = " ".join(text(app).replace("│", "").split())
        assert "made-up does not exist; the bands that the store holds are shown instead." in shown
        assert "expected by the model" in shown


@pytest.mark.long
async def test_every_tool_may_be_pressed_on_every_pane_before_and_after_data(
    console: Make, whole_store: Path, tmp_path: Path
) -> None:
    keys = (
        "l",
        ",",
        ".",
        ";",
        "'",
        "D",
        "H",
        "W",
        "{",
        "}",
        "m",
        "M",
        "X",
        "L",
        "Q",
        "V",
        "I",
        "+",
        "-",
        "enter",
    )
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        for _pane in screen.PANES:
            for key in keys:
                await pilot.press(key)
            await pressed(pilot, "tab")
        assert screen.analysis is not None
