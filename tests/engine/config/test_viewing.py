"""The settings of a console alone are those that the checks of all settings give."""

from dataclasses import fields
from pathlib import Path

import pytest

from engine.config import viewing
from engine.config.layers import default_config_path
from engine.config.settings import load_settings
from engine.config.viewing import ConsoleDefaults, default_viewing


def test_the_defaults_are_those_of_the_checked_settings() -> None:
    checked, shown = load_settings(), default_viewing()
    assert shown is not None
    assert {one.name for one in fields(ConsoleDefaults)} == set(type(checked.console).model_fields)
    for one in fields(ConsoleDefaults):
        assert getattr(shown.console, one.name) == getattr(checked.console, one.name), one.name
    assert shown.console.exports_folder == checked.console.exports_folder
    assert (shown.keys, shown.folder) == (checked.keys, checked.store.folder)


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ('glyphs = "auto"', 'glyphs = "runes"'),
        ('time_zone = "UTC"', 'time_zone = "Mars"'),
        ("pace = 5000.0", "pace = -1.0"),
        ("pace = 5000.0", "pace = true"),
        ("bell = false", "bell = 0"),
        ("bell = false", "bells = false"),
        ("[console]", "[consoles]"),
        ("[keys]", '[keys]\nfollow = "F"\n'),
        ("[console]", "[console"),
    ],
)
def test_a_file_that_needs_its_checks_is_left_to_them(
    found: str, instead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = default_config_path().read_text(encoding="utf-8").replace(found, instead, 1)
    file = tmp_path / "config.toml"
    file.write_text(changed, encoding="utf-8")
    monkeypatch.setattr(viewing, "default_config_path", lambda: file)
    assert default_viewing() is None
