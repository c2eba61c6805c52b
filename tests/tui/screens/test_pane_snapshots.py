"""Snapshots of the screens with panes, at the smallest, the usual and a large size, and in ASCII."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import put, settled
from tui.console.app import Console
from tui.screens.health import panes as health
from tui.screens.health import screen as health_screen

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
            await pilot.press(key)
            await settled(pilot)

    return before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pane", ["r", "d", "s", "e", "u", "c", "i"])
def test_the_bearing_screen(
    snap_compare: Compare, console: Make, whole_store: Path, pane: str, size: tuple[int, int]
) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110, "2", pane))


@pytest.mark.parametrize("size", [*SIZES, LARGE])
def test_the_envelope_in_full_with_cursor_and_harmonics(
    snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]
) -> None:
    keys = at(110, "2", "e", "enter", "l", "H")
    assert snap_compare(console(whole_store), terminal_size=size, run_before=keys)


@pytest.mark.parametrize("size", [*SIZES, LARGE])
def test_the_timeline_screen(
    snap_compare: Compare, console: Make, whole_store: Path, size: tuple[int, int]
) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(90, "4"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_the_model_screen(
    snap_compare: Compare, console: Make, whole_store: Path, steps: int, size: tuple[int, int]
) -> None:
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110, "5", *["tab"] * steps))


def test_the_model_screen_in_a_whole_window(snap_compare: Compare, console: Make, whole_store: Path) -> None:
    assert snap_compare(console(whole_store), terminal_size=LARGE, run_before=at(110, "5"))


@pytest.mark.parametrize("size", [*SIZES, LARGE])
def test_the_health_screen(
    snap_compare: Compare,
    console: Make,
    whole_store: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    # Values that depend on the test machine: path and size of the store, size of the disk.
    monkeypatch.setattr(health_screen, "free_space", lambda _state: 77_000_000_000)
    monkeypatch.setattr(health, "_room", lambda width, _facts: [health._row("store", "8.9 MB", width)])
    assert snap_compare(console(whole_store), terminal_size=size, run_before=at(110, "6"))
