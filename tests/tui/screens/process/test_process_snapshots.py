"""Snapshots of the panes of slow sensors, at the usual and a large size."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import settled
from tui.console.app import Console

Compare = Callable[..., bool]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("pane", ["d", "e", "u", "c"])
def test_the_panes_of_a_pump(
    snap_compare: Compare,
    console: Callable[..., Console],
    pump_state: Path,
    pane: str,
    size: tuple[int, int],
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in ("G", "2", pane):
            await pilot.press(key)
            await settled(pilot)

    assert snap_compare(console(pump_state), terminal_size=size, run_before=before)
