"""Settings of a console alone, read without the checks of all settings, which take long.

A value that does not look right is left to the whole settings, which say what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.config.layers import default_config_path, read_layer
from engine.config.state_place import state_place
from engine.errors import UnusableError
from replay.folders import FolderError, expanded, state_folder

if TYPE_CHECKING:
    from engine.config.sections.core import ConsoleSettings

GLYPHS = frozenset({"auto", "unicode", "no-braille", "ascii"})
TIME_ZONES = frozenset({"UTC", "local"})


@dataclass(frozen=True, slots=True)
class ConsoleDefaults:
    """The table [console] of config.toml, with the names and types of `ConsoleSettings`."""

    pace: float
    time_zone: str
    theme: str
    glyphs: str
    bell: bool
    mouse: bool
    exports: str
    clipboard: bool

    @property
    def exports_folder(self) -> Path | None:
        """Return the folder of exports; None for one in the working directory."""
        return exports_folder(self.exports)


@dataclass(frozen=True, slots=True)
class Viewing:
    """The settings that a console on an existing store needs."""

    console: "ConsoleDefaults | ConsoleSettings"
    keys: Mapping[str, str | tuple[str, ...]]
    state: str

    @property
    def folder(self) -> Path:
        """Return the folder of the store.

        Raises:
            UnusableError: none is set, and the account has no home folder.
        """
        return store_folder(self.state)


def default_viewing() -> Viewing | None:
    """Return the settings of a console by config.toml; None where it needs the checks of all settings."""
    try:
        tables = read_layer(default_config_path()).values
        console, keys, state = tables["console"], tables["keys"], tables["store"]["state"]
        shown = ConsoleDefaults(**console)
    except (UnusableError, OSError, KeyError, TypeError):
        return None
    return Viewing(shown, {}, state) if not keys and state == "" and _is_usual(shown) else None


def _is_usual(shown: ConsoleDefaults) -> bool:
    """Return whether each value has its type, and each word is one of its list."""
    values: dict[str, Any] = {one.name: getattr(shown, one.name) for one in fields(shown)}
    typed = all(type(values[one.name]) is one.type for one in fields(shown))
    return typed and shown.pace > 0 and shown.glyphs in GLYPHS and shown.time_zone in TIME_ZONES


def exports_folder(setting: str) -> Path | None:
    """Return the folder of exports by its setting; None for one in the working directory."""
    return expanded(setting) if setting else None


def store_folder(setting: str) -> Path:
    """Return the folder of the store by its setting; the platform's folder for application state by default.

    Raises:
        UnusableError: none is set, and the account has no home folder.
    """
    try:
        return state_place(setting) if setting else state_folder()
    except FolderError as error:
        raise UnusableError(str(error)) from error
