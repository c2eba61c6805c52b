"""Going to a typed time inside the record; otherwise a sentence with the span of the record."""

from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from engine.clock import microseconds
from tests.tui import synthetic
from tests.tui.conftest import put, settled, text
from tui.console.app import Console
from tui.data.playhead import reaches, typed

Make = Callable[..., Console]

TIMES = np.array([microseconds(synthetic.at(position)) for position in range(140)], np.int64)
"""From 2004-02-12 11:02:39 to 2004-02-19 05:12:39."""


@pytest.mark.parametrize(
    ("what", "inside"),
    [
        ("2004-02-12 11:02:39", True),
        ("2004-02-12 11:02:38", False),
        ("2004-02-12 11:02", True),
        ("2004-02-12 11:01", False),
        ("2004-02-12", True),
        ("2004-02-11", False),
        ("2004-02-19 05:12:39", True),
        ("2004-02-19 05:12:40", False),
        ("2004-02-19", True),
        ("2004-02-20", False),
        ("11:03", True),
        ("11:01", False),
        ("139", True),
        ("0", True),
        ("1999-01-01", False),
        ("2010-01-01T00:00:00+02:00", False),
    ],
)
def test_what_is_typed_is_in_the_record_if_the_record_has_some_of_it(what: str, inside: bool) -> None:
    found = typed(what, TIMES, np.arange(140), int(TIMES[0]), UTC)
    assert found is not None
    assert reaches(what, found, (int(TIMES[0]), int(TIMES[-1])), UTC) is inside


@pytest.mark.parametrize("where", ["2010-01-01", "1999-01-01"])
async def test_outside_the_record_it_says_so_and_stays(console: Make, whole_store: Path, where: str) -> None:
    app = console(whole_store)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        put(app, 50)
        await pilot.press("t", *where, "enter")
        await settled(pilot)
        said = " ".join(text(app).split())
        assert "The record does not reach there; its snapshots are 0 to 139, 2004-02-12 11:02:39" in said
        assert "to 2004-02-19 05:12:39 UTC." in said
        assert app.controller.head.at == microseconds(synthetic.at(50))
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("t", *"2004-02-14", "enter")
        await settled(pilot)
        assert app.controller.head.at == microseconds(
            synthetic.at(50).replace(day=14, hour=0, minute=0, second=0)
        )
