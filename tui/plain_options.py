"""Command lines of plain options, read without the libraries of the parser, so that a screen opens sooner.

Help, faults and everything else is left to the parser: both read the same declarations.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from typer.models import OptionInfo

FLAG = object()
"""Stands for an option without a value."""

READERS: Mapping[object, Callable[[str], object]] = {
    Path | None: Path,
    str | None: str,
    str: str,
}
"""How a value is read, by the type of its parameter; options of other types are left to the parser."""


def plain_values(command: Callable[..., object], arguments: Sequence[str]) -> dict[str, object] | None:
    """Return the parameters of a command by name, None where its line needs the parser.

    Args:
        command: all of its parameters are options.
        arguments: of its command line.
    """
    known = _options(command)
    if known is None:
        return None
    values: dict[str, object] = {}
    rest = list(arguments)
    while rest:
        option, joined, value = rest.pop(0).partition("=")
        if option not in known:
            return None
        name, read = known[option]
        if name in values:
            return None
        if read is FLAG:
            if joined:
                return None
            values[name] = True
            continue
        if not joined:
            value = rest.pop(0) if rest else ""
        if not value or value.startswith("-"):
            return None
        values[name] = read(value)
    return values


def _options(command: Callable[..., object]) -> dict[str, tuple[str, Any]] | None:
    """Return name and reader of each option whose values are plain; None for a command with arguments."""
    known: dict[str, tuple[str, Any]] = {}
    for name, parameter in inspect.signature(command).parameters.items():
        if get_origin(parameter.annotation) is not Annotated or parameter.default is parameter.empty:
            return None
        kind, *declared = get_args(parameter.annotation)
        infos = [one for one in declared if isinstance(one, OptionInfo)]
        if not infos:
            return None
        # A declared parser is used here too: an address of a database is no path.
        read = FLAG if kind is bool else infos[0].parser or READERS.get(kind)
        if read is not None:
            # In an annotation the parser takes the first name for the default.
            names = (infos[0].default, *(infos[0].param_decls or ()))
            given = [one for one in names if isinstance(one, str) and one.startswith("-")]
            for option in given or [f"--{name.replace('_', '-')}"]:
                known[option] = (name, read)
    return known
