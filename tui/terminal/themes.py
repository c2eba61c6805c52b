"""The themes by their names in the settings: our own in themes.toml, and a user's in files of their own."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

from engine.errors import UnusableError, nearest

THEMES = (
    "dark",
    "light",
    "colour-blind",
    "colour-blind-light",
    "contrast",
    "contrast-light",
    "terminal",
)
"""In the order in which one follows the other; themes of the user follow the last."""

BUILT_IN = {"terminal": "ansi-dark"}

PREFIX = "raceway-"
"""Before our names, which may be names of Textual's themes too."""

DARK = {
    "frame": "#45505e",
    "high": "#ff5f56",
    "medium": "#ffb038",
    "low": "#f4e889",
    "severity-0": "#4f6f92",
    "severity-1": "#86aacb",
    "severity-2": "#f4e889",
    "severity-3": "#ffb038",
    "severity-4": "#ff5f56",
    "heat-0": "#160b39",
    "heat-1": "#420a68",
    "heat-2": "#6a176e",
    "heat-3": "#932667",
    "heat-4": "#bc3754",
    "heat-5": "#dd513a",
    "heat-6": "#f37819",
    "heat-7": "#fcc13c",
}
"""Colours of a dark theme that names none."""

LIGHT = {
    "frame": "#9aa4ae",
    "high": "#6e000f",
    "medium": "#7d3c00",
    "low": "#837300",
    "severity-0": "#8090b0",
    "severity-1": "#1d4490",
    "severity-2": "#837300",
    "severity-3": "#7d3c00",
    "severity-4": "#6e000f",
    "heat-0": "#f6f0e4",
    "heat-1": "#fcd9a0",
    "heat-2": "#f9b46a",
    "heat-3": "#f0854c",
    "heat-4": "#d9564a",
    "heat-5": "#b02f5b",
    "heat-6": "#7a1f6d",
    "heat-7": "#420a68",
}
"""The same of a light theme."""


class ThemeError(UnusableError):
    """A theme's file cannot be used, or there is no theme of a name; the message says why."""


def own_themes() -> list[Theme]:
    """Return our own themes."""
    tables = tomllib.loads(Path(__file__).with_name("themes.toml").read_text(encoding="utf-8"))
    return [made(name, table) for name, table in tables.items()]


def made(name: str, table: Mapping[str, object]) -> Theme:
    """Return the theme of a table, with a colour for everything that it does not name.

    Raises:
        ThemeError: an unknown key, or a value that is not a colour.
    """
    known = {field.name for field in fields(Theme)} - {"name"}
    for key in table:
        if key not in known:
            raise ThemeError(f"theme {name}: {key} is not a key of a theme{nearest(key, known)}.")
    given = table.get("variables", {})
    if not isinstance(given, Mapping):
        raise ThemeError(f"theme {name}: variables must be a table.")
    plain = {key: value for key, value in table.items() if key not in ("variables", "dark")}
    for key, value in (*plain.items(), *given.items()):
        try:
            Color.parse(str(value))
        except ColorParseError as error:
            raise ThemeError(
                f"theme {name}: {key} = {value!r} is not a colour; write it as #5fb3f0."
            ) from error
    if "primary" not in plain:
        raise ThemeError(f"theme {name}: primary is missing; every other colour can be left out.")
    dark = bool(table.get("dark", True))
    variables = {**(DARK if dark else LIGHT), **{str(key): str(value) for key, value in given.items()}}
    return Theme(name=PREFIX + name, dark=dark, variables=variables, **{k: str(v) for k, v in plain.items()})  # type: ignore[arg-type]  # colours by their names


def user_themes(folder: Path | None) -> dict[str, Path]:
    """Return the theme files of a user by their names; a name of ours is not replaced."""
    if folder is None:
        return {}
    try:
        found = sorted(folder.glob("*.toml"))
    except OSError:
        return {}
    return {path.stem: path for path in found if path.stem not in THEMES and path.stem != "auto"}


def user_theme(path: Path) -> Theme:
    """Return the theme of a file.

    Raises:
        ThemeError: it cannot be read, or is not a theme.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: cannot be read as a theme ({error}).") from error
    return made(path.stem, table)


def known_theme(name: str, folder: Path | None) -> str:
    """Return a name of a theme that exists.

    Raises:
        ThemeError: there is none of this name; the message names the nearest and the folder.
    """
    names = (*THEMES, *user_themes(folder))
    if name in names:
        return name
    where = "" if folder is None else f"; a theme of your own is a file NAME.toml in {folder}"
    raise ThemeError(f"[console] theme: there is no theme {name!r}{nearest(name, names)}{where}.")


def next_theme(name: str, names: tuple[str, ...] = THEMES) -> str:
    """Return the next theme, after the last the first."""
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def textual_name(name: str) -> str:
    """Return Textual's name of a theme."""
    return BUILT_IN.get(name, PREFIX + name)
