"""Harmonics of the mains in a motor's currents, as bars."""

import numpy as np

from engine.signals.motors.claims import Claim
from tui.draw.charts.axes import steady_top
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Line, Lines, Role, Span, fit, title
from tui.screens.motor.sheet import MotorSheet, absent_lines

LEAST = 0.01
"""Share of the highest harmonic below which one is left out."""

LABEL = 5
NUMBERS = 8
"""Cells for the order, and for the number of each phase."""


def harmonic_lines(width: int, height: int, sheet: MotorSheet, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return a bar for each harmonic, its mean over the phases; the highest if not all fit.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Harmonics {sheet.when}", width, "share of the fundamental, by phase", "% of the mains")
    view = sheet.view
    if sheet.why_withheld(Claim.HARMONICS.value) or view is None or not view.harmonics.shape[1]:
        return absent_lines(width, height, heading, sheet, glyphs, Claim.HARMONICS, "Harmonics are")
    # They begin at the second.
    mean = view.harmonics.mean(axis=0)
    known = np.flatnonzero(np.isfinite(mean))
    known = known[mean[known] >= LEAST * mean[known].max(initial=0.0)]
    told = ", ".join(f"{100 * one:.1f} %" for one in view.distortion.tolist())
    lines: Lines = [heading, (Span(fit(f"  total distortion by phase: {told}", width), Role.DIM),)]
    if not len(known):
        lines.append((Span("  the sample rate shows no harmonic", Role.DIM),))
        return finished(lines[:height], width, height, glyphs)
    room = max(height - 2, 1)
    chosen = np.sort(known[np.argsort(-mean[known], kind="stable")][:room])
    top = steady_top(float(mean[chosen].max()))
    for place in chosen.tolist():
        lines.append(_bar(width, place + 2, view.harmonics[:, place], top))
    return finished(lines[:height], width, height, glyphs)


def _bar(width: int, order: int, phases: np.ndarray, top: float) -> Line:
    numbers = "".join(f"{100 * one:>{NUMBERS - 2}.2f} %" for one in phases.tolist())
    room = max(width - LABEL - len(numbers) - 2, 0)
    filled = round(min(float(phases.mean()) / top, 1.0) * room)
    return (
        Span(f"{order:>{LABEL - 1}} ", Role.STRONG),
        Span("█" * filled + " " * (room - filled), Role.TITLE),
        Span(fit(numbers, width - LABEL - room), Role.DIM),
    )
