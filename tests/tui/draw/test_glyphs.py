"""Old terminals and few or no colours: the same words and distinguishable glyphs."""

import os
import subprocess
import sys
from ast import literal_eval
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.conftest import put, settled, text
from tui.console.app import Console
from tui.console.options import Appearance
from tui.draw.glyphs import STAND_INS, Glyphs, glyphs_of, reduced, theme_of
from tui.terminal.themes import PREFIX, own_themes

Make = Callable[..., Console]
STATES = "■□◆◇▴▵▽●◐○◌✕◁⊘?"


@given(st.text(max_size=40))
def test_reduced_text_is_as_wide_as_it_was_and_what_is_asked_for(words: str) -> None:
    plain = reduced(words, Glyphs.ASCII)
    assert plain.isascii()
    assert cell_len(plain) == cell_len(words)
    assert not any("\u2801" <= one <= "\u28ff" for one in reduced(words, Glyphs.NO_BRAILLE))
    assert reduced(words, Glyphs.UNICODE) == words


def test_no_two_states_look_alike_in_ascii() -> None:
    assert len({reduced(glyph, Glyphs.ASCII) for glyph in STATES}) == len(STATES)


def test_every_step_of_the_sparkline_and_a_gap_have_their_own_stand_ins() -> None:
    assert len({STAND_INS[step] for step in "▁▂▄▅▇█·"}) == 7


@pytest.mark.parametrize(
    ("environment", "glyphs"),
    [
        ({"TERM": "xterm-256color", "LANG": "de_AT.UTF-8"}, Glyphs.UNICODE),
        ({"TERM": "xterm-256color"}, Glyphs.UNICODE),
        ({"TERM": "xterm", "LC_ALL": "C", "LANG": "de_AT.UTF-8"}, Glyphs.ASCII),
        ({"TERM": "xterm", "LANG": "de_AT.ISO-8859-1"}, Glyphs.ASCII),
        ({"TERM": "vt220", "LANG": "en_US.UTF-8"}, Glyphs.ASCII),
        ({"TERM": "dumb"}, Glyphs.ASCII),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, Glyphs.NO_BRAILLE),
        ({"TERM": "screen", "LC_CTYPE": "C.UTF-8"}, Glyphs.UNICODE),
    ],
)
def test_the_terminal_and_the_locale_tell_what_can_be_drawn(
    environment: dict[str, str], glyphs: Glyphs
) -> None:
    assert glyphs_of("auto", environment) is glyphs
    assert glyphs_of("no-braille", environment) is Glyphs.NO_BRAILLE


@pytest.mark.parametrize(
    ("setting", "environment", "theme"),
    [
        ("auto", {"TERM": "xterm-256color"}, "dark"),
        ("auto", {"TERM": "linux"}, "terminal"),
        ("auto", {"TERM": "screen", "COLORTERM": "truecolor"}, "dark"),
        ("contrast", {"TERM": "linux"}, "contrast"),
        ("contrast", {"TERM": "xterm-256color", "NO_COLOR": "1"}, "terminal"),
    ],
)
def test_sixteen_colours_are_the_terminals_own_and_no_colour_is_none(
    setting: str, environment: dict[str, str], theme: str
) -> None:
    assert theme_of(setting, environment) == theme


@pytest.mark.parametrize("theme", ["terminal", *(theme.name.removeprefix(PREFIX) for theme in own_themes())])
async def test_every_theme_shows_the_same_words(console: Make, whole_store: Path, theme: str) -> None:
    app = console(whole_store, appearance=Appearance(theme, Glyphs.ASCII))
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        put(app, 110)
        await settled(pilot)
        assert "# HIGH  Bearing 1" in text(app)
        assert text(app).isascii()


def test_without_colour_nothing_is_coloured_and_the_worst_is_reversed(whole_store: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from engine.config.settings import load_settings\n"
        "from dataclasses import replace\n"
        "from tui.console.launch import console_options, make_console\n"
        "state = Path(sys.argv[1])\n"
        "newest = lambda store: store.assessments()[-1]\n"
        "options = console_options(state, load_settings(), newest, read_only=True)\n"
        "app = make_console(replace(options, at_newest=True))\n"
        "async def look(pilot):\n"
        "    for _ in range(3):\n"
        "        await pilot.pause()\n"
        "        await app.workers.wait_for_complete()\n"
        "    strips = app.screen._compositor.render_strips()\n"
        "    styles = [part.style for strip in strips for part in strip if part.style]\n"
        "    print(sorted({str(s.color and s.color.name) + '/' + str(s.bgcolor and s.bgcolor.name)"
        " for s in styles}))\n"
        "    print(any(s.reverse for s in styles))\n"
        "    app.exit()\n"
        "app.run(headless=True, size=(80, 24), auto_pilot=look)\n"
    )
    environment = {
        **os.environ,
        "NO_COLOR": "1",
        "TERM": "xterm-256color",
        "TEXTUAL_DRIVER": "no_such:Driver",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(whole_store)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=Path(__file__).parents[3],
    )
    colours, reversed_ = done.stdout.strip().splitlines()[-2:]
    assert set(literal_eval(colours)) <= {"None/None", "default/default", "default/None", "None/default"}
    assert reversed_ == "True"
