"""The figures of a motor by phase: currents, distortion, delays, and with voltages impedance and power."""

import math
from collections.abc import Iterator

import numpy as np

from engine.records.motor_figures import NO_SPEED
from engine.signals.motors.claims import Claim
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.motor.sheet import MotorSheet, absent_lines

NAME, COLUMN = 22, 14
"""Cells of the name of a row, and of each phase."""


def figure_rows(sheet: MotorSheet) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each figure, and its value in each phase."""
    view = sheet.view
    if view is None:
        yield from _stored_rows(sheet)
        return
    unit = f" [{sheet.unit}]" if sheet.unit else ""
    yield f"RMS{unit}", [f"{one:.4g}" for one in view.rms.tolist()]
    if len(view.distortion):
        yield "distortion [%]", [f"{100 * one:.1f}" for one in view.distortion.tolist()]
    if len(view.delays):
        yield "after the previous", [f"{360 * one * view.mains:.1f}°" for one in view.delays.tolist()]
    if view.power is not None:
        sizes, angles = np.abs(view.power.impedance), np.degrees(np.angle(view.power.impedance))
        pairs = zip(sizes.tolist(), angles.tolist(), strict=True)
        yield "impedance [Ω]", [f"{size:.4g} ∠{angle:.1f}°".replace("-", "−") for size, angle in pairs]
        yield "active power [W]", [f"{one:.4g}" for one in view.power.power.tolist()]
        yield "power factor", [f"{one:.3f}" for one in view.power.factor.tolist()]


def _stored_rows(sheet: MotorSheet) -> Iterator[tuple[str, list[str]]]:
    """Yield the figures by phase that the store holds."""
    numbers = {} if sheet.stored is None else sheet.stored.numbers
    for name, title_, form in (
        ("impedance", "impedance [Ω]", "{:.4g}"),
        ("angle", "impedance, angle", "{:.1f}°"),
        ("power", "active power [W]", "{:.4g}"),
        ("factor", "power factor", "{:.3f}"),
    ):
        found = [numbers.get(f"{name}_{number}") for number in (1, 2, 3)]
        known = [one for one in found if one is not None]
        if len(known) == len(found):
            yield title_, [form.format(one).replace("-", "−") for one in known]


def figure_lines(width: int, height: int, sheet: MotorSheet, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return a table of figures by phase, the figures of the whole motor, and notes on the recording.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Figures by phase {sheet.when}", width)
    view, rows = sheet.view, list(figure_rows(sheet))
    if view is None and not (rows and sheet.why_not):
        return absent_lines(width, height, heading, sheet, glyphs)
    count = 3 if view is None else len(view.rms)
    column = min(COLUMN, max((width - NAME - 2) // max(count, 1), 8))
    head = "".join(f"{f'phase {number + 1}':>{column}}" for number in range(count))
    lines: Lines = [heading, (Span(fit(f"  {'':<{NAME}}{head}", width), Role.TITLE),)]
    for name, values in rows:
        row = "".join(f"{one:>{column}}" for one in values)
        lines.append((Span(fit(f"  {fit(name, NAME)}{row}", width)),))
    lines += [(Span(fit(f"  {text}", width), Role.STRONG),) for text in whole_texts(sheet)]
    for words in [f"From the store: {sheet.why_not}."] if view is None else [n.words for n in view.fit.notes]:
        lines.append((Span(fit(f"  {words}", width), Role.WARNING),))
    return finished(lines[:height], width, height, glyphs)


def whole_texts(sheet: MotorSheet) -> list[str]:
    """Return sentences on the motor as a whole: supply, unbalance, slip."""
    view = sheet.view
    if view is None:
        return []
    found = []
    if math.isfinite(view.mains) and not view.why(Claim.HARMONICS):
        found.append(f"mains {view.mains:.2f} Hz")
    if view.unbalance is not None:
        size = abs(view.unbalance)
        found.append(f"unbalance {100 * size:.1f} % by sequences (IEC), {100 * view.nema:.1f} % by NEMA")
    if view.lines is not None and view.lines.slip is not None:
        slip = view.lines.slip
        pairs = "pair" if slip.pole_pairs == 1 else "pairs"
        found.append(
            f"slip {100 * slip.slip:.2f} %, {60 * slip.rotor:.0f} rpm with {slip.pole_pairs} {pairs} of poles"
        )
    elif view.lines is not None:
        found += [NO_SPEED, "Eccentricity and bearings are not judged without it."]
    return found
