"""Readouts: the cursor's value in words, cursors as lines of a plot, frequencies in the unit of the axis."""

import math
from dataclasses import dataclass

from rich.cells import cell_len

from engine.diagnosis.line_names import NamedLine, nearest_line
from engine.signals.spectrum import AxisUnit, Scale, per_hertz
from tui.draw.charts.chart import number
from tui.draw.text import Role
from tui.screens.bearing.analysis.plot import Upright
from tui.screens.bearing.analysis.tools import HARMONICS, SIDEBANDS, Cursors, Trace, height_at


@dataclass(frozen=True, slots=True)
class Ruler:
    """The horizontal axis in words: its unit, the rotation of the shaft [Hz], and the named lines."""

    axis: AxisUnit = AxisUnit.HERTZ
    shaft: float = 0.0
    lines: tuple[NamedLine, ...] = ()

    @property
    def factor(self) -> float:
        """Return the units of the axis per Hz; Hz where the speed for orders is unknown."""
        return self.written.factor if self.written is not self else per_hertz(self.axis, self.shaft)

    @property
    def written(self) -> "Ruler":
        """Return the ruler, in Hz where the speed for orders is unknown."""
        known = self.axis is not AxisUnit.ORDERS or self.shaft > 0
        return self if known else Ruler(AxisUnit.HERTZ, self.shaft, self.lines)

    def place(self, hertz: float) -> str:
        """Return a frequency in the unit of the axis: 236.0 Hz, 14160 cpm, 7.09 orders."""
        match self.written.axis:
            case AxisUnit.CPM:
                return f"{60 * hertz:.0f} cpm"
            case AxisUnit.ORDERS:
                return f"{hertz / self.shaft:.3f} orders"
            case _:
                return f"{hertz:.1f} Hz" if hertz < 10_000 else f"{hertz:.0f} Hz"

    def order(self, hertz: float) -> str:
        """Return a frequency as a multiple of the shaft's rotation, "" without a speed."""
        if self.shaft <= 0:
            return ""
        return (
            f"{hertz:.1f} Hz" if self.written.axis is AxisUnit.ORDERS else f"{hertz / self.shaft:.2f} orders"
        )


def amplitude_text(value: float, unit: str, scale: Scale) -> str:
    """Return a scaled amplitude with its unit: 0.0123 g RMS; −38.2 dB re 1 g."""
    if not math.isfinite(value):
        return "–"
    if scale is Scale.DECIBEL:
        return f"{value:.1f} dB".replace("-", "−")
    return f"{value:.3g} {unit} {scale}".replace("  ", " ")


def distance_text(ruler: Ruler, hertz: float) -> str:
    """Return the nearest fault line and how far away it is, "" where none is known."""
    line = nearest_line(ruler.lines, hertz)
    if line is None or line.hertz <= 0:
        return ""
    apart = hertz - line.hertz
    share = 100 * apart / line.hertz
    # Beyond that the distance in Hz says more.
    percent = f" ({share:+.1f} %)" if abs(share) < 10 else ""
    return f"{line.name} {apart:+.1f} Hz{percent}".replace("-", "−")


def frequency_readout(width: int, cursors: Cursors, trace: Trace, ruler: Ruler, values: "Values") -> str:
    """Return the cursor's readout, as fully as fits; "" without a cursor.

    Args:
        width: cells.
        cursors: of the pane.
        trace: its curve.
        ruler: of its axis.
        values: the unit of its heights.
    """
    if cursors.main is None:
        return ""
    here = height_at(trace, cursors.main)
    parts = [ruler.place(cursors.main), ruler.order(cursors.main), values.text(here)]
    parts += [distance_text(ruler, cursors.main)]
    if values.times is not None and math.isfinite(values.times):
        parts.append(f"{values.times:.1f}× baseline")
    if cursors.second is not None:
        apart = cursors.main - cursors.second
        there = height_at(trace, cursors.second)
        parts.insert(1, f"Δ {ruler.place(apart)} {values.difference(here, there)}".replace("-", "−").rstrip())
    if cursors.spacing:
        parts.insert(1, f"sidebands ±{ruler.place(cursors.spacing)}")
    return joined(width, [part for part in parts if part])


def joined(width: int, parts: list[str]) -> str:
    """Return as many of the parts as fit, from the first on."""
    text = ""
    for part in parts:
        longer = f"{text}  {part}" if text else part
        if cell_len(longer) <= width:
            text = longer
    return text


@dataclass(frozen=True, slots=True)
class Values:
    """The heights of a curve in words: unit, scale, and the cursor's ratio to the baseline if known."""

    unit: str
    scale: Scale = Scale.RMS
    times: float | None = None
    plain: bool = False
    """Whether heights are ratios or bands without RMS or peak."""

    def text(self, value: float) -> str:
        """Return a height with its unit."""
        if self.plain and self.scale is not Scale.DECIBEL:
            return f"{number(value)} {self.unit}".rstrip() if math.isfinite(value) else "–"
        return amplitude_text(value, self.unit, self.scale)

    def difference(self, here: float, there: float) -> str:
        """Return the difference of two heights in decibels."""
        if self.scale is Scale.DECIBEL:
            return f"{here - there:+.1f} dB" if math.isfinite(here - there) else ""
        return f"{20 * math.log10(here / there):+.1f} dB" if here > 0 and there > 0 else ""


def cursor_uprights(cursors: Cursors, factor: float) -> tuple[Upright, ...]:
    """Return the cursors as lines of a plot, the main one last, over the others.

    Args:
        cursors: of the pane.
        factor: units of the axis per unit of the cursors.
    """
    found: list[Upright] = []
    if cursors.second is not None:
        found.append(Upright(cursors.second * factor, Role.TITLE, "2", glyph="┊"))
    if cursors.main is None:
        return tuple(found)
    if cursors.harmonics:
        for order in range(2, HARMONICS + 1):
            found.append(Upright(order * cursors.main * factor, Role.TITLE, f"{order}×", glyph="┊"))
    if cursors.spacing:
        for side in range(1, SIDEBANDS + 1):
            for sign, word in ((-1, "−"), (1, "+")):
                place = (cursors.main + sign * side * cursors.spacing) * factor
                found.append(Upright(place, Role.TITLE, f"{word}{side}", glyph="┊"))
    found.append(Upright(cursors.main * factor, Role.STRONG, foot="▲"))
    return tuple(found)
