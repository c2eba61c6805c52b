"""The bearing screen: trend, spectra, waveform, contributions and figures of a bearing, in panes."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from textual import work

from engine.alarms.advice import advice_for
from engine.diagnosis.line_markers import Marking
from engine.records.assessment import Quality
from engine.records.picture import loudest_channel
from tui.data.evidence import Evidence, EvidenceLook, UsualLines
from tui.data.frame import Frame
from tui.data.pictures import Album
from tui.data.view import Look, View
from tui.draw.format import reason, short_time, since_texts, state_of
from tui.draw.glyphs import ARROWS
from tui.draw.severity import severity_text
from tui.draw.text import Line, Lines, Role, Span, clean, fit, width_of
from tui.draw.zoom import Zoom
from tui.screens.bearing.contributions import contribution_lines
from tui.screens.bearing.envelope import envelope_lines
from tui.screens.bearing.figures import figure_lines
from tui.screens.bearing.recording import Waveform, read_waveform
from tui.screens.bearing.spectrum import spectrum_lines
from tui.screens.bearing.trend import strip_lines, trend_lines
from tui.screens.bearing.waterfall import waterfall_lines
from tui.screens.bearing.waveform import waveform_lines
from tui.screens.paned import PANE_HEIGHT, PanedScreen
from tui.screens.panel import Draw, Panel
from tui.screens.state import Rows, Shown

BESIDE = {
    "trend": "figures",
    "spectrum": "envelope",
    "envelope": "spectrum",
    "waterfall": "spectrum",
    "waveform": "spectrum",
    "figures": "spectrum",
}
"""The third pane beside a pane and the trend, if three fit; other panes take all the room."""

STRIP_FROM = 11
"""From so many lines on, two of them above the pane show severity."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The values that panes draw besides the frame: evidence, channel, and time of the snapshot."""

    evidence: Evidence | None
    channel: int
    when: str


class BearingScreen(PanedScreen):
    """The selected bearing; up and down select another, stepping goes through its snapshots."""

    PLACE = "bearing"
    ROWS = Rows.BEARING
    PANES = ("trend", "spectrum", "envelope", "waterfall", "waveform", "contributions", "figures")

    def __init__(self) -> None:
        """Start with the spectrum under the trend."""
        super().__init__()
        self.pane = "spectrum"
        self.channel: int | None = None
        self.zooms: dict[str, Zoom] = {}
        self._album, self._usual = Album(), UsualLines()
        self._waveform: Waveform | None = None
        self._reading: str | None = None

    # Keys.

    def action_zoom(self, by: int) -> None:
        """Zoom in or out in the chosen pane."""
        self.zooms[self.pane] = self.zoom(self.pane).deeper(by)
        self.again()

    def action_pan(self, by: int) -> None:
        """Pan in the chosen pane if it is zoomed."""
        self.zooms[self.pane] = self.zoom(self.pane).moved(by)
        self.again()

    def action_channel(self) -> None:
        """Show the next channel of the bearing."""
        if self.shown is None or self.shown.frame is None:
            return
        own = self.shown.frame.view.assessment.channels[self.shown.component]
        now = self._seen(self.shown, self.shown.frame).channel
        self.channel = own[(own.index(now) + 1) % len(own)] if now in own else own[0]
        self.again()

    def zoom(self, pane: str) -> Zoom:
        """Return the zoom of a pane."""
        return self.zooms.get(pane, Zoom())

    # Looking.

    def look(self, frame: Frame, component: int) -> Look | None:
        """Return the look that reads the evidence of the snapshot whose picture was read."""
        if frame.view.picture_position is None:
            return None
        return EvidenceLook(component, self.channel, self._album, self._usual)

    def panes_shown(self) -> tuple[str, ...]:
        """Return the panes that fit, from top to bottom."""
        room = self.size.height - 7
        names = [self.pane]
        if self.pane != "trend" and room >= STRIP_FROM:
            names.insert(0, "trend" if room >= 2 * PANE_HEIGHT else "strip")
        if self.pane in BESIDE and room >= (2 if self.pane == "trend" else 3) * PANE_HEIGHT - 2:
            names.append(BESIDE[self.pane])
        return tuple(names)

    def draw_head(self, shown: Shown, frame: Frame) -> None:
        """Draw name, state and severity of the bearing, and the advice."""
        head = self.query_one("#head", Panel)
        head.display = True
        head.wanted = 1 + bool(advice_line(shown, frame))
        head.show(partial(head_lines, shown=shown, frame=frame))
        if "waveform" in self.panes_shown():
            self._fetch(frame)

    def _seen(self, shown: Shown, frame: Frame) -> Seen:
        view = frame.view
        evidence = shown.extra if isinstance(shown.extra, Evidence) else None
        if evidence is not None and evidence.position != view.picture_position:
            evidence = None
        channels = view.assessment.channels[shown.component]
        channel = self.channel if self.channel in channels else loudest_channel(view.picture, channels)
        return Seen(evidence, channel, picture_time(view, shown))

    def key(self, name: str, shown: Shown, frame: Frame) -> tuple[object, ...]:
        """Return the values that a pane depends on."""
        seen = self._seen(shown, frame)
        evidence = seen.evidence
        return (
            shown.component,
            seen.channel,
            self.zoom(name),
            shown.zone,
            frame.index,
            len(frame.view.series),
            len(frame.view.events) if name in {"trend", "strip"} else 0,
            frame.view.picture_position,
            evidence is not None,
            id(evidence.gallery) if evidence is not None and name == "waterfall" else 0,
            id(self._waveform) if name == "waveform" else 0,
        )

    def drawing(self, name: str, shown: Shown, frame: Frame) -> Draw:
        """Return the function that draws a pane."""
        record = self._record_panes(shown, frame, self.zoom(name))
        return record[name] if name in record else self._signal_panes(shown, frame, self.zoom(name))[name]

    def _record_panes(self, shown: Shown, frame: Frame, zoom: Zoom) -> dict[str, Draw]:
        """Return the panes that draw many snapshots."""
        seen = self._seen(shown, frame)
        gallery = seen.evidence.gallery if seen.evidence is not None else None
        return {
            "strip": partial(
                strip_lines, component=shown.component, glyphs=self.glyphs, frame=frame, zone=shown.zone
            ),
            "trend": partial(
                trend_lines,
                component=shown.component,
                level=zoom.level,
                glyphs=self.glyphs,
                frame=frame,
                zone=shown.zone,
            ),
            "waterfall": partial(
                waterfall_lines,
                gallery=gallery,
                channel=seen.channel,
                zoom=zoom,
                glyphs=self.glyphs,
                frame=frame,
                zone=shown.zone,
            ),
            "figures": partial(
                figure_lines,
                component=shown.component,
                channel=seen.channel,
                glyphs=self.glyphs,
                frame=frame,
                zone=shown.zone,
            ),
        }

    def _signal_panes(self, shown: Shown, frame: Frame, zoom: Zoom) -> dict[str, Draw]:
        """Return the panes that draw the snapshot at the playhead."""
        seen, view = self._seen(shown, frame), frame.view
        evidence, channel = seen.evidence, seen.channel
        gallery = evidence.gallery if evidence is not None else None
        units = view.assessment.units
        unit = clean(units[channel - 1]) if channel <= len(units) else ""
        is_known = gallery is not None and channel <= gallery.spectrum.shape[1]
        return {
            "spectrum": partial(
                spectrum_lines,
                picture=view.picture,
                channel=channel,
                usual=gallery.usual(channel - 1) if gallery is not None and is_known else None,
                unit=unit,
                zoom=zoom,
                glyphs=self.glyphs,
                when=seen.when,
            ),
            "envelope": partial(
                envelope_lines,
                picture=view.picture,
                channel=channel,
                marked=evidence.marked if evidence is not None else Marking(why_not="reading …"),
                zoom=zoom,
                glyphs=self.glyphs,
                when=seen.when,
            ),
            "waveform": partial(
                waveform_lines,
                waveform=self._waveform if self._current(frame) else None,
                channel=channel,
                unit=unit,
                zoom=zoom,
                glyphs=self.glyphs,
                when=seen.when,
            ),
            "contributions": partial(
                contribution_lines,
                picture=view.picture,
                assessment=view.assessment,
                component=shown.component,
                seconds=recording_seconds(view),
                glyphs=self.glyphs,
                when=seen.when,
            ),
        }

    # The recording.

    def _current(self, frame: Frame) -> bool:
        known = self._waveform is not None and frame.index >= 0
        return (
            known
            and self._waveform is not None
            and self._waveform.name == frame.view.series.names[frame.index]
        )

    def _fetch(self, frame: Frame) -> None:
        """Read the recording under the playhead, a single one at a time; the newest request wins."""
        if frame.index < 0 or self._reading is not None or self._current(frame):
            return
        self._reading = frame.view.series.names[frame.index]
        self._read(frame.view, frame.index)

    @work(thread=True, group="recording")
    def _read(self, view: View, index: int) -> None:
        series = view.series
        found = read_waveform(view.assessment, series.names[index], int(series.at[index]))
        self.app.call_from_thread(self._arrived, found)

    def _arrived(self, found: Waveform) -> None:
        self._waveform, self._reading = found, None
        self.again()


def recording_seconds(view: View) -> float:
    """Return the length of a recording [s], 0 if the settings do not give it."""
    machine, recording = view.assessment.settings.machine, view.assessment.settings.recording
    if machine is None or recording is None:
        return 0.0
    return recording.rows / (machine.sample_rate or 1.0)


def picture_time(view: View, shown: Shown) -> str:
    """Return the time of the snapshot that the picture belongs to; it arrives a moment after a step."""
    position, positions = view.picture_position, view.series.positions
    place = 0 if position is None else int(np.searchsorted(positions, position))
    if place == len(positions) or positions[place] != position:
        return ""
    return f"at {short_time(int(view.series.at[place]), shown.zone)}"


def head_lines(width: int, height: int, shown: Shown, frame: Frame) -> Lines:
    """Return name, state, severity and snapshot of the bearing in a line, and the advice in another."""
    condition = frame.conditions[shown.component]
    state = state_of(condition)
    alarm = condition.alarm
    parts = [f"severity {severity_text(condition.severity)} {ARROWS[condition.trend]}"]
    if condition.quality is not None and condition.quality is not Quality.RUNNING:
        parts[0] = f"now {condition.quality}"
    if alarm is not None:
        since = since_texts(alarm, lambda at: short_time(at, shown.zone))[1]
        parts.append(f"{reason(alarm, frame.playhead.at)} {since}")
    if not math.isfinite(condition.severity) and condition.last is not None:
        severity, when = condition.last
        parts.append(f"last {severity_text(severity)} at {short_time(when, shown.zone)}")
    if frame.index >= 0:
        parts.append(f"{frame.view.series.names[frame.index]} #{frame.number}")
    line: Line = (
        Span(" "),
        Span(state.glyph, state.role),
        Span(f" {clean(condition.name)}  ", Role.STRONG),
        Span(state.word, state.role),
    )
    used = width_of(line)
    rest = ""
    for part in parts:
        if used + len(rest) + len(part) + 2 <= width:
            rest += f"  {part}"
    lines: Lines = [(*line, Span(fit(rest, width - used)))]
    advice = advice_line(shown, frame)
    if advice:
        lines.append((Span(fit(f" {advice}", width), Role.STRONG),))
    return lines[:height]


def advice_line(shown: Shown, frame: Frame) -> str:
    """Return the advice on the bearing's alarm, "" if none stands."""
    alarm = frame.conditions[shown.component].alarm
    if alarm is None or not alarm.stands:
        return ""
    return advice_for(alarm, frame.view.assessment.settings.advice)
