"""A picture in PNG: every cell at its place, charts as areas, and one sentence without Pillow."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont
from rich.segment import Segment
from rich.style import Style

from tui.terminal import png
from tui.terminal.png import CELL, LINE, MARGIN, SIZE, MissingPillowError, areas, dots, lacking, png_of

BASE = Style.parse("#eeeeee on #101010")
PAPER = (0x10, 0x10, 0x10)
RED = Style.parse("#ff0000 on #101010")


def drawn(*rows: list[Segment], width: int = 10) -> Image.Image:
    return Image.open(io.BytesIO(png_of(rows, width, BASE))).convert("RGB")


def cell(image: Image.Image, column: int, row: int) -> Image.Image:
    left, top = MARGIN + column * CELL, MARGIN + row * LINE
    return image.crop((left, top, left + CELL, top + LINE))


def inked(image: Image.Image) -> float:
    """Return the share of an image that is not paper."""
    pixels = list(image.get_flattened_data())
    return sum(pixel != PAPER for pixel in pixels) / len(pixels)


def test_a_block_fills_its_eighths_of_its_own_cell() -> None:
    image = drawn([Segment(" ▁▄█", RED)], [Segment("▌", RED)])
    shares = [inked(cell(image, column, 0)) for column in range(4)]
    assert shares == pytest.approx([0, 1 / 8, 0.5, 1], abs=0.03)
    assert inked(cell(image, 0, 1)) == pytest.approx(0.5, abs=0.03)
    assert cell(image, 3, 0).getpixel((5, 5)) == (0xFF, 0, 0)


def test_a_wide_letter_takes_two_cells_and_moves_its_neighbour() -> None:
    image = drawn([Segment("漢█", RED)])
    assert inked(cell(image, 2, 0)) == 1
    assert inked(cell(image, 3, 0)) == 0


@pytest.fixture
def fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, Path]], None]]:
    """Return a function that gives the system other font files; the caches of fonts are emptied around it."""
    caches = (png._fonts, png._font_for, png._others)

    def empty() -> None:
        for known in caches:
            known.cache_clear()

    def give(files: dict[str, Path]) -> None:
        empty()
        monkeypatch.setattr(png, "_installed", lambda: files)

    yield give
    empty()


@pytest.mark.parametrize("word", ["漢字", "ポンプ", "펌프"])
def test_letters_that_no_font_has_are_named(word: str, fonts: Callable[[dict[str, Path]], None]) -> None:
    fonts({name: path for name, path in png._installed().items() if name.startswith("DejaVuSansMono")})
    said = lacking([[Segment(f"pump {word} ▄⣿ ›", RED)]])
    assert said.startswith(f"no font of this computer has {' '.join(dict.fromkeys(word))}, which are boxes")
    assert "or use the SVG" in said


def test_nothing_is_said_of_letters_that_a_font_has() -> None:
    assert lacking([[Segment("Lüfter ■ ▄⣿ ╭─╮", RED)]]) == ""


def test_a_letter_is_sought_in_the_other_fonts_of_the_system(
    monkeypatch: pytest.MonkeyPatch, fonts: Callable[[dict[str, Path]], None]
) -> None:
    fonts({})
    other = ImageFont.load_default(SIZE)
    monkeypatch.setattr(png, "_others", lambda: (other,))
    monkeypatch.setattr(png, "_has", lambda font, character: font is other)
    assert png._font_for("漢", False) is other
    assert lacking([[Segment("漢", RED)]]) == ""


def test_of_many_missing_letters_some_are_named(fonts: Callable[[dict[str, Path]], None]) -> None:
    fonts({name: path for name, path in png._installed().items() if name.startswith("DejaVuSansMono")})
    assert "and 12 more" in lacking([[Segment("".join(map(chr, range(0x4E00, 0x4E14))), RED)]])


def test_letters_are_drawn_with_whatever_font_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "_installed", dict)
    png._fonts.cache_clear()
    png._font_for.cache_clear()
    try:
        assert inked(cell(drawn([Segment("B", RED)]), 0, 0)) > 0.1
    finally:
        png._fonts.cache_clear()
        png._font_for.cache_clear()


@given(st.integers(0x2800, 0x28FF))
def test_a_braille_character_has_a_dot_for_each_bit(code: int) -> None:
    assert len(set(dots(chr(code)))) == (code - 0x2800).bit_count()


@given(st.integers(0x2580, 0x259F))
def test_every_block_element_is_an_area_within_its_cell(code: int) -> None:
    found = areas(chr(code))
    assert found
    assert all(0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in found)


def test_without_pillow_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingPillowError, match=r"pip install 'raceway\[pictures\]'"):
        png_of([], 1, BASE)


def test_the_console_does_not_load_pillow_unasked() -> None:
    code = "import sys, tui.console.app, tui.console.screenshot; print('PIL' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
