"""The themes by their names in the settings; their colours are in themes.toml."""

import tomllib
from pathlib import Path

from textual.theme import Theme

THEMES = (
    "dark",
    "light",
    "colour-blind",
    "colour-blind-light",
    "contrast",
    "contrast-light",
    "terminal",
)
"""In the order in which one follows the other."""

BUILT_IN = {"dark": "textual-dark", "light": "textual-light", "terminal": "ansi-dark"}


def own_themes() -> list[Theme]:
    """Return our own themes."""
    tables = tomllib.loads(Path(__file__).with_name("themes.toml").read_text(encoding="utf-8"))
    return [Theme(name=name, **table) for name, table in tables.items()]


def next_theme(name: str) -> str:
    """Return the next theme, after the last the first."""
    return THEMES[(THEMES.index(name) + 1) % len(THEMES)]


def textual_name(name: str) -> str:
    """Return Textual's name of a theme."""
    return BUILT_IN.get(name, name)
