"""The keys of the screens with panes: choosing, zooming, refreshing, requests to the engine."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.records.events import EventKind
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import put, settled
from tests.tui.screens.test_model_panes import written
from tui.console.app import Console
from tui.screens.bearing.screen import BearingScreen
from tui.screens.health.screen import HealthScreen
from tui.screens.model.screen import ModelScreen
from tui.screens.panel import Panel
from tui.screens.timeline.screen import TimelineScreen

Make = Callable[..., Console]
SIZE = (100, 30)


def text(app: Console) -> str:
    """Return the text on the screen."""
    rows = []
    for panel in app.screen.query(Panel):
        if panel.display and panel.region.area:
            rows += ["".join(span.text for span in line) for line in panel._lines]
    return "\n".join(rows)


async def opened(pilot: Pilot[None], position: int, *keys: str) -> Console:
    assert isinstance(pilot.app, Console)
    await settled(pilot)
    put(pilot.app, position)
    await settled(pilot)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    return pilot.app


async def test_every_screen_is_reached_by_its_key(console: Make, whole_store: Path) -> None:
    screens = {"2": BearingScreen, "4": TimelineScreen, "5": ModelScreen, "6": HealthScreen}
    async with console(whole_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 100)
        for key, screen in screens.items():
            await pilot.press(key)
            await settled(pilot)
            assert isinstance(app.screen, screen)


async def test_panes_are_gone_through_by_tab_and_reached_by_letters(console: Make, whole_store: Path) -> None:
    async with console(whole_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 100, "2")
        seen = []
        for _ in BearingScreen.PANES:
            seen.append(app.screen.pane)  # type: ignore[attr-defined]  # it is the bearing screen
            await pilot.press("tab")
            await settled(pilot)
        assert sorted(seen) == sorted(BearingScreen.PANES)
        await pilot.press("shift+tab")
        assert app.screen.pane == seen[-1]  # type: ignore[attr-defined]  # it is the bearing screen
        for key, heading in (
            ("e", "Envelope spectrum"),
            ("u", "Waterfall"),
            ("c", "Contributions"),
            ("i", "Condition figures"),
            ("w", "Waveform"),
            ("s", "Spectrum"),
            ("r", "Severity"),
        ):
            await pilot.press(key)
            await settled(pilot)
            assert f"─ {heading}" in text(app) or f"╭ {heading}" in text(app)


async def test_a_pane_that_was_hidden_comes_back_with_what_belongs_there(
    console: Make, whole_store: Path
) -> None:
    async with console(whole_store).run_test(size=(80, 24)) as pilot:
        app = await opened(pilot, 100, "2", "e", "r", "c")
        slot = app.screen.query_one("#second", Panel)
        assert "── Contributions" in slot.render_line(0).text


async def test_the_plots_follow_the_playhead(console: Make, whole_store: Path) -> None:
    async with console(whole_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 100, "2", "e")
        assert "Envelope spectrum, ch 1 at 17 Feb 07:42" in text(app)
        await pilot.press("left")
        await settled(pilot)
        assert "Envelope spectrum, ch 1 at 17 Feb 06:32" in text(app)
        await pilot.press("down")
        await settled(pilot)
        assert "Envelope spectrum, ch 2" in text(app)


async def test_zooming_shows_a_part_and_moving_another(console: Make, whole_store: Path) -> None:
    async with console(whole_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 100, "2", "e")
        assert "1000 Hz" in text(app)
        await pilot.press("+", "+")
        await settled(pilot)
        assert "1000 Hz" not in text(app)
        assert "200 Hz" in text(app)
        for _ in range(8):
            await pilot.press("full_stop")
        await settled(pilot)
        assert "1000 Hz" in text(app)
        await pilot.press("-", "-")
        await settled(pilot)
        assert " 0 Hz" in text(app)


async def test_a_recording_that_is_gone_is_told_in_a_sentence_and_blocks_nothing(
    console: Make, whole_store: Path
) -> None:
    async with console(whole_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 100, "2", "w")
        assert "not reachable from here" in text(app)
        await pilot.press("left")
        await settled(pilot)
        assert "not reachable from here" in text(app)


async def test_the_timeline_goes_where_the_keys_lead(console: Make, whole_store: Path) -> None:
    async with console(whole_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 10, "4")
        assert "5 ahead" in text(app)
        await pilot.press("N")
        await settled(pilot)
        assert "#76" in text(app)
        await pilot.press(">")
        await settled(pilot)
        assert f"#{synthetic.RAISED}" in text(app)


async def test_a_baseline_is_accepted_only_after_a_second_step(console: Make, own_store: Path) -> None:
    async with console(own_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 100, "5")
        assert "PROVISIONAL" in text(app)
        await pilot.press("K")
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert "PROVISIONAL" in text(app)
        await pilot.press("K")
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        await settled(pilot)
        assert "ACCEPTED by" in text(app)
        await pilot.press("K")
        await settled(pilot)
        assert "accepted already" in text(app)
    with Store.open(own_store) as store:
        accepted = [one for one in store.events(store.assessments()[-1]) if one.kind is EventKind.ACCEPTED]
    assert len(accepted) == 1


@pytest.mark.parametrize("key", ["B", "R"])
async def test_of_a_finished_run_nothing_is_asked_that_nobody_would_answer(
    console: Make, own_store: Path, key: str
) -> None:
    async with console(own_store).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 100, "5", key)
        assert "finished run" in text(app)
    with Store.open(own_store) as store:
        assert store.open_requests(store.assessments()[-1]) == ()


def make_live(state: Path) -> None:
    """Make a live record of some snapshots, with a watching engine and two bundles beside the store."""
    with Store.open(state, create=True) as store:
        assessment = store.begin_assessment(
            machine="ims-set2",
            key="live",
            model="spectral",
            seed=0,
            run="inbox",
            expected=0,
            components=synthetic.NAMES,
            channels=[(1,), (2,), (3,), (4,)],
            units=["V"] * 4,
            settings=synthetic.settings(synthetic.NAMES),
            now=synthetic.WALL,
        )
        store.append(assessment, [synthetic.assessed(position) for position in range(60)], synthetic.WALL)
        store.beat(assessment, Heartbeat(synthetic.WALL, 4711, Phase.WATCHING, 60, 60, ""))
    written(state, "spectral-1")
    written(state, "spectral-2")
    (state / "bundles" / "live.json").write_text('{"bundle": "spectral-1"}')


async def test_of_a_live_machine_the_engine_is_asked_and_its_answer_shown(
    console: Make, tmp_path: Path
) -> None:
    make_live(tmp_path)
    async with console(tmp_path).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 50, "5", "B")
        assert "First choose a bundle" in text(app)
        await pilot.press("b", "b")
        await settled(pilot)
        assert "› ○         spectral-2" in text(app)
        await pilot.press("B")
        await settled(pilot)
        await pilot.press("y")
        await settled(pilot)
        with Store.open(tmp_path) as store:
            assessment = store.assessments()[-1]
            (request,) = store.open_requests(assessment)
            assert (request.detail["action"], request.detail["bundle"]) == ("switch", "spectral-2")
            store.answer(
                assessment,
                request,
                done=True,
                words="spectral-2 is in use",
                at=request.at,
                now=synthetic.WALL,
            )
        app.controller.poll()
        await settled(pilot)
        await pilot.press("tab")
        await settled(pilot)
        assert "done: spectral-2 is in use" in text(app)


async def test_a_span_to_learn_from_is_checked_before_it_is_asked(console: Make, tmp_path: Path) -> None:
    make_live(tmp_path)
    async with console(tmp_path).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 50, "5", "R")
        await pilot.press(*"nonsense", "enter")
        await settled(pilot)
        assert "must be a number of snapshots" in text(app)
        for _ in "nonsense":
            await pilot.press("backspace")
        await pilot.press(*"200", "enter")
        await settled(pilot)
    with Store.open(tmp_path) as store:
        (request,) = store.open_requests(store.assessments()[-1])
    assert (request.detail["action"], request.detail["healthy"]) == ("relearn", "200")


async def test_health_tells_of_the_store_and_the_log(console: Make, own_store: Path) -> None:
    (own_store / "engine.log").write_text("it complained \x1b[2Jof much\n")
    async with console(own_store).run_test(size=(100, 44)) as pilot:
        app = await opened(pilot, 100, "6")
        assert "MB free" in text(app)
        await pilot.press("shift+tab")
        await settled(pilot)
        assert "it complained [2Jof much" in text(app)


@pytest.mark.parametrize("key", ["2", "4", "5", "6"])
async def test_before_the_engine_has_begun_every_screen_says_that_it_waits(
    console: Make, tmp_path: Path, key: str
) -> None:
    async with console(tmp_path).run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        await asyncio.sleep(0)
        assert isinstance(pilot.app, Console)
        assert "Waiting for the engine" in text(pilot.app)


@pytest.mark.parametrize("key", ["2", "4", "5", "6"])
@pytest.mark.parametrize("count", [0, 1, 2])
async def test_while_there_is_next_to_nothing_every_pane_is_drawn(
    console: Make, tmp_path: Path, key: str, count: int
) -> None:
    with Store.open(tmp_path, create=True) as store:
        assessment = synthetic.begin(store)
        if count:
            store.append(assessment, [synthetic.assessed(place) for place in range(count)], synthetic.WALL)
        synthetic.beat(store, assessment, Phase.LEARNING, count)
    async with console(tmp_path).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)
        for _ in range(7):
            await pilot.press("tab")
            await settled(pilot)
        assert isinstance(pilot.app, Console)
        assert "ims-set2" in text(pilot.app)


async def test_in_ascii_every_screen_is_ascii(console: Make, whole_store: Path) -> None:
    from tui.console.options import Appearance
    from tui.draw.glyphs import Glyphs

    async with console(whole_store, appearance=Appearance(glyphs=Glyphs.ASCII)).run_test(size=SIZE) as pilot:
        app = await opened(pilot, 110)
        for key in ("2", "4", "5", "6"):
            await pilot.press(key)
            await settled(pilot)
            for _ in range(7):
                await pilot.press("tab")
                await settled(pilot)
                assert text(app).isascii(), text(app)
