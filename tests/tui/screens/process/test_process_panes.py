"""The panes of slow sensors: strips, the curve of one, contributions, the map; in every size."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import settled, text
from tui.console.app import Console

KEY = "h"
"""The key of the next channel."""

PANES = {
    "d": "Sensors",
    "e": "Pressure",
    "u": "Sensors over time",
    "c": "Contributions",
    "i": "order of channels",
    "s": "slow sensors have no spectrum",
    "#": "slow sensors have no peaks",
}
"""The keys of panes, and words in each."""


async def drawn(console: Console, size: tuple[int, int], *keys: str) -> str:
    async with console.run_test(size=size) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        return text(console)


async def test_sensors_stand_worst_first_with_measured_and_expected(
    console: Callable[..., Console], pump_state: Path
) -> None:
    seen = await drawn(console(pump_state), (120, 40), "G", "2", "d")
    rows = [line for line in seen.splitlines() if "expected" in line and "±" in line]
    assert "› Pressure" in rows[0]
    assert "bar ↓ expected 2.49" in rows[0]
    assert "[sensors]" in seen


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_every_pane_draws_in_every_size(
    size: tuple[int, int], console: Callable[..., Console], pump_state: Path
) -> None:
    async with console(pump_state).run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("G", "2")
        for key, word in PANES.items():
            await pilot.press(key)
            await settled(pilot)
            assert isinstance(pilot.app, Console)
            seen = text(pilot.app)
            assert word in seen
            assert "Hz" not in seen


async def test_the_first_screen_shows_the_worst_sensor(
    console: Callable[..., Console], pump_state: Path
) -> None:
    seen = await drawn(console(pump_state), (120, 40), "G")
    assert "Mostly Pressure" in seen
    assert "bearing" not in seen.lower().replace("── bearings", "")
    assert "±" in seen
    assert "dB" not in seen


async def test_another_sensor_is_chosen_by_a_key(console: Callable[..., Console], pump_state: Path) -> None:
    seen = await drawn(console(pump_state), (80, 24), "G", "2", "e", KEY)
    assert "── Temp ──" in seen or "Temp ─" in seen


async def test_sensors_are_searched_by_name(console: Callable[..., Console], pump_state: Path) -> None:
    app = console(pump_state)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        for words, listed in (("PRES", {"Pressure"}), ("nothing", set()), ("", {"Pressure", "Flow"})):
            for key in ("G", "2", "d", "/"):
                await pilot.press(key)
                await settled(pilot)
            await pilot.press("ctrl+u", *words, "enter")
            await settled(pilot)
            rows = [line for line in text(app).splitlines() if "expected" in line and "±" in line]
            found = {name for name in ("Pressure", "Flow") if any(f" {name} " in row for row in rows)}
            assert found == listed
            assert ("no sensor has these words" in text(app)) == (not listed)
