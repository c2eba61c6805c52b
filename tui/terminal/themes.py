"""The themes by the names that the settings call them; their colours are in themes.toml."""

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
    """The themes that are ours."""
    tables = tomllib.loads(Path(__file__).with_name("themes.toml").read_text(encoding="utf-8"))
    return [Theme(name=name, **table) for name, table in tables.items()]


def next_theme(name: str) -> str:
    """The theme that follows, the first after the last."""
    return THEMES[(THEMES.index(name) + 1) % len(THEMES)]


def textual_name(name: str) -> str:
    """What Textual calls a theme."""
    return BUILT_IN.get(name, name)
