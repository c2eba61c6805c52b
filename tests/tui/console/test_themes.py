"""The theme changes while the console runs, and is remembered."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import settled, text
from tui.console.app import Console
from tui.console.options import Appearance
from tui.console.preferences import recall
from tui.terminal.themes import THEMES, next_theme

Make = Callable[..., Console]


def test_the_themes_that_follow_one_another_are_those_that_can_be_set() -> None:
    seen = [THEMES[0]]
    while (following := next_theme(seen[-1])) != seen[0]:
        seen.append(following)
    assert sorted(seen) == sorted(THEMES)


async def test_a_theme_is_drawn_at_once_and_is_there_the_next_time(
    console: Make, whole_store: Path, tmp_path: Path
) -> None:
    memory = tmp_path / "console.json"
    app = console(whole_store, session="", memory=memory)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        before = app.screen.styles.background
        for theme in THEMES[1:]:
            await pilot.press("T")
            await settled(pilot)
            assert f"Theme {theme}" in text(app)
            assert app.native_ansi_color == (theme == "terminal")
            assert app.screen.styles.background != before
            before = app.screen.styles.background
        await pilot.press("T", "T", "q")
    again = console(whole_store, session="", memory=memory)
    async with again.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert again.theme_worn == "light"
    poor = console(whole_store, session="", memory=memory, appearance=Appearance("terminal"))
    async with poor.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert poor.theme_worn == "terminal"
        await pilot.press("q")
    assert recall(memory)["ims-set2"].theme == "light"


async def test_a_theme_of_the_user_follows_ours_and_a_broken_file_is_said_and_passed_over(
    console: Make, whole_store: Path, tmp_path: Path
) -> None:
    (tmp_path / "a-night.toml").write_text('primary = "#335577"\nbackground = "#000011"\n')
    (tmp_path / "b-broken.toml").write_text('primry = "#335577"\n')
    app = console(whole_store, session="", appearance=Appearance("contrast-light", themes=tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("T", "T")
        await settled(pilot)
        assert app.theme_worn == "a-night"
        assert app.screen.styles.background.hex == "#000011"
        await pilot.press("T")
        await settled(pilot)
        assert "primry is not a key of a theme" in text(app)
        await pilot.press("T")
        await settled(pilot)
        assert app.theme_worn == "dark"


async def test_without_colours_no_theme_follows(
    console: Make, whole_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = console(whole_store, session="", appearance=Appearance("terminal"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("T")
        await settled(pilot)
        assert "NO_COLOR is set" in text(app)
        assert app.theme_worn == "terminal"
