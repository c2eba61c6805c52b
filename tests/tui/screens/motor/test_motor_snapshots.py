"""Snapshots of a motor's panes, at the smallest, the usual and a large size."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui import motor_store
from tests.tui.conftest import settled
from tests.tui.screens.motor.test_motor_panes import put
from tui.console.app import Console


def at(position: int, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        assert isinstance(pilot.app, Console)
        put(pilot.app, position)
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return before


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
@pytest.mark.parametrize("pane", ["e", "s", "y", "d", "w", "i", "u"])
def test_the_panes_of_a_motor(
    snap_compare: Callable[..., bool],
    console: Callable[..., Console],
    motor_state: Path,
    pane: str,
    size: tuple[int, int],
) -> None:
    keys = at(motor_store.FIT, "2", pane)
    assert snap_compare(console(motor_state), terminal_size=size, run_before=keys)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
def test_a_spectrum_that_is_withheld(
    snap_compare: Callable[..., bool],
    console: Callable[..., Console],
    motor_state: Path,
    size: tuple[int, int],
) -> None:
    keys = at(motor_store.TORN, "2", "s")
    assert snap_compare(console(motor_state), terminal_size=size, run_before=keys)
