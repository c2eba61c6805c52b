"""The charts of the selected bearing below the rows, as many as there is room for."""

from dataclasses import dataclass
from datetime import tzinfo
from functools import partial

from engine.diagnosis.line_markers import Marking
from engine.records.picture import Picture, loudest_channel
from tui.data.evidence import Evidence, is_motor
from tui.data.frame import Frame
from tui.draw.alarm_rows import alarm_lines, is_fact
from tui.draw.format import picture_time
from tui.draw.frames import Draw, framed
from tui.draw.glyphs import Glyphs
from tui.draw.text import Lines, Span, width_of
from tui.screens.bearing.trend import trend_lines

SIDE_BY_SIDE = 100
"""Cells from which two charts stand side by side."""

LEAST = 9
"""Lines that a chart needs to say something."""

TREND_LEAST = 5

LIST_LEAST = 7


@dataclass(frozen=True, slots=True)
class Charted:
    """The values that the charts draw.

    Attributes:
        frame: the record as of the playhead.
        component: index of the selected bearing.
        evidence: fault lines and pictures of its snapshot, None before they were read.
        zone: of recording times.
        glyphs: those that the terminal can show.
        pointed: key of the alarm that the keys mean, None for none.
    """

    frame: Frame
    component: int
    evidence: Evidence | None
    zone: tzinfo
    glyphs: Glyphs
    pointed: str | None = None

    @property
    def picture(self) -> Picture | None:
        """Return the picture of the snapshot at the playhead, None where none is stored."""
        return self.frame.view.picture

    @property
    def channel(self) -> int:
        """Return the loudest channel of the bearing, counted from 1."""
        return loudest_channel(self.picture, self.frame.view.assessment.channels[self.component])

    @property
    def when(self) -> str:
        """Return the time of the picture in words."""
        return picture_time(self.frame, self.zone)


def chart_lines(width: int, height: int, charted: Charted) -> Lines:
    """Return the charts that fit: trend, envelope, then alarms and spectrum; nothing stays empty."""
    trend, envelope, spectrum, alarms = drawings(charted)
    if height < TREND_LEAST:
        return alarms(width, height) if height > 1 else []
    if width >= SIDE_BY_SIDE:
        if height < LEAST:
            return trend(width, height)
        if height < 2 * LEAST + 4:
            return beside(width, height, trend, envelope)
        listed = min(max(rows_of_list(charted.frame), LIST_LEAST), height * 2 // 5)
        left = stacked(trend, alarms, listed)
        return beside(width, height, left, stacked(envelope, spectrum, height * 2 // 5))
    if height < 2 * LEAST:
        return trend(width, height)
    rest = height - (height - LEAST) // 2 if height < 3 * LEAST else height * 2 // 3
    upper = height - rest
    lines = trend(width, upper)
    if rest < 2 * LEAST:
        return [*lines, *envelope(width, rest)]
    lower = rest // 2
    return [*lines, *envelope(width, rest - lower), *alarms(width, lower)]


def rows_of_list(frame: Frame) -> int:
    """Return the lines that the list of alarms and events needs, its frame included."""
    return len(frame.alarms) + sum(is_fact(event) for event in frame.events) + 2


def stacked(upper: Draw, lower: Draw, lines: int) -> Draw:
    """Return a function that draws one pane above another, which has so many lines."""
    return lambda width, height: [*upper(width, height - lines), *lower(width, lines)]


def beside(width: int, height: int, left: Draw, right: Draw) -> Lines:
    """Return two drawings side by side, each in half of the width."""
    half = width // 2
    lefts, rights = left(half, height), right(width - half, height)
    lines: Lines = []
    for number in range(height):
        one = lefts[number] if number < len(lefts) else ()
        other = rights[number] if number < len(rights) else ()
        lines.append((*one, Span(" " * max(half - width_of(one), 0)), *other))
    return lines


def drawings(charted: Charted) -> tuple[Draw, Draw, Draw, Draw]:
    """Return the functions that draw trend, envelope, spectrum and alarms, each in a frame.

    A motor has its ellipse and the shares of its error, slow sensors their curves and values.
    """
    view = charted.frame.view
    if any(part.kind == "process" for part in view.assessment.settings.parts):
        upper, lower = _curve, _sensors
    elif is_motor(view, charted.component):
        upper, lower = _park, _shares
    else:
        upper, lower = _envelope, _bands
    trend, upper_pane, lower_pane, alarms = (
        framed(partial(draw, charted=charted)) for draw in (_trend, upper, lower, _alarms)
    )
    return trend, upper_pane, lower_pane, alarms


def _trend(width: int, height: int, charted: Charted) -> Lines:
    return trend_lines(width, height, charted.frame, charted.component, charted.zone, glyphs=charted.glyphs)


def _alarms(width: int, height: int, charted: Charted) -> Lines:
    frame = charted.frame
    name = frame.view.assessment.components[charted.component]
    return alarm_lines(width, height, frame, name, charted.zone, charted.pointed)


# The first screen of a small terminal has none of the following: each loads when it is drawn.


def _curve(width: int, height: int, charted: Charted) -> Lines:
    from tui.screens.process.curve import curve_lines

    return curve_lines(width, height, charted.frame, charted.channel, charted.zone, charted.glyphs)


def _sensors(width: int, height: int, charted: Charted) -> Lines:
    from tui.screens.process.sensors import sensor_lines

    component, channel = charted.component, charted.channel
    return sensor_lines(width, height, charted.frame, component, channel, charted.zone, charted.glyphs)


def _envelope(width: int, height: int, charted: Charted) -> Lines:
    from tui.screens.bearing.envelope import envelope_lines

    picture, when, glyphs = charted.picture, charted.when, charted.glyphs
    evidence = charted.evidence
    marked = evidence.marked if evidence is not None else Marking(why_not="reading …")
    return envelope_lines(width, height, picture, charted.channel, when, marked, glyphs=glyphs)


def _bands(width: int, height: int, charted: Charted) -> Lines:
    from tui.screens.bearing.bands import band_lines

    units, channel, glyphs = charted.frame.view.assessment.units, charted.channel, charted.glyphs
    unit = units[channel - 1] if channel <= len(units) else ""
    return band_lines(width, height, charted.picture, channel, charted.when, unit=unit, glyphs=glyphs)


def _park(width: int, height: int, charted: Charted) -> Lines:
    from tui.screens.motor.park import park_lines
    from tui.screens.motor.sheet import MotorSheet

    stored = None if charted.picture is None else charted.picture.motors.get(charted.component)
    usual = {} if charted.evidence is None else charted.evidence.motor_usual
    why_not = "" if stored is not None else "the store holds no figures of this snapshot"
    sheet = MotorSheet(stored=stored, usual=usual, when=charted.when, why_not=why_not)
    return park_lines(width, height, sheet, glyphs=charted.glyphs)


def _shares(width: int, height: int, charted: Charted) -> Lines:
    from tui.screens.bearing.contributions import contribution_lines

    assessment, component, when = charted.frame.view.assessment, charted.component, charted.when
    picture, glyphs = charted.picture, charted.glyphs
    return contribution_lines(width, height, picture, assessment, component, when, 0.0, glyphs=glyphs)
