"""Answers that a person types: numbers with units and decimal commas, checked as the settings are."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.config.layers import SettingsError


class AnswerError(Exception):
    """An answer that cannot be right; its text is one sentence for the person."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that is asked for.

    Attributes:
        noun: its name in a sentence.
        example: an answer, for the sentence about a wrong one.
        units: factor to the unit of the settings, by unit without blanks and in lowercase.
        has_none: whether words such as "unknown" mean 0.
        is_small: whether a comma before three digits can only be a decimal sign.
    """

    noun: str
    example: str
    units: Mapping[str, float] = field(default_factory=dict)
    has_none: bool = False
    is_small: bool = False


_PER_MINUTE = (
    "rpm",
    "r/min",
    "rev/min",
    "1/min",
    "/min",
    "min-1",
    "min^-1",
    "u/min",
    "upm",
    "umin",
    "rounds/min",
)
_PER_SECOND = ("hz", "1/s", "s-1", "s^-1", "rps", "r/s", "rev/s", "u/s")

SAMPLE_RATE = Quantity(
    "a sample rate",
    "25600 or 25.6 kHz",
    {"hz": 1, "khz": 1e3, "mhz": 1e6, "1/s": 1, "s/s": 1, "sps": 1, "sa/s": 1, "ks/s": 1e3, "samples/s": 1},
)
SPEED = Quantity(
    "a speed",
    "1482, 1482 rpm or 24.7 Hz",
    {**dict.fromkeys(_PER_MINUTE, 1.0), **dict.fromkeys(_PER_SECOND, 60.0), "rad/s": 30 / math.pi},
    has_none=True,
)
MAINS = Quantity("a mains frequency", "50 or 60 Hz", {"hz": 1}, has_none=True)
SPAN = Quantity(
    "a time between recordings",
    "600 or 10 min",
    {
        **dict.fromkeys(("s", "sec", "second", "seconds", "sek"), 1.0),
        **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten"), 60.0),
        **dict.fromkeys(("h", "hour", "hours", "std"), 3600.0),
        **dict.fromkeys(("d", "day", "days"), 86400.0),
        "ms": 0.001,
    },
)
LENGTH = Quantity(
    "a diameter",
    "7.94 or 7.94 mm",
    {"mm": 1, "cm": 10, "in": 25.4, "inch": 25.4, '"': 25.4},
    is_small=True,
)
ANGLE = Quantity("an angle", "0 or 15 degrees", {"°": 1, "deg": 1, "degree": 1, "degrees": 1}, has_none=True)
COUNT = Quantity("a whole number", "9")
SENSITIVITY = Quantity("a sensitivity", "1 or 0.1")

_NONE = {"none", "no", "unknown", "not known", "?", "-", "nil", "unbekannt", "keine"}
_NUMBER = re.compile(
    r"([+-]?(?:\d[\d.,']*|[.,]\d+)(?:e[+-]?\d{1,3}(?![\d.,]))?)(.*)", re.IGNORECASE | re.DOTALL
)
_GROUPS = re.compile(r"\d{1,3}(?:[.,']\d{3})+")
_VOLTS = re.compile(r"([mkuµμ]?)v/(.+)")


def number_of(text: str, *, is_small: bool = False) -> float:
    """Return a number with a decimal point or comma, and with or without marks between thousands.

    Args:
        text: the number.
        is_small: whether a comma before three digits can only be a decimal sign.

    Raises:
        AnswerError: it is no number, or can mean two.
    """
    plain = text.strip().replace("'", "") if _GROUPS.search(text) else text.strip()
    if plain.count(",") == 1 and "." not in plain:
        before, after = plain.lstrip("+-").split(",")
        if not is_small and re.fullmatch(r"[1-9]\d{0,2}", before) and re.fullmatch(r"\d{3}", after):
            raise AnswerError(f"{text} can mean {before}{after} or {before}.{after}; type it without a comma")
        plain = plain.replace(",", ".")
    elif "," in plain or plain.count(".") > 1:
        decimal = max(plain.rfind(","), plain.rfind("."))
        whole, rest = plain[:decimal], plain[decimal + 1 :]
        mark = plain[decimal]
        if mark in whole:
            whole, rest = plain, ""
        if not _GROUPS.fullmatch(whole.lstrip("+-")) or len({one for one in whole if one in ".,"}) > 1:
            raise AnswerError(f"{text} is not a number; type it like 1482.5")
        plain = re.sub(r"[.,]", "", whole) + (f".{rest}" if rest else "")
    try:
        value = float(plain)
    except ValueError:
        raise AnswerError(f"{text} is not a number; type it like 1482.5") from None
    if not math.isfinite(value):
        raise AnswerError(f"{text} is too large")
    return value


def _parts(text: str, quantity: Quantity) -> tuple[float, str]:
    """Return the number of an answer, and the unit behind it in lowercase without blanks."""
    shown = "".join(one for one in text.strip() if one.isprintable())[:40]
    if not shown:
        raise AnswerError(f"type {quantity.noun}, a number like {quantity.example}")
    plain = text.strip().replace("−", "-").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    plain = re.sub(r"(?<=\d)[\s_](?=\d{3}(?!\d))", "", plain)
    plain = re.sub(r"^([+-])\s+", r"\1", plain)
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise AnswerError(f"'{shown}' is not {quantity.noun}; type a number like {quantity.example}")
    unit = re.sub(r"\s", "", found[2]).replace("⁻¹", "-1").casefold()
    number = found[1].rstrip(".,'") if found[2].strip() else found[1]
    return number_of(number, is_small=quantity.is_small), unit


def quantity_of(text: str, quantity: Quantity) -> float:
    """Return a typed quantity in the unit of the settings.

    Raises:
        AnswerError: it is no number, or its unit is not one of the quantity.
    """
    if quantity.has_none and text.strip().casefold() in _NONE:
        return 0.0
    value, unit = _parts(text, quantity)
    if unit and unit not in quantity.units:
        known = f"like {quantity.example}" if quantity.units else "without a unit"
        raise AnswerError(f"'{unit}' is no unit of {quantity.noun}; type it {known}")
    # Twelve digits: 24.7 Hz are 1482 rpm, not 1482.0000000000002.
    return float(f"{value * quantity.units[unit]:.12g}") if unit else value


def count_of(text: str) -> int:
    """Return a typed whole number.

    Raises:
        AnswerError: it is none.
    """
    value = quantity_of(text, COUNT)
    if value != int(value) or value < 0:
        raise AnswerError(f"{text.strip()} is not a whole number of 0 or more")
    return int(value)


def sensitivity_of(text: str, unit: str) -> float:
    """Return a typed sensitivity: the recorded number for a value of one.

    Args:
        text: the answer.
        unit: of the values, such as g.

    Raises:
        AnswerError: it is no number, or its unit leaves open in which unit the files are.
    """
    value, typed = _parts(text, SENSITIVITY)
    if not typed:
        return value
    volts = _VOLTS.fullmatch(typed)
    per = re.sub(r"[\s()]", "", unit).replace("²", "2").casefold()
    if volts is None:
        raise AnswerError(f"'{typed}' is no unit of a sensitivity; type a number, or one like 0.1 V/{unit}")
    if re.sub(r"[()]", "", volts[2]).replace("²", "2") != per:
        raise AnswerError(f"'{typed}' is not per {unit}, the unit of the values; type the number per {unit}")
    if not volts[1]:
        return value
    factor = {"m": 1e-3, "k": 1e3}.get(volts[1], 1e-6)
    raise AnswerError(
        f"{value:g} {volts[1]}V/{unit} is {value * factor:g} where the files hold volts, and {value:g} where"
        f" they hold {volts[1]}V; type that number"
    )


def checked(overrides: Mapping[str, object], noun: str) -> None:
    """Check a value as the settings file will be.

    Args:
        overrides: it, by dotted key.
        noun: of the value in a sentence, in place of the key.

    Raises:
        AnswerError: the settings refuse it.
    """
    from engine.config.settings import load_settings

    try:
        load_settings(overrides=dict(overrides))
    except SettingsError as error:
        said = re.sub(r"(\d)\.0$", r"\1", str(error).removeprefix("command line: ").rstrip("."))
        for key in (*overrides, "name of component 1", "unit of component 1", "sensitivity of component 1"):
            said = said.replace(key, noun, 1) if said.startswith(key) else said
        if "unable to parse raw data as a unicode string" in said:
            said = f"{noun} holds letters that cannot be stored; type it without them"
        raise AnswerError(said) from None
