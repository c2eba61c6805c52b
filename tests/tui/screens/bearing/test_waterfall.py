"""The waterfall: levels of all bands over time as a string."""

from datetime import UTC

from tests.tui.conftest import frame
from tui.data.pictures import Gallery
from tui.data.view import View
from tui.draw.glyphs import Glyphs
from tui.draw.text import HEATS, Span, plain, width_of
from tui.screens.bearing.waterfall import half_blocks, waterfall_lines


def test_the_waterfall_darkens_where_it_grew_louder_and_when(view: View, gallery: Gallery) -> None:
    rows = plain(waterfall_lines(80, 20, frame(view, 120), gallery, 1, UTC)).splitlines()[2:-2]
    dark = [row for row in rows if "▓" in row or "█" in row or "▒" in row]
    assert dark
    assert all(row.index(next(c for c in row if c in "▒▓█")) > 40 for row in dark)
    assert not any(
        set(row) & set("▒▓█")
        for row in plain(waterfall_lines(80, 20, frame(view, 120), gallery, 2, UTC)).splitlines()[2:-2]
    )


def test_in_colours_a_line_of_the_waterfall_holds_two_rows(view: View, gallery: Gallery) -> None:
    assert half_blocks([0, 1, 0, 2, 3], [0, 0, 1, 2, 1]) == (
        Span(" "),
        Span("▀", HEATS[0]),
        Span("▄", HEATS[0]),
        Span("█", HEATS[1]),
        Span("▀", HEATS[2], HEATS[0]),
    )
    coloured = waterfall_lines(80, 20, frame(view, 120), gallery, 1, UTC, colours=True)
    roles = {span.role for line in coloured for span in line} | {
        span.paper for line in coloured for span in line if span.paper is not None
    }
    assert len(roles & set(HEATS)) >= 5
    assert all(width_of(line) <= 80 for line in coloured)
    plain_one = waterfall_lines(80, 20, frame(view, 120), gallery, 1, UTC, glyphs=Glyphs.ASCII, colours=True)
    assert plain(plain_one).isascii()


def test_the_waterfall_ends_at_the_playhead(view: View, gallery: Gallery) -> None:
    rows = plain(waterfall_lines(80, 20, frame(view, 30), gallery, 1, UTC)).splitlines()[2:-2]
    assert max(len(row) for row in rows) < 40


def test_without_pictures_the_waterfall_says_so(view: View) -> None:
    assert "nothing to compare" in plain(waterfall_lines(80, 12, frame(view, 120), None, 1, UTC))
