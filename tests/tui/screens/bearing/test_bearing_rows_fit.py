"""The overview of a machine with many bearings, or with long names, at every size."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui import synthetic
from tests.tui.conftest import settled, text
from tui.console.app import Console

Make = Callable[..., Console]

NAMES = tuple(f"Bearing {number}" for number in range(1, 25))


@pytest.mark.parametrize("size", [(60, 16), (80, 23), (80, 24), (80, 25), (80, 30), (120, 40)])
async def test_many_bearings_never_push_the_line_of_keys_off_the_screen(
    console: Make, tmp_path: Path, size: tuple[int, int]
) -> None:
    synthetic.fill(tmp_path, 40, NAMES)
    app = console(tmp_path)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        lines = text(app).splitlines()
        assert len(lines) <= size[1]
        assert "? help" in lines[-1]
        assert "more bearings" in text(app) or size[1] >= 30


async def test_a_long_name_is_whole_where_there_is_room(console: Make, tmp_path: Path) -> None:
    name = "Bearing of the second stage, 軸受 7"
    synthetic.fill(tmp_path, 40, (name, "Bearing 2"))
    app = console(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert re.search(rf"^[› ][●○] {name} ", text(app), re.M)
