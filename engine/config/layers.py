"""Reads settings from TOML in layers and remembers the file and line of every value.

A layer is one file or the command line. Layers merge key by key; a list replaces the whole list before it.
A complaint about a value names the layer and line that it was written in.
"""

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import UnusableError
from replay.bounded_read import IrregularError, OversizedError, read_bounded

# A place in the settings: table and key names, and the index (from 0) of an entry in a list of tables.
Place = tuple[str | int, ...]

_HERE = Path(__file__).parent

LARGEST_FILE = 256 * 1024
"""Bytes of a settings file: many times those of the largest plant."""

DEEPEST_KEY = 30
"""Parts of a dotted key; settings have two. The parser's time grows with the square of them."""

_MOST_NAMED = 3
"""Settings files of a folder that a sentence names."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_NAMES = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_ENTRY = re.compile(rf"\s*\[\[\s*({_NAMES})\s*\]\]\s*(?:#.*)?")
_TABLE = re.compile(rf"\s*\[\s*({_NAMES})\s*\]\s*(?:#.*)?")
_PART = r"""(?:(?<![A-Za-z0-9_-])[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_ENDLESS_KEY = re.compile(rf"(?:{_PART}[ \t]*\.[ \t]*){{{DEEPEST_KEY}}}")
_KEY = re.compile(rf"\s*({_NAMES})\s*=")
_TOML_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class SettingsError(UnusableError):
    """Unusable settings; the message is one sentence with file, line, key and fault."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of settings: a title for the reader, its values, and the line each place stands on."""

    title: str
    values: Mapping[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)

    def position(self, place: Place) -> str:
        """Return the place in words: the title, and the line of it or of the table around it."""
        for length in range(len(place), 0, -1):
            if line := self.lines.get(place[:length]):
                return f"{self.title}, line {line}"
        return self.title


def default_config_path() -> Path:
    """Return the path of config.toml: beside the packages in a checkout, in this one once installed."""
    installed = _HERE / "config.toml"
    return installed if installed.exists() else _HERE.parents[1] / "config.toml"


def read_layer(path: Path, written_by: str = "raceway init") -> Layer:
    """Read a TOML file.

    Args:
        path: of the file.
        written_by: the command that writes such a file, for the sentence about a missing one.

    Raises:
        SettingsError: the file cannot be opened, is not UTF-8, or is not TOML.
    """
    data = _content(path, written_by)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8 text, so not a settings file.") from error
    # TOML counts lines by \n; a lone \r is an error of its own that tomllib names.
    text = text.replace("\r\n", "\n")
    if deep := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise SettingsError(f"{path}, line {line}: a name of more than {DEEPEST_KEY} parts is not a setting.")
    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{path}: its tables and lists are nested too deeply.") from None
    except ValueError as error:
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise SettingsError(f"{_endless_number(path, text)}.") from error
        reason = str(error)
        match = _TOML_POSITION.search(reason)
        line = int(match[1]) if match and match[1] else text.rstrip("\n").count("\n") + 1
        reason = _TOML_POSITION.sub("", reason)
        raise SettingsError(f"{path}, line {line}: not valid TOML: {_lower_first(reason)}.") from error
    return Layer(str(path), values, _lines(text, values))


def _content(path: Path, written_by: str) -> bytes:
    """Read a settings file whole.

    Raises:
        SettingsError: it cannot be read, is a device or a pipe, or is far too large.
    """
    try:
        return read_bounded(path, LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SettingsError(_absent(path, written_by)) from error
    except IsADirectoryError as error:
        raise SettingsError(_folder_instead(path)) from error
    except PermissionError as error:
        raise SettingsError(
            f"{path}: this account may not read the settings file; chmod a+r allows it, or name another file."
        ) from error
    except IrregularError as error:
        if path.is_dir():
            raise SettingsError(_folder_instead(path)) from error
        raise SettingsError(f"{path}: is not a regular file, so not a settings file.") from error
    except OversizedError as error:
        raise SettingsError(f"{path}: is larger than {LARGEST_FILE} bytes, so not settings.") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read as settings ({error.strerror}).") from error
    except ValueError as error:
        raise SettingsError(f"{path}: cannot be read as settings ({error}).") from error


def _absent(path: Path, written_by: str) -> str:
    """Say that there is no settings file of a name, and what to do."""
    folder = path.absolute().parent
    if path.is_symlink():
        return f"{path}: is a link to {path.readlink()}, which does not exist; correct the link or the name."
    if not folder.is_dir():
        return f"{path}: no such settings file, because {folder} is no folder; correct the name."
    return (
        f"{path}: no such settings file in {folder}{_named_like(folder, path.name)};"
        f" correct the name, or write one with {written_by}."
    )


def _folder_instead(path: Path) -> str:
    """Say that a folder was named in place of a settings file."""
    return f"{path}: is a folder, not a settings file{_named_like(path, '')}; name a file in it."


def _named_like(folder: Path, name: str) -> str:
    """Return a clause about the settings files of a folder, those of a similar name first."""
    try:
        names = sorted(one.name for one in folder.glob("*.toml") if one.name.isprintable() and one.is_file())
    except OSError:
        return ""
    near = difflib.get_close_matches(name, names, n=_MOST_NAMED, cutoff=0.6) or names[:_MOST_NAMED]
    return f", which has {', '.join(near)}" if near else ""


def _endless_number(path: Path, text: str) -> str:
    """Say which number has so many digits that Python refuses to read it."""
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(r"[0-9_]{1000}", line):
            key = match[1] if (match := _KEY.match(line)) else "a value"
            return f"{path}, line {number}: {key} must be a number of less than a thousand digits"
    return f"{path}: holds a number or a time that cannot be read"


def command_line_layer(overrides: Mapping[str, object]) -> Layer:
    """Make a layer of dotted keys, such as {"model.seed": 3}."""
    values: dict[str, Any] = {}
    for dotted, value in overrides.items():
        *tables, key = dotted.split(".")
        table = values
        for name in tables:
            if not isinstance(table.get(name), dict):
                table[name] = {}
            table = table[name]
        table[key] = value
    return Layer("command line", values)


def merge(layers: Iterable[Layer]) -> tuple[dict[str, Any], dict[Place, Layer]]:
    """Merge layers, the later one winning; returns the values and which layer each place comes from."""
    values: dict[str, Any] = {}
    origins: dict[Place, Layer] = {}
    for layer in layers:
        _merge_into(values, layer.values, (), layer, origins)
    return values, origins


def origin(origins: Mapping[Place, Layer], place: Place) -> Layer | None:
    """Find the layer that a place, or the nearest table or list around it, comes from."""
    for length in range(len(place), 0, -1):
        if layer := origins.get(place[:length]):
            return layer
    return None


def nearest_key(place: Place, valid: Sequence[Place]) -> Place | None:
    """Find the valid key that an unknown one was probably meant to be.

    A key of that very name in another table comes first, then one spelled much alike in the same table,
    then one spelled much alike in any table.
    """
    names = tuple(part for part in place if isinstance(part, str))
    *table, key = names
    for candidate in valid:
        if len(candidate) == 2 and candidate[-1] == key:
            return candidate
    siblings = {str(other[-1]): other for other in valid if list(other[:-1]) == table}
    if close := difflib.get_close_matches(key, siblings, n=1):
        return siblings[close[0]]
    elsewhere = {str(other[-1]): other for other in valid if len(other) == len(names)}
    if close := difflib.get_close_matches(key, elsewhere, n=1):
        return elsewhere[close[0]]
    return None


def _merge_into(
    values: dict[str, Any],
    newer: Mapping[str, Any],
    place: Place,
    layer: Layer,
    origins: dict[Place, Layer],
) -> None:
    for key, value in newer.items():
        here = (*place, key)
        if isinstance(value, Mapping):
            if not isinstance(values.get(key), dict):
                values[key] = {}
            origins[here] = layer
            _merge_into(values[key], value, here, layer, origins)
        else:
            values[key] = value
            origins[here] = layer


def _lines(text: str, values: Mapping[str, Any]) -> dict[Place, int]:
    """Return the lines (from 1) on which tables and keys begin, in a valid TOML text.

    A line inside a multi-line value may look like a key; it counts only if the file has such a key.
    """
    lines: dict[Place, int] = {}
    entries: Counter[Place] = Counter()
    table: Place = ()
    for number, line in enumerate(text.split("\n"), 1):
        if match := _ENTRY.fullmatch(line):
            names = _split(match[1])
            if _holds(values, (*names, entries[names])):
                table = (*names, entries[names])
                entries[names] += 1
                lines.setdefault(names, number)
                lines[table] = number
        elif match := _TABLE.fullmatch(line):
            if _holds(values, _split(match[1])):
                table = _split(match[1])
                lines.setdefault(table, number)
        elif match := _KEY.match(line):
            place = (*table, *_split(match[1]))
            if _holds(values, place):
                lines.setdefault(place, number)
    return lines


def _split(dotted: str) -> tuple[str, ...]:
    """Split a TOML key as written, quotes and all, into its names."""
    names: list[str] = []
    value: Any = tomllib.loads(f"{dotted} = 0")
    while isinstance(value, dict):
        name, value = next(iter(value.items()))
        names.append(name)
    return tuple(names)


def _holds(values: Any, place: Place) -> bool:
    for part in place:
        if isinstance(part, int):
            if not isinstance(values, list) or part >= len(values):
                return False
        elif not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
