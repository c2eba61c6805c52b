"""Sentences about a motor: its fault with the evidence for it, and what else may be the cause."""

import math
from collections.abc import Callable, Iterator, Mapping

from engine.explanation.facts import count_fact, number_fact, text_fact
from engine.explanation.sentence import NOTHING, Fact, Sentence, joined, listed, say
from engine.records.events import Event
from engine.records.motor_figures import NO_SPEED, MotorFault
from engine.records.payloads import SurfaceEvidence
from engine.signals.motors.cage import cage_severity

Figures = Mapping[str, float]

OTHER_SCALE = 0.03
"""Least growth of the spread of the sensors' scales, as a share, that is not noise."""


def motor_origin(surface: str, event: Event, evidence: SurfaceEvidence) -> Sentence:
    """Return the fault of a motor and the evidence for it.

    Args:
        surface: name of the fault.
        event: that named it.
        evidence: with its figures.
    """
    figures = {name: one for name, one in evidence.figures.items() if math.isfinite(one)}
    head = say("{}", text_fact(surface, "surface"), events=[event.seq])
    if "phase" in figures:
        phase = say(" in phase {}", count_fact(int(figures["phase"]), "phase"))
        head = joined(head, phase, by="")
    return joined(head, _WORDS.get(surface, _lines)(figures))


def motor_clues(evidence: SurfaceEvidence) -> Iterator[Sentence]:
    """Yield what speaks for and against the fault, a sentence each."""
    figures, surface = evidence.figures, evidence.surface
    if surface == MotorFault.CAGE.value:
        yield Sentence(
            "The sidebands lie at twice the slip that the lines of the rotor show."
            if figures.get("slip_measured")
            else f"{NO_SPEED} A load that swings at this rate looks the same."
        )
    if surface == MotorFault.STATOR.value:
        yield Sentence(
            "The voltages do not explain the change: the motor is the cause."
            if "supply_change" in figures
            else "No voltages are measured: the supply may be the cause."
        )
        if "scale_change" in figures:
            yield _scales(figures)
        if "phase" not in figures:
            yield _no_phase(figures)
    if surface == MotorFault.SUPPLY.value:
        yield Sentence("The change of the voltages explains that of the currents.")
    power = _power(figures)
    if power:
        yield power


def _scales(figures: Figures) -> Sentence:
    """Return whether the three currents still sum to zero, as they do in a motor without a neutral."""
    if figures["scale_change"] < OTHER_SCALE:
        return Sentence("The three currents sum to zero as before: no sensor changed its scale.")
    return say(
        "The three currents no longer sum to zero: a sensor's scale changed by {} %,"
        " or a current flows to earth.",
        number_fact(100 * figures["scale_change"], "scale_change"),
    )


def _no_phase(figures: Figures) -> Sentence:
    end = "no phase is named without your calibration with known faults (phase_directions)."
    if "direction" not in figures:
        return Sentence(f"{end[:1].upper()}{end[1:]}")
    return say("The unbalance changed in the direction of {} degrees; " + end, _number(figures, "direction"))


def _power(figures: Figures) -> Sentence:
    """Return impedance and power by phase where voltages are measured, else nothing."""
    numbers = range(1, 4)
    if not all(f"{name}_{number}" in figures for name in ("impedance", "power") for number in numbers):
        return NOTHING
    ohms = listed(*(say("{}", _number(figures, f"impedance_{number}", 2)) for number in numbers))
    watts = listed(*(say("{}", _number(figures, f"power_{number}")) for number in numbers))
    lead, end = Sentence("Phases 1 to 3 have an impedance of "), Sentence(" W.")
    return joined(lead, ohms, Sentence(" ohm and take "), watts, end, by="")


def _cage(figures: Figures) -> Sentence:
    if "decibels" not in figures:
        return NOTHING
    below = number_fact(figures["decibels"], "decibels")
    parts = [say("sidebands {} dB below the mains at ±{} Hz", below, _number(figures, "offset", 2))]
    if "slip" in figures:
        parts.append(say(" (slip {} %)", number_fact(100 * figures["slip"], "slip", 1)))
    if "bars" in figures:
        parts.append(say(": about {} of the bars", number_fact(max(figures["bars"], 0.1), "bars", 1)))
    else:
        parts.append(say(": {}", text_fact(cage_severity(figures["decibels"]), "meaning")))
    return joined(*parts, by="")


def _stator(figures: Figures) -> Sentence:
    found = _unbalance(figures)
    supply = Sentence("the supply may be the cause") if found and "supply_change" not in figures else NOTHING
    return joined(found, supply, by="; ")


def _supply(figures: Figures) -> Sentence:
    told = NOTHING
    if "supply_change" in figures:
        told = say("the voltages' by {} %", number_fact(100 * figures["supply_change"], "supply_change", 1))
    return joined(_unbalance(figures), told, by="; ")


def _unbalance(figures: Figures) -> Sentence:
    if "unbalance" not in figures:
        return NOTHING
    return say(
        "negative sequence {} %, changed by {} %",
        number_fact(100 * figures["unbalance"], "unbalance", 1),
        number_fact(100 * figures.get("change", 0.0), "change", 1),
    )


def _load(figures: Figures) -> Sentence:
    if "offset" in figures:
        offset, below = _number(figures, "offset", 2), _number(figures, "decibels")
        return say("the load swings at {} Hz, {} dB below the mains", offset, below)
    if "level" in figures:
        return say("current {} times the usual", _number(figures, "level", 2))
    return NOTHING


def _open(figures: Figures) -> Sentence:
    return Sentence("the other two carry the same current, opposed")


def _lines(figures: Figures) -> Sentence:
    if "decibels" not in figures:
        return NOTHING
    apart = "rotor" if "rotor" in figures else "vibration"
    below = _number(figures, "decibels")
    found = say("lines {} dB below the mains at ±{} Hz", below, _number(figures, apart, 1))
    rise = say("{} dB above the baseline", _number(figures, "rise")) if "rise" in figures else NOTHING
    return joined(found, rise)


def _number(figures: Figures, name: str, decimals: int = 0) -> Fact:
    return number_fact(figures.get(name, 0.0), name, decimals)


_WORDS: Mapping[str, Callable[[Figures], Sentence]] = {
    MotorFault.CAGE.value: _cage,
    MotorFault.STATOR.value: _stator,
    MotorFault.SUPPLY.value: _supply,
    MotorFault.LOAD.value: _load,
    MotorFault.OPEN.value: _open,
}
