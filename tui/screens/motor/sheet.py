"""Everything that the panes of a motor draw, and the analysis of its recording on a worker thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.records.assessment import Assessment
from engine.records.motor_figures import MotorFigures
from engine.signals.motors.claims import Claim
from tui.draw.charts.zoom import WHOLE, Zoom
from tui.draw.glyphs import Glyphs, finished
from tui.draw.notice import wrapped
from tui.draw.text import Line, Lines, Role, Span
from tui.screens.bearing.analysis.readout import Ruler
from tui.screens.bearing.analysis.tools import Tools
from tui.screens.bearing.recording import Waveform, form_of

if TYPE_CHECKING:
    from engine.diagnosis.motor_view import MotorView


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """A motor's recording, by the snapshot's name: analysed, or the reason why it is not."""

    name: str
    component: int
    view: "MotorView | None" = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class MotorSheet:
    """Everything that a pane of a motor draws.

    Attributes:
        view: the analysed recording, None while it is being read or where it cannot be read.
        why_not: the reason why it cannot be read, "" while it is being read.
        stored: figures that the store holds of the snapshot, None for none.
        usual: figures of the baseline by name; empty where the bundle is not at hand.
        tools: of the analyst.
        zoom: which part is seen.
        when: the time of the snapshot, as text.
        unit: of the currents.
    """

    view: "MotorView | None" = None
    why_not: str = ""
    stored: MotorFigures | None = None
    usual: Mapping[str, float] = field(default_factory=dict)
    tools: Tools = field(default_factory=Tools)
    zoom: Zoom = WHOLE
    when: str = ""
    unit: str = ""

    @property
    def ruler(self) -> Ruler:
        """Return the axis of frequencies; orders are those of the rotor that the current shows."""
        return Ruler(self.tools.axis, self.rotor).written

    @property
    def rotor(self) -> float:
        """Return the turns of the rotor a second [Hz], 0 where the current does not show them."""
        lines = None if self.view is None else self.view.lines
        return 0.0 if lines is None or lines.slip is None else lines.slip.rotor

    @property
    def twice_slip(self) -> float:
        """Return twice the slip frequency, at which the sidebands of the cage lie [Hz]; 0 where unknown."""
        lines = None if self.view is None else self.view.lines
        return 0.0 if lines is None else lines.cage.offset

    @property
    def unbalance(self) -> complex | None:
        """Return the negative over the positive sequence, of the recording or of the store."""
        if self.view is not None:
            return self.view.unbalance
        return None if self.stored is None else self.stored.unbalance

    @property
    def usual_unbalance(self) -> float | None:
        """Return the size of the baseline's unbalance."""
        parts = [self.usual.get(f"unbalance_{part}") for part in ("real", "imaginary")]
        return None if None in parts else abs(complex(*[float(one) for one in parts if one is not None]))

    def why_withheld(self, claim: str) -> str:
        """Return the reason why a claim is withheld, of the recording or of the store; "" for none."""
        if self.view is not None:
            return next((self.view.why(one) for one in self.view.fit.withheld if one.value == claim), "")
        return "" if self.stored is None else self.stored.withheld.get(claim, "")


def analysed(assessment: Assessment, component: int, waveform: Waveform | None) -> Analysed | None:
    """Analyse the recording of a motor. It takes some ten milliseconds: never on the thread that draws.

    Args:
        assessment: that the recording belongs to.
        component: counted from 0.
        waveform: the recording; None for none.
    """
    # Neither the settings nor the analysis are needed before a motor is looked at.
    from engine.config.motors import columns_of
    from engine.diagnosis.motor_view import motor_view
    from engine.signals.bearing import Geometry
    from engine.signals.motors.pairs import RotorFacts

    if waveform is None:
        return None
    if waveform.why_not:
        return Analysed(waveform.name, component, None, waveform.why_not)
    part, machine = assessment.settings.parts[component], assessment.settings.machine
    units = part.units if len(part.units) == len(part.channels) else ("",) * len(part.channels)
    own = columns_of(part.channels, units)
    wanted = [*own.currents, *own.voltages]
    signal = waveform.signal
    if not wanted or max(wanted) >= signal.shape[1]:
        return Analysed(waveform.name, component, None, "the recording lacks a channel of this motor")
    if not np.isfinite(signal[:, wanted]).all():
        why = "the recording holds values that are not numbers"
        return Analysed(waveform.name, component, None, why)
    _, sensitivity, offset = form_of(assessment)
    currents = list(own.currents)
    codes = signal[:, currents] * sensitivity[currents] + offset[currents]
    nominal = 0.0 if machine is None else machine.mains_frequency
    speed = 0.0 if machine is None else machine.shaft_speed / 60
    geometry = None if part.geometry is None else Geometry(*part.geometry)
    found = motor_view(
        signal[:, currents],
        waveform.sample_rate,
        RotorFacts.of(part.pole_pairs, speed, nominal, geometry),
        voltages=signal[:, list(own.voltages)] if own.voltages else None,
        raw=np.where(np.abs(codes - np.round(codes)) < 1e-3, np.round(codes), codes),
        nominal=nominal,
    )
    return Analysed(waveform.name, component, found)


def sentence_lines(
    width: int, height: int, heading: Line, text: str, glyphs: Glyphs, role: Role = Role.WARNING
) -> Lines:
    """Return a pane that holds a sentence instead of a plot.

    The parameters are the plain values that the pane draws.
    """
    text = f"{text[:1].upper()}{text[1:]}"
    rows = wrapped(text, max(width - 3, 1), max(height - 1, 1))
    lines: Lines = [heading, *((Span(f"  {row}", role),) for row in rows)]
    return finished(lines[:height], width, height, glyphs)


def absent_lines(
    width: int,
    height: int,
    heading: Line,
    sheet: MotorSheet,
    glyphs: Glyphs,
    claim: Claim | None = None,
    subject: str = "",
) -> Lines:
    """Return a pane that says why it has no plot: a withheld claim, no recording, or none read yet.

    Args:
        width: cells.
        height: lines, the heading included.
        heading: the first line.
        sheet: what is known of the motor.
        glyphs: those that the terminal can show.
        claim: that the plot rests on, None for none.
        subject: begins the sentence about a withheld claim: "Harmonics are".
    """
    why = "" if claim is None else sheet.why_withheld(claim.value)
    if why:
        return sentence_lines(width, height, heading, f"{subject} withheld: {why}.", glyphs)
    if sheet.why_not:
        return sentence_lines(width, height, heading, f"{sheet.why_not}.", glyphs)
    return sentence_lines(width, height, heading, "Reading the recording …", glyphs, Role.DIM)
