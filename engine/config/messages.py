"""The sentence about a faulty setting, with the place where it was written."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.config.layers import Layer, Place, nearest_key, origin

LONGEST = 60
"""Characters of a name or a value that are quoted."""

_WANTED: dict[str, str] = {
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "model_type": "a table",
    "string_type": "text in quotes",
    "tuple_type": "a list",
    "finite_number": "a finite number",
}
_LIMITS: dict[str, Callable[[dict[str, Any]], str]] = {
    "greater_than": lambda context: f"more than {_bound(context['gt'])}",
    "greater_than_equal": lambda context: f"{_bound(context['ge'])} or more",
    "less_than": lambda context: f"less than {_bound(context['lt'])}",
    "less_than_equal": lambda context: f"{_bound(context['le'])} or less",
    "literal_error": lambda context: str(context["expected"]).replace("'", '"'),
    "string_pattern_mismatch": lambda context: "a lowercase name",
    "string_too_short": lambda context: f"text of {context['min_length']} or more characters",
    "string_too_long": lambda context: f"text of at most {context['max_length']} characters",
    "too_short": lambda context: f"a list of {context['min_length']} or more",
}


def sentence(
    error: ValidationError,
    values: Mapping[str, Any],
    origins: Mapping[Place, Layer],
    valid: Sequence[Place],
) -> str:
    """Describe the first fault; an unknown key first, because it often explains a missing one.

    Args:
        error: of the check.
        values: the merged settings.
        origins: the layer of each place.
        valid: every place that settings may have.
    """
    faults = error.errors(include_url=False)
    fault = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    place = _written_place(fault["loc"], values)
    layer = origin(origins, place)
    where = f"{layer.position(place)}: " if layer else ""
    return f"{where}{_called(place)} {_complaint(fault, place, valid)}."


def _written_place(location: tuple[str | int, ...], values: Any) -> Place:
    """Shorten a fault's location to the place in the file: a scalar for all channels has no entries."""
    place: Place = ()
    for part in location:
        if place and not isinstance(values, Mapping | list | tuple):
            break
        place = (*place, part)
        if isinstance(values, Mapping):
            values = values.get(part)
        elif isinstance(values, list | tuple) and isinstance(part, int) and part < len(values):
            values = values[part]
        else:
            values = None
    return place


def _called(place: Place) -> str:
    """Name a place as a reader of the file would: "alarms.severe", "channels of component 2"."""
    names = [_short(part) for part in place if isinstance(part, str)]
    if place[0] == "component" and len(place) > 1:
        keys = ".".join(names[1:])
        return f"{keys} of component {int(place[1]) + 1}" if keys else f"component {int(place[1]) + 1}"
    return ".".join(names)


def _complaint(fault: ErrorDetails, place: Place, valid: Sequence[Place]) -> str:
    kind, given, context = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        if meant := nearest_key(place, valid):
            return f"is not a setting; the nearest is {'.'.join(map(str, meant))}"
        table = tuple(part for part in place[:-1] if isinstance(part, str))
        siblings = [str(other[-1]) for other in valid if other[:-1] == table]
        return f"is not a setting; what may stand here is {', '.join(siblings)}"
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(context["error"])
    if kind == "too_long":
        return f"has more than {context['max_length']} entries"
    if kind == "float_type" and type(given) is int:
        return "must be a number that a computer can hold, not one of hundreds of digits"
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_shown(given)}"
    if kind in _LIMITS:
        return f"must be {_LIMITS[kind](context)}, not {_shown(given)}"
    return f"is wrong: {fault['msg']}"


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            text = _short(value)
            return f'the text "{text}"' if text.isprintable() else f"the text {text!r}"
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case int() if abs(value) >= 10**18:
            return "a number of more than 18 digits"
        case _:
            return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _bound(number: float) -> str:
    """Write a bound as a person would: 10000000 and not 1e+07."""
    return str(int(number)) if number == int(number) else f"{number:.9f}".rstrip("0")
