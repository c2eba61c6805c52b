"""The trend of a component: severity over time, limit, rings, acknowledgements and forecast."""

import math
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from engine.alarms.alarm import Alarm
from engine.clock import microseconds, seconds_span, shifted
from engine.records.events import RINGS, Cause, EventKind
from engine.records.payloads import TrendForecast
from tui.data.frame import Frame
from tui.draw.chart import Axis, Chart, Curve, Mark, chart_lines
from tui.draw.format import duration, short_time, since_texts
from tui.draw.glyphs import Glyphs, finished
from tui.draw.sparkline import HIGHEST, LOWEST, resample, sparkline
from tui.draw.text import Lines, Role, Span, fit, title
from tui.draw.zoom import around

Floats = NDArray[np.float64]


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
    heading = title("Severity", width, "log scale, ┈ limit 1.0, ○ baseline")
    told = (Span(fit(f"  {estimate_text(frame, component, zone)}", width), Role.DIM),)
    if height < 7:
        return finished([heading, told][:height], width, height, glyphs)
    count = frame.index + 1
    severity = np.array(frame.severities(component))
    if not np.isfinite(severity).any():
        return finished([heading, (Span("  no severity yet", Role.DIM),)], width, height, glyphs)
    at = frame.view.series.at[:count].astype(np.float64)
    begin, finish = map(float, frame.extent)
    start, end = around(begin, finish, level, float(frame.playhead.at or 0))
    baseline = frame.view.series.baseline[:count]
    seen = (at >= start) & (at <= end)
    logs = np.clip(np.log2(np.maximum(severity, 1e-9)), LOWEST, HIGHEST)
    x, y = gapped(at, np.where(baseline, np.nan, logs), frame.holds[:count])
    dots = baseline & seen & np.isfinite(severity)
    step = max(int(dots.sum() // max(width // 6, 1)), 1)
    octaves = range(LOWEST, HIGHEST + 1, 1 if height >= 14 else 2)
    chart = Chart(
        x=Axis(start, end, time_ticks(start, end, zone, width)),
        y=Axis(LOWEST, HIGHEST, tuple((float(one), f"{2.0**one:g}") for one in octaves)),
        curves=(Curve(x, y), Curve(at[dots][::step], logs[dots][::step], "○")),
        rules=(0.0,),
        uprights=(
            *((float(frame.playhead.at or 0),) if level else ()),
            *((float(then),) if then is not None else ()),
        ),
        marks=mark_rows(frame, component),
    )
    return finished([heading, told, *chart_lines(width, height - 2, chart, glyphs)], width, height, glyphs)


def strip_lines(
    width: int, height: int, frame: Frame, component: int, zone: tzinfo, glyphs: Glyphs = Glyphs.UNICODE
) -> Lines:
    """Return severity over the whole run in a line of blocks, and the forecast in another."""
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
    told = f" {estimate_text(frame, component, zone)}   ▁▂ below ▄▅▇█ above limit"
    return finished([line, (Span(fit(told, width), Role.DIM),)], width, height, glyphs)


def gapped(
    at: Floats,
    values: Floats,
    holds: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """Return a curve of (n,) points, broken where nothing was recorded after a point's time ran out."""
    holes = np.flatnonzero(at[1:] > holds[:-1]) + 1
    return np.insert(at, holes, at[holes - 1] + 1 if len(holes) else []), np.insert(values, holes, np.nan)


def mark_rows(frame: Frame, component: int) -> tuple[tuple[str, tuple[Mark, ...]], ...]:
    """Return rows of marks: crossings of the limit, rings, acknowledgements."""
    name = frame.view.assessment.components[component]
    here = frame.playhead.at or 0
    crossed = tuple(
        Mark(float(one.at), "▾" if one.up else "▴")
        for one in frame.view.crossings
        if one.component == component and one.at <= here
    )
    own = [event for event in reversed(frame.events) if event.component == name]
    rung = tuple(Mark(float(microseconds(one.at)), "▲", Role.ALARM) for one in own if one.kind in RINGS)
    given = tuple(
        Mark(float(microseconds(one.at)), "✓", Role.GOOD) for one in own if one.kind is EventKind.ACKNOWLEDGED
    )
    rows = (("rang", rung), ("acked", given), ("limit", crossed))
    return tuple((word, marks) for word, marks in rows if marks)


def estimate_text(frame: Frame, component: int, zone: tzinfo) -> str:
    """Return when the engine forecast the limit, or since when it is exceeded."""
    condition = frame.conditions[component]
    name = condition.name
    own = [alarm for alarm in frame.alarms if alarm.component == name and alarm.stands]
    limit = next((alarm for alarm in own if alarm.cause == Cause.LIMIT), None)
    if limit is not None:
        return f"alarm {since_texts(limit, lambda at: short_time(at, zone))[0]}"
    trend = next((alarm for alarm in own if alarm.cause == Cause.TREND), None)
    if trend is not None:
        return _ahead(trend, frame, zone)
    if math.isfinite(condition.severity) and condition.severity >= 1.0:
        return "above the limit"
    return "time to the limit: no estimate, no rise that lasts"


def _ahead(trend: Alarm, frame: Frame, zone: tzinfo) -> str:
    forecast = TrendForecast.from_detail(trend.raised.detail)
    if forecast is None:
        return "rising towards the limit"
    reached = shifted(trend.raised.at, seconds_span(forecast.seconds_to_limit))
    parts = [f"rising: limit about {short_time(reached, zone)}"]
    if forecast.earliest is not None:
        longest = "never" if forecast.latest is None else duration(forecast.latest)
        parts.append(f"({duration(forecast.earliest)} to {longest} from {short_time(trend.raised.at, zone)})")
    if frame.playhead.at is not None and microseconds(reached) < frame.playhead.at:
        parts.append("– that time has passed")
    return " ".join(parts)


def time_ticks(start: float, end: float, zone: tzinfo, width: int) -> tuple[tuple[float, str], ...]:
    """Return evenly spread times with their labels."""
    count = max(min(width // 22, 6), 2)
    return tuple(
        (
            start + (end - start) * number / (count - 1),
            short_time(round(start + (end - start) * number / (count - 1)), zone),
        )
        for number in range(count)
    )
