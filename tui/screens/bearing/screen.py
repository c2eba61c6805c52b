"""The bearing screen: trend, spectra, waveform, contributions and figures of a bearing, in panes."""

from dataclasses import replace
from functools import partial

import numpy as np
from textual import work
from textual.timer import Timer

from engine.diagnosis.motor_features import motor_features
from engine.explanation.process.sensors import is_process
from engine.records.assessment import Assessment
from engine.records.picture import loudest_channel
from tui.data.evidence import Evidence, EvidenceLook, UsualLines, is_motor
from tui.data.frame import Frame
from tui.data.pictures import Album, Gallery
from tui.data.reader import running_up_to
from tui.data.view import Look
from tui.draw.charts.zoom import Zoom
from tui.draw.format import picture_time, short_time
from tui.draw.text import clean
from tui.screens.bearing.analysis import tools as keys
from tui.screens.bearing.analysis.desk import (
    RECORDED,
    Place,
    index_of,
    is_current,
    pressed,
    wanted_of,
)
from tui.screens.bearing.analysis.laboratory import Analysis, Laboratory, Wanted
from tui.screens.bearing.analysis.tools import DOMAINS, Compare, Domain, Tools, Trace
from tui.screens.bearing.head import ADVICE_MOST, advice_rows, head_lines, slow_text
from tui.screens.bearing.pane_numbers import pane_numbers
from tui.screens.bearing.panes import BESIDE, STRIP_FROM, Desk, drawing_of, trace_of
from tui.screens.bearing.recording import Waveform
from tui.screens.motor import panes as motor
from tui.screens.motor.sheet import Analysed, MotorSheet, analysed
from tui.screens.numbers import Numbers
from tui.screens.paned import PANE_HEIGHT, SLOTS, PanedScreen
from tui.screens.panel import Draw, Panel
from tui.screens.process import panes as process
from tui.screens.state import Rows, Shown

ROOM_FOR_ADVICE = 22
"""Lines of the screen from which the advice may take two."""

HOLD_SECONDS = 0.5
"""Time for which a pane keeps its last lines while the next recording is being read."""


class BearingScreen(PanedScreen):
    """The selected bearing; up and down select another, stepping goes through its snapshots."""

    PLACE = "bearing"
    ROWS = Rows.BEARING
    PANES = (
        "trend",
        "bands",
        "spectrum",
        "envelope",
        "waterfall",
        "waveform",
        "cepstrum",
        "peaks",
        "contributions",
        "figures",
    )

    def __init__(self) -> None:
        """Start with the envelope spectrum under the trend: it names the surface."""
        super().__init__()
        self.pane = "envelope"
        self.channel: int | None = None
        self.sensor_words = ""
        """Words in the names of the slow sensors that are listed; empty for all."""

        self.zooms: dict[str, Zoom] = {}
        self.tools = Tools()
        self.analysis: Analysis | None = None
        self._album, self._usual = Album(), UsualLines()
        self._laboratory = Laboratory()
        self._waveform: Waveform | None = None
        self._motor: Analysed | None = None
        self._reading: Wanted | None = None
        self._patience: Timer | None = None
        """Runs while the last lines of a pane stay because its recording is being read."""

    # Keys.

    def action_whole(self) -> None:
        """Give the chosen pane all the room, or take it back."""
        self._change(replace(self.tools, whole=not self.tools.whole))

    def search(self, words: str) -> None:
        """List only the slow sensors whose names hold these words."""
        self.sensor_words = words
        self.again()

    def action_zoom(self, by: int) -> None:
        """Zoom in or out in the chosen pane, about the cursor if it is there."""
        trace, domain = self.trace(), DOMAINS.get(self.pane)
        cursor = None if domain is None else self.tools.cursors(domain).main
        if trace is not None and cursor is not None and len(trace.x):
            end = self._whole_end(trace)
            self.zooms[self.pane] = self.zoom(self.pane).about(by, cursor / end if end > 0 else 0.0)
        else:
            self.zooms[self.pane] = self.zoom(self.pane).deeper(by)
        self.again()

    def _whole_end(self, trace: Trace) -> float:
        """Return the end of the whole axis, of which `trace` shows a part."""
        size = (trace.high - trace.low) * 2.0 ** self.zoom(self.pane).level
        return size if trace.low <= 0 else max(size, trace.high)

    def action_pan(self, by: int) -> None:
        """Move the cursor of the chosen pane; without one, the part that is seen."""
        trace, domain = self.trace(), DOMAINS.get(self.pane)
        if trace is None or domain is None or self.tools.cursors(domain).main is None:
            self.zooms[self.pane] = self.zoom(self.pane).moved(by)
            self.again()
            return
        self._follow(keys.cursor_moved(self.tools, domain, by, trace), domain, trace)

    def action_peak(self, by: int) -> None:
        """Move the cursor to the next or previous peak."""
        trace, domain = self.trace(), DOMAINS.get(self.pane)
        if trace is not None and domain is not None:
            self._follow(keys.cursor_to_peak(self.tools, domain, by, trace), domain, trace)

    def _follow(self, tools: Tools, domain: Domain, trace: Trace) -> None:
        """Keep a moved cursor in the part that is seen."""
        place, end = tools.cursors(domain).main, self._whole_end(trace)
        if place is not None and end > 0 and not trace.low <= place <= trace.high:
            self.zooms[self.pane] = self.zoom(self.pane).about(0, place / end)
        self._change(tools)

    def action_spacing(self, by: int) -> None:
        """Widen or narrow the sidebands."""
        trace = self.trace()
        self._change(keys.spacing_changed(self.tools, by, trace.step if trace is not None else 0.0))

    def action_tool(self, what: str) -> None:
        """Use a tool of the analyst."""
        if self.shown is None or self.shown.frame is None:
            return
        place = self._place(self.shown, self.shown.frame)
        if place.index < 0 and what == "then":
            return
        trace = self.trace()
        if what == "sidebands" and self._is_motor and trace is not None:
            sheet = self._motor_sheet(place, self.pane)
            self._change(keys.sidebands_cycled(self.tools, trace, sheet.twice_slip, sheet.rotor))
            return
        self._change(pressed(self.tools, what, place, self.pane, self.trace()))

    def action_channel(self) -> None:
        """Show the next channel of the bearing."""
        if self.shown is None or self.shown.frame is None:
            return
        own = self.shown.frame.view.assessment.channels[self.shown.component]
        now = self._place(self.shown, self.shown.frame).channel
        self.channel = own[(own.index(now) + 1) % len(own)] if now in own else own[0]
        self.again()

    def _change(self, tools: Tools) -> None:
        self.tools = tools
        self.again()

    def zoom(self, pane: str) -> Zoom:
        """Return the zoom of a pane."""
        chosen = self.zooms.get(pane)
        shown = self.shown
        if self._is_motor and shown is not None and shown.frame is not None:
            bare = self._motor_sheet(self._place(shown, shown.frame), "")
            return motor.zoom_of(pane, chosen, bare)
        return chosen or Zoom()

    @property
    def _is_motor(self) -> bool:
        """Whether the selected component is a motor."""
        shown = self.shown
        return shown is not None and shown.frame is not None and is_motor(shown.frame.view, shown.component)

    def _motor_sheet(self, place: Place, pane: str) -> MotorSheet:
        """Return what a pane of a motor draws; with no pane, unzoomed."""
        name = place.view.series.names[place.index] if place.index >= 0 else ""
        found = self._motor
        if found is not None and (found.name, found.component) != (name, place.component):
            found = None
        picture = place.view.picture
        return MotorSheet(
            view=None if found is None else found.view,
            why_not="" if found is None else found.why_not,
            stored=None if picture is None else picture.motors.get(place.component),
            usual={} if place.evidence is None else place.evidence.motor_usual,
            tools=self.tools,
            zoom=self.zoom(pane) if pane else Zoom(),
            when=place.when,
            unit=clean(place.unit),
        )

    # Looking.

    def look(self, frame: Frame, component: int) -> Look | None:
        """Return the look that reads the evidence of the snapshot whose picture was read."""
        if frame.view.picture_position is None:
            return None
        then = self.tools.then if self.tools.compare is Compare.THEN else None
        return EvidenceLook(component, self.channel, self._album, self._usual, then)

    def panes_shown(self) -> tuple[str, ...]:
        """Return the panes that fit, from top to bottom."""
        room = self.size.height - 7
        names = [self.pane]
        if self.tools.whole:
            return ("strip", self.pane) if self.pane != "trend" and room >= STRIP_FROM else (self.pane,)
        if self.pane != "trend" and room >= STRIP_FROM:
            names.insert(0, "trend" if room >= 2 * PANE_HEIGHT else "strip")
        if self.pane in BESIDE and room >= (2 if self.pane == "trend" else 3) * PANE_HEIGHT - 2:
            names.append(BESIDE[self.pane])
        return tuple(names)

    def draw_head(self, shown: Shown, frame: Frame) -> None:
        """Draw name, state and severity of the bearing, and the advice."""
        head = self.query_one("#head", Panel)
        head.display = True
        most = ADVICE_MOST if self.size.height >= ROOM_FOR_ADVICE else 1
        head.wanted = 1 + bool(slow_text(frame)) + len(advice_rows(self.size.width, most, shown, frame))
        head.show(partial(head_lines, shown=shown, frame=frame))
        self._fetch(shown, frame)

    def _place(self, shown: Shown, frame: Frame) -> Place:
        view = frame.view
        evidence = shown.extra if isinstance(shown.extra, Evidence) else None
        if evidence is not None and evidence.position != view.picture_position:
            evidence = None
        channels = view.assessment.channels[shown.component]
        channel = self.channel if self.channel in channels else loudest_channel(view.picture, channels)
        then = index_of(view, self.tools.then)
        told = "" if then is None else short_time(int(view.series.at[then]), shown.zone)
        when = picture_time(frame, shown.zone)
        # At rest the recordings are those of the pictures: of the last running snapshot.
        running = running_up_to(view.series, frame.number) if frame.index >= 0 else None
        index = frame.index if running is None else int(np.searchsorted(view.series.positions, running))
        return Place(view, index, shown.component, channel, when, told, evidence)

    def key(self, name: str, shown: Shown, frame: Frame) -> tuple[object, ...]:
        """Return the values that a pane depends on."""
        place = self._place(shown, frame)
        evidence = place.evidence
        recorded = name in {"spectrum", "peaks", "waveform", "cepstrum", "envelope"}
        return (
            shown.component,
            place.channel,
            self.zoom(name),
            shown.zone,
            frame.index,
            len(frame.view.series),
            len(frame.view.events) if name in {"trend", "strip"} else 0,
            frame.view.picture_position,
            evidence is not None,
            id(evidence.gallery) if evidence is not None and name in {"waterfall", "envelope"} else 0,
            self.colours,
            id(evidence.then) if evidence is not None and evidence.then is not None else 0,
            id(self.analysis) if recorded else 0,
            id(self._motor),
            self.tools,
            self.sensor_words,
        )

    def trace(self) -> Trace | None:
        """Return the curve of the chosen pane, for its cursors; None where it draws none."""
        shown = self.shown
        if shown is None or shown.frame is None or self.pane not in DOMAINS:
            return None
        if is_process(shown.frame.view.assessment):
            return None
        panel = self.query_one(f"#{SLOTS[self.panes_shown().index(self.pane)]}", Panel)
        width = panel.size.width - 2 * self.is_roomy
        if self._is_motor and self.pane in motor.OWN:
            return motor.trace_of(
                self.pane, width, self._motor_sheet(self._place(shown, shown.frame), self.pane)
            )
        return trace_of(self.pane, width, self._desk(shown, shown.frame, self.pane))

    def _desk(self, shown: Shown, frame: Frame, pane: str) -> Desk:
        """Return what the analyst has at hand in a pane."""
        place = self._place(shown, frame)
        return Desk(
            place, self.tools, self.analysis, self._waveform, self.zoom(pane), self.glyphs, self.colours
        )

    def numbers(self) -> Numbers | None:
        """Return the numbers that the chosen pane plots."""
        shown = self.shown
        if shown is None or shown.frame is None or shown.frame.index < 0:
            return None
        desk = self._desk(shown, shown.frame, self.pane)
        if self.pane in process.OWN and is_process(shown.frame.view.assessment):
            return process.process_numbers(self.pane, shown.frame, shown.component, desk.place.channel)
        if self._is_motor and self.pane in motor.OWN:
            sheet, gallery = self._motor_sheet(desk.place, self.pane), _gallery(desk.place)
            if self.pane == "waterfall":
                channel = desk.place.channel
                return motor.feature_numbers(shown.frame, gallery, shown.component, channel)
            return motor.motor_numbers(self.pane, sheet, gallery, shown.component)
        return pane_numbers(self.pane, shown.frame, shown.component, desk)

    def drawing(self, name: str, shown: Shown, frame: Frame) -> Draw:
        """Return the function that draws a pane."""
        if name in motor.OWN and is_motor(frame.view, shown.component):
            place = self._place(shown, frame)
            sheet = self._motor_sheet(place, name)
            return motor.drawing_of(name, shown, frame, sheet, _gallery(place), place.channel, self.glyphs)
        if name in process.OWN and is_process(frame.view.assessment):
            chosen = process.Chosen(
                self._place(shown, frame).channel, self.sensor_words, self.zoom(name).level
            )
            return process.drawing_of(name, shown, frame, chosen, self.glyphs)
        return drawing_of(name, shown, frame, self._desk(shown, frame, name))

    def tabs(self, shown: Shown, frame: Frame) -> tuple[str, ...]:
        """Return the names of the panes: motors and slow sensors have others under the same keys."""
        if is_process(frame.view.assessment):
            return process.names_of(self.PANES)
        if not is_motor(frame.view, shown.component):
            return self.PANES
        has_features = bool(motor_features(frame.view.assessment, shown.component))
        return motor.names_of(self.PANES, features=has_features)

    # The recording.

    def is_awaited(self, name: str, shown: Shown, frame: Frame) -> bool:
        """Return whether the recording that a pane draws is being read, and has been for a moment only.

        Without this a step through the snapshots would blank the pane and then draw it whole.
        """
        recorded = motor.RECORDED if is_motor(frame.view, shown.component) else RECORDED
        if name not in recorded or self._reading is None or self._patience is None:
            return False
        return not is_current(self._place(shown, frame), self.analysis)

    def _give_up_waiting(self) -> None:
        self._patience = None
        self.again()

    def _fetch(self, shown: Shown, frame: Frame) -> None:
        """Analyse the recordings that are wanted, one request at a time; the newest request wins."""
        if is_process(frame.view.assessment):
            return
        place = self._place(shown, frame)
        own = is_motor(frame.view, shown.component)
        panes = motor.wanted_panes(self.panes_shown()) if own else self.panes_shown()
        wanted = wanted_of(place, self.tools, panes)
        if wanted is None or self._reading is not None:
            return
        done = self.analysis
        if done is not None and done.wanted == wanted and not done.pending and is_current(place, done):
            return
        self._reading = wanted
        if self._patience is None and done is not None:
            self._patience = self.set_timer(HOLD_SECONDS, self._give_up_waiting)
        self._read(frame.view.assessment, wanted, shown.component if own else None)

    @work(thread=True, group="recording")
    def _read(self, assessment: Assessment, wanted: Wanted, own: int | None) -> None:
        found = self._laboratory.analyse(assessment, wanted)
        waveform = self._laboratory.recording(wanted.now.name)
        currents = None if own is None else analysed(assessment, own, waveform)
        self.app.call_from_thread(self._arrived, found, waveform, currents)

    def _arrived(self, found: Analysis, waveform: Waveform | None, currents: Analysed | None) -> None:
        self.analysis, self._reading = found, None
        self._motor = currents or self._motor
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        self._waveform = waveform or self._waveform
        self.again()


def _gallery(place: Place) -> Gallery | None:
    return place.evidence.gallery if place.evidence is not None else None
