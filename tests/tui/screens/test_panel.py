"""A panel sends only changed lines."""

from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

import tui
from tui.draw.text import Lines, Role, Span
from tui.screens.panel import ROLE_CLASSES, Panel, changed
from tui.terminal.themes import DARK


class Recording(Panel):
    """Records the regions to redraw."""

    asked: list[Region]

    def refresh(self, *regions: Region, **options: bool) -> "Recording":
        """Record the regions."""
        self.__dict__.setdefault("asked", []).extend(regions)
        return super().refresh(*regions, **options)  # type: ignore[return-value]  # itself


class Bench(App[None]):
    """An application with one panel."""

    CSS_PATH = Path(tui.__file__).with_name("console") / "raceway.tcss"
    COMPONENT_CLASSES: ClassVar[set[str]] = set(ROLE_CLASSES)
    CSS = "Panel { height: 4; }"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours that Textual's themes do not name."""
        return DARK

    def compose(self) -> ComposeResult:
        """Yield the panel."""
        yield Recording(id="panel")


def rows(*texts: str) -> Lines:
    return [(Span(text),) for text in texts]


async def test_only_changed_lines_are_drawn_and_the_same_again_draws_nothing() -> None:
    async with Bench().run_test(size=(20, 5)) as pilot:
        panel = pilot.app.query_one(Recording)
        panel.show(lambda _w, _h: rows("one", "two", "three"))
        await pilot.pause()
        panel.asked.clear()
        panel.show(lambda _w, _h: rows("one", "2", "three"))
        assert panel.asked == [Region(0, 1, 20, 1)]
        assert panel.render_line(1).text == "2".ljust(20)
        panel.asked.clear()
        panel.show(lambda _w, _h: rows("one", "2", "three"))
        assert panel.asked == []
        panel.show(lambda _w, _h: rows("one"))
        assert panel.asked == [Region(0, 1, 20, 1), Region(0, 2, 20, 1)]


@pytest.mark.parametrize(
    ("old", "new", "cells"),
    [
        (("ab", "cd", "ef"), ("ab", "xx", "ef"), (2, 4)),
        (("ab", "cd", "ef"), ("ab", "x", "ef"), (2, 20)),
        (("ab", "cd"), ("xx", "cd"), (0, 2)),
        (("軸", "cd", "e"), ("軸", "xd", "e"), (2, 4)),
        ((), ("ab",), (0, 20)),
        (("aa", "aa"), ("aa",), (2, 20)),
        (("x" * 30, "cd"), ("x" * 30, "ce"), (20, 20)),
    ],
)
def test_of_a_changed_line_only_the_part_that_differs_is_drawn(
    old: tuple[str, ...], new: tuple[str, ...], cells: tuple[int, int]
) -> None:
    assert changed(tuple(map(Span, old)), tuple(map(Span, new)), 20) == cells


async def test_text_that_looks_like_markup_is_shown_as_it_is() -> None:
    async with Bench().run_test(size=(20, 5)) as pilot:
        panel = pilot.app.query_one(Recording)
        panel.show(lambda _w, _h: rows("[/b] [red]x"))
        await pilot.pause()
        assert panel.render_line(0).text == "[/b] [red]x".ljust(20)


async def test_what_is_filled_ends_where_its_text_ends() -> None:
    async with Bench().run_test(size=(20, 5)) as pilot:
        panel = pilot.app.query_one(Recording)
        panel.show(lambda _w, _h: [(Span("x"), Span("UNACK", Role.RINGING))])
        await pilot.pause()
        plain, ringing, rest = panel.render_line(0)
        assert (plain.text, ringing.text, rest.text) == ("x", "UNACK", " " * 14)
        assert ringing.style is not None
        assert rest.style is not None
        assert ringing.style.bgcolor != rest.style.bgcolor


async def test_what_is_shown_while_the_panel_is_hidden_stands_there_when_it_comes_back() -> None:
    async with Bench().run_test(size=(20, 5)) as pilot:
        panel = pilot.app.query_one(Recording)
        panel.show(lambda _w, _h: rows("old"), key="old")
        await pilot.pause()
        assert panel.render_line(0).text.startswith("old")
        panel.display = False
        await pilot.pause()
        panel.display = True
        panel.show(lambda _w, _h: rows("new"), key="new")
        await pilot.pause()
        assert panel.render_line(0).text.startswith("new")


async def test_the_ground_of_a_painted_cell_ends_with_it() -> None:
    async with Bench().run_test(size=(20, 5)) as pilot:
        panel = pilot.app.query_one(Recording)
        row = (Span("▀", Role.HEAT_1, Role.HEAT_5), Span("   "), Span("x"))
        panel.show(lambda _w, _h: [row])
        await pilot.pause()
        painted, blank, *rest = [
            None if segment.style is None else segment.style.bgcolor for segment in panel.render_line(0)
        ]
        assert painted != blank
        assert {blank, *rest} == {panel.rich_style.bgcolor}
