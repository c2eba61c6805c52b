"""With ASCII glyphs only ASCII reaches the terminal: on all screens, dialogs and the palette."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import put, settled
from tui.console.app import Console
from tui.console.options import Appearance
from tui.draw.glyphs import Glyphs

Make = Callable[..., Console]

SHOTS = {
    "overview": (),
    "machines": ("0",),
    "bearing, trend": ("2", "r"),
    "bearing, spectrum": ("2", "s"),
    "bearing, envelope": ("2", "e"),
    "bearing, waterfall": ("2", "u"),
    "bearing, waveform": ("2", "w"),
    "bearing, contributions": ("2", "c"),
    "bearing, figures": ("2", "i"),
    "alarms": ("3",),
    "story": ("3", "enter"),
    "history": ("3", "v", "v"),
    "timeline": ("4",),
    "model": ("5",),
    "model, second pane": ("5", "tab"),
    "model, third pane": ("5", "tab", "tab"),
    "model, fourth pane": ("5", "tab", "tab", "tab"),
    "health": ("6",),
    "help": ("question_mark",),
    "palette": ("colon",),
    "palette, searched": ("colon", "p", "a", "n", "e"),
    "palette, nothing found": ("colon", "x", "q", "z"),
    "note": ("n",),
    "shelve": ("z",),
    "shelve, wrong": ("z", "9", "enter"),
    "unshelve": ("Z",),
    "service": ("o",),
    "acknowledge all": ("3", "A"),
    "search": ("3", "slash"),
    "go to": ("t",),
    "go to, wrong": ("t", "x", "enter"),
    "accept": ("5", "K"),
    "switch": ("5", "s"),
    "relearn": ("5", "R"),
    "a notice of pace": ("]",),
    "an acknowledgement": ("a",),
}


def shown(console: Console) -> str:
    """Return every drawn character of all widgets."""
    picture = console.export_screenshot()
    return html.unescape("\n".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture))).replace("\xa0", " ")


@pytest.mark.long
@pytest.mark.parametrize("size", [(60, 16), (120, 40)])
async def test_no_screen_and_no_dialog_holds_another_character(
    console: Make, own_store: Path, size: tuple[int, int]
) -> None:
    found: dict[str, set[str]] = {}
    app = console(own_store, appearance=Appearance("dark", Glyphs.ASCII))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        put(app, 110)
        for name, keys in SHOTS.items():
            for key in keys:
                await pilot.press(key)
                await settled(pilot)
            drawn = shown(app)
            assert len(drawn.split()) > 20
            found[name] = {character for character in drawn if not character.isascii()}
            while len(app.screen_stack) > 1:
                app.pop_screen()
            await settled(pilot)
    assert {name: characters for name, characters in found.items() if characters} == {}
