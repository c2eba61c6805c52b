"""Values of stored payloads, read tolerantly: what is missing or of another kind is unknown."""

from collections.abc import Mapping, Sequence


def number(value: object) -> float | None:
    """Return a stored number, None where it is none."""
    return float(value) if isinstance(value, int | float) else None


def numbers(value: object) -> dict[str, float]:
    """Return the stored numbers by their names, without those that are none."""
    known = value.items() if isinstance(value, Mapping) else ()
    return {str(name): found for name, one in known if (found := number(one)) is not None}


def integer(value: object) -> int | None:
    """Return a stored whole number, None where it is none."""
    return value if isinstance(value, int) else None


def words(value: object) -> str:
    """Return a stored text, "" where there is none."""
    return "" if value is None else str(value)


def optional(value: object) -> str | None:
    """Return a stored text, None where there is none."""
    return None if value is None else str(value)


def items(value: object) -> Sequence[object]:
    """Return a stored list, empty where it is none."""
    return value if isinstance(value, list | tuple) else ()
