"""The trend of a component: severity over time, limit, rings, acknowledgements and forecast."""

import math
from datetime import tzinfo
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm
from engine.clock import microseconds, seconds_span, shifted
from engine.records.events import RINGS, Cause, EventKind
from engine.records.payloads import Ring, TrendForecast
from tui.data.frame import Frame
from tui.draw.charts.axes import severity_axis, time_ticks
from tui.draw.charts.chart import LEAST_HEIGHT, Axis, Mark
from tui.draw.charts.sparkline import BOUNDS, resample, sparkline
from tui.draw.charts.zoom import around
from tui.draw.format import (
    PRIORITY_GLYPHS,
    PRIORITY_ROLES,
    duration,
    sentence_time,
    short_time,
    since_texts,
)
from tui.draw.glyphs import Glyphs, finished
from tui.draw.text import SEVERITIES, Lines, Role, Span, clean, fit, pick, title
from tui.screens.bearing.analysis.plot import Layer, Plot, Upright, plot_lines

Floats = NDArray[np.float64]

LEAST_FOR_WORDS, LEAST_FOR_MARKS = 8, 12
"""Lines from which the pane has a sentence, and rows of marks: the curve comes first."""


def trend_lines(
    width: int,
    height: int,
    frame: Frame,
    component: int,
    zone: tzinfo,
    level: int = 0,
    glyphs: Glyphs = Glyphs.UNICODE,
    then: int | None = None,
) -> Lines:
    """Return severity from the start of the run to the playhead on a log scale, with the limit.

    The parameters are the plain values that the pane draws, bound by name.

    Args:
        width: cells.
        height: lines, the heading included.
        frame: the record as of the playhead.
        component: counted from 0.
        zone: of the times shown.
        level: of zoom about the playhead.
        glyphs: those that the terminal can show.
        then: the instant of the snapshot that is compared, None for none.
    """
    name = clean(frame.view.assessment.components[component])
    heading = title(f"Severity of {name}", width, "log scale; dim: baseline", "log scale")
    said_of = pick(width - 2, *estimate_texts(frame, component, zone))
    told = (Span(fit(f"  {said_of}", width), Role.DIM),)
    if height < LEAST_HEIGHT + 1:
        return finished([heading, told][:height], width, height, glyphs)
    count = frame.index + 1
    severity = np.array(frame.severities(component))
    if not np.isfinite(severity).any():
        return finished([heading, (Span("  no severity yet", Role.DIM),)], width, height, glyphs)
    at = frame.view.series.at[:count].astype(np.float64)
    begin, finish = map(float, frame.extent)
    start, end = around(begin, finish, level, float(frame.playhead.at or 0))
    baseline = frame.view.series.baseline[:count]
    said = [told] if height >= LEAST_FOR_WORDS else []
    marks = mark_rows(frame, component) if height >= LEAST_FOR_MARKS else ()
    room = height - 1 - len(said)
    y = severity_axis(frame.view.series.severity[:count], room - 2 - len(marks))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log2(np.maximum(severity, 2.0**y.low))
    healthy = gapped(at, np.where(baseline, logs, np.nan), frame.holds[:count])
    judged = gapped(at, np.where(baseline, np.nan, logs), frame.holds[:count])
    plot = Plot(
        x=Axis(start, end, time_ticks(start, end, zone, width)),
        y=y,
        layers=(Layer(*healthy, Role.DIM), *severity_layers(*judged)),
        rules=((0.0, "limit"),),
        uprights=(
            *((Upright(float(frame.playhead.at or 0), Role.DIM),) if level else ()),
            *((Upright(float(then), Role.STRONG, "then", None, "┊"),) if then is not None else ()),
        ),
        marks=marks,
    )
    return finished([heading, *said, *plot_lines(width, room, plot, glyphs)], width, height, glyphs)


def severity_layers(x: Floats, logs: Floats) -> tuple[Layer, ...]:
    """Return a curve of severities as layers: the whole below the limit's colour, what is above over it.

    Args:
        x: (n,) instants.
        logs: (n,) log2 of severity, NaN where it is broken.
    """
    above = (
        Layer(x, np.where(logs >= np.log2(bound), logs, np.nan), role)
        for bound, role in zip(BOUNDS[1:], SEVERITIES[2:], strict=True)
    )
    return (Layer(x, logs, SEVERITIES[1]), *above)


def strip_lines(
    width: int, height: int, frame: Frame, component: int, zone: tzinfo, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return severity over the whole run in a line of blocks, and the forecast in another.

    Args:
        width: cells.
        height: lines.
        frame: the record as of the playhead.
        component: counted from 0.
        zone: of the times.
        glyphs: those that the terminal can show.
    """
    series, count = frame.view.series, frame.index + 1
    start, end = (short_time(at, zone) for at in frame.extent)
    room = max(width - 4 - len(start) - len(end), 1)
    columns = resample(
        series.at[:count],
        frame.severities(component),
        series.baseline[:count],
        frame.extent,
        frame.holds[:count],
        room,
    )
    line = (Span(f" {start} ", Role.DIM), *sparkline(columns), Span(f" {end} ", Role.DIM))
    texts = estimate_texts(frame, component, zone)
    legend = "   ▁▂ below ▄▅▇█ above limit"
    told = pick(width, *(f" {text}{legend}" for text in texts), *(f" {text}" for text in texts))
    return finished([line, (Span(told, Role.DIM),)], width, height, glyphs)


def gapped(
    at: Floats,
    values: Floats,
    holds: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """Return a curve of (n,) points, broken where nothing was recorded after a point's time ran out."""
    holes = np.flatnonzero(at[1:] > holds[:-1]) + 1
    return np.insert(at, holes, at[holes - 1] + 1 if len(holes) else []), np.insert(values, holes, np.nan)


def mark_rows(frame: Frame, component: int) -> tuple[tuple[str, tuple[Mark, ...]], ...]:
    """Return rows of marks: crossings of the limit, rings, acknowledgements.

    Where several share a place, the newest crossing and the most urgent ring are seen.
    """
    name = frame.view.assessment.components[component]
    here = frame.playhead.at or 0
    crossed = tuple(
        Mark(float(one.at), "↑" if one.up else "↓")
        for one in reversed(frame.view.crossings)
        if one.component == component and one.at <= here
    )
    own = [event for event in frame.events if event.component == name]
    rings = [(Ring.from_detail(one.detail).priority, one.at) for one in own if one.kind in RINGS]
    rung = tuple(
        Mark(float(microseconds(at)), PRIORITY_GLYPHS[priority][0], PRIORITY_ROLES[priority])
        for priority, at in sorted(rings, key=itemgetter(0), reverse=True)
    )
    given = tuple(
        Mark(float(microseconds(one.at)), "✓", Role.GOOD) for one in own if one.kind is EventKind.ACKNOWLEDGED
    )
    rows = (("rang", rung), ("acked", given), ("limit", crossed))
    return tuple((word, marks) for word, marks in rows if marks)


def estimate_text(frame: Frame, component: int, zone: tzinfo) -> str:
    """Return when the engine forecast the limit, or since when it is exceeded."""
    return estimate_texts(frame, component, zone)[0]


def estimate_texts(frame: Frame, component: int, zone: tzinfo) -> tuple[str, ...]:
    """Return the estimate of `estimate_text`, from the longest wording to the shortest."""
    condition = frame.conditions[component]
    name = condition.name
    own = [alarm for alarm in frame.alarms if alarm.component == name and alarm.stands]
    limit = next((alarm for alarm in own if alarm.cause == Cause.LIMIT), None)
    if limit is not None:
        return tuple(f"alarm {text}" for text in since_texts(limit, lambda at: short_time(at, zone)))
    trend = next((alarm for alarm in own if alarm.cause == Cause.TREND), None)
    if trend is not None:
        return (_ahead(trend, frame, zone),)
    if math.isfinite(condition.severity) and condition.severity >= 1.0:
        return ("above the limit",)
    return (
        "time to the limit: no estimate, severity does not rise steadily",
        "time to the limit: no estimate",
    )


def _ahead(trend: Alarm, frame: Frame, zone: tzinfo) -> str:
    forecast = TrendForecast.from_detail(trend.raised.detail)
    if forecast is None:
        return "rising towards the limit"
    reached = shifted(trend.raised.at, seconds_span(forecast.seconds_to_limit))
    parts = [f"rising: limit about {sentence_time(reached, zone)}"]
    if forecast.earliest is not None:
        longest = "never" if forecast.latest is None else duration(forecast.latest)
        raised = sentence_time(trend.raised.at, zone)
        parts.append(f"({duration(forecast.earliest)} to {longest} from {raised})")
    if frame.playhead.at is not None and microseconds(reached) < frame.playhead.at:
        return f"{' '.join(parts)}; that time has passed"
    return " ".join(parts)
