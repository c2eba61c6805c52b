"""Questions of `raceway init`: each asks again until its answer can be right."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import typer

from replay.recording import clean_text
from tui.commands.recordings.answers import (
    ANGLE,
    LENGTH,
    MAINS,
    SAMPLE_RATE,
    SPAN,
    SPEED,
    AnswerError,
    checked,
    count_of,
    quantity_of,
    sensitivity_of,
)

if TYPE_CHECKING:
    from replay.inspection.lines.line import Line
    from replay.inspection.proposal import Proposal, ProposedComponent
    from replay.inspection.slow_rows import SlowChannel

_WORDS = {
    "name": "name of the machine",
    "sample_rate": "sample rate [Hz]",
    "shaft_speed": "speed of the shaft [rpm], 0 if not known",
    "mains_frequency": "mains frequency [Hz], 0 if none",
    "every": "seconds between two recordings",
    "start": "time of recording number 0",
}
_QUANTITIES = {
    "sample_rate": SAMPLE_RATE,
    "shaft_speed": SPEED,
    "mains_frequency": MAINS,
    "every": SPAN,
}
_YES = {"y", "yes", "j", "ja", "true", "1"}
_NO = {"n", "no", "nein", "false", "0"}
_DIMENSIONS = "d"

_FEWEST_ROLLERS = 2

T = TypeVar("T")


def ask(words: str, default: str, parse: Callable[[str], T], *, shows_default: bool = True) -> T:
    """Ask until the answer can be right.

    Args:
        words: of the question.
        default: answer of an empty line.
        parse: makes a value of an answer; its AnswerError is the sentence before the question comes again.
        shows_default: whether the question shows the default.

    Returns:
        The value.
    """
    while True:
        answer = str(typer.prompt(words, default=default, show_default=shows_default and default != ""))
        try:
            return parse(answer)
        except AnswerError as error:
            print(f"  {clean_text(str(error))}")


def ask_yes(words: str, *, default: bool) -> bool:
    """Ask a question of yes or no."""

    def parse(answer: str) -> bool:
        plain = answer.strip().casefold()
        if plain not in _YES | _NO:
            raise AnswerError("type y or n")
        return plain in _YES

    return ask(f"{words} [y/n]", "y" if default else "n", parse)


def ask_count(words: str, default: int, *, least: int = 0) -> int:
    """Ask for a whole number."""

    def parse(answer: str) -> int:
        count = count_of(answer)
        if count < least:
            raise AnswerError(f"type a number of {least} or more")
        return count

    return ask(words, str(default), parse)


def ask_proposal(proposal: "Proposal") -> "Proposal":
    """Ask a person for each value that the files cannot tell."""
    lines = tuple(_asked_line(one) for one in proposal.lines)
    parts: list[ProposedComponent] = []
    for one in proposal.components:
        parts.append(_asked_component(one, [part.name for part in parts]))
    slow = proposal.slow
    if slow is not None:
        slow = replace(slow, channels=tuple(map(_asked_channel, slow.channels)))
    return replace(proposal, lines=lines, components=tuple(parts), slow=slow)


def _checked_text(answer: str, key: str, noun: str) -> str:
    text = answer.strip()
    if key == "name":
        checked({"machine.name": text}, noun)
    else:
        checked({"component": [{"name": "a", "channels": [1], key: text}]}, noun)
    return text


def _asked_channel(channel: "SlowChannel") -> "SlowChannel":
    shown = clean_text(str(channel.channel))

    def parse(answer: str) -> str:
        return _checked_text(answer, "unit", "the unit") if answer.strip() else ""

    unit = channel.unit or ask(f"unit of {shown}, empty if not known", "", parse)
    words = f"does {shown} explain others, as speed, load or ambient do (no: it is judged)"
    return replace(channel, unit=unit, is_condition=ask_yes(words, default=channel.is_condition))


def _asked_line(line: "Line") -> "Line":
    from replay.inspection.lines.line import Sure

    asked = line.sure is Sure.UNKNOWN or line.key == "name"
    if not asked or line.key not in _WORDS:
        return line
    noun = "the " + _WORDS[line.key].split(" [")[0].split(",")[0]
    quantity = _QUANTITIES.get(line.key)

    def parse(answer: str) -> object:
        if quantity is None or not isinstance(line.value, float):
            value: object = answer.strip()
        else:
            value = quantity_of(answer, quantity)
        checked({f"{line.table}.{line.key}": value}, noun)
        return value

    default = f"{line.value:.12g}" if isinstance(line.value, float) else str(line.value)
    answer = ask(_WORDS[line.key], default, parse)
    reason = line.reason.replace("; NOT KNOWN", "").split(": the files")[0]
    return replace(line, value=answer, reason=reason, sure=Sure.SEEN)


def _asked_component(part: "ProposedComponent", taken: list[str]) -> "ProposedComponent":
    def parse_name(answer: str) -> str:
        name = _checked_text(answer, "name", "the name")
        if name in taken:
            raise AnswerError(f"another part has the name {name}; type one of its own")
        return name

    name = ask(f"name of the part on channel {clean_text(str(part.channel))}", part.name, parse_name)
    unit = part.unit
    if not part.unit_known:
        words = "  unit of its numbers after scaling"
        unit = ask(words, "V", lambda answer: _checked_text(answer, "unit", "the unit"))

    def parse_factor(answer: str) -> float:
        factor = sensitivity_of(answer, unit)
        checked({"component": [{"name": "a", "channels": [1], "sensitivity": factor}]}, "the sensitivity")
        return factor

    factor = ask("  recorded number per unit (sensitivity)", f"{part.sensitivity:.12g}", parse_factor)
    bearing, geometry = _asked_bearing()
    return replace(
        part,
        name=name,
        unit=unit,
        unit_known=True,
        sensitivity=factor,
        bearing=bearing,
        geometry=geometry,
    )


def _asked_bearing() -> tuple[str, tuple[int, float, float, float] | None]:
    """Ask for a bearing: a designation of the table, or dimensions by hand, or neither."""
    from engine.signals.bearing_table import bearing_named, in_short, nearest_bearings

    words = f"  designation of its bearing, {_DIMENSIONS} to type its dimensions, empty if not known"
    while True:
        typed = str(typer.prompt(words, default="", show_default=False)).strip()
        if not typed:
            return "", None
        if typed.casefold() == _DIMENSIONS:
            geometry = _asked_geometry()
            if geometry is not None:
                return "", geometry
            continue
        found = bearing_named(typed)
        if found is not None and typed.isprintable():
            print(f"  {clean_text(in_short(found))}")
            return typed, None
        print(f"  '{clean_text(typed)[:40]}' is no bearing of the table (raceway bearing lists it)")
        near = nearest_bearings(typed)
        if near:
            print("\n".join(["  it could be one of these:", *(f"    {in_short(one)}" for one in near)]))


def _asked_geometry() -> tuple[int, float, float, float] | None:
    """Ask for the geometry of a bearing, from its data sheet, until it can be one; None where it is left."""
    while True:
        rollers = ask("  rolling elements (of one row), empty to leave it", "", _rollers)
        if rollers is None:
            return None
        roller = _positive("  diameter of a rolling element [mm]")
        pitch = _positive("  pitch diameter [mm]")
        angle = ask("  contact angle [degrees], 0 if not known", "0", _angle)
        fault = geometry_fault(rollers, roller, pitch)
        if fault is None:
            try:
                _check_geometry(rollers, roller, pitch, angle)
            except AnswerError as error:
                fault = str(error)
        if fault is None:
            break
        print(f"  {fault}")
    from engine.signals.bearing import Geometry
    from engine.signals.bearing_table import Bearing, in_short

    print(f"  {in_short(Bearing('this bearing', (), Geometry(rollers, roller, pitch, angle), 'by hand'))}")
    return rollers, roller, pitch, angle


def _check_geometry(rollers: int, roller: float, pitch: float, angle: float) -> None:
    shape = {"rollers": rollers, "roller_diameter": roller, "pitch_diameter": pitch, "contact_angle": angle}
    checked({"component": [{"name": "a", "channels": [1], **shape}]}, "the geometry")


def geometry_fault(rollers: int, roller: float, pitch: float) -> str | None:
    """Return a sentence about rolling elements that have no room on the pitch circle."""
    if roller >= pitch:
        return f"a rolling element of {roller:g} mm is not smaller than the pitch diameter of {pitch:g} mm"
    if rollers * math.asin(roller / pitch) > math.pi:
        return f"{rollers} rolling elements of {roller:g} mm have no room on a pitch circle of {pitch:g} mm"
    return None


def _positive(words: str) -> float:
    def parse(answer: str) -> float:
        value = quantity_of(answer, LENGTH)
        if value <= 0:
            raise AnswerError("a diameter is more than 0; type it in mm")
        return value

    return ask(words, "", parse)


def _rollers(answer: str) -> int | None:
    if not answer.strip():
        return None
    rollers = count_of(answer)
    if rollers < _FEWEST_ROLLERS:
        raise AnswerError(f"a bearing has {_FEWEST_ROLLERS} rolling elements or more")
    return rollers


def _angle(answer: str) -> float:
    value = quantity_of(answer, ANGLE)
    if not 0 <= value < 90:
        raise AnswerError("a contact angle is 0 or more and less than 90 degrees")
    return value
