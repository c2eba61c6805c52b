"""The charts of the selected bearing below the rows, as many as there is room for."""

from dataclasses import dataclass
from datetime import tzinfo

from engine.diagnosis.line_markers import Marking
from engine.records.picture import loudest_channel
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
    frame, component = charted.frame, charted.component
    view, evidence = frame.view, charted.evidence
    picture = view.picture
    channel = loudest_channel(picture, view.assessment.channels[component])
    units = view.assessment.units
    marked = evidence.marked if evidence is not None else Marking(why_not="reading …")
    name = view.assessment.components[component]
    when = picture_time(frame, charted.zone)
    slow = any(part.kind == "process" for part in view.assessment.settings.parts)

    def curve(width: int, height: int) -> Lines:
        from tui.screens.process.curve import curve_lines

        return curve_lines(width, height, frame, channel, charted.zone, charted.glyphs)

    def sensors(width: int, height: int) -> Lines:
        from tui.screens.process.sensors import sensor_lines

        return sensor_lines(width, height, frame, component, channel, charted.zone, charted.glyphs)

    def envelope(width: int, height: int) -> Lines:
        # The first screen of a small terminal has no spectra: they load when they are drawn.
        from tui.screens.bearing.envelope import envelope_lines

        return envelope_lines(width, height, picture, channel, when, marked, glyphs=charted.glyphs)

    def bands(width: int, height: int) -> Lines:
        from tui.screens.bearing.bands import band_lines

        unit = units[channel - 1] if channel <= len(units) else ""
        return band_lines(width, height, picture, channel, when, unit=unit, glyphs=charted.glyphs)

    def park(width: int, height: int) -> Lines:
        from tui.screens.motor.park import park_lines
        from tui.screens.motor.sheet import MotorSheet

        stored = None if picture is None else picture.motors.get(component)
        usual = {} if evidence is None else evidence.motor_usual
        why_not = "" if stored is not None else "the store holds no figures of this snapshot"
        sheet = MotorSheet(stored=stored, usual=usual, when=when, why_not=why_not)
        return park_lines(width, height, sheet, glyphs=charted.glyphs)

    def shares(width: int, height: int) -> Lines:
        from tui.screens.bearing.contributions import contribution_lines

        return contribution_lines(
            width, height, picture, view.assessment, component, when, 0.0, glyphs=charted.glyphs
        )

    motor = is_motor(view, component)
    upper, lower = (curve, sensors) if slow else (park, shares) if motor else (envelope, bands)
    return (
        framed(
            lambda width, height: trend_lines(
                width, height, frame, component, charted.zone, glyphs=charted.glyphs
            )
        ),
        framed(upper),
        framed(lower),
        framed(lambda width, height: alarm_lines(width, height, frame, name, charted.zone, charted.pointed)),
    )
