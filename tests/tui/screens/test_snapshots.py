"""Snapshots of the screens at the smallest, the usual and a large size, some in a whole window."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.records.progress import Epoch, Phase
from engine.store.store import Store
from tests.tui import synthetic
from tests.tui.conftest import looked_at, put, settled
from tui.console.app import Console
from tui.console.options import Appearance
from tui.draw.glyphs import Glyphs

SIZES = [(60, 16), (80, 24), (120, 40)]
LARGE = (200, 60)
Make = Callable[..., Console]
Compare = Callable[..., bool]


def at(position: int, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Move the playhead and press keys before the snapshot."""

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        assert isinstance(pilot.app, Console)
        put(pilot.app, position)
        await settled(pilot)
        for key in keys:
            if key == "a":
                await looked_at(pilot)
            await pilot.press(key)
            await settled(pilot)

    return before


@pytest.mark.parametrize("size", [*SIZES, LARGE])
def test_the_overview_with_a_severe_alarm(
    snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]
) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110))


@pytest.mark.parametrize("size", SIZES)
def test_the_detail_of_the_failing_bearing(
    snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]
) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110, "enter"))


@pytest.mark.parametrize("size", [*SIZES, LARGE])
def test_the_help(snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(0, "question_mark"))


@pytest.mark.parametrize("size", SIZES)
def test_the_overview_while_the_engine_learns(
    snap_compare: Compare, console: Make, tmp_path: Path, size: tuple[int, int]
) -> None:
    with Store.open(tmp_path, create=True) as store:
        assessment = synthetic.begin(store)
        for number in range(1, 38):
            store.add_epoch(assessment, Epoch(number, 1.2 / number + 0.38, 1.3 / number + 0.41))
        synthetic.beat(store, assessment, Phase.LEARNING, 28)

    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)

    assert snap_compare(console(tmp_path, playing=True), terminal_size=size, run_before=before)


def test_the_overview_after_the_acknowledgement(
    snap_compare: Compare, console: Make, own_store: Path
) -> None:
    assert snap_compare(console(own_store), terminal_size=(80, 24), run_before=at(110, "a"))


@pytest.mark.parametrize("size", SIZES)
def test_the_alarms_and_a_story(
    snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]
) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110, "3"))


@pytest.mark.parametrize("size", SIZES)
def test_the_machines(snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110, "0"))


@pytest.mark.parametrize("size", SIZES)
def test_shelving_in_a_dialog(
    snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]
) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110, "z", "9", "d", "enter"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["terminal", "contrast-light", "colour-blind"])
def test_the_overview_in_ascii_and_other_colours(
    snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int], theme: str
) -> None:
    app = console(whole_store, appearance=Appearance(theme, Glyphs.ASCII))
    assert snap_compare(app, terminal_size=size, run_before=at(110))
