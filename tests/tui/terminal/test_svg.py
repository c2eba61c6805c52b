"""A picture of a frame: each run of text is at its cell, independent of blanks and fonts."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tests.tui.conftest import settled
from tui.console.app import Console
from tui.console.options import Appearance
from tui.console.screenshot import Kind, drawn_of, rows_of
from tui.terminal.svg import CELL, LINE, Run, runs, svg_of

Make = Callable[..., Console]
SVG = "{http://www.w3.org/2000/svg}"
BASE = Style.parse("#eeeeee on #101010")


def drawn(*rows: list[Segment]) -> ElementTree.Element:
    return ElementTree.fromstring(svg_of(rows, 40, BASE, "a <title> & more"))


def placed(svg: ElementTree.Element) -> list[tuple[float, str]]:
    """Return cell and text of each run."""
    group = svg.find(f"{SVG}g")
    assert group is not None
    return [(float(one.attrib["x"]) / CELL, one.text or "") for one in group.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("        ▾    ▾▾", [Run(8, "▾"), Run(13, "▾▾")]),
        (" a ack  n note ", [Run(1, "a ack"), Run(8, "n note")]),
        ("▲ Bearing 1", [Run(0, "▲"), Run(2, "Bearing 1")]),
        ("▁▁▂", [Run(0, "▁▁"), Run(2, "▂")]),
        ("漢字 x  y", [Run(0, "漢字 x"), Run(8, "y")]),
        ("Überlauf", [Run(0, "Überlauf")]),
        ("   ", []),
    ],
)
def test_blanks_are_skipped_and_glyphs_of_plots_stand_alone(text: str, expected: list[Run]) -> None:
    assert list(runs(text)) == expected


@given(st.text("ab ▁▂█⣀─漢é", max_size=40))
def test_the_runs_of_a_line_are_all_of_it_but_blanks_and_each_where_it_was(text: str) -> None:
    line = [" "] * cell_len(text)
    for run in runs(text):
        assert run.text == run.text.strip()
        assert "  " not in run.text
        line[run.cell : run.cell + cell_len(run.text)] = [
            cell for glyph in run.text for cell in (glyph, *[""] * (cell_len(glyph) - 1))
        ]
    assert "".join(line) == text


def test_text_is_data_and_colours_are_those_of_the_segments() -> None:
    svg = drawn([Segment("  <b>&", Style.parse("bold red")), Segment("x", Style.parse("reverse"))])
    assert placed(svg) == [(pytest.approx(2), "<b>&"), (pytest.approx(6), "x")]
    assert [one.attrib.get("font-weight") for one in svg.iter(f"{SVG}text")][1:] == ["bold", None]
    (paper,) = list(svg.iter(f"{SVG}rect"))[1:]
    assert paper.attrib["fill"] == "#eeeeee"
    assert float(paper.attrib["x"]) == pytest.approx(6 * CELL)


def test_what_is_underlined_has_a_line_under_it_also_where_it_is_blank() -> None:
    svg = drawn([Segment("ab")], [Segment("    ", Style.parse("underline"))])
    (line,) = svg.iter(f"{SVG}path")
    assert line.attrib["d"] == f"M0 {2 * LINE:.6g}h{4 * CELL:.6g}"


def test_neighbours_on_one_ground_share_it() -> None:
    ground = Style.parse("on #445566")
    svg = drawn([Segment("a ", ground), Segment(" b", ground + Style.parse("bold")), Segment("c")])
    (paper,) = list(svg.iter(f"{SVG}rect"))[1:]
    assert float(paper.attrib["width"]) == pytest.approx(4 * CELL)


@pytest.mark.parametrize("theme", ["dark", "terminal"])
async def test_a_screen_is_in_its_picture_cell_by_cell(console: Make, whole_store: Path, theme: str) -> None:
    app = console(whole_store, appearance=Appearance(theme))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("G")
        await settled(pilot)
        svg = ElementTree.fromstring(drawn_of(app.screen, (80, 24)).picture(Kind.SVG))
        rows = [row.text for row in rows_of(app.screen, (80, 24))]
    group = svg.find(f"{SVG}g")
    assert group is not None
    cells = [[" "] * 80 for _ in rows]
    for one in group.iter(f"{SVG}text"):
        row, cell = int(float(one.attrib["y"]) / LINE), round(float(one.attrib["x"]) / CELL)
        text = one.text or ""
        cells[row][cell : cell + len(text)] = text
    assert ["".join(row).rstrip() for row in cells] == [row.rstrip() for row in rows]
