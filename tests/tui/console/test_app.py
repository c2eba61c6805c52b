"""Every key, on the real application and a real store."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.clock import microseconds
from engine.records.progress import Phase
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import Clock, put, settled, text
from tests.tui.two_alarms import acknowledgements, two_alarms
from tui.console.app import Console
from tui.screens.base import ConsoleScreen
from tui.screens.bearing.screen import BearingScreen
from tui.screens.help import HelpScreen
from tui.screens.overview.screen import OverviewScreen
from tui.screens.panel import Panel

Make = Callable[..., Console]


def line(console: Console, start: str) -> str:
    """Return the first row with this start, after the cursor."""
    return next(row for row in text(console).splitlines() if row[1:].startswith(start))


# Replay.


async def test_it_plays_from_the_start_and_stops_at_the_last_snapshot(
    console: Make, whole_store: Path, clock: Clock
) -> None:
    app = console(whole_store, playing=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(0))
        clock.seconds += 0.84
        app.tick()
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(1))
        await pilot.press("G")
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(synthetic.COUNT - 1))
        assert "END OF RUN" in text(app)


async def test_space_pauses_and_goes_on(console: Make, whole_store: Path, clock: Clock) -> None:
    app = console(whole_store, playing=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("space")
        await settled(pilot)
        clock.seconds += 1
        app.tick()
        assert app.controller.head.at == microseconds(synthetic.at(0))
        assert "‖ Replay paused, recording of 12 Feb 2004 11:02:39 UTC" in text(app)
        await pilot.press("space")
        await settled(pilot)
        assert "REPLAY ▶ ×5000" in text(app)


async def test_left_and_right_step_over_snapshots(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("right", "right", "left")
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(1))
        assert f"{synthetic.at(1):%d %b %Y %H:%M:%S} UTC" in text(app)


async def test_brackets_change_the_pace(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("]")
        assert app.controller.head.pace == 10_000
        await pilot.press("[", "[")
        assert app.controller.head.pace == 2000


async def test_g_and_shift_g_go_to_the_ends_and_the_rings_between_are_told(
    console: Make, whole_store: Path
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G")
        await settled(pilot)
        assert "1 alarm rang 2 times: Bearing 1 16 Feb 06:02, Bearing 1 17 Feb 07:42" in text(app)
        await pilot.press("g")
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(0))
        assert "○ Baseline: the engine learns from these snapshots" in text(app)


async def test_n_and_p_go_to_crossings(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("N")
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(synthetic.ONSET))
        assert "Bearing 1 rose above the limit at 16 Feb 03:42" in text(app)
        await pilot.press("N")
        await settled(pilot)
        assert "No crossing after the playhead" in text(app)
        await pilot.press("G", "P")
        assert app.controller.head.at == microseconds(synthetic.at(synthetic.ONSET))


async def test_the_same_alarms_appear_however_the_playhead_came_there(
    console: Make, whole_store: Path, clock: Clock
) -> None:
    seen = []
    for pace in (20_000.0, 50_000.0, float("inf")):
        app = console(whole_store, playing=True, pace=pace)
        async with app.run_test(size=(80, 24)) as pilot:
            await settled(pilot)
            while app.controller.head.at != microseconds(synthetic.at(synthetic.COUNT - 1)):
                clock.seconds += 1.0
                app.tick()
            await settled(pilot)
            assert app.controller.frame is not None
            seen.append([(alarm.key, alarm.state, alarm.ring.seq) for alarm in app.controller.frame.alarms])
    assert seen[0] == seen[1] == seen[2] != []


async def test_the_playhead_waits_for_the_engine_and_goes_on_with_it(
    console: Make, tmp_path: Path, clock: Clock
) -> None:
    assessment = synthetic.fill(tmp_path, 3)
    app = console(tmp_path, playing=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G")
        await settled(pilot)
        assert "WAITING FOR ENGINE" in text(app)
        assert "scoring 3/140" in text(app)
        with Store.open(tmp_path) as store:
            store.append(assessment, [synthetic.assessed(3)], synthetic.WALL)
            synthetic.beat(store, assessment, Phase.SCORING, 4)
        app.controller.poll()
        await settled(pilot)
        clock.seconds += 1
        app.tick()
        assert app.controller.head.at == microseconds(synthetic.at(3))


# Empty stores, and silence.


async def test_without_a_store_it_waits_and_then_says_that_the_engine_is_silent(
    console: Make, tmp_path: Path, clock: Clock
) -> None:
    app = console(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "Waiting for the engine to start" in text(app)
        assert "no store" not in text(app)
        await pilot.press("a", "right", "G", "N", "enter", "down", "tab", "up")
        assert isinstance(app.screen, OverviewScreen)
        clock.seconds += 11
        app.tick()
        await settled(pilot)
        assert "ENGINE STALE since 03:00:00 UTC" in text(app)


async def test_an_engine_that_stops_beating_is_called_silent(
    console: Make, tmp_path: Path, clock: Clock
) -> None:
    synthetic.fill(tmp_path, 30)
    app = console(tmp_path)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        assert "SILENT" not in text(app)
        clock.seconds += 10.5
        app.tick()
        await settled(pilot)
        assert "ENGINE STALE since 03:00:00 UTC" in text(app)


async def test_while_the_engine_learns_the_epochs_are_shown(console: Make, tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        assessment = synthetic.begin(store)
        for epoch in (synthetic.Epoch(1, 1.0, 1.1), synthetic.Epoch(2, 0.41, 0.44)):
            store.add_epoch(assessment, epoch)
        synthetic.beat(store, assessment, Phase.LEARNING, 28)
    app = console(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "engine: learning: epoch 2, loss 0.41, validation 0.44" in text(app)
        assert "Learning how the healthy machine runs" in text(app)


# Selecting.


async def test_up_and_down_select_a_bearing_and_escape_follows_the_most_urgent_again(
    console: Make, whole_store: Path
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "down", "down", "up")
        await settled(pilot)
        assert "›" in next(row for row in text(app).splitlines() if "◌ Bearing 2" in row)
        assert "Severity of Bearing 2" in text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "Severity of Bearing 1" in text(app)


async def test_the_alarm_that_the_keys_mean_is_marked_and_no_other(console: Make, tmp_path: Path) -> None:
    synthetic.fill(tmp_path, 120, extra=two_alarms)
    app = console(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G", "down", "down")
        await settled(pilot)
        assert "›◆ Bearing 3" in text(app)
        assert text(app).count("›◆") == 1


# Screens.


async def test_enter_shows_the_bearing_in_detail_stepping_updates_it_and_escape_leads_back(
    console: Make, whole_store: Path
) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 100)
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, BearingScreen)
        assert "severity 3.16" in text(app)
        assert "ch 1 at 17 Feb 07:42" in text(app)
        await pilot.press("left")
        await settled(pilot)
        assert "severity 3.02" in text(app)
        assert "ch 1 at 17 Feb 06:32" in text(app)
        await pilot.press("down")
        await settled(pilot)
        assert "Bearing 2" in text(app).splitlines()[2]
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, OverviewScreen)


async def test_over_the_help_screen_no_alarm_can_be_acknowledged_unseen(
    console: Make, own_store: Path
) -> None:
    app = console(own_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 110)
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert "acknowledge the selected alarm" in text(app)
        await pilot.press("a", "G")
        await settled(pilot)
        assert app.controller.head.at == microseconds(synthetic.at(110))
        assert acknowledgements(own_store) == []
        await pilot.press("question_mark")
        await settled(pilot)
        assert isinstance(app.screen, OverviewScreen)


# The terminal.


async def test_the_key_q_leaves_the_console_with_exit_code_0(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_names_that_look_like_markup_or_control_the_terminal_are_only_text(
    console: Make, tmp_path: Path
) -> None:
    names = ("[/b]", "\x1b]0;x\x07pump", "軸受け", "Bearing with a name that goes on and on")
    synthetic.fill(tmp_path, 100, names)
    app = console(tmp_path)
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        await pilot.press("G", "down", "enter")
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        shown = text(app)
        assert "[/b]" in shown
        assert "]0;xpump" in shown
        assert "軸受け" in shown
        assert "\x1b" not in shown


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (20, 6), (250, 70)])
async def test_any_size_of_terminal_is_served_without_overlap(
    console: Make, whole_store: Path, size: tuple[int, int]
) -> None:
    app = console(whole_store)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("G", "enter")
        await settled(pilot)
        for screen in app.screen_stack:
            assert isinstance(screen, ConsoleScreen)
            panels = [panel.region for panel in screen.query(Panel) if panel.region.area]
            for number, one in enumerate(panels):
                assert not any(one.overlaps(other) for other in panels[number + 1 :])


def test_the_console_does_not_wait_for_what_it_does_not_need_to_paint() -> None:
    heavy = ("pandas", "scipy", "tensorflow", "keras", "sqlalchemy", "plotext", "ai_edge_litert", "pydantic")
    code = f"import sys, tui.console.app; print([name for name in {heavy!r} if name in sys.modules])"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TEXTUAL")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


def test_attach_opens_the_store_once_there_is_a_screen_and_checks_no_settings(whole_store: Path) -> None:
    code = (
        "import sys, tui.console.launch\n"
        "from tui.cli import main\n"
        "def shown(*_):\n"
        "    import tui.screens.overview.screen\n"
        "    heavy = ('sqlalchemy', 'pydantic', 'engine.config.sections.core')\n"
        "    print([name for name in heavy if name in sys.modules])\n"
        "tui.console.launch.run_console = shown\n"
        f"sys.argv = ['raceway', 'attach', '--state', {str(whole_store)!r}]\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_with_nothing_to_show_it_ends_and_keeps_the_reason(console: Make, tmp_path: Path) -> None:
    app = console(tmp_path, insists=True)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert not app.is_running
    assert "there is no store here yet" in str(app.refused)


def test_the_environment_cannot_name_a_driver_to_import(
    console: Make, whole_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.constants.DRIVER", "no_such_module:Driver")
    assert console(whole_store).driver_class.__name__ == "ThriftyDriver"
