"""The current spectrum about the mains line in dB, with its sidebands marked; and the lines as a table."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.records.motor_figures import NO_SPEED
from engine.signals.motors.cage import cage_severity
from engine.signals.motors.claims import Claim
from engine.signals.spectrum import Scale
from tui.draw.charts.chart import axis_of
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import Lines, Role, Span, fit, title
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, columns_of, plot_lines
from tui.screens.bearing.analysis.readout import Values, cursor_uprights, frequency_readout, joined
from tui.screens.bearing.analysis.tools import Trace
from tui.screens.motor.sheet import MotorSheet, absent_lines

if TYPE_CHECKING:
    from engine.signals.motors.signature import Pair

LOWEST = -120.0
"""Lower end of the axis [dB]: no converter of currents reaches further."""

PEAK_ABOVE = 12.0
"""Height over the floor from which a line is a peak for the cursor [dB]."""

CAGE, SWING, ROTOR = "2sf", "swing", "fr"


def pairs_of(sheet: MotorSheet) -> Iterator[tuple[str, str, "Pair"]]:
    """Yield short name, name and lines of each pair beside the mains that was found."""
    lines = None if sheet.view is None else sheet.view.lines
    if lines is None:
        return
    for short, name, pair in (
        (CAGE, "twice the slip (cage)", lines.cage),
        (SWING, "load that swings", lines.swing),
        *(((ROTOR, "rotor (eccentricity)", lines.slip.lines),) if lines.slip else ()),
        *((name, f"bearing ({name})", pair) for name, pair in lines.bearing.items()),
    ):
        if pair.offset > 0 and (short in (CAGE, ROTOR) or pair.stands_out):
            yield short, name, pair


def spectrum_plot(width: int, sheet: MotorSheet) -> tuple[Plot, Trace] | None:
    """Return the plot of the spectrum, from 0 to twice the mains, and its curve; None without a spectrum."""
    view = sheet.view
    if view is None or view.signature is None:
        return None
    found, factor = view.signature, sheet.ruler.factor
    hertz = found.mains + found.offsets
    seen = (hertz >= 0) & (hertz <= 2 * found.mains)
    hertz, decibels, above = hertz[seen], found.decibels[seen], found.above[seen]
    low, high = sheet.zoom.part(0.0, 2 * found.mains)
    inside = (hertz >= low) & (hertz <= high)
    floor = float(np.percentile(decibels[inside], 5)) if inside.any() else LOWEST
    word = "ord" if sheet.ruler.axis == "orders" else str(sheet.ruler.axis)
    plot = Plot(
        x=axis_of(low * factor, high * factor, word, max(width // 14, 2)),
        y=axis_of(max(10 * np.floor(floor / 10), LOWEST), 5.0, "dB", 4),
        layers=(Layer(hertz * factor, decibels, Role.TITLE),),
        uprights=(
            *_sidebands(sheet, found.mains, factor),
            *cursor_uprights(sheet.tools.frequency, factor),
        ),
    )
    higher = (decibels[1:-1] >= decibels[:-2]) & (decibels[1:-1] >= decibels[2:])
    peaks = hertz[1:-1][higher & ((above[1:-1] >= PEAK_ABOVE) | (decibels[1:-1] == 0))]
    return plot, Trace(hertz, decibels, low, high, columns_of(width, plot), tuple(peaks.tolist()))


def _sidebands(sheet: MotorSheet, mains: float, factor: float) -> tuple[Upright, ...]:
    """Return the sidebands as lines of the plot; those of the bearing if lines are asked for."""
    marks = []
    for short, _, pair in pairs_of(sheet):
        if short not in (CAGE, ROTOR) and not sheet.tools.lines and short != SWING:
            continue
        role = Role.WARNING if pair.stands_out else Role.DIM
        for side, sign in ((-1, "−"), (1, "+")):
            marks.append(Upright((mains + side * pair.offset) * factor, role, f"{sign}{short}", glyph="┊"))
    return tuple(marks)


def spectrum_lines(width: int, height: int, sheet: MotorSheet, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return the spectrum with its sidebands; where it is withheld or not at hand, the reason.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Current spectrum {sheet.when}", width, *_what(sheet))
    found = spectrum_plot(width, sheet)
    if found is None:
        return absent_lines(width, height, heading, sheet, glyphs, Claim.SPECTRUM, "The spectrum is")
    plot, trace = found
    readout = frequency_readout(
        width - 3, sheet.tools.frequency, trace, sheet.ruler, Values("dB", Scale.DECIBEL)
    )
    second = readout or joined(width - 3, [f"{text} ·" for text in pair_texts(sheet)])[:-2]
    role = Role.STRONG if readout else Role.DIM
    lines: Lines = [
        heading,
        (Span(fit(f"  {second}", width), role),),
        *plot_lines(width, height - 2, plot, glyphs),
    ]
    return finished(lines[:height], width, height, glyphs)


def _what(sheet: MotorSheet) -> tuple[str, ...]:
    found = None if sheet.view is None else sheet.view.signature
    if found is None:
        return ("dB below the mains line",)
    return (
        f"dB re the mains line at {found.mains:.2f} Hz, bins of {found.resolution:.2g} Hz, drift taken out",
        f"dB re the mains, {found.mains:.2f} Hz",
        "dB",
    )


def pair_texts(sheet: MotorSheet) -> list[str]:
    """Return the pairs of lines in words, the cage's first, with the reason where sidebands are withheld."""
    found = []
    why = sheet.why_withheld(Claim.SIDEBANDS.value)
    if why:
        found.append(f"sidebands withheld: {why}")
    for short, _, pair in pairs_of(sheet):
        text = f"±{short} {pair.offset:.2f} Hz {pair.decibels:.0f} dB".replace("-", "−")
        found.append(text if pair.stands_out else f"{text} (noise)")
    if sheet.rotor > 0 and sheet.view is not None and sheet.view.lines and sheet.view.lines.slip:
        found.append(f"slip {100 * sheet.view.lines.slip.slip:.2f} %")
    return found


def line_table(width: int, height: int, sheet: MotorSheet, glyphs: Glyphs = Glyphs.UNICODE) -> Lines:
    """Return the pairs of lines beside the mains as a table.

    Args:
        width: cells.
        height: lines, the heading included.
        sheet: what is drawn.
        glyphs: those that the terminal can show.
    """
    heading = title(f"Lines beside the mains {sheet.when}", width, "dB re the mains line", "dB")
    if sheet.view is None or sheet.view.lines is None:
        return absent_lines(width, height, heading, sheet, glyphs, Claim.SPECTRUM, "The table of lines is")
    head = f"  {'pair':<26}{'± Hz':>8}{'lower':>8}{'upper':>8}{'floor +':>9}{'usual':>8}"
    lines: Lines = [heading, (Span(fit(head, width), Role.TITLE),)]
    for short, name, pair in pairs_of(sheet):
        kept = {CAGE: "cage", SWING: "swing", ROTOR: "eccentricity", "cage": "cage of the bearing"}
        usual = sheet.usual.get(kept.get(short, short))
        row = (
            f"  {name:<26}{pair.offset:>8.2f}{pair.lower:>8.1f}{pair.upper:>8.1f}{pair.above:>9.1f}"
            f"{'–' if usual is None else f'{usual:.1f}':>8}"
        )
        role = Role.STRONG if pair.stands_out else Role.DIM
        lines.append((Span(fit(row.replace("-", "−"), width), role),))
    lines.append((Span(fit(f"  {cage_text(sheet)}", width), Role.DIM),))
    return finished(lines[:height], width, height, glyphs)


def cage_text(sheet: MotorSheet) -> str:
    """Return the meaning of the cage's sidebands in a sentence."""
    why = sheet.why_withheld(Claim.SIDEBANDS.value)
    if why:
        return f"{why[:1].upper()}{why[1:]}."
    lines = None if sheet.view is None else sheet.view.lines
    if lines is None or not lines.cage.offset:
        return "No pair of lines can be parted from the mains: the bars cannot be judged."
    if lines.slip is None:
        return f"{NO_SPEED} A load that swings looks like broken bars."
    if not lines.cage.stands_out:
        return "The sidebands of the cage do not stand out of the noise."
    meaning = cage_severity(-lines.cage.decibels)
    said = "no sign of broken bars" if meaning == "none" else meaning
    return f"Cage, for a loaded motor: {said} (Thomson and Fenger, 2001)."
